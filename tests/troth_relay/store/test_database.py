"""A transaction is all or nothing, and what SQLite raises comes out as an error for people."""

import os
import sqlite3
from pathlib import Path

import pytest

from troth_relay.store.database import Connection, connect, lock, transaction, walled
from troth_wire.errors import BusyError, DamagedError, FullError, StoreError

PATH = Path("relay.db")


def test_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    """What fails in the middle leaves nothing; what comes to its end is there for others."""
    path = tmp_path / "odd %20?#name.db"
    connection, other = connect(path, "rwc"), connect(path, "rw")
    connection.execute("CREATE TABLE t (x)")
    with pytest.raises(ZeroDivisionError):
        _fail_in_the_middle(connection)
    with transaction(connection, "BEGIN IMMEDIATE"):
        connection.execute("INSERT INTO t VALUES (2)")
    assert other.execute("SELECT x FROM t").fetchall() == [(2,)]
    connection.close()
    other.close()
    assert path.exists()


def _fail_in_the_middle(connection: Connection) -> None:
    with transaction(connection, "BEGIN IMMEDIATE"):
        connection.execute("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlite3.SQLITE_BUSY, BusyError),
        (sqlite3.SQLITE_LOCKED, BusyError),
        (sqlite3.SQLITE_CORRUPT, DamagedError),
        (sqlite3.SQLITE_NOTADB, DamagedError),
        (sqlite3.SQLITE_FULL, FullError),
        (sqlite3.SQLITE_IOERR | 1 << 8, FullError),
        (sqlite3.SQLITE_MISUSE, StoreError),
    ],
)
def test_every_fault_has_its_error(code: int, error: type[StoreError]) -> None:
    """Each code of SQLite, extended ones too, is told in words that name the file."""
    fault = sqlite3.OperationalError("odd")
    fault.sqlite_errorcode = code
    with pytest.raises(StoreError, match=str(PATH)) as caught, walled(PATH):
        raise fault
    assert type(caught.value) is error


def test_lock_of_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the lock may not be written it is the lock that is named, not the database, which is as it should be."""
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).suffix != ".lock")
    with pytest.raises(FullError, match=r"relay\.db\.lock: that is not permitted"):
        lock(tmp_path / "relay.db")
