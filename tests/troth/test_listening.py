"""What a relay says is taken in slot by slot: whatever an entry turns out to be, it costs its slot and nothing more."""

from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import LIFE, keys_of
from troth import (
    Disputed,
    Group,
    HangUp,
    Held,
    Put,
    Rebuild,
    RefusedPush,
    checkpoint,
    collecting,
    document_id,
    envelope,
    forward,
    meeting,
)
from troth import record as records
from troth.checkpoint import Part
from troth.collecting import Whole
from troth.crossing import BAGGED, FIRST, REOFFER
from troth.crypto import digest
from troth.follower import Follower
from troth.keys import DeviceKeys, Epoch
from troth.listening import NO_WAY_ON, NOT_AN_OPERATION, Listener
from troth.outbox import OUTBOX
from troth.passage import SETTLED
from troth.record import Header, Kind, Record
from troth.step import Errand, Row, Step
from troth.testing import Device, World
from troth_wire import messages
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash, SpaceId
from troth_wire.limits import ENVELOPE_BYTES_MIN, FORWARD_BYTES
from troth_wire.log import envelope_id
from troth_wire.messages import Closed, Deliver, Message, Reason, Refuse, Stored

LIST: Final = document_id("list")


@dataclass
class Heard:
    """Ann's device on a link, with her other device and Bob's, and what follows from what it hears."""

    world: World
    device: Device

    @property
    def target(self) -> Follower:
        """The log to which it writes."""
        target = self.device.engine.line.target
        assert target is not None
        return target

    def meeting_with(self, name: str) -> Follower:
        """The meeting with another device."""
        at = meeting.between(self.device.keys, self.world.devices[name].keys.card, self.device.engine.identity.space)
        return self.device.engine.line[at.mailbox]

    def hear(self, *said: Message) -> Step:
        """Take in messages, and judge nothing."""
        step = Step()
        self.device.engine.listener.hear(map(messages.encode, said), step)
        return step

    def deliver(self, follower: Follower, *sealed: bytes) -> Step:
        """Take in the next entries of a log."""
        return self.hear(Deliver(follower.mailbox, follower.cursor.position + 1, sealed))

    def bring(self, follower: Follower, *written: Record) -> Step:
        """Take in records as the next entries of a log, and open what is whole."""
        step = self.deliver(follower, *(self.seal(record, follower.epoch) for record in written))
        for errand in [event for event in step.tell if isinstance(event, Errand)]:
            opened = Step()
            errand.back(_Taker(self.device.engine.listener, opened), errand.work())
            step += opened
        return step

    def seal(self, record: Record, epoch: Epoch) -> bytes:
        """An envelope of a record."""
        return envelope.seal(record, epoch, self.world.entropy(24))


@dataclass
class _Taker:
    """Stands in for the engine where it would go on to judge what a bag brought."""

    listener: Listener
    step: Step

    def take_bag(self, whole: Whole, found: list[Record] | str) -> None:
        """Take in what an errand found."""
        self.listener.take_bag(whole, found, self.step)


@pytest.fixture
def ann() -> Heard:
    """A device that is caught up."""
    return heard()


def heard() -> Heard:
    """A device that is caught up."""
    world = World("ann", "bob")
    world.add("ann2", by="ann")
    world.sync()
    return Heard(world, world.devices["ann"])


def said_by(
    device: Device, payload: bytes, kind: int, *, space: SpaceId | None = None, keys: DeviceKeys | None = None
) -> Record:
    """A record with which a device begins another life."""
    writer = keys or device.keys
    header = Header(
        kind=kind,
        space=space or device.engine.identity.space,
        device=writer.device,
        incarnation=LIFE,
        sequence=1,
        payload_hash=digest(b"troth/payload", payload),
    )
    return records.sign(header, payload, writer.signer)


def hangs_up(step: Step) -> bool:
    """Whether the link is given up."""
    return any(isinstance(message, HangUp) for message in step.send)


def held(step: Step) -> list[str]:
    """Why something does not count."""
    return [event.why for event in step.tell if isinstance(event, Held)]


@given(st.lists(st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN), min_size=1, max_size=5))
def test_junk_costs_its_slots(junk: list[bytes]) -> None:
    """Entries that nobody can open are held, the log goes on behind them, and what follows is taken in."""
    ann = heard()
    before = ann.target.cursor.position
    step = ann.deliver(ann.target, *junk)
    assert not hangs_up(step)
    assert len(held(step)) == len(set(junk))
    assert ann.target.cursor.position == before + len(junk)
    ann.bring(ann.target, said_by(ann.world.devices["bob"], b"x", 9))
    assert [arrival.position for arrival in ann.device.engine.listener.arrived] == [before + len(junk) + 1]


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_frames_that_are_no_messages_cost_the_link(frames: list[bytes]) -> None:
    """Whatever bytes a relay sends, nothing is raised, and the link is left at the first that is no message."""
    ann, step = heard(), Step()
    ann.device.engine.listener.hear(frames, step)
    assert hangs_up(step)
    assert ann.device.engine.listener.arrived == []


def test_a_record_says_where_it_stood(ann: Heard) -> None:
    """What stands in the log that is written to has arrived there, at its place."""
    bob = ann.world.devices["bob"]
    ann.bring(ann.target, said_by(bob, b"x", 9))
    (one,) = ann.device.engine.listener.arrived
    assert (one.mailbox, one.position, one.is_target) == (ann.target.mailbox, ann.target.cursor.position, True)


def test_a_record_of_another_space_is_held(ann: Heard) -> None:
    """A member can not carry what was written elsewhere into this space."""
    foreign = said_by(ann.world.devices["bob"], b"x", 9, space=SpaceId(b"o" * 32))
    step = ann.bring(ann.target, foreign)
    assert held(step) == ["a record of another space"]
    assert ann.device.engine.listener.arrived == []


def opened(ann: Heard, name: str) -> Follower:
    """A meeting that is there, and was read."""
    at = ann.meeting_with(name)
    if at.unknown:
        relay = ann.world.relay
        at.create(b"", ann.target.mailbox)
        relay.logs[at.mailbox], relay.lineages[at.mailbox] = [], Lineage(bytes(16))
        ann.hear(relay.head(at.mailbox), relay.head(at.mailbox))
    assert at.open_
    return at


def test_in_a_meeting_there_are_operations_and_nothing_else(ann: Heard) -> None:
    """What else is left there is held: nobody slips words past the log in which all can see them."""
    at, bob = opened(ann, "bob"), ann.world.devices["bob"]
    step = ann.bring(at, said_by(bob, b"x", 9))
    assert held(step) == [NOT_AN_OPERATION]
    part = Part(bytes(32), 9, 0, 2, b"a piece").encode()
    assert held(ann.bring(at, said_by(bob, part, Kind.CHECKPOINT_PART))) == [NOT_AN_OPERATION]
    assert ann.device.engine.listener.arrived == []
    operation = said_by(bob, b"an operation", Kind.OPERATION)
    assert held(ann.bring(at, operation)) == []
    (one,) = ann.device.engine.listener.arrived
    assert (one.record, one.mailbox, one.is_target) == (operation, None, False)


def test_nothing_of_a_meeting_is_remembered_of_its_log(ann: Heard) -> None:
    """Meetings are read from their beginning on each link: of how far they were read nothing is saved."""
    at = opened(ann, "bob")
    step = ann.bring(at, said_by(ann.world.devices["bob"], b"an operation", Kind.OPERATION))
    assert [*step.save, *step.note] == []


@pytest.mark.parametrize("meets", [True, False])
def test_what_was_not_pushed_was_not_stored(ann: Heard, meets: bool) -> None:
    """A relay that names an entry as this link's own, which it is not, could hide another's behind the id."""
    at = opened(ann, "bob") if meets else ann.target
    before = at.cursor.position
    step = ann.hear(Stored(at.mailbox, before + 1, (EnvelopeId(b"x" * 32),)))
    assert hangs_up(step)
    assert at.cursor.position == before


def test_what_was_pushed_to_one_log_was_not_stored_in_another(ann: Heard) -> None:
    """A relay that shows in the next log what was pushed to the last one could hide another's entry there."""
    engine = ann.device.engine
    engine.edit([Group(0, LIST, (Put(("a",), 1),))])
    old = ann.target
    *_, (_, sealed) = engine.outbox._pushed
    ann.device._carry_out(engine.rotate())
    while not engine.line.caught_up:
        assert ann.device.pump()
    before = ann.target.cursor.position
    assert hangs_up(ann.hear(Stored(ann.target.mailbox, before + 1, (sealed,))))
    assert old is not ann.target
    assert ann.target.cursor.position == before


def test_what_was_left_in_a_meeting_is_read_there(ann: Heard) -> None:
    """An operation that this device left is its own slot, and comes back as nothing new."""
    at = opened(ann, "bob")
    passage = ann.device.engine.passage
    letter, before = said_by(ann.device, b"an operation", Kind.OPERATION), at.cursor.position
    (push,) = passage.meetings[at.mailbox].leave([letter], ann.world.entropy)
    step = ann.hear(Stored(at.mailbox, before + 1, tuple(map(envelope_id, push.envelopes))))
    assert not hangs_up(step)
    assert at.cursor.position == before + 1
    assert ann.device.engine.listener.arrived == []


def closed(ann: Heard, at: Follower, *, short: int = 0, left: bytes = bytes(FORWARD_BYTES)) -> Closed:
    """The relay's word that a log was closed, perhaps before its end."""
    head = ann.world.relay.head(at.mailbox)
    return Closed(at.mailbox, head.lineage, head.position - short, head.running, None, left)


@pytest.mark.parametrize("short", [1, -1])
def test_a_log_is_not_closed_before_all_of_it_was_shown(ann: Heard, short: int) -> None:
    """A relay that closes a log elsewhere than where it was read to hides entries, and costs the link."""
    step = ann.hear(closed(ann, ann.target, short=short))
    assert hangs_up(step)
    assert ann.target.closed is None


@pytest.mark.parametrize("false", ["garbage", "another mailbox", "junk inside"])
def test_a_false_forward_leads_nowhere(ann: Heard, false: str) -> None:
    """What is left in a closed mailbox and can not be read is held with its reason, and the closing counts."""
    sealed = {
        "garbage": bytes(FORWARD_BYTES),
        "another mailbox": forward.seal([], Epoch(b"x" * 32), bytes(24)),
        "junk inside": bytes([1, 1]) + bytes(FORWARD_BYTES - 2),
    }[false]
    step = ann.hear(closed(ann, ann.target, left=sealed))
    assert held(step) == [NO_WAY_ON]
    assert ann.target.closed is not None
    assert ann.device.engine.listener.arrived == []


def test_a_forward_is_judged_as_if_it_had_been_delivered(ann: Heard) -> None:
    """Whatever a forward holds arrives as if it had stood in no log, and what is forged in it is parked."""
    thief = keys_of("thief")[0]
    forged = said_by(ann.device, b"an operation", Kind.OPERATION, keys=thief)
    before = ann.device.engine.inbox.members
    step = ann.hear(closed(ann, ann.target, left=forward.seal([forged], ann.target.epoch, bytes(24))))
    (one,) = ann.device.engine.listener.arrived
    assert (one.record, one.mailbox) == (forged, None)
    ann.device.engine._take(step)
    assert ann.device.engine.inbox.members == before
    assert ann.device.engine.inbox.parked().total() == 1


def parts_of(ann: Heard, bag: bytes) -> list[Record]:
    """The records in which Bob's device carries a bag."""
    return collecting.letters(bag, ann.world.devices["bob"].keys, ann.device.engine.identity.space)


def test_a_bag_of_another_space_is_held(ann: Heard) -> None:
    """A checkpoint of another space brings nothing, and the log does not count as one that holds a checkpoint."""
    other = World("carol")
    other.devices["carol"].edit(LIST, Put(("secret",), 1))
    engine = other.devices["carol"].engine
    bag = checkpoint.pack(engine.identity.space, engine.inbox.chains.proven)
    step = ann.bring(ann.target, *parts_of(ann, bag))
    assert held(step) == ["a checkpoint of another space"]
    assert (ann.device.engine.listener.arrived, ann.device.engine.listener.bags) == ([], [])


def test_a_bag_brings_its_records_and_its_parts_are_in_no_chain(ann: Heard) -> None:
    """Records in a bag arrive as if delivered; what carries them stands in nobody's chain and is not kept."""
    bob = ann.world.devices["bob"]
    letter = said_by(bob, b"x", 9)
    bag = checkpoint.pack(bob.engine.identity.space, [records.Verified(letter)])
    step = ann.bring(ann.target, *parts_of(ann, bag))
    listener = ann.device.engine.listener
    assert [(arrival.record, arrival.mailbox) for arrival in listener.arrived] == [(letter, None)]
    assert listener.bags == [(ann.target.mailbox, [letter])]
    step = Step()
    ann.device.engine._take(step)
    lives = {record.header.incarnation for record in ann.device.engine.inbox.chains.proven}
    assert Part.parse(parts_of(ann, bag)[0].payload).manifest[:16] not in lives
    assert Row(BAGGED, ann.target.mailbox, b"") in step.save


def test_a_part_that_is_missing_makes_no_checkpoint(ann: Heard) -> None:
    """A log of which some parts came holds no checkpoint, whatever the parts say of themselves."""
    bob = ann.world.devices["bob"]
    lies = [Part(bytes(32), 9, 0, 2, b"a piece"), Part(bytes(32), 9, 1, 3, b"a piece"), Part(bytes(32), 9, 2, 3, b"")]
    for part in lies:
        step = ann.bring(ann.target, said_by(bob, part.encode(), Kind.CHECKPOINT_PART))
        assert not hangs_up(step)
    assert ann.device.engine.listener.bags == []
    assert ann.device.engine.crossing.bagged == set()


def test_a_bag_in_another_log_shows_nothing_in_this_one(ann: Heard) -> None:
    """What lies in a checkpoint of an older log was not seen in the one that is written to: it is offered there."""
    engine = ann.device.engine
    ann.device.edit(LIST, Put(("mine",), 1))
    (mine,) = [record for record in engine.inbox.chains.proven if record.id in engine.outbox.records]
    ann.device._carry_out(engine.rotate())
    old = engine.line[ann.world.mailbox]
    bag = checkpoint.pack(engine.identity.space, engine.inbox.chains.proven)
    step = ann.bring(old, *parts_of(ann, bag))
    engine._take(step)
    assert mine.id in engine.outbox.records
    assert old.mailbox in engine.crossing.bagged
    assert engine.crossing.mailbox not in engine.crossing.bagged


def test_what_is_full_is_tried_again_later_and_costs_no_link(ann: Heard) -> None:
    """A refused push waits, is told, and closes nothing."""
    step = ann.device.engine.edit([Group(0, LIST, (Put(("a",), 1),))])
    (sealed,) = [row.value for row in step.save if row.table == OUTBOX and row.value]
    step = ann.hear(Refuse(Reason.QUOTA, ann.target.mailbox, (envelope_id(sealed),), 9))
    assert [event for event in step.tell if isinstance(event, RefusedPush)] == [RefusedPush("the mailbox is full")]
    assert ann.device.engine.listener.retry.waits
    assert not hangs_up(step)


def test_a_refused_meeting_or_old_log_is_given_up_alone(ann: Heard) -> None:
    """What the relay refuses of another mailbox is not tried again on this link, and holds up nothing else."""
    at = opened(ann, "bob")
    step = ann.hear(Refuse(Reason.QUOTA, at.mailbox, (), 9))
    assert not hangs_up(step)
    assert at.refused == "the mailbox is full"
    assert ann.device.engine.line.caught_up


def test_another_log_is_kept_as_proof_and_filled_again(ann: Heard) -> None:
    """Where the relay shows another log than was read, that is evidence, and the log is taken to lack everything."""
    ann.device.cut()
    ann.world.relay.lineages[ann.target.mailbox] = Lineage(b"z" * 16)
    engine, step = ann.device.engine, Step()
    settled = MailboxId(b"s" * 32)
    engine.passage.settled.add(settled)
    engine.connect("relay.test:443")
    ann.hear(messages.Hello(1, 1, 67_626, bytes(32)))
    step = ann.hear(ann.world.relay.head(ann.target.mailbox))
    assert Disputed(None) in step.tell
    assert any(isinstance(event, Rebuild) for event in step.tell)
    assert Row(REOFFER, ann.target.mailbox, FIRST) in step.save
    assert Row(BAGGED, ann.target.mailbox, None) in step.save
    assert Row(SETTLED, settled, None) in step.save


def test_nothing_is_heard_of_a_mailbox_that_was_not_asked_for(ann: Heard) -> None:
    """A message about another mailbox costs the link, and nothing in it is taken in."""
    before = ann.target.cursor.position
    for odd in (
        Deliver(MailboxId(b"x" * 32), 1, (bytes(ENVELOPE_BYTES_MIN),)),
        Closed(MailboxId(b"x" * 32), Lineage(bytes(16)), 0, RunningHash(bytes(32)), None, bytes(FORWARD_BYTES)),
    ):
        assert hangs_up(ann.hear(odd))
    assert ann.target.cursor.position == before


def test_an_own_entry_is_seen_where_it_is_written_to_and_nowhere_else(ann: Heard) -> None:
    """An echo lets a record go; what lies in a meeting or another log does not."""
    engine = ann.device.engine
    step = engine.edit([Group(0, LIST, (Put(("a",), 1),))])
    (waiting,), sealed = engine.outbox.records, [row.value for row in step.save if row.table == OUTBOX and row.value]
    ann.deliver(opened(ann, "bob"), *sealed)
    assert waiting in engine.outbox
    ann.deliver(ann.target, *sealed)
    assert waiting not in engine.outbox
