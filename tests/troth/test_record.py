"""A record says who wrote it and what, and is read whole or not at all."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import DOCUMENT, LIFE, SPACE, drawn_headers, exactly, keys_of, letter, payload_of, spoil
from troth import record
from troth.crypto import Signer, digest
from troth.record import Header, Kind, Record, Seen, Tip
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, RemoteError, UsageError, VersionError
from troth_wire.ids import ChangeHash, Incarnation, Lineage, MailboxId, OperationId, RecordId, RunningHash
from troth_wire.limits import (
    CHANGE_BYTES_MAX,
    HEADER_BYTES_MAX,
    HEADER_CHANGES_MAX,
    HEADER_HEADS_MAX,
    HEADER_TIPS_MAX,
    RECORD_BYTES_MAX,
)

PAYLOADS = st.binary(max_size=200)
HEADER_AT = 6 + 64
ROBIN, _ = keys_of("robin")


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record that a device may write."""
    payload = draw(PAYLOADS)
    return record.sign(draw(drawn_headers(payload)), payload, ROBIN.signer)


def over(payload: bytes, **changed: Any) -> Header:
    """The header of an ordinary first record over a payload, with some fields changed."""
    header = replace(letter().header, payload_hash=digest(b"troth/payload", payload))
    return replace(header, **changed)


def signed(header: Header, payload: bytes) -> bytes:
    """A record of a header that nobody checked, with a good signature."""
    data = header.encode()
    return Record(header, ROBIN.signer.sign(b"troth/record/1\x00" + data), data, payload).encode()


@given(records(), st.binary(max_size=20))
def test_a_record_comes_back(written: Record, after: bytes) -> None:
    """A record is read as it was written, with the length that it took, whatever stands after it."""
    data = written.encode()
    assert record.parse(data + after) == (written, len(data))
    again, _ = record.parse(data)
    assert (again.id, again.header, again.size) == (written.id, written.header, len(data) - HEADER_AT)
    assert (again.signature, again.header_bytes, again.payload) == (
        written.signature,
        written.header_bytes,
        written.payload,
    )
    assert record.verify(record.parse(data)[0], ROBIN.card.everyday) == written


def test_equal_is_what_is_the_same_copy() -> None:
    """A record is equal to what its bytes say when they are read again, and not to a copy with another signature."""
    written = letter()
    again, _ = record.parse(written.encode())
    assert {written, again, spoil(written)} == {again, spoil(again)}
    assert written != written.encode()


@given(records(), st.data())
def test_a_spoiled_record_is_only_refused(written: Record, data: st.DataObject) -> None:
    """However the bytes of a record are changed, reading them raises nothing but a RemoteError."""
    encoded = written.encode()
    start = data.draw(st.integers(0, len(encoded)))
    end = data.draw(st.integers(start, min(len(encoded), start + 40)))
    spoiled = encoded[:start] + data.draw(st.binary(max_size=8)) + encoded[end:]
    try:
        read, length = record.parse(spoiled)
    except RemoteError:
        return
    assert read.encode() == spoiled[:length]
    # Whoever did not sign can have changed nothing but the signature, or what stands after the record.
    if read.header_bytes == written.header_bytes:
        assert read.payload == written.payload
    else:
        with pytest.raises(ForgedError):
            record.verify(read, ROBIN.card.everyday)


@given(st.binary(max_size=300))
def test_any_bytes_are_only_refused(data: bytes) -> None:
    """Bytes that are no record raise nothing but a RemoteError."""
    with pytest.raises(RemoteError):
        record.parse(data)


@given(records(), PAYLOADS)
def test_the_signature_covers_the_header_alone(written: Record, payload: bytes) -> None:
    """The signature holds whatever the payload is; it is the header's hash that holds the payload."""
    assume(payload != written.payload)
    exchanged = Record(written.header, written.signature, written.header_bytes, payload)
    assert record.verify(exchanged, ROBIN.card.everyday) == exchanged
    assert exchanged.id == written.id
    with pytest.raises(ForgedError):
        record.parse(exchanged.encode())


@given(records(), st.integers(0, 2**20))
def test_every_bit_of_the_header_is_signed(written: Record, bit: int) -> None:
    """A header with one bit changed has another id and no signature."""
    spoiled = bytearray(written.header_bytes)
    spoiled[bit // 8 % len(spoiled)] ^= 1 << bit % 8
    changed = Record(written.header, written.signature, bytes(spoiled), written.payload)
    assert changed.id != written.id
    with pytest.raises(ForgedError):
        record.verify(changed, ROBIN.card.everyday)


@given(records(), exactly(32))
def test_a_record_has_one_author(written: Record, seed: bytes) -> None:
    """No other key verifies a record, not even the author's admin key."""
    for key in (Signer(seed).public, ROBIN.card.admin, keys_of("sasha")[0].card.everyday):
        with pytest.raises(ForgedError):
            record.verify(written, key)


@given(records(), st.integers(-(2**63), 2**64 - 1).filter(lambda version: version != 1), st.lists(st.integers(0, 9)))
def test_a_header_of_another_version_waits(written: Record, version: int, rest: list[int]) -> None:
    """Any other version raises VersionError, whatever else the header holds."""
    header = codec.pack([version, *rest])
    data = Record(written.header, written.signature, header, written.payload).encode()
    with pytest.raises(VersionError):
        record.parse(data)


TIP = Tip(Incarnation(bytes(16)), 1, RecordId(bytes(32)))
HEADS = tuple(OperationId(bytes([number]) * 32) for number in range(HEADER_HEADS_MAX + 1))
HASHES = tuple(ChangeHash(bytes([number]) * 32) for number in range(HEADER_CHANGES_MAX + 1))
BROKEN: dict[str, dict[str, Any]] = {
    "a sequence of 0": {"sequence": 0},
    "a sequence below 0": {"sequence": -1},
    "a first record with one before it": {"prev": RecordId(bytes(32))},
    "a later record with none before it": {"sequence": 2},
    "a later record with tips": {"sequence": 2, "prev": RecordId(bytes(32)), "tips": (TIP,)},
    "a tip of sequence 0": {"tips": (replace(TIP, sequence=0),)},
    "a tip too many": {"tips": (TIP,) * (HEADER_TIPS_MAX + 1)},
    "heads that do not ascend": {"heads": (HEADS[1], HEADS[0])},
    "a head twice": {"heads": (HEADS[0], HEADS[0])},
    "a head too many": {"heads": HEADS},
    "changes without a document": {"document": None},
    "a document without changes": {"changes": ()},
    "an operation with changes": {"kind": Kind.OPERATION},
    "an unknown kind with a document": {"kind": 99, "changes": ()},
    "an unknown kind with changes": {"kind": 99, "document": None},
    "a change too many": {"changes": HASHES},
    "a kind past 255": {"kind": 256, "document": None, "changes": ()},
    "rules past 65535": {"rules": 65_536},
    "a position below 0": {"seen": Seen(MailboxId(bytes(32)), Lineage(bytes(16)), -1, RunningHash(bytes(32)))},
    "a space of 31 bytes": {"space": SPACE[:-1]},
    "a life of 17 bytes": {"incarnation": LIFE + b"\x00"},
    "a document of 15 bytes": {"document": DOCUMENT[:-1]},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_header_that_breaks_one_rule_is_malformed(rule: str) -> None:
    """A well-signed record is refused for one broken rule of its header, and taken without it."""
    payload = payload_of(b"a change")
    assert record.parse(signed(over(payload), payload))
    with pytest.raises(MalformedError):
        record.parse(signed(over(payload, **BROKEN[rule]), payload))


def test_a_header_may_have_every_list_at_its_longest() -> None:
    """The longest header that a device can have to write is written and read."""
    changes = tuple(b"change %d" % number for number in range(HEADER_CHANGES_MAX))
    payload = payload_of(*changes)
    far = 2**63 - 1
    header = over(
        payload,
        tips=tuple(replace(TIP, sequence=far - number) for number in range(HEADER_TIPS_MAX)),
        heads=HEADS[:HEADER_HEADS_MAX],
        seen=Seen(MailboxId(bytes(32)), Lineage(bytes(16)), far, RunningHash(bytes(32))),
        changes=HASHES[:HEADER_CHANGES_MAX],
        rules=65_535,
    )
    written = record.sign(header, payload, ROBIN.signer)
    assert record.parse(written.encode())[0] == written
    assert record.changes_in(written) == changes


def test_a_record_has_a_largest_size() -> None:
    """A record of RECORD_BYTES_MAX bytes is written and read, one of a byte more is neither."""
    room = RECORD_BYTES_MAX - 64 - len(over(b"", kind=99, document=None, changes=()).encode())
    for length, fits in ((room, True), (room + 1, False)):
        payload = bytes(length)
        header = over(payload, kind=99, document=None, changes=())
        if fits:
            assert record.parse(record.sign(header, payload, ROBIN.signer).encode())[0].payload == payload
            continue
        with pytest.raises(UsageError):
            record.sign(header, payload, ROBIN.signer)
        with pytest.raises(MalformedError):
            record.parse(signed(header, payload))


def test_a_header_has_a_largest_size() -> None:
    """A header that is too long is refused before it is looked at, and its author can not sign it."""
    header = over(b"", heads=HEADS * 10)
    assert len(header.encode()) > HEADER_BYTES_MAX
    with pytest.raises(UsageError):
        record.sign(header, b"", ROBIN.signer)
    with pytest.raises(MalformedError, match=str(HEADER_BYTES_MAX)):
        record.parse(signed(header, b""))


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5))
def test_changes_come_back_in_order(changes: list[bytes]) -> None:
    """The changes of a payload are read as they were written."""
    payload = payload_of(*changes)
    header = over(payload, changes=HASHES[: len(changes)])
    assert record.changes_in(record.sign(header, payload, ROBIN.signer)) == tuple(changes)


@pytest.mark.parametrize(
    "payload",
    [
        payload_of(),
        payload_of(b""),
        payload_of(b"one", b"two"),
        payload_of(bytes(CHANGE_BYTES_MAX + 1)),
        codec.pack(["a"]),
        codec.pack(b"a"),
        b"",
        b"\x91\xc5\x00\x01a",
    ],
    ids=["none", "empty", "more than named", "too large", "a text", "no list", "nothing", "not canonical"],
)
def test_a_payload_holds_what_the_header_names(payload: bytes) -> None:
    """A payload of changes that is not the list that the header promises is malformed."""
    written = record.sign(over(payload), payload, ROBIN.signer)
    with pytest.raises(MalformedError):
        record.changes_in(written)


def test_the_fields_of_a_header_stand_in_their_order() -> None:
    """A header is encoded as its version and its fields, in the order of the class."""
    header = over(b"")
    items = codec.decode(header.encode(), lambda item: item, bytes_max=HEADER_BYTES_MAX)
    listed = [getattr(header, field.name) for field in fields(header)]
    assert items == [1, *([*value] if isinstance(value, tuple) else value for value in listed)]
