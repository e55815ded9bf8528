"""Judges a foreign change from its bytes and its causal past, before the CRDT sees it; a verdict, never an exception.

These are the checks that need no past but its counters: chunk, header, columns in their one encoding, counts before
anything is decoded, and each operation by itself. Looking up what operations refer to is left to a later release
(specs/document.md, Guard).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import sha256
from itertools import islice, pairwise, repeat
from typing import Any, Final

from troth_wire.ids import ActorId, ChangeHash
from troth_wire.limits import (
    CHANGE_ACTORS_MAX,
    CHANGE_BYTES_MAX,
    CHANGE_DEPENDENCIES_MAX,
    CHANGE_OPS_MAX,
    CHANGE_PREDECESSORS_MAX,
)

__all__ = ["RULES", "Change", "Past", "Refused", "Verdict", "Wait", "change_hash", "judge", "read"]

RULES: Final = 1
"""The version of these rules; records say under which one their changes were made."""

MAGIC: Final = b"\x85\x6f\x4a\x83"
CHANGE_CHUNK: Final = 1
HASHED_FROM: Final = 8
ACTOR_BYTES: Final = 16
OP_COUNTER_MAX: Final = 2**31 - 1
"""Past this the library can not count on; an honest document never comes near."""


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


_ACTORS: Final = (Column.OBJECT_ACTOR, Column.KEY_ACTOR, Column.PREDECESSOR_ACTOR)
_ALWAYS: Final = {Column.INSERT, Column.ACTION, Column.VALUE_KIND, Column.PREDECESSOR_COUNT}
"""No operation is without these."""
_PREDECESSORS: Final = (Column.PREDECESSOR_ACTOR, Column.PREDECESSOR_COUNTER)

ACTIONS: Final = range(5)
"""Make map, put, make list, delete, make text; no increments, no marks."""
PUT: Final = 1
DELETE: Final = 3
VALUE_KINDS: Final = range(8)
"""Null, false, true, uint, int, float, str, bytes; reading a counter or a timestamp panics."""
_VALUE_BYTES: Final = {0: 0, 1: 0, 2: 0, 5: 8}
"""How long a value is whose kind says it: null, false, true, float."""


class Refused(Enum):
    """Why a change is refused, for good."""

    FORM = "not a well-formed change"
    SIZE = "larger than a change may be"
    CHECKSUM = "its checksum or hash does not fit"
    EXTRA = "carries a time, a message or bytes that belong to no column"
    ACTOR = "made under another actor than its author's"
    COLUMN = "uses a column that is not allowed"
    ACTION = "does something that no edit does"
    VALUE = "holds a value that no edit makes"
    COUNT = "holds more operations or predecessors than a change may"
    SEQUENCE = "its sequence does not follow its author's last change"
    OPERATION = "holds an operation that can not stand as it is written"
    START = "its first operation is not the next one after its past"


@dataclass(frozen=True, slots=True)
class Change:
    """What the header of a change says."""

    hash: ChangeHash
    actor: ActorId
    sequence: int
    start_op: int
    ops: int
    dependencies: tuple[ChangeHash, ...]

    @property
    def max_op(self) -> int:
        """The counter of its last operation."""
        return self.start_op + self.ops - 1


@dataclass(frozen=True, slots=True)
class Wait:
    """The verdict on a change whose past is not all here."""

    missing: frozenset[ChangeHash]


Verdict = Change | Wait | Refused
"""Accepted (and read), to be judged again later, or refused for good."""

Past = Mapping[ChangeHash, Change]
"""Every change of the document that has been accepted."""

_Runs = list[tuple[int, Any]]
_Reference = tuple[int | None, int | None]
"""An operation as (place in the list of actors, counter)."""
_NOTHING: Final = (None, None)
_FRONT: Final = (None, 0)


class _BadFormError(Exception):
    """The bytes end early, or a number is not in its shortest form."""


def change_hash(raw: bytes) -> ChangeHash:
    """Return the CRDT's own hash of a change."""
    return ChangeHash(sha256(raw[HASHED_FROM:]).digest())


def judge(raw: bytes, *, past: Past, actor: ActorId, own: Callable[[int], ChangeHash | None]) -> Verdict:
    """Judge a change.

    Args:
        raw: The change as it arrived.
        past: The accepted changes of the document.
        actor: The only actor under which its author may write.
        own: Gives the accepted change of that actor with a sequence, if there is one.
    """
    change = read(raw)
    if isinstance(change, Refused):
        return change
    if change.actor != actor:
        return Refused.ACTOR
    missing = frozenset(dependency for dependency in change.dependencies if dependency not in past)
    if missing:
        return Wait(missing)
    if change.start_op != 1 + max((past[dependency].max_op for dependency in change.dependencies), default=0):
        return Refused.START
    if own(change.sequence) is not None or (change.sequence > 1 and own(change.sequence - 1) is None):
        return Refused.SEQUENCE
    return change


def read(raw: bytes) -> Change | Refused:
    """Read a change: count what it holds before decoding it, then look at each operation by itself."""
    if len(raw) > CHANGE_BYTES_MAX:
        return Refused.SIZE
    if raw[:4] != MAGIC or raw[HASHED_FROM : HASHED_FROM + 1] != bytes([CHANGE_CHUNK]):
        return Refused.FORM
    hashed = change_hash(raw)
    if raw[4:HASHED_FROM] != hashed[:4]:
        return Refused.CHECKSUM
    try:
        return _read_body(_Bytes(raw, HASHED_FROM + 1), hashed)
    except _BadFormError:
        return Refused.FORM


def _read_body(at: "_Bytes", hashed: ChangeHash) -> Change | Refused:
    if at.number() != at.left():
        return Refused.FORM
    dependencies = tuple(ChangeHash(at.take(32)) for _ in range(at.number(CHANGE_DEPENDENCIES_MAX)))
    actor = ActorId(at.take(at.number(ACTOR_BYTES)))
    sequence, start_op = at.number(), at.number()
    time, message = at.number(), at.number()
    if time or message:
        return Refused.EXTRA
    others = [at.take(at.number(ACTOR_BYTES)) for _ in range(at.number(CHANGE_ACTORS_MAX))]
    columns = _columns(at)
    if at.left():
        return Refused.EXTRA
    if list(dependencies) != sorted(set(dependencies)) or others != sorted(set(others)) or len(actor) != ACTOR_BYTES:
        return Refused.FORM
    if not columns.keys() <= set(Column):
        return Refused.COLUMN
    runs = {column: _read_column(column, data) for column, data in columns.items() if column != Column.VALUE}
    ops = _length(runs.get(Column.ACTION, []))
    predecessors = sum(times * (count or 0) for times, count in runs.get(Column.PREDECESSOR_COUNT, []))
    if ops > CHANGE_OPS_MAX or predecessors > CHANGE_PREDECESSORS_MAX:
        return Refused.COUNT
    if not runs.keys() >= _ALWAYS or any(value is None for column in _ALWAYS for _, value in runs[column]):
        return Refused.FORM
    if any(_length(run) != (predecessors if column in _PREDECESSORS else ops) for column, run in runs.items()):
        return Refused.FORM
    if not ops or sequence < 1 or not 1 <= start_op <= OP_COUNTER_MAX - ops or actor in others:
        return Refused.FORM
    if not all(action in ACTIONS for _, action in runs[Column.ACTION]):
        return Refused.ACTION
    table = _Table(runs, start_op, ops, (actor, *others))
    if not table.values_fit(columns.get(Column.VALUE, b"")):
        return Refused.VALUE
    if not table.actors_fit() or not table.operations_stand():
        return Refused.OPERATION
    return Change(hashed, actor, sequence, start_op, ops, dependencies)


def _columns(at: "_Bytes") -> dict[int, bytes]:
    table = [(at.number(), at.number()) for _ in range(at.number(len(Column)))]
    specifications = [specification for specification, _ in table]
    if specifications != sorted(set(specifications)) or not all(length for _, length in table):
        raise _BadFormError
    return {specification: at.take(length) for specification, length in table}


def _length(runs: _Runs) -> int:
    return sum(times for times, _ in runs)


def _read_column(column: int, data: bytes) -> _Runs:
    """Read a column as (how many times, value); nothing is repeated, so it costs no more than its bytes."""
    at = _Bytes(data, 0)
    match column:
        case Column.INSERT:
            return _flags(at)
        case Column.KEY_TEXT:
            return _runs(at, at.text)
        case Column.KEY_COUNTER | Column.PREDECESSOR_COUNTER:
            return _runs(at, at.signed)
    return _runs(at, at.number)


def _flags(at: "_Bytes") -> _Runs:
    runs: _Runs = []
    while at.left():
        times = at.number()
        if not times and runs:
            raise _BadFormError
        runs.append((times, len(runs) % 2 == 1))
    return runs


def _runs(at: "_Bytes", item: Callable[[], Any]) -> _Runs:
    """Read runs of an item, of nothing, or of different items, and refuse what could be written shorter."""
    runs: _Runs = []
    before = 0
    while at.left():
        length = at.signed()
        if length == 1 or (length < 0 and before < 0):
            raise _BadFormError
        fresh: _Runs = [(length, item())] if length > 0 else [(at.number(), None)] if not length else []
        fresh += [(1, item()) for _ in range(min(max(-length, 0), at.left() + 1))]
        for times, value in fresh:
            if not times or (runs and runs[-1][1] == value):
                raise _BadFormError
            runs.append((times, value))
        before = length
    if len(runs) == 1 and runs[0][1] is None:
        raise _BadFormError
    return runs


def _each(runs: _Runs) -> Iterator[Any]:
    for times, value in runs:
        yield from repeat(value, times)


def _sums(deltas: Iterator[int | None]) -> Iterator[int | None]:
    total = 0
    for delta in deltas:
        if delta is None:
            yield None
        else:
            total += delta
            yield total


class _Table:
    """The operations of a change, whose numbers are within bounds: what each is by itself, without the past."""

    def __init__(self, runs: Mapping[int, _Runs], start_op: int, ops: int, actors: Sequence[bytes]) -> None:
        self._runs = runs
        self._actors = actors
        self._start_op = start_op
        self._ops = ops

    def _column(self, column: Column) -> Iterator[Any]:
        runs = self._runs.get(column)
        return repeat(None, self._ops) if runs is None else _each(runs)

    def actors_fit(self) -> bool:
        """Tell whether all actors that are referred to are named, and no others."""
        used = {value for column in _ACTORS for _, value in self._runs.get(column, [])}
        return (used | {0}) - {None} == set(range(len(self._actors)))

    def values_fit(self, data: bytes) -> bool:
        """Tell whether the values are of allowed kinds and fill their column, each in its one form."""
        at = _Bytes(data, 0)
        for kind, action in zip(self._column(Column.VALUE_KIND), self._column(Column.ACTION), strict=True):
            if kind & 0xF not in VALUE_KINDS or (kind and action != PUT):
                return False
            if not _value_fits(kind & 0xF, at.take(kind >> 4)):
                return False
        return not at.left()

    def operations_stand(self) -> bool:
        """Tell whether object, key and predecessors of each operation fit together and name earlier operations."""
        predecessors = self._references(Column.PREDECESSOR_ACTOR, _sums(self._column(Column.PREDECESSOR_COUNTER)))
        rows = zip(
            self._references(Column.OBJECT_ACTOR, self._column(Column.OBJECT_COUNTER)),
            self._references(Column.KEY_ACTOR, _sums(self._column(Column.KEY_COUNTER))),
            self._column(Column.KEY_TEXT),
            self._column(Column.INSERT),
            self._column(Column.ACTION),
            self._column(Column.PREDECESSOR_COUNT),
            strict=True,
        )
        for number, (place, element, key, insert, action, count) in enumerate(rows, self._start_op):
            replaced = list(islice(predecessors, count))
            if place != _NOTHING and not self._precedes(place, number):
                return False
            if key:
                fits = element == _NOTHING and not insert and (action != DELETE or replaced)
            else:
                front = insert and element == _FRONT
                fits = key is None and place != _NOTHING and (front or self._precedes(element, number))
                fits = fits and insert != bool(replaced)
            in_order = all(one < two for one, two in pairwise(map(self._rank, replaced)))
            if not fits or not in_order or not all(self._precedes(reference, number) for reference in replaced):
                return False
        return True

    def _references(self, actors: Column, counters: Iterator[int | None]) -> Iterator[_Reference]:
        # Either column may be absent, and then counts as long as the other: lengths were compared before.
        return zip(self._column(actors), counters, strict=False)

    def _rank(self, reference: _Reference) -> tuple[int, bytes]:
        actor, counter = reference
        return counter or 0, self._actors[actor or 0]

    def _precedes(self, reference: _Reference, number: int) -> bool:
        """Tell whether an operation may refer to this one: of the author before it, of others before the change."""
        actor, counter = reference
        if actor is None or counter is None:
            return False
        return 0 < counter < (number if actor == 0 else self._start_op)


def _value_fits(kind: int, value: bytes) -> bool:
    at = _Bytes(value, 0)
    match kind:
        case 3:
            at.number(2**64 - 1)
        case 4:
            at.signed()
        case 6:
            at.text(len(value))
        case _:
            return len(value) == _VALUE_BYTES.get(kind, len(value))
    return not at.left()


class _Bytes:
    """Reads numbers and slices from the front of some bytes, and refuses what is not the shortest form."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, length: int) -> bytes:
        if length > self.left():
            raise _BadFormError
        self._at += length
        return self._data[self._at - length : self._at]

    def text(self, length: int | None = None) -> str:
        """Read so many bytes of UTF-8, or a length and then as many."""
        try:
            return self.take(self.number() if length is None else length).decode()
        except UnicodeDecodeError:
            raise _BadFormError from None

    def number(self, maximum: int = 2**63 - 1) -> int:
        """Read an unsigned LEB128."""
        value, bits, last = self._leb()
        if (bits > 7 and last == 0) or value > maximum:
            raise _BadFormError
        return value

    def signed(self) -> int:
        """Read a signed LEB128."""
        value, bits, last = self._leb()
        negative = bool(last & 0x40)
        # A last byte that only repeats the sign could have been left out.
        previous_sign = bits > 7 and bool(value >> (bits - 8) & 1)
        if bits > 7 and ((last == 0x7F and previous_sign) or (last == 0 and not previous_sign)):
            raise _BadFormError
        return value - (1 << bits) if negative else value

    def _leb(self) -> tuple[int, int, int]:
        value = bits = 0
        while True:
            if self._at >= len(self._data) or bits > 63:
                raise _BadFormError
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << bits
            bits += 7
            if byte < 0x80:
                return value, bits, byte
