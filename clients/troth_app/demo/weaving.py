"""What each table of the demo record says, as acts that have no number, no device and no date yet.

Law: one function for each kind, and the same table gives the same plans.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from troth_app.demo.line import Value

__all__ = ["DAYS", "MARK", "OTHER", "Plan", "Table", "chance", "plans"]

DAYS: Final = 90
OTHER: Final = {"Robin": "Sasha", "Sasha": "Robin"}
MARK: Final = "Robin and Sasha are made-up people."
"""What the record says before anything else."""
THANKED: Final = 9
"""One check-in in so many gets a thank you for telling."""

DETAILS: Final = {"fact": "fact", "outline": "outline", "as much as you can": "full"}
RESPONSES: Final = {"answered": "answered", "not yet": "not yet", "with a therapist": "with help"}
REPLIES: Final = {"accepted": "accept", "changed": "counter", "declined": "decline"}
FEELING: Final = {
    "feeling": "feelings",
    "appreciate": "appreciation",
    "need": "need",
    "own": "ownership",
    "healing": "recovery",
}
CLAUSE: Final = {"noticed by": "noticed_by"}
ITEM: Final = {"class": "sort"}

Table = Any
"""A table is JSON that we wrote; its shape is the shape of the function that weaves it."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An act that has no number, no device and no date yet.

    Attributes:
        name: What other plans call it.
        day: The day, counted from 1.
        by: Who.
        act: What is done.
        thread: What belongs together: it keeps its order within a day.
        about: The name of what it is about.
        of: The names of what it names.
        says: What is said; days are counted from 1, also where a field says one.
    """

    name: str
    day: int
    by: str
    act: str
    thread: str
    about: str | None = None
    of: tuple[str, ...] = ()
    says: Mapping[str, Value] = field(default_factory=dict)


def plans(found: dict[str, Table]) -> Iterator[Plan]:
    """Turn every table into plans."""
    talking, warmth = found["talking"], found["warmth"]
    yield Plan(name="mark", day=1, by="Robin", act="note", thread="mark", says={"title": MARK, "text": MARK})
    yield from _checkins(found["checkins"])
    yield from _agreements(found["agreements"])
    yield from _notes(found["notes"])
    yield from _blind(found["blind"])
    yield from _requests(talking["requests"])
    yield from _windows(talking["windows"])
    yield from _questions(talking["questions"])
    yield from _told(talking["disclosures"])
    yield from _letters(talking["letters"])
    yield from _repairs(talking["repairs"])
    yield from _paces(talking["paces"])
    yield from _promises(talking["promises"])
    yield from _boundaries(talking["boundaries"])
    yield from _signals(talking["signals"])
    yield from _lines("care_act", warmth["care"])
    yield from _lines("gratitude", warmth["thanks"])
    yield from _heads_ups(warmth["heads-ups"])
    yield from _milestones(warmth["milestones"])
    yield from _wishes(found["wishes"])
    yield from _reflections(warmth["reflections"])


def chance(*about: object) -> bytes:
    """Return bytes that are as good as drawn, and the same each time."""
    return hashlib.sha256(repr(about).encode()).digest()


def _renamed(fields: Mapping[str, Value], names: Mapping[str, str]) -> dict[str, Value]:
    return {names.get(name, name): value for name, value in fields.items()}


def _checkins(table: Table) -> Iterator[Plan]:
    for by, rows in table["entries"].items():
        for at, (day, fields) in enumerate(rows):
            # Of two on one day the first is the one that is spoken of later.
            name = f"check-in {by} {day}{' again' if at and rows[at - 1][0] == day else ''}"
            says = _renamed(fields, FEELING)
            yield Plan(name=name, day=day, by=by, act="check_in", thread=name, says=says)
            if chance("thanked", name)[0] % THANKED == 0 and [day, by] not in [row[1:] for row in table["taken back"]]:
                thanks = Plan(name=f"thanks {name}", day=min(day + 1, DAYS), by=OTHER[by], act="thanks", thread=name)
                yield _on(thanks, name)
    for day, by, of, fields in table["amended"]:
        name = f"check-in {by} {of}"
        says = _renamed(fields, FEELING)
        yield _on(Plan(name=f"amended {name}", day=day, by=by, act="check_in", thread=name, says=says), name)
    for day, by, of in table["taken back"]:
        name = f"check-in {by} {of}"
        yield _on(Plan(name=f"taken back {name}", day=day, by=by, act="take_back", thread=name), name)


def _on(plan: Plan, about: str) -> Plan:
    return replace(plan, about=about)


def _agreements(table: Table) -> Iterator[Plan]:
    for agreement, row in table.items():
        names = {revision: f"{agreement} {revision}" for revision in row["revisions"]}
        first = next(iter(names.values()))
        for revision, text in row["revisions"].items():
            by, day = text["by"]
            yield Plan(
                name=names[revision],
                day=day,
                by=by,
                act="propose",
                thread=agreement,
                about=None if names[revision] == first else first,
                of=tuple(names[name] for name in text.get("supersedes", [])),
                says=_revision(row, text),
            )
        for day, by, act, *rest in row["said"]:
            yield _said(Plan(name="", day=day, by=by, act=act, thread=agreement, about=first), names, rest)


def _revision(row: Table, text: Table) -> dict[str, Value]:
    lists: dict[str, Value] = {
        "clauses": [_renamed(clause, CLAUSE) for clause in text["clauses"]],
        "items": [_renamed(item, ITEM) for item in text.get("items", [])],
    }
    days = {name.replace(" ", "_"): text[name] for name in ("review on", "expires") if name in text}
    return {"title": row["title"], "sort": row["sort"]} | {name: part for name, part in lists.items() if part} | days


def _said(plan: Plan, names: Mapping[str, str], rest: Sequence[str]) -> Plan:
    name = " ".join([plan.thread, plan.act, plan.by, *rest[:1], str(plan.day)])
    if plan.act == "ask_change":
        says: dict[str, Value] = {"wish": rest[1], "keeps": True}
        return replace(plan, name=name, of=(names[rest[0]],), says=says)
    # A yes may let go of an own earlier one, which it names after the text.
    before = [f"{plan.thread} assent {plan.by} {dropped} {plan.day - 1}" for dropped in rest[1:]]
    return replace(plan, name=name, of=(*(names[revision] for revision in rest[:1]), *before))


def _notes(table: Table) -> Iterator[Plan]:
    for name, rows in table.items():
        thread = f"note {name}"
        for at, (day, by, old, new) in enumerate(rows):
            if at == 0:
                says: dict[str, Value] = {"title": name.replace("-", " ").capitalize(), "text": new}
                yield Plan(name=thread, day=day, by=by, act="note", thread=thread, says=says)
                continue
            says = {"replace": old, "with": new} if old else {"with": f"\n\n{new}"}
            yield Plan(name=f"{thread} {at}", day=day, by=by, act="write", thread=thread, about=thread, says=says)


def _blind(table: Table) -> Iterator[Plan]:
    for row in table:
        thread = f"blind {row['id']}"
        day, by, question = row["asked"]
        yield Plan(name=thread, day=day, by=by, act="blind", thread=thread, says={"question": question})
        seals = {person: f"{thread} {person}" for person in row["answers"]}
        for person, (sealed, _, text) in row["answers"].items():
            said: dict[str, Value] = {"text": text}
            yield Plan(name=seals[person], day=sealed, by=person, act="seal", thread=thread, about=thread, says=said)
        for person, (_, opened, text) in row["answers"].items():
            if opened is not None:
                name, of = f"{seals[person]} opened", tuple(seals.values())
                yield Plan(
                    name=name,
                    day=opened,
                    by=person,
                    act="reveal",
                    thread=thread,
                    about=thread,
                    of=of,
                    says={"text": text},
                )


def _requests(table: Table) -> Iterator[Plan]:
    for row in table:
        thread = f"request {row['id']}"
        day, by, text = row["ask"]
        yield Plan(name=thread, day=day, by=by, act="request", thread=thread, says={"ask": text})
        day, answer, *words = row["answer"]
        says: dict[str, Value] = {"reply": REPLIES[answer], **_text(words)}
        yield Plan(name=f"{thread} answer", day=day, by=OTHER[by], act="answer", thread=thread, about=thread, says=says)


def _windows(table: Table) -> Iterator[Plan]:
    planned = 7
    for row in table:
        thread, on, how = f"window {row['day']}", row["day"], row["how"]
        (by, first), *others = row["topics"]
        begun: dict[str, Value] = {"topics": first, "on": on}
        yield Plan(name=thread, day=planned, by=by, act="window", thread=thread, says=begun)
        acts = [(planned + 1, OTHER[by], "answer", {"reply": "accept"})]
        acts += [(max(planned + 1, on - 1), person, "agenda", {"text": topic}) for person, topic in others]
        match how:
            case [person, day, "moved"]:
                acts += [(day, person, "move", {"on": row["next"][2]})]
                acts += [(day, person, "agenda", {"text": text}) for person, day, text in row["outcome"]]
            case [person, day, "skipped"]:
                acts += [(day, person, "skip", {})]
            case _:
                acts += [(day, person, "hold", {"text": text}) for person, day, text in row["outcome"]]
        for at, (day, person, act, says) in enumerate(acts):
            yield _on(Plan(name=f"{thread} {at}", day=day, by=person, act=act, thread=thread, says=says), thread)
        planned = row["next"][1]


def _questions(table: Table) -> Iterator[Plan]:
    for row in table:
        thread = f"question {row['id']}"
        day, by, text = row["ask"]
        asked: dict[str, Value] = {"text": text, "detail": DETAILS[row["detail"]], "place": "written"}
        yield Plan(name=thread, day=day, by=by, act="question", thread=thread, says=asked)
        if "taken back" in row:
            plan = Plan(name=f"{thread} taken back", day=row["taken back"], by=by, act="take_back", thread=thread)
        else:
            day, response, text, *until = row["answer"]
            said: dict[str, Value] = {"response": RESPONSES[response], "text": text}
            said |= {"by": until[0]} if until else {}
            plan = Plan(name=f"{thread} reply", day=day, by=OTHER[by], act="reply", thread=thread, says=said)
        yield _on(plan, thread)


def _told(table: Table) -> Iterator[Plan]:
    for row in table:
        thread, by = f"told {row['id']}", row["by"]
        fields = {"item": "item", "what": "what", "on": "on", "support": "told", "next_step": "next"}
        says: dict[str, Value] = {name: row[key] for name, key in fields.items() if key in row}
        yield Plan(name=thread, day=row["day"], by=by, act="disclosure", thread=thread, says=says)
        for at, (day, word, *until) in enumerate(row["said"]):
            act, said = ("thanks", {}) if word == "thanks" else ("receive", _received(word, until))
            yield _on(Plan(name=f"{thread} {at}", day=day, by=OTHER[by], act=act, thread=thread, says=said), thread)


def _received(word: str, until: Sequence[int]) -> dict[str, Value]:
    return {"receiving": word, **({"by": until[0]} if until else {})}


def _letters(table: Table) -> Iterator[Plan]:
    for row in table:
        thread = f"letter {row['id']}"
        names = ("did", "damage", "for_you", "done_since")
        says: dict[str, Value] = {name: text for name, (_, text) in zip(names, row["parts"], strict=True)}
        yield Plan(name=thread, day=row["offered"], by=row["by"], act="repair_letter", thread=thread, says=says)
        day, by = row["received"]
        said = _received("received", ())
        yield _on(Plan(name=f"{thread} received", day=day, by=by, act="receive", thread=thread, says=said), thread)


def _repairs(table: Table) -> Iterator[Plan]:
    for row in table:
        thread, by = f"repair {row['id']}", row["by"]
        day, impact = row["heard"]
        begun: dict[str, Value] = {"impact": impact, "review_on": row["review"][0]}
        yield Plan(name=thread, day=day, by=by, act="repair", thread=thread, says=begun)
        told = f"told {row['of']}"
        yield _on(Plan(name=f"{thread} led", day=day, by=by, act="lead", thread=thread, of=(thread,)), told)
        for day, person, _ in row["settled"]:
            yield _on(Plan(name=f"{told} closed {person}", day=day, by=person, act="close", thread=thread), told)
        acts: list[tuple[int, str, str, dict[str, Value]]] = [
            (day, by, "step", {"text": text}) for day, text in (*row["steps"], row["review"])
        ]
        for day, person, text in row["settled"]:
            acts += [(day, person, "step" if person == by else "told", {"text": text}), (day, person, "close", {})]
        for at, (day, person, act, says) in enumerate(acts):
            yield _on(Plan(name=f"{thread} {at}", day=day, by=person, act=act, thread=thread, says=says), thread)


def _paces(table: Table) -> Iterator[Plan]:
    for day, by, fine, not_now, until in table:
        name = f"pace {by} {day}"
        says: dict[str, Value] = {"fine": fine, "not_now": not_now, "until": until}
        yield Plan(name=name, day=day, by=by, act="intimacy_pace", thread=name, says=says)


def _text(words: list[str]) -> dict[str, Value]:
    return {"text": words[0]} if words else {}


def _promises(table: Table) -> Iterator[Plan]:
    for row in table:
        thread = f"promise {row['id']}"
        day, by, text = row["made"]
        yield Plan(name=thread, day=day, by=by, act="promise", thread=thread, says={"what": text})
        day, how = row["said"]
        says: dict[str, Value] = {"outcome": how}
        yield Plan(name=f"{thread} said", day=day, by=by, act="outcome", thread=thread, about=thread, says=says)
        if "other" in row:
            day, text = row["other"]
            says = {"text": text}
            yield Plan(name=f"{thread} told", day=day, by=OTHER[by], act="told", thread=thread, about=thread, says=says)


def _boundaries(table: Table) -> Iterator[Plan]:
    for row in table:
        thread = f"boundary {row['id']}"
        day, by, text = row["shared"]
        yield Plan(name=thread, day=day, by=by, act="boundary", thread=thread, says={"statement": text})
        if "changed" in row:
            day, text = row["changed"]
            says: dict[str, Value] = {"statement": text}
            yield Plan(name=f"{thread} changed", day=day, by=by, act="boundary", thread=thread, about=thread, says=says)
        if "retired" in row:
            day = row["retired"]
            yield Plan(name=f"{thread} retired", day=day, by=by, act="retire", thread=thread, about=thread)


def _signals(table: Table) -> Iterator[Plan]:
    for number, row in enumerate(table, start=1):
        thread, by = f"signal {number}", row["by"]
        says: dict[str, Value] = {"level": row["signal"], "scope": row["about"]}
        yield Plan(name=thread, day=row["on"], by=by, act="signal", thread=thread, says=says)
        yield Plan(name=f"{thread} off", day=row["off"], by=by, act="release", thread=thread, of=(thread,))


def _lines(act: str, table: Table) -> Iterator[Plan]:
    for by, rows in table.items():
        for at, (day, text) in enumerate(rows):
            thread = f"{act} {by} {at}"
            yield Plan(name=thread, day=day, by=by, act=act, thread=thread, says={"text": text})


def _reflections(table: Table) -> Iterator[Plan]:
    for day, by, text in table:
        name = f"reflection {by} {day}"
        yield Plan(name=name, day=day, by=by, act="reflection", thread=name, says={"mattered": text})


def _heads_ups(table: Table) -> Iterator[Plan]:
    for by, rows in table.items():
        for at, (day, text, until) in enumerate(rows):
            thread = f"heads-up {by} {at}"
            says: dict[str, Value] = {"text": text, "until": until}
            yield Plan(name=thread, day=day, by=by, act="plan_note", thread=thread, says=says)


def _milestones(table: Table) -> Iterator[Plan]:
    for row in table:
        thread, day, by = f"milestone {row['id']}", row["day"], row["by"]
        says: dict[str, Value] = {"what": row["text"], "on": day, "ours": "assent" in row}
        yield Plan(name=thread, day=day, by=by, act="milestone", thread=thread, says=says)
        for when, person in [[day, by], row["assent"]] if "assent" in row else []:
            yield Plan(
                name=f"{thread} {person}",
                day=when,
                by=person,
                act="assent",
                thread=thread,
                about=thread,
                of=(thread,),
            )


def _wishes(table: Table) -> Iterator[Plan]:
    for at, (day, by, text) in enumerate(table):
        thread = f"wish {at}"
        yield Plan(name=thread, day=day, by=by, act="care_menu", thread=thread, says={"text": text})
