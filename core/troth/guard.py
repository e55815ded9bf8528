"""Judges a foreign change from its bytes and its causal past, before the CRDT sees it; a verdict, never an exception.

These are the checks that cost little: type, lengths, checksum, canonical header, actor, sequence, dependencies,
first operation, columns, and counts before anything is decoded.
Judging the operations themselves belongs here too and has its own release (specs/document.md, Guard).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

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

ACTION_COLUMN: Final = 0x42
VALUE_KIND_COLUMN: Final = 0x56
PREDECESSOR_COUNT_COLUMN: Final = 0x70
COLUMNS: Final = frozenset({0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x42, 0x56, 0x57, 0x70, 0x71, 0x73})
"""Object, key, insert, action, value, predecessors; no marks, nothing deflated, nothing unknown."""

ACTIONS: Final = range(5)
"""Make map, put, make list, delete, make text; no increments, no marks."""
VALUE_KINDS: Final = range(8)
"""Null, false, true, uint, int, float, str, bytes; reading a counter or a timestamp panics."""


class Refused(Enum):
    """Why a change is refused, for good."""

    FORM = "not a well-formed change"
    SIZE = "larger than a change may be"
    CHECKSUM = "its checksum or hash does not fit"
    EXTRA = "carries a time, a message or bytes that belong to no column"
    ACTOR = "made under another actor than its author's"
    COLUMN = "uses a column that is not allowed"
    ACTION = "does something that no edit does"
    VALUE = "holds a kind of value that no edit makes"
    COUNT = "holds more operations or predecessors than a change may"
    SEQUENCE = "its sequence does not follow its author's last change"
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

_Runs = list[tuple[int, int | None]]


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
    """Read the header of a change and count what it holds, without decoding it."""
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
    if not set(columns) <= COLUMNS:
        return Refused.COLUMN
    actions = _runs(columns.get(ACTION_COLUMN, b""))
    kinds = _runs(columns.get(VALUE_KIND_COLUMN, b""))
    predecessors = _runs(columns.get(PREDECESSOR_COUNT_COLUMN, b""))
    ops = _length(actions)
    if (
        max(ops, _length(kinds), _length(predecessors)) > CHANGE_OPS_MAX
        or _total(predecessors) > CHANGE_PREDECESSORS_MAX
    ):
        return Refused.COUNT
    if not all(action in ACTIONS for _, action in actions):
        return Refused.ACTION
    if not all(kind is not None and kind & 0xF in VALUE_KINDS for _, kind in kinds):
        return Refused.VALUE
    if not ops or sequence < 1 or not 1 <= start_op <= OP_COUNTER_MAX - ops:
        return Refused.FORM
    return Change(hashed, actor, sequence, start_op, ops, dependencies)


def _columns(at: "_Bytes") -> dict[int, bytes]:
    table = [(at.number(), at.number()) for _ in range(at.number(len(COLUMNS)))]
    specifications = [specification for specification, _ in table]
    if specifications != sorted(set(specifications)):
        raise _BadFormError
    return {specification: at.take(length) for specification, length in table}


def _length(runs: _Runs) -> int:
    return sum(length for length, _ in runs)


def _total(runs: _Runs) -> int:
    return sum(length * (value or 0) for length, value in runs)


def _runs(column: bytes) -> _Runs:
    """Read a run-length column as (how many times, value); nothing is repeated, so it costs no more than its bytes."""
    at = _Bytes(column, 0)
    runs: _Runs = []
    while at.left():
        length = at.signed()
        if length > 0:
            runs.append((length, at.number()))
        elif length < 0:
            runs.extend((1, at.number()) for _ in range(min(-length, at.left() + 1)))
        else:
            runs.append((at.number(), None))
    return runs


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
