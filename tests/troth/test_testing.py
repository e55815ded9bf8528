"""The fakes keep the word of what they stand for, and the contract finds a store that does not."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, document_id
from troth.keys import Epoch
from troth.ports import Store
from troth.step import Row
from troth.testing import HOST, Crash, MemoryStore, Relay, Session, World, entropy_of, store_contract
from troth_wire import log, proof, session
from troth_wire.errors import MalformedError, StoreError, TrothError, UsageError
from troth_wire.ids import Lineage, MailboxId, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.messages import Create, Deliver, Follow, Head, Hello, Message, Prove, Push, Reason, Refuse, Stored
from troth_wire.session import State

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


@pytest.mark.parametrize("boundary", [0, 1, 2])
def test_a_crash_keeps_what_was_committed(boundary: int) -> None:
    """A device that crashes before its commit has lost the edit, and one that crashes after it has not."""
    world = World("ann")
    finished = []
    with world.crash("ann", boundary):
        world.devices["ann"].edit(LIST, Put(("k",), 1))
        finished.append(boundary)
    assert not finished, "it crashed"
    assert world.devices["ann"].view(LIST) == ({} if boundary == 0 else {"k": 1})


def test_a_crash_that_was_not_asked_for_is_none() -> None:
    """A device works on where no crash comes, and an exception of another kind is not swallowed."""
    world = World("ann")
    with world.crash("ann", 99):
        world.devices["ann"].edit(LIST, Put(("k",), 1))
    assert world.devices["ann"].view(LIST) == {"k": 1}
    with pytest.raises(UsageError), world.crash("ann", 99):
        world.devices["ann"].edit(LIST, Put(("nowhere", "k"), 1))
    assert issubclass(Crash, Exception)


def test_a_world_replays() -> None:
    """The same seed gives the same bytes on the wire, another seed others."""

    def wire(seed: str) -> list[bytes]:
        world = World("ann", "bob", seed=seed)
        world.devices["ann"].edit(LIST, Put(("k",), 1))
        world.sync()
        return world.relay.wire

    assert wire("a") == wire("a") != wire("b")


def test_devices_that_do_not_come_to_rest_are_noticed() -> None:
    """A world in which somebody always has something new to say does not pretend to be in sync."""
    world = World("ann", "bob")
    world.sync()
    flush = Session.flush

    def chatter(link: Session, limit: int | None = None) -> list[Message]:
        world.relay.logs[world.mailbox].append(len(world.relay.logs[world.mailbox]).to_bytes(ENVELOPE_BYTES_MIN, "big"))
        return flush(link, limit)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "flush", chatter)
        patch.setattr(Relay, "running", lambda *_: RunningHash(bytes(32)))
        with pytest.raises(TrothError):
            world.sync()


EPOCHS = [Epoch(bytes([number]) * 32) for number in (1, 2)]
_BOX = st.integers(0, 1)
_ENVELOPES = st.lists(st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN), min_size=1, max_size=3)
_ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("prove"), _BOX, st.booleans()),
        st.tuples(st.just("create"), _BOX, st.none()),
        st.tuples(st.just("follow"), _BOX, st.integers(0, 3)),
        st.tuples(st.just("push"), _BOX, _ENVELOPES),
        st.tuples(st.just("flush"), _BOX, st.none() | st.integers(1, 2)),
        st.tuples(st.just("odd"), _BOX, st.none()),
    ),
    max_size=14,
)


@given(_ACTS, st.lists(st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN), max_size=3, unique=True))
def test_the_fake_relay_walks_the_session_table(acts: list[tuple[str, int, object]], there: list[bytes]) -> None:
    """What the fake relay says belongs where the table has it, and a followed log comes whole and in order."""
    relay = Relay(entropy_of("relay"))
    first = EPOCHS[0].mailbox
    relay.logs[first], relay.lineages[first] = list(there), Lineage(b"l" * 16)
    link = Session(relay)
    (hello,) = link.open_()
    assert isinstance(hello, Hello)
    states = {epoch.mailbox: State.GREETED for epoch in EPOCHS}
    read: dict[MailboxId, int] = {}
    for act, box, detail in acts:
        mailbox = EPOCHS[box].mailbox
        if act == "flush":
            answers = link.flush(detail if isinstance(detail, int) else None)
            message = None
        else:
            message = say(act, box, detail, hello, relay)
            answers = link.receive(message)
            if isinstance(message, Hello):
                assert answers == [Refuse(Reason.UNEXPECTED, None, (), 0)]
                continue
            try:
                states[mailbox] = session.step(states[mailbox], message)
            except MalformedError:
                assert answers == [Refuse(Reason.UNEXPECTED, mailbox, (), 0)]
                continue
        for answer in answers:
            where = getattr(answer, "mailbox", mailbox)
            states[where] = session.step(states[where], answer)
            if isinstance(message, Follow) and isinstance(answer, Head):
                read[where] = message.after
            if isinstance(answer, (Deliver, Stored)):
                read[where] += 1
                assert answer.position == read[where]
                entry = relay.logs[where][answer.position - 1]
                one = answer.envelopes[0] if isinstance(answer, Deliver) else answer.envelope_ids[0]
                assert one == (entry if isinstance(answer, Deliver) else log.envelope_id(entry))
    for entries in relay.logs.values():
        assert len(set(entries)) == len(entries), "an envelope that the log holds gets no second position"


def say(act: str, box: int, detail: object, hello: Hello, relay: Relay) -> Message:
    """What a client may come to say."""
    epoch = EPOCHS[box]
    mailbox = epoch.mailbox
    match act, detail:
        case "prove", good:
            host = HOST if good else "other.test:443"
            statement = proof.statement(host=host, challenge=hello.challenge, mailbox=mailbox)
            return Prove(mailbox, epoch.mailbox_signer.sign(statement))
        case "create", _:
            return Create(mailbox, b"")
        case "follow", int(after):
            known = mailbox in relay.logs
            return Follow(
                mailbox,
                relay.lineages[mailbox] if known else Lineage(bytes(16)),
                after,
                relay.running(mailbox, after) if known else RunningHash(bytes(32)),
            )
        case "push", list(envelopes):
            return Push(mailbox, tuple(envelopes))
    return hello
