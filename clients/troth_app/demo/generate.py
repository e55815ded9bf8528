"""The ninety days of Robin and Sasha, woven from the tables in `data` into one act a line.

Law: the same tables give the same bytes, on every machine and with every Python.
Chance is a hash of what it decides about. The people are made up, and what each keeps alone is not in the record.

    python -m troth_app.demo.generate           writes data/ninety_days.jsonl
    python -m troth_app.demo.generate --check   compares it, and ends with 1 where it differs
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from troth_app.demo.line import Act, Value, line_of
from troth_app.demo.weaving import DAYS, Plan, Table, chance, plans

DATA: Final = Path(__file__).parent / "data"
NINETY_DAYS: Final = DATA / "ninety_days.jsonl"
FIRST_DAY: Final = date(2026, 8, 23)
TABLES: Final = ("agreements", "alone", "blind", "checkins", "notes", "talking", "warmth", "wishes")

SECOND_DEVICE_DAYS: Final = {"Robin": range(1, 71), "Sasha": range(61, 91)}
"""Robin's tablet is retired on day 71; Sasha's new phone comes on day 61."""
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


def alone(person: str) -> list[tuple[int, str]]:
    """Give what a person keeps for themselves, by day; it stands in no record of two."""
    kept = tables()["alone"]
    return sorted((day, text) for part in kept.values() for day, text in part.get(person, []))


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


def _order(plan: Plan) -> bytes:
    return chance("order", plan.day, plan.thread)


def _device(plan: Plan) -> int:
    # What was sealed stands in one vault, and is opened there.
    if plan.thread.startswith("blind"):
        return 1
    second = chance("device", plan.day, plan.by, plan.thread)[0] % 2 == 1
    return 2 if second and plan.day in SECOND_DEVICE_DAYS[plan.by] else 1


if __name__ == "__main__":
    sys.exit(main())
