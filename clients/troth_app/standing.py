"""Whose word counts in the record of two, read from the membership log and from the records of its devices.

Of a removed device an entry counts if a record at or below its cut carries it, whoever put it back later.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from troth.cuts import Cut, reach
from troth.guard import Change, read
from troth.membership import Members
from troth.operations import Operation, OperationKind
from troth.record import Kind, Record, changes_in
from troth_couple import Roster, Tail, roster_of
from troth_couple.edits import named_entry
from troth_couple.entry import Entry
from troth_couple.entry import parse as parse_entry
from troth_couple.roster import EntryId
from troth_wire.errors import RemoteError
from troth_wire.ids import DeviceId, DocumentId, Incarnation, OperationId

__all__ = ["carried", "is_plain", "roster_from", "written_by"]

_KEY: Final = 4
"""The place of the key's text in a row of a change's table."""


def is_plain(members: Members) -> bool:
    """Tell whether everybody belongs who ever did: then nobody's records need to be looked at."""
    return not (members.cuts or members.weak)


def roster_from(
    members: Members, records: Iterable[Record], document: DocumentId, values: Mapping[str, object]
) -> Roster:
    """Work out the roster.

    Args:
        members: Who belongs.
        records: All records that are here.
        document: Where the entries stand.
        values: Every entry that is here, by its id in hexadecimal.
    """
    known = list(records)
    before = {record.id: record.header.prev for record in known}
    operations = {operation.id: operation for operation in _operations(known)}
    tails = {}
    for device, cut in members.cuts.items():
        kept = reach(cut, before)
        mine = [record for record in known if record.header.device == device and record.id in kept]
        tails[device] = _tails(device, set(carried(mine, document)), values)
    return roster_of(
        members,
        tails=tails,
        without={device for device, cut in members.cuts.items() if _never_added(device, cut, operations)},
    )


def written_by(devices: Collection[DeviceId], values: Mapping[str, object]) -> bool:
    """Tell whether one of some values is an entry of one of some devices, or says so."""
    return any(entry is not None and entry.device in devices for entry in map(_entry, values.values()))


def _operations(records: Iterable[Record]) -> Iterator[Operation]:
    for record in records:
        if record.header.kind == Kind.OPERATION:
            operation = _readable(record)
            if operation is not None:
                yield operation


def _readable(record: Record) -> Operation | None:
    try:
        return Operation.of(record)
    except RemoteError:
        return None


def _never_added(device: DeviceId, cut: Cut, operations: Mapping[OperationId, Operation]) -> bool:
    """Tell whether what ends a device's word is the operation that introduced it, which had no effect."""
    found = operations.get(cut.operation)
    return found is not None and found.kind != OperationKind.DEVICE_REVOKE and found.newcomer.device == device


def carried(records: Iterable[Record], document: DocumentId) -> Iterator[EntryId]:
    """Return the entries that some records put into a document."""
    for record in records:
        if record.header.document == document:
            for raw in _changes(record):
                change = read(raw)
                if isinstance(change, Change):
                    yield from filter(None, (named_entry(row[_KEY]) for _, _, row in change.table.spans))


def _changes(record: Record) -> tuple[bytes, ...]:
    try:
        return changes_in(record)
    except RemoteError:
        return ()


def _tails(device: DeviceId, carried: set[EntryId], values: Mapping[str, object]) -> Mapping[Incarnation, Tail]:
    """Return the last of a device's own entries that its kept records carry, for each of its lives."""
    ends: dict[Incarnation, Tail] = {}
    for identity in sorted(carried):
        entry = _entry(values.get(identity.hex()))
        if entry is None or (entry.id, entry.device) != (identity, device):
            continue
        if entry.incarnation not in ends or entry.sequence > ends[entry.incarnation].sequence:
            ends[entry.incarnation] = Tail(entry.sequence, entry.id)
    return ends


def _entry(value: object) -> Entry | None:
    try:
        return parse_entry(value) if isinstance(value, bytes) else None
    except RemoteError:
        return None
