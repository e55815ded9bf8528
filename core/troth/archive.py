"""Proven records that are hardly asked for any more: as they travel, many in one block, and read again when they are.

A record that was read takes twice the room of its bytes, and those of many deflate to half; ten years of two people
make tens of thousands.
"""

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from troth import record as records
from troth.record import Verified

__all__ = ["Archive"]

LEVEL: Final = 1
"""Of deflating: half of a record is hashes and signatures, of which nothing folds at any."""


class _Block(NamedTuple):
    first: int
    """The number of the first record in it."""
    ends: "array[int]"
    """Where in its bytes each record ends."""
    content: bytes
    deflated: bool = False


class Archive:
    """Records by the numbers under which they were put here; it only grows."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._count = 0
        self._deflated = 0
        self._open: tuple[_Block | None, bytes] = None, b""
        """The block that was looked into last, inflated: whoever reads one record mostly reads its neighbours."""

    def put(self, proven: Sequence[Verified]) -> range:
        """Keep records in a block of their own; return their numbers."""
        encoded = [record.encode() for record in proven]
        self._blocks.append(_Block(self._count, array("I", accumulate(map(len, encoded))), b"".join(encoded)))
        numbers = range(self._count, self._count + len(encoded))
        self._count += len(encoded)
        return numbers

    def read(self, number: int) -> Verified:
        """Return the record under a number."""
        block = self._blocks[bisect_right(self._blocks, number, key=_first) - 1]
        place = number - block.first
        start = block.ends[place - 1] if place else 0
        return Verified(records.recall(self._content(block)[start : block.ends[place]], {}))

    def deflate(self, blocks_max: int) -> bool:
        """Let so many blocks take less room; tell whether all do."""
        for number in range(self._deflated, min(self._deflated + blocks_max, len(self._blocks))):
            block = self._blocks[number]
            self._blocks[number] = block._replace(content=zlib.compress(block.content, LEVEL), deflated=True)
            self._deflated += 1
        return self._deflated == len(self._blocks)

    def _content(self, block: _Block) -> bytes:
        if not block.deflated:
            return block.content
        # Looked at once: another thread may read beside this one.
        known, content = self._open
        if known is not block:
            content = zlib.decompress(block.content)
            self._open = block, content
        return content


def _first(block: _Block) -> int:
    return block.first
