"""Four words that two channels share only if nobody stands between (specs/pairing.md, Words).

Each side is bound to its introduction and nonce before it learns the other's; without that, words can be ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from troth import crypto
from troth.ports import Entropy
from troth_wire import codec
from troth_wire.errors import ForgedError, UsageError

__all__ = ["Introduction", "Side", "draw_positions", "fit", "words"]

WORD_BITS: Final = 11
COUNT: Final = 4
ASKED: Final = 2


class Side(IntEnum):
    """Who shows the ticket, and who is given it."""

    HOST = 1
    GUEST = 2

    @property
    def other(self) -> "Side":
        """The other side."""
        return Side.GUEST if self is Side.HOST else Side.HOST


@dataclass(frozen=True, repr=False)
class Introduction:
    """What a side says of itself, and the nonce that hides it until it is opened."""

    side: Side
    said: bytes
    nonce: bytes

    @property
    def commitment(self) -> bytes:
        """What the side is bound by."""
        return crypto.digest(b"troth/commit", codec.pack([self.side, self.said, self.nonce]))

    def check(self, commitment: bytes) -> None:
        """Check that this is what the side was bound by.

        Raises:
            ForgedError: If it is not.
        """
        if not crypto.same(self.commitment, commitment):
            raise ForgedError("the introduction is not the one that was committed to")


def words(channel: bytes, host: Introduction, guest: Introduction) -> tuple[int, int, int, int]:
    """Return the four words, each a number from 0 to 2047."""
    hashed = crypto.digest(b"troth/words", codec.pack([channel, host.said, host.nonce, guest.said, guest.nonce]))
    bits = int.from_bytes(hashed, "big") >> 256 - COUNT * WORD_BITS
    one, two, three, four = (bits >> shift & (1 << WORD_BITS) - 1 for shift in (33, 22, 11, 0))
    return one, two, three, four


def draw_positions(entropy: Entropy) -> tuple[int, int]:
    """Draw the two positions to ask for, ascending, from 0 to 3."""
    pairs = [(one, two) for one in range(COUNT) for two in range(one + 1, COUNT)]
    return pairs[int.from_bytes(entropy(8), "big") % len(pairs)]


def fit(shown: Sequence[int], positions: tuple[int, int], typed: Sequence[int]) -> bool:
    """Tell whether the typed words are those at the positions.

    Raises:
        UsageError: If not exactly two words were typed.
    """
    if len(typed) != ASKED:
        raise UsageError("two words are asked for")
    return all(shown[position] == word for position, word in zip(positions, typed, strict=True))
