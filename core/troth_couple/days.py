"""A day is a text such as 2026-11-21: no minutes, no zone, and the order of texts is the order of days.

A check-in belongs to its author's own day, and two people apart may have two todays.
"""

from functools import lru_cache
from typing import Final, NewType

from troth_wire.errors import MalformedError, UsageError
from troth_wire.said import Said

__all__ = ["DAY", "Day", "day_of", "days_after"]

Day = NewType("Day", str)
"""An ISO date that exists."""

_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY_CHARACTERS: Final = 10


def DAY(item: object) -> Day:  # noqa: N802 - reads like the other checks where shapes are declared
    """Accept a day that exists.

    Raises:
        MalformedError: If it is no ISO date, or one that no calendar has.
    """
    if type(item) is not str or len(item) != _DAY_CHARACTERS or not _exists(item):
        raise MalformedError("not a day that exists")
    return Day(item)


def day_of(text: str) -> Day:
    """Return a day that the caller wrote as text.

    Raises:
        UsageError: If there is no such day.
    """
    try:
        return DAY(text)
    except MalformedError:
        raise UsageError(Said("a day is written like 2026-11-21, and has to exist")) from None


@lru_cache(maxsize=4_096)
def days_after(day: Day, days: int) -> Day:
    """Return the day so many days later; the last day of the year 9999 is the latest."""
    year, month, number = _parts(day)
    number += days
    while number > _length(year, month):
        number -= _length(year, month)
        year, month = (year + 1, 1) if month == len(_MONTH_DAYS) else (year, month + 1)
        if year > 9_999:
            return Day("9999-12-31")
    return Day(f"{year:04}-{month:02}-{number:02}")


@lru_cache(maxsize=4_096)
def _exists(text: str) -> bool:
    if not (text.isascii() and text[4] == text[7] == "-" and (text[:4] + text[5:7] + text[8:]).isdigit()):
        return False
    year, month, number = _parts(text)
    return year >= 1 and 1 <= month <= len(_MONTH_DAYS) and 1 <= number <= _length(year, month)


def _parts(text: str) -> tuple[int, int, int]:
    return int(text[:4]), int(text[5:7]), int(text[8:])


def _length(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + (month == 2 and leap)
