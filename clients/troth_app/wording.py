"""Small pieces of sentences, so that one is never glued together from a number and an "(s)"."""

from collections.abc import Sequence
from typing import Final

__all__ = ["NUMBER", "counted", "in_rows", "listed_as", "name_of", "named"]

NAMES: Final = {"solo": "Yours alone", "shared": "For two"}


NUMBER: Final = "Safety number"
GROUPS_IN_ROW: Final = 4


def in_rows(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups of a safety number, four to a line."""
    return tuple("  ".join(groups[at : at + GROUPS_IN_ROW]) for at in range(0, len(groups), GROUPS_IN_ROW))


def counted(count: int, one: str, many: str) -> str:
    """Return "1 entry" or "3 entries"."""
    return f"{count} {one if count == 1 else many}"


def listed_as(names: Sequence[str]) -> str:
    """Return "Robin", "Robin and Sasha" or "one, two and three"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def named(places: list[int]) -> str:
    """Return "word 2" or "words 2, 3 and 5"."""
    *most, last = map(str, places)
    return f"words {', '.join(most)} and {last}" if most else f"word {last}"


def name_of(kind: str, label: str) -> str:
    """Return what a space is called, by its person or else by its kind."""
    return label or NAMES.get(kind, "")
