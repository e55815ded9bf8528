"""What is held beside a database is let go of when the disk is full, so that deleting is possible there too."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import DAY, A, B, batch, brief, close, open_, open_brief, read_all
from tests.system.proxies import program
from troth_relay.floor import Floor
from troth_relay.store import closings, reserve, upkeep
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import FullError
from troth_wire.ids import MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MAX

MEBIBYTE: Final = 2**20
HELD: Final = 6 * MEBIBYTE
ENTRIES: Final = 130
WAIT_S: Final = 30
C: Final = MailboxId(b"c" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be, on a disk with room."""
    return tmp_path / "relay.db"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Where a database may be, on a disk of its own with 24 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = [program("mount"), "-t", "tmpfs", "-o", "size=24m", "none", str(disk)]
    if subprocess.run(mounting, capture_output=True, timeout=WAIT_S, check=False).returncode != 0:
        pytest.skip("A disk of its own is made by who may mount one.")
    try:
        yield disk / "relay.db"
    finally:
        subprocess.run([program("umount"), "--lazy", str(disk)], timeout=WAIT_S, check=True)


def hold(path: Path) -> None:
    """Hold something, as a relay does after each sweep."""
    Floor(path, least_bytes=2 * HELD).hold()
    assert reserve.held_bytes(path) == HELD


def fill(path: Path) -> None:
    """Let another program take all room that is left, to the last byte."""
    with path.with_name("another").open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4_096))
    assert not os.statvfs(path.parent).f_bavail


def filled(path: Path) -> SqliteStore:
    """Return a store with a closed log, an open one and a rendezvous that has ended, on a disk without a free byte."""
    store = SqliteStore(path)
    for mailbox in (A, B):
        open_(store, mailbox)
    store.append([batch(A, *(envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(ENTRIES)))])
    store.append([batch(B, envelope(1))])
    assert close(store, A) is not None
    open_brief(store, C, brief(ends_s=600))
    # All of it is in the file, and the log is empty: whatever is deleted makes it grow.
    assert not store.reclaim()
    hold(path)
    fill(path)
    return store


def test_full_disk_is_deleted_from(small: Path) -> None:
    """Without a free byte what has ended goes, closed logs are emptied, and their room is on the disk again."""
    store = filled(small)
    with pytest.raises(FullError):
        store.append([batch(B, *(envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(2, ENTRIES)))])
    assert store.sweep(now_s=600, mailboxes_max=9) == (C,)
    while store.erase(closed_before=DAY + 1, entries_max=1_024):
        pass
    while store.reclaim():
        pass
    assert os.statvfs(small.parent).f_bavail * os.statvfs(small.parent).f_frsize > HELD
    assert read_all(store, B) == [envelope(1)]
    assert store.recount() == 0
    store.close()


def test_full_disk_takes_orders(small: Path) -> None:
    """Without a free byte a mailbox can be deleted, and another kept out."""
    store = filled(small)
    assert store.change(lambda tables: upkeep.delete(tables, A)) == (A,)
    store.change(lambda tables: upkeep.block(tables, B))
    assert store.look(A) is store.look(B) is None
    store.close()


def test_it_is_what_makes_the_difference(small: Path) -> None:
    """Where somebody took what was held away nothing can be deleted, and what is stored is as it was."""
    store = filled(small)
    reserve.let_go(small)
    fill(small)
    with pytest.raises(FullError, match="no room left"):
        store.change(lambda tables: upkeep.delete(tables, A))
    page = store.read(A, after=0, entries_max=2 * ENTRIES, bytes_max=2**40)
    assert page is not None
    assert len(page.entries) == ENTRIES
    small.with_name("another").unlink()
    store.close()


def test_killed_relay_starts_on_a_full_disk(small: Path) -> None:
    """What a killed relay held is let go of by the next one, which could not begin without any room."""
    SqliteStore(small).close()
    hold(small)
    fill(small)
    store = SqliteStore(small)
    store.close()
    fill(small)
    with pytest.raises(FullError):
        SqliteStore(small)


def test_little_is_deleted_where_there_is_little_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full gets room first, and then a small part of what was asked for."""
    store, erase, asked = SqliteStore(path), closings.erase, list[int]()

    def on_a_full_disk(*tables: object, closed_before: int, entries_max: int) -> int:
        if reserve.held_bytes(path):
            raise FullError("There is no room.")
        asked.append(entries_max)
        return erase(*tables, closed_before=closed_before, entries_max=entries_max)  # type: ignore[arg-type]

    monkeypatch.setattr(closings, "erase", on_a_full_disk)
    open_(store, A)
    store.append([batch(A, *map(envelope, range(100)))])
    close(store, A)
    hold(path)
    # The log itself, and so many entries.
    assert store.erase(closed_before=DAY + 1, entries_max=1_024) == 1 + 64
    assert store.erase(closed_before=DAY + 1, entries_max=1_024) == 36
    assert asked == [64, 1_024]
    store.close()


def test_nothing_of_it_stays(path: Path) -> None:
    """A relay that ends leaves one file, and what it held is gone; only its owner could read it."""
    store = SqliteStore(path)
    hold(path)
    assert path.with_name("relay.db.reserve").stat().st_mode & 0o777 == 0o600
    store.close()
    assert sorted(item.name for item in path.parent.iterdir()) == ["relay.db", "relay.db.lock"]


def test_nothing_is_held_where_it_is_not_wanted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database, without a size, or where the system gives no room, nothing is there afterwards."""
    reserve.hold(path, HELD)
    path.touch()
    reserve.hold(path, 0)

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        reserve.hold(path, HELD)
    with monkeypatch.context() as patched:
        patched.delattr(os, "posix_fallocate")
        reserve.hold(path, HELD)
    assert [item.name for item in path.parent.iterdir()] == ["relay.db"]
    reserve.let_go(path)
    assert reserve.held_bytes(path) == 0
