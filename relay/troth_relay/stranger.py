"""A key of nobody's: with it a relay can be asked who it takes itself for, and opens nothing but a meeting.

The only importer of nacl.
"""

from nacl.signing import SigningKey

from troth_wire import proof
from troth_wire.ids import MailboxId
from troth_wire.messages import Prove

__all__ = ["Stranger"]


class Stranger:
    """A fresh key, and proofs by it."""

    def __init__(self) -> None:
        """Draw the key."""
        self._key = SigningKey.generate()
        self.mailbox = MailboxId(bytes(self._key.verify_key))

    def prove(self, *, host: str, challenge: bytes) -> Prove:
        """Prove the mailbox to a relay that was dialled as this host.

        Raises:
            UsageError: If the host or the challenge has an impossible length.
        """
        statement = proof.statement(host=host, challenge=challenge, mailbox=self.mailbox)
        return Prove(self.mailbox, self._key.sign(statement).signature)
