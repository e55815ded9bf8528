"""Finds rows in the bytes of a broken file, page by page, by SQLite's own file format and without SQLite.

Nothing found here is believed: whoever opens a row's seal finds out whether it is one.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from troth_client.growth import LOCAL_BYTES, OVERFLOW_BYTES, PAGE_BYTES

__all__ = ["Cell", "carve"]

TABLE_LEAF: Final = 0x0D
FIRST_PAGE_HEAD_BYTES: Final = 100
LEAF_HEAD_BYTES: Final = 8
LOCAL_BYTES_MAX: Final = PAGE_BYTES - 35
WAL_HEAD: Final = struct.Struct(">8I")
FRAME_HEAD: Final = struct.Struct(">6I")
FIRST_BLOB: Final = 12
VARINT_BYTES_MAX: Final = 9

Pages = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of some table."""

    number: int
    content: bytes | None
    """Its last column, if that is a whole blob; None where a part of it is missing."""


class CutError(Exception):
    """A part of what is read is not there."""


def carve(file: bytes, log: bytes = b"") -> Iterator[Cell]:
    """Yield what looks like a row whose last column is a blob.

    Args:
        file: The database, as much of it as there is.
        log: What lies beside it as `-wal`.
    """
    pages = {at // PAGE_BYTES + 1: file[at : at + PAGE_BYTES] for at in range(0, len(file), PAGE_BYTES)}
    pages |= _logged(log)
    for number, page in sorted(pages.items()):
        start = FIRST_PAGE_HEAD_BYTES if number == 1 else 0
        if page[start : start + 1] == bytes([TABLE_LEAF]):
            yield from _cells(page, start, pages)


def _logged(log: bytes) -> dict[int, bytes]:
    """Return the pages of the log's commits, the later ones over the earlier."""
    if len(log) < WAL_HEAD.size:
        return {}
    *_, first_salt, second_salt, _, _ = WAL_HEAD.unpack_from(log)
    pages, waiting = dict[int, bytes](), dict[int, bytes]()
    for at in range(WAL_HEAD.size, len(log) - FRAME_HEAD.size - PAGE_BYTES + 1, FRAME_HEAD.size + PAGE_BYTES):
        number, committed, *salts, _, _ = FRAME_HEAD.unpack_from(log, at)
        if salts != [first_salt, second_salt]:
            # The rest is left from before the log was last taken over.
            break
        waiting[number] = log[at + FRAME_HEAD.size : at + FRAME_HEAD.size + PAGE_BYTES]
        if committed:
            pages |= waiting
            waiting.clear()
    return pages


def _cells(page: bytes, start: int, pages: Pages) -> Iterator[Cell]:
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    first = start + LEAF_HEAD_BYTES
    for at in range(first, min(first + 2 * count, len(page) - 1), 2):
        try:
            cell = _cell(page, int.from_bytes(page[at : at + 2], "big"), pages)
        except CutError:
            # The page itself is broken here: its other cells may be whole.
            continue
        if cell is not None:
            yield cell


def _cell(page: bytes, at: int, pages: Pages) -> Cell | None:
    length, at = _varint(page, at)
    number, at = _varint(page, at)
    local = length if length <= LOCAL_BYTES_MAX else _local(length)
    head = page[at : at + local]
    columns, start = _columns(head)
    if not columns or columns[-1] < FIRST_BLOB:
        return None
    # What somebody altered may stand there as a text, whose kinds are the odd ones.
    blob = (columns[-1] - FIRST_BLOB) // 2
    if any(columns[:-1]) or start + blob != length:
        # Only NULL stands before the blob: no other table of ours has one.
        return None
    try:
        payload = head + _overflow(page[at + local : at + local + 4], length - local, pages)
    except CutError:
        return Cell(number, None)
    return Cell(number, payload[start:] if len(payload) == length else None)


def _local(length: int) -> int:
    surplus = LOCAL_BYTES + (length - LOCAL_BYTES) % OVERFLOW_BYTES
    return surplus if surplus <= LOCAL_BYTES_MAX else LOCAL_BYTES


def _columns(payload: bytes) -> tuple[list[int], int]:
    """Return the kinds of a record's columns, and where their values begin."""
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    return kinds, end


def _overflow(pointer: bytes, length: int, pages: Pages) -> bytes:
    found = bytearray()
    while len(found) < length:
        page = pages.get(int.from_bytes(pointer, "big"), b"")
        if len(page) < PAGE_BYTES:
            raise CutError
        pointer = page[:4]
        found += page[4:]
    return bytes(found[:length])


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place, byte in enumerate(data[at : at + VARINT_BYTES_MAX], 1):
        if place == VARINT_BYTES_MAX:
            return number << 8 | byte, at + place
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, at + place
    raise CutError
