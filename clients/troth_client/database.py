"""The one SQLite file under a vault: locked, durable, wiped where it lets go; the only importer of sqlite3.

It knows numbers and sealed bytes, and not what is in them. A file that can not be read is never reset and never
written over.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from troth_client import files, growth, trouble
from troth_client.header import FORMAT
from troth_wire.errors import BusyError, DamagedError, FullError, StoreError, UsageError
from troth_wire.said import Said

__all__ = ["Database", "Numbered"]

APPLICATION: Final = 0x5472566C
"""Marks a vault in SQLite's own header: "TrVl"."""
JOURNAL_BYTES_MAX: Final = 4 * 1024 * 1024
"""What is left of the log beside the file once it was taken over: a thousand pages, SQLite's own measure."""

TABLES: Final = (
    "CREATE TABLE header (content BLOB NOT NULL)",
    "CREATE TABLE rows (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)
WIPING: Final = "PRAGMA secure_delete = ON"
DURABLE: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    f"PRAGMA journal_size_limit = {JOURNAL_BYTES_MAX}",
    "PRAGMA journal_mode = WAL",
)
DAMAGED: Final = {
    sqlite3.SQLITE_CORRUPT: Said("its pages do not fit together"),
    sqlite3.SQLITE_ERROR: Said("its tables are not those of a vault"),
    sqlite3.SQLITE_NOTADB: Said("it was not written as one"),
}
DISK: Final = Said("the disk does not do what it was asked ({name})")
BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
FULL: Final = {
    sqlite3.SQLITE_CANTOPEN: Said("it, or a file beside it, can not be opened for writing"),
    sqlite3.SQLITE_FULL: Said("there is no room left"),
    sqlite3.SQLITE_PERM: Said("that is not permitted"),
    sqlite3.SQLITE_READONLY: Said("it can be read, and not written"),
}
DRAFT: Final = "-draft"
"""Ends the name of a copy that is not whole yet."""
WAL: Final = "-wal"
"""Ends the name of the log beside the file."""
ANY_WRITE: Final = 0o222

Found = TypeVar("Found")
Numbered = tuple[int, bytes]
"""A row's number, and its sealed form."""


class Database:
    """An open file, locked against every other program until `close`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Hold a connection that `create` or `open` made."""
        self.path = path
        self.format = FORMAT
        self._connection = connection

    @classmethod
    def create(cls, path: Path, header: bytes, rows: Iterable[Numbered]) -> "Database":
        """Make a file where there is none: with its head and first rows, or not at all.

        Raises:
            UsageError: If there is a file.
            StoreError: If it can not be written.
        """
        files.check_free(path)
        files.claim(path)
        connection = _connect(path)
        try:
            database = cls(path, connection)
            database._begin(header, rows)
        except BaseException as error:
            connection.close()
            # What another program made meanwhile, or is just making, is not ours to remove.
            if not isinstance(error, BusyError | UsageError):
                path.unlink()
            raise
        return database

    @classmethod
    def open(cls, path: Path) -> "Database":
        """Open a file that `create` made, now or in an earlier release.

        Raises:
            StoreError: By its kind: DamagedError, NewerError, BusyError, FullError.
        """
        _check_there(path)
        database = cls(path, _open_twice(path))
        database.format = database._number("PRAGMA user_version")
        return database

    def header(self) -> bytes:
        """Return the head.

        Raises:
            DamagedError: If there is not exactly one.
        """
        with _wall(self.path):
            rows = self._connection.execute("SELECT content FROM header").fetchall()
        if len(rows) != 1 or not isinstance(rows[0][0], bytes):
            raise trouble.damaged(self.path, Said("its tables do not fit together"))
        return bytes(rows[0][0])

    def read(self, each: Callable[[int, bytes], Found]) -> list[Found]:
        """Return what `each` makes of every row, by their numbers.

        Args:
            each: Takes a row's number and its sealed form.

        Raises:
            StoreError: If the file can not be read, or what `each` raises.
        """
        # A cursor that stays open keeps the lock, even of a connection that was closed.
        with _wall(self.path), closing(self._connection.execute("SELECT id, sealed FROM rows ORDER BY id")) as rows:
            return [each(number, sealed if isinstance(sealed, bytes) else b"") for number, sealed in rows]

    def read_one(self, number: int) -> bytes:
        """Return the sealed form of one row.

        Raises:
            StoreError: If the file can not be read, or it is not there.
        """
        with _wall(self.path):
            rows = self._connection.execute("SELECT sealed FROM rows WHERE id = ?", (number,)).fetchall()
        if len(rows) != 1 or not isinstance(rows[0][0], bytes):
            raise trouble.damaged(self.path, Said("its tables do not fit together"))
        return bytes(rows[0][0])

    def write(
        self,
        *,
        put: Sequence[Numbered] = (),
        gone: Sequence[int] = (),
        header: bytes | None = None,
        version: int | None = None,
    ) -> None:
        """Change rows, head and format, durably, all or nothing.

        Raises:
            FullError: If there is no room; nothing was changed.
            StoreError: If the disk failed: only opening the file again tells what stands in it.
        """
        change = _Change(put, gone, header, version)
        try:
            self._write(change, grow=True)
        except FullError:
            # What is to be saved goes before how large the file looks; it grows once there is room again.
            self._write(change, grow=False)

    def wipe(self) -> None:
        """Take the log beside the file over into it, so that nothing that was replaced is left in either."""
        with _wall(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def bound(self, bytes_max: int) -> None:
        """Let the file grow to so many bytes and no further; what does not fit raises FullError."""
        with _wall(self.path):
            pages = bytes_max // growth.PAGE_BYTES
            self._connection.execute(f"PRAGMA max_page_count = {pages}")

    def copy_to(self, path: Path, check: Callable[["Database"], None]) -> None:
        """Make a copy, as it stands between two commits; it is there when `check` has found it whole, or not at all.

        Raises:
            UsageError: If there is a file.
            StoreError: If it can not be written, or what `check` raises.
        """
        files.check_free(path, any_size=True)
        draft = path.with_name(path.name + DRAFT)
        try:
            # What a copy that was cut off has left.
            draft.unlink(missing_ok=True)
            self._copy(draft, check)
            files.put_up(draft, path)
        except FileExistsError:
            raise trouble.taken(path) from None
        except OSError as error:
            raise trouble.full(path, error.strerror or type(error).__name__) from None
        finally:
            draft.unlink(missing_ok=True)

    def reopen(self) -> None:
        """Open the file again, over a connection made anew.

        Raises:
            StoreError: If it does not open.
        """
        self._connection.close()
        self._connection = _open(self.path)

    def close(self) -> None:
        """Let the file go; closing twice is harmless."""
        self._connection.close()

    def _begin(self, header: bytes, rows: Iterable[Numbered]) -> None:
        """Write head and first rows in one transaction, and only then turn to the journal for daily use."""
        with _wall(self.path):
            self._connection.execute(f"PRAGMA page_size = {growth.PAGE_BYTES}")
            self._connection.execute(WIPING)
            with _transaction(self._connection):
                if self._number("SELECT count(*) FROM sqlite_master"):
                    raise trouble.taken(self.path)
                for statement in TABLES:
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO header VALUES (?)", (header,))
                self._put(rows)
                growth.grow(self._connection.execute)
        _make_durable(self.path, self._connection)

    def _copy(self, draft: Path, check: Callable[["Database"], None]) -> None:
        files.claim(draft, new=True)
        with closing(_connect(draft)) as target, _wall(draft):
            # Nobody knows the draft yet: it needs no journal of its own.
            target.execute("PRAGMA journal_mode = OFF")
            self._connection.backup(target)
        with closing(_connect(draft)) as target:
            check(Database(draft, target))
        files.flush(draft)

    def _write(self, change: "_Change", *, grow: bool) -> None:
        with _wall(self.path), _transaction(self._connection):
            self._connection.executemany("DELETE FROM rows WHERE id = ?", [(number,) for number in change.gone])
            self._put(change.put)
            if change.header is not None:
                self._connection.execute("UPDATE header SET content = ?", (change.header,))
            if change.version is not None:
                self._connection.execute(f"PRAGMA user_version = {change.version}")
            if grow:
                growth.grow(self._connection.execute)
        if change.version is not None:
            self.format = change.version

    def _put(self, rows: Iterable[Numbered]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", rows)

    def _number(self, query: str) -> int:
        with _wall(self.path):
            number: int = self._connection.execute(query).fetchone()[0]
        return number


class _Change:
    """What one transaction changes."""

    __slots__ = ("gone", "header", "put", "version")

    def __init__(self, put: Sequence[Numbered], gone: Sequence[int], header: bytes | None, version: int | None) -> None:
        self.put, self.gone, self.header, self.version = put, gone, header, version


def _check_there(path: Path) -> None:
    """Look at a file from outside: opening and closing it here would undo this process's own locks on it."""
    if not path.exists():
        raise trouble.missing(path)
    if not path.is_file():
        raise trouble.damaged(path, Said("it is not a file"))
    if not path.stat().st_mode & ANY_WRITE or not os.access(path, os.W_OK):
        raise trouble.full(path, FULL[sqlite3.SQLITE_READONLY])


def _open_twice(path: Path) -> sqlite3.Connection:
    try:
        return _open(path)
    except DamagedError:
        # SQLite calls some failures of the disk damage.
        return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        with _wall(path):
            _check_kind(path, connection)
            connection.execute(WIPING)
        _make_durable(path, connection)
        with _wall(path):
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != b"ok":
                raise trouble.damaged(path, DAMAGED[sqlite3.SQLITE_CORRUPT])
    except BaseException:
        connection.close()
        raise
    return connection


def _check_kind(path: Path, connection: sqlite3.Connection) -> None:
    """Look whose file it is before anything in it is touched."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise trouble.damaged(path, DAMAGED[sqlite3.SQLITE_NOTADB])
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > FORMAT:
        raise trouble.newer(path, found=version, known=FORMAT)
    # A rule or table that somebody added could keep what is to be wiped.
    if set(connection.execute("SELECT type, name FROM sqlite_master")) != {(b"table", b"header"), (b"table", b"rows")}:
        raise trouble.damaged(path, DAMAGED[sqlite3.SQLITE_ERROR])
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    logged = files.beside(path, WAL)
    # What is missing at the end may be pages that nothing stands on; SQLite would not say.
    if path.stat().st_size < pages * growth.PAGE_BYTES and not (logged.exists() and logged.stat().st_size):
        raise trouble.damaged(path, Said("its end is missing"))


def _connect(path: Path) -> sqlite3.Connection:
    with _wall(path):
        # Read and write, never create; nobody waits for a lock; the driver's worker thread uses it.
        address = f"file:{quote(str(path.absolute()))}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        # A file that somebody else wrote may hold anything; as bytes it is judged like any other.
        connection.text_factory = bytes
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        return connection


def _make_durable(path: Path, connection: sqlite3.Connection) -> None:
    with _wall(path):
        for statement in DURABLE:
            connection.execute(statement)


@contextmanager
def _wall(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(path, error) from None


def _explain(path: Path, error: sqlite3.Error) -> StoreError:
    # SQLite's own words are not passed on: they may quote what stands in the file.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return trouble.broken(path, Said("it was closed"))
    if code & 0xFF in BUSY:
        return trouble.busy(path)
    if code & 0xFF in DAMAGED:
        return trouble.damaged(path, DAMAGED[code & 0xFF])
    if code & 0xFF in FULL:
        return trouble.full(path, FULL[code & 0xFF])
    return trouble.broken(path, DISK.format(name=getattr(error, "sqlite_errorname", code)))


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
