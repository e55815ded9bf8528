"""Edits cut into edits of one operation each, or of one short splice, and what each weighs in a change.

A weight is an estimate that is meant to be too high, so that a change cut by it is rarely too large.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from troth.edits import Delete, Edit, Insert, Path, Put, Splice, Text, Value

__all__ = ["cut", "shares", "weigh"]

SPLICE_CHARACTERS: Final = 2_000
OP_WEIGHT: Final = 64
CHARACTER_WEIGHT: Final = 6


def shares(pieces: Iterable[Edit], cut_at: int) -> Iterator[list[Edit]]:
    """Share pieces out over changes, in order: each is full once another splice might weigh too much."""
    share: list[Edit] = []
    weight = 0
    for piece in pieces:
        share.append(piece)
        weight += weigh(piece)
        if weight > cut_at - _weight_of("x" * SPLICE_CHARACTERS):
            yield share
            share, weight = [], 0
    if share:
        yield share


def cut(edit: Edit) -> Iterator[Edit]:
    """Cut an edit into edits of one operation each, or of one short splice."""
    match edit:
        case Put(path, value):
            yield Put(path, _hollow(value))
            yield from _fill(path, value)
        case Insert(path, index, value):
            yield Insert(path, index, _hollow(value))
            yield from _fill((*path, index), value)
        case Splice(path, index, 0, ""):
            # Nothing to do, but only where there is such a place.
            yield Splice(path, index)
        case Splice(path, index, delete, insert):
            for start in range(0, delete, SPLICE_CHARACTERS):
                yield Splice(path, index, min(SPLICE_CHARACTERS, delete - start))
            for start in range(0, len(insert), SPLICE_CHARACTERS):
                at = index if index < 0 else index + start
                yield Splice(path, at, 0, insert[start : start + SPLICE_CHARACTERS])
        case Delete():
            yield edit


def _hollow(value: Value) -> Value:
    """Return an empty container for a container, a scalar as it is."""
    if isinstance(value, Text):
        return Text("")
    if isinstance(value, Mapping):
        return {}
    return [] if isinstance(value, (list, tuple)) else value


def _fill(path: Path, value: Value) -> Iterator[Edit]:
    if isinstance(value, Text):
        yield from cut(Splice(path, -1, 0, str(value)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from cut(Put((*path, key), item))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from cut(Insert(path, -1, item))


def weigh(piece: Edit) -> int:
    """Return about how many bytes a piece takes in a change, rather too many than too few."""
    keys = sum(len(part.encode()) for part in piece.path[-1:] if isinstance(part, str))
    match piece:
        case Splice(_, _, delete, insert):
            return OP_WEIGHT + CHARACTER_WEIGHT * delete + _weight_of(insert)
        case Put(_, value) | Insert(_, _, value):
            size = len(value.encode()) if isinstance(value, str) else len(value) if isinstance(value, bytes) else 0
            return OP_WEIGHT + keys + size
        case Delete():
            return OP_WEIGHT + keys


def _weight_of(text: str) -> int:
    return len(text.encode()) + CHARACTER_WEIGHT * len(text)
