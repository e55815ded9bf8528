"""Leaving in two steps: the signed end of a space lies in a row until it is sent, and nothing is written meanwhile.

What was signed is sent as it is, whenever that is: an operation is judged from its own past.
"""

from dataclasses import dataclass
from typing import Final

from troth.step import Row
from troth_wire.errors import UsageError
from troth_wire.said import Said

__all__ = ["LEAVING", "Leaving"]

LEAVING: Final = "leaving"
"""A split that was signed and not sent."""
HERE: Final = Said("you are leaving this space; what is in it can be read here, and nothing new is written")


@dataclass(repr=False)
class Leaving:
    """Whether this person is about to leave."""

    payload: bytes | None = None

    def begin(self, payload: bytes) -> Row:
        """Keep a signed split; return the row that does."""
        self.payload = payload
        return Row(LEAVING, b"", payload)

    def end(self) -> Row:
        """Be done with it, sent or taken back; return the row that notes it."""
        self.payload = None
        return Row(LEAVING, b"", None)

    def check_writer(self) -> None:
        """Refuse to write while the person is leaving.

        Raises:
            UsageError: If they are.
        """
        if self.payload is not None:
            raise UsageError(HERE)
