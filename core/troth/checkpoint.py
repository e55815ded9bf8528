"""A checkpoint is a bag of records and nothing more: whoever opens it judges each one as if it had been delivered.

What a reader can compute again is left out: of a chain, only the last signature stays, and no hash that follows from a
payload (specs/checkpoint.md). Nothing in a bag is believed because it is in the bag.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from troth import crypto, guard
from troth import record as records
from troth.crypto import SIGNATURE_BYTES
from troth.record import PAYLOAD_BYTES_MAX, Header, Kind, Record, Seen, Tip, Verified
from troth_wire import codec
from troth_wire.errors import MalformedError, TrothError, VersionError
from troth_wire.ids import DeviceId, DocumentId, Incarnation, RecordId, SpaceId
from troth_wire.limits import (
    CHECKPOINT_BYTES_MAX,
    CHECKPOINT_RECORDS_MAX,
    HEADER_BYTES_MAX,
    LIST_LEVELS_MAX,
    RECORD_BYTES_MAX,
    WIRE_VERSION,
)

__all__ = ["Part", "cut", "join", "pack", "unpack"]

NO_SIGNATURE: Final = bytes(SIGNATURE_BYTES)
"""Stands where a signature was left out: the chain proves the record."""
PART_OVERHEAD_BYTES: Final = 128
PARTS_MAX: Final = -(-CHECKPOINT_BYTES_MAX // (PAYLOAD_BYTES_MAX - PART_OVERHEAD_BYTES))

ITEMS_MAX: Final = 2**31
ITEM_BYTES_MAX: Final = RECORD_BYTES_MAX + 128
"""What is read of a bag at once: a record, or what of one does not follow from the rest."""
ENTRY_LEVELS_MAX: Final = LIST_LEVELS_MAX - 4
"""An entry stands in the entries of a run among the items of a bag."""

_HASH: Final = codec.raw(32)
_RUN: Final = (_HASH, codec.raw(16), codec.natural(minimum=1), codec.maybe(_HASH), codec.raw(SIGNATURE_BYTES))
"""What stands before the entries of a run."""
_RECORD: Final = codec.blob(RECORD_BYTES_MAX + 64)
_NAME: Final = codec.blob(32, minimum=16)


def pack(space: SpaceId, proven: Iterable[Verified], others: Iterable[Record] = ()) -> bytes:
    """Return a bag of records.

    Args:
        space: The space of them all.
        proven: Verified records, in the order in which they became known: of what is counted up to a bound, the
            reader counts the same. Of each chain, the last one's own signature is good.
        others: Records that nothing proves yet, each with its own signature.
    """
    known = {record.id: record for record in proven}
    names = sorted({name for record in known.values() for name in _names(record.header)})
    numbers = {name: number for number, name in enumerate(names)}
    items: list[Any] = []
    for run in _runs(known):
        parts = _write(run, numbers)
        if list(_read(space, parts, names)) == [(record.header_bytes, record.payload) for record in run]:
            items.append(parts)
        else:
            # What a member wrote against the rules does not follow from itself, and travels as it is.
            items += [record.encode() for record in run]
    return codec.pack([WIRE_VERSION, space, names, [*items, *sorted(record.encode() for record in others)]])


def unpack(bag: bytes, space: SpaceId) -> list[Record]:
    """Return the records in a bag, unverified, each chain in its order.

    Raises:
        MalformedError: If it is no bag of this space.
        VersionError: If it is of another version.
    """
    walk = codec.Walk(bag, bytes_max=CHECKPOINT_BYTES_MAX)
    fields = walk.enter(ITEMS_MAX, minimum=1)
    version = walk.take(_anything, bytes_max=ITEM_BYTES_MAX)
    if type(version) is int and version != WIRE_VERSION:
        raise VersionError("written by another version")
    if type(version) is not int or fields != len(("version", "space", "names", "items")):
        raise MalformedError("no checkpoint")
    if walk.take(_HASH, bytes_max=ITEM_BYTES_MAX) != space:
        raise MalformedError("a checkpoint of another space")
    names = list(_take_names(walk))
    found: list[Record] = []
    for record in _take_records(space, walk, names):
        if len(found) == CHECKPOINT_RECORDS_MAX:
            raise MalformedError("a checkpoint of too many records")
        found.append(record)
    walk.end()
    return found


def _anything(item: object) -> object:
    return item


def _take_records(space: SpaceId, walk: codec.Walk, names: Sequence[bytes]) -> Iterator[Record]:
    for _ in range(walk.enter(ITEMS_MAX)):
        if walk.at_list:
            yield from _unpack_run(space, walk, names)
        else:
            yield _parse(walk.take(_RECORD, bytes_max=ITEM_BYTES_MAX))


def _take_names(walk: codec.Walk) -> Iterator[bytes]:
    before = b""
    for _ in range(walk.enter(ITEMS_MAX)):
        name: bytes = walk.take(_NAME, bytes_max=ITEM_BYTES_MAX)
        if name <= before:
            raise MalformedError("names of a checkpoint that do not ascend")
        yield name
        before = name


def _unpack_run(space: SpaceId, walk: codec.Walk, names: Sequence[bytes]) -> Iterator[Record]:
    walk.enter(len(_RUN) + 1, minimum=len(_RUN) + 1)
    *place, signature = (walk.take(check, bytes_max=ITEM_BYTES_MAX) for check in _RUN)
    before: tuple[bytes, bytes] | None = None
    for written in _read(space, [*place, signature, _take_entries(walk)], names):
        if before is not None:
            yield _record(*before, NO_SIGNATURE)
        before = written
    assert before is not None, "a run has an entry"
    yield _record(*before, signature)


def _take_entries(walk: codec.Walk) -> Iterator[Any]:
    left = walk.enter(ITEMS_MAX, minimum=1)
    while left:
        left -= 1
        entry = walk.take(_anything, bytes_max=ITEM_BYTES_MAX, levels_max=ENTRY_LEVELS_MAX)
        if left and isinstance(entry, list) and entry and entry[0] == Kind.OPERATION:
            # It is passed on alone as well, where nothing after it would prove who wrote it.
            raise MalformedError("a checkpoint with an operation that lacks its signature")
        yield entry


def _runs(known: dict[RecordId, Verified]) -> list[list[Verified]]:
    """Share records out over chains without a branch; every one is in one of them, and each ends in its order."""
    followed = {record.header.prev for record in known.values()}
    ends = frozenset(_ends(known.values()))
    taken: set[RecordId] = set()
    found: list[list[Verified]] = []
    for leaf in known:
        if leaf in followed and leaf not in ends:
            continue
        run: list[Verified] = []
        at: RecordId | None = leaf
        while at in known and at not in taken and not (run and at in ends):
            taken.add(at)
            run.append(known[at])
            at = known[at].header.prev
        found.append(run[::-1])
    return found


def _ends(known: Iterable[Verified]) -> Iterator[RecordId]:
    """Yield the records that end a run though others follow them, so that they keep their own signatures.

    An operation is passed on alone as well (meetings, forwards). What begins a life, or is the first to name a
    document, takes a place in an order that counts: it must be proven where it stands, and not by what comes after.
    """
    begun: set[tuple[DeviceId, Incarnation | None, DocumentId | None]] = set()
    for record in known:
        header = record.header
        named = {(header.device, header.incarnation, None), (header.device, None, header.document)}
        if header.kind == Kind.OPERATION or named - begun:
            yield record.id
        begun |= named


def _names(header: Header) -> tuple[bytes, ...]:
    """The long names that records of one space share."""
    log = (header.seen.mailbox, header.seen.lineage) if header.seen else ()
    return (*log, header.document) if header.document is not None else log


def _write(run: Sequence[Record], numbers: Mapping[bytes, int]) -> list[Any]:
    first = run[0].header
    entries = [_entry(record.header, record.payload, numbers) for record in run]
    return [first.device, first.incarnation, first.sequence, first.prev, run[-1].signature, entries]


def _entry(header: Header, payload: bytes, numbers: Mapping[bytes, int]) -> list[Any]:
    seen = header.seen
    read = seen and [numbers[seen.mailbox], numbers[seen.lineage], seen.position, seen.running]
    tips = [[tip.incarnation, tip.sequence, tip.record] for tip in header.tips]
    document = None if header.document is None else numbers[header.document]
    return [header.kind, tips, header.heads, read, document, header.rules, payload]


def _read(space: SpaceId, parts: Sequence[Any], names: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Build headers again, each on the one before it; yield them with their payloads."""
    device, incarnation, sequence, prev, _, entries = parts
    for number, entry in enumerate(entries, sequence):
        try:
            header = _header((space, device, incarnation, number, prev), entry, names)
            data = header.encode()
        except (TypeError, ValueError, IndexError):
            raise MalformedError("a checkpoint with an entry that is none") from None
        yield data, entry[-1]
        prev = RecordId(crypto.digest(b"troth/record", data))


def _header(place: tuple[Any, ...], entry: Any, names: Sequence[Any]) -> Header:
    space, device, incarnation, sequence, prev = place
    kind, tips, heads, read, document, rules, payload = entry
    if type(payload) is not bytes:
        raise MalformedError("a checkpoint with a payload that is none")
    return Header(
        kind=kind,
        space=space,
        device=device,
        incarnation=incarnation,
        sequence=sequence,
        prev=prev,
        tips=tuple(Tip(*tip) for tip in tips),
        heads=tuple(heads),
        seen=None if read is None else Seen(names[read[0]], names[read[1]], *read[2:]),
        document=None if document is None else names[document],
        changes=_changes(kind, payload),
        rules=rules,
        payload_hash=crypto.digest(b"troth/payload", payload),
    )


def _changes(kind: int, payload: bytes) -> tuple[Any, ...]:
    if kind != Kind.CHANGES:
        return ()
    try:
        return tuple(map(guard.change_hash, records.changes_of(payload)))
    except MalformedError:
        return ()


def _record(header: bytes, payload: bytes, signature: bytes) -> Record:
    if len(header) > HEADER_BYTES_MAX:
        raise MalformedError("a checkpoint with a header that is too long")
    lengths = len(header).to_bytes(2, "big") + len(payload).to_bytes(4, "big")
    return _parse(lengths + signature + header + payload)


def _parse(data: bytes) -> Record:
    try:
        record, end = records.parse(data)
    except TrothError:
        raise MalformedError("a checkpoint with a record that is none") from None
    if end != len(data):
        raise MalformedError("bytes after a record")
    return record


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a compressed bag: the payload of a record of kind CHECKPOINT_PART."""

    manifest: bytes
    """The hash of the bag."""
    size: int
    """The bag's length before compression."""
    index: int
    count: int
    piece: bytes

    def encode(self) -> bytes:
        """Return its bytes."""
        return codec.pack([WIRE_VERSION, self.manifest, self.size, self.index, self.count, self.piece])

    @classmethod
    def parse(cls, data: bytes) -> "Part":
        """Read it.

        Raises:
            MalformedError: If it is no part.
            VersionError: If it is of another version.
        """
        part = cls(*codec.decode(data, _PART, bytes_max=RECORD_BYTES_MAX)[1:])
        if part.index >= part.count:
            raise MalformedError("a part beyond the last one")
        return part


_PART: Final = codec.known(
    WIRE_VERSION,
    then=codec.fields(
        codec.either(WIRE_VERSION),
        _HASH,
        codec.natural(CHECKPOINT_BYTES_MAX),
        codec.natural(PARTS_MAX),
        codec.natural(PARTS_MAX),
        codec.blob(PAYLOAD_BYTES_MAX),
    ),
)


def cut(bag: bytes) -> list[Part]:
    """Compress a bag and cut it into parts that fit a record each."""
    manifest, packed = _manifest(bag), zlib.compress(bag, 9)
    room = PAYLOAD_BYTES_MAX - PART_OVERHEAD_BYTES
    pieces = [packed[at : at + room] for at in range(0, len(packed), room)]
    return [Part(manifest, len(bag), index, len(pieces), piece) for index, piece in enumerate(pieces)]


def join(parts: Iterable[Part]) -> bytes:
    """Return the bag of which these are all the parts, in any order.

    Raises:
        MalformedError: If parts are missing, contradict each other, or hold something else than they name.
    """
    given = list(parts)
    if not given:
        raise MalformedError("no part of a checkpoint")
    by_index = {part.index: part.piece for part in given}
    manifest, size, count = given[0].manifest, given[0].size, given[0].count
    if any((part.manifest, part.size, part.count) != (manifest, size, count) for part in given):
        raise MalformedError("parts of more than one checkpoint")
    if len(by_index) != count:
        raise MalformedError("parts of a checkpoint are missing")
    bag = _inflate(b"".join(by_index[index] for index in range(count)), size)
    if _manifest(bag) != manifest:
        raise MalformedError("not the checkpoint that its parts name")
    return bag


def _manifest(bag: bytes) -> bytes:
    return crypto.digest(b"troth/manifest", bag)


def _inflate(packed: bytes, size: int) -> bytes:
    """Inflate to so many bytes and no further: whoever packed it says how much, and is held to it."""
    inflate = zlib.decompressobj()
    try:
        bag = inflate.decompress(packed, size + 1)
    except zlib.error:
        raise MalformedError("not a compressed checkpoint") from None
    if len(bag) != size or not inflate.eof:
        raise MalformedError("not the length that its parts name")
    return bag
