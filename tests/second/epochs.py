"""Epochs: what a closed mailbox leaves behind, and where two devices meet.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from tests.second import record
from tests.second.conventions import (
    NONCE_BYTES,
    any_octets,
    decode,
    derived,
    items,
    known_version,
    malformed,
    opened,
    parked,
    public_of_seed,
    sealed,
    shared,
    u32,
)
from tests.second.envelope import epoch_of
from tests.second.record import Record

FORWARD_BYTES = 20480
RECORDS_MAX = 256
HEAD = b"\x01\x01"
TAG_BYTES = 16


def _context(mailbox: bytes) -> bytes:
    """What is bound into a forward."""
    return b"troth/forward\0" + HEAD + mailbox


def seal_forward(key: bytes, nonce: bytes, content: bytes) -> bytes:
    """The forward of a mailbox around a list."""
    epoch = epoch_of(key)
    room = FORWARD_BYTES - len(HEAD) - NONCE_BYTES - TAG_BYTES
    plaintext = (u32(len(content)) + content).ljust(room, b"\0")
    return HEAD + nonce + sealed(epoch.sealing_key, nonce, plaintext, _context(epoch.mailbox))


def open_forward(key: bytes, forward: bytes) -> list[Record]:
    """The records in a forward."""
    if len(forward) != FORWARD_BYTES:
        raise malformed("not the length of a forward")
    if forward[:2] != HEAD:
        raise parked("another version or algorithm")
    epoch, nonce = epoch_of(key), forward[2 : 2 + NONCE_BYTES]
    plaintext = opened(epoch.sealing_key, nonce, forward[2 + NONCE_BYTES :], _context(epoch.mailbox))
    end = 4 + int.from_bytes(plaintext[:4], "big")
    if end > len(plaintext) or any(plaintext[end:]):
        raise malformed("a filling that is none")
    fields = decode(plaintext[4:end])
    if not fields:
        raise malformed("a list without a version")
    known_version(fields[0])
    return [_record(any_octets(item)) for item in items(items(fields, 2)[1], 0, RECORDS_MAX)]


def _record(data: bytes) -> Record:
    """A record, and nothing after it."""
    found, rest = record.parted(data)
    record.read(found)
    if rest:
        raise malformed("bytes after a record")
    return found


def meeting(secret: bytes, box: bytes, mine: bytes, theirs: bytes, space: bytes) -> bytes:
    """The epoch key of the meeting of two devices, computed by one of them."""
    return derived(shared(secret, box), "troth/meeting", space + min(mine, theirs) + max(mine, theirs))


def meeting_mailbox(key: bytes) -> bytes:
    """The mailbox of a meeting, which is that of no epoch."""
    return public_of_seed(derived(key, "troth/meetbox"))
