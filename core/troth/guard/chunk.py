"""The chunk around a change: lengths, checksum, header, the table of columns; what is inside them stays bytes."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from troth.guard.columns import COLUMNS
from troth.guard.numbers import unsigned
from troth.guard.reasons import Refused, UnfitError
from troth_wire.ids import ActorId, ChangeHash
from troth_wire.limits import CHANGE_ACTORS_MAX, CHANGE_BYTES_MAX, CHANGE_DEPENDENCIES_MAX

__all__ = ["MAGIC", "Chunk", "change_hash", "read_chunk", "start_op"]

MAGIC: Final = b"\x85\x6f\x4a\x83"
CHANGE_CHUNK: Final = b"\x01"
HASHED_FROM: Final = 8
ACTOR_BYTES: Final = 16
HASH_BYTES: Final = 32


@dataclass(slots=True)
class Chunk:
    """A change whose columns have not been looked into."""

    hash: ChangeHash
    actor: ActorId
    sequence: int
    start_op: int
    dependencies: tuple[ChangeHash, ...]
    others: tuple[ActorId, ...]
    columns: dict[int, bytes]


def change_hash(raw: bytes) -> ChangeHash:
    """Return the CRDT's own hash of a change."""
    return ChangeHash(sha256(raw[HASHED_FROM:]).digest())


def read_chunk(raw: bytes) -> Chunk:
    """Read a chunk, and refuse any but a change that is not deflated, has no time and no message.

    Raises:
        UnfitError: If it is none.
    """
    if len(raw) > CHANGE_BYTES_MAX:
        raise UnfitError(Refused.SIZE)
    if raw[:4] != MAGIC or raw[HASHED_FROM : HASHED_FROM + 1] != CHANGE_CHUNK:
        raise UnfitError(Refused.FORM)
    hashed = change_hash(raw)
    if raw[4:HASHED_FROM] != hashed[:4]:
        raise UnfitError(Refused.CHECKSUM)
    left, at = unsigned(raw, HASHED_FROM + 1)
    if left != len(raw) - at:
        raise UnfitError(Refused.FORM)
    dependencies, at = _dependencies(raw, at)
    actor, at = _actor(raw, at)
    sequence, at = unsigned(raw, at)
    start_op, at = unsigned(raw, at)
    time, at = unsigned(raw, at)
    message, at = unsigned(raw, at)
    if time or message:
        raise UnfitError(Refused.EXTRA)
    others, at = _others(raw, at)
    return Chunk(hashed, actor, sequence, start_op, dependencies, others, _columns(raw, at))


def start_op(raw: bytes, at: int = 0) -> int:
    """Return where the operations of a change begin to count, 0 if it is none; what it builds on begins no later.

    Args:
        raw: Bytes in which there is a change.
        at: Where it begins.
    """
    try:
        _, at = unsigned(raw, at + HASHED_FROM + 1)
        count, at = unsigned(raw, at)
        _, at = unsigned(raw, at + count * HASH_BYTES + 1 + ACTOR_BYTES)
        return unsigned(raw, at)[0]
    except (UnfitError, IndexError):
        return 0


def _dependencies(raw: bytes, at: int) -> tuple[tuple[ChangeHash, ...], int]:
    count, at = unsigned(raw, at)
    end = at + count * HASH_BYTES
    if count > CHANGE_DEPENDENCIES_MAX or end > len(raw):
        raise UnfitError(Refused.FORM)
    found = tuple([ChangeHash(raw[place : place + HASH_BYTES]) for place in range(at, end, HASH_BYTES)])
    if count > 1 and any(one >= two for one, two in pairwise(found)):
        raise UnfitError(Refused.FORM)
    return found, end


def _actor(raw: bytes, at: int) -> tuple[ActorId, int]:
    end = at + 1 + ACTOR_BYTES
    if end > len(raw) or raw[at] != ACTOR_BYTES:
        raise UnfitError(Refused.FORM)
    return ActorId(raw[at + 1 : end]), end


def _others(raw: bytes, at: int) -> tuple[tuple[ActorId, ...], int]:
    count, at = unsigned(raw, at)
    if count > CHANGE_ACTORS_MAX:
        raise UnfitError(Refused.FORM)
    found: list[ActorId] = []
    for _ in range(count):
        actor, at = _actor(raw, at)
        if found and found[-1] >= actor:
            raise UnfitError(Refused.FORM)
        found.append(actor)
    return tuple(found), at


def _columns(raw: bytes, at: int) -> dict[int, bytes]:
    count, at = unsigned(raw, at)
    if count > len(COLUMNS):
        raise UnfitError(Refused.COLUMN)
    found = {}
    before = -1
    table, at = _column_table(raw, at, count)
    for column, size in table:
        if column <= before or not size:
            raise UnfitError(Refused.FORM)
        found[column] = raw[at : at + size]
        at += size
        before = column
    if at != len(raw):
        raise UnfitError(Refused.FORM if at > len(raw) else Refused.EXTRA)
    if not found.keys() <= COLUMNS:
        raise UnfitError(Refused.COLUMN)
    return found


def _column_table(raw: bytes, at: int, count: int) -> tuple[list[tuple[int, int]], int]:
    """Read the number and the size of each column."""
    numbers = raw[at : at + 2 * count]
    if numbers.isascii() and len(numbers) == 2 * count:
        # Most are so small that each is a byte.
        return list(zip(numbers[::2], numbers[1::2], strict=True)), at + 2 * count
    table = []
    for _ in range(count):
        column, at = unsigned(raw, at)
        size, at = unsigned(raw, at)
        table.append((column, size))
    return table, at
