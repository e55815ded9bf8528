"""A store in memory that keeps the port's promises, with a disk that can be full and a process that can die.

What is on `Disk` survives; a store works on a copy and writes it back whole, which is its commit.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from troth_relay.admission import cost
from troth_relay.store import (
    Appended,
    Batch,
    Brief,
    Closing,
    Denial,
    Entry,
    LineId,
    Log,
    Page,
    Pass,
    Stats,
    Ticket,
)
from troth_relay.store.statements import PERIOD_HOURS
from troth_wire.errors import DamagedError, FullError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.log import advance, origin
from troth_wire.messages import MailboxKind

__all__ = ["Crash", "Disk", "MemoryStore"]


class Crash(BaseException):
    """The process dies here; no handler of the program sees it."""


@dataclass(slots=True)
class _Mailbox:
    log: Log
    entries: list[Entry] = field(default_factory=list)
    runnings: list[RunningHash] = field(default_factory=list)
    """One more than entries: the first is the empty log's."""
    known: set[EnvelopeId] = field(default_factory=set)
    sponsor: MailboxId | None = None
    closing: Closing | None = None
    closed_day: int | None = None


@dataclass(slots=True)
class Disk:
    """What outlives a store; `commits_left` is how many commits succeed before the process dies."""

    mailboxes: dict[MailboxId, _Mailbox] = field(default_factory=dict)
    passes: dict[int, Pass] = field(default_factory=dict)
    served_hours: int | None = None
    """None: nothing is noted of who uses what."""
    used: dict[LineId, int] = field(default_factory=dict)
    """In which month of service lines were last used, where that is noted and not the first."""
    full: bool = False
    damaged: bool = False
    commits_left: int | None = None

    def find(self, mailbox: MailboxId) -> _Mailbox | None:
        """Read a mailbox.

        Raises:
            DamagedError: If the disk is damaged.
        """
        self.check()
        return self.mailboxes.get(mailbox)

    def check(self) -> None:
        """Return if it can be read.

        Raises:
            DamagedError: If it is damaged.
        """
        if self.damaged:
            raise DamagedError("The disk is damaged.")

    def commit(self, changed: dict[MailboxId, _Mailbox], *, removed: Sequence[MailboxId] = ()) -> None:
        """Make changes durable, all or none.

        Raises:
            FullError: If there is no room; nothing was changed.
            Crash: If the process dies first; nothing was changed.
        """
        if self.full:
            raise FullError("The disk is full.")
        if self.commits_left == 0:
            raise Crash
        if self.commits_left is not None:
            self.commits_left -= 1
        self.mailboxes.update(changed)
        for mailbox in removed:
            del self.mailboxes[mailbox]


class MemoryStore:
    """A verified fake of the relay's store."""

    def __init__(self, disk: Disk | None = None) -> None:
        """Open the store of this disk."""
        self._disk = disk or Disk()

    def look(self, mailbox: MailboxId) -> Log | None:
        """Return the mailbox as it is, or None."""
        found = self._disk.find(mailbox)
        return None if found is None else found.log

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
        """Create an empty mailbox; a log or meeting that exists is returned as it is, where one was asked for."""
        found, kind = self.look(mailbox), brief.kind if brief else MailboxKind.LOG
        if found is not None and found.kind is kind and kind in (MailboxKind.LOG, MailboxKind.MEETING):
            return found
        if found is not None and (brief is not None or found.kind is MailboxKind.LOG):
            return Denial.TAKEN
        if brief is not None and (denial := self._deny(brief)) is not None:
            return denial
        origin_log = self._sponsor(brief, sponsor)
        if isinstance(origin_log, Denial):
            return origin_log
        found_pass = self._find(ticket) if ticket is not None else None
        if ticket is not None and found_pass is None:
            return Denial.UNADMITTED
        running = origin(mailbox, lineage)
        log = Log(mailbox, lineage, 0, running, 0, kind, brief.ends_s if brief else None)
        if origin_log is not None:
            log = replace(log, line=origin_log.line, quota_bytes=None if brief else origin_log.quota_bytes)
        elif brief is None:
            log = replace(log, line=self._next_line(), quota_bytes=found_pass[1].quota_bytes if found_pass else None)
        self._disk.commit({mailbox: _Mailbox(log, runnings=[running], sponsor=brief.sponsor if brief else None)})
        if found_pass is not None:
            number, used = found_pass
            self._disk.passes[number] = replace(used, uses=used.uses - 1)
        if log.line is not None and origin_log is None:
            self._disk.used[log.line] = (self._disk.served_hours or 0) // PERIOD_HOURS
        return log

    def _sponsor(self, brief: Brief | None, sponsor: MailboxId | None) -> Log | Denial | None:
        """Return the log whose line a new mailbox belongs to, if it is born into one."""
        if brief is not None:
            sponsor = brief.sponsor if brief.kind is MailboxKind.MEETING else None
            if brief.kind is MailboxKind.MEETING and sponsor is None:
                return Denial.UNSPONSORED
        if sponsor is None:
            return None
        found = self.look(sponsor)
        return found if found is not None and found.kind is MailboxKind.LOG else Denial.UNSPONSORED

    def _next_line(self) -> LineId:
        return LineId(1 + max((mailbox.log.line or 0 for mailbox in self._disk.mailboxes.values()), default=0))

    def _find(self, ticket: Ticket) -> tuple[int, Pass] | None:
        for number, each in self._disk.passes.items():
            if each.hash == ticket.pass_hash and each.uses > 0 and each.ends_s > ticket.now_s:
                return number, each
        return None

    def add_pass(self, new: Pass, *, now_s: int) -> int:
        """Let a pass count from now on, and return its number."""
        self._disk.commit({})
        number = len(self._disk.passes) + 1
        self._disk.passes[number] = new
        return number

    def _deny(self, brief: Brief) -> Denial | None:
        alike = [mailbox for mailbox in self._disk.mailboxes.values() if mailbox.log.kind is brief.kind]
        if brief.mailboxes_max is not None and len(alike) >= brief.mailboxes_max:
            return Denial.FULL
        sponsor, most = self.look(brief.sponsor) if brief.sponsor else None, brief.sponsored_max
        if sponsor is None:
            return None
        sponsored = [mailbox for mailbox in alike if self._line_of(mailbox) == sponsor.line]
        most = most // 2 if sponsor.closed else most
        return Denial.SPENT if len(sponsored) >= most else None

    def _line_of(self, mailbox: _Mailbox) -> LineId | None:
        """Return the line of a meeting, or of the log that sponsors an invitation."""
        found = self._disk.mailboxes.get(mailbox.sponsor) if mailbox.sponsor is not None else None
        return mailbox.log.line or (found.log.line if found is not None else None)

    def close_log(
        self, mailbox: MailboxId, *, successor: MailboxId | None, forward: bytes, day: int
    ) -> Log | Denial | None:
        """Close a log for good, in one commit whatever its quota; one that is closed is returned as it stands."""
        found = self._disk.find(mailbox)
        if found is None or found.log.kind is not MailboxKind.LOG:
            return None
        if found.log.closed:
            return found.log
        if successor is not None and not self._leads_on(mailbox, successor):
            return Denial.ASTRAY
        log = replace(found.log, closed=True, stored_bytes=found.log.stored_bytes + cost([forward]))
        self._disk.commit({mailbox: replace(found, log=log, closing=Closing(successor, forward), closed_day=day)})
        return log

    def _leads_on(self, mailbox: MailboxId, successor: MailboxId) -> bool:
        log = self.look(successor)
        return log is not None and log.kind is MailboxKind.LOG and not log.closed and successor != mailbox

    def sweep(self, *, now_s: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes that have ended, the oldest ends first, with all that lies in them; return which."""
        logs = [mailbox.log for mailbox in self._disk.mailboxes.values()]
        over = sorted((log.ends_s or 0, log.mailbox) for log in logs if log.is_over(now_s))[:mailboxes_max]
        gone = tuple(mailbox for _, mailbox in over)
        if gone:
            self._disk.commit({}, removed=gone)
        return gone

    def erase(self, *, closed_before: int, entries_max: int) -> int:
        """Delete entries of logs that were closed before a day; how they were closed stays."""
        changed, left = {}, entries_max
        for mailbox, found in self._disk.mailboxes.items():
            due = found.closed_day is not None and found.closed_day < closed_before
            if due and (found.entries or not found.log.erased):
                kept = found.entries[left:]
                left -= len(found.entries) - len(kept)
                log = replace(found.log, erased=True, stored_bytes=0)
                changed[mailbox] = replace(found, log=log, entries=kept, runnings=[], known=set())
        begun = sum(not self._disk.mailboxes[mailbox].log.erased for mailbox in changed)
        if changed:
            self._disk.commit(changed)
        return entries_max - left + begun

    def note_use(self, lines: Collection[LineId], *, hours: int) -> None:
        """Note in which month of service lines were last used, and that the relay has served so many hours more."""
        self._disk.commit({})
        self._disk.served_hours = (self._disk.served_hours or 0) + hours
        self._disk.used.update(dict.fromkeys(lines, self._disk.served_hours // PERIOD_HOURS))

    def forget_use(self) -> None:
        """Note nothing of it any more, and forget what was noted."""
        self._disk.served_hours = None
        self._disk.used.clear()

    def delete_idle(self, *, days: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes of lines that nobody has used for so many days of service; return which."""
        idle = self._unused(days)
        logs = [found.log for found in self._disk.mailboxes.values()]
        gone = tuple(log.mailbox for log in logs if log.line in idle)[:mailboxes_max]
        if gone:
            self._disk.commit({}, removed=gone)
        return gone

    def _unused(self, days: int) -> set[LineId]:
        if self._disk.served_hours is None:
            return set()
        before = (self._disk.served_hours - 24 * days) // PERIOD_HOURS
        lines = {found.log.line for found in self._disk.mailboxes.values() if found.log.line is not None}
        return {line for line in lines if self._disk.used.get(line, 0) < before}

    def recount(self) -> int:
        """Count anew; here there are no sums that could be wrong but the mailboxes' own."""
        changed = {}
        for mailbox, found in self._disk.mailboxes.items():
            stored_bytes = _bytes(found)
            if stored_bytes != found.log.stored_bytes:
                changed[mailbox] = replace(found, log=replace(found.log, stored_bytes=stored_bytes))
        self._disk.commit(changed)
        return len(changed)

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each."""
        changed: dict[MailboxId, _Mailbox] = {}
        results = tuple(self._append(batch, changed) for batch in batches)
        self._disk.commit(changed)
        return results

    def _append(self, batch: Batch, changed: dict[MailboxId, _Mailbox]) -> Appended:
        durable = self._disk.find(batch.mailbox)
        if durable is None:
            return Appended((), tuple(dict(batch.envelopes)))
        mailbox = changed.get(batch.mailbox) or _copy(durable)
        new = {name: envelope for name, envelope in batch.envelopes if name not in mailbox.known}
        if mailbox.log.closed:
            return Appended((), tuple(new), closed=True)
        own = mailbox.log.quota_bytes
        spent = self._spent(mailbox, changed)
        if new and spent + cost(new.values()) > (batch.quota_bytes if own is None else own):
            return Appended((), tuple(new))
        changed[batch.mailbox] = mailbox
        return Appended(tuple(_add(mailbox, name, envelope) for name, envelope in new.items()), ())

    def _spent(self, mailbox: _Mailbox, changed: dict[MailboxId, _Mailbox]) -> int:
        """Return what counts already in the quota of a mailbox: of a log, all that its line holds."""
        if mailbox.log.kind is not MailboxKind.LOG:
            return mailbox.log.stored_bytes
        logs = [found.log for found in (self._disk.mailboxes | changed).values()]
        line = [log for log in logs if log.kind is MailboxKind.LOG and log.line == mailbox.log.line]
        return sum(log.stored_bytes for log in line)

    def read(self, mailbox: MailboxId, *, after: int, entries_max: int, bytes_max: int) -> Page | None:
        """Return the entries after a position, one at least if there is any; None: no such mailbox."""
        found = self._disk.find(mailbox)
        if found is None:
            return None
        closing = found.closing if after == found.log.position else None
        if found.log.erased:
            return Page(found.log, None, (), closing)
        entries = tuple(_first(found.entries[after : after + entries_max], bytes_max=bytes_max))
        running = found.runnings[after] if after <= found.log.position else None
        return Page(found.log, running, entries, closing)

    def touch(self) -> None:
        """Write nothing, durably."""
        self._disk.commit({})

    def check(self) -> None:
        """Return if the disk is whole."""
        self._disk.check()

    def stats(self, *, dormant_days: int | None = None) -> Stats:
        """Count what is stored, and the lines that nobody has used for so many days of service."""
        logs = [mailbox.log for mailbox in self._disk.mailboxes.values()]
        entries = sum(log.position for log in logs if not log.erased)
        dormant = 0 if dormant_days is None else len(self._unused(dormant_days))
        return Stats(len(logs), entries, sum(log.stored_bytes for log in logs), dormant)

    def close(self) -> None:
        """Do nothing: what is on the disk is in order."""


def _copy(mailbox: _Mailbox) -> _Mailbox:
    return replace(mailbox, entries=list(mailbox.entries), runnings=list(mailbox.runnings), known=set(mailbox.known))


def _bytes(mailbox: _Mailbox) -> int:
    if mailbox.log.erased:
        return 0
    forward = [mailbox.closing.forward] if mailbox.closing else []
    return cost([*(entry.envelope for entry in mailbox.entries), *forward])


def _first(entries: Sequence[Entry], *, bytes_max: int) -> Iterable[Entry]:
    for count, entry in enumerate(entries):
        bytes_max -= len(entry.envelope)
        if count and bytes_max < 0:
            return
        yield entry


def _add(mailbox: _Mailbox, name: EnvelopeId, envelope: bytes) -> Entry:
    log = mailbox.log
    entry = Entry(log.position + 1, name, envelope)
    running = advance(log.running, entry.position, name)
    mailbox.log = replace(
        log, position=entry.position, running=running, stored_bytes=log.stored_bytes + cost([envelope])
    )
    mailbox.entries.append(entry)
    mailbox.runnings.append(running)
    mailbox.known.add(name)
    return entry
