"""Small pieces of sentences, so that one is never glued together from a number and an "(s)"."""

from collections.abc import Sequence
from typing import Final

from troth_app.language import spoken
from troth_wire.said import Said, in_context, plural

__all__ = ["NUMBER", "in_rows", "listed_as", "name_of", "named", "quoted"]

NAMES: Final = {"solo": in_context("a space", "Yours alone"), "shared": in_context("a space", "For two")}
# For translators: a list is built from its beginning: {most} is all of it that came before.
LAST: Final = in_context("the last two of a list", "{most} and {last}")
MORE: Final = in_context("between two of a list, before its last", "{most}, {last}")
QUOTED: Final = Said("“{name}”")
WORDS: Final = plural("word {places}", "words {places}")
NUMBER: Final = Said("Safety number")
GROUPS_IN_ROW: Final = 4


def in_rows(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups of a safety number, four to a line."""
    return tuple("  ".join(groups[at : at + GROUPS_IN_ROW]) for at in range(0, len(groups), GROUPS_IN_ROW))


def listed_as(names: Sequence[str]) -> str:
    """Return "Robin", "Robin and Sasha" or "one, two and three"."""
    listed, *rest = names
    for left, name in enumerate(rest, 1 - len(rest)):
        listed = spoken((MORE if left else LAST).format(most=listed, last=name))
    return listed


def quoted(name: str) -> str:
    """Return a name between quotation marks."""
    return spoken(QUOTED.format(name=name))


def named(places: list[int]) -> str:
    """Return "word 2" or "words 2, 3 and 5"."""
    return spoken(WORDS.format(count=len(places), places=listed_as([f"{place}" for place in places])))


def name_of(kind: str, label: str) -> str:
    """Return what a space is called, by its person or else by its kind."""
    return label or spoken(NAMES.get(kind, ""))
