"""The documents of a space: own edits become changes, foreign changes find their document or are held with a reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from troth import guard, keys
from troth import record as records
from troth.document import Made
from troth.edits import Edit, Path, Value
from troth.forks import Author, Known
from troth.guard import Past, Portion, Refused
from troth.record import Record, Verified
from troth.retracing import Retraced
from troth.shelf import Parcel, Shelf
from troth.touched import Touched
from troth_wire.errors import MalformedError
from troth_wire.ids import ActorId, ChangeHash, DeviceId, DocumentId, Incarnation, PersonId, RecordId

__all__ = ["Library", "Reaches", "in_order"]

HEAD_BYTES: Final = 16
"""Within so many bytes of a payload its first change begins."""

Reaches = Mapping[DeviceId, frozenset[RecordId]]
"""Of each device that was cut off, the records at or below its cut (`cuts.reach`)."""


class Library:
    """Documents by id; one comes into being with its first change."""

    def __init__(self, device: DeviceId, life: Incarnation, reaches: Reaches | None = None) -> None:
        self._device = device
        self._life = life
        self._reaches = reaches or {}
        self.puts_off = False
        """Whether what is taken goes into its document when somebody looks there, or by `bring_in`."""
        self._shelves: dict[DocumentId, Shelf] = {}
        self._writers: dict[DocumentId, dict[ActorId, DeviceId]] = defaultdict(dict)
        self._persons: dict[DeviceId, PersonId] = {}
        self._doubtful: set[DocumentId] = set()
        self._fallen: dict[DocumentId, tuple[Known, ...]] = {}

    @property
    def documents(self) -> tuple[DocumentId, ...]:
        """The documents that hold anything."""
        return tuple(sorted(document for document, shelf in self._shelves.items() if shelf.heads()))

    @property
    def waiting(self) -> int:
        """How many changes wait for a cause."""
        return sum(shelf.waiting for shelf in self._shelves.values())

    @property
    def lost(self) -> int:
        """How many changes do not stand because of a fork."""
        return sum(len(shelf.lost) for shelf in self._shelves.values())

    def edit(self, document: DocumentId, groups: Sequence[Sequence[Edit]]) -> Made:
        """Make own changes in a document.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        shelf = self._shelf(document)
        made = shelf.edit(groups)
        self._doubt(document, shelf)
        return made

    def view(self, document: DocumentId, path: Path) -> Value:
        """Return what stands at a path.

        Raises:
            UsageError: If nothing stands there.
        """
        return self._look(document).view(path)

    def said(
        self, document: DocumentId, path: Path, persons: Mapping[DeviceId, PersonId]
    ) -> tuple[tuple[PersonId, str], ...]:
        """Return the text at a path, cut where it is another person's.

        Raises:
            UsageError: If no text stands there.
        """
        authors = self._authors(document, persons)
        typed = ((authors[actor].person, text) for actor, text in self._look(document).typed(path))
        runs = groupby(typed, key=itemgetter(0))
        return tuple((person, "".join([text for _, text in those])) for person, those in runs)

    def touched(self, document: DocumentId, since: Collection[ChangeHash]) -> Touched:
        """Tell where a document was written to since it had some heads."""
        return self._look(document).touched(since)

    def unpack(self, record: Verified) -> tuple[DocumentId, list[Parcel]]:
        """Return the changes in a record, each with the only actor under which its author may write.

        Raises:
            MalformedError: If the payload is not what the header says.
        """
        header = record.header
        assert header.document is not None, "records of changes name their document"
        actor = keys.actor(header.device, header.document, header.incarnation)
        self._writers[header.document][actor] = header.device
        beyond = header.device in self._reaches and record.id not in self._reaches[header.device]
        named = zip(header.changes, records.changes_in(record), strict=True)
        return header.document, [Parcel(record.id, actor, change, raw, beyond) for change, raw in named]

    def closes_gap(self, record: Record) -> bool:
        """Tell whether a record is below a cut and names one before it of which that was not known."""
        reach = self._reaches.get(record.header.device, frozenset())
        return record.id in reach and record.header.prev is not None and record.header.prev not in reach

    def take(self, document: DocumentId, parcels: Iterable[Parcel]) -> tuple[bool, list[Refused]]:
        """Apply changes; tell whether the document shows anything new, and why changes are refused.

        Where a fork came, `settle` decides what stands, once for all that came.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        shelf = self._shelf(document)
        shelf.puts_off, before = self.puts_off, shelf.heads()
        settled = [outcome for parcel in parcels for outcome in shelf.take(parcel)]
        refused = [reason for _, reason in settled if isinstance(reason, Refused)]
        self._doubt(document, shelf)
        return shelf.heads() != before, refused

    def recall(self, document: DocumentId, past: Past, carriers: Iterable[Verified]) -> set[RecordId] | None:
        """Take up a document of which nothing was taken in yet, as it was judged before.

        Args:
            document: Which one.
            past: What was judged.
            carriers: The records of it that count.

        Returns:
            Those of which nothing is left to judge; None, and nothing is taken up, if they do not bear all of it out.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        raws: dict[ChangeHash, bytes] = {}
        settled: set[RecordId] = set()
        for record in carriers:
            borne_out = self._borne_out(record, past)
            raws.update(borne_out)
            if len(borne_out) == len(record.header.changes):
                settled.add(record.id)
        if len(raws) != len(past):
            return None
        shelf = self._shelf(document)
        shelf.recall(past, map(raws.__getitem__, past))
        if not self.puts_off:
            shelf.bring_in(len(past))
        return settled

    def _borne_out(self, record: Verified, past: Past) -> dict[ChangeHash, bytes]:
        """Return the changes of a past that a record carries, by their author and not beyond a cut."""
        try:
            _, parcels = self.unpack(record)
        except MalformedError:
            return {}
        return {
            parcel.named: parcel.raw
            for parcel in parcels
            if not parcel.beyond
            and past.is_by(parcel.named, parcel.actor)
            and guard.change_hash(parcel.raw) == parcel.named
        }

    def write_down(self, changes_min: int) -> Iterator[tuple[DocumentId, Portion]]:
        """Yield what was judged since this was asked last, with its document.

        Args:
            changes_min: Of a document in which fewer are new, nothing is said.
        """
        for document, shelf in self._shelves.items():
            portion = shelf.write_down(changes_min)
            if portion is not None:
                yield document, portion

    def bring_in(self, changes_max: int) -> bool:
        """Take about so many changes that were put off into their documents; tell whether none is left.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        return not sum(shelf.bring_in(changes_max) for shelf in self._shelves.values())

    def settle(self, persons: Mapping[DeviceId, PersonId]) -> Iterator[tuple[DocumentId, bool, tuple[Refused, ...]]]:
        """Decide what stands, where something came that may change it.

        Args:
            persons: Whose each device is.

        Yields:
            Of each such document, whether it shows something else now, and why changes are refused that were not.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        if self._device not in persons:
            # Until it was read whose device this is, nobody can say whom it names.
            return
        if self._persons != persons:
            self._persons = dict(persons)
            for document, shelf in self._shelves.items():
                shelf.doubt()
                self._doubt(document, shelf)
        while self._doubtful:
            document = self._doubtful.pop()
            shelf = self._shelves[document]
            before = shelf.heads()
            refused = shelf.settle(self._authors(document, persons))
            self._fallen[document] = tuple(self._own(document, shelf.lost))
            yield document, shelf.heads() != before, refused

    def fallen(self) -> list[tuple[DocumentId, tuple[Known, ...]]]:
        """Return the documents in which this device's own changes lost a fork, with those changes in order."""
        return [(document, own) for document, own in self._fallen.items() if own]

    def _own(self, document: DocumentId, changes: Iterable[Known]) -> Iterator[Known]:
        writers = self._writers[document]
        # An actor that no record brought is the one under which this device writes now.
        return (change for change in changes if writers.get(change.actor, self._device) == self._device)

    @property
    def is_life_lost(self) -> bool:
        """Whether a change of this life lost a fork, so that its actor can not go on in its sequence."""
        return any(
            change.actor == keys.actor(self._device, document, self._life)
            for document, own in self.fallen()
            for change in own
        )

    def retrace(self, document: DocumentId, changes: Iterable[ChangeHash]) -> Iterator[Retraced]:
        """Yield, for changes that do not stand, what a document was before and after each."""
        return self._look(document).retrace(changes)

    def stands(self, document: DocumentId, change: ChangeHash) -> bool:
        """Tell whether a document holds a change."""
        return self._look(document).stands(change)

    def knows(self, document: DocumentId, change: ChangeHash) -> bool:
        """Tell whether a change is here, with all its causes."""
        return self._look(document).knows(change)

    def foresee(
        self, document: DocumentId, parcels: Iterable[Parcel], persons: Mapping[DeviceId, PersonId]
    ) -> tuple[bytes, list[bytes]]:
        """Return a saved document and the changes that would be applied to it, and take none: for a probe."""
        return self._look(document).foresee(parcels, self._authors(document, persons))

    def _doubt(self, document: DocumentId, shelf: Shelf) -> None:
        if shelf.unsettled:
            self._doubtful.add(document)

    def _authors(self, document: DocumentId, persons: Mapping[DeviceId, PersonId]) -> dict[ActorId, Author]:
        writers = self._writers[document] | {keys.actor(self._device, document, self._life): self._device}
        return {actor: Author(device, persons.get(device, PersonId(device))) for actor, device in writers.items()}

    def _shelf(self, document: DocumentId) -> Shelf:
        if document not in self._shelves:
            self._shelves[document] = Shelf(keys.actor(self._device, document, self._life))
        return self._shelves[document]

    def _look(self, document: DocumentId) -> Shelf:
        """Return a document to look at; one that holds nothing does not come into being by that."""
        return self._shelves.get(document) or Shelf(ActorId(bytes(16)))


def in_order(carriers: Iterable[Verified]) -> list[Verified]:
    """Return records of changes, those first on which others build: few have to wait, and each is judged once.

    It means nothing for what stands: a change that lies about its place waits, or is refused.
    """
    return sorted(carriers, key=_first_op)


def _first_op(record: Verified) -> int:
    at = record.payload.find(guard.MAGIC, 0, HEAD_BYTES)
    return guard.start_op(record.payload, at) if at >= 0 else 0
