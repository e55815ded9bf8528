"""Checkpoints: a bag of records, its parts, and the letters that carry them.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.second import record
from tests.second.conventions import (
    RefusedError,
    Value,
    any_octets,
    ascending,
    decode,
    encode,
    forged,
    hashed,
    items,
    known_version,
    malformed,
    number,
    octets,
    verify,
)
from tests.second.record import Record

CHECKPOINT_BYTES_MAX = 268435456
CHECKPOINT_RECORDS_MAX = 1048576
ITEMS_MAX = 2**31
KIND_PART = 3
NO_SIGNATURE = bytes(64)


def unpack(bag: bytes, space: bytes) -> list[Record]:
    """The records of a bag, each run in its order."""
    if len(bag) > CHECKPOINT_BYTES_MAX:
        raise malformed("a bag that is too large")
    fields = decode(bag)
    if not fields:
        raise malformed("a bag without a version")
    known_version(fields[0])
    _, named, names, found = items(fields, 4)
    if octets(named, 32) != space:
        raise malformed("a bag of another space")
    known = [_name(name) for name in items(names, 0, ITEMS_MAX)]
    ascending(known)
    records = [one for item in items(found, 0, ITEMS_MAX) for one in _item(item, space, known)]
    if len(records) > CHECKPOINT_RECORDS_MAX:
        raise malformed("too many records")
    return records


def _name(value: Value) -> bytes:
    """A mailbox, lineage or document."""
    return octets(value, 16, 32)


def _item(item: Value, space: bytes, names: Sequence[bytes]) -> list[Record]:
    """The record, or the records of the run, that stands there."""
    if isinstance(item, list):
        return list(_run(item, space, names))
    try:
        found, rest = record.parted(any_octets(item))
        record.read_header(found.header)
        if hashed("troth/payload", found.payload) != record.read_header(found.header).payload_hash:
            raise malformed("the payload of another record")
    except RefusedError as refusal:
        raise malformed("a record that is none") from refusal
    if rest:
        raise malformed("bytes after a record")
    return [found]


def _run(run: list[Value], space: bytes, names: Sequence[bytes]) -> Iterator[Record]:
    """The records of a run; only the last has a signature."""
    device, incarnation, sequence, prev, signature, entries = items(run, 6)
    place = octets(device, 32), octets(incarnation, 16)
    at = number(sequence, 1)
    before: Value = None if prev is None else octets(prev, 32)
    last = octets(signature, 64)
    rows = items(entries, 1, ITEMS_MAX)
    for left, entry in zip(range(len(rows) - 1, -1, -1), rows, strict=True):
        fields = items(entry, 7)
        if left and fields[0] == record.KIND_OPERATION:
            raise malformed("a run that goes on after an operation")
        header, payload = _header(fields, space, (*place, at, before), names)
        record.read_header(header)
        found = Record(NO_SIGNATURE if left else last, header, payload)
        if 64 + len(header) + len(payload) > record.RECORD_BYTES_MAX:
            raise malformed("a record that is too large")
        yield found
        at, before = at + 1, record.record_id(header)


def _header(
    fields: Sequence[Value], space: bytes, place: tuple[Value, ...], names: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The header of an entry, computed again, and its payload."""
    kind, tips, heads, seen, document, rules, content = fields
    payload = any_octets(content)
    read: Value = None
    if seen is not None:
        mailbox, lineage, position, running = items(seen, 4)
        read = [_named(mailbox, names), _named(lineage, names), position, running]
    header: list[Value] = [1, kind, space, *place, tips, heads, read]
    header += [None if document is None else _named(document, names), list(_changes(kind, payload)), rules]
    return encode([*header, hashed("troth/payload", payload)]), payload


def _named(value: Value, names: Sequence[bytes]) -> bytes:
    """The name with a number."""
    return names[number(value, 0, len(names) - 1)]


def _changes(kind: Value, payload: bytes) -> Iterator[bytes]:
    """The hashes of the changes in a payload: SHA-256 from the type byte on."""
    if kind == record.KIND_CHANGES:
        for change in items(decode(payload), 0, record.HEADER_CHANGES_MAX):
            yield hashlib.sha256(any_octets(change)[8:]).digest()


@dataclass(frozen=True)
class Part:
    """One piece of a compressed bag."""

    manifest: bytes
    size: int
    index: int
    count: int
    piece: bytes


def read_part(payload: bytes) -> Part:
    """The part in a payload."""
    fields = decode(payload)
    if not fields:
        raise malformed("a part without a version")
    known_version(fields[0])
    _, manifest, size, index, count, piece = items(fields, 6)
    found = Part(
        octets(manifest, 32),
        number(size, 0, CHECKPOINT_BYTES_MAX),
        number(index),
        number(count),
        octets(piece, 0, record.RECORD_BYTES_MAX),
    )
    if found.index >= found.count:
        raise malformed("a part behind the last")
    return found


def joined(parts: Sequence[Part]) -> bytes:
    """The bag of all its parts, in any order."""
    if not parts:
        raise malformed("no part")
    first = parts[0]
    if {(part.manifest, part.size, part.count) for part in parts} != {(first.manifest, first.size, first.count)}:
        raise malformed("parts that contradict each other")
    ordered = sorted(parts, key=lambda part: part.index)
    if [part.index for part in ordered] != list(range(first.count)):
        raise malformed("parts are missing")
    inflate = zlib.decompressobj()
    try:
        bag = inflate.decompress(b"".join(part.piece for part in ordered), first.size + 1)
    except zlib.error as error:
        raise malformed("not compressed") from error
    if len(bag) != first.size or not inflate.eof:
        raise malformed("another length")
    if hashed("troth/manifest", bag) != first.manifest:
        raise malformed("another manifest")
    return bag


def carried(letters: Sequence[Record], everyday: bytes) -> bytes:
    """The bag that letters carry, in any order, signed by a maker that is known."""
    known: dict[bytes, tuple[Part, bytes | None]] = {}
    ends = []
    for letter in letters:
        header = record.read(letter)
        if header.kind != KIND_PART:
            raise malformed("no part of a checkpoint")
        verify(everyday, record.signed_bytes(letter.header), letter.signature)
        part, name = read_part(letter.payload), record.record_id(letter.header)
        assert (header.incarnation, header.sequence) == (part.manifest[:16], part.index + 1)
        known[name] = part, header.prev
        ends += [name] if part.index == part.count - 1 else []
    for end in ends:
        row, at = [], end if end in known else None
        while at in known:
            row.append(known[at][0])
            at = known[at][1]
        if at is None:
            return joined(row)
    raise forged("no row of letters that is whole")
