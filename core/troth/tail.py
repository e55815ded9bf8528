"""How much a log holds behind its checkpoint: whoever writes next changes the key when that has become too much.

So a history stays small without anybody deleting anything: the next log begins with a checkpoint (specs/epochs.md).
"""

from dataclasses import dataclass
from typing import Final

from troth.step import Row
from troth_wire import codec
from troth_wire.ids import MailboxId

__all__ = ["TAIL", "Tail"]

TAIL: Final = "tail"
TAIL_BYTES_MIN: Final = 4 * 1024 * 1024
"""Bytes behind a checkpoint that are never too much."""
TAIL_ENTRIES_MAX: Final = 10_000
"""Entries behind a checkpoint: each costs whoever comes new a look."""

_SHAPE: Final = codec.fields(codec.natural(), codec.natural(), codec.natural())


@dataclass
class Tail:
    """What was read of one log."""

    mailbox: MailboxId
    bag_bytes: int = 0
    """The size of what lies before the end of the last checkpoint."""
    size_bytes: int = 0
    entries: int = 0
    """Bytes and entries behind it."""

    @classmethod
    def parse(cls, mailbox: MailboxId, row: bytes | None) -> "Tail":
        """Take up what a row remembers."""
        return cls(mailbox, *codec.decode(row, _SHAPE, bytes_max=64)) if row is not None else cls(mailbox)

    def grow(self, size_bytes: int, entries: int) -> Row:
        """Note entries that were read; return the row that remembers it."""
        self.size_bytes += size_bytes
        self.entries += entries
        return self._row()

    def bag(self) -> Row:
        """Note that what was read until here ends in a whole checkpoint."""
        self.bag_bytes, self.size_bytes, self.entries = self.size_bytes, 0, 0
        return self._row()

    @property
    def is_long(self) -> bool:
        """Whether it is time for another log."""
        return self.size_bytes > max(TAIL_BYTES_MIN, 2 * self.bag_bytes) or self.entries > TAIL_ENTRIES_MAX

    def _row(self) -> Row:
        return Row(TAIL, self.mailbox, codec.pack([self.bag_bytes, self.size_bytes, self.entries]))
