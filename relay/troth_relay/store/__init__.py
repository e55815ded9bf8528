"""The log port: what the relay needs of a disk, and what it may rely on.

`append`, `create` and `close_log` return only after what they return is durable; when they raise, nothing was stored.
One thread writes and one other reads; a read sees whole commits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NewType, Protocol

from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.messages import MailboxKind

__all__ = [
    "Appended",
    "Batch",
    "Brief",
    "Closing",
    "Denial",
    "Entry",
    "LineId",
    "Log",
    "Page",
    "Pass",
    "Stats",
    "Store",
    "Ticket",
]

LineId = NewType("LineId", int)
"""A log and all that was opened after it: they share one quota."""


@dataclass(frozen=True, slots=True)
class Log:
    """One mailbox at one moment; `stored_bytes` is what it adds to what the quota counts, `ends_s` from 1970."""

    mailbox: MailboxId
    lineage: Lineage
    position: int
    running: RunningHash
    stored_bytes: int
    kind: MailboxKind = MailboxKind.LOG
    ends_s: int | None = None
    quota_bytes: int | None = None
    """The room of its line, where that has one of its own; None: as much as everybody."""
    line: LineId | None = None
    """Where a log or a meeting belongs; nothing else has a line."""
    closed: bool = False
    erased: bool = False
    """Whether only its closing is left, and of the entries how many there were."""

    def is_over(self, now_s: int) -> bool:
        """Tell whether it has come to its end."""
        return self.ends_s is not None and self.ends_s <= now_s


@dataclass(frozen=True, slots=True)
class Brief:
    """The terms of a mailbox that ends: when, who sponsors it, and how many of its kind there may be.

    `sponsored_max` bounds the invitations, or the meetings, of the sponsor's whole line.
    Of those only half can be opened with a closed log: whoever was left behind must leave room to the others.
    """

    kind: MailboxKind
    ends_s: int
    sponsor: MailboxId | None
    mailboxes_max: int | None
    sponsored_max: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How a log was closed: where it leads, and what was left behind."""

    successor: MailboxId | None
    forward: bytes


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
    """Why a mailbox was not created, or not closed."""

    TAKEN = "taken"
    """There is one of another kind, or a brief one."""
    FULL = "full"
    """There are as many of this kind as there may be."""
    SPENT = "spent"
    """The sponsor, or its line, has as many as it may."""
    UNSPONSORED = "unsponsored"
    """The sponsor is no log."""
    ASTRAY = "astray"
    """The successor is no open log."""
    UNADMITTED = "unadmitted"
    """There is no such pass, or nothing is left of it."""


class Entry(NamedTuple):
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
    `closed`: the log takes nothing more, whatever room there is.
    """

    entries: tuple[Entry, ...]
    refused: tuple[EnvelopeId, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive entries after a position, with the log and that position's running hash at the same moment.

    `running` is None if the log is not that long, or its entries were erased.
    `closing` is there when the log is closed and nothing comes after the position.
    """

    log: Log
    running: RunningHash | None
    entries: tuple[Entry, ...]
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """What the whole store holds."""

    mailboxes: int
    entries: int
    stored_bytes: int
    dormant: int = 0
    """Lines that nobody has used for long; 0 where that is not noted."""


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
        sponsor: MailboxId | None = None,
    ) -> Log | Denial:
        """Create an empty mailbox; a log or meeting that exists is returned as it is, where one was asked for.

        A log takes the place of whatever brief mailbox has its name, and nothing of that is left.

        Args:
            mailbox: Its id.
            lineage: Random bytes for a new mailbox.
            day: Days since 1970, all that is kept of the time beside the end of a brief one.
            brief: The terms of a mailbox that ends; None for a log, which stays.
            ticket: The pass for a new log, which is used once in the same commit; None where none is needed.
            sponsor: The log into whose line a new log is born; None: it begins a line of its own.
        """

    def close_log(
        self, mailbox: MailboxId, *, successor: MailboxId | None, forward: bytes, day: int
    ) -> Log | Denial | None:
        """Close a log for good, in one commit whatever its quota; one that is closed is returned as it stands.

        Args:
            mailbox: Its id; None is returned where there is no such log.
            successor: An open log, or None where there is none to come.
            forward: What is left behind; it counts in the quota until the entries are erased.
            day: Days since 1970, all that is kept of the time.
        """

    def add_pass(self, new: Pass, *, now_s: int) -> int:
        """Let a pass count from now on, and return its number."""

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each.

        Positions follow the order of the batches.
        A log is judged with all of its line, and by its line's own room, where there is one, not by the batch's quota.
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

    def erase(self, *, closed_before: int, entries_max: int) -> int:
        """Delete entries of logs that were closed before a day; how they were closed stays.

        Args:
            closed_before: Days since 1970.
            entries_max: How many entries at most; a log of which some were deleted gives none from then on.

        Returns:
            How many entries were deleted and logs begun with; 0 when there is nothing left to do.
        """

    def note_use(self, lines: Collection[LineId], *, hours: int) -> None:
        """Note in which month of service lines were last used, and that the relay has served so many hours more.

        A line that is begun counts as used; one that was never noted as used when noting began.
        """

    def forget_use(self) -> None:
        """Note nothing of it any more, and forget what was noted, a bounded number of lines at a time."""

    def delete_idle(self, *, days: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes of lines that nobody has used for so many days of service; return which.

        Never sooner, and at most a month of service later.
        Where nothing is noted nothing is idle, and what the operator keeps out stays.

        Args:
            days: Of 24 hours in which the relay served somebody.
            mailboxes_max: How many at most.
        """

    def recount(self) -> int:
        """Count anew what the quotas count, from what is stored; return how many sums were wrong, and are right now."""

    def touch(self) -> None:
        """Write something that means nothing, durably: return if that can be done."""

    def check(self) -> None:
        """Return if nothing is known against the store.

        Raises:
            DamagedError: If damage was met, or other files are where the store's were; until it is opened anew.
        """

    def stats(self, *, dormant_days: int | None = None) -> Stats:
        """Count what is stored, and the lines that nobody has used for so many days of service."""

    def close(self) -> None:
        """Leave everything in order on the disk; closing twice is harmless."""
