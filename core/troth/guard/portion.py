"""A portion of a past, written down: the changes that were accepted after some extent, column by column.

What it says is enough to go on judging, and is nothing that records do not say: they bear it out (`Library.recall`).
"""

import sys
import zlib
from array import array
from typing import Final, NamedTuple

from troth_wire import codec
from troth_wire.errors import MalformedError
from troth_wire.ids import ActorId, ChangeHash

__all__ = ["Extent", "Portion"]

FORMAT: Final = 1
HASH_BYTES: Final = 32
NUMBER_BYTES: Final = 4
LEVEL: Final = 1
"""Of packing: what is typed in a row folds to little at any."""
PORTION_BYTES_MAX: Final = 64 * 1024 * 1024
_ANY_NUMBER: Final = 2**32


class Extent(NamedTuple):
    """How much a past holds."""

    changes: int
    operations: int
    actors: int
    keys: int


class Portion(NamedTuple):
    """Changes in the order in which they were accepted."""

    since: Extent
    """What the past held before them."""
    actors: tuple[ActorId, ...]
    """Whose first change is among them."""
    keys: tuple[str, ...]
    """Map keys that were new."""
    heads: tuple[ChangeHash, ...]
    """Of the past that ends with them."""
    hashes: tuple[ChangeHash, ...]
    authors: "array[int]"
    """The number of each change's author."""
    starts: "array[int]"
    """The counter of each change's first operation."""
    counts: "array[int]"
    """How many operations each has."""
    reaches: tuple[tuple[int, ...], ...]
    """How far changes reach into each actor's sequence, each spelled once."""
    reached: "array[int]"
    """Which of these is each change's."""
    kinds: bytes
    objects: "array[int]"
    slots: "array[int]"

    def encode(self, rules: int) -> bytes:
        """Return its bytes.

        Args:
            rules: The version of the rules by which the changes were judged.
        """
        told = [list(self.since), self.actors, self.keys, self.heads, b"".join(self.hashes), self.reaches, self.kinds]
        columns = (self.authors, self.starts, self.counts, self.reached, self.objects, self.slots)
        return codec.pack([FORMAT, rules, zlib.compress(codec.pack([*told, *map(_bytes_of, columns)]), LEVEL)])

    @classmethod
    def parse(cls, data: bytes, rules: int) -> "Portion":
        """Read one that was written by these rules.

        Raises:
            MalformedError: If its columns do not fit together.
            VersionError: If it was written in another form, or by other rules.
        """
        _, _, packed = codec.decode_again(data, codec.known(FORMAT, rules, then=_FORM))
        since, actors, keys, heads, hashes, reaches, kinds, *rest = codec.decode_again(_unpacked(packed), _SHAPE)
        authors, starts, counts, reached, objects, slots = map(_numbers_in, rest)
        changes = len(hashes), *(HASH_BYTES * len(column) for column in (authors, starts, counts, reached))
        operations = sum(counts), len(kinds), len(objects), len(slots)
        if len({*changes}) > 1 or len({*operations}) > 1 or max(reached, default=-1) >= len(reaches):
            raise MalformedError("columns of different lengths")
        if max(authors, default=-1) >= Extent(*since).actors + len(actors):
            raise MalformedError("a change of nobody")
        split = tuple([ChangeHash(hashes[at : at + HASH_BYTES]) for at in range(0, len(hashes), HASH_BYTES)])
        found = Extent(*since), actors, keys, heads, split, authors, starts, counts, reaches, reached
        return cls(*found, kinds, objects, slots)


_COUNT: Final = codec.natural(_ANY_NUMBER)
_COLUMN: Final = codec.blob(PORTION_BYTES_MAX)
_FORM: Final = codec.fields(codec.natural(), codec.natural(), _COLUMN)
_SHAPE: Final = codec.fields(
    codec.fields(_COUNT, _COUNT, _COUNT, _COUNT),
    codec.many(codec.raw(16), _ANY_NUMBER),
    codec.many(codec.text(PORTION_BYTES_MAX), _ANY_NUMBER),
    codec.many(codec.raw(HASH_BYTES), _ANY_NUMBER),
    _COLUMN,
    codec.many(codec.many(_COUNT, _ANY_NUMBER), _ANY_NUMBER),
    *(_COLUMN for _ in range(7)),
)


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, PORTION_BYTES_MAX)
    except zlib.error:
        raise MalformedError("a portion that does not unfold") from None


def _bytes_of(numbers: "array[int]") -> bytes:
    return _little(numbers[:]).tobytes()


def _numbers_in(data: bytes) -> "array[int]":
    if len(data) % NUMBER_BYTES:
        raise MalformedError("a number that is cut off")
    return _little(array("I", data))


def _little(numbers: "array[int]") -> "array[int]":
    """Turn numbers of this machine into little-endian ones, or back."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
