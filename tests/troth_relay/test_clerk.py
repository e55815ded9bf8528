"""Orders are carried out alike with and without a relay, and name whatever ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import LINEAGE, A, batch, brief, close
from troth_relay import clerk
from troth_relay.clerk import DAY_S, Clerk, said
from troth_relay.orders import Order, Verb
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import BusyError, UsageError
from troth_wire.ids import MailboxId

NOW_S = 10**9
NOBODY = MailboxId(b"n" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one log, one entry, and nine meetings that have ended."""
    path = tmp_path / "relay.db"
    store = SqliteStore(path)
    store.create(A, lineage=LINEAGE, day=20_000)
    store.append([batch(A, envelope(1))])
    for number in range(9):
        mailbox = MailboxId(number.to_bytes(32, "big"))
        store.create(mailbox, lineage=LINEAGE, day=0, brief=brief())
        store.append([batch(mailbox, *(envelope(n, size=60_000) for n in range(4)))])
    store.close()
    return path


@pytest.fixture
def at_work(path: Path) -> Iterator[Clerk]:
    """A clerk at an open database."""
    store = SqliteStore(path)
    yield Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: 180)
    store.close()


def test_what_has_ended_is_named(at_work: Clerk) -> None:
    """Collecting names all that ended, and its room is on the disk again."""
    outcome = at_work.carry_out(Order(Verb.GC))
    assert (outcome.answer["ended"], len(set(outcome.ended))) == (9, 9)
    assert int(outcome.answer["freed_bytes"] or 0) > 9 * 4 * 60_000 * 0.9
    assert at_work.carry_out(Order(Verb.GC)).answer["ended"] == 0
    assert set(at_work.carry_out(Order(Verb.VACUUM)).answer) == {"freed_bytes"}


def test_collecting_goes_by_the_settings_of_now(path: Path) -> None:
    """Entries of logs whose time is over go, by the settings as they are then, and wrong sums are put right."""
    kept_days = [10]
    store = SqliteStore(path)
    at_work = Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: kept_days[-1])
    close(store, A, day=NOW_S // DAY_S - 9)
    for days, erased in ((10, False), (9, False), (8, True)):
        kept_days.append(days)
        assert at_work.carry_out(Order(Verb.GC)).answer["wrong_sums"] == 0
        log = store.look(A)
        assert log is not None
        assert (log.closed, log.erased) == (True, erased)
    store.change(lambda tables: tables.execute("UPDATE line SET bytes = 7"))
    assert [at_work.carry_out(Order(Verb.GC)).answer["wrong_sums"] for _ in range(2)] == [1, 0]
    store.close()


def test_mailbox_is_shown_with_its_room(at_work: Clerk) -> None:
    """What is shown follows what was ordered: the room, the block, the end."""
    shown = at_work.carry_out(Order(Verb.SHOW, A)).answer
    assert shown | {"stored_bytes": 0} == {
        "mailbox": A.hex(),
        "kind": "log",
        "entries": 1,
        "stored_bytes": 0,
        "quota_bytes": None,
        "made": "2024-10-04",
        "ends_s": None,
        "blocked": False,
    }
    at_work.carry_out(Order(Verb.QUOTA, A, 5_000))
    assert at_work.carry_out(Order(Verb.BLOCK, A)).ended == (A,)
    shown = at_work.carry_out(Order(Verb.SHOW, A)).answer
    assert (shown["quota_bytes"], shown["blocked"]) == (5_000, True)
    assert at_work.carry_out(Order(Verb.DELETE, A)).ended == (A,)
    assert at_work.carry_out(Order(Verb.SHOW, A)).answer == {"mailbox": A.hex(), "kind": None, "blocked": True}
    assert at_work.carry_out(Order(Verb.UNBLOCK, A)).ended == ()
    with pytest.raises(UsageError, match="no such mailbox"):
        at_work.carry_out(Order(Verb.SHOW, A))


@pytest.mark.parametrize("verb", [Verb.SHOW, Verb.QUOTA, Verb.DELETE, Verb.UNBLOCK])
def test_nobodys_mailbox_is_a_sentence(at_work: Clerk, verb: Verb) -> None:
    """An order about a mailbox that is not there changes nothing and says so."""
    with pytest.raises(UsageError, match="Nothing was changed"):
        at_work.carry_out(Order(verb, NOBODY))


def test_without_a_relay_the_answer_is_the_same(path: Path) -> None:
    """Without a relay the same is done on the file alone; beside one nothing but counting is."""
    assert clerk.alone(Order(Verb.GC), path, now_s=lambda: NOW_S, closed_log_days=180)["ended"] == 9
    sums = clerk.alone(Order(Verb.STATS), path, now_s=lambda: NOW_S, closed_log_days=180)
    assert (sums["mailboxes"], sums["entries"]) == (1, 1)
    store = SqliteStore(path)
    again = clerk.alone(Order(Verb.STATS), path, now_s=lambda: NOW_S, closed_log_days=180)
    assert again | {"disk_free_bytes": 0} == sums | {"disk_free_bytes": 0}
    assert (
        Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: 180).carry_out(Order(Verb.STATS)).answer.keys()
        == sums.keys()
    )
    with pytest.raises(BusyError):
        clerk.alone(Order(Verb.DELETE, A), path, now_s=lambda: NOW_S, closed_log_days=180)
    assert store.look(A) is not None
    store.close()


def test_every_answer_has_its_words(at_work: Clerk) -> None:
    """Each answer is one sentence or a list of names and values, and holds every value that has a place in it."""
    for order in (Order(Verb.STATS), Order(Verb.SHOW, A)):
        answer = at_work.carry_out(order).answer
        assert [line.split()[0] for line in said(order.verb, answer).splitlines()] == list(answer)
    assert "quota_bytes none\n" in said(Verb.SHOW, at_work.carry_out(Order(Verb.SHOW, A)).answer)
    assert said(Verb.SHOW, at_work.carry_out(Order(Verb.SHOW, A)).answer).endswith("blocked no")
    for verb in (Verb.GC, Verb.VACUUM):
        assert "bytes went back to the disk" in said(verb, at_work.carry_out(Order(verb)).answer)
    for verb in (Verb.QUOTA, Verb.BLOCK, Verb.UNBLOCK, Verb.DELETE):
        assert A.hex() in said(verb, at_work.carry_out(Order(verb, A)).answer)
