"""The encrypted store on a device: one SQLite file in which every row is sealed; the only importer of sqlite3.

When `commit` returns, the rows are on the disk. A file that can not be read is never reset and never written over.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from troth import Cost, Row, Signer
from troth_client import trouble
from troth_client.header import FORMAT, Header
from troth_client.machine import COST, MACHINE, Machine
from troth_client.place import place_of
from troth_client.sealing import Sealer
from troth_wire.errors import BusyError, DamagedError, ForgedError, FullError, MalformedError, StoreError, UsageError

__all__ = ["Vault"]

APPLICATION: Final = 0x5472566C
"""Marks a vault in SQLite's own header: "TrVl"."""
PLACE_ROW: Final = 1
"""The number of the row that remembers where the vault lies; it is no row of the engine's."""

TABLES: Final = (
    "CREATE TABLE header (content BLOB NOT NULL)",
    "CREATE TABLE rows (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)
DURABLE: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA journal_mode = WAL",
)
DAMAGED: Final = {
    sqlite3.SQLITE_CORRUPT: "its pages do not fit together",
    sqlite3.SQLITE_ERROR: "its tables are not those of a vault",
    sqlite3.SQLITE_NOTADB: "it was not written as one",
}
BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
FULL: Final = {
    sqlite3.SQLITE_CANTOPEN: "it, or a file beside it, can not be opened for writing",
    sqlite3.SQLITE_FULL: "there is no room left",
    sqlite3.SQLITE_PERM: "that is not permitted",
    sqlite3.SQLITE_READONLY: "it is read-only",
}
OWNER_ONLY: Final = 0o600
ANY_WRITE: Final = 0o222

Key = tuple[str, bytes]
AnyPath = str | os.PathLike[str]


class Vault:
    """An open vault: a `troth.Store`, locked against every other program until `close`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, header: Header, sealer: Sealer) -> None:
        """Hold a connection that `create` or `open` made."""
        self.path = path
        self.moved = False
        """Whether it was found elsewhere than it was left; the first commit remembers the place with its rows."""
        self._connection = connection
        self._header = header
        self._sealer = sealer
        self._place = place_of(path)
        self._numbers: dict[Key, int] | None = None
        self._last = PLACE_ROW
        self._doubtful = False

    @classmethod
    def create(
        cls,
        path: AnyPath,
        *,
        passphrase: str,
        admin: bytes,
        rows: Iterable[Row] = (),
        cost: Cost = COST,
        machine: Machine = MACHINE,
    ) -> "Vault":
        """Make a vault where there is none: with its first rows, or not at all.

        Args:
            path: Where; the folder must exist.
            passphrase: What will open it.
            admin: The device's admin seed, wrapped under the passphrase alone.
            rows: What it holds from the beginning.
            cost: How hard the passphrase is to guess.
            machine: For entropy, and the stretching.

        Raises:
            UsageError: If there is a file, or the passphrase is empty.
            StoreError: If it can not be written.
        """
        file = Path(path)
        _check_free(file)
        header, key = Header.make(passphrase, admin=admin, cost=cost, machine=machine)
        _claim(file)
        connection = _connect(file)
        try:
            vault = cls(file, connection, header, Sealer(key, header.vault, machine.entropy))
            vault._begin(rows)
        except BaseException as error:
            connection.close()
            # What another program made meanwhile, or is just making, is not ours to remove.
            if not isinstance(error, BusyError | UsageError):
                file.unlink()
            raise
        return vault

    @classmethod
    def open(cls, path: AnyPath, *, passphrase: str, machine: Machine = MACHINE) -> "Vault":
        """Open a vault.

        Raises:
            StoreError: By its kind: PassphraseError, DamagedError, NewerError, BusyError, FullError.
        """
        file = Path(path)
        _check_there(file)
        connection, header = _open_twice(file)
        try:
            sealer = Sealer(header.key(passphrase, stretch=machine.stretch), header.vault, machine.entropy)
            vault = cls(file, connection, header, sealer)
            vault._look_around()
        except ForgedError:
            connection.close()
            raise trouble.wrong_passphrase(file) from None
        except BaseException:
            connection.close()
            raise
        return vault

    def load(self) -> list[Row]:
        """Return every row, in order of table and key.

        Raises:
            StoreError: If the file can not be read, or a row of it was altered.
        """
        if self._doubtful:
            self._reopen()
        try:
            found = self._read()
        except DamagedError:
            # SQLite calls some failures of the disk damage.
            self._reopen()
            found = self._read()
        self._numbers = {(table, key): number for number, (table, key, _) in found.items()}
        self._last = max([PLACE_ROW, *found])
        return [Row(*content) for content in sorted(found.values())]

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, durably, all or none; of two rows with one key the later stands.

        Raises:
            StoreError: If nothing was changed.
        """
        if not rows:
            return
        numbers = self._known()
        after = {(row.table, row.key): row.value for row in rows}
        gone = [(numbers[key],) for key, value in after.items() if value is None and key in numbers]
        put = {key: numbers.get(key) or self._draw() for key, value in after.items() if value is not None}
        sealed = [(number, self._sealer.seal(number, *key, after[key] or b"")) for key, number in put.items()]
        if self.moved:
            sealed.append(self._place_row())
        self._write(gone, sealed)
        self.moved = False
        for key in after.keys() - put.keys():
            numbers.pop(key, None)
        numbers.update(put)

    def admin(self, passphrase: str, *, machine: Machine = MACHINE) -> Signer:
        """Return the device's admin key, for one use; it takes the passphrase again and is not remembered.

        Raises:
            PassphraseError: If this is not the passphrase.
        """
        try:
            return self._header.admin(passphrase, stretch=machine.stretch)
        except ForgedError:
            raise trouble.wrong_passphrase(self.path) from None

    def bound(self, bytes_max: int) -> None:
        """Let the file grow to so many bytes and no further; what does not fit raises FullError."""
        with _wall(self.path):
            pages = bytes_max // _number(self._connection, "PRAGMA page_size")
            self._connection.execute(f"PRAGMA max_page_count = {pages}")

    def close(self) -> None:
        """Let the file go; closing twice is harmless."""
        self._connection.close()

    def _begin(self, rows: Iterable[Row]) -> None:
        """Write head, place and first rows in one transaction, and only then turn to the journal for daily use."""
        self._numbers = {}
        content = (self._header.encode(),)
        with _wall(self.path), _transaction(self._connection):
            if _number(self._connection, "SELECT count(*) FROM sqlite_master"):
                raise _taken(self.path)
            for statement in TABLES:
                self._connection.execute(statement)
            self._connection.execute("INSERT INTO header VALUES (?)", content)
            for row in rows:
                number = self._numbers[row.table, row.key] = self._draw()
                self._put([(number, self._sealer.seal(number, row.table, row.key, row.value or b""))])
            self._put([self._place_row()])
        _make_durable(self.path, self._connection)

    def _look_around(self) -> None:
        with _wall(self.path):
            found = self._connection.execute("SELECT sealed FROM rows WHERE id = ?", (PLACE_ROW,)).fetchone()
        if found is None:
            raise trouble.damaged(self.path, "a row is missing")
        self.moved = self._unseal(PLACE_ROW, found[0])[2] != self._place

    def _read(self) -> dict[int, tuple[str, bytes, bytes]]:
        query = "SELECT id, sealed FROM rows WHERE id > ?"
        # A cursor that stays open keeps the lock, even of a connection that was closed.
        with _wall(self.path), closing(self._connection.execute(query, (PLACE_ROW,))) as rows:
            return {number: self._unseal(number, sealed) for number, sealed in rows}

    def _unseal(self, number: int, sealed: object) -> tuple[str, bytes, bytes]:
        try:
            return self._sealer.open_(number, sealed if isinstance(sealed, bytes) else b"")
        except (ForgedError, MalformedError):
            raise trouble.damaged(self.path, "a row was altered") from None

    def _known(self) -> dict[Key, int]:
        if self._numbers is None:
            self.load()
        assert self._numbers is not None, "loading makes it"
        return self._numbers

    def _draw(self) -> int:
        self._last += 1
        return self._last

    def _place_row(self) -> tuple[int, bytes]:
        return PLACE_ROW, self._sealer.seal(PLACE_ROW, "place", b"", self._place)

    def _write(self, gone: Sequence[tuple[int]], put: Sequence[tuple[int, bytes]]) -> None:
        try:
            with _wall(self.path), _transaction(self._connection):
                self._connection.executemany("DELETE FROM rows WHERE id = ?", gone)
                self._put(put)
        except FullError:
            raise
        except StoreError:
            # The disk failed us in the middle: only reading the file again tells what stands in it.
            self._doubtful = True
            raise

    def _put(self, rows: Sequence[tuple[int, bytes]]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", rows)

    def _reopen(self) -> None:
        self._connection.close()
        self._connection, header = _open(self.path)
        if header != self._header:
            raise trouble.damaged(self.path, "another vault lies there now")
        self._doubtful = False


def _check_free(file: Path) -> None:
    if file.exists() and file.stat().st_size:
        raise _taken(file)


def _taken(file: Path) -> UsageError:
    return UsageError(f"there is a file {file} already; open it, or choose another name")


def _claim(file: Path) -> None:
    """Make an empty file that only its owner may read; files that SQLite puts beside it follow it."""
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
    except FileNotFoundError:
        raise StoreError(f"There is no folder {file.parent}. Nothing was changed. Create it first.") from None
    except OSError as error:
        raise trouble.full(file, error.strerror or type(error).__name__) from None


def _check_there(file: Path) -> None:
    """Look at a file from outside: opening and closing it here would undo this process's own locks on it."""
    if not file.exists():
        raise trouble.missing(file)
    if not file.is_file():
        raise trouble.damaged(file, "it is not a file")
    if not file.stat().st_mode & ANY_WRITE or not os.access(file, os.W_OK):
        raise trouble.full(file, FULL[sqlite3.SQLITE_READONLY])


def _open_twice(file: Path) -> tuple[sqlite3.Connection, Header]:
    try:
        return _open(file)
    except DamagedError:
        # SQLite calls some failures of the disk damage.
        return _open(file)


def _open(file: Path) -> tuple[sqlite3.Connection, Header]:
    connection = _connect(file)
    try:
        with _wall(file):
            if _number(connection, "PRAGMA application_id") != APPLICATION:
                raise trouble.damaged(file, DAMAGED[sqlite3.SQLITE_NOTADB])
            version = _number(connection, "PRAGMA user_version")
            if version > FORMAT:
                raise trouble.newer(file, found=version, known=FORMAT)
        _make_durable(file, connection)
        return connection, _header(file, connection)
    except BaseException:
        connection.close()
        raise


def _connect(file: Path) -> sqlite3.Connection:
    with _wall(file):
        # Read and write, never create; nobody waits for a lock; the driver's worker thread uses it.
        address = f"file:{quote(str(file.absolute()))}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        # A file that somebody else wrote may hold anything; as bytes it is judged like any other.
        connection.text_factory = bytes
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        return connection


def _make_durable(file: Path, connection: sqlite3.Connection) -> None:
    with _wall(file):
        for statement in DURABLE:
            connection.execute(statement)


def _header(file: Path, connection: sqlite3.Connection) -> Header:
    with _wall(file):
        sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == b"ok"
        rows = connection.execute("SELECT content FROM header").fetchall()
    try:
        if not sound or len(rows) != 1 or not isinstance(rows[0][0], bytes):
            raise MalformedError("its tables do not fit together")
        return Header.parse(rows[0][0])
    except MalformedError as error:
        raise trouble.damaged(file, str(error)) from None


def _number(connection: sqlite3.Connection, query: str) -> int:
    number: int = connection.execute(query).fetchone()[0]
    return number


@contextmanager
def _wall(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(file, error) from None


def _explain(file: Path, error: sqlite3.Error) -> StoreError:
    # SQLite's own words are not passed on: they may quote what stands in the file.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return trouble.broken(file, "it was closed")
    if code & 0xFF in BUSY:
        return trouble.busy(file)
    if code & 0xFF in DAMAGED:
        return trouble.damaged(file, DAMAGED[code & 0xFF])
    if code & 0xFF in FULL:
        return trouble.full(file, FULL[code & 0xFF])
    return trouble.broken(file, f"the disk reports an error ({getattr(error, 'sqlite_errorname', code)})")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
