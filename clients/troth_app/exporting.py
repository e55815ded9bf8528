"""What leaves the vault as a readable file: own words by default, agreements in full, and a list of what is inside.

No signature, no minute, and nothing that would make it evidence: it is a copy to read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from troth_app.cards import agreement_card, newest_first, thing_card, wish_line
from troth_app.messages import capital, tell
from troth_app.recounting import sentence
from troth_couple import Agreement, Day, Runs, Stage, State, SubjectId, own_words, shown
from troth_couple.entry import Entry
from troth_couple.kinds import KINDS
from troth_couple.views import by_age
from troth_wire.ids import PersonId

__all__ = ["PARTS", "Export", "as_json", "as_markdown", "calendar", "export", "initials", "joined", "named"]

THINGS: Final = tuple(kind.name for kind in KINDS.values() if kind.begins and not kind.apart and not kind.joint)
PARTS: Final = ("agreements", *THINGS)
"""What an export may hold, beside what is yours alone; never what felt fine to whom: that is nobody's evidence."""
LINE_OCTETS: Final = 74
"""RFC 5545 folds lines that are longer."""

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """What is put into a file."""

    day: Day
    words: str
    """`own` or `full`."""
    sections: tuple[Content, ...]
    mine: tuple[str, ...] = ()

    @property
    def inside(self) -> list[str]:
        """Exactly what is inside, part by part."""
        found = [str(section["title"]) for section in self.sections if section["items"]]
        return found + ([tell("part.mine")] if self.mine else [])


def export(
    state: State,
    *,
    me: PersonId,
    names: Mapping[PersonId, str],
    full: bool,
    parts: Sequence[str] = PARTS,
    texts: Mapping[SubjectId, Runs] | None = None,
    mine: Sequence[str] = (),
) -> Export:
    """Return an export of what stands.

    Args:
        state: What stands.
        me: Whose export it is.
        names: What the two are called in it.
        full: Whether the other person's words are in it.
        parts: Which parts are in it.
        texts: Notes that both write, and whose words they hold.
        mine: What is this person's alone.
    """
    theirs = None if full else tell("export.their_words")
    sections = []
    for part in parts:
        if part == "agreements":
            items = [item for found in by_age(state) for item in _agreement(found, names, me, theirs)]
        else:
            things = [thing for thing in newest_first(state.things.values()) if thing.kind == part]
            card_of = partial(thing_card, names=names, me=me, letters=None, theirs=theirs, opened=True, whole=True)
            cards = map(card_of, things)
            items = [*map(_item, cards)]
            if part == "note":
                bodies = [_body((texts or {}).get(thing.id, ()), me, theirs) for thing in things]
                items = [_with(item, body) for item, body in zip(items, bodies, strict=True)]
        sections.append({"title": tell(f"part.{part}"), "items": items})
    return Export(state.today, "full" if full else "own", tuple(sections), tuple(mine))


def named(made: Export, key: str, **values: str) -> Export:
    """Return an export in which every part says by a sentence of the catalogue where it is from."""
    sections = ({**one, "title": tell(key, title=str(one["title"]), **values)} for one in made.sections)
    return replace(made, sections=tuple(sections))


def joined(current: Export, *over: Export) -> Export:
    """Return one export: of what is current, and then of what is over."""
    return replace(current, sections=tuple(section for one in (current, *over) for section in one.sections))


def as_json(made: Export) -> bytes:
    """Return an export as JSON."""
    content = {
        "made_on": made.day,
        "words": made.words,
        "inside": made.inside,
        "sections": [section for section in made.sections if section["items"]],
        "mine": list(made.mine),
    }
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def as_markdown(made: Export) -> bytes:
    """Return an export as Markdown."""
    return "\n".join(_markdown(made)).encode() + b"\n"


def calendar(
    state: State, *, title: str, me: PersonId | None = None, alone: Iterable[tuple[Day, str | None]] = ()
) -> bytes | None:
    """Return the days to remember as an iCalendar file for the own calendar.

    Args:
        state: What stands.
        title: What each day is called that has no alias.
        me: Whose calendar it is: of planned days, the other person's alone are not in it.
        alone: Days of one's own alone, each with its alias if it has one.
    """
    meetings = {
        (thing.at[0].said("on"), title)
        for thing in state.things.values()
        if thing.at and thing.stage is not Stage.SKIPPED
    }
    days = {(day, title) for agreement in state.agreements.values() for day in _days(agreement)} | meetings
    days |= {(day, alias or title) for day, alias in (*_planned(state, me), *alone)}
    left = sorted((day, name) for day, name in days if day >= state.today)
    if not left:
        return None
    stamp = state.today.replace("-", "")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar//EN"]
    for number, (day, name) in enumerate(left):
        start = day.replace("-", "")
        place = sum(other == day for other, _ in left[:number])
        lines += ["BEGIN:VEVENT", f"UID:{start}{f'-{place}' if place else ''}@calendar.example"]
        lines += [f"DTSTAMP:{stamp}T000000Z", f"DTSTART;VALUE=DATE:{start}"]
        lines += [f"SUMMARY:{_escaped(name)}", "END:VEVENT"]
    return "".join(f"{line}\r\n" for whole in [*lines, "END:VCALENDAR"] for line in _folded(whole)).encode()


def _planned(state: State, me: PersonId | None) -> Iterator[tuple[Day, str | None]]:
    """Yield the days that are one's own or both persons' by now, each with its alias; a day to look back has none."""
    for thing in state.things.values():
        own = thing.stage in (Stage.PLANNED, Stage.TRIED) and thing.author == me
        if own or thing.stage is Stage.OURS:
            if thing.kind == "event":
                yield thing.says("on"), thing.says("alias")
            if thing.kind == "practice" and thing.says("look_back"):
                yield thing.says("look_back"), None


def initials(own: str, other: str, me: PersonId, persons: Sequence[PersonId]) -> Mapping[PersonId, str]:
    """Return what the two are called in a file that others may read."""
    first, second = (f"{name[:1].upper()}." if name else "" for name in (own, other))
    if first == second:
        first, second = own[:2], other[:2]
    return {
        person: (first or tell("export.i")) if person == me else (second or tell("export.they")) for person in persons
    }


def _body(runs: Runs, me: PersonId, theirs: str | None) -> str:
    """Return the text of a note, with something in the place of the other person's words, if anything is."""
    text = "".join(said for _, said in runs) if theirs is None else own_words(runs, me, others=theirs)
    return shown(text)


def _agreement(
    agreement: Agreement, names: Mapping[PersonId, str], me: PersonId, theirs: str | None
) -> Iterator[Content]:
    cards = agreement_card(agreement, names=names)
    head, *texts = cards
    yield {"title": head["title"], "lines": list(head["lines"])}
    yield from (_item(card) for card in texts)
    # Within a day nobody knows what came first; a proposal reads well before what was said to it.
    by_day = sorted(agreement.acts, key=lambda act: (act.day, act.kind, act.sequence, act.id))
    acts = [_act(act, names, None if act.person == me else theirs) for act in by_day]
    yield {"title": tell("export.acts"), "lines": acts}


def _act(act: Entry, names: Mapping[PersonId, str], theirs: str | None) -> str:
    """Return what somebody did, with the words in which they asked for a change."""
    return wish_line(act, names, theirs) if act.name == "ask_change" else capital(sentence(act, names=names))


def _item(card: Content) -> Content:
    return {"title": card["title"], "lines": list(card["lines"])}


def _with(item: Content, text: str) -> Content:
    return {**item, "lines": [*item["lines"], *text.split("\n")]}


def _markdown(made: Export) -> Iterator[str]:
    yield f"# {tell('export.title', day=made.day)}"
    yield ""
    yield tell("export.full") if made.words == "full" else tell("export.own")
    yield ""
    yield f"## {tell('export.inside')}"
    yield ""
    yield from (f"- {part}" for part in made.inside or [tell("export.none")])
    for section in made.sections:
        if section["items"]:
            yield from ("", f"## {section['title']}")
            for item in section["items"]:
                yield from ("", f"### {_plain(item['title'])}", "")
                yield from (_plain(line) + "  " for text in item["lines"] for line in text.split("\n"))
    if made.mine:
        yield from ("", f"## {tell('part.mine')}")
        for entry in made.mine:
            yield from ("", *(_plain(line) + "  " for line in entry.split("\n")), "", "---")


_MARKS: Final = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|~"})


def _plain(text: str) -> str:
    """Return words as words, whatever marks are in them: no link, no picture, no heading of somebody's making."""
    return text.translate(_MARKS)


def _days(agreement: Agreement) -> Iterator[Day]:
    if agreement.in_force is not None:
        revision = agreement.wordings[agreement.in_force].revision
        yield from (day for day in (revision.review_on, revision.expires) if day is not None)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Cut a line where the form of calendars wants it, between characters."""
    rest, start = line, ""
    while rest:
        taken = rest
        while len((start + taken).encode()) > LINE_OCTETS:
            taken = taken[:-1]
        yield start + taken
        rest, start = rest[len(taken) :], " "
