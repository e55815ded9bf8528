"""Requests share commits, are reported once and in order, and no fault of one is everybody's."""

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Event, current_thread

import pytest

from tests.contracts.relay_client import envelope
from tests.contracts.relay_store import FORWARD, LINEAGE, A, B, batch, brief
from tests.contracts.relay_world import CountingEntropy
from troth_relay import workers
from troth_relay.floor import Floor
from troth_relay.requests import Append, Asked, ConnectionId, Look, Note, Open, Read, Settled, Shut, Sweep
from troth_relay.store import Appended, Batch, LineId, Log, Page, reserve
from troth_relay.store.memory import Disk, MemoryStore
from troth_relay.workers import Reader, Worker, Writer
from troth_wire.errors import FullError, StoreError
from troth_wire.ids import MailboxId
from troth_wire.limits import FRAME_ENVELOPES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import MailboxKind

ONE = ConnectionId(1)
C = MailboxId(b"\xc1" * 32)
D = MailboxId(b"\xd2" * 32)


def _append(mailbox: MailboxId, number: int) -> Append:
    data = envelope(number)
    return Append(ONE, mailbox, ((envelope_id(data), data),), 2**40)


class CountingStore(MemoryStore):
    """Counts its commits; refuses what concerns B."""

    commits = 0

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        """Append, unless B is among the batches."""
        self.commits += 1
        if any(batch.mailbox == B for batch in batches):
            raise StoreError("B is broken.")
        return super().append(batches)


@pytest.fixture
def store() -> CountingStore:
    """A store with the mailbox A."""
    store = CountingStore()
    store.create(A, lineage=LINEAGE, day=0)
    return store


def test_what_gathers_shares_a_commit() -> None:
    """While one request is carried out others gather, and are carried out together, in order."""
    started, go_on = Event(), Event()
    groups: SimpleQueue[Sequence[Asked]] = SimpleQueue()

    def carry_out(requests: Sequence[Asked]) -> Sequence[Settled]:
        started.set()
        assert go_on.wait(10)
        groups.put(requests)
        return []

    worker = Worker("test", carry_out, lambda _: None)
    requests = [_append(A, number) for number in range(5)]
    worker.submit(requests[0])
    assert started.wait(10)
    for request in requests[1:]:
        worker.submit(request)
    go_on.set()
    worker.close()
    assert [groups.get_nowait(), groups.get_nowait()] == [requests[:1], requests[1:]]


def test_a_commit_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much gathers, so many requests are carried out together, and the others after them, in order."""
    monkeypatch.setattr(workers, "GROUP_REQUESTS_MAX", 4)
    groups: list[Sequence[Asked]] = []

    def carry_out(requests: Sequence[Asked]) -> Sequence[Settled]:
        groups.append(requests)
        return []

    go_on = Event()
    worker = Worker("test", carry_out, lambda _: None)
    held = worker.call(lambda: go_on.wait(10))
    requests = [_append(A, number) for number in range(10)]
    for request in requests:
        worker.submit(request)
    go_on.set()
    worker.close()
    assert held.result()
    assert max(map(len, groups)) == 4
    assert [each for group in groups for each in group] == requests


def test_closing_carries_out_what_is_queued(store: CountingStore) -> None:
    """Whatever was submitted before closing is stored and reported."""
    reported: list[Settled] = []
    worker = Worker("test", Writer(store, CountingEntropy()).carry_out, reported.extend)
    for number in range(20):
        worker.submit(_append(A, number))
    worker.close()
    assert len(reported) == 20
    assert store.stats().entries == 20


def test_appends_are_one_commit(store: CountingStore) -> None:
    """Requests carried out together are one commit, and each gets its own answer."""
    requests = [_append(A, number) for number in range(3)]
    results = Writer(store, CountingEntropy()).carry_out(requests)
    assert [request for request, _ in results] == requests
    assert store.commits == 1


def test_broken_mailbox_is_alone(store: CountingStore) -> None:
    """A request that fails with others is tried apart from them."""
    requests = [_append(A, 1), _append(B, 2), _append(A, 3)]
    results = Writer(store, CountingEntropy()).carry_out(requests)
    assert [type(result) for _, result in results] == [Appended, StoreError, Appended]


def test_creating_gives_the_log(store: CountingStore) -> None:
    """A created mailbox is answered with its log, and its lineage comes from the entropy."""
    request = Open(ONE, B)
    ((asked, log),) = Writer(store, CountingEntropy()).carry_out([request])
    assert asked is request
    assert isinstance(log, Log)
    assert log.lineage == (1).to_bytes(16, "big")


def test_reader_answers_looks_and_pages(store: CountingStore) -> None:
    """The reader answers each request with what is stored, a page of at most one frame."""
    store.append([Batch(A, _append(A, number).envelopes, 2**40) for number in range(300)])
    (_, log), (_, page), (_, nothing) = Reader(store, CountingEntropy()).carry_out(
        [Look(ONE, A), Read(ONE, A, 0), Read(ONE, B, 0)]
    )
    assert isinstance(log, Log)
    assert isinstance(page, Page)
    assert len(page.entries) == FRAME_ENVELOPES_MAX
    assert nothing is None


def test_trouble_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A disk that stays full is one line in the log, and so is the end of it."""
    caplog.set_level(logging.INFO, logger="troth_relay")
    disk = Disk()
    store = MemoryStore(disk)
    store.create(A, lineage=LINEAGE, day=0)
    writer = Writer(store, CountingEntropy())
    disk.full = True
    for number in range(3):
        ((_, result),) = writer.carry_out([_append(A, number)])
        assert isinstance(result, FullError)
    disk.full = False
    writer.carry_out([_append(A, 1)])
    assert len(caplog.messages) == 2


def test_log_names_no_mailbox(store: CountingStore, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that a mailbox does, from its creation to its trouble, puts a digit of its id into the log."""
    caplog.set_level(logging.DEBUG, logger="troth_relay")
    writer = Writer(store, CountingEntropy())
    writer.carry_out([Open(ONE, C), Open(ONE, D, MailboxKind.RENDEZVOUS)])
    writer.carry_out([_append(B, 1), _append(C, 2)])
    assert caplog.messages
    for mailbox in (B, C, D):
        assert mailbox.hex()[:4] not in caplog.text


def test_below_the_floor_nothing_is_stored(store: CountingStore) -> None:
    """While too little of the disk is free, appending and creating are refused; reading and deleting go on."""
    free = [99]
    floor = Floor(Path("relay.db"), least_bytes=100, free=lambda _: free[0])
    entropy = CountingEntropy()
    writer, reader = Writer(store, entropy, floor=floor), Reader(store, entropy)
    store.append([batch(A, envelope(0))])
    store.create(C, lineage=LINEAGE, day=0, brief=brief(ends_s=0))
    results = writer.carry_out([_append(A, 1), _append(A, 2), Open(ONE, D), Shut(ONE, A, None, FORWARD), Sweep()])
    by_request = {type(asked): result for asked, result in results}
    assert isinstance(by_request[Append], FullError)
    assert isinstance(by_request[Open], FullError)
    assert isinstance(by_request[Shut], FullError)
    assert by_request[Sweep] == (C,)
    assert store.look(D) is None
    ((_, page),) = reader.carry_out([Read(ONE, A, 0)])
    assert isinstance(page, Page)
    assert [entry.envelope for entry in page.entries] == [envelope(0)]
    free[0] = 100
    ((_, stored),) = writer.carry_out([_append(A, 1)])
    assert isinstance(stored, Appended)


def test_room_is_held_after_each_sweep(store: CountingStore, tmp_path: Path) -> None:
    """What was let go of, so that a full disk could be deleted from, is held again after the next sweep."""
    path = tmp_path / "relay.db"
    path.touch()
    writer = Writer(store, CountingEntropy(), floor=Floor(path, least_bytes=100))
    for _ in range(2):
        writer.carry_out([Sweep()])
        assert reserve.held_bytes(path) == 50
        reserve.let_go(path)


def test_who_comes_in_the_last_moment_is_noted_before_anything_goes(
    store: CountingStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Noting comes before deleting; what is deleted is named, and counted in the log; without days all is forgotten."""
    caplog.set_level(logging.INFO, logger="troth_relay")
    log = store.look(A)
    assert log is not None
    assert log.line is not None
    writer = Writer(store, CountingEntropy())
    store.note_use([], hours=300 * 24)
    assert writer.carry_out([Note(180, frozenset({log.line}), 1)])[0][1] == ()
    assert caplog.messages == []
    store.note_use([], hours=300 * 24)
    assert writer.carry_out([Note(180)])[0][1] == (A,)
    assert caplog.messages == ["1 mailboxes were deleted that nobody had used for 180 days of service."]
    assert writer.carry_out([Note()])[0][1] == ()
    assert store.stats(dormant_days=0).dormant == 0


def test_noting_that_fails_keeps_nothing_from_ending() -> None:
    """Where no use can be noted nothing is deleted for want of it, and what has ended goes all the same."""

    class Unnoting(MemoryStore):
        def note_use(self, lines: Collection[LineId], *, hours: int) -> None:
            raise FullError("There is no room to note that.")

    disk = Disk()
    unnoting = Unnoting(disk)
    unnoting.create(A, lineage=LINEAGE, day=0)
    unnoting.create(C, lineage=LINEAGE, day=0, brief=brief(ends_s=0))
    disk.served_hours = 300 * 24
    (_, swept), (_, noted) = Writer(unnoting, CountingEntropy()).carry_out([Note(180), Sweep()])
    assert (swept, isinstance(noted, FullError)) == ((C,), True)
    assert unnoting.look(A) is not None


def test_closing_comes_after_what_gathered_with_it(store: CountingStore) -> None:
    """What was pushed with a closing, before or after it, is in the log that is closed; the second closing is told."""
    requests: list[Asked] = [Shut(ONE, A, None, FORWARD), _append(A, 1), Shut(ONE, A, None, FORWARD)]
    results = Writer(store, CountingEntropy()).carry_out(requests)
    logs = [result for asked, result in results if isinstance(asked, Shut)]
    assert [isinstance(log, Log) and (log.closed, log.position) for log in logs] == [(True, 1)] * 2


def test_sweeping_erases_what_was_closed_long_ago(store: CountingStore) -> None:
    """A sweep deletes the entries of logs that were closed so many whole days ago, and tells nobody of them."""
    entropy = CountingEntropy()
    writer = Writer(store, entropy)
    writer.carry_out([_append(A, 1), Shut(ONE, A, None, FORWARD)])
    for day, erased in ((7, False), (8, True)):
        entropy.time_s = day * 86_400
        assert writer.carry_out([Sweep(closed_log_days=7)])[0][1] == ()
        log = store.look(A)
        assert log is not None
        assert log.erased is erased


def test_trouble_with_storing_is_not_ended_by_deleting(store: CountingStore, caplog: pytest.LogCaptureFixture) -> None:
    """Below the floor deleting goes on, and the log says once, not over and over, that nothing is stored."""
    caplog.set_level(logging.INFO, logger="troth_relay")
    floor = Floor(Path("relay.db"), least_bytes=100, free=lambda _: 0)
    writer = Writer(store, CountingEntropy(), floor=floor)
    for number in range(3):
        writer.carry_out([_append(A, number), Sweep()])
    assert len(caplog.messages) == 1


def test_a_call_has_its_turn() -> None:
    """A function is called on the thread after what was queued before it; its error is its caller's alone."""
    done: list[Asked] = []

    def carry_out(requests: Sequence[Asked]) -> Sequence[Settled]:
        done.extend(requests)
        return []

    worker = Worker("test", carry_out, lambda _: None)
    worker.submit(Look(ONE, A))
    names = worker.call(lambda: (len(done), current_thread().name)).result(10)
    assert names == (1, "test")
    with pytest.raises(StoreError):
        worker.call(_fails).result(10)
    assert worker.call(lambda: 7).result(10) == 7
    worker.close()


def test_a_call_may_be_given_up() -> None:
    """A call that nobody waits for any more is left out, and the thread goes on."""
    started, go_on = Event(), Event()
    worker = Worker("test", lambda _: [], lambda _: None)

    def wait() -> bool:
        started.set()
        return go_on.wait(10)

    slow = worker.call(wait)
    assert started.wait(10)
    called: list[int] = []
    given_up = worker.call(lambda: called.append(1))
    assert given_up.cancel()
    go_on.set()
    assert slow.result(10)
    assert worker.call(lambda: called).result(10) == []
    worker.close()


def _fails() -> None:
    raise StoreError("It failed.")


def test_what_was_not_foreseen_is_no_acknowledgement(caplog: pytest.LogCaptureFixture) -> None:
    """An error that nobody foresaw is answered as a failure, and the thread goes on."""

    class Broken(MemoryStore):
        def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
            raise RuntimeError("a bug")

    ((_, result),) = Writer(Broken(), CountingEntropy()).carry_out([_append(A, 1)])
    assert isinstance(result, StoreError)
    assert "not foreseen" in caplog.text
