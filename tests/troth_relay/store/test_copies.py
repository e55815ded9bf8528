"""A copy is whole or not there, holds no meeting, and a database made of one is told apart by every device."""

import itertools
import os
import resource
import shutil
import signal
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_file import EARLIER, of_format
from tests.contracts.relay_store import DAY, FORWARD, LINEAGE, A, B, batch, brief, close, open_, read_all
from troth_relay.admission import cost
from troth_relay.store import Closing, Denial, Pass, Stats, Ticket, copies, file
from troth_relay.store.beside import measure
from troth_relay.store.copies import back_up, restore
from troth_relay.store.sqlite import SqliteStore
from troth_relay.store.statements import FORMAT_WITHOUT_LINES
from troth_wire.errors import BusyError, DamagedError, StoreError
from troth_wire.ids import Lineage, MailboxId
from troth_wire.log import advance, envelope_id, origin

C = MailboxId(b"\xc3" * 32)
ANOTHER = Lineage(b"m" * 16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "relay.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A relay's store, open, with two logs."""
    store = SqliteStore(path)
    open_(store, A)
    open_(store, B)
    store.append([batch(A, *map(envelope, range(10))), batch(B, envelope(1))])
    yield store
    store.close()


def _lineages() -> Iterator[Lineage]:
    return (Lineage(number.to_bytes(16, "big")) for number in itertools.count(1))


def _restored(source: Path, database: Path) -> SqliteStore:
    restore(source, database, lineage=_lineages().__next__)
    return SqliteStore(database)


def test_backup_is_one_moment_of_a_relay_that_writes(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """While a relay appends, a copy holds a whole beginning of each log, and the relay never waits for it."""
    stop, failures = Event(), list[BaseException]()

    def append() -> None:
        for number in itertools.count(10):
            if stop.is_set():
                return
            try:
                store.append([batch(A, envelope(number)), batch(B, envelope(number))])
            except StoreError as error:
                failures.append(error)
                return

    writing = Thread(target=append)
    writing.start()
    try:
        for number in range(5):
            back_up(path, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writing.join(20)
    assert failures == []
    lengths = []
    for number in range(5):
        copied = SqliteStore(tmp_path / f"{number}.db")
        logs = read_all(copied, A), read_all(copied, B)
        copied.close()
        assert len(logs[0]) == len(logs[1]) + 9
        assert logs[0] == [envelope(n) for n in range(len(logs[0]))]
        lengths.append(len(logs[0]))
    assert lengths == sorted(lengths)


def test_backup_is_for_its_owner_alone(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A copy can be read by its owner alone, whatever the umask, and leaves nothing beside it."""
    before = os.umask(0)
    try:
        back_up(path, tmp_path / "copy.db")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith("copy")] == ["copy.db"]


def test_backup_holds_no_meeting(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """What will have ended in minutes or days is not kept for years: not its name, its records or its sponsor."""
    sponsor = MailboxId(b"\xd7" * 32)
    store.create(C, lineage=LINEAGE, day=0, brief=brief(sponsor=sponsor))
    store.append([batch(C, b"\x5e" * 4_096)])
    back_up(path, tmp_path / "copy.db")
    content = (tmp_path / "copy.db").read_bytes()
    assert bytes(A) in content
    for secret in (C, sponsor, b"\x5e" * 8):
        assert bytes(secret) not in content
    assert store.look(C) is not None


def test_backup_holds_no_pass(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A pass that is spent or revoked later does not come back with a backup, and no other is made for it."""
    secret = b"\x7e" * 32
    store.add_pass(Pass(secret, uses=1, ends_s=100, quota_bytes=None), now_s=0)
    back_up(path, tmp_path / "copy.db")
    assert secret not in (tmp_path / "copy.db").read_bytes()
    other = _restored(tmp_path / "copy.db", tmp_path / "other.db")
    assert other.create(C, lineage=LINEAGE, day=0, ticket=Ticket(secret, 0)) is Denial.UNADMITTED
    assert other.passes_issued() == 1
    other.close()


def test_restored_logs_are_told_apart(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A database made of a copy has every envelope, under a lineage that no device knows."""
    back_up(path, tmp_path / "copy.db")
    other = _restored(tmp_path / "copy.db", tmp_path / "other.db")
    for mailbox in (A, B):
        assert read_all(other, mailbox) == read_all(store, mailbox)
        old, new = store.look(mailbox), other.look(mailbox)
        assert old is not None
        assert new is not None
        assert old.lineage != new.lineage
        assert old.running != new.running
    other.close()
    assert sorted(item.name for item in tmp_path.iterdir() if item.name.startswith("other")) == [
        "other.db",
        "other.db.lock",
    ]


def test_closed_logs_are_restored_as_they_were(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A copy has the closings, also of logs whose entries are gone; a closed log is the one that devices know."""
    open_(store, C, sponsor=A)
    close(store, A, successor=C)
    close(store, B, day=DAY - 1)
    while store.erase(closed_before=DAY, entries_max=9):
        continue
    back_up(path, tmp_path / "copy.db")
    other = _restored(tmp_path / "copy.db", tmp_path / "other.db")
    assert [other.look(mailbox) for mailbox in (A, B)] == [store.look(mailbox) for mailbox in (A, B)]
    page = other.read(B, after=1, entries_max=9, bytes_max=9)
    assert page is not None
    assert page.closing == Closing(None, FORWARD)
    assert read_all(other, C) == []
    assert other.recount() == 0
    other.close()


def test_nothing_is_written_over(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A file that exists is left as it is: neither a backup nor a database is replaced."""
    (tmp_path / "copy.db").write_bytes(b"mine")
    with pytest.raises(StoreError, match=r"exists?\. All was left as it is"):
        back_up(path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"mine"
    back_up(path, tmp_path / "good.db")
    with pytest.raises(StoreError, match=r"exists?\. All was left as it is"):
        restore(tmp_path / "good.db", path, lineage=_lineages().__next__)


@contextmanager
def _full() -> Iterator[None]:
    """Let no file grow past one page, as on a disk without room."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def _killed(store: SqliteStore, path: Path, folder: Path) -> Path:
    """Return the database of a relay that was killed: what it confirmed last is in the files beside it."""
    folder.mkdir()
    store.append([batch(A, envelope(10))])
    for part in (path, *file.companions(path)):
        shutil.copy(part, folder / part.name)
    return folder / path.name


def test_half_of_another_database_is_not_taken_for_the_copys(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """While a part of a database stands under the name, nothing is restored, and what was confirmed is still whole."""
    back_up(path, tmp_path / "copy.db")
    database = _killed(store, path, tmp_path / "state")
    database.rename(tmp_path / "moved.db")
    with pytest.raises(StoreError, match=r"relay\.db-wal and .*relay\.db-shm exist\..*together"):
        restore(tmp_path / "copy.db", database, lineage=_lineages().__next__)
    assert not database.exists()
    with pytest.raises(StoreError, match=r"relay\.db-wal and .*relay\.db-shm of one:.*Put the database back"):
        SqliteStore(database)
    database.touch()
    with pytest.raises(StoreError, match=r"relay\.db-wal of one:"):
        SqliteStore(database)
    (tmp_path / "moved.db").rename(database)
    whole = SqliteStore(database)
    assert read_all(whole, A) == [envelope(n) for n in range(11)]
    whole.close()


def test_moved_aside_together_makes_room(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """Where all parts were moved there is room for the copy, and those that were moved are one whole database."""
    back_up(path, tmp_path / "copy.db")
    database, aside = _killed(store, path, tmp_path / "state"), tmp_path / "aside"
    database.parent.rename(aside)
    database.parent.mkdir()
    other = _restored(tmp_path / "copy.db", database)
    assert len(read_all(other, A)) == 10
    other.close()
    whole = SqliteStore(aside / database.name)
    assert len(read_all(whole, A)) == 11
    whole.close()


def test_database_of_a_relay_that_runs_is_not_restored(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """While a relay holds the lock, nothing takes the place of what was moved from under it."""
    back_up(path, tmp_path / "copy.db")
    for part in (path, *file.companions(path)):
        part.rename(tmp_path / f"moved-{part.name}")
    with pytest.raises(BusyError, match="Stop it"):
        restore(tmp_path / "copy.db", path, lineage=_lineages().__next__)
    assert not path.exists()


def test_copy_that_has_no_room_is_named(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """Where the disk of the copy is full, the copy is named and not what is copied, and nothing is left of it."""
    back_up(path, tmp_path / "copy.db")
    with _full():
        with pytest.raises(StoreError, match=r"^\S+/big\.db can not be written: .*nothing was lost"):
            back_up(path, tmp_path / "big.db")
        with pytest.raises(StoreError, match=r"^\S+/big\.db can not be written: .*nothing was lost"):
            restore(tmp_path / "copy.db", tmp_path / "big.db", lineage=_lineages().__next__)
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith("big")] in ([], ["big.db.lock"])


def test_copy_that_was_cut_off_is_named(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """What another copy left is neither taken for one nor removed behind anybody's back."""
    part, journal = tmp_path / "copy.db.part", tmp_path / "copy.db.part-journal"
    part.touch()
    journal.write_bytes(b"of the copy that was cut off")
    with pytest.raises(StoreError, match="Remove it if none"):
        back_up(path, tmp_path / "copy.db")
    assert part.exists()
    part.unlink()
    back_up(path, tmp_path / "copy.db")
    assert not journal.exists()


def test_copy_is_on_the_disk_under_its_name(
    store: SqliteStore, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes before it has its name, and then the name: a backup that was said to be made outlives the power."""
    synced, sync = list[tuple[str, list[str]]](), os.fsync

    def watched(number: int) -> None:
        names = sorted(item.name for item in tmp_path.iterdir() if item.name.startswith("copy"))
        synced.append((Path(f"/proc/self/fd/{number}").readlink().name, names))
        sync(number)

    monkeypatch.setattr(os, "fsync", watched)
    back_up(path, tmp_path / "copy.db")
    assert synced == [("copy.db.part", ["copy.db.part"]), (tmp_path.name, ["copy.db"])]


def test_failed_copy_leaves_nothing(
    store: SqliteStore, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that fails at any step is not there, and the message says that nothing is lost."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("_sync", "copy"):
        with monkeypatch.context() as patched:
            patched.setattr(copies, step, fail)
            with pytest.raises(StoreError, match="nothing was lost"):
                back_up(path, tmp_path / "copy.db")
        assert not [item for item in tmp_path.iterdir() if item.name.startswith("copy")]


@pytest.mark.parametrize("content", [None, b"", b"something else" * 100])
def test_only_a_database_is_copied(tmp_path: Path, content: bytes | None) -> None:
    """What is missing, empty or no relay's database makes no copy and no database."""
    source = tmp_path / "source.db"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(StoreError):
        back_up(source, tmp_path / "copy.db")
    with pytest.raises(StoreError):
        restore(source, tmp_path / "copy.db", lineage=_lineages().__next__)
    assert not [item for item in tmp_path.iterdir() if item.name.startswith("copy")]


def test_damaged_database_is_no_backup(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A log without its end is found when it is copied, not when the copy is needed."""
    store._writer.execute("DELETE FROM entry WHERE position = 10")
    with pytest.raises(DamagedError, match="is damaged"):
        back_up(path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_missing_folder_is_a_message(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A folder that does not exist is a sentence."""
    with pytest.raises(StoreError, match="There is no folder"):
        back_up(path, tmp_path / "nowhere" / "copy.db")


def test_backup_keeps_its_format(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """A copy is marked as what it is a copy of."""
    back_up(path, tmp_path / "copy.db")
    assert not file.check(tmp_path / "copy.db")


@pytest.mark.parametrize("version", EARLIER)
def test_file_of_an_earlier_release_is_counted_copied_and_restored(tmp_path: Path, version: int) -> None:
    """Whatever format a database has, its sums are told, a backup of it keeps it, and this release restores that."""
    earlier, backup, restored = (tmp_path / name for name in ("earlier.db", "backup.db", "restored.db"))
    connection, start, name = of_format(earlier, version), origin(A, LINEAGE), envelope_id(envelope(1))
    running, stored_bytes = advance(start, 1, name), cost([envelope(1)])
    columns = "key, id, lineage, position, running, bytes, day"
    connection.execute(
        f"INSERT INTO mailbox ({columns}) VALUES (1, ?, ?, 1, ?, ?, 0)",  # noqa: S608 - our own words
        (A, LINEAGE, running, stored_bytes),
    )
    connection.execute("INSERT INTO entry VALUES (1, 1, ?, ?, ?)", (name, running, envelope(1)))
    if version > FORMAT_WITHOUT_LINES:
        connection.execute("INSERT INTO line (key, bytes) VALUES (1, ?)", (stored_bytes,))
        connection.execute("UPDATE mailbox SET line = 1")
    connection.close()
    before = earlier.read_bytes()
    assert measure(earlier, dormant_days=90) == Stats(1, 1, stored_bytes)
    back_up(earlier, backup)
    assert earlier.read_bytes() == before
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    restore(backup, restored, lineage=lambda: ANOTHER)
    store = SqliteStore(restored)
    assert read_all(store, A) == [envelope(1)]
    found = store.look(A)
    assert found is not None
    assert found.lineage == ANOTHER
    assert store.recount() == 0
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root gives files away.")
def test_restored_database_belongs_to_the_relay(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    """What root restores belongs to whoever owns the folder, so that the relay may open it; nobody else may."""
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 10_001, 10_002)
    copies.back_up(path, tmp_path / "copy.db")
    copies.restore(tmp_path / "copy.db", folder / "relay.db", lineage=lambda: LINEAGE)
    for found in (item.stat() for item in folder.iterdir()):
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (10_001, 10_002, 0o600)
    assert {item.name for item in folder.iterdir()} == {"relay.db", "relay.db.lock"}
