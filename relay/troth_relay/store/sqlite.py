"""The logs in one SQLite file.

WAL with `synchronous=FULL`: when a commit returns, it is on the disk.
Nothing is kept in memory between calls, so a failed commit leaves nothing behind.
What is deleted is overwritten, so that a copy of the file holds nothing that has ended.
Its room goes back to the disk.
"""

import logging
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeVar

from troth_relay import limits
from troth_relay.store import (
    Appended,
    Batch,
    Brief,
    Denial,
    Entry,
    LineId,
    Log,
    Page,
    Pass,
    Stats,
    Ticket,
    appending,
    births,
    closings,
    counting,
    file,
    packing,
    passes,
    reserve,
    uses,
)
from troth_relay.store.counting import Place
from troth_relay.store.database import BESIDE_MS, Connection, connect, lock, transaction, walled
from troth_relay.store.statements import (
    BROKEN_EARLIER_LOGS,
    BROKEN_LOGS,
    ENTRIES,
    FORGET_BRIEF,
    FORMAT_WITHOUT_LINES,
    OPEN_ONES,
    OVER,
    STATS,
    STEPS,
)
from troth_relay.store.trust import Trust
from troth_wire.errors import DamagedError, FullError, StoreError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.log import advance, origin

__all__ = ["SqliteStore"]

T = TypeVar("T")
LOGGER: Final = logging.getLogger("troth_relay")

INCREMENTAL: Final = 2
"""What SQLite calls a file whose free pages can be given back."""


def _within(over: Sequence[tuple[int, bytes, int]], entries_max: int) -> Sequence[tuple[int, bytes, int]]:
    """Return the first of some mailboxes, one at least, that hold no more entries together."""
    sums = list(accumulate(position for _, _, position in over))
    return over[: max(1, bisect_right(sums, entries_max))]


class SqliteStore:
    """The relay's store in a file, and in `-wal`, `-shm` and `.lock` beside it; whose `.reserve` it may use up."""

    def __init__(self, path: Path) -> None:
        """Open or create the file, for this process alone.

        Raises:
            StoreError: By its kind: in use, not writable, newer, or damaged; the file is left as it is.
        """
        self._path = path
        empty = file.check(path)
        self._open: list[Connection] = []
        try:
            self._begin(path, empty=empty)
            self._trust = Trust(path)
        except StoreError:
            self._close_all()
            raise

    def _begin(self, path: Path, *, empty: bool) -> None:
        try:
            self._connect_all(path, empty=empty)
        except FullError:
            # Of a relay that was killed: what SQLite keeps beside a file needs some room by itself.
            self._close_all()
            reserve.let_go(path)
            self._connect_all(path, empty=empty)

    def _connect_all(self, path: Path, *, empty: bool) -> None:
        with walled(path):
            self._open.append(lock(path))
            file.make(path)
            self._writer = self._connect(path, "rw")
            self._prepare(empty=empty)
            self._reader = self._connect(path, "ro")
            # The first look makes the write-ahead log, which stays until the last connection ends.
            self._reader.execute("SELECT 1 FROM mailbox LIMIT 1").fetchone()

    def _connect(self, path: Path, mode: str) -> Connection:
        connection = connect(path, mode)
        self._open.append(connection)
        return connection

    def _prepare(self, *, empty: bool) -> None:
        self._writer.execute("PRAGMA synchronous = FULL")
        # Whoever makes or revokes a pass beside a running relay writes for a moment.
        self._writer.execute(f"PRAGMA busy_timeout = {BESIDE_MS}")
        self._writer.execute("PRAGMA secure_delete = ON")
        self._writer.execute(f"PRAGMA wal_autocheckpoint = {limits.FOLD_PAGES}")
        if empty:
            self._writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
        else:
            self._check()
        self._raise_format()
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._raise_layout()

    def _raise_layout(self) -> None:
        """Write a file of an earlier release anew, once, so that its free pages can be given back."""
        if self._number("PRAGMA auto_vacuum") == INCREMENTAL:
            return
        try:
            with walled(self._path):
                self._vacuum()
        except FullError:
            # It needs as much room again, and serving does not need it: tried again at the next start.
            LOGGER.warning("The database can not be written anew: its disk has too little room. It is served as it is.")

    def _check(self) -> None:
        application, version = (self._number(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        file.check_format(self._path, application=application, version=version)
        if self._number(BROKEN_LOGS if version > FORMAT_WITHOUT_LINES else BROKEN_EARLIER_LOGS):
            raise file.damaged(self._path)

    def _raise_format(self) -> None:
        """Bring the tables to this release's format, in one transaction: whoever is killed in it changed nothing."""
        version = self._number("PRAGMA user_version")
        if version == file.FORMAT:
            return
        with transaction(self._writer, "BEGIN IMMEDIATE"):
            for step in STEPS[version:]:
                for statement in step.split(";"):
                    self._writer.execute(statement)
            self._writer.execute(f"PRAGMA application_id = {file.APPLICATION}")
            self._writer.execute(f"PRAGMA user_version = {file.FORMAT}")

    def _number(self, query: str) -> int:
        number: int = self._writer.execute(query).fetchone()[0]
        return number

    def bound(self, bytes_max: int) -> None:
        """Let the file grow to so many bytes and no further; what does not fit raises FullError."""
        with self._wall():
            self._writer.execute(f"PRAGMA max_page_count = {bytes_max // self._number('PRAGMA page_size')}")

    def look(self, mailbox: MailboxId) -> Log | None:
        """Return the mailbox as it is, or None."""
        with self._wall():
            found = births.look(self._reader, mailbox)
        return None if found is None else found[1]

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
        with self._writing():
            return births.create(
                self._writer, mailbox, lineage=lineage, day=day, brief=brief, ticket=ticket, sponsor=sponsor
            )

    def close_log(
        self, mailbox: MailboxId, *, successor: MailboxId | None, forward: bytes, day: int
    ) -> Log | Denial | None:
        """Close a log for good, in one commit whatever its quota; one that is closed is returned as it stands."""
        with self._writing():
            return closings.close(self._writer, mailbox, successor=successor, forward=forward, day=day)

    def add_pass(self, new: Pass, *, now_s: int) -> int:
        """Let a pass count from now on, and return its number."""
        with self._writing():
            return passes.add(self._writer, new, now_s=now_s)

    def passes_issued(self) -> int:
        """Return how many passes there ever were."""
        with self._wall():
            return passes.issued(self._writer)

    def sweep(self, *, now_s: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes that have ended, the oldest ends first, with all that lies in them; return which."""
        return self._deleting(lambda: self._sweep(now_s, mailboxes_max))

    def _sweep(self, now_s: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        with self._writing():
            over = _within(self._writer.execute(OVER, (now_s, mailboxes_max)).fetchall(), limits.ERASE_ENTRIES_MAX)
            births.delete(self._writer, [key for key, _, _ in over])
        with self._wall():
            self._reclaim(pages_max=limits.RECLAIM_PAGES_MAX, pages_kept=limits.FREE_PAGES_KEPT)
        return tuple(MailboxId(mailbox) for _, mailbox, _ in over)

    def erase(self, *, closed_before: int, entries_max: int) -> int:
        """Delete entries of logs that were closed before a day; how they were closed stays."""
        few = min(entries_max, limits.ERASE_ENTRIES_LEAST)
        return self._deleting(lambda: self._erase(closed_before, entries_max), lambda: self._erase(closed_before, few))

    def _erase(self, closed_before: int, entries_max: int) -> int:
        with self._writing():
            return closings.erase(self._writer, closed_before=closed_before, entries_max=entries_max)

    def note_use(self, lines: Collection[LineId], *, hours: int) -> None:
        """Note in which month of service lines were last used, and that the relay has served so many hours more."""
        with self._writing():
            uses.note(self._writer, lines, hours=hours)

    def forget_use(self) -> None:
        """Note nothing of it any more, and forget what was noted, a bounded number of lines at a time."""
        with self._writing():
            uses.forget(self._writer)

    def delete_idle(self, *, days: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes of lines that nobody has used for so many days of service; return which."""
        return self.change(lambda tables: uses.delete_idle(tables, days=days, mailboxes_max=mailboxes_max))

    def recount(self) -> int:
        """Count anew what the quotas count, from what is stored; return how many sums were wrong."""
        with self._writing():
            return counting.recount(self._writer)

    def count_on(self, place: Place) -> tuple[int, Place | None]:
        """Count so many rows anew; return how many sums were wrong, and where to go on."""
        with self._writing():
            return counting.count_on(self._writer, place, rows_max=limits.RECOUNT_ROWS_MAX)

    def _reclaim(self, *, pages_max: int, pages_kept: int) -> None:
        free = self._number("PRAGMA freelist_count")
        if free > pages_kept:
            # Not `execute`, which takes one step, and each page is a step.
            self._writer.executescript(f"PRAGMA incremental_vacuum({min(free - pages_kept, pages_max)})")

    def reclaim(self) -> bool:
        """Give free pages back to the disk, so many at a time; return whether there are more."""
        return self._deleting(self._reclaim_some)

    def _reclaim_some(self) -> bool:
        with self._wall():
            self._reclaim(pages_max=limits.RECLAIM_PAGES_MAX, pages_kept=0)
            if self._number("PRAGMA freelist_count"):
                return True
            self._fold()
            return False

    def _fold(self) -> None:
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def pack_on(self, place: packing.Place) -> packing.Place | None:
        """Move so many entries together; return where to go on. What is left over goes back with `reclaim`."""
        if self._number("PRAGMA auto_vacuum") != INCREMENTAL:
            # Of an earlier release, for which there was too little room when it was opened: all at once, or never.
            with self._wall():
                self._vacuum()
            return None
        with self._writing():
            rows_max, bytes_max = limits.PACK_ENTRIES_MAX, limits.PACK_BYTES_MAX
            return packing.pack_on(self._writer, place, rows_max=rows_max, bytes_max=bytes_max)

    def _vacuum(self) -> None:
        self._writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
        self._writer.execute("VACUUM")
        self._fold()

    def renew(self, lineage: Callable[[], Lineage]) -> None:
        """Begin another life of every open log, all at once: another lineage, and running hashes to match.

        A closed one is whole wherever it is: nothing came after, so nobody has read more of it.
        """
        with self._writing():
            for statement in FORGET_BRIEF:
                self._writer.execute(statement)
            for key, mailbox in self._writer.execute(OPEN_ONES).fetchall():
                self._renew(key, MailboxId(mailbox), lineage())

    def _renew(self, key: int, mailbox: MailboxId, lineage: Lineage) -> None:
        running, rows = origin(mailbox, lineage), []
        names = self._writer.execute("SELECT position, id FROM entry WHERE mailbox = ? ORDER BY position", (key,))
        for position, name in names:
            running = advance(running, position, EnvelopeId(name))
            rows.append((running, key, position))
        self._writer.executemany("UPDATE entry SET running = ? WHERE mailbox = ? AND position = ?", rows)
        self._writer.execute("UPDATE mailbox SET lineage = ?, running = ? WHERE key = ?", (lineage, running, key))

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each."""
        with self._storing():
            return appending.append(self._writer, batches)

    def read(self, mailbox: MailboxId, *, after: int, entries_max: int, bytes_max: int) -> Page | None:
        """Return the entries after a position, one at least if there is any; None: no such mailbox."""
        with self._reading():
            found = births.look(self._reader, mailbox)
            if found is None:
                return None
            key, log = found
            closing = closings.find(self._reader, key) if log.closed and after == log.position else None
            if log.erased:
                return Page(log, None, (), closing)
            running = self._running(key, log, after)
            entries = tuple(self._entries(key, after, entries_max=entries_max, bytes_max=bytes_max))
        return Page(log, running, entries, closing)

    def _running(self, key: int, log: Log, position: int) -> RunningHash | None:
        if position == 0:
            return origin(log.mailbox, log.lineage)
        query = "SELECT running FROM entry WHERE mailbox = ? AND position = ?"
        row = self._reader.execute(query, (key, position)).fetchone()
        return RunningHash(row[0]) if row else None

    def _entries(self, key: int, after: int, *, entries_max: int, bytes_max: int) -> Iterator[Entry]:
        with closing(self._reader.execute(ENTRIES, (key, after, entries_max))) as rows:
            for count, (position, name, envelope) in enumerate(rows):
                bytes_max -= len(envelope)
                if count and bytes_max < 0:
                    return
                if position != after + count + 1:
                    raise file.damaged(self._path)
                yield Entry(position, EnvelopeId(name), envelope)

    def see(self, look: Callable[[Connection], T]) -> T:
        """Look at the tables as they are at one moment."""
        with self._reading():
            return look(self._reader)

    def change(self, act: Callable[[Connection], T]) -> T:
        """Change the tables in one commit."""
        return self._deleting(lambda: self._change(act))

    def _change(self, act: Callable[[Connection], T]) -> T:
        with self._writing():
            return act(self._writer)

    def touch(self) -> None:
        """Write a page as it is, durably: return if that can be done."""
        with self._writing():
            self._writer.execute(f"PRAGMA user_version = {file.FORMAT}")

    def check(self) -> None:
        """Return if the file is where it was opened, and nothing that was read of it was damaged."""
        self._trust.check()

    def stats(self, *, dormant_days: int | None = None) -> Stats:
        """Count what is stored, and the lines that nobody has used for so many days of service."""
        with self._wall():
            dormant = uses.dormant(self._reader, days=dormant_days)
            return replace(Stats(*self._reader.execute(STATS).fetchone()), dormant=dormant)

    def close(self) -> None:
        """Fold the WAL into the file and leave; closing twice is harmless."""
        try:
            if self._open:
                # What it was held for is now or never, and the file is to be the only one.
                reserve.let_go(self._path)
                with self._wall():
                    self._fold()
        finally:
            self._close_all()

    def _close_all(self) -> None:
        while self._open:
            self._open.pop().close()

    def _deleting(self, act: Callable[[], T], a_little: Callable[[], T] | None = None) -> T:
        """Do what makes room; where there is none for that, do it, or a little of it, with what is held for it."""
        try:
            return act()
        except FullError:
            reserve.let_go(self._path)
        with self._wall():
            # What fills the log goes where it belongs: the log may be all that there is room for.
            self._fold()
        return (a_little or act)()

    @contextmanager
    def _storing(self) -> Iterator[None]:
        self._trust.check_place()
        with self._wall():
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._storing(), transaction(self._writer, "BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._wall(), transaction(self._reader, "BEGIN"):
            yield

    @contextmanager
    def _wall(self) -> Iterator[None]:
        try:
            with walled(self._path):
                yield
        except DamagedError as error:
            self._trust.lose(error)
            raise
