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
from tests.contracts.relay_file import of_format
from tests.contracts.relay_store import (
    FORWARD,
    LINEAGE,
    A,
    B,
    Bench,
    RelayStoreContract,
    batch,
    brief,
    close,
    open_,
    read_all,
)
from troth_relay import limits
from troth_relay.admission import cost
from troth_relay.store import Closing, Log, Store, file, packing, upkeep
from troth_relay.store.database import BESIDE_MS
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import BusyError, DamagedError, FullError, NewerError, StoreError
from troth_wire.ids import Lineage, MailboxId
from troth_wire.log import advance, envelope_id, origin

C: Final = MailboxId(b"c" * 32)
D: Final = MailboxId(b"d" * 32)
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


FORMAT_1: Final = """
BEGIN;
CREATE TABLE mailbox (
    key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, lineage BLOB NOT NULL, position INTEGER NOT NULL,
    running BLOB NOT NULL, bytes INTEGER NOT NULL, day INTEGER NOT NULL
);
CREATE TABLE entry (
    mailbox INTEGER NOT NULL REFERENCES mailbox, position INTEGER NOT NULL, id BLOB NOT NULL,
    running BLOB NOT NULL, envelope BLOB NOT NULL, UNIQUE (mailbox, position), UNIQUE (mailbox, id)
);
PRAGMA application_id = 1416778348;
PRAGMA user_version = 1;
COMMIT;
PRAGMA journal_mode = WAL;
"""
BEFORE_COMMIT: Final = 22
"""Statements of the transaction that raises the format."""
DIES: Final = """
import os, signal, sys
from pathlib import Path
from troth_relay.store import database, sqlite
alive, act = int(sys.argv[2]), sys.argv[3]
class Dying(database.sqlite3.Connection):
    left = None
    def execute(self, statement, *rest):
        if statement.startswith("BEGIN IMMEDIATE"):
            self.left = alive
        elif self.left is not None:
            self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(statement, *rest)
connect = database.sqlite3.connect
database.sqlite3.connect = lambda *given, **named: connect(*given, **named, factory=Dying)
store = sqlite.SqliteStore(Path(sys.argv[1]))
exec(act)
store.close()
"""
CLOSES: Final = """
from tests.contracts.relay_store import A, B, close
close(store, A, successor=B)
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
    """The file is in WAL mode, and every commit waits for the disk, and for whoever writes beside it."""
    store = SqliteStore(path)
    names = ("journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint")
    found = [store._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    store.close()
    assert found == ["wal", 2, BESIDE_MS, limits.FOLD_PAGES]


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
    content[4_096 * 12 : 4_096 * 16] = b"\xff" * 4_096 * 4
    path.write_bytes(content)
    with pytest.raises(DamagedError):
        read_all(SqliteStore(path), A)


@pytest.mark.parametrize("umask", [0, 0o022])
def test_files_are_for_their_owner_alone(path: Path, umask: int) -> None:
    """Whatever the umask, nobody else reads the database, what is beside it while it is open, or its lock."""
    before = os.umask(umask)
    try:
        store = SqliteStore(path)
        open_(store, A)
        modes = {item.name: item.stat().st_mode & 0o777 for item in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes.keys() >= {"relay.db", "relay.db-shm", "relay.db-wal", "relay.db.lock"}
    assert set(modes.values()) == {0o600}


def test_two_names_are_one_database(path: Path) -> None:
    """A second relay is kept out under the name of a link too, and a file with two names of its own is refused."""
    first = SqliteStore(path)
    (path.parent / "link.db").symlink_to(path)
    with pytest.raises(BusyError):
        SqliteStore(path.parent / "link.db")
    first.close()
    (path.parent / "second.db").hardlink_to(path)
    assert "hard link" in _refused(path, StoreError)


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
        "mailbox": {
            *("key", "id", "lineage", "position", "running", "bytes", "day"),
            *("kind", "ends", "sponsor", "quota", "line"),
        },
        "line": {"key", "bytes", "used"},
        "service": {"hours"},
        "closing": {"mailbox", "day", "stage", "successor", "forward"},
        "entry": {"mailbox", "position", "id", "running", "envelope"},
        "pass": {"number", "hash", "uses", "ends", "quota"},
        "blocked": {"id"},
        "sqlite_sequence": {"name", "seq"},
    }


def _earlier(path: Path) -> None:
    """Write what a relay of format 1 left behind: two logs with entries."""
    _filled(path)
    later = path.rename(path.with_name("later.db"))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(FORMAT_1)
    connection.execute("ATTACH ? AS later", (str(later),))
    columns = "key, id, lineage, position, running, bytes, day"
    connection.execute(f"INSERT INTO mailbox SELECT {columns} FROM later.mailbox")  # noqa: S608 - our own names
    connection.execute("INSERT INTO entry SELECT * FROM later.entry")
    connection.execute("DETACH later")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    later.unlink()


def _version(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[file.FORMAT_AT], "big")


def _is_whole(path: Path) -> None:
    """Check that an earlier file was brought to this release's format with all that was in it."""
    store = SqliteStore(path)
    assert read_all(store, A) == [envelope(number) for number in range(50)]
    assert read_all(store, B) == [envelope(1)]
    assert isinstance(store.create(C, lineage=LINEAGE, day=0, brief=brief()), Log)
    assert store.sweep(now_s=10**9, mailboxes_max=9) == (C,)
    store.close()
    assert _version(path) == file.FORMAT
    assert _gives_back(path)


def _gives_back(path: Path) -> bool:
    """Tell whether free pages of a file can be given back to the disk."""
    connection = sqlite3.connect(path)
    (kind,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    connection.close()
    return bool(kind == 2)


def test_earlier_file_is_brought_forward(path: Path) -> None:
    """A file of format 1 is opened with all that it holds, as logs, and can hold brief mailboxes then."""
    _earlier(path)
    assert _version(path) == 1
    _is_whole(path)
    _is_whole(path)


@pytest.mark.parametrize("alive", range(1, 26))
def test_bringing_forward_may_be_killed(path: Path, alive: int) -> None:
    """Killed at any statement on the way, a relay leaves a whole file of either format; the next does the rest."""
    _earlier(path)
    assert _killed_at(path, alive)
    assert _version(path) == 1 or alive > BEFORE_COMMIT
    _is_whole(path)


def _killed_at(path: Path, alive: int, *, act: str = "") -> bool:
    """Open a store in a process that is killed so many statements after it began to write; whether it came to that."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", DIES, str(path), str(alive), act]
    done = subprocess.run(command, env=environment, timeout=WAIT_S, check=False)
    return done.returncode == -signal.SIGKILL


def test_closing_may_be_killed(path: Path) -> None:
    """Killed at any statement on the way, a relay leaves the log open or closed whole, and all sums right."""
    _filled(path)
    outcomes = []
    for alive in range(1, 12):
        killed = _killed_at(path, alive, act=CLOSES)
        store = SqliteStore(path)
        log = store.look(A)
        assert log is not None
        page = store.read(A, after=50, entries_max=9, bytes_max=9)
        assert page is not None
        assert page.closing == (Closing(B, FORWARD) if log.closed else None)
        assert store.recount() == 0
        store.close()
        outcomes.append(log.closed)
        if not killed:
            break
    assert outcomes[0] is False
    assert outcomes[-1] is True


def _of_format_3(path: Path) -> None:
    """Write what a relay of format 3 left behind: two logs, one with a room of its own, and an invitation."""
    connection = of_format(path, 3)
    for key, mailbox, kind, ends_s, quota in ((3, A, 0, None, 5_000), (4, B, 0, None, None), (9, C, 2, 600, None)):
        start = origin(mailbox, LINEAGE)
        name = envelope_id(envelope(key))
        running = advance(start, 1, name)
        sponsor = A if kind else None
        row = (key, mailbox, LINEAGE, 1, running, cost([envelope(key)]), 20_000, kind, ends_s, sponsor, quota)
        connection.execute("INSERT INTO mailbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO entry VALUES (?, 1, ?, ?, ?)", (key, name, running, envelope(key)))
    connection.close()


def test_file_of_format_3_has_a_line_for_each_log(path: Path) -> None:
    """Each log of before begins a line of its own, with its bytes and its room; a brief mailbox stays as it was."""
    _of_format_3(path)
    store = SqliteStore(path)
    logs = [store.look(mailbox) for mailbox in (A, B, C)]
    assert [(log.line, log.quota_bytes) for log in logs if log] == [(3, 5_000), (4, None), (None, None)]
    assert [read_all(store, mailbox) for mailbox in (A, B, C)] == [[envelope(key)] for key in (3, 4, 9)]
    assert store.recount() == 0
    successor = store.create(D, lineage=LINEAGE, day=0, sponsor=A)
    assert isinstance(successor, Log)
    assert (successor.line, successor.quota_bytes) == (3, 5_000)
    (result,) = store.append([batch(D, envelope(1, size=4_500))])
    assert result.refused
    assert isinstance(close(store, A, successor=D), Log)
    assert store.sweep(now_s=600, mailboxes_max=9) == (C,)
    assert open_(store, C).line == 5
    store.close()
    SqliteStore(path).close()


def test_file_of_format_4_can_keep_mailboxes_out(path: Path) -> None:
    """Lines and closings of before stay as they were, and a mailbox can be kept out then."""
    _filled(path)
    store = SqliteStore(path)
    open_(store, C, sponsor=A)
    close(store, A, successor=C)
    before = [store.look(mailbox) for mailbox in (A, B, C)]
    store.close()
    _alter(path, "DROP TABLE blocked")
    _alter(path, "DROP INDEX born")
    _alter(path, "DROP INDEX ending")
    _without_uses(path)
    _alter(path, "PRAGMA user_version = 4")
    store = SqliteStore(path)
    assert [store.look(mailbox) for mailbox in (A, B, C)] == before
    page = store.read(A, after=50, entries_max=9, bytes_max=9)
    assert page is not None
    assert page.closing == Closing(C, FORWARD)
    store.change(lambda tables: upkeep.block(tables, C))
    assert [store.look(mailbox) for mailbox in (A, B, C)] == [*before[:2], None]
    store.close()
    assert _version(path) == file.FORMAT


def _without_uses(path: Path) -> None:
    """Take away what format 7 has on top of 6."""
    _alter(path, "DROP INDEX idle")
    _alter(path, "ALTER TABLE line DROP COLUMN used")
    _alter(path, "DROP TABLE service")
    _alter(path, "PRAGMA user_version = 6")


def test_file_of_format_6_begins_to_note_use_when_it_is_told(path: Path) -> None:
    """Lines of before keep what they hold, and have all of their time from the day on which noting begins."""
    _filled(path)
    store = SqliteStore(path)
    before = [store.look(mailbox) for mailbox in (A, B)]
    store.close()
    _without_uses(path)
    assert _version(path) == 6
    store = SqliteStore(path)
    assert [store.look(mailbox) for mailbox in (A, B)] == before
    assert store.delete_idle(days=0, mailboxes_max=9) == ()
    store.note_use([], hours=209 * 24)
    assert (store.stats(dormant_days=90).dormant, store.delete_idle(days=180, mailboxes_max=9)) == (2, ())
    store.note_use([], hours=24)
    assert set(store.delete_idle(days=180, mailboxes_max=9)) == {A, B}
    store.close()
    assert _version(path) == file.FORMAT


@pytest.mark.parametrize("version", range(1, file.FORMAT))
def test_every_earlier_format_becomes_this_one(path: Path, version: int) -> None:
    """From whatever format a file comes, it has the tables of this release afterwards, and no others."""
    of_format(path, version).close()
    SqliteStore(path).close()
    SqliteStore(path.with_name("new.db")).close()
    assert _version(path) == file.FORMAT
    assert _tables(path) == _tables(path.with_name("new.db"))


def _tables(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return found


def test_wrong_sums_are_put_right(path: Path) -> None:
    """Counting anew finds every sum that is wrong, of a log and of its line, and puts it right."""
    _filled(path)
    right = SqliteStore(path)
    logs = [right.look(mailbox) for mailbox in (A, B)]
    right.close()
    _alter(path, "UPDATE mailbox SET bytes = bytes + 1")
    _alter(path, "UPDATE line SET bytes = 0")
    store = SqliteStore(path)
    assert (store.recount(), store.recount()) == (4, 0)
    assert [store.look(mailbox) for mailbox in (A, B)] == logs
    store.close()


def test_closed_log_keeps_its_life(path: Path) -> None:
    """Renewing leaves closed logs and erased ones as they are: nobody can have read more of them."""
    _filled(path)
    store = SqliteStore(path)
    open_(store, C, sponsor=A)
    store.append([batch(C, envelope(7))])
    close(store, A, successor=C)
    close(store, B)
    store.erase(closed_before=20_001, entries_max=10)
    before = [store.look(mailbox) for mailbox in (A, B)]
    store.renew(lambda: Lineage(b"1" * 16))
    assert [store.look(mailbox) for mailbox in (A, B)] == before
    log = store.look(C)
    assert log is not None
    assert log.lineage == b"1" * 16
    store.close()
    SqliteStore(path).close()


def test_erased_bytes_are_overwritten_and_go_back(path: Path) -> None:
    """Of a closed log whose time is over the file holds no entry, and it becomes smaller."""
    store = SqliteStore(path)
    open_(store, A)
    open_(store, B)
    store.append([batch(A, *(b"\x5e" * size for size in range(60_000, 60_040)))])
    store.append([batch(B, envelope(1))])
    close(store, A)
    store.reclaim()
    before = path.stat().st_size
    while store.erase(closed_before=20_001, entries_max=7):
        pass
    store.reclaim()
    assert path.stat().st_size < before / 20
    assert read_all(store, B) == [envelope(1)]
    store.close()
    content = path.read_bytes()
    assert b"\x5e" * 8 not in content
    assert b"forward" in content
    SqliteStore(path).close()


def test_file_without_room_is_served_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where there is no room to write an earlier file anew it is served all the same, and the log says so."""
    _earlier(path)
    vacuum = SqliteStore._vacuum

    def refuse(store: SqliteStore) -> None:
        store.bound(1)
        raise file.full(path, "there is no room left")

    monkeypatch.setattr(SqliteStore, "_vacuum", refuse)
    store = SqliteStore(path)
    assert read_all(store, B) == [envelope(1)]
    store.close()
    assert "too little room" in caplog.text
    assert not _gives_back(path)
    monkeypatch.setattr(SqliteStore, "_vacuum", vacuum)
    _is_whole(path)


def test_file_without_room_is_written_anew_when_that_is_ordered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an earlier file had no room to be written anew, packing does so, all at once, when there is room."""
    _earlier(path)
    with monkeypatch.context() as full:
        full.setattr(SqliteStore, "_raise_layout", lambda _: None)
        store = SqliteStore(path)
    assert store.pack_on(packing.BEGINNING) is None
    assert read_all(store, B) == [envelope(1)]
    store.close()
    assert _gives_back(path)


def _heavy(path: Path) -> SqliteStore:
    """Open a store with one small log and much that has ended."""
    store = SqliteStore(path)
    store.create(A, lineage=LINEAGE, day=0)
    store.append([batch(A, envelope(1))])
    for number in range(20):
        store.create(_mailbox(number), lineage=LINEAGE, day=0, brief=brief())
        store.append([batch(_mailbox(number), *(envelope(n, size=60_000) for n in range(10)))])
    return store


def _mailbox(number: int) -> MailboxId:
    return MailboxId(number.to_bytes(32, "big"))


def test_swept_room_goes_back_to_the_disk(path: Path) -> None:
    """What has ended leaves the file step by step, so much after each sweep, except a little for what comes next."""
    store = _heavy(path)
    store.reclaim()
    most = path.stat().st_size
    assert len(store.sweep(now_s=600, mailboxes_max=100)) == 20
    sizes = [store._number("PRAGMA page_count")]
    while store.sweep(now_s=600, mailboxes_max=100) or store._number("PRAGMA page_count") < sizes[-1]:
        sizes.append(store._number("PRAGMA page_count"))
    # A few pages of SQLite's own go with them.
    assert sizes[0] > most // 4_096 - limits.RECLAIM_PAGES_MAX - 10
    assert store._number("PRAGMA freelist_count") == limits.FREE_PAGES_KEPT
    store.reclaim()
    assert store._number("PRAGMA freelist_count") == 0
    assert path.stat().st_size < most / 20
    assert read_all(store, A) == [envelope(1)]
    store.close()


def test_written_anew_is_the_same(path: Path) -> None:
    """A file that is written anew holds all that it held, in as little room."""
    store = _heavy(path)
    store.sweep(now_s=600, mailboxes_max=100)
    store._vacuum()
    assert path.stat().st_size < 100_000
    assert read_all(store, A) == [envelope(1)]
    store.close()
    assert _gives_back(path)


def test_another_life_has_another_lineage(path: Path) -> None:
    """Renewed logs hold the same envelopes under another lineage each, with hashes to match; brief ones are gone."""
    _filled(path)
    store = SqliteStore(path)
    store.create(C, lineage=LINEAGE, day=0, brief=brief())
    lineages = iter([Lineage(b"1" * 16), Lineage(b"2" * 16)])
    store.renew(lambda: next(lineages))
    logs = [store.look(mailbox) for mailbox in (A, B)]
    assert sorted(log.lineage for log in logs if log) == [b"1" * 16, b"2" * 16]
    assert read_all(store, A) == [envelope(number) for number in range(50)]
    assert store.look(C) is None
    store.close()
    SqliteStore(path).close()


def test_damaged_earlier_file_is_untouched(path: Path) -> None:
    """A file of format 1 that is not whole is refused before anything of it is changed."""
    _earlier(path)
    _alter(path, "DELETE FROM entry WHERE position = 50")
    _refused(path, DamagedError)
    assert _version(path) == 1


def test_swept_bytes_are_overwritten(path: Path) -> None:
    """Of a brief mailbox that has ended, the file holds neither the name nor the records."""
    store = SqliteStore(path)
    store.create(A, lineage=LINEAGE, day=0)
    store.create(B, lineage=LINEAGE, day=0, brief=brief())
    store.append([batch(A, envelope(1)), batch(B, *(b"\x5e" * size for size in range(4_000, 4_010)))])
    store.sweep(now_s=600, mailboxes_max=1)
    store.close()
    content = path.read_bytes()
    assert bytes(A) in content
    assert bytes(B) not in content
    assert b"\x5e" * 8 not in content


def test_overhead_covers_what_an_entry_costs(path: Path) -> None:
    """The fixed overhead is no less than what the smallest entries cost the file beside their bytes."""
    store = SqliteStore(path)
    store.create(A, lineage=LINEAGE, day=0)
    data = [envelope(number) for number in range(5_000)]
    store.append([batch(A, *data)])
    store.close()
    assert path.stat().st_size <= cost(data)
