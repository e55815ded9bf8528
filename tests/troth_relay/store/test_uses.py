"""What the database knows of use: a month of service for each line while that is wanted, and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.relay_store import A, B, open_
from troth_relay import limits
from troth_relay.store import beside, copies, upkeep
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import MailboxId

LONG_H = 400 * 24


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Two lines."""
    store = SqliteStore(tmp_path / "relay.db")
    open_(store, A)
    open_(store, B)
    yield store
    store.close()


def _noted(store: SqliteStore | Path) -> tuple[list[int], list[int]]:
    """Return the hours of service that are kept, and when each line was used."""
    path = store if isinstance(store, Path) else store._path
    with closing(sqlite3.connect(path)) as connection:
        service = connection.execute("SELECT hours FROM service").fetchall()
        lines = connection.execute("SELECT used FROM line ORDER BY key").fetchall()
    return [hours for (hours,) in service], [used for (used,) in lines]


def test_nothing_is_kept_until_it_is_wanted(store: SqliteStore) -> None:
    """Without the setting there is no hour and no use in the file; with it, a month of service and no date."""
    store.forget_use()
    assert _noted(store) == ([], [0, 0])
    line = (store.look(A) or open_(store, A)).line
    assert line is not None
    store.note_use([line], hours=100 * 24)
    assert _noted(store) == ([2_400], [3, 0])


def test_use_is_written_once_in_a_month(store: SqliteStore) -> None:
    """Noting the same line again changes no row until another month of service has begun."""
    line = (store.look(A) or open_(store, A)).line
    assert line is not None
    store.note_use([line], hours=40 * 24)
    before = store._writer.total_changes
    store.note_use([line] * 9, hours=0)
    assert store._writer.total_changes == before
    store.note_use([line], hours=30 * 24)
    assert store._writer.total_changes == before + 2


def test_what_is_said_again_costs_the_disk_nothing(store: SqliteStore) -> None:
    """Forgetting what was not noted, noting what was, and finding nothing idle write nothing, tick for tick."""
    log = store._path.with_name(store._path.name + "-wal")
    line = (store.look(A) or open_(store, A)).line
    assert line is not None
    for act in (store.forget_use, lambda: store.note_use([line], hours=0)):
        act()
        before = log.stat().st_size
        for _ in range(5):
            act()
            store.delete_idle(days=180, mailboxes_max=9)
        assert log.stat().st_size == before


def test_forgetting_is_bounded_and_begins_with_the_hours(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines there are, nothing is idle after the first commit, and all is forgotten after some more."""
    monkeypatch.setattr(limits, "SWEEP_MAILBOXES_MAX", 1)
    lines = [log.line for log in map(store.look, (A, B)) if log and log.line]
    store.note_use(lines, hours=LONG_H)
    store.forget_use()
    assert _noted(store) == ([], [0, 13])
    assert store.delete_idle(days=0, mailboxes_max=9) == ()
    # Wanted again in between: what an earlier count left must not make anything look old, or young.
    store.note_use([], hours=LONG_H)
    assert _noted(store) == ([], [0, 0])
    store.note_use([], hours=24)
    assert _noted(store) == ([24], [0, 0])


def test_backup_tells_nothing_of_use(store: SqliteStore, tmp_path: Path) -> None:
    """A copy holds no hour and no use, and who restores it begins to count anew."""
    lines = [log.line for log in map(store.look, (A, B)) if log and log.line]
    store.note_use(lines, hours=LONG_H)
    copies.back_up(store._path, tmp_path / "copy.db")
    assert _noted(tmp_path / "copy.db") == ([], [0, 0])
    assert _noted(store) == ([LONG_H], [13, 13])
    assert beside.measure(tmp_path / "copy.db", dormant_days=90).dormant == 0


def test_what_is_blocked_is_not_deleted_for_want_of_use(store: SqliteStore) -> None:
    """Nobody can use what is kept out: it stays until it is deleted, and goes with the others when it is let in."""
    open_(store, MailboxId(b"c" * 32), sponsor=A)
    store.change(lambda tables: upkeep.block(tables, A))
    store.note_use([], hours=LONG_H)
    assert store.delete_idle(days=180, mailboxes_max=9) == (B,)
    assert store.delete_idle(days=180, mailboxes_max=9) == ()
    store.change(lambda tables: upkeep.unblock(tables, A))
    assert len(store.delete_idle(days=180, mailboxes_max=9)) == 2
    assert store.see(lambda tables: tables.execute("SELECT count(*) FROM line").fetchone()) == (0,)


def test_deleted_bytes_are_overwritten(store: SqliteStore) -> None:
    """What was idle lies nowhere in the file, once it is erased."""
    store.note_use([], hours=LONG_H)
    store.delete_idle(days=180, mailboxes_max=9)
    while store.erase(closed_before=0, entries_max=9):
        pass
    store.close()
    content = store._path.read_bytes()
    assert (content.count(A), content.count(B)) == (0, 0)
