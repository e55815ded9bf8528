"""The states of a pairing are one table; what is not in it ends the pairing (specs/pairing.md, States)."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from troth.pairing.ticket import Purpose
from troth.pairing.words import Side

__all__ = ["FAR_NEXT", "NEXT", "STEPS", "Input", "State", "table"]


class State(Enum):
    """Where one side is."""

    CALLING = auto()
    HEARING = auto()
    ASKING = auto()
    LISTENING = auto()
    PROVING = auto()
    LEARNING = auto()
    SHOWING = auto()
    AFFIRMING = auto()
    OFFERING = auto()
    TAKING = auto()
    DONE = auto()
    ENDED = auto()


class Input(Enum):
    """What leads on: a record or message of the other side, or a word from this one's person or program."""

    SHARE = auto()
    REPLY = auto()
    CONFIRM = auto()
    OPEN = auto()
    OFFER = auto()
    ANSWER = auto()
    AFFIRM = auto()
    SUPPLY = auto()


NEXT: Final[Mapping[tuple[State, Input], State]] = {
    (State.CALLING, Input.REPLY): State.HEARING,
    (State.HEARING, Input.OPEN): State.ASKING,
    (State.ASKING, Input.ANSWER): State.OFFERING,
    (State.LISTENING, Input.SHARE): State.PROVING,
    (State.PROVING, Input.CONFIRM): State.LEARNING,
    (State.LEARNING, Input.OPEN): State.SHOWING,
    (State.SHOWING, Input.OFFER): State.AFFIRMING,
    (State.AFFIRMING, Input.AFFIRM): State.OFFERING,
    (State.OFFERING, Input.SUPPLY): State.TAKING,
    (State.TAKING, Input.OFFER): State.OFFERING,
}

FAR_NEXT: Final[Mapping[tuple[State, Input], State]] = {
    (State.HEARING, Input.OPEN): State.OFFERING,
    (State.LEARNING, Input.OPEN): State.TAKING,
}
"""Where nobody is there to compare words."""

FIRST: Final = {Side.HOST: State.CALLING, Side.GUEST: State.LISTENING}

STEPS: Final[Mapping[Purpose, tuple[tuple[Side, str], ...]]] = {
    Purpose.DEVICE: ((Side.HOST, "invitations"), (Side.GUEST, "requests"), (Side.HOST, "welcomes")),
    Purpose.JOIN: ((Side.HOST, "draft"), (Side.GUEST, "genesis")),
    Purpose.FAR: ((Side.HOST, "draft"), (Side.GUEST, "genesis")),
}
"""What is handed over, and by whom, in turn."""


def table(purpose: Purpose) -> Mapping[tuple[State, Input], State]:
    """Return the table of a purpose."""
    return {**NEXT, **FAR_NEXT} if purpose is Purpose.FAR else NEXT
