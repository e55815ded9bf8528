"""Operations of a change as rows, and back into columns, so that a test can spoil what one operation refers to.

Like `anatomy`, it is written from the format's own description and shares nothing with the guard.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from tests.troth.anatomy import ACTION, INSERT, KEY, PREDECESSORS, VALUE, VALUE_KIND, Anatomy, sleb, uleb

__all__ = ["DELETE", "FRONT", "MAKE_LIST", "MAKE_MAP", "MAKE_TEXT", "PUT", "Id", "Row", "rows_of", "with_rows"]

MAKE_MAP, PUT, MAKE_LIST, DELETE, MAKE_TEXT = range(5)
OBJECT_ACTOR: Final = 0x01
OBJECT_COUNTER: Final = 0x02
KEY_ACTOR: Final = 0x11
KEY_COUNTER: Final = 0x13
PREDECESSOR_ACTOR: Final = 0x71
PREDECESSOR_COUNTER: Final = 0x73

Id = tuple[bytes, int]
"""An operation: its actor and its counter."""
FRONT: Final[Id] = (b"", 0)
"""Before the first element of a list."""


@dataclass(frozen=True)
class Row:
    """One operation, each reference by the actor itself."""

    object: Id | None = None
    key: str | Id = ""
    insert: bool = False
    action: int = PUT
    kind: int = 0
    value: bytes = b""
    replaces: tuple[Id, ...] = ()


def rows_of(anatomy: Anatomy) -> list[Row]:
    """Take the operations of an honest change apart."""
    actors = [anatomy.actor, *anatomy.others]
    columns = dict(anatomy.columns)

    def column(number: int) -> Iterator[Any]:
        return iter(_decoded(number, columns.get(number, b"")))

    def reference(actor_column: Iterator[Any], counter_column: Iterator[Any]) -> Id | None:
        actor, counter = next(actor_column, None), next(counter_column, None)
        if counter is None:
            return None
        return FRONT if actor is None else (actors[actor], counter)

    objects, keys, replaced = (
        (column(actor), column(counter))
        for actor, counter in (
            (OBJECT_ACTOR, OBJECT_COUNTER),
            (KEY_ACTOR, KEY_COUNTER),
            (PREDECESSOR_ACTOR, PREDECESSOR_COUNTER),
        )
    )
    texts, counts, values = column(KEY), column(PREDECESSORS), columns.get(VALUE, b"")
    rows = []
    at = 0
    for insert, action, kind in zip(column(INSERT), column(ACTION), column(VALUE_KIND), strict=True):
        size = kind >> 4
        key, text = reference(*keys), next(texts, None)
        of = reference(*objects)
        old = tuple(found for _ in range(next(counts)) if (found := reference(*replaced)) is not None)
        rows.append(Row(of, key or text or "", insert, action, kind & 0xF, values[at : at + size], old))
        at += size
    return rows


def with_rows(anatomy: Anatomy, rows: Sequence[Row]) -> Anatomy:
    """Put rows in the place of a change's own, and name the actors that they refer to."""
    named = [reference for row in rows for reference in (row.object, row.key, *row.replaces)]
    others = sorted({name[0] for name in named if isinstance(name, tuple)} - {anatomy.actor, b""})
    places = {b"": None, **{actor: number for number, actor in enumerate([anatomy.actor, *others])}}
    objects = [row.object or (b"", None) for row in rows]
    keys = [row.key if isinstance(row.key, tuple) else (b"", None) for row in rows]
    replaced = [reference for row in rows for reference in row.replaces]
    columns = {
        OBJECT_ACTOR: _runs((places[actor] for actor, _ in objects), uleb),
        OBJECT_COUNTER: _runs((counter for _, counter in objects), uleb),
        KEY_ACTOR: _runs((places[actor] for actor, _ in keys), uleb),
        KEY_COUNTER: _runs(_differences(counter for _, counter in keys), sleb),
        KEY: _runs((row.key if isinstance(row.key, str) else None for row in rows), _text),
        INSERT: _flags(row.insert for row in rows),
        ACTION: _runs((row.action for row in rows), uleb),
        VALUE_KIND: _runs((len(row.value) << 4 | row.kind for row in rows), uleb),
        VALUE: b"".join(row.value for row in rows),
        PREDECESSORS: _runs((len(row.replaces) for row in rows), uleb),
        PREDECESSOR_ACTOR: _runs((places[actor] for actor, _ in replaced), uleb),
        PREDECESSOR_COUNTER: _runs(_differences(counter for _, counter in replaced), sleb),
    }
    found = tuple((number, data) for number, data in columns.items() if data)
    return replace(anatomy, others=tuple(others), columns=found)


def _text(value: str) -> bytes:
    return uleb(len(value.encode())) + value.encode()


def _differences(counters: Iterable[int | None]) -> Iterator[int | None]:
    before = 0
    for counter in counters:
        yield None if counter is None else counter - before
        before = before if counter is None else counter


def _flags(values: Iterable[bool]) -> bytes:
    runs = [(value, len(list(group))) for value, group in groupby(values)]
    return (b"\x00" if runs and runs[0][0] else b"") + b"".join(uleb(times) for _, times in runs)


def _runs(values: Iterable[Any], write: Callable[[Any], bytes]) -> bytes:
    out, alone = b"", b""
    count = 0
    groups = [(value, len(list(group))) for value, group in groupby(values)]
    if all(value is None for value, _ in groups):
        return b""
    for value, times in [*groups, (None, 0)]:
        if value is not None and times == 1:
            alone += write(value)
            count += 1
            continue
        out += sleb(-count) + alone if count else b""
        alone, count = b"", 0
        if times:
            out += b"\x00" + uleb(times) if value is None else sleb(times) + write(value)
    return out


def _decoded(column: int, data: bytes) -> list[Any]:
    if column == INSERT:
        return _read_flags(data)
    found: list[Any] = []
    at = 0
    while at < len(data):
        count, at = _number(data, at, signed=True)
        if count == 0:
            times, at = _number(data, at)
            found += [None] * times
        for _ in range(max(-count, 1) if count else 0):
            if column == KEY:
                size, at = _number(data, at)
                value: Any = data[at : at + size].decode()
                at += size
            else:
                value, at = _number(data, at, signed=column in (KEY_COUNTER, PREDECESSOR_COUNTER))
            found += [value] * max(count, 1)
    return _summed(found) if column in (KEY_COUNTER, PREDECESSOR_COUNTER) else found


def _summed(deltas: Iterable[int | None]) -> list[int | None]:
    total = 0
    found: list[int | None] = []
    for delta in deltas:
        total += delta or 0
        found.append(None if delta is None else total)
    return found


def _read_flags(data: bytes) -> list[bool]:
    found: list[bool] = []
    at, value = 0, False
    while at < len(data):
        times, at = _number(data, at)
        found += [value] * times
        value = not value
    return found


def _number(data: bytes, at: int, *, signed: bool = False) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (value - (1 << shift) if signed and byte & 0x40 else value), at
