"""The documents of a space: own edits become changes, foreign changes find their document or are held with a reason."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from troth import keys
from troth import record as records
from troth.document import Made
from troth.edits import Edit, Path, Value
from troth.guard import Refused
from troth.record import Verified
from troth.shelf import Fork, Parcel, Shelf
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import ActorId, DeviceId, DocumentId, Incarnation, RecordId
from troth_wire.limits import DEVICE_DOCUMENTS_MAX

__all__ = ["Library"]

TOO_MANY: Final = "more documents than one device may write in"


class Library:
    """Documents by id; one comes into being with its first change."""

    def __init__(self, device: DeviceId, life: Incarnation) -> None:
        self._device = device
        self._life = life
        self._shelves: dict[DocumentId, Shelf] = {}
        self._claims: dict[DeviceId, set[DocumentId]] = defaultdict(set)

    @property
    def documents(self) -> tuple[DocumentId, ...]:
        """The documents that hold anything."""
        return tuple(sorted(document for document, shelf in self._shelves.items() if shelf.heads()))

    @property
    def waiting(self) -> int:
        """How many changes wait for a cause."""
        return sum(len(shelf.waiting) for shelf in self._shelves.values())

    def edit(self, document: DocumentId, groups: Sequence[Sequence[Edit]]) -> Made:
        """Make own changes in a document.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        if not self._claim(self._device, document):
            return Made((), {number: UsageError(TOO_MANY) for number in range(len(groups))})
        return self._shelf(document).edit(groups)

    def view(self, document: DocumentId, path: Path) -> Value:
        """Return what stands at a path.

        Raises:
            UsageError: If nothing stands there.
        """
        return self._look(document).view(path)

    def save(self, document: DocumentId) -> bytes:
        """Return a document's saved form."""
        return self._look(document).save()

    def unpack(self, record: Verified) -> tuple[DocumentId, list[Parcel]]:
        """Return the changes in a record, each with the only actor under which its author may write.

        Raises:
            MalformedError: If the payload is not what the header says, or its author writes in documents enough.
        """
        header = record.header
        assert header.document is not None, "records of changes name their document"
        if not self._claim(header.device, header.document):
            raise MalformedError(TOO_MANY)
        actor = keys.actor(header.device, header.document, header.incarnation)
        named = zip(header.changes, records.changes_in(record), strict=True)
        return header.document, [Parcel(record.id, actor, change, raw) for change, raw in named]

    def take(
        self, document: DocumentId, parcels: Iterable[Parcel]
    ) -> tuple[bool, list[tuple[RecordId, Refused | Fork]]]:
        """Apply changes; tell whether the document shows anything new, and which changes are refused.

        Raises:
            PoisonedError, UnappliedError: If everything must be rebuilt.
        """
        shelf = self._shelf(document)
        before = shelf.heads()
        settled = [outcome for parcel in parcels for outcome in shelf.take(parcel)]
        refused = [(parcel.record, reason) for parcel, reason in settled if reason is not None]
        return shelf.heads() != before, refused

    def foresee(self, document: DocumentId, parcels: Iterable[Parcel]) -> list[bytes]:
        """Return the changes that `take` would apply, in that order, and take none: for a probe."""
        return self._look(document).foresee(parcels)

    def _claim(self, device: DeviceId, document: DocumentId) -> bool:
        """Count a document that a device writes in; false if it is one too many, which is no business of others."""
        claimed = self._claims[device]
        if document not in claimed and len(claimed) >= DEVICE_DOCUMENTS_MAX:
            return False
        claimed.add(document)
        return True

    def _shelf(self, document: DocumentId) -> Shelf:
        if document not in self._shelves:
            self._shelves[document] = Shelf(keys.actor(self._device, document, self._life))
        return self._shelves[document]

    def _look(self, document: DocumentId) -> Shelf:
        """Return a document to look at; one that holds nothing does not come into being by that."""
        return self._shelves.get(document) or Shelf(ActorId(bytes(16)))
