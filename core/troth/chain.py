"""Proves who wrote what: of a run of records, the last signature proves all (specs/record.md, Verifying).

A verdict belongs to a record id and stands for good; what can not be proven yet is parked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from troth import record as records
from troth.record import Record, Tip, Verified
from troth_wire.errors import ForgedError
from troth_wire.ids import DeviceId, Incarnation, RecordId

__all__ = ["Chains"]

Life = tuple[DeviceId, Incarnation]


class Chains:
    """The records of every life of every device: proven, or parked until something proves them."""

    def __init__(self) -> None:
        self._proven: dict[Life, dict[int, RecordId]] = defaultdict(dict)
        self._known: set[RecordId] = set()
        self._parked: dict[RecordId, Record] = {}
        self.forks: set[tuple[Life, int]] = set()

    def __contains__(self, record: RecordId) -> bool:
        return record in self._known or record in self._parked

    @property
    def parked(self) -> tuple[Record, ...]:
        """Records that nothing proves yet."""
        return tuple(self._parked.values())

    def lives(self, device: DeviceId) -> int:
        """Count the lives of a device of which a record is proven."""
        return sum(owner == device for owner, _ in self._proven)

    def tip(self, device: DeviceId, incarnation: Incarnation) -> Tip | None:
        """Return the highest proven record of a life."""
        life = self._proven.get((device, incarnation))
        return Tip(incarnation, max(life), life[max(life)]) if life else None

    def tips(self, device: DeviceId) -> list[Tip]:
        """Return the highest proven record of every life of a device, in the order in which they became known."""
        found = [self.tip(owner, incarnation) for owner, incarnation in self._proven if owner == device]
        return [tip for tip in found if tip is not None]

    def add_own(self, record: Verified) -> None:
        """Take in a record that this device has just signed."""
        self._prove(record)

    def settle(self, arrived: Iterable[Record], key_of: Callable[[DeviceId], bytes | None]) -> list[Verified]:
        """Take in records and return those that are proven now, also earlier ones.

        Args:
            arrived: Records in the order of the log; known ones are passed over.
            key_of: Gives a device's everyday key, or None for a stranger, whose records are parked.
        """
        fresh = {record.id: record for record in arrived if record.id not in self._known}
        self._parked |= fresh
        proven: list[Verified] = []
        # From the end of each run: where the last signature holds, the ones before it need not be checked.
        for record in sorted(fresh.values(), key=lambda item: item.header.sequence, reverse=True):
            key = key_of(record.header.device)
            if record.id in self._parked and key is not None and _signed(record, key):
                proven += self._run_ending_in(record)
        order = {record: place for place, record in enumerate(fresh)}
        return sorted(proven, key=lambda item: (order.get(item.id, -1), item.header.sequence))

    def _run_ending_in(self, record: Record) -> list[Verified]:
        """Prove a record and everything parked that it leads back to."""
        run = []
        at: Record | None = record
        while at is not None:
            del self._parked[at.id]
            run.append(Verified(at))
            self._prove(run[-1])
            before = self._parked.get(at.header.prev) if at.header.prev else None
            at = before if before is not None and _precedes(before, at) else None
        return run

    def _prove(self, record: Verified) -> None:
        header = record.header
        life = self._proven[header.device, header.incarnation]
        if life.setdefault(header.sequence, record.id) != record.id:
            self.forks.add(((header.device, header.incarnation), header.sequence))
        self._known.add(record.id)


def _precedes(before: Record, after: Record) -> bool:
    one, two = before.header, after.header
    same = (one.space, one.device, one.incarnation) == (two.space, two.device, two.incarnation)
    return same and one.sequence == two.sequence - 1


def _signed(record: Record, key: bytes) -> bool:
    try:
        records.verify(record, key)
    except ForgedError:
        return False
    return True
