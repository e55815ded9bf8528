"""The logs in one SQLite file; the only importer of sqlite3, and the wall for its exceptions.

WAL with `synchronous=FULL`: when a commit returns, it is on the disk.
Nothing is kept in memory between calls, so a failed commit leaves nothing behind.
What is deleted is overwritten, so that a copy of the file holds nothing that has ended.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from troth_relay.admission import cost
from troth_relay.store import Appended, Batch, Brief, Denial, Entry, Log, Page, Stats, file
from troth_wire.errors import StoreError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.log import advance, origin
from troth_wire.messages import MailboxKind

__all__ = ["SqliteStore"]

TABLES: Final = """
CREATE TABLE mailbox (
    key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, lineage BLOB NOT NULL, position INTEGER NOT NULL,
    running BLOB NOT NULL, bytes INTEGER NOT NULL, day INTEGER NOT NULL
);
CREATE TABLE entry (
    mailbox INTEGER NOT NULL REFERENCES mailbox, position INTEGER NOT NULL, id BLOB NOT NULL,
    running BLOB NOT NULL, envelope BLOB NOT NULL, UNIQUE (mailbox, position), UNIQUE (mailbox, id)
)
"""
"""What format 1 has."""
KINDS: Final = """
ALTER TABLE mailbox ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN ends INTEGER;
ALTER TABLE mailbox ADD COLUMN sponsor BLOB;
CREATE INDEX brief ON mailbox (kind, ends) WHERE ends IS NOT NULL
"""
"""What format 2 has on top: mailboxes of other kinds, which end."""
STEPS: Final = (TABLES, KINDS)
"""From each format to the next, the first from nothing."""
BROKEN_LOGS: Final = """
SELECT count(*) FROM mailbox
LEFT JOIN entry ON entry.mailbox = mailbox.key AND entry.position = mailbox.position
WHERE mailbox.position > 0 AND entry.running IS NOT mailbox.running
"""
LOG: Final = "SELECT key, lineage, position, running, bytes, kind, ends FROM mailbox WHERE id = ?"
CREATE: Final = """
INSERT INTO mailbox (id, lineage, position, running, bytes, day, kind, ends, sponsor) VALUES (?, ?, 0, ?, 0, ?, ?, ?, ?)
"""
ALIKE: Final = """
SELECT count(*), coalesce(sum(sponsor IS ?), 0) FROM mailbox WHERE kind = ? AND ends IS NOT NULL
"""
OVER: Final = "SELECT key, id FROM mailbox WHERE ends IS NOT NULL AND ends <= ? ORDER BY ends, id LIMIT ?"
ENTRIES: Final = """
SELECT position, id, envelope FROM entry WHERE mailbox = ? AND position > ? ORDER BY position LIMIT ?
"""
DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
FULL: Final = {
    sqlite3.SQLITE_CANTOPEN: "it can not be opened",
    sqlite3.SQLITE_FULL: "there is no room left",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_PERM: "that is not permitted",
    sqlite3.SQLITE_READONLY: "it is read-only",
}


class SqliteStore:
    """The relay's store in a file, and in `-wal`, `-shm` and `.lock` beside it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file, for this process alone.

        Raises:
            StoreError: By its kind: in use, not writable, newer, or damaged; the file is left as it is.
        """
        self._path = path
        empty = file.check(path)
        self._open: list[sqlite3.Connection] = []
        try:
            with self._wall():
                self._lock()
                self._writer = self._connect(path, "rwc")
                self._prepare(empty=empty)
                self._reader = self._connect(path, "ro")
        except StoreError:
            self._close_all()
            raise

    def _connect(self, path: Path, mode: str) -> sqlite3.Connection:
        address = f"file:{quote(str(path))}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        self._open.append(connection)
        return connection

    def _lock(self) -> None:
        # An open transaction on a file of its own: the system ends it however the process ends.
        self._connect(self._path.with_name(self._path.name + ".lock"), "rwc").execute("BEGIN EXCLUSIVE")

    def _prepare(self, *, empty: bool) -> None:
        self._writer.execute("PRAGMA synchronous = FULL")
        self._writer.execute("PRAGMA secure_delete = ON")
        if not empty:
            self._check()
        self._raise_format()
        self._writer.execute("PRAGMA journal_mode = WAL")

    def _check(self) -> None:
        application, version = (self._number(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        file.check_format(self._path, application=application, version=version)
        if self._number(BROKEN_LOGS):
            raise file.damaged(self._path)

    def _raise_format(self) -> None:
        """Bring the tables to this release's format, in one transaction: whoever is killed in it changed nothing."""
        version = self._number("PRAGMA user_version")
        if version == file.FORMAT:
            return
        with _transaction(self._writer, "BEGIN IMMEDIATE"):
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
            found = _look(self._reader, mailbox)
        return None if found is None else found[1]

    def create(self, mailbox: MailboxId, *, lineage: Lineage, day: int, brief: Brief | None = None) -> Log | Denial:
        """Create an empty mailbox; a log that exists is returned as it is, where one was asked for."""
        with self._writing():
            found = _look(self._writer, mailbox)
            if found is not None:
                return found[1] if brief is None and found[1].kind is MailboxKind.LOG else Denial.TAKEN
            if brief is not None and (denial := self._deny(brief)) is not None:
                return denial
            running = origin(mailbox, lineage)
            terms = (brief.kind, brief.ends_s, brief.sponsor) if brief else (MailboxKind.LOG, None, None)
            self._writer.execute(CREATE, (mailbox, lineage, running, day, *terms))
        return Log(mailbox, lineage, 0, running, 0, *terms[:2])

    def _deny(self, brief: Brief) -> Denial | None:
        alike, sponsored = self._writer.execute(ALIKE, (brief.sponsor, brief.kind)).fetchone()
        if alike >= brief.mailboxes_max:
            return Denial.FULL
        return Denial.SPENT if brief.sponsor and sponsored >= brief.sponsored_max else None

    def sweep(self, *, now_s: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
        """Delete mailboxes that have ended, the oldest ends first, with all that lies in them; return which."""
        with self._writing():
            over = self._writer.execute(OVER, (now_s, mailboxes_max)).fetchall()
            keys = [(key,) for key, _ in over]
            self._writer.executemany("DELETE FROM entry WHERE mailbox = ?", keys)
            self._writer.executemany("DELETE FROM mailbox WHERE key = ?", keys)
        return tuple(MailboxId(mailbox) for _, mailbox in over)

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append several batches in one commit, and say what came of each."""
        with self._writing():
            return tuple(map(self._append, batches))

    def _append(self, batch: Batch) -> Appended:
        found = _look(self._writer, batch.mailbox)
        if found is None:
            return Appended((), tuple(name for name, _ in batch.envelopes))
        key, log = found
        new = {name: envelope for name, envelope in batch.envelopes if not self._holds(key, name)}
        if not new:
            return Appended((), ())
        stored_bytes = log.stored_bytes + cost(new.values())
        if stored_bytes > batch.quota_bytes:
            return Appended((), tuple(new))
        entries = tuple(Entry(log.position + n, name, data) for n, (name, data) in enumerate(new.items(), 1))
        self._insert(key, log, entries, stored_bytes=stored_bytes)
        return Appended(entries, ())

    def _holds(self, key: int, name: EnvelopeId) -> bool:
        query = "SELECT 1 FROM entry WHERE mailbox = ? AND id = ?"
        return self._writer.execute(query, (key, name)).fetchone() is not None

    def _insert(self, key: int, log: Log, entries: Sequence[Entry], *, stored_bytes: int) -> None:
        running, rows = log.running, []
        for entry in entries:
            running = advance(running, entry.position, entry.envelope_id)
            rows.append((key, entry.position, entry.envelope_id, running, entry.envelope))
        self._writer.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", rows)
        head = (entries[-1].position, running, stored_bytes, key)
        self._writer.execute("UPDATE mailbox SET position = ?, running = ?, bytes = ? WHERE key = ?", head)

    def read(self, mailbox: MailboxId, *, after: int, entries_max: int, bytes_max: int) -> Page | None:
        """Return the entries after a position, one at least if there is any; None: no such mailbox."""
        with self._reading():
            found = _look(self._reader, mailbox)
            if found is None:
                return None
            key, log = found
            running = self._running(key, log, after)
            entries = tuple(self._entries(key, after, entries_max=entries_max, bytes_max=bytes_max))
        return Page(log, running, entries)

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

    def stats(self) -> Stats:
        """Count what is stored."""
        with self._wall():
            query = "SELECT count(*), coalesce(sum(position), 0), coalesce(sum(bytes), 0) FROM mailbox"
            return Stats(*self._reader.execute(query).fetchone())

    def close(self) -> None:
        """Fold the WAL into the file and leave; closing twice is harmless."""
        try:
            if self._open:
                with self._wall():
                    self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._close_all()

    def _close_all(self) -> None:
        while self._open:
            self._open.pop().close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._wall(), _transaction(self._writer, "BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._wall(), _transaction(self._reader, "BEGIN"):
            yield

    @contextmanager
    def _wall(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.Error) -> StoreError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return file.busy(self._path)
        if code in DAMAGED:
            return file.damaged(self._path)
        if code in FULL:
            return file.full(self._path, FULL[code])
        return StoreError(f"The database {self._path} can not be used: {error}. What was confirmed is safe.")


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _look(connection: sqlite3.Connection, mailbox: MailboxId) -> tuple[int, Log] | None:
    row: tuple[Any, ...] | None = connection.execute(LOG, (mailbox,)).fetchone()
    if row is None:
        return None
    key, lineage, position, running, stored_bytes, kind, ends_s = row
    log = Log(mailbox, Lineage(lineage), position, RunningHash(running), stored_bytes, MailboxKind(kind), ends_s)
    return key, log
