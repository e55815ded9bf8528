"""Records: one header and its payload, signed once.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.second.conventions import (
    Value,
    any_octets,
    ascending,
    decode,
    forged,
    hashed,
    items,
    known_version,
    malformed,
    number,
    octets,
    u16,
    u32,
    verify,
)

RECORD_BYTES_MAX = 65536
HEADER_BYTES_MAX = 4096
CHANGE_BYTES_MAX = 61440
HEADER_TIPS_MAX = 16
HEADER_HEADS_MAX = 16
HEADER_CHANGES_MAX = 64
SIGNATURE_BYTES = 64
KIND_CHANGES = 1
KIND_OPERATION = 2

Tip = tuple[bytes, int, bytes]
Seen = tuple[bytes, bytes, int, bytes]


@dataclass(frozen=True)
class Header:
    """The fields of a header, without the version, which is 1."""

    kind: int
    space: bytes
    device: bytes
    incarnation: bytes
    sequence: int
    prev: bytes | None
    tips: tuple[Tip, ...]
    heads: tuple[bytes, ...]
    seen: Seen | None
    document: bytes | None
    changes: tuple[bytes, ...]
    rules: int
    payload_hash: bytes


@dataclass(frozen=True)
class Record:
    """The three parts of a record as it stands in an envelope."""

    signature: bytes
    header: bytes
    payload: bytes


def record_id(header: bytes) -> bytes:
    """The id of the record with this header."""
    return hashed("troth/record", header)


def signed_bytes(header: bytes) -> bytes:
    """What the author signs."""
    return b"troth/record/1\0" + header


def joined(record: Record) -> bytes:
    """The bytes of a record."""
    return u16(len(record.header)) + u32(len(record.payload)) + record.signature + record.header + record.payload


def parted(data: bytes) -> tuple[Record, bytes]:
    """The record that these bytes begin with, and what follows it."""
    start = 6 + SIGNATURE_BYTES
    if len(data) < start:
        raise malformed("shorter than a record")
    middle = start + int.from_bytes(data[:2], "big")
    end = middle + int.from_bytes(data[2:6], "big")
    if end > len(data):
        raise malformed("a record that ends after its bytes")
    if end - 6 > RECORD_BYTES_MAX:
        raise malformed("a record that is too large")
    return Record(data[6:start], data[start:middle], data[middle:end]), data[end:]


def read_header(data: bytes) -> Header:
    """The fields of a header, or a refusal."""
    if len(data) > HEADER_BYTES_MAX:
        raise malformed("a header that is too large")
    fields = decode(data)
    if not fields:
        raise malformed("a header without a version")
    known_version(fields[0])
    items(fields, 14)
    header = Header(
        kind=number(fields[1], 0, 255),
        space=octets(fields[2], 32),
        device=octets(fields[3], 32),
        incarnation=octets(fields[4], 16),
        sequence=number(fields[5], 1),
        prev=None if fields[6] is None else octets(fields[6], 32),
        tips=tuple(_tip(tip) for tip in items(fields[7], 0, HEADER_TIPS_MAX)),
        heads=tuple(octets(head, 32) for head in items(fields[8], 0, HEADER_HEADS_MAX)),
        seen=_seen(fields[9]),
        document=None if fields[10] is None else octets(fields[10], 16),
        changes=tuple(octets(change, 32) for change in items(fields[11], 0, HEADER_CHANGES_MAX)),
        rules=number(fields[12], 0, 65535),
        payload_hash=octets(fields[13], 32),
    )
    _fits_together(header)
    return header


def _tip(value: Value) -> Tip:
    """The last record of an earlier incarnation."""
    incarnation, sequence, last = items(value, 3)
    return octets(incarnation, 16), number(sequence, 1), octets(last, 32)


def _seen(value: Value) -> Seen | None:
    """How far the author had read, or nothing."""
    if value is None:
        return None
    mailbox, lineage, position, running = items(value, 4)
    return octets(mailbox, 32), octets(lineage, 16), number(position), octets(running, 32)


def _fits_together(header: Header) -> None:
    """Refuse fields that contradict each other."""
    if (header.prev is None) != (header.sequence == 1):
        raise malformed("prev is nil exactly in the first record")
    if header.tips and header.sequence != 1:
        raise malformed("tips stand in a first record alone")
    ascending(header.heads)
    of_changes = header.kind == KIND_CHANGES
    if (header.document is not None) != of_changes or bool(header.changes) != of_changes:
        raise malformed("a document and changes stand in a record of changes alone")


def read_changes(payload: bytes, count: int) -> list[bytes]:
    """The changes of a payload."""
    found = [any_octets(change) for change in items(decode(payload), count)]
    if any(len(change) > CHANGE_BYTES_MAX for change in found):
        raise malformed("a change that is too large")
    return found


def read(record: Record) -> Header:
    """The header of a record whose form and payload hash are good."""
    if SIGNATURE_BYTES + len(record.header) + len(record.payload) > RECORD_BYTES_MAX:
        raise malformed("a record that is too large")
    header = read_header(record.header)
    if hashed("troth/payload", record.payload) != header.payload_hash:
        raise forged("the payload of another record")
    if header.kind == KIND_CHANGES:
        read_changes(record.payload, len(header.changes))
    return header


def judged(record: Record, everyday: bytes) -> Header:
    """The header of a record that its own signature verifies."""
    header = read(record)
    verify(everyday, signed_bytes(record.header), record.signature)
    return header
