"""SQLite by itself: how a file is opened, what a transaction is, and the wall for its exceptions.

The only importer of sqlite3.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from troth_relay.store import file
from troth_wire.errors import StoreError

__all__ = ["BESIDE_MS", "Connection", "connect", "lock", "transaction", "walled"]

Connection = sqlite3.Connection
BESIDE_MS: Final = 5_000
"""How long one program waits for a commit of another beside it."""
DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
FULL: Final = {
    sqlite3.SQLITE_CANTOPEN: "it can not be opened",
    sqlite3.SQLITE_FULL: "there is no room left",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_PERM: "that is not permitted",
    sqlite3.SQLITE_READONLY: "it is read-only",
}


def connect(path: Path, mode: str, *, wait_ms: int = 0) -> Connection:
    """Open a file; `mode` is SQLite's: ro, rw, or rwc to make it too."""
    address = f"file:{quote(str(path))}?mode={mode}"
    wait_s = wait_ms / 1_000
    return sqlite3.connect(address, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False)


def lock(path: Path) -> Connection:
    """Keep every other relay from a database, and whoever restores it, until the connection is closed."""
    # Under the name that the file has, not the one of a link: both lead to one database.
    name = path.resolve().with_name(path.resolve().name + ".lock")
    file.make(name)
    if not os.access(name, os.W_OK):
        # By its own name: the database beside it may be as it should.
        raise file.full(name, "that is not permitted")
    connection = connect(name, "rw")
    try:
        # An open transaction on a file of its own: the system ends it however the process ends.
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def walled(path: Path) -> Iterator[None]:
    """Turn what SQLite raises about this file into an error for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error


def _explain(error: sqlite3.Error, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return file.busy(path)
    if code in DAMAGED:
        return file.damaged(path)
    if code in FULL:
        return file.full(path, FULL[code])
    return StoreError(f"The database {path} can not be used: {error}. What was confirmed is safe.")


@contextmanager
def transaction(connection: Connection, begin: str) -> Iterator[None]:
    """Do all of it, or nothing."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
