"""From one mailbox to the next: whatever is closed, lost, restored or withheld, honest devices end in one."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.troth.journeys import (
    CRASHES,
    LIST,
    Journey,
    age,
    copied,
    disputes,
    end_meetings,
    family,
    held_by,
    left_for,
    mailbox,
    rotate,
    settle,
    spoil_a_wrap,
    together,
    words,
    write,
)
from troth import Put, checkpoint, envelope, forward
from troth import record as records
from troth.amendments import payload
from troth.crypto import digest
from troth.epochs import announce
from troth.keys import DeviceKeys, Epoch
from troth.operations import OperationKind
from troth.passage import ROTATIONS_MAX
from troth.record import Header, Kind
from troth.step import Step
from troth.testing import Relay
from troth_wire.errors import UsageError
from troth_wire.ids import Incarnation, Lineage, MailboxId, OperationId
from troth_wire.limits import ENVELOPE_BYTES_MIN, FORWARD_BYTES
from troth_wire.messages import Create, Reason, parse


def test_everybody_follows_to_the_next_mailbox() -> None:
    """After one device changed the key all write in the new mailbox, and the old one is closed towards it."""
    world = family()
    for name in ("ann", "bob"):
        write(world, name, f"before {name}")
    world.sync()
    rotate(world, "ann")
    write(world, "ann", "after")
    settle(world)
    together(world)
    assert world.relay.closings[world.mailbox][0] == mailbox(world.devices["ann"])
    assert words(world.devices["bob"]) == {"before ann", "before bob", "after"}


def test_a_newcomer_reads_the_last_mailbox_alone() -> None:
    """A device that is added after a rotation finds everything in a checkpoint, and needs no older mailbox."""
    world = family()
    for number in range(5):
        write(world, "ann", f"ann {number}")
        write(world, "bob", f"bob {number}")
    world.sync()
    rotate(world, "bob")
    settle(world)
    write(world, "bob", "later")
    world.sync()
    world.relay.age(world.mailbox)
    world.add("ann3", by="ann")
    settle(world)
    together(world)
    assert len(words(world.devices["ann3"])) == 11


@pytest.mark.parametrize("aged", [False, True])
@pytest.mark.parametrize("meet", [False, True])
def test_who_was_away_across_many_rotations_finds_the_way(aged: bool, meet: bool) -> None:
    """Whether the old mailboxes still hold their entries or not, and with or without meetings, it comes to the last."""
    world = family()
    away = world.devices["ann2"]
    away.cut()
    away.edit(LIST, Put(("written away",), 1))
    for number in range(12):
        rotate(world, ("ann", "bob")[number % 2])
        settle(world, "ann", "bob")
        write(world, "bob", f"word {number}")
    settle(world, "ann", "bob")
    if aged:
        for closed in list(world.relay.closings):
            world.relay.age(closed)
    if not meet:
        for met in list(world.relay.meetings):
            del world.relay.logs[met]
    settle(world)
    together(world)
    assert len(words(away)) == 13


@pytest.mark.parametrize("order", [("ann", "bob"), ("bob", "ann")])
def test_two_that_rotate_at_once_end_in_one_mailbox(order: tuple[str, str]) -> None:
    """Whichever comes to the relay first, one of two rotations stands and the other's mailbox is closed towards it."""
    world = family()
    for name in ("ann", "bob"):
        world.devices[name].cut()
    for name in ("ann", "bob"):
        rotate(world, name)
        write(world, name, f"word of {name}")
    drawn = {mailbox(world.devices[name]) for name in ("ann", "bob")}
    for name in order:
        world.sync(name)
    settle(world)
    together(world)
    stands = mailbox(world.devices["ann2"])
    assert {stands, *world.relay.closings} == {*drawn, world.mailbox}
    assert words(world.devices["ann2"]) == {"word of ann", "word of bob"}


FALSE: list[Callable[[Epoch], bytes]] = [
    lambda epoch: bytes(FORWARD_BYTES),
    lambda epoch: forward.seal((), epoch, bytes(24)),
]


@pytest.mark.parametrize("false", FALSE, ids=["garbage", "empty"])
@pytest.mark.parametrize("times", [1, 4])
def test_a_mailbox_closed_to_nowhere_is_left(false: Callable[[Epoch], bytes], times: int) -> None:
    """However often somebody with a key closes falsely, honest devices come to one mailbox, and lose nothing."""
    world = family()
    for number in range(times):
        ann = world.devices["ann"]
        write(world, "ann", f"before {number}")
        world.sync()
        epoch = ann.engine.passage.keyring[mailbox(ann)]
        world.relay.closings[epoch.mailbox] = MailboxId(bytes(32)), false(epoch)
        for name in ("bob", "ann2"):
            write(world, name, f"{name} {number}")
        settle(world)
        together(world)
    assert len(words(world.devices["bob"])) == 3 * times


def test_a_removed_device_reads_nothing_that_is_written_afterwards() -> None:
    """Its mailbox is closed, and the key of the next one was not given to it, nor found in anything it can open."""
    world = family("phone")
    write(world, "phone", "before")
    world.sync()
    world.revoke("phone", by="ann")
    write(world, "ann", "after")
    settle(world)
    together(world, "ann", "ann2", "bob")
    phone = world.devices["phone"]
    assert words(phone) == {"before"}
    held = set(phone.engine.passage.keyring)
    assert mailbox(world.devices["ann"]) not in held
    assert words(world.devices["bob"]) == {"before", "after"}


def test_removing_works_while_the_removed_device_writes_on_and_the_relay_is_full() -> None:
    """A flood of entries holds up no closing, and neither does a mailbox that takes no more."""
    world = family("phone")
    phone, ann = world.devices["phone"], world.devices["ann"]
    world.revoke("phone", by="ann")
    for number in range(30):
        with suppress(UsageError):
            phone.edit(LIST, Put((f"flood {number}",), 1))
        phone.connect()
        phone.pump()
        ann.connect()
        ann.pump(2)
    settle(world, "ann", "ann2", "bob")
    together(world, "ann", "ann2", "bob")
    assert world.mailbox in world.relay.closings
    assert mailbox(ann) not in set(phone.engine.passage.keyring)


def test_both_persons_remove_a_device_at_once() -> None:
    """Two removals that know nothing of each other leave two devices, in one mailbox that neither victim can read."""
    world = family("lost of ann")
    world.add("lost of bob", by="bob")
    settle(world)
    for name in ("ann", "bob"):
        world.devices[name].cut()
    for name in ("ann", "bob"):
        world.revoke(f"lost of {name}", by=name)
        write(world, name, f"word of {name}")
    for name in world.devices:
        world.sync(name)
    settle(world)
    together(world, "ann", "ann2", "bob")
    for name in ("lost of ann", "lost of bob"):
        assert mailbox(world.devices["ann"]) not in set(world.devices[name].engine.passage.keyring)


def test_a_relay_that_was_restored_around_a_closing_is_made_whole() -> None:
    """A backup from before the closing has the old mailbox open and the new one not: all come together again."""
    world = family()
    write(world, "ann", "before")
    world.sync()
    backup = world.relay.copy()
    write(world, "bob", "between")
    world.sync()
    rotate(world, "bob")
    settle(world)
    write(world, "bob", "after")
    world.sync()
    for device in world.devices.values():
        device.cut()
    world.relay.restore(backup)
    settle(world)
    together(world)
    assert world.relay.closings[world.mailbox][0] == mailbox(world.devices["bob"])
    assert words(world.devices["ann2"]) == {"before", "between", "after"}


@pytest.mark.parametrize("rotated", [False, True])
def test_devices_that_move_to_another_relay_bring_everything_and_accuse_nobody(rotated: bool) -> None:
    """At another relay the log is another one, which is no lie of anybody's; whoever comes first, all is there."""
    world = family()
    write(world, "ann", "before")
    world.sync()
    if rotated:
        rotate(world, "bob")
        settle(world)
    write(world, "bob", "between")
    world.sync()
    other = Relay(world.entropy)
    for name, device in world.devices.items():
        device.cut()
        device.host, device.relay = "other.test:443", other
        write(world, name, f"moved {name}")
        settle(world, name)
    settle(world)
    together(world)
    newcomer = world.add("ann3", by="ann")
    newcomer.host, newcomer.relay = "other.test:443", other
    settle(world)
    assert words(newcomer) == {"before", "between", "moved ann", "moved ann2", "moved bob"}
    assert not any(device.engine.status().disputed for device in world.devices.values())


def test_leaving_ends_it_for_both() -> None:
    """After one of them left, every mailbox is closed without a successor, all can read, and nobody can write."""
    world = family()
    write(world, "bob", "kept")
    world.sync()
    ann = world.devices["ann"]
    ann._carry_out(ann.engine.split(ann.admin))
    settle(world)
    assert world.relay.closings[world.mailbox][0] is None
    for device in world.devices.values():
        assert device.engine.inbox.members.split
        assert words(device) == {"kept"}


def test_a_removal_changes_the_key_in_one_operation() -> None:
    """What removes a device announces the next epoch for all others and for nobody else, and it is current at once."""
    world = family("phone")
    ann, phone = world.devices["ann"].engine, world.devices["phone"].engine.identity.device
    before = len(ann.inbox.members.authorised)
    world.revoke("phone", by="ann")
    ann = world.devices["ann"].engine
    assert len(ann.inbox.members.authorised) == before + 1
    assert ann.inbox.members.highest == 1
    assert ann.passage.epoch is not None
    assert ann.passage.epoch.mailbox != world.mailbox
    assert phone not in ann.inbox.members.announced[-1][1].wraps


@pytest.mark.parametrize("order", list(permutations(("ann", "bob", "ann3"))), ids="-".join)
@pytest.mark.parametrize("before", ["nothing", "a rotation", "another"])
def test_a_newcomer_of_a_lost_race_comes_along(order: tuple[str, ...], before: str) -> None:
    """Who was added while another device changed the key comes to the same mailbox, whoever reaches the relay first.

    What its adding builds on may lie in the next mailbox alone, which it can not read, and in a meeting with its host.
    """
    world = family()
    for name in ("ann", "bob"):
        world.devices[name].cut()
    if before == "a rotation":
        rotate(world, "ann")
    elif before == "another":
        world.add("ann4", by="ann")
    world.add("ann3", by="ann")
    rotate(world, "bob")
    for name in ("ann", "bob", "ann3"):
        write(world, name, f"word of {name}")
    for name in order:
        world.sync(name)
    settle(world)
    together(world)
    assert words(world.devices["bob"]) == {f"word of {name}" for name in ("ann", "bob", "ann3")}
    assert disputes(world) == {}


@pytest.mark.parametrize("order", [("ann", "bob"), ("bob", "ann")])
def test_newcomers_of_both_races_come_along(order: tuple[str, ...]) -> None:
    """Where two change the key at once and each adds a device under its own, neither epoch is for all who belong."""
    world = family()
    for name in ("ann", "bob"):
        world.devices[name].cut()
        rotate(world, name)
        world.add(f"{name}3", by=name)
        write(world, f"{name}3", f"word of {name}3")
    for name in order:
        world.sync(f"{name}3")
        world.sync(name)
    settle(world)
    together(world)
    assert words(world.devices["ann2"]) == {"word of ann3", "word of bob3"}


def test_a_newcomer_of_a_rotation_that_nobody_published_waits_and_comes_along() -> None:
    """A device that knows a mailbox of which nobody else heard writes there alone until its host comes back."""
    world = family()
    ann = world.devices["ann"]
    ann.cut()
    rotate(world, "ann")
    world.add("ann3", by="ann")
    write(world, "ann3", "alone")
    rotate(world, "bob")
    settle(world, "ann2", "bob", "ann3")
    together(world, "ann2", "bob")
    assert words(world.devices["ann3"]) == {"alone"}
    settle(world)
    together(world)
    assert words(world.devices["bob"]) == {"alone"}


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("further", [0, 3])
def test_a_device_for_which_the_key_was_spoiled_comes_back(ended: bool, further: int) -> None:
    """Where a member gave one device no key, it changes the key itself, also after meetings ended and old logs aged."""
    world = family()
    away = world.devices["ann2"]
    away.cut()
    away.edit(LIST, Put(("written away",), 1))
    spoil_a_wrap(world, by="bob", victim="ann2")
    settle(world, "ann", "bob")
    for number in range(further):
        write(world, "ann", f"word {number}")
        settle(world, "ann", "bob")
    if ended:
        for device in world.devices.values():
            device.cut()
        age(world)
        end_meetings(world)
    settle(world)
    together(world)
    assert "written away" in words(world.devices["bob"])


SQUATS = ["empty", "junk", "closed", "aged"]


@pytest.mark.parametrize("how", SQUATS)
def test_a_mailbox_that_somebody_opened_first_is_used_or_left(how: str) -> None:
    """Whoever opens the next mailbox first, fills or closes it, honest devices come together and lose nothing."""
    world = family()
    world.devices["ann"].cut()
    rotate(world, "ann")
    write(world, "ann", "after")
    write(world, "bob", "meanwhile")
    relay, squatted = world.relay, mailbox(world.devices["ann"])
    relay.logs[squatted] = [] if how == "empty" else [bytes([number]) * ENVELOPE_BYTES_MIN for number in range(3)]
    relay.lineages[squatted] = Lineage(bytes(16))
    if how in ("closed", "aged"):
        relay.closings[squatted] = None, bytes(FORWARD_BYTES)
    if how == "aged":
        relay.age(squatted)
    settle(world)
    together(world)
    assert words(world.devices["ann2"]) == {"after", "meanwhile"}


@pytest.mark.parametrize("restarts", [False, True])
def test_what_was_drawn_here_is_opened_whatever_is_there(restarts: bool) -> None:
    """A device asks for the log of its own key though something is there, since it may be no log; a restart too."""
    world = family()
    ann = world.devices["ann"]
    ann.cut()
    rotate(world, "ann")
    squatted = mailbox(ann)
    world.relay.logs[squatted], world.relay.lineages[squatted] = [], Lineage(bytes(16))
    if restarts:
        ann.restart()
    world.relay.wire.clear()
    for _ in range(2):
        settle(world, "ann")
    said = [parse(frame) for frame in world.relay.wire]
    assert [one.mailbox for one in said if isinstance(one, Create)].count(squatted) == 1


def test_removing_works_where_the_relay_takes_nothing_more() -> None:
    """In a full relay the old mailbox is closed all the same, and what waits goes out once there is room."""
    world = family("phone")
    write(world, "ann", "before")
    world.sync()
    world.relay.refuse_pushes = Reason.QUOTA
    world.revoke("phone", by="ann")
    write(world, "ann", "after")
    settle(world)
    assert world.mailbox in world.relay.closings
    ann, phone = world.devices["ann"], world.devices["phone"]
    assert ann.engine.status().waiting
    assert ann.engine.status().refused == "the mailbox is full"
    assert mailbox(ann) not in held_by(phone)
    world.relay.refuse_pushes = None
    settle(world, "ann", "ann2", "bob")
    together(world, "ann", "ann2", "bob")
    assert words(world.devices["bob"]) == {"before", "after"}
    assert mailbox(world.devices["bob"]) not in held_by(phone)


def test_a_split_that_the_relay_keeps_from_one_device_ends_it_when_it_comes() -> None:
    """Who does not hear that it ended writes on, and keeps every word; once it hears of it, it is over for it too."""
    world = family()
    write(world, "ann", "kept")
    world.sync()
    for device in world.devices.values():
        device.cut()
    withheld, bob, ann = world.relay.copy(), world.devices["bob"], world.devices["ann"]
    ann._carry_out(ann.engine.split(ann.admin))
    settle(world, "ann", "ann2")
    true, world.relay = world.relay, withheld
    write(world, "bob", "written on")
    world.sync("bob")
    bob.cut()
    knows = [bob.engine.inbox.members.split]
    world.relay = true
    settle(world)
    assert [*knows, bob.engine.inbox.members.split] == [False, True]
    assert words(bob) == {"kept", "written on"}
    with pytest.raises(UsageError):
        write(world, "bob", "too late")


@pytest.mark.parametrize("order", list(permutations(("ann", "phone", "theirs"))), ids="-".join)
def test_a_thief_who_adds_a_device_while_it_is_removed_gains_nothing(order: tuple[str, ...]) -> None:
    """What a stolen device adds at the same time is void, and neither it nor what it added reads what follows."""
    world = family("phone")
    for name in ("ann", "phone"):
        world.devices[name].cut()
    world.revoke("phone", by="ann")
    world.add("theirs", by="phone")
    for name in order:
        world.sync(name)
    settle(world)
    write(world, "ann", "after")
    settle(world)
    honest = ("ann", "ann2", "bob")
    together(world, *honest)
    for name in ("phone", "theirs"):
        assert mailbox(world.devices["ann"]) not in held_by(world.devices[name])
        assert "after" not in words(world.devices[name])


@pytest.mark.parametrize("moved", [False, True])
def test_a_copied_vault_crosses_like_the_one_it_was_copied_from(moved: bool) -> None:
    """Two machines with one vault, across a change of key: both come to the same mailbox, and no word is lost."""
    world = family()
    world.devices["ann2"].cut()
    copy = world.devices["copy"] = copied(world.devices["ann2"], moved=moved)
    rotate(world, "bob")
    settle(world, "ann", "bob")
    for name in ("ann2", "copy"):
        write(world, name, f"word of {name}")
    settle(world)
    together(world)
    assert words(world.devices["bob"]) == {"word of ann2", "word of copy"}
    assert copy.engine.status().elsewhere
    assert disputes(world) == {}


@pytest.mark.parametrize("aged", [False, True])
def test_a_backup_that_was_written_to_offline_crosses(aged: bool) -> None:
    """A vault restored from before a change of key, with words typed into it, brings those and finds all others."""
    world = family()
    write(world, "ann2", "before the backup")
    world.sync()
    world.devices["ann2"].cut()
    restored = copied(world.devices["ann2"], moved=True)
    write(world, "ann2", "after the backup")
    world.sync()
    rotate(world, "bob")
    settle(world)
    write(world, "ann", "later")
    settle(world)
    for device in world.devices.values():
        device.cut()
    if aged:
        age(world)
        end_meetings(world)
    world.devices["ann2"] = restored
    write(world, "ann2", "typed into the backup")
    settle(world)
    together(world)
    found = {"before the backup", "after the backup", "later", "typed into the backup"}
    assert words(world.devices["ann2"]) == found
    assert disputes(world) == {}


def test_two_histories_are_told_and_cost_no_word() -> None:
    """A relay that showed one device another log, across a change of key, is found out, and all words come together."""
    world = family()
    write(world, "ann", "before")
    world.sync()
    for device in world.devices.values():
        device.cut()
    one, other = world.relay, world.relay.copy()
    write(world, "ann", "in one")
    rotate(world, "ann")
    settle(world, "ann", "ann2")
    world.relay = other
    write(world, "bob", "in the other")
    world.sync("bob")
    world.devices["bob"].cut()
    world.relay = one
    settle(world)
    together(world)
    assert words(world.devices["bob"]) == {"before", "in one", "in the other"}
    assert "bob" in disputes(world)


def test_a_record_that_the_relay_hides_is_brought_by_its_author() -> None:
    """What a relay leaves out of a log is found in the next one, though whoever changed the key never saw it."""
    world = family()
    for device in world.devices.values():
        device.cut()
    write(world, "bob", "hidden")
    world.sync("bob")
    world.devices["bob"].cut()
    del world.relay.logs[world.mailbox][-1]
    rotate(world, "ann")
    settle(world, "ann", "ann2")
    assert "hidden" not in words(world.devices["ann"])
    settle(world)
    together(world)
    assert words(world.devices["ann2"]) == {"hidden"}
    assert "bob" in disputes(world)


@pytest.mark.parametrize("honest", [False, True])
def test_a_relay_of_yesterday_is_told_and_made_whole(honest: bool) -> None:
    """Rolled back across a change of key, with new lineages or without, the relay is made whole, and it is told."""
    world = family()
    write(world, "ann", "before")
    world.sync()
    yesterday = world.relay.copy()
    write(world, "ann", "lost")
    world.sync()
    rotate(world, "ann")
    settle(world)
    write(world, "bob", "lost too")
    settle(world)
    for device in world.devices.values():
        device.cut()
    if honest:
        world.relay.restore(yesterday)
    else:
        world.relay = yesterday
    settle(world)
    together(world)
    assert words(world.devices["ann2"]) == {"before", "lost", "lost too"}
    # What was closed and read to its end is not compared any more: a current mailbox that is gone, is.
    assert set(disputes(world)) == set(world.devices)


def test_honest_use_raises_no_alarm() -> None:
    """Through changes of key, restarts, absence and the end of grace and meetings nobody is told of another history."""
    world = family("phone")
    for number in range(6):
        name = ("ann", "bob", "ann2")[number % 3]
        world.devices["phone"].cut()
        rotate(world, name)
        for other in ("ann", "bob", "ann2"):
            write(world, other, f"word {number} of {other}")
        settle(world, "ann", "bob", "ann2")
        world.devices[name].restart()
        if number % 2:
            for device in world.devices.values():
                device.cut()
            age(world)
            end_meetings(world)
        if number == 3:
            write(world, "phone", "back")
            settle(world)
    settle(world)
    together(world)
    assert disputes(world) == {}
    assert len(words(world.devices["phone"])) == 19


@pytest.mark.parametrize("built_on", [False, True])
def test_a_cut_of_zero_disowns_what_nobody_built_on(built_on: bool) -> None:
    """Who removes a device of which it read nothing keeps of it what others built on: all show the same then."""
    world = family("phone")
    world.devices["ann"].cut()
    if not built_on:
        write(world, "bob", "of bob")
    write(world, "phone", "never seen by ann")
    world.sync("phone", "bob")
    if built_on:
        write(world, "bob", "of bob")
    world.revoke("phone", by="ann")
    settle(world)
    together(world, "ann", "ann2", "bob")
    for name in ("ann", "ann2", "bob"):
        assert words(world.devices[name]) == ({"of bob", "never seen by ann"} if built_on else {"of bob"})


@pytest.mark.parametrize("ended", [False, True])
def test_fifty_rotations_are_not_too_far(ended: bool) -> None:
    """Who was away while the key changed fifty times comes to the last mailbox, and its words with it."""
    world = family()
    away = world.devices["ann2"]
    away.cut()
    away.edit(LIST, Put(("written away",), 1))
    for number in range(50):
        rotate(world, ("ann", "bob")[number % 2])
        settle(world, "ann", "bob")
    write(world, "bob", "last")
    settle(world, "ann", "bob")
    if ended:
        age(world)
        end_meetings(world)
    settle(world)
    together(world)
    assert words(world.devices["ann"]) == words(away) == {"written away", "last"}


def test_what_is_left_with_one_device_is_left_again_after_a_restore() -> None:
    """A relay that lost a meeting gets its operations again, until the other device shows that it knows them."""
    world = family()
    for device in world.devices.values():
        device.cut()
    before, earlier = world.relay.copy(), left_for(world, "bob", by="ann")
    rotate(world, "ann")
    world.sync("ann")
    rotation = left_for(world, "bob", by="ann") - earlier
    assert len(rotation) == 1
    world.devices["ann"].cut()
    world.relay.restore(before)
    world.sync("ann")
    assert rotation <= left_for(world, "bob", by="ann")


def test_a_relay_that_closes_whatever_is_opened_is_left() -> None:
    """A device changes the key a few times and then hangs up, also on the next links: it has no end of them."""
    world = family()
    ann, relay = world.devices["ann"], world.relay
    for device in world.devices.values():
        device.cut()
    for _ in range(3):
        ann.connect()
        for _ in range(100):
            for at in set(relay.logs) - relay.meetings - set(relay.closings):
                relay.closings[at] = None, bytes(FORWARD_BYTES)
            ann.pump()
        assert ann.session is None
        assert ann.engine.inbox.members.highest == ROTATIONS_MAX
    settle(world)
    together(world)


def test_what_was_on_its_way_when_the_key_changed_costs_no_link() -> None:
    """What the old log shows of this link's own is taken in, and goes out to the next one as it is."""
    world = family()
    ann = world.devices["ann"]
    write(world, "ann", "on its way")
    rotate(world, "ann")
    assert ann.pump()
    assert ann.session is not None
    assert ann.engine.unsettled.unshown == frozenset(), "others may build on it"
    world.sync("ann")
    together(world, "ann")
    settle(world)
    together(world)
    assert words(world.devices["bob"]) == {"on its way"}


def test_a_device_does_not_remove_itself() -> None:
    """It would know the key of those who stay: another device of the person has to do it, and nothing is written."""
    world = family()
    with pytest.raises(UsageError, match="itself"):
        world.revoke("ann", by="ann")
    settle(world)
    together(world)
    assert world.devices["ann"].engine.inbox.members.highest == 0


def test_nobody_changes_the_key_before_it_has_read_its_meetings() -> None:
    """Where a mailbox was closed falsely, one device changes the key, and whoever comes later follows it there."""
    world = family()
    epoch = world.devices["ann"].engine.passage.keyring[world.mailbox]
    for device in world.devices.values():
        device.cut()
    world.relay.closings[world.mailbox] = MailboxId(bytes(32)), forward.seal((), epoch, bytes(24))
    world.relay.age(world.mailbox)
    before = len(world.devices["ann"].engine.inbox.members.authorised)
    for name in ("bob", "ann", "ann2"):
        world.sync(name)
    settle(world)
    together(world)
    assert len(world.devices["ann"].engine.inbox.members.authorised) == before + 1


def test_a_checkpoint_brings_what_nobody_can_judge_yet() -> None:
    """A record of an author who is not known yet is carried along, though nothing proves it."""
    world = family()
    stranger, _ = DeviceKeys.make(world.entropy)
    epoch = world.devices["ann"].engine.passage.keyring[world.mailbox]
    space = world.devices["ann"].engine.identity.space
    header = Header(
        kind=Kind.OPERATION,
        space=space,
        device=stranger.device,
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=digest(b"troth/payload", b"x"),
    )
    record = records.sign(header, b"x", stranger.signer)
    world.relay.logs[world.mailbox].append(envelope.seal(record, epoch, world.entropy(24)))
    world.sync()
    rotate(world, "ann")
    settle(world)
    for device in world.devices.values():
        device.cut()
    age(world)
    world.add("ann3", by="ann")
    settle(world)
    for device in world.devices.values():
        assert record in device.engine.inbox.chains.parked


def test_a_checkpoint_counts_once_all_its_parts_are_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the log has not shown every part nobody takes it to hold a checkpoint, its maker neither."""
    monkeypatch.setattr(checkpoint, "PAYLOAD_BYTES_MAX", 400)
    world = family()
    for number in range(9):
        write(world, "bob", f"word {number}")
    world.sync()
    world.devices["bob"].cut()
    world.devices["ann2"].cut()
    rotate(world, "ann")
    ann = world.devices["ann"]
    while len(world.relay.logs.get(mailbox(ann), [])) < 4:
        ann.pump(1)
    ann.pump(2)
    assert ann.engine.cursor.position >= 2
    assert mailbox(ann) not in ann.engine.crossing.bagged
    ann.cut()
    del world.relay.logs[mailbox(ann)][3:]
    world.sync("bob")
    settle(world)
    together(world)
    assert all(mailbox(ann) in device.engine.crossing.bagged for device in world.devices.values())


def test_an_epoch_that_waits_for_a_parent_is_read_and_not_written_under() -> None:
    """A key that an operation announced which nobody can judge yet opens its mailbox, and decides nothing."""
    world = family()
    bob, epoch = world.devices["bob"], Epoch(world.entropy(32))
    members = bob.engine.inbox.members
    said = announce(epoch, members.recipients, world.entropy, generation=7)
    unheard = replace(members, heads=(OperationId(b"u" * 32),))
    signed = payload(unheard, bob.keys.device, bob.keys.signer, OperationKind.EPOCH, said.parts())
    step = Step()
    bob.engine.writer.write(Kind.OPERATION, signed, step)
    bob._carry_out(step)
    bob.cut()
    write(world, "ann", "here")
    settle(world)
    together(world)
    for device in world.devices.values():
        assert epoch.mailbox in held_by(device)
        assert mailbox(device) == world.mailbox


@given(
    order=st.lists(st.sampled_from(("ann", "ann2", "bob")), max_size=6),
    rotates=st.sampled_from((None, "ann", "bob")),
    offline=st.booleans(),
    crash_at=CRASHES,
)
def test_however_it_was_left_it_is_over_for_all(
    order: list[str], rotates: str | None, offline: bool, crash_at: int | None
) -> None:
    """Whoever knew of it when: in the end all know, no mailbox is open, and words stay."""
    world = family()
    for device in world.devices.values():
        device.cut()
    if rotates is not None:
        rotate(world, rotates)
    for name in world.devices:
        write(world, name, f"word of {name}")
    ann = world.devices["ann"]
    if not offline:
        world.sync("ann")
    with world.crash("ann", 99 if crash_at is None else crash_at):
        ann._carry_out(ann.engine.split(ann.admin))
    assume(ann.engine.inbox.members.split)
    for name in order:
        world.sync(name)
    settle(world)
    relay = world.relay
    held = {at for device in world.devices.values() for at in held_by(device)}
    assert {at for at in held if at in relay.logs} <= relay.closings.keys()
    for name, device in world.devices.items():
        assert device.engine.inbox.members.split
        assert f"word of {name}" in words(device)
    if not offline:
        assert all("word of ann" in words(device) for device in world.devices.values())


TestJourney = Journey.TestCase
TestJourney.settings = settings(stateful_step_count=25)
