"""Proves who wrote what: of a run of records, the last signature proves all (specs/record.md, Verifying).

A verdict belongs to a record id and stands for good; what can not be proven yet is parked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from troth import record as records
from troth.archive import Archive
from troth.record import Header, Record, Tip, Verified
from troth_wire.ids import DeviceId, DocumentId, Incarnation, RecordId, SpaceId
from troth_wire.limits import DEVICE_INCARNATIONS_MAX, FILED_RECORD_BYTES_MAX, PAGE_RECORDS

__all__ = ["Chains", "precedes"]

Life = tuple[DeviceId, Incarnation]
Place = tuple[SpaceId, DeviceId, Incarnation, int]


class Chains:
    """The records of every life of every device: proven, or parked until something proves them."""

    def __init__(self) -> None:
        self._proven: dict[Life, dict[int, RecordId]] = defaultdict(dict)
        self._tips: dict[DeviceId, dict[Incarnation, Tip]] = defaultdict(dict)
        self._ranks: dict[Life, int] = {}
        self._lives: Counter[DeviceId] = Counter()
        self._documents: dict[DeviceId, dict[DocumentId, int]] = defaultdict(dict)
        # What is proven: a record, or its number in the archive.
        self._known: dict[RecordId, Verified | int] = {}
        self._archive = Archive()
        # The same, in the order in which the log showed them.
        self._shown: list[RecordId] = []
        # Copies of a record by their signature: one may prove what another does not.
        self._parked: dict[RecordId, dict[bytes, Record]] = defaultdict(dict)
        # The same, in the order in which they came.
        self._copies: dict[tuple[RecordId, bytes], Record] = {}
        # Those that would begin a life, or name a document that their device named in no other.
        self._unranked: dict[DeviceId, set[RecordId]] = defaultdict(set)
        # What proven records name as the one before them, as long as it is not here.
        self._named: set[tuple[Place, RecordId]] = set()
        self.forks: set[tuple[Life, int]] = set()

    def __contains__(self, record: Record) -> bool:
        """Whether this very copy brings nothing new: its record is proven, or it is parked itself."""
        return record.id in self._known or record.signature in self._parked.get(record.id, {})

    @property
    def proven(self) -> tuple[Verified, ...]:
        """Every record of which is known who wrote it."""
        return tuple(self.read_each())

    def read_each(self) -> Iterator[Verified]:
        """Return the same as an iterator, which reads each when it comes to it, from any thread."""
        return map(self._read, tuple(self._known.values()))

    def find(self, record: RecordId) -> Verified | None:
        """Return a record if it is known who wrote it."""
        found = self._known.get(record)
        return None if found is None else self._read(found)

    def _read(self, found: Verified | int) -> Verified:
        return self._archive.read(found) if isinstance(found, int) else found

    def put_away(self, records_min: int = PAGE_RECORDS) -> None:
        """Keep what is proven in less room from here on; it takes longer then to be looked at, and nothing else.

        Args:
            records_min: As many as go together; fewer stay as they are.
        """
        plain = [record for record in self._known.values() if not isinstance(record, int)]
        small = [record for record in plain if record.size <= FILED_RECORD_BYTES_MAX]
        for at in range(0, len(small) - records_min + 1, records_min):
            batch = small[at : at + records_min]
            self._known.update(zip([record.id for record in batch], self._archive.put(batch), strict=True))

    def deflate(self, blocks_max: int) -> bool:
        """Let some of what was put away take still less room (`Archive.deflate`)."""
        return self._archive.deflate(blocks_max)

    @property
    def parked(self) -> tuple[Record, ...]:
        """Records that nothing proves yet, in every copy."""
        return tuple(self._copies.values())

    def rank(self, device: DeviceId, incarnation: Incarnation) -> int:
        """Return how many lives of a device became known before this one; all, if no record of it is proven."""
        return self._ranks.get((device, incarnation), self._lives[device])

    def rank_document(self, device: DeviceId, document: DocumentId) -> int:
        """Return how many documents a device's records named before this one; all, if none names it."""
        named = self._documents[device]
        return named.get(document, len(named))

    def tip(self, device: DeviceId, incarnation: Incarnation) -> Tip | None:
        """Return the highest proven record of a life."""
        return self._tips.get(device, {}).get(incarnation)

    def tips(self, device: DeviceId) -> list[Tip]:
        """Return the highest proven record of every life of a device, in the order in which they became known."""
        return list(self._tips.get(device, {}).values())

    def ends(self, device: DeviceId) -> list[Tip]:
        """Return where a cut keeps all that is known of a device: of each life that counts, the end.

        Where a life branches, it is the end of the branch that was here first: whoever copied a key must not be able
        to take the place of its owner's words by writing more.
        """
        forked = {life for life, _ in self.forks}
        tips = (tip for tip in self.tips(device) if self._ranks[device, tip.incarnation] < DEVICE_INCARNATIONS_MAX)
        return [self._end(device, tip) if (device, tip.incarnation) in forked else tip for tip in tips]

    def _end(self, device: DeviceId, tip: Tip) -> Tip:
        # What the life begins with, and what each record goes on in: of several, the one that the log showed first.
        after: dict[tuple[Place, RecordId] | None, Verified] = {}
        for record in map(self._read, map(self._known.__getitem__, self._shown)):
            header = record.header
            if (header.device, header.incarnation) == (device, tip.incarnation):
                after.setdefault((_place(header, -1), header.prev) if header.prev is not None else None, record)
        at = after.get(None)
        while at is not None:
            tip = Tip(tip.incarnation, at.header.sequence, at.id)
            at = after.get((_place(at.header), at.id))
        return tip

    def add_own(self, record: Verified) -> None:
        """Take in a record that this device has just signed."""
        self._prove(record)
        self._shown.append(record.id)

    def settle(self, arrived: Iterable[Record], key_of: Callable[[DeviceId], bytes | None]) -> list[Verified]:
        """Take in records and return those that are proven now, also earlier ones.

        Args:
            arrived: Records in the order of the log; known ones are passed over.
            key_of: Gives a device's everyday key, or None for a stranger, whose records are parked.
        """
        fresh = [record for record in arrived if record.id not in self._known]
        for record in fresh:
            # One that waited for its author's key is met where the log has it, not before.
            self._parked.get(record.id, {}).pop(record.signature, None)
        proven: list[Verified] = []
        for portion in self._portions(fresh):
            proven += self._settle(portion, key_of)
        order = {record.id: place for place, record in reversed(list(enumerate(fresh)))}
        proven.sort(key=lambda item: (order.get(item.id, -1), item.header.sequence))
        self._shown += [record.id for record in proven]
        if not self._copies:
            # A table that was emptied keeps its size, and the first load fills these with everything.
            self._copies, self._parked = {}, defaultdict(dict)
        return proven

    def _portions(self, fresh: Iterable[Record]) -> Iterator[list[Record]]:
        """Cut what arrived where a new life or document begins, so that these are ranked in the order of the log.

        Otherwise devices that read the same log in other portions would count other ones, where there are too many.
        Where a record that nothing proves yet begins one, each of its device's may be the one that proves it.
        """
        portion: list[Record] = []
        for record in fresh:
            if self._is_ranked(record.header) and not self._unranked[record.header.device]:
                portion.append(record)
                continue
            yield portion
            yield [record]
            portion = []
        yield portion

    def _settle(self, fresh: list[Record], key_of: Callable[[DeviceId], bytes | None]) -> list[Verified]:
        proven: list[Verified] = []
        for record in fresh:
            # A portion before this one may have proven it, by another copy.
            if record.id in self._known:
                self._copies.pop((record.id, record.signature), None)
            else:
                self._park(record)
        # From the end of each run: where the last signature holds, the ones before it need not be checked.
        for record in sorted(fresh, key=lambda item: item.header.sequence, reverse=True):
            if record.id not in self._known and self._stands(record, key_of(record.header.device)):
                proven += self._run_ending_in(record, key_of(record.header.device))
        return proven

    def _park(self, record: Record) -> None:
        self._parked[record.id][record.signature] = record
        self._copies[record.id, record.signature] = record
        if not self._is_ranked(record.header):
            self._unranked[record.header.device].add(record.id)

    def _is_ranked(self, header: Header) -> bool:
        known = header.document is None or header.document in self._documents[header.device]
        return known and (header.device, header.incarnation) in self._ranks

    def _begin(self, header: Header) -> None:
        device, life = header.device, (header.device, header.incarnation)
        if life not in self._ranks:
            self._ranks[life] = self._lives[device]
            self._lives[device] += 1
        if header.document is not None:
            self._documents[device].setdefault(header.document, len(self._documents[device]))

    def _stands(self, record: Record, key: bytes | None) -> bool:
        return (_place(record.header), record.id) in self._named or (key is not None and records.is_signed(record, key))

    def _run_ending_in(self, record: Record, key: bytes | None) -> list[Verified]:
        """Prove a record and everything parked that it leads back to."""
        run = []
        at: Record | None = record
        while at is not None:
            run.append(Verified(at))
            self._prove(run[-1])
            before = self._copy(at.header.prev, key) if at.header.prev else None
            at = before if before is not None and precedes(before, at) else None
        return run

    def _copy(self, record: RecordId, key: bytes | None) -> Record | None:
        """Return a parked record; of several copies, one that proves itself: it may be passed on alone."""
        copies = list(self._parked.get(record, {}).values())
        if len(copies) > 1 and key is not None:
            copies.sort(key=lambda copy: not records.is_signed(copy, key))
        return copies[0] if copies else None

    def _prove(self, record: Verified) -> None:
        header = record.header
        life = header.device, header.incarnation
        if self._proven[life].setdefault(header.sequence, record.id) != record.id:
            self.forks.add((life, header.sequence))
        tips = self._tips[header.device]
        if header.incarnation not in tips or header.sequence > tips[header.incarnation].sequence:
            tips[header.incarnation] = Tip(header.incarnation, header.sequence, record.id)
        self._begin(header)
        self._known[record.id] = record
        for signature in self._parked.pop(record.id, {}):
            del self._copies[record.id, signature]
        self._unranked[header.device].discard(record.id)
        self._named.discard((_place(header), record.id))
        if header.prev is not None and header.prev not in self._known:
            self._named.add((_place(header, -1), header.prev))


def _place(header: Header, offset: int = 0) -> Place:
    return header.space, header.device, header.incarnation, header.sequence + offset


def precedes(before: Record, after: Record) -> bool:
    """Tell whether a record names another as the one before it, and that one stands in this place of the same life."""
    return before.id == after.header.prev and _place(before.header) == _place(after.header, -1)
