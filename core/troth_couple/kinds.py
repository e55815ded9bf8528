"""THE table of kinds: what each entry says, who may write it, whose consent it asks, and where it is shown.

A new kind is one row here. Nothing else knows a kind of a person's own things by name; how agreements and signals
are settled has a module each.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property
from typing import Final

from troth_couple.days import DAY
from troth_couple.limits import DROPS_MAX, ENTRY_BYTES_MAX, LINE_BYTES_MAX, RELEASES_MAX, TEXT_BYTES_MAX
from troth_couple.texts import words
from troth_wire import codec
from troth_wire.codec import Check

__all__ = [
    "AGREEMENT",
    "BY_NAME",
    "KEPT",
    "KINDS",
    "SIGNALS",
    "Field",
    "Kind",
    "Level",
    "Outcome",
    "Reply",
    "Scope",
    "Weight",
    "Who",
]


class Weight(IntEnum):
    """How careful an entry makes the state, and so which key signs it."""

    PLAIN = 0
    CAUTION = 1
    COMMITMENT = 2


class Who(Enum):
    """Whose thing an act may be about."""

    OWN = "the author's own"
    OTHER = "the other person's"
    EITHER = "either person's"


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
    """An answer to a request, the most careful first; none needs a reason."""

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


AGREEMENT: Final = "agreement"
"""What acts on agreements are about; an agreement has 16 random bytes for a name and no entry that begins it."""
SIGNALS: Final = "signals"
"""What signals and releases are about: all signals there are, which need no name."""


@dataclass(frozen=True)
class Field:
    """One place in the body of an entry."""

    name: str
    check: Check


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the table."""

    number: int
    name: str
    begins: bool = False
    """Whether it begins a thing of its author's own; an entry about such a thing amends it."""
    weight: Weight = Weight.PLAIN
    fields: tuple[Field, ...] = ()
    about: frozenset[str] = frozenset()
    """The names of the kinds that an act of this kind may be about."""
    who: Who = Who.OWN
    ours: str | None = None
    """The field that says whether the thing is both persons' and so needs both assents."""
    until: str | None = None
    """The field with the last day on which the thing is shown."""
    views: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether such a thing may change with the day, or with what is on hold."""
        return self.ours is not None or self.until is not None

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in the body each field stands."""
        return {field.name: place for place, field in enumerate(self.fields)}

    @cached_property
    def check(self) -> Check:
        """The shape of the body."""
        return codec.fields(*(field.check for field in self.fields))


_TEXT: Final = words(TEXT_BYTES_MAX)
_LINE: Final = words(LINE_BYTES_MAX)
_HASH: Final = codec.raw(32)
_OWN_WORDS: Final = (
    *("check_in", "gratitude", "milestone", "boundary", "request", "plan_note"),
    *("promise", "care_act", "care_menu"),
)
"""What its author can take back whole; in a shared note or a blind question the other's words stand too."""


def _text(name: str) -> Field:
    return Field(name, _TEXT)


def _perhaps(name: str, check: Check = _TEXT) -> Field:
    return Field(name, codec.maybe(check))


def _things() -> list[Kind]:
    """A person's own things: added, amended and taken back by their author alone."""
    check_in = ("feelings", "appreciation", "need", "ownership", "recovery", "steadiness")
    boundary = (_text("statement"), _perhaps("because"))
    return [
        Kind(number=1, name="check_in", begins=True, fields=tuple(map(_perhaps, check_in)), views=("today",)),
        Kind(number=2, name="gratitude", begins=True, fields=(_text("text"),), views=("today", "jar")),
        Kind(
            number=3,
            name="milestone",
            begins=True,
            fields=(_text("what"), Field("on", DAY), Field("ours", codec.flag)),
            ours="ours",
            views=("year",),
        ),
        Kind(number=4, name="boundary", begins=True, fields=boundary, views=("boundaries",)),
        Kind(
            number=5,
            name="request",
            begins=True,
            fields=(_text("ask"), _perhaps("why"), _perhaps("good_by", DAY)),
            views=("today", "requests"),
        ),
        Kind(
            number=6,
            name="plan_note",
            begins=True,
            fields=(_text("text"), Field("until", DAY)),
            until="until",
            views=("today",),
        ),
        Kind(number=7, name="note", begins=True, fields=(Field("title", _LINE),), views=("notes",)),
        Kind(number=8, name="blind", begins=True, fields=(_text("question"),), views=("blind",)),
        Kind(
            number=70,
            name="promise",
            begins=True,
            fields=(_text("what"), _perhaps("by", DAY)),
            views=("promises",),
        ),
        Kind(number=71, name="care_act", begins=True, fields=(_text("text"),), views=("care",)),
        Kind(number=72, name="care_menu", begins=True, fields=(_text("text"),), views=("care",)),
    ]


def _acts_on_things() -> list[Kind]:
    """What is done to a thing; none of it is an answer in a thread."""
    own = frozenset(_OWN_WORDS)
    warm = frozenset({"check_in", "gratitude", "milestone", "boundary", "plan_note"})
    other = Who.OTHER
    return [
        Kind(number=16, name="thanks", about=warm, who=other),
        Kind(
            number=17,
            name="answer",
            about=frozenset({"request"}),
            who=other,
            fields=(Field("reply", codec.either(*Reply)), _perhaps("text")),
        ),
        Kind(number=18, name="close", about=frozenset({"note", "blind"}), who=Who.EITHER),
        Kind(
            number=19,
            name="seal",
            about=frozenset({"blind"}),
            who=Who.EITHER,
            fields=(Field("hash", _HASH),),
        ),
        Kind(
            number=20,
            name="reveal",
            about=frozenset({"blind"}),
            who=Who.EITHER,
            fields=(Field("salt", codec.raw(16)), _text("text")),
        ),
        Kind(number=22, name="retire", about=frozenset({"boundary"})),
        Kind(
            number=23,
            name="outcome",
            about=frozenset({"promise"}),
            fields=(Field("outcome", codec.either(*Outcome)), _perhaps("text")),
        ),
        Kind(number=24, name="told", about=frozenset({"promise"}), who=other, fields=(_text("text"),)),
        Kind(number=21, name="take_back", weight=Weight.CAUTION, about=own),
    ]


def _acts_of_consent() -> list[Kind]:
    """Proposing, and saying yes or no to one exact text."""
    either = Who.EITHER
    agreement = frozenset({AGREEMENT})
    on_text = frozenset({AGREEMENT, "milestone"})
    caution = Weight.CAUTION
    text = Field("text", _HASH)
    drops = Field("drops", codec.many(_HASH, DROPS_MAX))
    revision = Field("revision", codec.blob(ENTRY_BYTES_MAX))
    return [
        Kind(number=32, name="propose", about=agreement, who=either, fields=(revision,)),
        Kind(
            number=33,
            name="assent",
            weight=Weight.COMMITMENT,
            about=on_text,
            who=either,
            fields=(text, drops),
        ),
        Kind(number=34, name="withdraw", weight=caution, about=on_text, who=either),
        Kind(number=35, name="decline", weight=caution, about=on_text, who=either, fields=(text,)),
        Kind(
            number=36,
            name="ask_change",
            weight=caution,
            about=agreement,
            who=either,
            fields=(text, _perhaps("wish"), Field("keeps", codec.flag)),
        ),
        Kind(number=37, name="end", weight=caution, about=agreement, who=either),
        Kind(
            number=38,
            name="repudiate",
            weight=caution,
            about=on_text | {SIGNALS},
            who=either,
            fields=(Field("act", _HASH),),
        ),
    ]


def _signals() -> list[Kind]:
    """Slow, pause and stop, and their release by the person who gave them."""
    signals = frozenset({SIGNALS})
    level, scope = Field("level", codec.either(*Level)), Field("scope", codec.either(*Scope))
    names = Field("signals", codec.many(_HASH, RELEASES_MAX, minimum=1))
    return [
        Kind(number=48, name="signal", weight=Weight.CAUTION, about=signals, who=Who.EITHER, fields=(level, scope)),
        Kind(number=49, name="release", weight=Weight.COMMITMENT, about=signals, who=Who.EITHER, fields=(names,)),
    ]


KINDS: Final = {kind.number: kind for kind in [*_things(), *_acts_on_things(), *_acts_of_consent(), *_signals()]}
"""Every kind that this release knows, by number."""
BY_NAME: Final = {kind.name: kind for kind in KINDS.values()}
KEPT: Final = {
    64: "window",
    65: "talk",
    66: "question",
    67: "disclosure",
    68: "repair",
    69: "repair_letter",
    73: "intimacy_pace",
    74: "glossary",
    75: "practice",
    76: "event",
    77: "reflection",
    78: "journal_entry",
    79: "support_person",
    80: "chapter",
}
"""Numbers that later releases will use; entries of them are kept and shown as from a newer version."""
