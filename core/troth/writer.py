"""Turns own words into records that are saved under the next row key, sealed, and queued for the relay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from troth import envelope, filing, guard
from troth import record as records
from troth.crypto import NONCE_BYTES
from troth.document import Made
from troth.edits import Edit
from troth.filing import KEY_BYTES, Saved, row_of
from troth.journal import write_edits
from troth.keys import Epoch
from troth.library import Library
from troth.ports import Entropy
from troth.record import Kind, Record, Verified
from troth.scribe import Scribe
from troth.step import Row, Step
from troth.unsettled import NO_EDITS, SHOWN_BEFORE, Unsettled
from troth_wire import codec
from troth_wire.errors import UsageError
from troth_wire.ids import ChangeHash, DocumentId, RecordId
from troth_wire.said import Said

__all__ = ["Writer"]

NOT_WRITTEN: Final = Said("not written: {why}")


@dataclass(repr=False)
class Writer:
    """One life of a device, as far as it writes; each method adds what it did to a step."""

    epoch: Epoch
    entropy: Entropy
    scribe: Scribe
    unsettled: Unsettled
    arrivals: int = 0
    """Records that were ever saved; the next row key."""
    remembered: set[RecordId] = field(default_factory=set)
    """Own records that this vault wrote."""
    filed: dict[RecordId, bytes] = field(default_factory=dict)
    """The row key of every record that was saved."""
    alone: dict[RecordId, bytes] = field(default_factory=dict)
    """The key of those that have a row of their own; of several copies, the last one's."""

    def make(self, library: Library, document: DocumentId, groups: Sequence[tuple[Edit, ...]], step: Step) -> Made:
        """Make changes of groups of edits, and records that carry them.

        Raises:
            PoisonedError: If everything must be rebuilt.
        """
        why = self.scribe.why_uncounted(document)
        if why is not None:
            return Made((), dict.fromkeys(range(len(groups)), UsageError(NOT_WRITTEN.format(why=why))))
        made = library.edit(document, groups)
        accepted = tuple(edit for number, edits in enumerate(groups) if number not in made.refused for edit in edits)
        for number, share in enumerate(records.share_out(made.changes)):
            payload = codec.pack(share)
            changes = tuple(map(guard.change_hash, share))
            # The edits stand beside the first of their records: made anew, they make all of them anew.
            journal = write_edits(accepted if number == 0 else ())
            self.write(Kind.CHANGES, payload, step, document=document, changes=changes, journal=journal)
        return made

    def write(
        self,
        kind: Kind,
        payload: bytes,
        step: Step,
        *,
        document: DocumentId | None = None,
        changes: tuple[ChangeHash, ...] = (),
        journal: bytes = NO_EDITS,
    ) -> Verified:
        """Sign a record, seal it, and queue it."""
        record = self.scribe.write(kind, payload, document=document, changes=changes)
        self.remembered.add(record.id)
        key = self.keep(record, 0, step, own=True)
        self.queue(record, key, journal, step)
        return record

    def lend(self, scribe: Scribe, payload: bytes, step: Step) -> Verified:
        """Let somebody else sign an operation here, such as recovery words; it goes out as it is, whatever happens."""
        record = scribe.write(Kind.OPERATION, payload)
        self.queue(record, self.keep(record, 0, step, own=False), SHOWN_BEFORE, step)
        return record

    def queue(self, record: Verified, key: bytes, journal: bytes, step: Step) -> None:
        """Seal a record that is saved under this key, and let it wait for the relay."""
        step.save += self.unsettled.add(record, key, self.seal(record), journal)

    def seal(self, record: Record) -> bytes:
        """Return an envelope of a record for the mailbox that is written to."""
        return envelope.seal(record, self.epoch, self.entropy(NONCE_BYTES))

    def move(self, epoch: Epoch, step: Step) -> None:
        """Write to another epoch's mailbox from here on; what waits is sealed for it, and goes out there."""
        self.epoch = epoch
        step.save += self.unsettled.outbox.reseal(self._seal_waiting)

    def _seal_waiting(self, record: RecordId) -> bytes:
        waiting = self.unsettled.copy(record)
        assert waiting is not None, "what is in the outbox is unsettled"
        return self.seal(waiting)

    def keep(self, record: Record, position: int, step: Step, *, own: bool) -> bytes:
        """Save a record under the next row key."""
        self.arrivals += 1
        key = self.filed[record.id] = self.alone[record.id] = self.arrivals.to_bytes(KEY_BYTES, "big")
        step.save.append(row_of(Saved(key, own, position, record)))
        return key

    def fold(self, proven: Callable[[RecordId], Verified | None], records_min: int) -> list[Row]:
        """Put records together that stand alone in the store and of which nothing changes any more.

        Args:
            proven: Gives a record if it is known who wrote it.
            records_min: If fewer are found, nothing is written.
        """
        found = ((key, proven(record)) for record, key in self.alone.items() if record not in self.unsettled)
        settled = (Saved(key, record.id in self.remembered, 0, record) for key, record in found if record is not None)
        rows, taken = filing.fold(settled, records_min)
        for record in taken:
            del self.alone[record]
        return rows
