"""The words that an entry chooses from a short list, as numbers on the wire; the more careful comes first.

The order is the law where several stand: of two replies or outcomes, the one that asks or claims least counts.
"""

from enum import IntEnum

__all__ = [
    "Came",
    "Detail",
    "Helper",
    "Level",
    "Occasion",
    "Outcome",
    "Place",
    "Receiving",
    "Reply",
    "Response",
    "Scope",
    "Trial",
]


class Level(IntEnum):
    """A signal, the least careful first."""

    SLOW = 1
    PAUSE = 2
    STOP = 3


class Scope(IntEnum):
    """What a signal is about."""

    TALK = 1
    TOUCH = 2
    TOPIC = 3
    APP = 4


class Reply(IntEnum):
    """An answer to a request or a planned window, the most careful first; none needs a reason."""

    DECLINE = 1
    LATER = 2
    COUNTER = 3
    ACCEPT = 4


class Outcome(IntEnum):
    """What became of a promise, as its author says it, the one that claims least first."""

    LET_GO = 1
    NOT_THIS_TIME = 2
    PARTLY = 3
    KEPT = 4


class Detail(IntEnum):
    """How much an answer to a question is asked to say."""

    FACT = 1
    OUTLINE = 2
    FULL = 3


class Place(IntEnum):
    """Where a question is asked to be answered."""

    WRITTEN = 1
    TALK = 2
    THERAPIST = 3


class Response(IntEnum):
    """What is said to a question, the one that tells least first; none needs a reason."""

    NO = 1
    NOT_YET = 2
    WITH_HELP = 3
    ANSWERED = 4


class Receiving(IntEnum):
    """What whoever was told something, or offered a letter, chooses to say of it; none needs a reason."""

    NOT_TAKEN = 1
    NOT_NOW = 2
    RECEIVED = 3


class Helper(IntEnum):
    """Who helps, by how; none stands over another."""

    THERAPIST = 1
    FOR_BOTH = 2
    GROUP = 3
    FRANK = 4
    FRIEND = 5


class Occasion(IntEnum):
    """What a day is planned for."""

    WINDOW = 1
    TALK = 2
    DATE = 3
    THERAPY = 4
    HEALTH = 5
    TOGETHER = 6


class Trial(IntEnum):
    """What somebody does with a practice after a while; no reason is needed to let it go."""

    DROP = 1
    KEEP = 2


class Came(IntEnum):
    """What came of a planned day, the one that claims least first; there is no word for a day that passed."""

    DROPPED = 1
    MOVED = 2
    DONE = 3
