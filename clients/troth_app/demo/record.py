"""A demo record is a list of edits, one JSON object a line, checked once at the door.

Law: `parse` returns a value that can be trusted, or raises `RecordError` naming the line, and nothing else.
No clock, no document and no network are known here. The format is specs/demo.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from os import PathLike
from typing import Final

from troth_app.demo.line import (
    LINE_BYTES_MAX,
    Act,
    Add,
    Edit,
    Keys,
    LineError,
    Set,
    Value,
    Write,
    line_of,
    parse_line,
)

__all__ = [
    "LINES_MAX",
    "PERSONS_MAX",
    "Act",
    "Add",
    "Container",
    "Edit",
    "Keys",
    "Kind",
    "Record",
    "RecordError",
    "Set",
    "Value",
    "Write",
    "line_of",
    "missing",
    "owed",
    "parse",
    "place",
    "read",
    "words",
]

LINES_MAX: Final = 20_000
"""Lines of one file, blank ones included: ten years of two people, and bounded work."""
PERSONS_MAX: Final = 2
"""Persons of one file: a space has one or two."""


class RecordError(ValueError):
    """A line of a demo file cannot be used.

    Attributes:
        line: The line of the file, counted from 1, blank lines included.
        sentence: What is wrong with it, for the person who wrote it.
    """

    def __init__(self, line: int, sentence: str) -> None:
        """Name the line and say what is wrong with it."""
        super().__init__(f"Line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


class Kind(Enum):
    """What a path holds; one path holds one kind."""

    VALUE = "value"
    MAP = "map"
    LIST = "list"
    TEXT = "text"


@dataclass(frozen=True)
class Container:
    """A map, list or text that stands before the first edit is made."""

    kind: Kind
    path: Keys


@dataclass(frozen=True)
class Record:
    """A checked demo record."""

    edits: tuple[Edit, ...]

    @property
    def persons(self) -> tuple[str, ...]:
        """The one or two names, first seen first."""
        return tuple(dict.fromkeys(edit.by for edit in self.edits))

    @property
    def layout(self) -> tuple[Container, ...]:
        """The maps, lists and texts to lay out, each after the map that it stands in."""
        kinds: dict[Keys, Kind] = {}
        for edit in self.edits:
            if isinstance(edit, Act):
                continue
            kinds.update((above, Kind.MAP) for above in _above(edit.path))
            kinds[edit.path] = _kind(edit)
        return tuple(Container(kind, path) for path, kind in kinds.items() if kind is not Kind.VALUE)


@dataclass
class _Reading:
    """What is known after the lines read so far."""

    edits: list[Edit] = field(default_factory=list)
    persons: set[str] = field(default_factory=set)
    kinds: dict[Keys, tuple[Kind, int]] = field(default_factory=dict)
    acts: set[int] = field(default_factory=set)


def read(path: str | PathLike[str]) -> Record:
    """Parse the file at a path.

    Raises:
        RecordError: A line cannot be used.
        OSError: The file cannot be read.
    """
    # What is not UTF-8 comes through as lone surrogates, which `parse` refuses with the line's number.
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        return parse(iter(lambda: file.readline(LINE_BYTES_MAX + 2), ""))


def parse(lines: Iterable[str]) -> Record:
    """Check the lines of a demo file, with or without their line ends.

    Raises:
        RecordError: A line cannot be used.
    """
    reading = _Reading()
    number = 0
    for number, line in enumerate(lines, start=1):
        try:
            _take(reading, number, line)
        except LineError as wrong:
            raise RecordError(number, str(wrong)) from None
    if not reading.edits:
        raise RecordError(number + 1, "The file ends without an edit.")
    return Record(tuple(reading.edits))


def place(text: str, replace: str) -> tuple[int, int]:
    """Say where a `write` goes to work: at which character, and how many characters it takes away.

    Args:
        text: The text as the writing device sees it.
        replace: The words to replace; may be empty.

    Returns:
        Start and length, in code points; the end of the text and 0 where there is nothing to replace.
    """
    at = text.find(replace) if replace else -1
    while at >= 0:
        end = at + len(replace)
        before, after = text[max(at - 1, 0) : at], text[end : end + 1]
        if not before.isalnum() and not after.isalnum():
            return at, len(replace)
        at = text.find(replace, at + 1)
    return len(text), 0


def words(text: str) -> Counter[str]:
    """Count the words of a text; a word is an unbroken run of letters and digits."""
    return Counter(re.findall(r"[^\W_]+", text))


def owed(writes: Iterable[Write]) -> Counter[str]:
    """Count the words that a text owes to its writes: inserted less replaced, none below zero.

    What was replaced more often than it was inserted was a run of words side by side; those words went with it.
    """
    balance: Counter[str] = Counter()
    for write in writes:
        balance.update(words(write.insert))
        balance.subtract(words(write.replace))
    due, runs = +balance, -balance
    for word in due:
        due[word] -= _within(runs, word)
    return +due


def missing(owed_words: Counter[str], text: str) -> Counter[str]:
    """Count the owed words that do not stand in the text.

    Two devices that replace one word before they meet leave both new words side by side, nothing between.
    So a word that does not stand alone is looked for inside the runs of letters that nobody is owed.
    """
    stood = words(text)
    glued = stood - owed_words
    short = owed_words - stood
    for word in short:
        short[word] -= _within(glued, word)
    return +short


def _within(runs: Counter[str], word: str) -> int:
    return sum(run.count(word) * count for run, count in runs.items())


def _take(reading: _Reading, number: int, line: str) -> None:
    if number > LINES_MAX:
        raise LineError(f"A file holds at most {LINES_MAX} lines.")
    edit = parse_line(line)
    if edit is None:
        return
    if edit.n != len(reading.edits) + 1:
        raise LineError(f"`n` is {edit.n}, and {len(reading.edits) + 1} comes next.")
    reading.persons.add(edit.by)
    if len(reading.persons) > PERSONS_MAX:
        raise LineError("It names a third person.")
    if isinstance(edit, Act):
        if not edit.leans_on <= reading.acts:
            raise LineError("It names a line that is no act.")
        reading.acts.add(edit.n)
    else:
        for above in _above(edit.path):
            _claim(reading, number, above, Kind.MAP)
        _claim(reading, number, edit.path, _kind(edit))
    reading.edits.append(edit)


def _claim(reading: _Reading, number: int, path: Keys, kind: Kind) -> None:
    before, line = reading.kinds.setdefault(path, (kind, number))
    if before is not kind:
        level = f"{len(path)} keys" if len(path) > 1 else "1 key"
        raise LineError(f"It needs a {kind.value} where line {line} needs a {before.value}, {level} deep.")


def _above(path: Keys) -> list[Keys]:
    return [path[:length] for length in range(1, len(path))]


def _kind(edit: Edit) -> Kind:
    match edit:
        case Add():
            return Kind.LIST
        case Write():
            return Kind.TEXT
        case _:
            return Kind.VALUE
