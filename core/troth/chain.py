"""Proves who wrote what: of a run of records, the last signature proves all (specs/record.md, Verifying).

A verdict belongs to a record id and stands for good; what can not be proven yet is parked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from troth import record as records
from troth.record import Header, Record, Tip, Verified
from troth_wire.errors import ForgedError
from troth_wire.ids import DeviceId, Incarnation, RecordId, SpaceId

__all__ = ["Chains"]

Life = tuple[DeviceId, Incarnation]
Place = tuple[SpaceId, DeviceId, Incarnation, int]


class Chains:
    """The records of every life of every device: proven, or parked until something proves them."""

    def __init__(self) -> None:
        self._proven: dict[Life, dict[int, RecordId]] = defaultdict(dict)
        self._tips: dict[DeviceId, dict[Incarnation, Tip]] = defaultdict(dict)
        self._ranks: dict[Life, int] = {}
        self._lives: Counter[DeviceId] = Counter()
        self._known: set[RecordId] = set()
        # Copies of a record by their signature: one may prove what another does not.
        self._parked: dict[RecordId, dict[bytes, Record]] = defaultdict(dict)
        # What proven records name as the one before them, as long as it is not here.
        self._named: set[tuple[Place, RecordId]] = set()
        self.forks: set[tuple[Life, int]] = set()

    def __contains__(self, record: Record) -> bool:
        """Whether this very copy brings nothing new: its record is proven, or it is parked itself."""
        return record.id in self._known or record.signature in self._parked.get(record.id, {})

    @property
    def parked(self) -> tuple[Record, ...]:
        """Records that nothing proves yet, in every copy."""
        return tuple(record for copies in self._parked.values() for record in copies.values())

    def rank(self, device: DeviceId, incarnation: Incarnation) -> int:
        """Return how many lives of a device became known before this one, of which a record is proven."""
        return self._ranks[device, incarnation]

    def tip(self, device: DeviceId, incarnation: Incarnation) -> Tip | None:
        """Return the highest proven record of a life."""
        return self._tips.get(device, {}).get(incarnation)

    def tips(self, device: DeviceId) -> list[Tip]:
        """Return the highest proven record of every life of a device, in the order in which they became known."""
        return list(self._tips.get(device, {}).values())

    def add_own(self, record: Verified) -> None:
        """Take in a record that this device has just signed."""
        self._prove(record)

    def settle(self, arrived: Iterable[Record], key_of: Callable[[DeviceId], bytes | None]) -> list[Verified]:
        """Take in records and return those that are proven now, also earlier ones.

        Args:
            arrived: Records in the order of the log; known ones are passed over.
            key_of: Gives a device's everyday key, or None for a stranger, whose records are parked.
        """
        fresh = [record for record in arrived if record.id not in self._known]
        for record in fresh:
            self._parked[record.id][record.signature] = record
        self._begin_in_order(fresh, key_of)
        proven: list[Verified] = []
        # From the end of each run: where the last signature holds, the ones before it need not be checked.
        for record in sorted(fresh, key=lambda item: item.header.sequence, reverse=True):
            if record.id not in self._known and self._stands(record, key_of(record.header.device)):
                proven += self._run_ending_in(record)
        order = {record.id: place for place, record in reversed(list(enumerate(fresh)))}
        return sorted(proven, key=lambda item: (order.get(item.id, -1), item.header.sequence))

    def _begin_in_order(self, fresh: Iterable[Record], key_of: Callable[[DeviceId], bytes | None]) -> None:
        """Rank new lives by the log: by the first record that its own signature proves, however much arrives at once.

        Otherwise devices that read the same log in other portions would count other lives, where there are too many.
        """
        for record in fresh:
            life = record.header.device, record.header.incarnation
            key = key_of(record.header.device)
            if life not in self._ranks and key is not None and _signed(record, key):
                self._begin(life)

    def _begin(self, life: Life) -> None:
        if life not in self._ranks:
            self._ranks[life] = self._lives[life[0]]
            self._lives[life[0]] += 1

    def _stands(self, record: Record, key: bytes | None) -> bool:
        return (_place(record.header), record.id) in self._named or (key is not None and _signed(record, key))

    def _run_ending_in(self, record: Record) -> list[Verified]:
        """Prove a record and everything parked that it leads back to."""
        run = []
        at: Record | None = record
        while at is not None:
            run.append(Verified(at))
            self._prove(run[-1])
            before = next(iter(self._parked.get(at.header.prev, {}).values()), None) if at.header.prev else None
            at = before if before is not None and _precedes(before, at) else None
        return run

    def _prove(self, record: Verified) -> None:
        header = record.header
        life = header.device, header.incarnation
        if self._proven[life].setdefault(header.sequence, record.id) != record.id:
            self.forks.add((life, header.sequence))
        tips = self._tips[header.device]
        if header.incarnation not in tips or header.sequence > tips[header.incarnation].sequence:
            tips[header.incarnation] = Tip(header.incarnation, header.sequence, record.id)
        self._begin(life)
        self._known.add(record.id)
        self._parked.pop(record.id, None)
        self._named.discard((_place(header), record.id))
        if header.prev is not None and header.prev not in self._known:
            self._named.add((_place(header, -1), header.prev))


def _place(header: Header, offset: int = 0) -> Place:
    return header.space, header.device, header.incarnation, header.sequence + offset


def _precedes(before: Record, after: Record) -> bool:
    return _place(before.header) == _place(after.header, -1)


def _signed(record: Record, key: bytes) -> bool:
    try:
        records.verify(record, key)
    except ForgedError:
        return False
    return True
