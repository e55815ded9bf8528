"""The partners' app: a shared record of two people, kept on their own devices."""
