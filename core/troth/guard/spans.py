"""The operations of a change in spans: rows that are alike but for a counter, which grows by one step from each.

A span stands for as many operations as it likes and costs what one does; they have been counted before.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise, repeat
from typing import Any, Final

from troth.guard.columns import Runs, each, sums

__all__ = ["COUNTER", "NOTHING", "Row", "Span", "rows_along", "spans"]

COUNTER: Final = 3
"""The place in a row of the key's counter, which is written as differences."""
NOTHING: Final[Runs] = [(1, None)]
"""The runs of a column that a change does not have, whatever the number of its operations."""
ALIKE_IN_A_ROW: Final = 1.5
"""Where fewer operations than this are alike on average, each is written out, which is cheap; joining them is not."""

Row = tuple[Any, ...]
"""Object (actor, counter), key (actor, counter, text), insert, action, how many it replaces, one character."""
Span = tuple[int, int, Row]
"""So many operations, by how much the key's counter grows from each to the next, and the row of the first."""


def spans(columns: Sequence[Runs], ops: int) -> list[Span]:
    """Return so many operations as spans, from their columns in the order of a row."""
    if max(map(len, columns)) * ALIKE_IN_A_ROW > ops:
        return list(zip(repeat(1, ops), repeat(0, ops), _rows(columns, ops), strict=True))
    found: list[Span] = []
    total = 0
    for times, along in rows_along(columns, ops):
        row, delta = tuple(along), along[COUNTER]
        if delta is not None:
            row = (*row[:COUNTER], total + delta, *row[COUNTER + 1 :])
            total += times * delta
        before, step, first = found[-1] if found else (0, 0, ())
        # One step that follows a single operation belongs to it: what is removed in a row is one span.
        if delta == 1 and (before == 1 or step == 1) and _follows(first, row):
            found[-1] = before + times, 1, first
        else:
            found.append((times, delta or 0 if times > 1 else 0, row))
    return found


def _rows(columns: Sequence[Runs], ops: int) -> Iterator[Row]:
    written = [[None] * ops if runs is NOTHING else each(runs) for runs in columns]
    if columns[COUNTER] is not NOTHING:
        written[COUNTER] = sums(columns[COUNTER])
    return zip(*written, strict=True)


def rows_along(columns: Sequence[Runs], ops: int) -> Iterator[tuple[int, list[Any]]]:
    """Walk along columns side by side; yield how many rows are the same, and what stands in them.

    It is the same list each time, in which only what changes is written.
    """
    turns: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for place, runs in enumerate(columns):
        start = 0
        for times, value in runs:
            turns[start].append((place, value))
            start += times
    row: list[Any] = [None] * len(columns)
    for start, end in pairwise([*sorted(turns), ops]):
        for place, value in turns[start]:
            row[place] = value
        yield end - start, row


def _follows(last: Row, row: Row) -> bool:
    """Tell whether a row is like another but for its counter."""
    return last[:COUNTER] == row[:COUNTER] and last[COUNTER + 1 :] == row[COUNTER + 1 :]
