"""The log port: what the relay needs of a disk, and what it may rely on.

`append` and `create` return only after what they return is durable; when they raise, nothing was stored.
One thread writes and one other reads; a read sees whole commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash

__all__ = ["Appended", "Batch", "Entry", "Log", "Page", "Stats", "Store"]


@dataclass(frozen=True, slots=True)
class Log:
    """One mailbox at one moment; `stored_bytes` counts what the quota counts."""

    mailbox: MailboxId
    lineage: Lineage
    position: int
    running: RunningHash
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One envelope in its place."""

    position: int
    envelope_id: EnvelopeId
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one push asks to append to one mailbox."""

    mailbox: MailboxId
    envelopes: tuple[tuple[EnvelopeId, bytes], ...]
    quota_bytes: int


@dataclass(frozen=True, slots=True)
class Appended:
    """What came of a batch: the new entries in order, and the ids of what the quota did not allow.

    An envelope that the log already held is in neither.
    """

    entries: tuple[Entry, ...]
    refused: tuple[EnvelopeId, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive entries after a position, with the log and that position's running hash at the same moment.

    `running` is None if the log is not that long.
    """

    log: Log
    running: RunningHash | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """What the whole store holds."""

    mailboxes: int
    entries: int
    stored_bytes: int


class Store(Protocol):
    """The mailbox logs.

    Every method may raise StoreError or one of its kinds.
    """

    def look(self, mailbox: MailboxId) -> Log | None:
        """Return the mailbox as it is, or None."""

    def create(self, mailbox: MailboxId, *, lineage: Lineage, day: int) -> Log:
        """Create an empty log; one that exists is returned as it is.

        Args:
            mailbox: Its id.
            lineage: Random bytes for a new log.
            day: Days since 1970, all that is kept of the time.
        """

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each.

        Positions follow the order of the batches.
        A batch whose new envelopes do not all fit the quota is refused, and so is one for an unknown mailbox.
        """

    def read(self, mailbox: MailboxId, *, after: int, entries_max: int, bytes_max: int) -> Page | None:
        """Return the entries after a position, one at least if there is any; None: no such mailbox."""

    def stats(self) -> Stats:
        """Count what is stored."""

    def close(self) -> None:
        """Leave everything in order on the disk; closing twice is harmless."""
