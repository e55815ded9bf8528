"""What an operator does to one mailbox: it does that, all of it, and nothing to another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import LINEAGE, A, B, batch, brief, read_all
from troth_relay.store import Denial, Log, births, upkeep
from troth_relay.store.database import Connection
from troth_relay.store.sqlite import SqliteStore
from troth_relay.store.upkeep import Shown
from troth_wire.ids import MailboxId
from troth_wire.messages import MailboxKind

C = MailboxId(b"c" * 32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Two logs with entries, and an invitation that the first one sponsors."""
    store = SqliteStore(tmp_path / "relay.db")
    for mailbox in (A, B):
        store.create(mailbox, lineage=LINEAGE, day=20_000)
        store.append([batch(mailbox, envelope(1), envelope(2))])
    store.create(C, lineage=LINEAGE, day=20_000, brief=brief(MailboxKind.INVITATION, sponsor=A))
    yield store
    store.close()


def test_mailbox_is_shown(store: SqliteStore) -> None:
    """Kind, entries, bytes, room and day are shown, and of a brief one its end."""
    cost = 2 * (len(envelope(1)) + 256)
    assert store.see(lambda tables: upkeep.show(tables, A)) == Shown(MailboxKind.LOG, 2, cost, None, 20_000, None)
    invitation = store.see(lambda tables: upkeep.show(tables, C))
    assert invitation is not None
    assert (invitation.kind, invitation.ends_s is not None) == (MailboxKind.INVITATION, True)
    assert store.see(lambda tables: upkeep.show(tables, MailboxId(bytes(32)))) is None


def test_room_of_its_own_counts_at_once(store: SqliteStore) -> None:
    """A log with a smaller room takes no more, and with that of everybody it does; a brief one has none of its own."""
    assert store.change(lambda tables: upkeep.give_room(tables, A, 1_700))
    assert store.append([batch(A, envelope(3)), batch(B, envelope(3))])[0].refused
    assert store.change(lambda tables: upkeep.give_room(tables, A, None))
    assert store.append([batch(A, envelope(3))])[0].entries
    assert not store.change(lambda tables: upkeep.give_room(tables, C, 1))
    assert not store.change(lambda tables: upkeep.give_room(tables, MailboxId(bytes(32)), 1))


def test_deleted_mailbox_leaves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    """A log goes with its entries and the invitations that would tell who invited; every other one stays."""
    assert set(store.change(lambda tables: upkeep.delete(tables, A))) == {A, C}
    assert (store.look(A), store.look(C), len(read_all(store, B))) == (None, None, 2)
    assert store.change(lambda tables: upkeep.delete(tables, A)) == ()
    store.close()
    # Overwritten, not only forgotten.
    content = (tmp_path / "relay.db").read_bytes()
    assert (content.count(A), content.count(C)) == (0, 0)


def test_blocked_mailbox_is_kept_out(store: SqliteStore) -> None:
    """Nobody finds, opens, reads or fills it; what lay in it is there again when it is not blocked any more."""
    for _ in range(2):
        store.change(lambda tables: upkeep.block(tables, A))
    assert store.look(A) is None
    assert store.read(A, after=0, entries_max=9, bytes_max=9_999) is None
    assert store.create(A, lineage=LINEAGE, day=1) is Denial.UNADMITTED
    assert store.append([batch(A, envelope(3))])[0].refused
    assert store.see(lambda tables: (births.is_blocked(tables, A), births.is_blocked(tables, B))) == (True, False)
    assert isinstance(store.look(B), Log)
    assert store.change(lambda tables: upkeep.unblock(tables, A))
    assert not store.change(lambda tables: upkeep.unblock(tables, A))
    assert len(read_all(store, A)) == 2


def test_deleted_and_blocked_does_not_come_back(store: SqliteStore) -> None:
    """A mailbox that is deleted and blocked can not be opened anew, also after a restart."""

    def end(tables: Connection) -> None:
        upkeep.delete(tables, A)
        upkeep.block(tables, A)

    store.change(end)
    store.close()
    again = SqliteStore(store._path)
    assert again.create(A, lineage=LINEAGE, day=1) is Denial.UNADMITTED
    again.close()
