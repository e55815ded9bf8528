"""The log port: what the relay needs of a disk, and what it may rely on.

`append` and `create` return only after what they return is durable; when they raise, nothing was stored.
One thread writes and one other reads; a read sees whole commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.messages import MailboxKind

__all__ = ["Appended", "Batch", "Brief", "Denial", "Entry", "Log", "Page", "Pass", "Stats", "Store", "Ticket"]


@dataclass(frozen=True, slots=True)
class Log:
    """One mailbox at one moment; `stored_bytes` counts what the quota counts, `ends_s` from 1970."""

    mailbox: MailboxId
    lineage: Lineage
    position: int
    running: RunningHash
    stored_bytes: int
    kind: MailboxKind = MailboxKind.LOG
    ends_s: int | None = None
    quota_bytes: int | None = None
    """A room of its own; None: as much as everybody."""

    def is_over(self, now_s: int) -> bool:
        """Tell whether it has come to its end."""
        return self.ends_s is not None and self.ends_s <= now_s


@dataclass(frozen=True, slots=True)
class Brief:
    """The terms of a mailbox that ends: when, who sponsors it, and how many of its kind there may be."""

    kind: MailboxKind
    ends_s: int
    sponsor: MailboxId | None
    mailboxes_max: int
    sponsored_max: int


@dataclass(frozen=True, slots=True)
class Pass:
    """What opens logs: how many still, until when in seconds since 1970, and how much room each has."""

    hash: bytes
    uses: int
    ends_s: int
    quota_bytes: int | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A pass as it is shown, and when, in seconds since 1970."""

    pass_hash: bytes
    now_s: int


class Denial(Enum):
    """Why no mailbox was created."""

    TAKEN = "taken"
    """There is one of another kind, or a brief one."""
    FULL = "full"
    """There are as many of this kind as there may be."""
    SPENT = "spent"
    """The sponsor has as many as it may."""
    UNADMITTED = "unadmitted"
    """There is no such pass, or nothing is left of it."""


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

    def create(
        self,
        mailbox: MailboxId,
        *,
        lineage: Lineage,
        day: int,
        brief: Brief | None = None,
        ticket: Ticket | None = None,
    ) -> Log | Denial:
        """Create an empty mailbox; a log that exists is returned as it is, where one was asked for.

        Args:
            mailbox: Its id.
            lineage: Random bytes for a new mailbox.
            day: Days since 1970, all that is kept of the time beside the end of a brief one.
            brief: The terms of a mailbox that ends; None for a log, which stays.
            ticket: The pass for a new log, which is used once in the same commit; None where none is needed.
        """

    def add_pass(self, new: Pass, *, now_s: int) -> int:
        """Let a pass count from now on, and return its number."""

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each.

        Positions follow the order of the batches.
        A log with a room of its own is judged by that, not by the batch's quota.
        A batch whose new envelopes do not all fit the quota is refused, and so is one for an unknown mailbox.
        """

    def read(self, mailbox: MailboxId, *, after: int, entries_max: int, bytes_max: int) -> Page | None:
        """Return the entries after a position, one at least if there is any; None: no such mailbox."""

    def sweep(self, *, now_s: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes that have ended, the oldest ends first, with all that lies in them; return which.

        Args:
            now_s: Seconds since 1970.
            mailboxes_max: How many at most.
        """

    def stats(self) -> Stats:
        """Count what is stored."""

    def close(self) -> None:
        """Leave everything in order on the disk; closing twice is harmless."""
