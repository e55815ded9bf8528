"""The ninety days of Robin and Sasha, woven from the tables in `data` into one edit a line.

Law: the same tables give the same bytes, on every machine and with every Python.
Chance is a hash of what it decides about. The people are made up, and what each keeps alone is not here.

    python -m troth_app.demo.generate           writes data/ninety_days.jsonl
    python -m troth_app.demo.generate --check   compares it, and ends with 1 where it differs
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from troth_app.demo.record import Add, Edit, Keys, Set, Value, Write, line_of

DATA: Final = Path(__file__).parent / "data"
NINETY_DAYS: Final = DATA / "ninety_days.jsonl"
FIRST_DAY: Final = date(2026, 8, 23)
TABLES: Final = ("agreements", "checkins", "notes", "talking", "warmth")

SECOND_DEVICE_DAYS: Final = {"Robin": range(1, 71), "Sasha": range(61, 91)}
"""Robin's tablet is retired on day 71; Sasha's new phone comes on day 61."""
OTHER: Final = {"Robin": "Sasha", "Sasha": "Robin"}

ABOUT: Final = ("about",)
"""Where the record says, before anything else, that its people are made up."""

Table = Any
"""A table is JSON that we wrote; its shape is the shape of the function that weaves it."""


def ninety_days() -> str:
    """Give the whole record, as the text of its file."""
    return "".join(line_of(edit) + "\n" for edit in weave(edits(tables())))


def tables() -> dict[str, Table]:
    """Read the tables, by name."""
    return {name: json.loads((DATA / f"{name}.json").read_text("utf-8")) for name in TABLES}


def weave(unordered: Iterable[Edit]) -> list[Edit]:
    """Order edits by day, number them and give each a device.

    What belongs together keeps its order within a day; the rest is mixed, so that a day reads like a day.
    """
    ordered = sorted(unordered, key=lambda edit: (edit.day, edit.path != ABOUT, _order(edit)))
    return [replace(edit, n=n, on=_device(edit)) for n, edit in enumerate(ordered, start=1)]


def edits(found: dict[str, Table]) -> Iterator[Edit]:
    """Turn every table into edits that have no number and no device yet."""
    talking, warmth = found["talking"], found["warmth"]
    yield _put(1, "Robin", ABOUT, "Robin and Sasha are made-up people.")
    yield from _checkins(found["checkins"])
    yield from _agreements(found["agreements"])
    yield from _notes(found["notes"])
    yield from _requests(talking["requests"])
    yield from _windows(talking["windows"])
    yield from _talks(talking["talks"])
    yield from _questions(talking["questions"])
    yield from _disclosures(talking["disclosures"])
    yield from _repairs(talking["repairs"])
    yield from _letters(talking["letters"])
    yield from _promises(talking["promises"])
    yield from _boundaries(talking["boundaries"])
    yield from _signals(talking["signals"])
    for kind in ("care", "thanks"):
        yield from _lists(kind, warmth[kind])
    yield from _heads_ups(warmth["heads-ups"])
    yield from _milestones(warmth["milestones"])
    yield from _reflections(warmth["reflections"])
    yield from _together(warmth["together"])


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


# --- days, devices, edits ---


def _iso(day: int) -> str:
    return (FIRST_DAY + timedelta(days=day - 1)).isoformat()


def _chance(*about: object) -> bytes:
    return hashlib.sha256(repr(about).encode()).digest()


def _order(edit: Edit) -> bytes:
    return _chance("order", edit.day, edit.path[:2])


def _device(edit: Edit) -> int:
    day = (edit.day - FIRST_DAY).days + 1
    second = _chance("device", edit.day, edit.by, edit.path[:2])[0] % 2 == 1
    return 2 if second and day in SECOND_DEVICE_DAYS[edit.by] else 1


def _put(day: int, by: str, path: Keys, value: Value) -> Edit:
    return Set(n=0, day=date.fromisoformat(_iso(day)), by=by, on=0, path=path, value=value)


def _append(day: int, by: str, path: Keys, value: Value) -> Edit:
    return Add(n=0, day=date.fromisoformat(_iso(day)), by=by, on=0, path=path, value=value)


def _said(day: int, by: str, **more: Value) -> dict[str, Value]:
    return {"by": by, "day": _iso(day)} | {name.replace("_", " "): value for name, value in more.items()}


def _writing(path: Keys, rows: Table, between: str) -> Iterator[Edit]:
    """Paragraphs and replacements; a paragraph after the first brings what stands between it and the text."""
    for index, (day, by, old, new) in enumerate(rows):
        insert = new if old or index == 0 else between + new
        yield Write(n=0, day=date.fromisoformat(_iso(day)), by=by, on=0, path=path, replace=old, insert=insert)


# --- one function for each kind ---


def _checkins(table: Table) -> Iterator[Edit]:
    for by, rows in table["entries"].items():
        written: set[int] = set()
        for day, fields in rows:
            yield _put(day, by, _checkin_path(by, day, second=day in written), _said(day, by) | fields)
            written.add(day)
    for day, by, of, fields in table["amended"]:
        yield _put(day, by, _checkin_path(by, of), _said(of, by, amended=_iso(day)) | fields)
    for day, by, of in table["taken back"]:
        yield _put(day, by, _checkin_path(by, of), _said(of, by, taken_back=_iso(day)))


def _checkin_path(by: str, day: int, *, second: bool = False) -> Keys:
    return ("checkins", f"{by.lower()}-{_iso(day)}{'-2' if second else ''}")


def _agreements(table: Table) -> Iterator[Edit]:
    for name, agreement in table.items():
        path = ("agreements", name)
        day, by = agreement["r1"]["text"][0][:2]
        yield _put(day, by, (*path, "title"), agreement["title"])
        for revision in [key for key in agreement if key != "title"]:
            yield from _writing((*path, revision, "text"), agreement[revision]["text"], "\n")
            for day, by, act, *text in agreement[revision]["said"]:
                yield _append(day, by, (*path, revision, "said"), _said(day, by, act=act) | _text(text))


def _text(text: list[str]) -> dict[str, Value]:
    return {"text": text[0]} if text else {}


def _notes(table: Table) -> Iterator[Edit]:
    for name, rows in table.items():
        yield from _writing(("notes", name), rows, "\n\n")


def _requests(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("requests", row["id"])
        day, by, text = row["ask"]
        yield _put(day, by, (*path, "ask"), _said(day, by, text=text))
        day, answer, *words = row["answer"]
        yield _put(day, OTHER[by], (*path, "answer"), _said(day, OTHER[by], answer=answer) | _text(words))


def _windows(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("windows", _iso(row["day"]))
        for by, topic in row["topics"]:
            yield _append(row["day"] - 1, by, (*path, "topics"), {"by": by, "text": topic})
        by, day, how = row["how"]
        yield _put(day, by, (*path, "how"), how)
        for by, day, text in row["outcome"]:
            yield _put(day, by, (*path, "outcome"), text)
        by, day, following = row["next"]
        yield _put(day, by, (*path, "next"), _iso(following))


def _talks(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("talks", row["id"])
        day, by, text = row["about"]
        yield _put(day, by, (*path, "about"), _said(day, by, text=text, cap_in_minutes=row["minutes"]))
        for day, by, text in row["heard"]:
            yield _append(day, by, (*path, "heard"), _said(day, by, text=text))
        if "paused" in row:
            day, by, until = row["paused"]
            yield _put(day, by, (*path, "paused"), _said(day, by, resume_by=_iso(until)))
            day, by, text = row["resumed"]
            yield _put(day, by, (*path, "resumed"), _said(day, by, text=text))
        day, by, text = row["closed"]
        yield _put(day, by, (*path, "closed"), _said(day, by, text=text))


def _questions(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("questions", row["id"])
        day, by, text = row["ask"]
        yield _put(day, by, (*path, "ask"), _said(day, by, text=text, detail=row["detail"]))
        if "taken back" in row:
            yield _put(row["taken back"], by, (*path, "ask"), _said(day, by, taken_back=_iso(row["taken back"])))
            continue
        day, answer, text, *until = row["answer"]
        value = _said(day, OTHER[by], answer=answer, text=text)
        if until:
            value["by day"] = _iso(until[0])
        yield _put(day, OTHER[by], (*path, "answer"), value)


def _disclosures(table: Table) -> Iterator[Edit]:
    for row in table:
        path, by = ("disclosures", row["id"]), row["by"]
        told = {name: row[name] for name in ("item", "what", "told", "next")}
        yield _put(row["day"], by, (*path, "written"), _said(row["day"], by) | told)
        yield _put(row["opened"], OTHER[by], (*path, "opened"), _said(row["opened"], OTHER[by]))


def _repairs(table: Table) -> Iterator[Edit]:
    for row in table:
        path, by = ("repairs", row["id"]), row["by"]
        for part in ("heard", "review"):
            day, text = row[part]
            yield _put(day, by, (*path, part), _said(day, by, text=text))
        for day, text in row["steps"]:
            yield _append(day, by, (*path, "steps"), _said(day, by, text=text))
        for day, person, text in row["settled"]:
            yield _append(day, person, (*path, "settled"), _said(day, person, text=text))


def _letters(table: Table) -> Iterator[Edit]:
    for row in table:
        path, by = ("letters", row["id"]), row["by"]
        parts = [(day, by, "", text) for day, text in row["parts"]]
        yield from _writing((*path, "text"), parts, "\n\n")
        yield _put(row["offered"], by, (*path, "offered"), _said(row["offered"], by))
        day, reader, text = row["received"]
        yield _put(day, reader, (*path, "received"), _said(day, reader, text=text))


def _promises(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("promises", row["id"])
        day, by, text = row["made"]
        yield _put(day, by, (*path, "made"), _said(day, by, text=text))
        day, how = row["said"]
        yield _put(day, by, (*path, "said"), _said(day, by, how=how))
        if "other" in row:
            day, text = row["other"]
            yield _put(day, OTHER[by], (*path, "how it was for me"), _said(day, OTHER[by], text=text))


def _boundaries(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("boundaries", row["id"])
        day, by, text = row["shared"]
        yield _put(day, by, path, _said(day, by, text=text))
        if "changed" in row:
            day, text = row["changed"]
            yield _put(day, by, path, _said(day, by, text=text))
        if "retired" in row:
            yield _put(row["retired"], by, path, _said(day, by, text=text, retired=_iso(row["retired"])))


def _signals(table: Table) -> Iterator[Edit]:
    for row in table:
        for state in ("on", "off"):
            value = _said(row[state], row["by"], signal=row["signal"], about=row["about"], state=state)
            yield _append(row[state], row["by"], ("signals",), value)


def _lists(kind: str, table: Table) -> Iterator[Edit]:
    for by, rows in table.items():
        for day, text in rows:
            yield _append(day, by, (kind,), _said(day, by, text=text))


def _heads_ups(table: Table) -> Iterator[Edit]:
    for by, rows in table.items():
        for day, text, until in rows:
            yield _append(day, by, ("heads-ups",), _said(day, by, text=text, until=_iso(until)))


def _milestones(table: Table) -> Iterator[Edit]:
    for row in table:
        path = ("milestones", row["id"])
        yield _put(row["day"], row["by"], (*path, "marked"), _said(row["day"], row["by"], text=row["text"]))
        if "assent" in row:
            day, by = row["assent"]
            yield _put(day, by, (*path, "assent"), _said(day, by))


def _reflections(table: Table) -> Iterator[Edit]:
    for day, by, text in table:
        yield _put(day, by, ("reflections", f"{by.lower()}-{_iso(day)}"), _said(day, by, text=text))


def _together(table: Table) -> Iterator[Edit]:
    for day, plans in table:
        for by, wrote, text in plans:
            yield _put(wrote, by, ("together", _iso(day)), text)


if __name__ == "__main__":
    sys.exit(main())
