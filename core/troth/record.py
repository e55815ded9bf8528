"""The signed unit: a header that says everything, and a payload it names by hash.

A `Record` has been read and nothing more; `Verified` is the same value after `chain` has proven who wrote it.
Signatures cover the header's received bytes (specs/record.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NewType

from troth import crypto
from troth.crypto import SIGNATURE_BYTES, Signer
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import (
    ChangeHash,
    DeviceId,
    DocumentId,
    Incarnation,
    Lineage,
    MailboxId,
    OperationId,
    RecordId,
    RunningHash,
    SpaceId,
)
from troth_wire.limits import (
    CHANGE_BYTES_MAX,
    HEADER_BYTES_MAX,
    HEADER_CHANGES_MAX,
    HEADER_HEADS_MAX,
    HEADER_TIPS_MAX,
    RECORD_BYTES_MAX,
    WIRE_VERSION,
)

__all__ = [
    "Header",
    "Kind",
    "Record",
    "Seen",
    "Tip",
    "Verified",
    "changes_in",
    "changes_of",
    "is_signed",
    "parse",
    "recall",
    "share_out",
    "sign",
    "verify",
]

LENGTHS_BYTES: Final = 6
_HEADER_AT: Final = LENGTHS_BYTES + SIGNATURE_BYTES
PAYLOAD_BYTES_MAX: Final = RECORD_BYTES_MAX - HEADER_BYTES_MAX - 128
"""What fits beside the longest header."""
_CHANGE_OVERHEAD_BYTES: Final = 5
_DOMAIN: Final = b"troth/record/1\x00"


class Kind(IntEnum):
    """What a payload is. A kind that is not here is parked; its header counts all the same."""

    CHANGES = 1
    OPERATION = 2
    CHECKPOINT_PART = 3
    BEACON = 4


@dataclass(frozen=True, slots=True)
class Tip:
    """The last record of an earlier incarnation of the same device."""

    incarnation: Incarnation
    sequence: int
    record: RecordId


@dataclass(frozen=True, slots=True)
class Seen:
    """How far an author had read a mailbox."""

    mailbox: MailboxId
    lineage: Lineage
    position: int
    running: RunningHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an author signs. Fields as in specs/record.md, in that order."""

    kind: int
    space: SpaceId
    device: DeviceId
    incarnation: Incarnation
    sequence: int
    prev: RecordId | None = None
    tips: tuple[Tip, ...] = ()
    heads: tuple[OperationId, ...] = ()
    seen: Seen | None = None
    document: DocumentId | None = None
    changes: tuple[ChangeHash, ...] = ()
    rules: int = 0
    payload_hash: bytes

    def encode(self) -> bytes:
        """Return the header's bytes."""
        seen = self.seen and [self.seen.mailbox, self.seen.lineage, self.seen.position, self.seen.running]
        tips = [[tip.incarnation, tip.sequence, tip.record] for tip in self.tips]
        where = [self.space, self.device, self.incarnation, self.sequence, self.prev, tips, self.heads]
        what = [seen, self.document, self.changes, self.rules, self.payload_hash]
        return codec.pack([WIRE_VERSION, self.kind, *where, *what])


class Record:
    """One header, its signature and its payload, read and not yet verified; a value, and never changed."""

    __slots__ = ("_bytes", "_id", "header")

    def __init__(self, header: Header, signature: bytes, header_bytes: bytes, payload: bytes) -> None:
        """Put a record together from its parts; the header is what its bytes say."""
        lengths = len(header_bytes).to_bytes(2, "big") + len(payload).to_bytes(4, "big")
        self._hold(header, lengths + signature + header_bytes + payload)

    @classmethod
    def _of(cls, header: Header, data: bytes) -> "Record":
        record = cls.__new__(cls)
        record._hold(header, data)
        return record

    def _hold(self, header: Header, data: bytes) -> None:
        # In one piece: of tens of thousands of records, the parts would take twice the room.
        self.header = header
        self._bytes = data
        self._id: RecordId | None = None

    def __eq__(self, other: object) -> bool:
        """Whether it is the same copy of the same record."""
        return isinstance(other, Record) and self._bytes == other._bytes

    def __hash__(self) -> int:
        """Return the same for what is equal."""
        return hash(self._bytes)

    @property
    def id(self) -> RecordId:
        """The record id: the hash of the header."""
        if self._id is None:
            self._id = RecordId(crypto.digest(b"troth/record", self.header_bytes))
        return self._id

    @property
    def signature(self) -> bytes:
        """The author's signature of the header, as it came."""
        return self._bytes[LENGTHS_BYTES:_HEADER_AT]

    @property
    def header_bytes(self) -> bytes:
        """The header's bytes as they came."""
        return self._bytes[_HEADER_AT : self._payload_at]

    @property
    def payload(self) -> bytes:
        """What the header names by its hash."""
        return self._bytes[self._payload_at :]

    @property
    def size(self) -> int:
        """How many bytes header and payload have."""
        return len(self._bytes) - _HEADER_AT

    @property
    def _payload_at(self) -> int:
        return _HEADER_AT + int.from_bytes(self._bytes[:2], "big")

    def encode(self) -> bytes:
        """Return the record's bytes (lengths, signature, header, payload)."""
        return self._bytes


Verified = NewType("Verified", Record)
"""A record whose author is proven."""

_HASH: Final = codec.raw(32)
_SEQUENCE: Final = codec.natural(minimum=1)
_FIELDS: Final = codec.fields(
    codec.either(WIRE_VERSION),
    codec.natural(255),
    _HASH,
    _HASH,
    codec.raw(16),
    _SEQUENCE,
    codec.maybe(_HASH),
    codec.many(codec.fields(codec.raw(16), _SEQUENCE, _HASH), HEADER_TIPS_MAX),
    codec.many(_HASH, HEADER_HEADS_MAX),
    codec.maybe(codec.fields(_HASH, codec.raw(16), codec.natural(), _HASH)),
    codec.maybe(codec.raw(16)),
    codec.many(_HASH, HEADER_CHANGES_MAX),
    codec.natural(65_535),
    _HASH,
)
_SHAPE: Final = codec.known(WIRE_VERSION, then=_FIELDS)
_CHANGES: Final = codec.many(codec.blob(CHANGE_BYTES_MAX, minimum=1), HEADER_CHANGES_MAX, minimum=1)


def sign(header: Header, payload: bytes, signer: Signer) -> Verified:
    """Return the record that its own author has just written.

    Raises:
        UsageError: If it would be larger than a record may be.
    """
    data = header.encode()
    if len(data) > HEADER_BYTES_MAX or SIGNATURE_BYTES + len(data) + len(payload) > RECORD_BYTES_MAX:
        raise UsageError(f"a record holds at most {RECORD_BYTES_MAX} bytes")
    return Verified(Record(header, signer.sign(_DOMAIN + data), data, payload))


def verify(record: Record, everyday: bytes) -> Verified:
    """Check a record's own signature.

    Raises:
        ForgedError: If this key did not sign this header.
    """
    crypto.verify(everyday, _DOMAIN + record.header_bytes, record.signature)
    return Verified(record)


def is_signed(record: Record, everyday: bytes) -> bool:
    """Tell whether this key signed this record's header."""
    try:
        verify(record, everyday)
    except ForgedError:
        return False
    return True


def parse(data: bytes) -> tuple[Record, int]:
    """Read a record from the start of some bytes; return it and how many bytes it took.

    Raises:
        MalformedError: If lengths, shape or an inner rule of the header do not hold.
        VersionError: If the header is of another version; all the rest of it may differ then.
        ForgedError: If the payload is not the one that the header names.
    """
    header_length, payload_length = (
        int.from_bytes(data[:2], "big"),
        int.from_bytes(data[2:LENGTHS_BYTES], "big"),
    )
    end = _HEADER_AT + header_length + payload_length
    if len(data) < end or end - LENGTHS_BYTES > RECORD_BYTES_MAX:
        raise MalformedError("the record's lengths do not fit")
    record = Record._of(_parse_header(data[_HEADER_AT : _HEADER_AT + header_length]), data[:end])
    if crypto.digest(b"troth/payload", record.payload) != record.header.payload_hash:
        raise ForgedError("the payload is not the one that was signed")
    return record, end


def recall(data: bytes, alike: dict[bytes, bytes]) -> Record:
    """Read a record again that `parse` read before it was saved where nobody else writes: nothing is checked twice.

    Args:
        data: What `Record.encode` gave.
        alike: What many records say alike is kept in here, once.

    Raises:
        MalformedError: If it is no record.
    """
    header_bytes = data[_HEADER_AT : _HEADER_AT + int.from_bytes(data[:2], "big")]
    try:
        header = _header_of(codec.decode_again(header_bytes, _as_it_is), alike)
    except (TypeError, ValueError):
        raise MalformedError("no header stands there") from None
    return Record._of(header, data)


def changes_in(record: Record) -> tuple[bytes, ...]:
    """Return the raw CRDT changes of a record of kind CHANGES.

    Raises:
        MalformedError: If the payload does not hold what the header names.
    """
    changes = changes_of(record.payload)
    if len(changes) != len(record.header.changes):
        raise MalformedError("another number of changes than the header names")
    return changes


def changes_of(payload: bytes) -> tuple[bytes, ...]:
    """Return the raw CRDT changes in a payload.

    Raises:
        MalformedError: If it is no list of changes.
    """
    changes: tuple[bytes, ...] = codec.decode(payload, _CHANGES, bytes_max=RECORD_BYTES_MAX)
    return changes


def share_out(changes: Sequence[bytes]) -> list[list[bytes]]:
    """Share changes out over records, as many in each as fit."""
    shares: list[list[bytes]] = []
    room = 0
    for raw in changes:
        size = len(raw) + _CHANGE_OVERHEAD_BYTES
        if size > room or len(shares[-1]) == HEADER_CHANGES_MAX:
            shares.append([])
            room = PAYLOAD_BYTES_MAX
        shares[-1].append(raw)
        room -= size
    return shares


def _as_it_is(item: object) -> Any:
    return item


def _header_of(fields: list[Any], alike: dict[bytes, bytes]) -> Header:
    _, kind, space, device, life, sequence, prev, tips, heads, seen, document, changes, rules, payload_hash = fields
    once = alike.setdefault
    return Header(
        kind=kind,
        space=SpaceId(once(space, space)),
        device=DeviceId(once(device, device)),
        incarnation=Incarnation(once(life, life)),
        sequence=sequence,
        prev=prev,
        tips=tuple([Tip(*tip) for tip in tips]),
        heads=tuple([OperationId(once(head, head)) for head in heads]),
        seen=seen and Seen(MailboxId(once(seen[0], seen[0])), Lineage(once(seen[1], seen[1])), seen[2], seen[3]),
        document=document and DocumentId(once(document, document)),
        changes=tuple(changes),
        rules=rules,
        payload_hash=payload_hash,
    )


def _parse_header(data: bytes) -> Header:
    fields = codec.decode(data, _SHAPE, bytes_max=HEADER_BYTES_MAX)
    header = Header(
        kind=fields[1],
        space=fields[2],
        device=fields[3],
        incarnation=fields[4],
        sequence=fields[5],
        prev=fields[6],
        tips=tuple(Tip(*tip) for tip in fields[7]),
        heads=fields[8],
        seen=fields[9] and Seen(*fields[9]),
        document=fields[10],
        changes=fields[11],
        rules=fields[12],
        payload_hash=fields[13],
    )
    _check(header)
    return header


def _check(header: Header) -> None:
    first = header.sequence == 1
    carries = header.kind == Kind.CHANGES
    rules = {
        "prev is missing exactly in a first record": (header.prev is None) == first,
        "tips stand in a first record alone": first or not header.tips,
        "heads ascend": list(header.heads) == sorted(set(header.heads)),
        "a document stands with changes alone": (header.document is not None) == carries == bool(header.changes),
    }
    for rule, holds in rules.items():
        if not holds:
            raise MalformedError(f"a header in which it does not hold that {rule}")
