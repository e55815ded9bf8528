"""The columns of a change as runs, each in its one encoding: nothing is repeated here, so a bomb costs its bytes."""

from collections.abc import Callable
from enum import IntEnum
from itertools import accumulate, chain, repeat
from typing import Any, Final

from troth.guard.numbers import signed, text, unsigned
from troth.guard.reasons import Refused, UnfitError

__all__ = ["COLUMNS", "Column", "Runs", "each", "length", "read_runs", "sums"]


class Column(IntEnum):
    """The columns that a change may have: no marks, nothing deflated, nothing unknown."""

    OBJECT_ACTOR = 0x01
    OBJECT_COUNTER = 0x02
    KEY_ACTOR = 0x11
    KEY_COUNTER = 0x13
    KEY_TEXT = 0x15
    INSERT = 0x34
    ACTION = 0x42
    VALUE_KIND = 0x56
    VALUE = 0x57
    PREDECESSOR_COUNT = 0x70
    PREDECESSOR_ACTOR = 0x71
    PREDECESSOR_COUNTER = 0x73


COLUMNS: Final = frozenset(map(int, Column))

Runs = list[tuple[int, Any]]
"""How many times, and what."""

_Item = Callable[[bytes, int], tuple[Any, int]]
_PLAIN: Final = tuple(range(0x80))
_SIGNED: Final = tuple(byte - (byte << 1 & 0x80) for byte in _PLAIN)
_ITEMS: Final[dict[int, tuple[_Item, tuple[int, ...]]]] = {
    Column.KEY_TEXT: (text, ()),
    Column.KEY_COUNTER: (signed, _SIGNED),
    Column.PREDECESSOR_COUNTER: (signed, _SIGNED),
}
"""How an item is read, and what the bytes stand for that are an item each."""
_UNSIGNED: Final = (unsigned, _PLAIN)
_LITERAL_OF_ONE: Final = 0x7F
_INSERT: Final = int(Column.INSERT)
_OTHER: Final = object()
"""Is equal to no item."""


def read_runs(column: int, data: bytes) -> Runs:
    """Read a column, and refuse what could be written shorter."""
    if column == _INSERT:
        return _flags(data)
    item, small = _ITEMS.get(column, _UNSIGNED)
    if len(data) == 2 and small and data[1] < 0x80 and (2 <= data[0] < 0x40 or data[0] == _LITERAL_OF_ONE):
        return [(1 if data[0] == _LITERAL_OF_ONE else data[0], small[data[1]])]
    return _runs(data, item, small)


def length(runs: Runs) -> int:
    """Return for how many operations the runs stand."""
    return runs[0][0] if len(runs) == 1 else sum([times for times, _ in runs])


def each(runs: Runs) -> list[Any]:
    """Write the runs out; their length has been bounded before."""
    if len(runs) == 1:
        times, value = runs[0]
        return [value] * times
    return list(chain.from_iterable(repeat(value, times) for times, value in runs))


def sums(runs: Runs) -> list[int | None]:
    """Write out runs of differences as what they add up to; nothing stays nothing."""
    deltas = each(runs)
    if None not in deltas:
        return list(accumulate(deltas))
    totals = accumulate(delta or 0 for delta in deltas)
    return [None if delta is None else total for delta, total in zip(deltas, totals, strict=True)]


def _flags(data: bytes) -> Runs:
    runs: Runs = []
    at = 0
    while at < len(data):
        times, at = unsigned(data, at)
        if not times and runs:
            raise UnfitError(Refused.FORM)
        runs.append((times, len(runs) % 2 == 1))
    return runs


def _runs(data: bytes, item: _Item, small: tuple[int, ...]) -> Runs:
    """Read runs of an item, of nothing, or of different items."""
    runs: Runs = []
    at, end = 0, len(data)
    in_literal = False
    before: Any = _OTHER
    while at < end:
        count, at = signed(data, at)
        if count == 1 or (count < 0 and in_literal) or -count > end - at:
            raise UnfitError(Refused.FORM)
        in_literal = count < 0
        times, items = (count, 1) if count > 0 else (1, -count)
        if not count:
            times, at = unsigned(data, at)
            if not times or before is None:
                raise UnfitError(Refused.FORM)
            runs.append((times, None))
            before = None
        for _ in range(items):
            if at < end and data[at] < len(small):
                value = small[data[at]]
                at += 1
            else:
                value, at = item(data, at)
            if value == before:
                raise UnfitError(Refused.FORM)
            runs.append((times, value))
            before = value
    if len(runs) == 1 and before is None:
        raise UnfitError(Refused.FORM)
    return runs
