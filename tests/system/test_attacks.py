"""What a partner, a thief and a relay that mean harm must not reach by way of epochs, closings, bags and meetings."""

import tracemalloc
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.troth.journeys import LIST, family, mailbox, rotate, settle, together, words, write
from troth import amendments, authority, checkpoint, collecting, crypto, envelope, forward, meeting, tail
from troth import record as records
from troth.edits import Put, Text
from troth.epochs import Announcement
from troth.keys import DeviceKeys, Epoch
from troth.membership import Members
from troth.operations import Operation, OperationKind
from troth.record import Header, Kind, Record
from troth.testing import Device, Relay, Session, World
from troth_wire import codec
from troth_wire.errors import MalformedError, RemoteError, UsageError
from troth_wire.ids import Incarnation, Lineage, MailboxId, OperationId, RunningHash, SpaceId
from troth_wire.limits import FORWARD_BYTES, MEETING_BYTES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import Closed, Deliver, Head, Hello, Message, Prove, Reason, Refuse, Stored
from troth_wire.session import State

SEEDS = 20
EVIL = Incarnation(b"e" * 16)
OPEN = pytest.mark.xfail(strict=True, reason="found, and not mended yet")
"""Whoever mends one takes the mark away."""


class Hand:
    """Whoever signs with a device's everyday key beside its owner: a chain of records in a life of its own."""

    def __init__(self, world: World, keys: DeviceKeys, life: Incarnation = EVIL) -> None:
        self.world, self.keys, self.life = world, keys, life
        self.last: Record | None = None

    def sign(self, kind: int, payload: bytes, **fields: Any) -> Record:
        """Sign the next record of the chain."""
        last = self.last
        header = Header(
            kind=kind,
            space=next(iter(self.world.devices.values())).engine.identity.space,
            device=self.keys.device,
            incarnation=self.life,
            sequence=last.header.sequence + 1 if last else 1,
            prev=last.id if last else None,
            payload_hash=crypto.digest(b"troth/payload", payload),
        )
        self.last = records.sign(replace(header, **fields), payload, self.keys.signer)
        return self.last

    def epoch(self, members: Members, epoch: Epoch, *, spoil: Iterable[bytes] = (), generation: int = 0) -> Record:
        """Begin an epoch on some heads; the wraps of some devices open nothing."""
        wraps = {
            card.device: crypto.wrap(card.box, epoch.key, ephemeral=self.world.entropy(32), context=epoch.mailbox)
            for card in members.recipients
        }
        wraps |= dict.fromkeys(spoil, bytes(80))  # type: ignore[arg-type]
        said = Announcement(generation or members.highest + 1, epoch.mailbox, wraps)
        payload = amendments.payload(members, self.keys.device, self.keys.signer, OperationKind.EPOCH, said.parts())
        return self.sign(Kind.OPERATION, payload)


def plant(world: World, epoch: Epoch, *letters: Record) -> None:
    """Put records into a log."""
    world.relay.logs[epoch.mailbox] += [envelope.seal(letter, epoch, world.entropy(24)) for letter in letters]


def key_of(device: Device) -> Epoch:
    """The epoch under which a device writes."""
    return device.engine.passage.keyring[mailbox(device)]


def close_falsely(world: World, epoch: Epoch) -> None:
    """Close a log to nowhere."""
    world.relay.closings[epoch.mailbox] = None, forward.seal((), epoch, bytes(24))


def spoiled(record: Record) -> Record:
    """The same record with a signature that proves nothing."""
    return Record(record.header, bytes(64), record.header_bytes, record.payload)


def operations_of(world: World, device: Device) -> int:
    """How many operations a device has signed, whether they count or not."""
    return sum(
        record.header.kind == Kind.OPERATION and record.header.device == device.keys.device
        for record in device.engine.inbox.chains.proven
    )


def pump(world: World, *names: str, times: int = 12) -> None:
    """Exchange for a while, whether it comes to rest or not."""
    for _ in range(times):
        for name in names:
            world.devices[name].connect()
            world.devices[name].pump()


# Rotating


def test_an_epoch_whose_key_is_that_of_a_meeting_keeps_nobody_from_the_log() -> None:
    """A partner who announces the key of a meeting as the next epoch takes no words from anybody."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    bob.cut()
    trap = Epoch(meeting.between(bob.keys, ann.keys.card, bob.engine.identity.space).key)
    plant(world, key_of(ann), Hand(world, bob.keys).epoch(ann.engine.inbox.members, trap))
    settle(world, "ann2")
    write(world, "ann2", "word of ann2")
    settle(world, "ann2")
    write(world, "ann", "word of ann")
    pump(world, "ann", "ann2", times=40)
    settle(world, "ann", "ann2")
    together(world, "ann", "ann2")
    assert words(ann) == {"word of ann", "word of ann2"}


def flood(world: World, hand: Hand, last: Epoch, *, spoil: Iterable[bytes] = ()) -> list[Record]:
    """Many epochs side by side, and one on top of one of them that is not among those that others would name."""
    members = next(iter(world.devices.values())).engine.inbox.members
    many = [hand.epoch(members, Epoch(world.entropy(32))) for _ in range(40)]
    ids = sorted(map(operation_id, many))
    for _ in range(200):
        top = hand.epoch(replace(members, heads=(ids[-1],), highest=members.highest + 1), last, spoil=spoil)
        if operation_id(top) > ids[20]:
            return [*many, top]
        hand.last = many[-1]
    raise AssertionError("no such id was found")


def operation_id(record: Record) -> OperationId:
    """The id of the operation in a record."""
    return Operation.of(record).id


def test_many_epochs_side_by_side_keep_nobody_from_rotating() -> None:
    """With more heads than a header names, a device still comes to an epoch that it can use, in a few operations."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    bob.cut()
    hand, last = Hand(world, bob.keys), Epoch(world.entropy(32))
    plant(world, key_of(ann), *flood(world, hand, last, spoil=[ann.keys.device]))
    pump(world, "ann", "ann2", times=20)
    signed = operations_of(world, ann) + operations_of(world, world.devices["ann2"])
    assert signed < 12
    settle(world, "ann", "ann2")
    together(world, "ann", "ann2")


def test_a_device_that_may_begin_no_more_epochs_does_not_try_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever used up a device's epochs, and closes, does not make it write operation after operation."""
    monkeypatch.setattr(authority, "DEVICE_EPOCHS_MAX", 3)
    world = family()
    ann = world.devices["ann"]
    hand = Hand(world, ann.keys)
    for _ in range(3):
        plant(world, key_of(ann), hand.epoch(ann.engine.inbox.members, Epoch(world.entropy(32))))
        settle(world)
    before = operations_of(world, ann)
    close_falsely(world, key_of(ann))
    pump(world, "ann", times=20)
    assert operations_of(world, ann) == before, "what would count nowhere is not written"
    assert ann.engine.status().stuck
    write(world, "ann", "meanwhile")
    assert "another device" in ann.engine.status().why
    settle(world)
    together(world)
    assert not ann.engine.status().stuck


def test_a_log_that_has_become_long_is_written_on_where_its_key_may_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that may begin no more epochs goes on writing in a log that is long, and no status asks for anything."""
    world = family()
    ann = world.devices["ann"]
    monkeypatch.setattr(authority, "DEVICE_EPOCHS_MAX", 0)
    monkeypatch.setattr(tail, "TAIL_ENTRIES_MAX", 1)
    for number in range(4):
        write(world, "ann", f"word {number}")
        world.sync()
    assert operations_of(world, ann) == 1, "the one that added ann2"
    assert ann.engine.passage.is_barred
    assert not ann.engine.status().stuck
    together(world)
    with pytest.raises(UsageError):
        ann.engine.rotate()


def test_a_relay_that_calls_everything_closed_makes_no_device_rotate_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On one link a device answers a lying relay with a few epochs at most; it has a limited number for its life."""
    world = family()
    ann = world.devices["ann"]
    for device in world.devices.values():
        device.cut()
    answer = Session._answer

    def lie(session: Session, message: Message) -> list[Message]:
        if isinstance(message, Prove):
            lineage, garbage = Lineage(world.entropy(16)), world.entropy(FORWARD_BYTES)
            return [Closed(message.mailbox, lineage, 0, RunningHash(bytes(32)), None, garbage)]
        return answer(session, message)

    monkeypatch.setattr(Session, "_answer", lie)
    before = ann.engine.inbox.members.highest
    pump(world, "ann", times=60)
    begun = ann.engine.inbox.members.highest - before
    assert begun <= 8


# Bags


def bag_of(world: World, *loose: Record) -> bytes:
    """A bag with loose records, in this very order."""
    space = next(iter(world.devices.values())).engine.identity.space
    return codec.pack([1, space, [], [], [record.encode() for record in loose]])


def parts_of(world: World, bag: bytes, keys: DeviceKeys) -> list[Record]:
    """The letters that carry a bag."""
    return collecting.letters(bag, keys, next(iter(world.devices.values())).engine.identity.space)


def opened(world: World, hand: Hand, *members_of: str) -> Epoch:
    """Let the partner open the next mailbox for everybody, and close the one before towards it, all rightly."""
    first = next(iter(world.devices.values()))
    epoch, before = Epoch(world.entropy(32)), key_of(first)
    letter = hand.epoch(first.engine.inbox.members, epoch)
    world.relay.logs[epoch.mailbox], world.relay.lineages[epoch.mailbox] = [], Lineage(world.entropy(16))
    plant(world, epoch, letter)
    world.relay.closings[before.mailbox] = epoch.mailbox, forward.seal([letter], before, bytes(24))
    return epoch


def written_by(device: Device) -> list[Record]:
    """The records of a device, in order."""
    proven = device.engine.inbox.chains.proven
    mine = [record for record in proven if record.header.device == device.keys.device]
    return sorted(mine, key=lambda record: record.header.sequence)


def test_a_bag_proves_nothing_across_chains() -> None:
    """What another device's record names as the one before it is not shown by that: its author offers it again."""
    world = family()
    ann2, bob = world.devices["ann2"], world.devices["bob"]
    write(world, "ann2", "word of ann2")
    world.sync()
    for device in world.devices.values():
        device.cut()
    hand = Hand(world, bob.keys)
    epoch = opened(world, hand)
    hand.last = written_by(ann2)[-1]
    loose: list[Record] = []
    for record in written_by(ann2):
        named = Header(
            **{name: getattr(record.header, name) for name in ("kind", "space")},
            **LINK,
            prev=record.id,
            device=bob.keys.device,
            payload_hash=crypto.digest(b"troth/payload", b""),
            sequence=2,
        )
        loose += [spoiled(record), records.sign(replace(named, kind=255), b"", bob.keys.signer)]
    plant(world, epoch, *parts_of(world, bag_of(world, *loose), bob.keys))
    settle(world, "ann2", "ann")
    world.add("ann3", by="ann")
    settle(world, "ann", "ann2", "ann3")
    assert words(world.devices["ann3"]) == {"word of ann2"}


LINK: dict[str, Any] = {"incarnation": Incarnation(b"x" * 16)}


def test_a_copy_that_proves_nothing_does_not_count_as_shown() -> None:
    """Words of a device that is gone are brought along, though somebody put them there with a spoiled signature."""
    world = family()
    ann2, bob = world.devices["ann2"], world.devices["bob"]
    write(world, "ann2", "word of ann2")
    world.sync()
    for device in world.devices.values():
        device.cut()
    epoch = opened(world, Hand(world, bob.keys))
    plant(world, epoch, *map(spoiled, written_by(ann2)))
    plant(world, epoch, *parts_of(world, bag_of(world), bob.keys))
    settle(world, "ann")
    world.add("ann3", by="ann")
    settle(world, "ann", "ann3")
    assert words(world.devices["ann3"]) == {"word of ann2"}


@pytest.mark.parametrize("how", ["same", "many"])
def test_no_part_of_another_spoils_a_bag(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer reads what a lost device wrote, though a partner puts parts of bags between those of a good one."""
    world = family()
    dice, ann2, bob = Random(1), world.devices["ann2"], world.devices["bob"]
    for number in range(6):
        ann2.edit(LIST, Put((f"word {number}",), Text(dice.randbytes(20_000).hex())))
    world.sync()
    for gone in (ann2, bob):
        gone.cut()
    append, done = Session._append, list[bytes]()

    def push_between(session: Session, at: MailboxId, envelopes: tuple[bytes, ...]) -> list[Message]:
        answers = list[Message]()
        for sealed in envelopes:
            answers += append(session, at, (sealed,))
            if done or at not in logs_of(world):
                continue
            epoch = world.devices["ann"].engine.passage.keyring[at]
            letter = envelope.open_(sealed, epoch)
            if letter.header.kind == Kind.CHECKPOINT_PART:
                done.append(sealed)
                part = checkpoint.Part.parse(letter.payload)
                assert part.count > 1
                false = [replace(part, index=part.count, count=part.count + 1)]
                if how == "many":
                    false = [replace(part, manifest=bytes([number]) * 32) for number in range(5)]
                hand = Hand(world, bob.keys)
                plant(world, epoch, *(hand.sign(Kind.CHECKPOINT_PART, one.encode()) for one in false))
        return answers

    monkeypatch.setattr(Session, "_append", push_between)
    rotate(world, "ann")
    settle(world, "ann")
    assert done
    world.add("ann3", by="ann")
    settle(world, "ann", "ann3")
    missing = words(world.devices["ann"]) - words(world.devices["ann3"])
    assert len(missing) == 0


def logs_of(world: World) -> set[MailboxId]:
    """The logs that ann can open."""
    return set(world.devices["ann"].engine.passage.keyring)


def test_the_order_of_a_bag_ranks_no_lives() -> None:
    """Whoever copied a key and wrote many lives with it, does not push its owner's words out for a newcomer."""
    world = family()
    ann = world.devices["ann"]
    write(world, "ann", "word of ann")
    world.sync()
    for number in range(64):
        hand = Hand(world, ann.keys, Incarnation(number.to_bytes(16, "big")))
        plant(world, key_of(ann), hand.sign(255, b""))
    settle(world)
    rotate(world, "ann2")
    settle(world)
    world.add("ann3", by="ann2")
    settle(world)
    assert words(world.devices["ann3"]) == {"word of ann"}


# Meetings


def bound_meetings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give meetings the room that a relay gives them."""
    append = Session._append

    def bounded(session: Session, at: MailboxId, envelopes: tuple[bytes, ...]) -> list[Message]:
        log = session._relay.logs[at]
        if at in session._relay.meetings and sum(map(len, [*log, *envelopes])) > MEETING_BYTES_MAX:
            return [Refuse(Reason.QUOTA, at, tuple(map(envelope_id, envelopes)), 0)]
        return append(session, at, envelopes)

    monkeypatch.setattr(Session, "_append", bounded)


@OPEN
def test_a_flood_of_epochs_does_not_fill_the_meetings_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner who begins epoch after epoch, and then closes to nowhere, does not part two devices of one person."""
    bound_meetings(monkeypatch)
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    bob.cut()
    hand, members = Hand(world, bob.keys), ann.engine.inbox.members
    for _ in range(FLOOD):
        letter = hand.epoch(members, Epoch(world.entropy(32)))
        plant(world, key_of(ann), letter)
        members = replace(members, heads=(operation_id(letter),), highest=members.highest + 1)
    settle(world, "ann", "ann2")
    close_falsely(world, key_of(ann))
    settle(world, "ann", "ann2")
    together(world, "ann", "ann2")


FLOOD = 400


def test_what_was_left_in_a_meeting_is_counted_once() -> None:
    """An entry that opens nothing, read again on every link, uses up the room for evidence only once."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    epoch = meeting.between(bob.keys, ann.keys.card, bob.engine.identity.space)
    world.relay.logs[epoch.mailbox].append(world.entropy(60_000))
    kept = []
    for _ in range(3):
        world.sync("ann")
        ann.cut()
        kept.append(ann.engine.holding.kept_bytes)
    assert kept == [60_000] * 3


def test_meetings_that_a_thief_squats_are_spoken_of() -> None:
    """Where two devices can not meet, since somebody closed the place, the status says so, and what it says helps."""
    world = family()
    thief, bob = world.devices["ann"].keys, world.devices["bob"].keys
    epoch = meeting.between(thief, bob.card, world.devices["ann"].engine.identity.space)
    world.relay.meetings.discard(epoch.mailbox)
    world.relay.closings[epoch.mailbox] = None, bytes(FORWARD_BYTES)
    for device in world.devices.values():
        device.cut()
    close_falsely(world, world.devices["ann"].engine.passage.keyring[world.mailbox])
    settle(world, "ann", "bob")
    for name, other in (("ann", bob), ("bob", thief)):
        status = world.devices[name].engine.status()
        assert status.apart == {other.device}
        assert "a third device" in " ".join(status.sentences())
    assert mailbox(world.devices["ann"]) != mailbox(world.devices["bob"])
    settle(world)
    together(world)


@pytest.mark.parametrize("reason", [Reason.TAKEN, Reason.BUSY])
def test_meetings_that_the_relay_refuses_are_spoken_of(reason: Reason, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the relay serves no meeting of two devices, the status says so, and says no more of it when it does."""
    world = family()
    ann, bob, ann2 = (world.devices[name] for name in ("ann", "bob", "ann2"))
    refused = meeting.between(ann.keys, bob.keys.card, ann.engine.identity.space).mailbox
    with monkeypatch.context() as patch:
        answer = Session._answer

        def refuse(session: Session, message: Message) -> list[Message]:
            if isinstance(message, Prove) and message.mailbox == refused:
                return [Refuse(reason, refused, (), 0)]
            return answer(session, message)

        patch.setattr(Session, "_answer", refuse)
        for device in world.devices.values():
            device.cut()
        settle(world)
        found = [device.engine.status().apart for device in (ann, bob, ann2)]
        assert found == [{bob.keys.device}, {ann.keys.device}, frozenset()]
    settle(world)
    for device in world.devices.values():
        device.cut()
    settle(world)
    assert not any(device.engine.status().apart for device in world.devices.values())


# Evidence


def test_a_relay_that_forked_a_log_is_found_out_after_its_closing() -> None:
    """What a header says of a log that was closed since is still compared with what was read there."""
    world = family()
    ann, bob, relay, first = world.devices["ann"], world.devices["bob"], world.relay, world.mailbox
    for device in world.devices.values():
        device.cut()
    write(world, "ann2", "kept from bob")
    settle(world, "ann2", "ann")
    for name in ("ann", "ann2"):
        world.devices[name].cut()
    honest = relay.logs[first].pop()
    for word in ("first of bob", "second of bob"):
        write(world, "bob", word)
        world.sync("bob")
    bob.cut()
    forked, relay.logs[first] = list(relay.logs[first]), [*relay.logs[first][:-2], honest]
    rotate(world, "ann")
    settle(world, "ann", "ann2")
    # Bob is shown his own log to its end, and nothing that leads on before that is over.
    relay.logs[first], relay.closings[first] = forked, (None, bytes(FORWARD_BYTES))
    left = {met: relay.logs.pop(met) for met in relay.meetings}
    settle(world, "bob")
    bob.cut()
    relay.logs |= {met: [*left[met], *relay.logs.get(met, [])] for met in left}
    settle(world)
    assert words(ann) == {"kept from bob", "first of bob", "second of bob"}
    found = {name: device.engine.status().disputed for name, device in world.devices.items()}
    assert any(found.values())


@pytest.mark.parametrize("restarts", [False, True])
def test_a_relay_that_rolls_back_over_a_restart_is_found_out(restarts: bool) -> None:
    """A device that waits for others to bring what a log lacks knows after a restart what it had read of that log."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    write(world, "ann2", "of a device that is gone")
    world.sync()
    for device in world.devices.values():
        device.cut()
    hand = Hand(world, bob.keys)
    epoch = opened(world, hand)
    plant(world, epoch, *parts_of(world, bag_of(world), bob.keys), hand.sign(255, b""))
    world.sync("ann")
    ann.cut()
    assert ann.engine.crossing.pending is not None
    world.relay.roll_back(epoch.mailbox, 2)
    if restarts:
        ann.restart()
    settle(world, "ann")
    assert ann.engine.status().disputed > 0


def test_what_a_relay_calls_gone_is_asked_for_again() -> None:
    """A closed log of which the relay once showed no entries is read when it shows them: its author may be gone."""
    world = family("phone")
    ann, ann2 = world.devices["ann"], world.devices["ann2"]
    for device in world.devices.values():
        device.cut()
    write(world, "phone", "last words")
    world.sync("phone")
    world.devices["phone"].cut()
    relay, kept = world.relay, list(world.relay.logs[world.mailbox])
    epoch = ann.engine.passage.keyring[world.mailbox]
    close_falsely(world, epoch)
    relay.age(world.mailbox)
    settle(world, "ann", "ann2", "bob")
    del relay.tombstones[world.mailbox]
    relay.logs[world.mailbox] = kept
    settle(world, "ann", "ann2", "bob")
    assert words(ann) == words(ann2) == {"last words"}


# Leaving, and honest use


def test_words_that_wait_when_the_space_is_left_reach_the_own_devices() -> None:
    """What was written before its person left comes to that person's other devices."""
    world = family()
    ann = world.devices["ann"]
    ann.cut()
    write(world, "ann", "written on the train")
    ann._carry_out(ann.engine.split(ann.admin))
    settle(world)
    assert words(world.devices["ann2"]) == {"written on the train"}


def test_words_on_their_way_when_the_key_changes_cost_no_link() -> None:
    """A relay that answers for a push to the log before is not accused, and the link stays."""
    world = family()
    ann = world.devices["ann"]
    write(world, "ann", "on its way")
    rotate(world, "ann")
    link = ann.session
    ann.pump()
    ann.pump()
    assert ann.session is link


def test_what_a_bag_brings_is_not_sent_again() -> None:
    """A device that put its checkpoint into a log does not send the words in it once more."""
    world = family()
    for number in range(20):
        write(world, "ann", f"word {number}")
    world.sync()
    rotate(world, "ann")
    settle(world, "ann")
    assert len(world.relay.logs[mailbox(world.devices["ann"])]) < 10


# Bags that cost too much, and what is passed on alone


def test_what_comes_in_a_bag_is_passed_on_with_its_signature() -> None:
    """Operations that a partner's bag brought without their signatures are not left with others in that state."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    for device in world.devices.values():
        device.cut()
    write(world, "ann", "the end of a chain")
    epoch = opened(world, Hand(world, bob.keys))
    run = written_by(ann)
    assert run[0].header.kind == Kind.OPERATION
    names = sorted({name for record in run for name in checkpoint._names(record.header)})
    parts = checkpoint._write(run, {name: number for number, name in enumerate(names)})
    bag = codec.pack([1, ann.engine.identity.space, names, [parts], []])
    plant(world, epoch, *parts_of(world, bag, bob.keys))
    settle(world, "ann2")
    world.add("ann3", by="ann2")
    settle(world, "ann2")
    for _ in range(40):
        world.devices["ann3"].connect()
        world.devices["ann3"].pump(1)
    inbox = world.devices["ann3"].engine.inbox
    stranger = inbox.unknown_to(DeviceKeys.make(world.entropy)[0].device)
    left = {letter.id: records.is_signed(letter, inbox.key_of(letter.header.device) or b"") for letter in stranger}
    assert all(left.values())


def test_what_nothing_proves_does_not_make_a_bag_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Junk that a partner smuggles in by bags, a thousand times larger than what it pushes, spoils nobody's bag."""
    monkeypatch.setattr(checkpoint, "CHECKPOINT_BYTES_MAX", SMALL)
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    bob.cut()
    for half in range(2):
        hand = Hand(world, bob.keys, Incarnation(bytes([half]) * 16))
        junk = [spoiled(hand.sign(255, bytes(60_000))) for _ in range(SMALL * 6 // 10 // 60_000)]
        letters = parts_of(world, bag_of(world, *junk), bob.keys)
        assert sum(len(letter.payload) for letter in letters) < SMALL / 50
        plant(world, key_of(ann), *letters)
    settle(world, "ann", "ann2")
    inbox = ann.engine.inbox
    bag = checkpoint.pack(ann.engine.identity.space, inbox.chains.proven, inbox.chains.parked)
    assert len(bag) <= SMALL
    assert checkpoint.unpack(bag, ann.engine.identity.space)


SMALL = 2**21


@pytest.mark.parametrize("entry", [b"\x00", b"\x90"], ids=["numbers", "lists"])
def test_a_bag_costs_no_more_memory_than_a_few_times_its_size(entry: bytes) -> None:
    """Reading a bag, whatever is in it, is bounded by the bytes that it says it has."""
    space = bytes(32)
    count = 2**17
    run = [bytes(32), bytes(16), 1, None, bytes(64)]
    head = codec.pack([1, space, [], [[*run, []]], []])
    bag = head[:-2] + b"\xdd" + count.to_bytes(4, "big") + entry * count + head[-1:]
    assert len(checkpoint.cut(bag)) == 1
    tracemalloc.start()
    with pytest.raises(RemoteError):
        checkpoint.unpack(bag, SpaceId(space))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(bag)


@pytest.mark.parametrize("by", ["bag", "forward"])
def test_parts_that_somebody_passes_on_accuse_nobody(by: str) -> None:
    """A letter of a device's own checkpoint, in another bag or a forward, is no word of its key from elsewhere."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    write(world, "ann", "word of ann")
    world.sync()
    rotate(world, "ann")
    settle(world)
    epoch = key_of(ann)
    letters = [envelope.open_(sealed, epoch) for sealed in world.relay.logs[epoch.mailbox]]
    parts = [letter for letter in letters if letter.header.kind == Kind.CHECKPOINT_PART]
    assert parts
    assert {part.header.device for part in parts} == {ann.keys.device}
    if by == "bag":
        plant(world, epoch, *parts_of(world, bag_of(world, *parts), bob.keys))
    else:
        for device in world.devices.values():
            device.cut()
        world.relay.closings[epoch.mailbox] = None, forward.seal(parts, epoch, bytes(24))
    settle(world)
    assert ann.engine.status().elsewhere == 0
    assert len(ann.engine.inbox.chains.tips(ann.keys.device)) == 1


def test_a_spoiled_copy_in_a_meeting_does_not_stand_for_a_good_one() -> None:
    """A thief of one device's keys can not keep it from leaving an operation with another by a spoiled copy."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    for device in world.devices.values():
        device.cut()
    rotate(world, "ann")
    letter = written_by(ann)[-1]
    epoch = meeting.between(ann.keys, bob.keys.card, ann.engine.identity.space)
    plant(world, epoch, spoiled(letter))
    world.sync("ann")
    found = [envelope.open_(sealed, epoch) for sealed in world.relay.logs[epoch.mailbox]]
    assert letter.signature in {copy.signature for copy in found if copy.id == letter.id}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_a_relay_says_costs_the_link_and_nothing_more(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of any kind about any mailbox raise nothing out of a device."""
    dice, world = Random(seed), family()
    answer = Session._answer

    def lie(session: Session, message: Message) -> list[Message]:
        answers = answer(session, message)
        if dice.random() < 0.4:
            answers = [made_up(world, dice) for _ in range(dice.randint(0, 3))]
        return answers

    monkeypatch.setattr(Session, "_answer", lie)
    strict = Session._step

    def lenient(session: Session, at: MailboxId, message: Message) -> None:
        session._states.setdefault(at, State.GREETED)
        with suppress(MalformedError):
            strict(session, at, message)

    monkeypatch.setattr(Session, "_step", lenient)
    for turn in range(12):
        name = dice.choice(("ann", "bob", "ann2"))
        write(world, name, f"{turn}")
        if dice.random() < 0.2:
            rotate(world, name)
        device = world.devices[name]
        device.connect()
        for _ in range(4):
            if device.session is not None:
                device._arrive([made_up(world, dice)] if dice.random() < 0.3 else [])
            device.pump(dice.choice((None, 1)))
        if dice.random() < 0.2:
            device.cut()
        if dice.random() < 0.2:
            device.restart()


def made_up(world: World, dice: Random) -> Message:
    """A message of any kind about some mailbox."""
    relay = world.relay
    at = dice.choice([*relay.logs, MailboxId(dice.randbytes(32))])
    lineage = dice.choice([relay.lineages.get(at), Lineage(dice.randbytes(16))]) or Lineage(bytes(16))
    running = RunningHash(dice.randbytes(32))
    position = dice.choice((0, 1, 2, len(relay.logs.get(at, ())), 2**40))
    envelopes = tuple(dice.choice([*log_of(relay, at), dice.randbytes(600)]) for _ in range(dice.randint(1, 2)))
    ids = tuple(map(envelope_id, envelopes))
    kinds: list[Message] = [
        Head(at, lineage, position, running),
        Closed(at, lineage, position, running, dice.choice((None, at)), dice.randbytes(FORWARD_BYTES)),
        Deliver(at, max(1, position), envelopes),
        Stored(at, max(1, position), ids),
        Refuse(dice.choice(list(Reason)), dice.choice((None, at)), dice.choice(((), ids)), dice.choice((0, 1))),
        Hello(1, 1, 67_626, dice.randbytes(32)),
    ]
    if at in relay.logs:
        kinds.append(relay.head(at))
    return dice.choice(kinds)


def log_of(relay: Relay, at: MailboxId) -> list[bytes]:
    """The entries of a log, if there is such."""
    return relay.logs.get(at, [])


def test_a_run_of_nothing_stops_no_device() -> None:
    """A bag with a run that has no entries costs its slots and nothing more."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    run = [bob.keys.device, EVIL, 1, None, bytes(64), []]
    bag = codec.pack([1, ann.engine.identity.space, [], [run], []])
    plant(world, key_of(ann), *parts_of(world, bag, bob.keys))
    settle(world)
    write(world, "ann", "still here")
    settle(world)
    together(world)


@pytest.mark.parametrize("by", ["bag", "forward"])
def test_a_record_of_another_space_counts_nowhere_whatever_brings_it(by: str) -> None:
    """A record that names another space does not count, also where no log brought it."""
    world = family()
    ann, bob = world.devices["ann"], world.devices["bob"]
    epoch = key_of(ann)
    letter = Hand(world, bob.keys).sign(255, b"", space=SpaceId(bytes(32)))
    if by == "bag":
        plant(world, epoch, *parts_of(world, bag_of(world, letter), bob.keys))
    else:
        for device in world.devices.values():
            device.cut()
        world.relay.closings[epoch.mailbox] = None, forward.seal([letter], epoch, bytes(24))
    settle(world)
    spaces = {record.header.space for record in ann.engine.inbox.chains.proven}
    assert spaces == {ann.engine.identity.space}


# Newcomers


@pytest.mark.parametrize("order", ["rotate read add", "rotate add read", "add rotate read", "rotate add rotate"])
def test_a_newcomer_comes_in_though_somebody_changes_the_key_meanwhile(order: str) -> None:
    """Whether the key changed before its adding or after, and whoever knew of that, it comes in."""
    world = family()
    bob = world.devices["bob"]
    for device in world.devices.values():
        device.cut()
    if order == "rotate add rotate":
        rotate(world, "ann")
        world.add("ann3", by="ann")
        rotate(world, "ann")
    else:
        for act in order.split():
            if act == "rotate":
                rotate(world, "bob")
            elif act == "read":
                settle(world, "bob")
                bob.cut()
            else:
                world.add("ann3", by="ann")
    settle(world)
    together(world)


def test_a_newcomer_signs_no_place_twice() -> None:
    """What a device wrote before it read that it was added is there after a restart, and its chain goes on from it."""
    world = family()
    newcomer = world.add("ann3", by="ann")
    write(world, "ann3", "first")
    newcomer.restart()
    assert words(newcomer) == {"first"}
    write(world, "ann3", "second")
    settle(world)
    together(world)
    assert words(world.devices["ann"]) == {"first", "second"}
    assert [device.engine.status().forks for device in world.devices.values()] == [0] * 4
