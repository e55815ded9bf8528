"""What an operator does to one mailbox: it does that, all of it, and nothing to another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import DAY, LINEAGE, A, B, batch, brief, close, open_, read_all
from troth_relay.store import Denial, Log, births, upkeep
from troth_relay.store.database import Connection
from troth_relay.store.sqlite import SqliteStore
from troth_relay.store.upkeep import Shown
from troth_wire.ids import MailboxId
from troth_wire.messages import MailboxKind

C, D, E, NEXT = (MailboxId(letter * 32) for letter in (b"c", b"d", b"e", b"n"))


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


def test_room_is_that_of_the_line(store: SqliteStore) -> None:
    """A room that one log is given is that of all logs of its line, those that come later too, and of no other line."""
    open_(store, D, sponsor=A)
    meeting = brief(MailboxKind.MEETING, sponsor=A)
    store.create(E, lineage=LINEAGE, day=DAY, brief=meeting)
    assert store.change(lambda tables: upkeep.give_room(tables, D, 5_000))
    logs = [store.look(mailbox) for mailbox in (A, D, E, B)]
    assert [log.quota_bytes for log in logs if log] == [5_000, 5_000, None, None]
    assert open_(store, NEXT, sponsor=A).quota_bytes == 5_000
    assert not store.change(lambda tables: upkeep.give_room(tables, E, 1))


def test_deleted_log_leaves_its_line(store: SqliteStore) -> None:
    """What a deleted log held counts no more, and whatever has its key next is open and empty."""
    open_(store, D, sponsor=A)
    store.append([batch(D, envelope(1))])
    close(store, D, successor=A)
    assert store.change(lambda tables: upkeep.delete(tables, D)) == (D,)
    assert store.recount() == 0
    again = open_(store, D, sponsor=B)
    assert (again.closed, again.stored_bytes, read_all(store, D)) == (False, 0, [])
    assert store.recount() == 0


def test_meetings_go_with_the_last_log_of_their_line(store: SqliteStore) -> None:
    """A line stays as long as it has a log; then its meeting mailboxes go too, and the next line has none of them."""
    open_(store, D, sponsor=A)
    store.create(E, lineage=LINEAGE, day=DAY, brief=brief(MailboxKind.MEETING, sponsor=A))
    assert set(store.change(lambda tables: upkeep.delete(tables, A))) == {A, C}
    assert isinstance(store.look(E), Log)
    assert set(store.change(lambda tables: upkeep.delete(tables, D))) == {D, E}
    assert store.look(E) is None
    assert store.see(lambda tables: tables.execute("SELECT count(*) FROM line").fetchone()) == (1,)
    assert store.recount() == 0


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
    assert store.create(A, lineage=LINEAGE, day=1, sponsor=B) is Denial.UNADMITTED
    assert store.create(A, lineage=LINEAGE, day=1, brief=brief()) is Denial.UNADMITTED
    assert store.append([batch(A, envelope(3))])[0].refused
    assert close(store, A) is None
    assert store.see(lambda tables: (births.is_blocked(tables, A), births.is_blocked(tables, B))) == (True, False)
    assert isinstance(store.look(B), Log)
    assert store.change(lambda tables: upkeep.unblock(tables, A))
    assert not store.change(lambda tables: upkeep.unblock(tables, A))
    assert len(read_all(store, A)) == 2


def test_nothing_leads_to_a_blocked_mailbox_or_comes_of_it(store: SqliteStore) -> None:
    """No log is closed towards a mailbox that is kept out, and it sponsors neither a log nor a meeting."""
    store.change(lambda tables: upkeep.block(tables, A))
    assert close(store, B, successor=A) is Denial.ASTRAY
    assert store.create(D, lineage=LINEAGE, day=1, sponsor=A) is Denial.UNSPONSORED
    meeting = brief(MailboxKind.MEETING, sponsor=A)
    assert store.create(D, lineage=LINEAGE, day=1, brief=meeting) is Denial.UNSPONSORED


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
