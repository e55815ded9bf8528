"""The short way for a change of one operation, which is what a key stroke makes.

It knows the common shape and says yes, or says nothing and leaves the change to the long way; it never refuses.
"""

from collections.abc import Mapping
from typing import Any, Final

from troth.guard.columns import Column, read_runs

__all__ = ["read_single"]

_OBJECT_ACTOR: Final = int(Column.OBJECT_ACTOR)
_OBJECT_COUNTER: Final = int(Column.OBJECT_COUNTER)
_KEY_ACTOR: Final = int(Column.KEY_ACTOR)
_KEY_COUNTER: Final = int(Column.KEY_COUNTER)
_KEY_TEXT: Final = int(Column.KEY_TEXT)
_INSERT: Final = int(Column.INSERT)
_ACTION: Final = int(Column.ACTION)
_VALUE_KIND: Final = int(Column.VALUE_KIND)
_PREDECESSOR_COUNT: Final = int(Column.PREDECESSOR_COUNT)
_PREDECESSOR_ACTOR: Final = int(Column.PREDECESSOR_ACTOR)
_PREDECESSOR_COUNTER: Final = int(Column.PREDECESSOR_COUNTER)

_LITERAL_OF_ONE: Final = 0x7F
_INSERTS: Final = {b"\x01": False, b"\x00\x01": True}
_ACTIONS: Final = {bytes((0x7F, action)): action for action in range(5)}
_COUNTS: Final = {b"\x7f\x00": 0, b"\x7f\x01": 1}
_TOLD: Final = frozenset((_ACTION, _INSERT, _PREDECESSOR_COUNT, int(Column.VALUE)))
_NOTHING: Final = (None, None)

Single = tuple[tuple[Any, ...], list[tuple[Any, Any]], int]
"""The row of a table but for its last field, what it replaces, and the kind of its value."""


def read_single(columns: Mapping[int, bytes]) -> Single | None:
    """Read the columns of one operation that replaces at most one other; none if they are of any other shape."""
    action = _ACTIONS.get(columns.get(_ACTION, b""))
    insert = _INSERTS.get(columns.get(_INSERT, b""))
    count = _COUNTS.get(columns.get(_PREDECESSOR_COUNT, b""))
    if action is None or insert is None or count is None or _VALUE_KIND not in columns:
        return None
    found: dict[int, Any] = {}
    for column, data in columns.items():
        if column not in _TOLD and not _read(found, column, data):
            return None
    get = found.get
    replaced = get(_PREDECESSOR_ACTOR), get(_PREDECESSOR_COUNTER)
    if (None in replaced) if count else replaced != _NOTHING:
        return None
    named = get(_OBJECT_ACTOR), get(_OBJECT_COUNTER), get(_KEY_ACTOR), get(_KEY_COUNTER), get(_KEY_TEXT)
    return (*named, insert, action, count), [replaced] * count, found[_VALUE_KIND]


def _read(found: dict[int, Any], column: int, data: bytes) -> bool:
    """Read a column that holds one item; false if it holds more."""
    if len(data) == 2 and data[0] == _LITERAL_OF_ONE and data[1] < 0x40 and column != _KEY_TEXT:
        # A number this small is the same with and without a sign.
        found[column] = data[1]
        return True
    ((times, found[column]), *others) = read_runs(column, data)
    return times == 1 and not others
