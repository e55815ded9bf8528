"""The ninety days of Robin and Sasha, woven from the tables in `data` into one act a line.

Law: the same tables give the same bytes, on every machine and with every Python.
Chance is a hash of what it decides about. The people are made up, and what each keeps alone is not in the record.

    python -m troth_app.demo.generate           writes data/ninety_days.jsonl
    python -m troth_app.demo.generate --check   compares it, and ends with 1 where it differs
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from troth_app.demo.line import Act, Value, line_of

DATA: Final = Path(__file__).parent / "data"
NINETY_DAYS: Final = DATA / "ninety_days.jsonl"
FIRST_DAY: Final = date(2026, 8, 23)
DAYS: Final = 90
TABLES: Final = ("agreements", "alone", "blind", "checkins", "notes", "talking", "warmth", "wishes")

SECOND_DEVICE_DAYS: Final = {"Robin": range(1, 71), "Sasha": range(61, 91)}
"""Robin's tablet is retired on day 71; Sasha's new phone comes on day 61."""
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
        says: What is said; days are counted from 1 in the fields `DATED`.
    """

    name: str
    day: int
    by: str
    act: str
    thread: str
    about: str | None = None
    of: tuple[str, ...] = ()
    says: Mapping[str, Value] = field(default_factory=dict)


DATED: Final = frozenset({"until", "on", "by", "review_on", "expires"})


def ninety_days() -> str:
    """Give the whole record, as the text of its file."""
    return "".join(line_of(act) + "\n" for act in acts())


def acts(*, last_day: date | None = None) -> list[Act]:
    """Give every act in its order, each with a number, a device and a date.

    What belongs together keeps its order within a day; the rest is mixed, so that a day reads like a day.

    Args:
        last_day: The ninetieth day, if it is another one than the record's own.
    """
    first = FIRST_DAY if last_day is None else last_day - timedelta(days=DAYS - 1)
    ordered = sorted(plans(tables()), key=lambda plan: (plan.day, plan.name != "mark", _order(plan)))
    numbers = {plan.name: number for number, plan in enumerate(ordered, start=1)}
    return [_act(plan, numbers, first) for plan in ordered]


def tables() -> dict[str, Table]:
    """Read the tables, by name."""
    return {name: json.loads((DATA / f"{name}.json").read_text("utf-8")) for name in TABLES}


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(prog="python -m troth_app.demo.generate", description="Write the demo record.")
    parser.add_argument("--check", action="store_true", help="compare the file and write nothing")
    wanted = ninety_days().encode()
    if not parser.parse_args(arguments).check:
        NINETY_DAYS.write_bytes(wanted)
    elif not NINETY_DAYS.exists() or NINETY_DAYS.read_bytes() != wanted:
        print(f"{NINETY_DAYS.name} is not what the tables give; run this without --check.", file=sys.stderr)
        return 1
    return 0


# --- days, devices, numbers ---


def _act(plan: Plan, numbers: Mapping[str, int], first: date) -> Act:
    def date_of(day: int) -> date:
        return first + timedelta(days=day - 1)

    def said(name: str, value: Any) -> Value:
        return date_of(value).isoformat() if name in DATED and type(value) is int else value

    return Act(
        n=numbers[plan.name],
        day=date_of(plan.day),
        by=plan.by,
        on=_device(plan),
        path=(plan.act,),
        act=plan.act,
        about=None if plan.about is None else numbers[plan.about],
        of=tuple(numbers[name] for name in plan.of),
        says={name: said(name, value) for name, value in plan.says.items()},
    )


def _chance(*about: object) -> bytes:
    return hashlib.sha256(repr(about).encode()).digest()


def _order(plan: Plan) -> bytes:
    return _chance("order", plan.day, plan.thread)


def _device(plan: Plan) -> int:
    # What was sealed stands in one vault, and is opened there.
    if plan.thread.startswith("blind"):
        return 1
    second = _chance("device", plan.day, plan.by, plan.thread)[0] % 2 == 1
    return 2 if second and plan.day in SECOND_DEVICE_DAYS[plan.by] else 1


def _renamed(fields: Mapping[str, Value], names: Mapping[str, str]) -> dict[str, Value]:
    return {names.get(name, name): value for name, value in fields.items()}


# --- one function for each kind ---


def _checkins(table: Table) -> Iterator[Plan]:
    for by, rows in table["entries"].items():
        for at, (day, fields) in enumerate(rows):
            # Of two on one day the first is the one that is spoken of later.
            name = f"check-in {by} {day}{' again' if at and rows[at - 1][0] == day else ''}"
            says = _renamed(fields, FEELING)
            yield Plan(name=name, day=day, by=by, act="check_in", thread=name, says=says)
            if _chance("thanked", name)[0] % THANKED == 0 and [day, by] not in [row[1:] for row in table["taken back"]]:
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


def _repairs(table: Table) -> Iterator[Plan]:
    for row in table:
        thread, by = f"repair {row['id']}", row["by"]
        day, impact = row["heard"]
        begun: dict[str, Value] = {"impact": impact, "review_on": row["review"][0]}
        yield Plan(name=thread, day=day, by=by, act="repair", thread=thread, says=begun)
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


def alone(person: str) -> list[tuple[int, str]]:
    """Give what a person keeps for themselves, by day; it stands in no record of two."""
    kept = tables()["alone"]
    return sorted((day, text) for part in kept.values() for day, text in part.get(person, []))


if __name__ == "__main__":
    sys.exit(main())
