"""What one input asks of the driver: post these records, then do this one thing."""

from dataclasses import dataclass, field
from typing import TypeAlias

from troth.pairing.ends import End
from troth.pairing.ticket import Purpose
from troth.pairing.words import Side

__all__ = ["Affirm", "Ask", "Ended", "Need", "Now", "Paired", "Show", "Turn", "Wait"]

FourWords: TypeAlias = tuple[int, int, int, int]
Offer: TypeAlias = tuple[bytes, ...]


@dataclass(frozen=True)
class Wait:
    """Read on: the other side is next."""


@dataclass(frozen=True)
class Show:
    """The guest: show the four words, and read on; the person types two of them into the other device."""

    words: FourWords = field(repr=False)


@dataclass(frozen=True)
class Ask:
    """The host: ask for the words that the other device shows at these positions (0 to 3); then `answer`."""

    positions: tuple[int, int]


@dataclass(frozen=True)
class Affirm:
    """The guest: ask whether the other device says that the words match; then `affirm`."""

    words: FourWords = field(repr=False)


@dataclass(frozen=True)
class Need:
    """Make what is handed over next; then `supply`."""

    step: str
    """`invitations`, `requests`, `welcomes`, `draft` or `genesis`."""
    introduction: bytes = field(repr=False)
    """What the other side said of itself."""
    taken: Offer = field(repr=False)
    """What the other side handed over just before; empty at the first step."""
    bytes_max: int
    """The sum of the items' lengths, five more for each."""


@dataclass(frozen=True)
class Paired:
    """Both sides have everything; the sender of the last step has it before the other side does."""

    purpose: Purpose
    side: Side
    introduction: bytes = field(repr=False)
    """What the other side said of itself."""
    offers: tuple[Offer, ...] = field(repr=False)
    """Everything handed over, step by step, the same on both sides."""
    words: FourWords = field(repr=False)
    compared: bool
    """Whether people compared the words; if not, keep them, and commit to nothing before they are."""


@dataclass(frozen=True)
class Ended:
    """It is over, and nothing was joined."""

    end: End
    elsewhere: End | None = None
    """With `STOPPED`: what the other side says it ended by; a hint, not to be trusted."""


Now: TypeAlias = Wait | Show | Ask | Affirm | Need | Paired | Ended


@dataclass(frozen=True)
class Turn:
    """What to do after an input."""

    post: tuple[bytes, ...] = field(default=(), repr=False)
    """Records to append to the meeting's mailbox, in order, before anything else is done."""
    now: Now = Wait()
