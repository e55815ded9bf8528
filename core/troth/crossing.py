"""Over to the next mailbox: what its log lacks of what is known here, and who brings that.

A device that begins to write to another mailbox lets nothing behind. Whatever the log and the checkpoint in it do not
show, its own author seals again first; what is still missing the next time, anybody does, as a checkpoint
(specs/checkpoint.md, What it lacks).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from troth.keys import Epoch
from troth.record import Kind, Record, Verified
from troth.step import Row
from troth.unsettled import Unsettled
from troth_wire.ids import DeviceId, MailboxId, RecordId

__all__ = ["BAGGED", "FIRST", "REOFFER", "TARGET", "Crossing"]

TARGET: Final = "target"
"""The key of the mailbox that is written to, once it is not the first one."""
REOFFER: Final = "reoffer"
"""By mailbox: its log may lack what is known here."""
BAGGED: Final = "bagged"
"""By mailbox: its log holds a whole checkpoint."""

FIRST: Final = b""
AGAIN: Final = b"again"
"""The authors had their turn."""


@dataclass
class Crossing:
    """What the log of the mailbox that is written to has not shown, as long as that matters."""

    device: DeviceId
    unsettled: Unsettled
    mailbox: MailboxId
    bagged: set[MailboxId] = field(default_factory=set)
    pending: bytes | None = None
    """`FIRST` or `AGAIN` while the log may lack something; None when it lacks nothing."""
    _others: set[RecordId] = field(default_factory=set)
    """Records of others that the log has not shown."""

    def begin(self, epoch: Epoch, known: Iterable[tuple[Verified, bytes]]) -> list[Row]:
        """Begin to write under another epoch.

        Args:
            epoch: Which one.
            known: Every record that is proven here, with its row key.
        """
        rows = [Row(TARGET, b"", epoch.key), Row(REOFFER, self.mailbox, None), Row(REOFFER, epoch.mailbox, FIRST)]
        self.mailbox = epoch.mailbox
        self.resume(FIRST, known)
        return rows

    def resume(self, pending: bytes, known: Iterable[tuple[Verified, bytes]]) -> None:
        """Take up where the store left off; the log is read again from its beginning."""
        self.pending = pending
        self._others.clear()
        for record, key in known:
            if self.is_offered(record):
                self.unsettled.miss(record, key)
            else:
                self._others.add(record.id)

    def is_offered(self, record: Record) -> bool:
        """Whether a log lacks a record if this device does not offer it again.

        Own records, those too that a restored vault only read; and every operation, since what others write builds on
        it and its author may be gone or mean to withhold it.
        """
        return record.header.device == self.device or record.header.kind == Kind.OPERATION

    def awaits(self, record: RecordId) -> bool:
        """Whether the log has not shown a record that somebody else wrote."""
        return record in self._others

    def show(self, record: RecordId) -> None:
        """Note that the log has shown a record, by itself or in a checkpoint."""
        self._others.discard(record)

    def show_all(self) -> None:
        """Note that the log holds a checkpoint of this device, and so everything that was known here."""
        self._others.clear()
        self.unsettled.find_all()

    @property
    def lacking(self) -> int:
        """How much of what others wrote the log lacks, though they had their turn."""
        return len(self._others) if self.pending == AGAIN else 0

    @property
    def is_due(self) -> bool:
        """Whether there is something to do once the log was read to its end."""
        return self.pending == FIRST or (self.pending is not None and not self._others)

    def end(self) -> list[Row]:
        """The log was read to its end, and what it lacked of this device is on its way."""
        self.pending = AGAIN if self._others and self.pending == FIRST else None
        return [Row(REOFFER, self.mailbox, self.pending)]

    def bag(self, mailbox: MailboxId) -> list[Row]:
        """Note that a log holds a whole checkpoint."""
        if mailbox in self.bagged:
            return []
        self.bagged.add(mailbox)
        return [Row(BAGGED, mailbox, b"")]
