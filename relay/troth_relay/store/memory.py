"""A store in memory that keeps the port's promises, with a disk that can be full and a process that can die.

What is on `Disk` survives; a store works on a copy and writes it back whole, which is its commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from troth_relay.admission import cost
from troth_relay.store import Appended, Batch, Entry, Log, Page, Stats
from troth_wire.errors import DamagedError, FullError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.log import advance, origin

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


@dataclass(slots=True)
class Disk:
    """What outlives a store; `commits_left` is how many commits succeed before the process dies."""

    mailboxes: dict[MailboxId, _Mailbox] = field(default_factory=dict)
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

    def commit(self, changed: dict[MailboxId, _Mailbox]) -> None:
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


class MemoryStore:
    """A verified fake of the relay's store."""

    def __init__(self, disk: Disk | None = None) -> None:
        """Open the store of this disk."""
        self._disk = disk or Disk()

    def look(self, mailbox: MailboxId) -> Log | None:
        """Return the mailbox as it is, or None."""
        found = self._disk.find(mailbox)
        return None if found is None else found.log

    def create(self, mailbox: MailboxId, *, lineage: Lineage, day: int) -> Log:
        """Create an empty log; one that exists is returned as it is."""
        found = self.look(mailbox)
        if found is not None:
            return found
        running = origin(mailbox, lineage)
        log = Log(mailbox, lineage, 0, running, 0)
        self._disk.commit({mailbox: _Mailbox(log, runnings=[running])})
        return log

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
        if mailbox.log.stored_bytes + cost(new.values()) > batch.quota_bytes:
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
    return _Mailbox(mailbox.log, list(mailbox.entries), list(mailbox.runnings), set(mailbox.known))


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
