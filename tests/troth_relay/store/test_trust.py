"""A database that is not where it was opened, or was found damaged, is known as that until it is opened anew."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import LINEAGE, A, B, batch, open_, read_all
from troth_relay.store import file
from troth_relay.store.sqlite import SqliteStore
from troth_relay.store.trust import Trust
from troth_wire.errors import DamagedError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "relay.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A relay's store, open, with a log."""
    store = SqliteStore(path)
    open_(store, A)
    store.append([batch(A, *map(envelope, range(10)))])
    yield store
    store.close()


def _move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def _replace(path: Path) -> None:
    _move(path)
    path.touch()


def _delete_the_log(path: Path) -> None:
    file.wal_of(path).unlink()


WAYS: Final = {"moved": _move, "deleted": Path.unlink, "replaced": _replace, "without its log": _delete_the_log}


@pytest.mark.parametrize("act", WAYS.values(), ids=WAYS)
def test_nothing_is_confirmed_where_nobody_would_find_it(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture, act: Callable[[Path], None]
) -> None:
    """Moved, deleted or replaced under a relay: it stores nothing more, reads on, and says so in one line."""
    act(path)
    for _ in range(3):
        with pytest.raises(DamagedError, match="moved, deleted or replaced"):
            store.append([batch(A, envelope(10))])
        with pytest.raises(DamagedError, match="Put them back"):
            store.create(B, lineage=LINEAGE, day=0)
        with pytest.raises(DamagedError):
            store.check()
    assert read_all(store, A) == [envelope(n) for n in range(10)]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_what_comes_back_is_trusted_when_it_is_opened_anew(store: SqliteStore, path: Path) -> None:
    """Put back under a relay that runs it is not written to; closed and opened again it is, with all that was there."""
    _move(path)
    with pytest.raises(DamagedError):
        store.check()
    path.with_name("moved.db").rename(path)
    with pytest.raises(DamagedError):
        store.append([batch(A, envelope(10))])
    store.close()
    again = SqliteStore(path)
    again.check()
    again.append([batch(A, envelope(10))])
    assert len(read_all(again, A)) == 11
    again.close()


def test_damage_is_known_from_the_first_time_on(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Damage that was met once is known until the store is opened anew, and one line says so, whatever else works."""
    open_(store, B)
    store.append([batch(B, envelope(1))])
    store.check()
    store._writer.execute("DELETE FROM entry WHERE position = 5")
    for _ in range(3):
        with pytest.raises(DamagedError):
            read_all(store, A)
        assert read_all(store, B) == [envelope(1)]
        with pytest.raises(DamagedError):
            store.check()
    store.append([batch(B, envelope(2))])
    assert ["is damaged" in said for said in caplog.messages] == [True]
    _move(path)
    with pytest.raises(DamagedError, match="moved"):
        store.append([batch(B, envelope(3))])
    assert ["is damaged" in said for said in caplog.messages] == [True, False]


def test_what_can_not_be_found_out_is_no_reproach(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that can not be looked into at this moment does not end the trust in what is open."""
    path.touch()
    trust = Trust(path)

    def fail(_: Path) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", fail)
        trust.check()
    trust.check()
