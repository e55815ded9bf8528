"""Every way a pairing ends without a pair, and what people read then (specs/pairing.md, Ends)."""

from enum import IntEnum
from typing import Final

from troth_wire.said import Said

__all__ = ["End"]


class End(IntEnum):
    """Why a pairing ended; the number is what `STOP` says."""

    WRONG_SECRET = 1
    WORDS_DIFFER = 2
    SAME_SIDE = 3
    DISTURBED = 4
    FORGED = 5
    OTHER_TICKET = 6
    OTHER_VERSION = 7
    EXPIRED = 8
    LEFT = 9
    STOPPED = 10

    @property
    def text(self) -> str:
        """What happened, what is safe, what to do: one or two sentences for people."""
        return _TEXTS[self]


_TEXTS: Final = {
    End.WRONG_SECRET: Said(
        "The code does not fit; each code can be tried once. Ask for a new one, and read it slowly. Nothing was joined."
    ),
    End.WORDS_DIFFER: Said(
        "The words differ, so somebody may stand between the two devices. "
        "Stop on the other device too, and begin again with a new code, best over another network. Nothing was joined."
    ),
    End.SAME_SIDE: Said(
        "Both devices show a code, or both were given one. Show it on one, and type it into the other. "
        "Nothing was joined."
    ),
    End.DISTURBED: Said(
        "Somebody else, or the relay, put something in between. Begin again with a new code. Nothing was joined."
    ),
    End.FORGED: Said(
        "The other side sent something that does not hold. Begin again with a new code. Nothing was joined."
    ),
    End.OTHER_TICKET: Said(
        "This link was not made by the device that answered. Ask for a new link. Nothing was joined."
    ),
    End.OTHER_VERSION: Said(
        "The other device runs another version of Troth. Bring both up to date, and begin again. Nothing was joined."
    ),
    End.EXPIRED: Said("The time of this code is over. Ask for a new one. Nothing was joined."),
    End.LEFT: Said(
        "This pairing was given up here. Begin again with a new code whenever you like. Nothing was joined."
    ),
    End.STOPPED: Said(
        "The other device ended this pairing. See what it says there, and begin again with a new code. "
        "Nothing was joined."
    ),
}
