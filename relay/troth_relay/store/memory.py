"""A store in memory that keeps the port's promises, with a disk that can be full and a process that can die.

What is on `Disk` survives; a store works on a copy and writes it back whole, which is its commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from troth_relay.admission import cost
from troth_relay.store import Appended, Batch, Brief, Denial, Entry, Log, Page, Pass, Stats, Ticket
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


@dataclass(slots=True)
class Disk:
    """What outlives a store; `commits_left` is how many commits succeed before the process dies."""

    mailboxes: dict[MailboxId, _Mailbox] = field(default_factory=dict)
    passes: dict[int, Pass] = field(default_factory=dict)
    full: bool = False
    damaged: bool = False
    commits_left: int | None = None

    def find(self, mailbox: MailboxId) -> _Mailbox | None:
        """Read a mailbox.

        Raises:
            DamagedError: If the disk is damaged.
        """
        if self.damaged:
            raise DamagedError("The disk is damaged.")
        return self.mailboxes.get(mailbox)

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
    ) -> Log | Denial:
        """Create an empty mailbox; a log that exists is returned as it is, where one was asked for."""
        found = self.look(mailbox)
        if found is not None:
            return found if brief is None and found.kind is MailboxKind.LOG else Denial.TAKEN
        if brief is not None and (denial := self._deny(brief)) is not None:
            return denial
        found_pass = self._find(ticket) if ticket is not None else None
        if ticket is not None and found_pass is None:
            return Denial.UNADMITTED
        running = origin(mailbox, lineage)
        kind, ends_s, sponsor = (brief.kind, brief.ends_s, brief.sponsor) if brief else (MailboxKind.LOG, None, None)
        log = Log(mailbox, lineage, 0, running, 0, kind, ends_s, found_pass[1].quota_bytes if found_pass else None)
        self._disk.commit({mailbox: _Mailbox(log, runnings=[running], sponsor=sponsor)})
        if found_pass is not None:
            number, used = found_pass
            self._disk.passes[number] = replace(used, uses=used.uses - 1)
        return log

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
        if len(alike) >= brief.mailboxes_max:
            return Denial.FULL
        sponsored = [mailbox for mailbox in alike if brief.sponsor and mailbox.sponsor == brief.sponsor]
        return Denial.SPENT if len(sponsored) >= brief.sponsored_max else None

    def sweep(self, *, now_s: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes that have ended, the oldest ends first, with all that lies in them; return which."""
        logs = [mailbox.log for mailbox in self._disk.mailboxes.values()]
        over = sorted((log.ends_s or 0, log.mailbox) for log in logs if log.is_over(now_s))[:mailboxes_max]
        gone = tuple(mailbox for _, mailbox in over)
        if gone:
            self._disk.commit({}, removed=gone)
        return gone

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each."""
        changed: dict[MailboxId, _Mailbox] = {}
        results = tuple(self._append(batch, changed) for batch in batches)
        self._disk.commit(changed)
        return results

    def _append(self, batch: Batch, changed: dict[MailboxId, _Mailbox]) -> Appended:
        durable = self._disk.find(batch.mailbox)
        if durable is None:
            return Appended((), tuple(identifier for identifier, _ in batch.envelopes))
        mailbox = changed.get(batch.mailbox) or _copy(durable)
        new = {name: envelope for name, envelope in batch.envelopes if name not in mailbox.known}
        own = mailbox.log.quota_bytes
        if mailbox.log.stored_bytes + cost(new.values()) > (batch.quota_bytes if own is None else own):
            return Appended((), tuple(new))
        changed[batch.mailbox] = mailbox
        return Appended(tuple(_add(mailbox, name, envelope) for name, envelope in new.items()), ())

    def read(self, mailbox: MailboxId, *, after: int, entries_max: int, bytes_max: int) -> Page | None:
        """Return the entries after a position, one at least if there is any; None: no such mailbox."""
        found = self._disk.find(mailbox)
        if found is None:
            return None
        entries: list[Entry] = []
        for entry in found.entries[after : after + entries_max]:
            bytes_max -= len(entry.envelope)
            if entries and bytes_max < 0:
                break
            entries.append(entry)
        return Page(found.log, found.runnings[after] if after <= found.log.position else None, tuple(entries))

    def stats(self) -> Stats:
        """Count what is stored."""
        logs = [mailbox.log for mailbox in self._disk.mailboxes.values()]
        return Stats(len(logs), sum(log.position for log in logs), sum(log.stored_bytes for log in logs))

    def close(self) -> None:
        """Do nothing: what is on the disk is in order."""


def _copy(mailbox: _Mailbox) -> _Mailbox:
    return replace(mailbox, entries=list(mailbox.entries), runnings=list(mailbox.runnings), known=set(mailbox.known))


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
