"""Beside a relay that serves, its file can be counted in and its passes changed, and the relay goes by them."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import DAY, LINEAGE, A, B, batch, close
from troth_relay.store import Denial, Log, Pass, Ticket, file, passes
from troth_relay.store.beside import changing, copy, measure
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import DamagedError, NewerError, StoreError

PASS = Pass(b"h" * 32, uses=1, ends_s=100, quota_bytes=None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "relay.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A relay's store, open."""
    store = SqliteStore(path)
    yield store
    store.close()


def test_counting_beside_a_relay(store: SqliteStore, path: Path) -> None:
    """What is stored is counted while a relay has the file open, and the relay goes on."""
    store.create(A, lineage=LINEAGE, day=0)
    store.append([batch(A, envelope(1), envelope(2))])
    assert measure(path) == store.stats()
    close(store, A)
    store.create(B, lineage=LINEAGE, day=0)
    store.append([batch(B, envelope(1))])
    while store.erase(closed_before=DAY + 1, entries_max=9):
        assert measure(path) == store.stats()
    assert measure(path).entries == 1
    store.append([batch(B, envelope(3))])
    assert measure(path).entries == 2


def test_pass_made_beside_a_relay_counts(store: SqliteStore, path: Path) -> None:
    """The relay goes by what was changed beside it from the next request on."""
    ticket = Ticket(PASS.hash, 0)
    assert store.create(A, lineage=LINEAGE, day=0, ticket=ticket) is Denial.UNADMITTED
    with changing(path) as connection:
        number = passes.add(connection, PASS, now_s=0)
    assert isinstance(store.create(A, lineage=LINEAGE, day=0, ticket=ticket), Log)
    with changing(path) as connection:
        assert passes.revoke(connection, number)
    assert store.create(B, lineage=LINEAGE, day=0, ticket=ticket) is Denial.UNADMITTED


def test_change_is_whole_or_not_at_all(store: SqliteStore, path: Path) -> None:
    """A change that fails in the middle changed nothing."""
    with pytest.raises(StoreError, match="can not be used"):
        _add_twice(path)
    assert store.passes_issued() == 0


def _add_twice(path: Path) -> None:
    with changing(path) as connection:
        passes.add(connection, PASS, now_s=0)
        passes.add(connection, PASS, now_s=0)


def test_file_of_an_earlier_release_is_named(store: SqliteStore, path: Path) -> None:
    """A file that no relay of this release has opened yet is not changed beside it."""
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(StoreError, match="Start the relay once"), changing(path):
        pytest.fail("it was opened")


def _change(path: Path) -> None:
    with changing(path):
        pytest.fail("it was opened")


@pytest.mark.parametrize("folded", [True, False])
def test_file_of_a_newer_release_is_left_alone(path: Path, tmp_path: Path, folded: bool) -> None:
    """What a newer release wrote is neither changed nor counted nor copied, also while it serves and has not folded."""
    SqliteStore(path).close()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {file.FORMAT + 1}")
    if folded:
        newer.close()
    before = path.read_bytes()
    for act in (_change, measure, lambda path: copy(path, tmp_path / "copy.db")):
        with pytest.raises(NewerError, match="It was not changed"):
            act(path)
    assert path.read_bytes() == before
    newer.close()


def test_copy_of_something_else_is_refused(path: Path, tmp_path: Path) -> None:
    """What is no database makes no copy."""
    path.write_bytes(b"something else" * 100)
    with pytest.raises(DamagedError):
        copy(path, tmp_path / "copy.db")
