"""Orders are carried out alike with and without a relay, and name whatever ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import LINEAGE, A, B, batch, brief, close
from troth_relay import clerk, limits
from troth_relay.admission import Idle
from troth_relay.clerk import DAY_S, Clerk, next_step, said
from troth_relay.orders import Order, Verb
from troth_relay.store import Log, beside
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import BusyError, UsageError
from troth_wire.ids import MailboxId

NOW_S = 10**9
NOBODY = MailboxId(b"n" * 32)
STEPS = 10
"""How many of SQLite's steps are one on the scales."""


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


def test_what_is_not_folded_yet_is_counted(path: Path) -> None:
    """What waits in the write-ahead log is room too: sums say so, and no collecting gives back less than nothing."""
    store = SqliteStore(path)
    at_work = Clerk(store, path, now_s=lambda: 0, closed_log_days=lambda: 180)
    for verb in (Verb.GC, Verb.VACUUM):
        store.append([batch(A, *(envelope(n, size=60_000 + len(verb.value)) for n in range(9)))])
        sums = at_work.carry_out(Order(Verb.STATS)).answer
        assert int(sums["database_bytes"] or 0) >= int(sums["stored_bytes"] or 0) > path.stat().st_size
        assert int(at_work.carry_out(Order(verb)).answer["freed_bytes"] or 0) >= 0
    store.close()


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


def test_collecting_deletes_what_is_idle(path: Path) -> None:
    """Where the operator wants it lines that nobody used are counted and deleted, with a relay and without one."""
    store, wanted = SqliteStore(path), Idle(dormant_days=90, delete_days=180)
    store.note_use([], hours=300 * 24)
    for idle, dormant in ((None, 0), (wanted, 1)):
        at_work = Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: 180, idle=partial(_just, idle))
        assert at_work.carry_out(Order(Verb.STATS)).answer["dormant_lines"] == dormant
        outcome = at_work.carry_out(Order(Verb.GC))
        assert (A in outcome.ended) is (idle is not None)
    store.create(A, lineage=LINEAGE, day=20_000)
    store.note_use([], hours=300 * 24)
    store.close()
    for verb, name, found in ((Verb.STATS, "dormant_lines", 1), (Verb.GC, "ended", 1), (Verb.STATS, "mailboxes", 0)):
        answer = clerk.alone(Order(verb), path, now_s=lambda: NOW_S, closed_log_days=180, idle=wanted)
        assert answer[name] == found


def _just(idle: Idle | None) -> Idle | None:
    return idle


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


def _heavy(path: Path, entries: int) -> SqliteStore:
    """Return a store with a long log, a long one that was closed long ago, and many meetings that have ended."""
    store = SqliteStore(path)
    for mailbox in (A, B):
        store.create(mailbox, lineage=LINEAGE, day=20_000)
        store.append([batch(mailbox, *(envelope(number) for number in range(entries)))])
    close(store, B, day=0)
    for number in range(entries // 4):
        mailbox = MailboxId(number.to_bytes(32, "big"))
        store.create(mailbox, lineage=LINEAGE, day=0, brief=brief())
        store.append([batch(mailbox, *map(envelope, range(4)))])
    return store


class Scales:
    """Weighs each commit of a store: how many rows it changed, and how many steps SQLite took for it."""

    def __init__(self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """Weigh from now on."""
        self.changed: list[int] = []
        self.steps: list[int] = []
        self._passed = 0
        writing, writer = store._writing, store._writer
        writer.set_progress_handler(self._pass, STEPS)

        @contextmanager
        def weighed() -> Iterator[None]:
            before, self._passed = writer.total_changes, 0
            with writing():
                yield
            self.changed.append(writer.total_changes - before)
            self.steps.append(self._passed)

        monkeypatch.setattr(store, "_writing", weighed)

    def _pass(self) -> int:
        self._passed += 1
        return 0


@pytest.mark.parametrize("verb", [Verb.GC, Verb.DELETE])
def test_no_commit_grows_with_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: Verb) -> None:
    """However much is collected, counted or deleted, a commit changes and reads so many rows and no more."""
    monkeypatch.setattr(limits, "ERASE_ENTRIES_MAX", 16)
    monkeypatch.setattr(limits, "RECOUNT_ROWS_MAX", 16)
    monkeypatch.setattr(limits, "RECLAIM_PAGES_MAX", 4)
    monkeypatch.setattr(limits, "SWEEP_MAILBOXES_MAX", 8)
    found: dict[int, Scales] = {}
    for entries in (80, 800):
        path = tmp_path / f"{entries}.db"
        store = _heavy(path, entries)
        scales = found[entries] = Scales(store, monkeypatch)
        at_work = Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: 180)
        at_work.carry_out(Order(verb, A if verb is Verb.DELETE else MailboxId(b"")))
        # A mailbox of four entries has five rows, and a step does a little beside.
        assert max(scales.changed) <= 16 + 8
        store.close()
    few, many = found[80], found[800]
    assert len(many.changed) > 5 * len(few.changed)
    # The whole in one commit would take ten times as many; deeper trees take a little more.
    assert max(many.steps) <= 2 * max(few.steps)


def test_others_have_their_turn_between_the_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pushed between two parts of an order is stored then, and in the end every sum is right."""
    monkeypatch.setattr(limits, "ERASE_ENTRIES_MAX", 16)
    monkeypatch.setattr(limits, "RECOUNT_ROWS_MAX", 16)
    path = tmp_path / "relay.db"
    store = _heavy(path, 80)
    at_work = Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: 180)
    numbers = iter(range(1_000, 10_000))
    for order in (Order(Verb.DELETE, B), Order(Verb.GC)):
        work, parts = at_work.begin(order), 0
        while isinstance(step := next_step(work), tuple):
            assert store.append([batch(A, envelope(next(numbers)))])[0].entries
            parts += 1
        assert parts > 1
        assert step.get("wrong_sums", 0) == 0
        assert store.recount() == 0
    store.close()


def test_deleted_is_deleted_before_its_entries_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first part nobody finds a deleted mailbox, it counts nowhere, and a copy holds nothing of it."""
    monkeypatch.setattr(limits, "ERASE_ENTRIES_MAX", 16)
    path, copy = tmp_path / "relay.db", tmp_path / "copy.db"
    store = _heavy(path, 80)
    at_work = Clerk(store, path, now_s=lambda: NOW_S, closed_log_days=lambda: 180)
    work = at_work.begin(Order(Verb.DELETE, A))
    assert next_step(work) == (A,)
    assert store.look(A) is None
    assert store.recount() == 0
    copy.touch()
    beside.copy(path, copy)
    other = SqliteStore(copy)
    assert other.stats().mailboxes == 1
    assert other.see(lambda tables: tables.execute("SELECT count(*) FROM entry WHERE mailbox = 1").fetchone()) == (0,)
    other.close()
    # Opened anew it is empty, whatever is left of the old one, and whoever is killed here finishes later.
    again = store.create(A, lineage=LINEAGE, day=20_000)
    assert isinstance(again, Log)
    assert again.stored_bytes == 0
    work.close()
    while store.erase(closed_before=0, entries_max=16):
        continue
    rows = store.see(lambda tables: tables.execute("SELECT count(*) FROM mailbox WHERE kind = 255").fetchone())
    assert rows == (0,)
    assert store.recount() == 0
    store.close()
