"""Own records that the log has not shown: which wait, which may be made anew, and which a lost log must get back.

A record that a log has shown, or that one such builds on, is never made anew: others may stand on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from troth.filing import RECORDS
from troth.journal import write_edits
from troth.outbox import EDITS, Outbox
from troth.record import Kind, Record, Verified
from troth.step import Row
from troth_wire import codec
from troth_wire.ids import ChangeHash, Incarnation, RecordId

__all__ = ["NO_EDITS", "REMAKE", "SHOWN_BEFORE", "UNFIT", "UNMADE", "Unsettled"]

REMAKE: Final = "remake"
UNMADE: Final = "unmade"
UNFIT: Final = "an edit could not be made anew; its text is kept"

NO_EDITS: Final = write_edits(())
SHOWN_BEFORE: Final = b""
"""In the place of a journal: a log has shown this record, or one that needs it, so it goes out as it is."""


@dataclass(frozen=True, slots=True)
class _Unsent:
    """An own record that waits, and the edits from which it can be made anew."""

    record: Verified
    journal: bytes


@dataclass
class Unsettled:
    """What this device wrote and has not seen in the log, with the outbox in which it waits."""

    outbox: Outbox
    _unsent: dict[RecordId, _Unsent] = field(default_factory=dict)
    _lost: dict[RecordId, tuple[bytes, Verified]] = field(default_factory=dict)
    """Records that a new log of the mailbox has not shown yet; empty unless the relay lost its log."""

    def __contains__(self, record: RecordId) -> bool:
        """Whether an own record waits to be shown."""
        return record in self._unsent

    @property
    def waiting(self) -> tuple[Verified, ...]:
        """The records that the log has not shown, in the order in which they were written."""
        return tuple(unsent.record for unsent in self._unsent.values())

    def add(self, record: Verified, key: bytes, envelope: bytes, journal: bytes) -> list[Row]:
        """Queue a record in an envelope; return the rows that remember it.

        Args:
            record: What waits.
            key: Its row key.
            envelope: The one in which it goes.
            journal: The edits from which it can be made anew, or `SHOWN_BEFORE`.
        """
        self._unsent[record.id] = _Unsent(record, journal)
        return [self.outbox.add(record.id, key, envelope), Row(EDITS, key, journal)]

    def miss(self, record: Verified, key: bytes) -> None:
        """Note a record that the relay lost, until its new log shows it."""
        self._lost[record.id] = key, record

    def copy(self, record: RecordId) -> Record | None:
        """Return an own record that the log has not shown; only this very copy proves to others who wrote it."""
        if record in self._unsent:
            return self._unsent[record].record
        return self._lost[record][1] if record in self._lost else None

    def confirm(self, record: RecordId) -> list[Row]:
        """Let a record go that the log has shown; return the rows that note it."""
        rows = [*self._bind_to(record), *self.outbox.confirm(record)]
        self._unsent.pop(record, None)
        self._lost.pop(record, None)
        return rows

    def show(self, record: RecordId) -> list[Row]:
        """Note that a log has shown a record which is not the one that it waits for: it goes out as it is."""
        if record not in self._unsent or self._unsent[record].journal == SHOWN_BEFORE:
            return []
        rows = list(self._bind_to(record))
        self._unsent[record] = _Unsent(self._unsent[record].record, SHOWN_BEFORE)
        return [*rows, Row(EDITS, self.outbox.key(record), SHOWN_BEFORE)]

    def is_stale(self, life: Incarnation) -> bool:
        """Tell whether an earlier life wrote something that no log has ever shown, so that nobody builds on it."""
        return any(
            unsent.record.header.incarnation != life and unsent.journal != SHOWN_BEFORE
            for unsent in self._unsent.values()
        )

    @property
    def unshown(self) -> frozenset[ChangeHash]:
        """Changes that no log has shown, and no record that a log has shown builds on."""
        waiting = (unsent for unsent in self._unsent.values() if unsent.journal != SHOWN_BEFORE)
        return frozenset(change for unsent in waiting for change in unsent.record.header.changes)

    def recall(self, origins: Mapping[ChangeHash, ChangeHash]) -> list[Row]:
        """Take back what no log ever showed, to be made anew on what stands: a life may build on earlier ones.

        Args:
            origins: Of changes that were made anew themselves, what they were made for.
        """
        rows: list[Row] = []
        for identity, unsent in list(self._unsent.items()):
            if unsent.journal == SHOWN_BEFORE:
                continue
            key, header = self.outbox.key(identity), unsent.record.header
            what = unsent.journal if header.kind == Kind.CHANGES else unsent.record.payload
            origin = next((origins[change] for change in header.changes if change in origins), None)
            rows += [Row(RECORDS, key, None), Row(REMAKE, key, codec.pack([header.document, what, origin]))]
            rows += self.outbox.confirm(identity)
            del self._unsent[identity]
        return rows

    def find_all(self) -> None:
        """Note that a new log holds everything that it lacked."""
        self._lost.clear()

    def give_back(self) -> Iterator[tuple[bytes, Verified]]:
        """Yield (row key, record) of everything that a lost log still lacks and that does not wait already."""
        lost, self._lost = self._lost, {}
        for identity, (key, record) in lost.items():
            if identity not in self.outbox:
                yield key, record

    @property
    def lacking(self) -> bool:
        """Whether a lost log lacks anything."""
        return bool(self._lost)

    def _bind_to(self, shown: RecordId) -> Iterator[Row]:
        """Let what belongs to an own record that the log shows go out as it is, whatever life begins meanwhile.

        What was written before it, because it builds on that; what its own commit goes on in, because the edits
        stood beside the first record alone. Neither could be made anew without losing words.
        """
        if shown not in self._unsent:
            return
        life, passed = self._unsent[shown].record.header.incarnation, False
        for identity, unsent in self._unsent.items():
            header = unsent.record.header
            if identity == shown:
                passed = True
            elif passed and (header.kind != Kind.CHANGES or unsent.journal != NO_EDITS):
                return
            elif header.incarnation == life and unsent.journal != SHOWN_BEFORE:
                self._unsent[identity] = _Unsent(unsent.record, SHOWN_BEFORE)
                yield Row(EDITS, self.outbox.key(identity), SHOWN_BEFORE)
