"""The pages in a browser: a visitor like the terminal, which speaks with the same handlers."""
