"""The store in memory keeps the word of a store, and the contract finds one that does not."""

from collections.abc import Callable, Sequence

import pytest

from troth import Put, document_id
from troth.ports import Store
from troth.step import Row
from troth.testing import MemoryStore, World, store_contract
from troth_wire.errors import StoreError

LIST = document_id("list")


class Broken(MemoryStore):
    """A store with one thing wrong; `wrong` says which."""

    def __init__(self, wrong: str) -> None:
        """Begin empty."""
        super().__init__()
        self.wrong = wrong
        if wrong == "not empty at first":
            self.rows["a", b"old"] = b"row"

    def load(self) -> list[Row]:
        """Return rows, in the wrong order if that is what is wrong."""
        rows = super().load()
        match self.wrong:
            case "out of order":
                return rows[::-1]
            case "by key before table":
                return sorted(rows, key=lambda row: row.key)
            case "loses empty values":
                return [row for row in rows if row.value]
            case "cuts large values":
                return [Row(row.table, row.key, (row.value or b"")[:65_536]) for row in rows]
        return rows

    def commit(self, rows: Sequence[Row]) -> None:
        """Commit, or not quite."""
        match self.wrong:
            case "never removes":
                super().commit([row for row in rows if row.value is not None])
            case "never replaces":
                super().commit([row for row in rows if row.value is None or (row.table, row.key) not in self.rows])
            case "first row alone":
                super().commit(rows[:1])
            case "removals last":
                super().commit(sorted(rows, key=lambda row: row.value is None))
            case "tables mixed up":
                super().commit([Row("a", row.key, row.value) for row in rows])
            case "missing rows can not be removed":
                if any(row.value is None and (row.table, row.key) not in self.rows for row in rows):
                    raise StoreError
                super().commit(rows)
            case _:
                super().commit(rows)


WRONG = (
    "not empty at first",
    "out of order",
    "by key before table",
    "loses empty values",
    "cuts large values",
    "never removes",
    "never replaces",
    "first row alone",
    "removals last",
    "tables mixed up",
    "missing rows can not be removed",
)


def reopening(store: Store) -> Callable[[], Store]:
    """Open the same store again and again."""
    return lambda: store


def test_the_fake_store_keeps_the_contract() -> None:
    """The store in memory passes what every real one must."""
    store_contract(reopening(MemoryStore()))
    store_contract(reopening(Broken("nothing")))


@pytest.mark.parametrize("wrong", WRONG)
def test_a_broken_store_breaks_the_contract(wrong: str) -> None:
    """Each way of not keeping rows is found."""
    with pytest.raises((AssertionError, StoreError)):
        store_contract(reopening(Broken(wrong)))


def test_a_store_that_keeps_nothing_is_found() -> None:
    """A store whose rows are gone after a kill breaks the contract."""
    with pytest.raises(AssertionError):
        store_contract(MemoryStore)


def test_a_full_store_changes_nothing() -> None:
    """A commit that fails leaves every row as it was, and an edit that can not be saved is told to its caller."""
    world = World("ann")
    ann = world.devices["ann"]
    ann.store.full = True
    before = ann.store.load()
    with pytest.raises(StoreError):
        ann.edit(LIST, Put(("k",), 1))
    assert ann.store.load() == before
