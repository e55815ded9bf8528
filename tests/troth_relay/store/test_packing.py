"""Packing moves entries together and changes nothing else, whatever is written between two steps."""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import LINEAGE, batch, read_all
from troth_relay import limits
from troth_relay.store import packing, upkeep
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import MailboxId

KEPT, GONE, LATE = (MailboxId(letter * 32) for letter in (b"k", b"g", b"l"))
SIZE: Final = 700


def fill(path: Path, order: list[bool]) -> SqliteStore:
    """Write entries of two mailboxes in this order, and delete those of one."""
    store = SqliteStore(path)
    for mailbox in (KEPT, GONE, LATE):
        store.create(mailbox, lineage=LINEAGE, day=0)
    for number, kept in enumerate(order):
        store.append([batch(KEPT if kept else GONE, envelope(number, size=SIZE))])
    store.change(lambda tables: upkeep.delete(tables, GONE))
    while store.erase(closed_before=0, entries_max=100):
        pass
    while store.reclaim():
        pass
    return store


@pytest.fixture(autouse=True)
def steps_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each step move a few entries."""
    monkeypatch.setattr(limits, "PACK_ENTRIES_MAX", 7)


@given(order=st.lists(st.booleans(), max_size=40))
def test_nothing_but_the_place_changes(tmp_path_factory: pytest.TempPathFactory, order: list[bool]) -> None:
    """Whatever was deleted between, all that stays is read as before, with what was pushed between two steps."""
    store = fill(tmp_path_factory.mktemp("pack") / "relay.db", order)
    before, pushed, steps = read_all(store, KEPT), list[bytes](), 0
    place = store.pack_on(packing.BEGINNING)
    while place is not None:
        pushed.append(envelope(1_000 + len(pushed), size=SIZE))
        store.append([batch(LATE, pushed[-1])])
        place, steps = store.pack_on(place), steps + 1
        assert steps <= len(order)
    assert read_all(store, KEPT) == before == [envelope(n, size=SIZE) for n, kept in enumerate(order) if kept]
    assert read_all(store, LATE) == pushed
    # What came meanwhile is packed already, so it ends whoever goes on pushing.
    assert steps == -(-sum(order) // 7)
    assert store.recount() == 0
    store.close()


def test_room_between_entries_goes_back(tmp_path: Path) -> None:
    """Pages that were half empty are fewer afterwards, and what is left over is on the disk again."""
    path = tmp_path / "relay.db"
    store = fill(path, [number % 2 == 0 for number in range(900)])
    before, place = path.stat().st_size, store.pack_on(packing.BEGINNING)
    while place is not None:
        place = store.pack_on(place)
    while store.reclaim():
        pass
    assert path.stat().st_size < before * 0.7
    assert len(read_all(store, KEPT)) == 450
    store.close()


def test_steps_are_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step moves no more bytes than it may, and one entry where that is longer by itself."""
    store = fill(tmp_path / "relay.db", [True] * 6)
    for bytes_max, steps in ((2 * SIZE, 3), (1, 6)):
        monkeypatch.setattr(limits, "PACK_BYTES_MAX", bytes_max)
        place, taken = store.pack_on(packing.BEGINNING), 0
        while place is not None:
            place, taken = store.pack_on(place), taken + 1
        assert taken == steps
    store.close()
