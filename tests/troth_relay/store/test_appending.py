"""Whatever is pushed in whatever commits, taken for new or looked up first, what comes of it is the same."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import PLENTY, A, B, batch, close, open_
from troth_relay.admission import cost
from troth_relay.store import Batch, Store
from troth_relay.store.memory import MemoryStore
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import MailboxId

CLOSED: Final = MailboxId(b"c" * 32)
NOBODY: Final = MailboxId(b"n" * 32)
ROOM: Final = cost([envelope(0)])
BATCHES: Final = st.builds(
    lambda mailbox, numbers, rooms: batch(mailbox, *map(envelope, numbers), quota_bytes=rooms * ROOM),
    st.sampled_from([A, B, CLOSED, NOBODY]),
    st.lists(st.integers(0, 7), min_size=1, max_size=4),
    st.integers(0, 9),
)


def furnish(store: Store) -> None:
    """Two logs of one line, one of which was closed with something in it."""
    open_(store, CLOSED)
    store.append([batch(CLOSED, envelope(0))])
    open_(store, A, sponsor=CLOSED)
    close(store, CLOSED, successor=A)
    open_(store, B)


def held(store: Store, mailbox: MailboxId) -> tuple[object, ...]:
    """All that a mailbox holds, and what it says of itself."""
    page = store.read(mailbox, after=0, entries_max=1_000, bytes_max=PLENTY)
    assert page is not None
    return page.entries, page.log.position, page.log.running, page.log.stored_bytes


@given(commits=st.lists(st.lists(BATCHES, min_size=1, max_size=6), min_size=1, max_size=5))
def test_every_history_of_pushes_comes_out_as_in_the_plain_store(commits: Sequence[Sequence[Batch]]) -> None:
    """SQLite's store and the one in memory answer every commit alike, hold the same, and count it right."""
    with TemporaryDirectory() as folder:
        plain, sqlite = MemoryStore(), SqliteStore(Path(folder) / "relay.db")
        try:
            for store in (plain, sqlite):
                furnish(store)
            for batches in commits:
                assert sqlite.append(batches) == plain.append(batches)
            for mailbox in (A, B, CLOSED):
                assert held(sqlite, mailbox) == held(plain, mailbox)
            assert sqlite.stats() == plain.stats()
            assert sqlite.recount() == 0
        finally:
            sqlite.close()


def test_a_push_of_which_nothing_is_kept_writes_nothing(tmp_path: Path) -> None:
    """What is held already, does not fit or comes too late costs the disk nothing, however often it comes."""
    store = SqliteStore(tmp_path / "relay.db")
    try:
        furnish(store)
        store.append([batch(A, envelope(1))])
        before = store.change(lambda tables: tables.total_changes)
        for pushed in (batch(A, envelope(1)), batch(A, envelope(2), quota_bytes=0), batch(CLOSED, envelope(2))):
            store.append([pushed])
        assert store.change(lambda tables: tables.total_changes) == before
    finally:
        store.close()
