"""How what stands looks as cards: a title, its lines, and the plain values for a program.

Values in, values out; what is too long for a list is cut, and says so by an ellipsis.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from troth_app.conversation import Result
from troth_app.limits import PAGE_BYTES_MAX, PREVIEW_LETTERS_MAX
from troth_app.messages import capital, tell
from troth_app.recounting import lines, say, sentence
from troth_couple import (
    Agreement,
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
    Signals,
    Stage,
    State,
    Thing,
    Trial,
    Wording,
    key_of,
    notes,
    shown,
)
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME
from troth_couple.revision import SORTS, Revision, RevisionId
from troth_wire.ids import PersonId

__all__ = [
    "agreement_card",
    "bar",
    "headline",
    "lines_of",
    "newest_first",
    "page",
    "preview",
    "proposed_at",
    "revision_lines",
    "signal_cards",
    "thing_card",
    "time_of",
    "wish_line",
]

Names = Mapping[PersonId, str]

OUTCOMES: Final = {outcome: Stage[outcome.name] for outcome in Outcome}
REPLIES: Final = {
    Reply.DECLINE: "answer.decline",
    Reply.LATER: "answer.later",
    Reply.COUNTER: "answer.counter",
    Reply.ACCEPT: "answer.accept",
}
CHOICES: Final[Mapping[str, Callable[[int], IntEnum]]] = {
    "detail": Detail,
    "helps": Helper,
    "place": Place,
    "sort": Occasion,
}
BEHIND: Final = ("sort", "title")
"""What an alias stands for on a screen."""
PLANNED: Final = "disclosure"
"""What may belong to an item of a plan, of which a sealed card says no more than that."""
WORDED: Final = (
    *(Stage.CLOSED, Stage.OURS, Stage.WAITING, Stage.SKIPPED, Stage.HELD),
    *(Stage.DROPPED, Stage.ELSEWHEN, Stage.DONE, Stage.KEEPING),
)
"""Where a thing stands, when its lines do not say so."""


@dataclass(frozen=True, slots=True)
class _Words:
    """How much of whose words is shown."""

    me: PersonId
    letters: int | None
    theirs: str | None
    """What stands in place of the other person's words, if anything does."""
    opened: bool
    """Whether what is sealed is shown."""
    whole: bool = False
    """Whether what an alias stands for is shown too."""

    def seals(self, thing: Thing) -> bool:
        """Tell whether words are there that this person opens by choice, and in no list."""
        sealed = BY_NAME[thing.kind].sealed and thing.author != self.me and bool(thing.versions)
        return sealed and not self.opened and self.theirs is None

    def hides(self, person: PersonId) -> bool:
        return self.theirs is not None and person != self.me

    def of(self, person: PersonId, text: str) -> str:
        return self.theirs or "" if self.hides(person) else preview(shown(text), self.letters)


def page(cards: Iterable[Result], **more: Any) -> Result:
    """Return a result of cards, as many as one answer holds."""
    found: list[Result] = []
    room = PAGE_BYTES_MAX
    for card in cards:
        room -= len(json.dumps(card))
        if room < 0:
            more["ends"] = [*more.get("ends", ()), tell("more")]
            break
        found.append(card)
    return {**more, "cards": found}


def preview(text: str, letters: int | None = PREVIEW_LETTERS_MAX) -> str:
    """Return a text as it fits a list; whole, where there is no bound."""
    return text if letters is None or len(text) <= letters else f"{text[: letters - 1]}…"


def thing_card(
    thing: Thing,
    *,
    names: Names,
    me: PersonId,
    today: str = "",
    letters: int | None = PREVIEW_LETTERS_MAX,
    theirs: str | None = None,
    opened: bool = False,
    whole: bool = False,
) -> Result:
    """Return the card of a check-in, a request, or another thing of one person.

    Args:
        thing: Which one.
        names: What the two are called.
        me: Whose device this is.
        today: Which day it is, to say so of what is dated later; where nothing is named, nothing is said.
        letters: How much of each text is shown.
        theirs: What stands in place of the other person's words, if anything does.
        opened: Whether what is sealed for this person is shown: somebody chose to open it.
        whole: Whether what an alias stands for is shown too.
    """
    words = _Words(me, letters, theirs, opened, whole)
    return {
        "title": capital(tell(f"card.{thing.kind}", name=names[thing.author], day=thing.day)),
        "lines": [*_thing_lines(thing, names, words), *([say("act.ahead")] if today and thing.day > today else [])],
        "id": thing.id.hex(),
        "kind": thing.kind,
        "mine": thing.author == me,
        "day": thing.day,
        "stage": thing.stage.name.lower(),
        **({"ours": True} if _is_ours(thing) else {}),
    }


def _is_ours(thing: Thing) -> bool:
    """Tell whether a thing is to be both persons', so that either may say what came of it."""
    field = BY_NAME[thing.kind].ours
    return field is not None and bool(thing.says(field))


def signal_cards(signals: Signals, *, names: Names, me: PersonId) -> list[Result]:
    """Return a card for each signal that is on, the most careful first."""
    return [
        {
            "title": _signal(act, me),
            "lines": [tell("signal.by", name=names[act.person], day=act.day, scope=tell(f"about.{_scope(act)}"))],
            "kind": "signal",
            "mine": act.person == me,
            "day": act.day,
            "level": Level(act.said("level")).name.lower(),
            "scope": _scope(act),
        }
        for act in signals.active
    ]


def bar(state: State, me: PersonId) -> list[str]:
    """Return what stands above whatever is read while a signal is on: the most careful one."""
    return [_signal(act, me) for act in state.signals.active[:1]]


def _signal(act: Entry, me: PersonId) -> str:
    """Return a signal as it is said to whoever gave it, or to the other."""
    level = Level(act.said("level"))
    return tell(f"signal.{level.name.lower()}") if act.person == me else say(key_of(level))


def headline(agreement: Agreement) -> Revision | None:
    """Return the text by which an agreement is known: the one that holds, else one that is open.

    Where there is neither, it is the one that most of the two ever said yes to, and of several the last.
    """
    named = agreement.in_force or next(iter(agreement.open), None)
    if named is not None:
        return agreement.wordings[named].revision
    yes: dict[RevisionId, set[PersonId]] = {text: set() for text in agreement.wordings}
    for act in agreement.acts:
        if act.name == "assent" and act.said("text") in yes:
            yes[act.said("text")].add(act.person)
    latest = sorted(yes, key=lambda text: (len(yes[text]), proposed_at(agreement.wordings[text]), text))
    return agreement.wordings[latest[-1]].revision if latest else None


def proposed_at(wording: Wording) -> tuple[str, int]:
    """Return when a text was proposed last: its day, and within a day the place among what its author wrote."""
    return max((act.day, act.sequence) for act in wording.proposals)


def agreement_card(agreement: Agreement, *, names: Names, wish: Callable[[Entry], str] | None = None) -> list[Result]:
    """Return how an agreement stands, and each text that matters now in full.

    Args:
        agreement: Which one.
        names: What the two are called.
        wish: Who asks for a change of a text, and which; None where that is not shown.
    """
    stands = [say(key_of(agreement.shown)), *([say("shown.crossed")] if agreement.crossed else [])]
    texts = list(_texts(agreement))
    head = headline(agreement)
    title = shown(head.title) if head else tell("agree.untitled")
    first = {"title": title, "lines": stands, "id": agreement.id.hex(), "state": agreement.shown.name.lower()}
    asked = [] if wish is None else [(act.said("text"), wish(act)) for act in agreement.asked]
    return [
        first,
        *(
            _text_card(key, agreement, text, names, [line for about, line in asked if about == text])
            for key, text in texts
        ),
    ]


def wish_line(act: Entry, names: Names, theirs: str | None = None) -> str:
    """Return who asked for a change, and in which words; some may stand in the place of those."""
    said = capital(sentence(act, names=names))
    words = act.said("wish")
    return tell("show.wish", sentence=said, text=theirs or shown(words)) if words else said


def revision_lines(revision: Revision, *, names: Names) -> list[str]:
    """Return all that somebody agrees to with a text: its points, whom it binds, and its days."""
    applies = revision.applies_to
    found = [tell("show.sort", sort=SORTS[revision.sort])]
    found += [f"{number}. {line}" for number, line in enumerate(lines(revision), 1)]
    found.append(tell("show.applies", name=names.get(applies, "?")) if applies else tell("show.both"))
    if revision.review_on:
        found.append(tell("show.review", day=revision.review_on))
    if revision.expires:
        found.append(tell("show.expires", day=revision.expires))
    return [*found, tell("show.open"), *(say(note) for note in notes(revision))]


def _texts(agreement: Agreement) -> Iterator[tuple[str, RevisionId]]:
    """Yield what stands in the middle of attention, each with the key of its heading."""
    if agreement.versions:
        yield from (("show.version", text) for text in agreement.versions)
    if agreement.in_force is not None and agreement.in_force not in agreement.versions:
        yield "show.holds", agreement.in_force
    yield from (("show.proposal", text) for text in agreement.open)
    if agreement.in_force is None and not agreement.open and not agreement.versions:
        head = headline(agreement)
        if head is not None:
            yield "show.was", head.id


def _text_card(key: str, agreement: Agreement, text: RevisionId, names: Names, asked: Sequence[str]) -> Result:
    wording: Wording = agreement.wordings[text]
    assents = agreement.assents.get(text, {})
    said = [capital(tell("show.said", name=names[person], day=act.day)) for person, act in sorted(assents.items())]
    return {
        "title": tell(key, title=shown(wording.revision.title)),
        "lines": [*revision_lines(wording.revision, names=names), *said, *asked],
        "id": text.hex(),
        "agreed_by": [names[person] for person in sorted(assents)],
    }


def _thing_lines(thing: Thing, names: Names, words: _Words) -> Iterator[str]:
    if thing.stage is Stage.TAKEN_BACK:
        yield tell("card.taken_back")
    if words.seals(thing):
        planned = thing.kind == PLANNED and thing.says("item")
        yield tell("sealed.plan" if planned else f"sealed.{thing.kind}")
    else:
        yield from _versions(thing, words)
    yield from _timing(thing, names)
    if thing.stage in WORDED:
        yield say(key_of(thing.stage))
    for answer in thing.answers:
        reply, text = tell(REPLIES[Reply(answer.said("reply"))]), answer.said("text")
        yield tell("card.reply", stage=f"{reply}.", text=words.of(answer.person, text) if text else "").strip()
    for outcome in thing.outcomes:
        text = outcome.said("text")
        words_too = f" {words.of(outcome.person, text)}" if text else ""
        yield say(key_of(OUTCOMES[Outcome(outcome.said("outcome"))])) + words_too
    beside = [act for acts in thing.beside.values() for act in acts]
    for act in sorted(beside, key=lambda act: (act.kind, act.day, act.sequence, act.id)):
        yield from _beside(act, names, words)
    for act in thing.told:
        yield tell("card.told", name=names[act.person], text=words.of(act.person, act.said("text")))
    for person in sorted(thing.thanks):
        yield tell("card.by", name=capital(names[person]), text=tell("card.thanked"))
    for person, text in sorted(thing.opened.items()):
        yield tell("card.by", name=capital(names[person]), text=words.of(person, text))


def _versions(thing: Thing, words: _Words) -> Iterator[str]:
    for version in thing.versions:
        yield from _said(version, words)
    for before in thing.earlier:
        yield from (tell("field.before", text=line) for line in _said(before, words))


def time_of(act: Entry) -> str:
    """Return the time that a window, or a move of one, says."""
    return " ".join(shown(part) for part in (act.said("on"), act.said("at")) if part)


def _timing(thing: Thing, names: Names) -> Iterator[str]:
    """Yield when a window is, where it was moved, and who would like another time."""
    if thing.at and thing.at[0] not in thing.versions:
        yield tell("window.now", time=time_of(thing.at[0]))
    for wish in thing.suggested:
        yield capital(tell("window.wish", name=names[wish.person], time=time_of(wish)))


def _beside(act: Entry, names: Names, words: _Words) -> Iterator[str]:
    """Yield what somebody said beside a thing; that a window was held, its word says already."""
    if act.name == "receive":
        by = tell("field.by", text=act.said("by")) if act.said("by") else ""
        receiving = say(key_of(Stage[Receiving(act.said("receiving")).name]))
        yield capital(tell("beside.receive", name=names[act.person], receiving=receiving, by=by).strip())
        return
    if act.name == "lead":
        yield tell("beside.lead")
        return
    said = act.said("text") if "text" in BY_NAME[act.name].places else None
    text = words.of(act.person, said) if said else ""
    if act.name == "reply":
        response = say(key_of(Stage[Response(act.said("response")).name]))
        by = tell("field.by", text=act.said("by")) if act.said("by") else ""
        line = tell("beside.reply", name=names[act.person], response=response, text=f"{text} {by}".strip())
        yield capital(line.strip())
    elif act.name == "keep_or_drop":
        word = tell(f"beside.{Trial(act.said('choice')).name.lower()}", name=names[act.person])
        yield capital(f"{word} {text}".strip())
    elif text:
        yield capital(tell(f"beside.{act.name}", name=names[act.person], text=text))


def _said(version: Entry, words: _Words) -> Iterator[str]:
    if words.hides(version.person):
        yield words.theirs or ""
        return
    yield from lines_of(version.name, version.said, lambda text: words.of(version.person, text), whole=words.whole)


def lines_of(kind: str, said: Callable[[str], Any], show: Callable[[str], str], *, whole: bool) -> Iterator[str]:
    """Yield a line for each field that says something; with an alias that stands for the rest, unless all is wanted."""
    hidden = BEHIND if not whole and "alias" in BY_NAME[kind].places and said("alias") else ()
    for field in BY_NAME[kind].places:
        text = _field(field, said(field))
        if text and field not in hidden:
            yield tell(f"field.{field}", text=show(text))


def _field(name: str, value: Any) -> str:
    """Return a field as a text: what was chosen from a list by its words, and nothing where there are no words."""
    if name in CHOICES:
        return tell(f"{name}.{CHOICES[name](value).name.lower()}")
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, str) else ""


def _scope(act: Entry) -> str:
    return Scope(act.said("scope")).name.lower()


def newest_first(things: Iterable[Thing]) -> list[Thing]:
    """Return things, the latest day first; within a day, as far as one author goes, the latest word."""
    return sorted(things, key=lambda thing: (thing.day, _place(thing), thing.id), reverse=True)


def _place(thing: Thing) -> int:
    if len(thing.versions) == 1 and not thing.earlier:
        return thing.versions[0].sequence
    return max((version.sequence for version in (*thing.versions, *thing.earlier)), default=0)
