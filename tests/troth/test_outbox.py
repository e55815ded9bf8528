"""What waits leaves by one way: by having been seen in the log."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.troth.letters import exactly
from troth.outbox import EDITS, OUTBOX, Outbox
from troth.step import Row
from troth_wire import messages
from troth_wire.errors import MalformedError
from troth_wire.ids import MailboxId, RecordId
from troth_wire.limits import (
    ENVELOPE_BYTES_MAX,
    ENVELOPE_BYTES_MIN,
    FRAME_BYTES_MAX,
    FRAME_ENVELOPES_MAX,
    PUSH_BYTES_IN_FLIGHT_MAX,
)
from troth_wire.log import envelope_id

MAILBOX, ELSEWHERE = MailboxId(bytes(32)), MailboxId(b"e" * 32)
SIZES = st.sampled_from([ENVELOPE_BYTES_MIN, 1000, 65_535, 65_536, ENVELOPE_BYTES_MAX])


@dataclass(frozen=True)
class Entry:
    """What went into an outbox, and where its rows stand."""

    number: int
    size: int
    record: RecordId = field(init=False)
    key: bytes = field(init=False)
    envelope: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Derive everything from the number."""
        object.__setattr__(self, "record", RecordId(self.number.to_bytes(32, "big")))
        object.__setattr__(self, "key", self.number.to_bytes(8, "big"))
        object.__setattr__(self, "envelope", self.number.to_bytes(8, "big").ljust(self.size, b"e"))


def filled(sizes: list[int]) -> tuple[Outbox, list[Entry]]:
    """An outbox in which envelopes of these sizes wait."""
    outbox, entries = Outbox(), [Entry(number, size) for number, size in enumerate(sizes)]
    for entry in entries:
        outbox.add(entry.record, entry.key, entry.envelope)
    return outbox, entries


@given(st.lists(SIZES, max_size=40) | st.integers(0, 600).map(lambda count: [ENVELOPE_BYTES_MIN] * count))
def test_frames_are_within_their_bounds_and_in_order(sizes: list[int]) -> None:
    """What is pushed are the oldest envelopes, in order, in frames that a relay can read, within what may fly."""
    outbox, entries = filled(sizes)
    frames = outbox.push(MAILBOX)
    pushed = [envelope for frame in frames for envelope in frame.envelopes]
    assert pushed == [entry.envelope for entry in entries[: len(pushed)]]
    assert sum(map(len, pushed)) <= PUSH_BYTES_IN_FLIGHT_MAX
    for frame in frames:
        assert 1 <= len(frame.envelopes) <= FRAME_ENVELOPES_MAX
        assert len(messages.encode(frame)) <= FRAME_BYTES_MAX
        assert messages.parse(messages.encode(frame)) == frame


@given(st.lists(SIZES, min_size=1, max_size=60))
def test_everything_gets_out_in_the_end(sizes: list[int]) -> None:
    """Pushing and confirming by turns empties an outbox, each envelope pushed exactly once and in order."""
    outbox, entries = filled(sizes)
    pushed: list[bytes] = []
    while len(outbox):
        sent = [envelope for frame in outbox.push(MAILBOX) for envelope in frame.envelopes]
        assert sent, "something waits, nothing flies, and nothing is pushed"
        pushed += sent
        for envelope in sent:
            record = outbox.record_of(envelope_id(envelope))
            assert record is not None
            outbox.confirm(record)
    assert pushed == [entry.envelope for entry in entries]


@given(st.lists(SIZES, max_size=5))
def test_the_rows_remember_what_waits(sizes: list[int]) -> None:
    """The row of an envelope holds it under the key of its record, and goes with its edits when it was seen."""
    outbox, entries = Outbox(), [Entry(number, size) for number, size in enumerate(sizes)]
    for entry in entries:
        assert outbox.add(entry.record, entry.key, entry.envelope) == Row(OUTBOX, entry.key, entry.envelope)
        assert outbox.key(entry.record) == entry.key
    for entry in entries:
        assert outbox.confirm(entry.record) == [Row(OUTBOX, entry.key, None), Row(EDITS, entry.key, None)]


@given(st.lists(SIZES, max_size=5), exactly(32))
def test_what_does_not_wait_can_not_be_confirmed(sizes: list[int], stranger: bytes) -> None:
    """Seeing an entry that is not from here changes nothing."""
    outbox, entries = filled(sizes)
    stranger = b"\xff" + stranger[1:]
    assert outbox.confirm(RecordId(stranger)) == []
    assert RecordId(stranger) not in outbox
    assert outbox.record_of(envelope_id(stranger)) is None
    assert outbox.records == tuple(entry.record for entry in entries)


@given(st.lists(SIZES, min_size=1, max_size=5))
def test_what_was_pushed_was_pushed_to_one_mailbox(sizes: list[int]) -> None:
    """The log to which something was pushed may show it over this link, also when what waits goes elsewhere by then."""
    outbox, entries = filled(sizes)
    outbox.push(MAILBOX)
    sent = [envelope_id(entry.envelope) for entry in entries]
    outbox.reseal(lambda record: record.ljust(ENVELOPE_BYTES_MIN, b"n"))
    assert outbox.check_pushed(MAILBOX, sent) == [entry.record for entry in entries]
    for mailbox, identities in ((ELSEWHERE, sent), (MAILBOX, [*sent, envelope_id(b"another")])):
        with pytest.raises(MalformedError):
            outbox.check_pushed(mailbox, identities)
    outbox.unsend()
    with pytest.raises(MalformedError):
        outbox.check_pushed(MAILBOX, sent)


@given(st.lists(SIZES, max_size=5))
def test_what_goes_elsewhere_is_sealed_again_and_pushed_again(sizes: list[int]) -> None:
    """Sealed for another mailbox, everything keeps its order and its row, and goes out in its other envelope."""
    outbox, entries = filled(sizes)
    outbox.push(MAILBOX)
    others = {entry.record: entry.record.ljust(ENVELOPE_BYTES_MIN, b"n") for entry in entries}
    assert outbox.reseal(others.__getitem__) == [Row(OUTBOX, entry.key, others[entry.record]) for entry in entries]
    assert outbox.records == tuple(entry.record for entry in entries)
    pushed = [envelope for frame in outbox.push(ELSEWHERE) for envelope in frame.envelopes]
    assert pushed == list(others.values())


def test_what_need_not_outlive_this_goes_last_and_leaves_no_trace() -> None:
    """A part of a checkpoint waits behind all words, is not counted, goes with the link, and ends a refusal."""
    outbox, entries = filled([1000])
    part = b"a part".ljust(1000, b"p")
    (identity,) = outbox.add_loose([part])
    pushed = [envelope for frame in outbox.push(MAILBOX) for envelope in frame.envelopes]
    assert pushed == [entries[0].envelope, part]
    assert (len(outbox), outbox.size) == (1, 1000)
    outbox.refuse([identity], "the mailbox is full")
    assert [envelope for frame in outbox.push(MAILBOX) for envelope in frame.envelopes] == [part]
    assert outbox.check_pushed(MAILBOX, [identity]) == [None]
    assert [outbox.let_loose_go(identity), outbox.let_loose_go(identity), outbox.refused] == [True, False, None]
    outbox.add_loose([part])
    outbox.unsend()
    assert [envelope for frame in outbox.push(MAILBOX) for envelope in frame.envelopes] == [entries[0].envelope]


class Leaving(RuleBasedStateMachine):
    """An outbox beside the plainest model of one: what waits, and which of it flies."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.waiting: list[Entry] = []
        self.flying: list[Entry] = []
        self.written = 0

    @rule(size=SIZES)
    def write(self, size: int) -> None:
        """Something new waits."""
        entry = Entry(self.written, size)
        self.written += 1
        self.waiting.append(entry)
        self.outbox.add(entry.record, entry.key, entry.envelope)

    @rule()
    def push(self) -> None:
        """Whatever has room goes, oldest first, and nothing that flies goes again."""
        sent = [envelope for frame in self.outbox.push(MAILBOX) for envelope in frame.envelopes]
        grounded = [entry for entry in self.waiting if entry not in self.flying]
        assert sent == [entry.envelope for entry in grounded[: len(sent)]]
        self.flying += grounded[: len(sent)]
        assert sum(entry.size for entry in self.flying) <= PUSH_BYTES_IN_FLIGHT_MAX

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def see(self, data: st.DataObject) -> None:
        """An entry stands in the log, pushed by this link or an earlier one."""
        entry = data.draw(st.sampled_from(self.waiting))
        assert self.outbox.confirm(entry.record)
        assert self.outbox.refused is None
        self.waiting.remove(entry)
        self.flying = [other for other in self.flying if other != entry]

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        """The relay does not take some of what flies: it waits on, and the reason is kept."""
        refused = data.draw(st.lists(st.sampled_from(self.flying), unique=True))
        self.outbox.refuse([envelope_id(entry.envelope) for entry in refused], "the mailbox is full")
        assert self.outbox.refused == "the mailbox is full"
        self.flying = [entry for entry in self.flying if entry not in refused]

    @rule()
    def cut(self) -> None:
        """The link is down: nothing flies any more."""
        self.outbox.unsend()
        self.flying = []

    @invariant()
    def nothing_is_lost(self) -> None:
        """What was written and not seen waits, in its order, and its size is counted."""
        assert self.outbox.records == tuple(entry.record for entry in self.waiting)
        assert len(self.outbox) == len(self.waiting)
        assert self.outbox.size == sum(entry.size for entry in self.waiting)
        assert all(entry.record in self.outbox for entry in self.waiting)


TestLeaving = Leaving.TestCase
