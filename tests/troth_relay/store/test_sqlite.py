"""SQLite keeps every promise of the port; a file that is not what it should be is refused and left as it is."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.relay_client import WAIT_S, envelope
from tests.contracts.relay_store import LINEAGE, A, B, Bench, RelayStoreContract, batch, read_all
from troth_relay.admission import cost
from troth_relay.store import Store, file
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import BusyError, DamagedError, FullError, NewerError, StoreError

CHILD: Final = """
import sys
from pathlib import Path
from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import A, batch
from troth_relay.store.sqlite import SqliteStore
store, number = SqliteStore(Path(sys.argv[1])), 0
while True:
    store.append([batch(A, envelope(number))])
    number += 1
    print(number, flush=True)
"""


class SqliteBench:
    """A store in a folder of its own."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._path = path
        self.store: Store = SqliteStore(path)

    def reopen(self) -> None:
        """Close the file and open it again."""
        self.store.close()
        self.store = SqliteStore(self._path)

    def killed_after(self, acknowledged: int) -> int:
        """Append in a child process, and kill it between two acknowledgements."""
        self.store.close()
        command = [sys.executable, "-c", CHILD, str(self._path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
            assert child.stdout is not None
            for _ in range(acknowledged):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            rest = child.stdout.read().splitlines()
            child.wait(WAIT_S)
        self.store = SqliteStore(self._path)
        return acknowledged + len(rest)

    def fill(self) -> None:
        """Let the file grow no more."""
        assert isinstance(self.store, SqliteStore)
        self.store.bound(self._path.stat().st_size)

    def make_room(self) -> None:
        """Let the file grow again."""
        assert isinstance(self.store, SqliteStore)
        self.store.bound(2**30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "relay.db"


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    """A store in a file."""
    bench = SqliteBench(path)
    yield bench
    bench.store.close()


class TestSqliteStore(RelayStoreContract):
    """The port's promises, kept on a disk."""


def _filled(path: Path) -> None:
    store = SqliteStore(path)
    store.create(A, lineage=LINEAGE, day=20_000)
    store.create(B, lineage=LINEAGE, day=20_000)
    store.append([batch(A, *map(envelope, range(50))), batch(B, envelope(1))])
    store.close()


def _alter(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def _refused(path: Path, error: type[StoreError]) -> str:
    """Return what is said when the file is refused; it must not have changed."""
    before = path.read_bytes()
    with pytest.raises(error) as caught:
        SqliteStore(path)
    assert path.read_bytes() == before
    return str(caught.value)


def test_commits_are_synced(path: Path) -> None:
    """The file is in WAL mode, and every commit waits for the disk."""
    store = SqliteStore(path)
    (mode,) = store._writer.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = store._writer.execute("PRAGMA synchronous").fetchone()
    store.close()
    assert (mode, synchronous) == ("wal", 2)


def test_close_leaves_one_whole_file(path: Path) -> None:
    """After closing there is no write-ahead log left, so the file alone is a backup."""
    _filled(path)
    assert sorted(item.name for item in path.parent.iterdir()) == ["relay.db", "relay.db.lock"]


def test_second_relay_is_refused(path: Path) -> None:
    """A database belongs to one process at a time, and the first is not disturbed."""
    first = SqliteStore(path)
    assert "Another program" in _refused(path, BusyError)
    first.create(A, lineage=LINEAGE, day=0)
    first.close()
    SqliteStore(path).close()


def test_newer_file_is_untouched(path: Path) -> None:
    """A file of a later format is refused by name and not changed."""
    _filled(path)
    _alter(path, f"PRAGMA user_version = {file.FORMAT + 1}")
    assert "newer" in _refused(path, NewerError)


@pytest.mark.parametrize("content", [b"x", b"not a database at all" * 100, file.MAGIC, b"\0" * 4_096])
def test_foreign_file_is_untouched(path: Path, content: bytes) -> None:
    """What is no database is refused and not changed."""
    path.write_bytes(content)
    assert "left as it is" in _refused(path, DamagedError)


def test_database_of_another_program_is_untouched(path: Path) -> None:
    """Another program's SQLite file is refused and not changed."""
    _alter(path, "CREATE TABLE mailbox (id)")
    assert "not a relay's" in _refused(path, DamagedError)


def test_truncated_file_is_untouched(path: Path) -> None:
    """A file that lost its end is refused and not changed."""
    _filled(path)
    path.write_bytes(path.read_bytes()[:8_192])
    _refused(path, DamagedError)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM entry WHERE position = 50",
        "UPDATE entry SET running = zeroblob(32) WHERE position = 50",
        "UPDATE mailbox SET position = 51 WHERE position = 50",
    ],
)
def test_log_without_its_end_is_refused(path: Path, damage: str) -> None:
    """A mailbox whose last entry does not fit its head is damage, found when the relay starts."""
    _filled(path)
    _alter(path, damage)
    _refused(path, DamagedError)


def test_gap_is_damage(path: Path) -> None:
    """An entry missing inside a log is never skipped."""
    _filled(path)
    _alter(path, "DELETE FROM entry WHERE position = 10")
    store = SqliteStore(path)
    with pytest.raises(DamagedError):
        read_all(store, A)
    assert read_all(store, B) == [envelope(1)]
    store.close()


def test_damage_found_while_serving_is_typed(path: Path) -> None:
    """Pages overwritten on the disk raise DamagedError or are found out, never another error."""
    _filled(path)
    content = bytearray(path.read_bytes())
    content[4_096 * 8 : 4_096 * 12] = b"\xff" * 4_096 * 4
    path.write_bytes(content)
    with pytest.raises(DamagedError):
        read_all(SqliteStore(path), A)


def test_read_only_file_is_refused(path: Path) -> None:
    """A file marked read-only is refused with what to do."""
    _filled(path)
    path.chmod(0o444)
    assert "read-only" in _refused(path, FullError)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """A folder that does not exist is not created behind the operator's back."""
    with pytest.raises(StoreError, match="no folder"):
        SqliteStore(tmp_path / "nowhere" / "relay.db")


def test_folder_is_no_database(tmp_path: Path) -> None:
    """A folder in the file's place is refused."""
    with pytest.raises(StoreError, match="not a file"):
        SqliteStore(tmp_path)


def test_failed_opening_lets_go(path: Path) -> None:
    """A store that could not be opened leaves no lock behind: the second try is told the same."""
    _filled(path)
    _alter(path, "DELETE FROM entry WHERE position = 50")
    _refused(path, DamagedError)
    _refused(path, DamagedError)


def test_database_keeps_no_more_than_the_page_says(path: Path) -> None:
    """Beside ids, hashes, sizes and a day there is nothing in the tables (specs/relay.md, What the relay keeps)."""
    _filled(path)
    connection = sqlite3.connect(path)
    columns = {
        table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    }
    connection.close()
    assert columns == {
        "mailbox": {"key", "id", "lineage", "position", "running", "bytes", "day"},
        "entry": {"mailbox", "position", "id", "running", "envelope"},
    }


def test_overhead_covers_what_an_entry_costs(path: Path) -> None:
    """The fixed overhead is no less than what the smallest entries cost the file beside their bytes."""
    store = SqliteStore(path)
    store.create(A, lineage=LINEAGE, day=0)
    data = [envelope(number) for number in range(5_000)]
    store.append([batch(A, *data)])
    store.close()
    assert path.stat().st_size <= cost(data)
