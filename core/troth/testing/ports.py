"""Fakes of what the engine needs from outside, and what it expects of every store.

Entropy repeats itself for the same seed, and the probe tries in this very process.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b

from troth.document import Document, PoisonedError
from troth.ports import Entropy, Store
from troth.step import Row
from troth_wire.errors import StoreError
from troth_wire.ids import ActorId, DocumentId

__all__ = ["MemoryStore", "entropy_of", "probe_here", "store_contract"]


def entropy_of(seed: str) -> Entropy:
    """Return a source of bytes that is the same for the same seed; never for real keys."""
    drawn = 0

    def entropy(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        stream = b""
        while len(stream) < length:
            stream += blake2b(f"{seed}/{drawn}/{len(stream)}".encode()).digest()
        return stream[:length]

    return entropy


def probe_here(_document: DocumentId, saved: bytes, changes: Sequence[bytes]) -> bool:
    """Try changes in this very process: right for tests, where nothing aborts it."""
    try:
        trial = Document.load(saved, ActorId(bytes(16)))
        for raw in changes:
            trial.merge(raw)
        return Document.load(trial.save(), ActorId(bytes(16))).heads() == trial.heads()
    except PoisonedError:
        return False


class MemoryStore:
    """A store in memory; survives a `Crash` with what was committed, and can be told to be full."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, bytes], bytes] = {}
        self.full = False

    def load(self) -> list[Row]:
        """Return every row, in order of table and key."""
        return [Row(table, key, value) for (table, key), value in sorted(self.rows.items())]

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, all or none.

        Raises:
            StoreError: If it was told to be full.
        """
        if self.full:
            raise StoreError("There is no room. Nothing was changed. Make room and try again.")
        for row in rows:
            if row.value is None:
                self.rows.pop((row.table, row.key), None)
            else:
                self.rows[row.table, row.key] = row.value


def store_contract(reopen: Callable[[], Store]) -> None:
    """Check what the engine expects of a store; every store passes this, the fake included.

    Args:
        reopen: Opens the same store again as if the process had been killed; called several times.

    Raises:
        AssertionError: If the store breaks its word.
    """
    store = reopen()
    assert list(store.load()) == [], "a new store is empty"
    store.commit([Row("b", b"2", b"two"), Row("b", b"", b"one"), Row("a", b"9", b"")])
    expected = [Row("a", b"9", b""), Row("b", b"", b"one"), Row("b", b"2", b"two")]
    assert list(store.load()) == expected, "rows come back in order of table and key, also empty ones"
    assert list(reopen().load()) == expected, "what commit returned from is there after a kill"
    store = reopen()
    store.commit([Row("b", b"", None), Row("b", b"2", b"zwei"), Row("gone", b"", None)])
    assert list(reopen().load()) == [Row("a", b"9", b""), Row("b", b"2", b"zwei")], "rows are replaced and removed"
    store = reopen()
    store.commit([])
    store.commit([Row("c", b"k", b"first"), Row("c", b"k", None), Row("c", b"k", b"last")])
    large = bytes(range(256)) * 512
    store.commit([Row("d", bytes([number]), large) for number in range(8)])
    rows = {(row.table, row.key): row.value for row in reopen().load()}
    assert rows.get(("c", b"k")) == b"last", "rows of one commit take effect in order"
    assert all(rows.get(("d", bytes([number]))) == large for number in range(8)), "large values come back whole"
