"""THE table of kinds: what each entry says, who may write it, whose consent it asks, and where it is shown.

A new kind is one row here. Nothing else knows a kind of a person's own things by name; how agreements, signals,
moved windows, paces and chapters are settled has a module each.
"""

from typing import Any, Final

from troth_couple.choices import (
    Came,
    Detail,
    Helper,
    Level,
    Occasion,
    Outcome,
    Place,
    Receiving,
    Reply,
    Response,
    Scope,
    Trial,
)
from troth_couple.days import DAY
from troth_couple.kind import Field, Kind, Weight, Who
from troth_couple.limits import (
    DROPS_MAX,
    ENTRY_BYTES_MAX,
    LINE_BYTES_MAX,
    PACE_DAYS_MAX,
    PACE_WORDS_MAX,
    PLAN_NOTE_DAYS_MAX,
    RELEASES_MAX,
    TEXT_BYTES_MAX,
)
from troth_couple.texts import words
from troth_wire import codec
from troth_wire.codec import Check

__all__ = [
    "AGREEMENT",
    "BY_NAME",
    "KEPT",
    "KINDS",
    "SIGNALS",
    "Came",
    "Detail",
    "Field",
    "Helper",
    "Kind",
    "Level",
    "Occasion",
    "Outcome",
    "Place",
    "Receiving",
    "Reply",
    "Response",
    "Scope",
    "Trial",
    "Weight",
    "Who",
]


AGREEMENT: Final = "agreement"
"""What acts on agreements are about; an agreement has 16 random bytes for a name and no entry that begins it."""
SIGNALS: Final = "signals"
"""What signals and releases are about: all signals there are, which need no name."""


_TEXT: Final = words(TEXT_BYTES_MAX)
_LINE: Final = words(LINE_BYTES_MAX)
_HASH: Final = codec.raw(32)


def _text(name: str) -> Field:
    return Field(name, _TEXT)


def _perhaps(name: str, check: Check = _TEXT) -> Field:
    return Field(name, codec.maybe(check))


def _thing(number: int, name: str, *fields: Field, views: str, **more: Any) -> Kind:
    """Return the row of a kind that begins a thing of its author's own."""
    return Kind(number=number, name=name, begins=True, fields=fields, views=tuple(views.split()), **more)


_CHECK_IN: Final = ("feelings", "appreciation", "need", "ownership", "recovery", "steadiness")
_PACE: Final = codec.many(_LINE, PACE_WORDS_MAX)
_PASSES: Final = Field("until", DAY)
_THINGS: Final = (
    _thing(1, "check_in", *map(_perhaps, _CHECK_IN), views="today"),
    _thing(2, "gratitude", _text("text"), views="today jar"),
    _thing(3, "milestone", _text("what"), Field("on", DAY), Field("ours", codec.flag), ours="ours", views="year"),
    _thing(4, "boundary", _text("statement"), _perhaps("because"), views="boundaries"),
    _thing(5, "request", _text("ask"), _perhaps("why"), _perhaps("good_by", DAY), views="today requests"),
    _thing(6, "plan_note", _text("text"), _PASSES, until="until", days_max=PLAN_NOTE_DAYS_MAX, views="today"),
    _thing(7, "note", Field("title", _LINE), views="notes"),
    _thing(8, "blind", _text("question"), views="blind"),
    _thing(
        64,
        "window",
        *(_text("topics"), Field("on", DAY), _perhaps("at", _LINE), _perhaps("length", _LINE)),
        first="suggested",
        fixed=True,
        movable=True,
        views="windows",
    ),
    _thing(
        66,
        "question",
        _text("text"),
        Field("detail", codec.either(*Detail)),
        Field("place", codec.either(*Place)),
        _perhaps("may_wait_until", DAY),
        first="asked",
        fixed=True,
        views="questions",
    ),
    _thing(
        67,
        "disclosure",
        *(_perhaps("item"), _text("what"), _perhaps("on", DAY)),
        *map(_perhaps, ("support", "feeling", "next_step")),
        settled=True,
        sealed=True,
        views="told",
    ),
    _thing(
        68,
        "repair",
        *(_text("impact"), _perhaps("support"), _perhaps("review_on", DAY)),
        first="open",
        settled=True,
        views="repairs",
    ),
    _thing(
        69,
        "repair_letter",
        *map(_text, ("did", "damage", "for_you", "done_since")),
        first="offered",
        fixed=True,
        sealed=True,
        views="letters",
    ),
    _thing(70, "promise", _text("what"), _perhaps("by", DAY), views="promises year"),
    _thing(71, "care_act", _text("text"), views="care"),
    _thing(72, "care_menu", _text("text"), views="care"),
    _thing(
        73,
        "intimacy_pace",
        *(Field("fine", _PACE), Field("not_now", _PACE), _PASSES),
        until="until",
        days_max=PACE_DAYS_MAX,
        apart=True,
        views="pace",
    ),
    _thing(74, "glossary", Field("word", _LINE), _text("means"), views="glossary"),
    _thing(
        75,
        "practice",
        *(_text("what"), _perhaps("when", _LINE), _perhaps("look_back", DAY), Field("ours", codec.flag)),
        first="tried",
        ours="ours",
        views="practices year",
    ),
    _thing(
        76,
        "event",
        *(Field("title", _LINE), _perhaps("alias", _LINE), Field("sort", codec.either(*Occasion))),
        *(Field("on", DAY), _perhaps("at", _LINE), Field("ours", codec.flag)),
        first="planned",
        ours="ours",
        until="on",
        views="today calendar year",
    ),
    _thing(77, "reflection", *map(_perhaps, ("mattered", "learned", "hope")), views="year"),
    _thing(
        79,
        "support_person",
        *(Field("helps", codec.either(*Helper)), Field("name", _LINE), _perhaps("reach", _LINE), _perhaps("tells")),
        views="support",
    ),
    _thing(80, "chapter", Field("next", codec.raw(16)), _perhaps("words"), fixed=True, joint=True, views="chapters"),
)
"""A person's own things: added, amended and taken back by their author alone."""
_OTHERS_TOO: Final = frozenset({"note", "blind", "window", "chapter"})
"""What holds the other person's words or consent too, so that nobody takes it back whole."""


def _act(number: int, name: str, *fields: Field, about: str, who: Who = Who.EITHER, **more: Any) -> Kind:
    """Return the row of an act on a thing."""
    return Kind(number=number, name=name, fields=fields, about=frozenset(about.split()), who=who, **more)


_ACTS_ON_THINGS: Final = (
    _act(16, "thanks", about="check_in gratitude milestone boundary plan_note disclosure", who=Who.OTHER),
    _act(
        17,
        "answer",
        *(Field("reply", codec.either(*Reply)), _perhaps("text")),
        about="request window",
        who=Who.OTHER,
    ),
    _act(18, "close", about="note blind repair disclosure"),
    _act(19, "seal", Field("hash", _HASH), about="blind"),
    _act(20, "reveal", Field("salt", codec.raw(16)), _text("text"), about="blind"),
    _act(
        21,
        "take_back",
        about=" ".join(kind.name for kind in _THINGS if kind.name not in _OTHERS_TOO),
        who=Who.OWN,
        weight=Weight.CAUTION,
    ),
    _act(22, "retire", about="boundary", who=Who.OWN),
    _act(
        23,
        "outcome",
        *(Field("outcome", codec.either(*Outcome)), _perhaps("text")),
        about="promise",
        who=Who.OWN,
    ),
    _act(24, "told", _text("text"), about="promise repair", who=Who.OTHER),
    _act(
        25,
        "reply",
        *(Field("response", codec.either(*Response)), _perhaps("text"), _perhaps("by", DAY)),
        about="question",
        who=Who.OTHER,
        beside=True,
    ),
    _act(26, "agenda", _text("text"), about="window", beside=True),
    _act(27, "move", Field("from", _HASH), Field("on", DAY), _perhaps("at", _LINE), about="window"),
    _act(28, "hold", _perhaps("text"), about="window", beside=True),
    _act(29, "skip", about="window"),
    _act(30, "step", _text("text"), about="repair", who=Who.OWN, beside=True),
    _act(31, "reopen", about="repair disclosure"),
    _act(
        39,
        "receive",
        *(Field("receiving", codec.either(*Receiving)), _perhaps("by", DAY)),
        about="disclosure repair_letter",
        who=Who.OTHER,
        beside=True,
    ),
    _act(40, "lead", Field("repair", _HASH), about="disclosure", who=Who.OWN, beside=True),
    _act(
        58,
        "keep_or_drop",
        *(Field("choice", codec.either(*Trial)), _perhaps("text")),
        about="practice",
        who=Who.OURS,
        beside=True,
    ),
    _act(59, "came", Field("choice", codec.either(*Came)), about="event", who=Who.OURS, beside=True),
)
"""What is done to a thing; none of it is an answer in a thread."""


def _acts_of_consent() -> list[Kind]:
    """Proposing, and saying yes or no to one exact text."""
    either = Who.EITHER
    agreement = frozenset({AGREEMENT})
    on_text = frozenset({AGREEMENT, "milestone", "practice", "event", "chapter"})
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


KINDS: Final = {kind.number: kind for kind in (*_THINGS, *_ACTS_ON_THINGS, *_acts_of_consent(), *_signals())}
"""Every kind that this release knows, by number."""
BY_NAME: Final = {kind.name: kind for kind in KINDS.values()}
KEPT: Final = {
    65: "talk",
    78: "journal_entry",
}
"""Numbers that later releases will use; entries of them are kept and shown as from a newer version."""
