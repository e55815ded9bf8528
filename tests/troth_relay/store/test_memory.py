"""The fake keeps every promise of the port, so what is proven with it holds for the real one."""

from dataclasses import replace

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import LINEAGE, A, Bench, RelayStoreContract, batch
from troth_relay.store import Store
from troth_relay.store.memory import Crash, Disk, MemoryStore


class MemoryBench:
    """A fake store with its fake disk."""

    def __init__(self) -> None:
        """Begin with an empty disk."""
        self._disk = Disk()
        self.store: Store = MemoryStore(self._disk)

    def reopen(self) -> None:
        """Open another store of the same disk."""
        self.store = MemoryStore(self._disk)

    def killed_after(self, acknowledged: int) -> int:
        """Let the process die at the commit after that many."""
        self._disk.commits_left = acknowledged
        for number in range(acknowledged):
            self.store.append([batch(A, envelope(number))])
        with pytest.raises(Crash):
            self.store.append([batch(A, envelope(acknowledged))])
        self._disk.commits_left = None
        self.reopen()
        return acknowledged

    def fill(self) -> None:
        """Leave no room."""
        self._disk.full = True

    def make_room(self) -> None:
        """Make room."""
        self._disk.full = False


@pytest.fixture
def bench() -> Bench:
    """A fake store."""
    return MemoryBench()


class TestMemoryStore(RelayStoreContract):
    """The port's promises, kept by the fake."""


def test_crash_loses_the_commit_alone() -> None:
    """A process that dies before a commit loses the whole of it, and nothing before it."""
    disk = Disk(commits_left=2)
    store = MemoryStore(disk)
    store.create(A, lineage=LINEAGE, day=0)
    store.append([batch(A, envelope(1))])
    with pytest.raises(Crash):
        store.append([batch(A, envelope(2)), batch(A, envelope(3))])
    log = MemoryStore(disk).look(A)
    assert log is not None
    assert log.position == 1


def test_wrong_sums_are_found() -> None:
    """The fake counts like the real one, so that a sum which is wrong shows."""
    disk = Disk()
    store = MemoryStore(disk)
    store.create(A, lineage=LINEAGE, day=0)
    found = disk.mailboxes[A]
    found.log = replace(found.log, stored_bytes=1)
    assert (store.recount(), store.recount()) == (1, 0)
