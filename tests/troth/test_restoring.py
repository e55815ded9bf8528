"""Words bring a person back who has nothing else, throw out what was lost, and speak for nobody."""

from dataclasses import replace

import pytest

from tests.troth.journeys import mailbox, rotate, settle, together, words, write
from troth.acts import OLD_NEEDED
from troth.crypto import Signer
from troth.keys import DeviceKeys, Epoch
from troth.loading import load
from troth.recovery import Way, Words
from troth.restoring import Restorer, reader
from troth.step import Row
from troth.testing import Device, MemoryStore, World, probe_here
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import DeviceId
from troth_wire.limits import FORWARD_BYTES

PAPER, NEXT, STRANGER = Words(b"w" * 16), Words(b"v" * 16), Words(b"s" * 16)


def take_words(world: World, name: str, paper: Words = PAPER, *, old: Words | None = None) -> Way:
    """Let a device set words; return how they get into the space, as a signpost from before says it."""
    device = world.devices[name]
    target = device.engine.line.target
    assert target is not None
    identity = device.engine.identity
    way = Way(identity.genesis, device.engine.inbox.members.person(identity.device), target.epoch)
    device._carry_out(device.engine.set_recovery(paper, device.admin, old=old))
    return way


def started(world: World, name: str, rows: list[Row], admin: Signer, *, quiet: bool) -> Device:
    """Start a device from rows."""
    store = MemoryStore()
    store.commit(rows)
    engine, step = load(store.load(), entropy=world.entropy, probe=probe_here, quiet=quiet)
    device = world.devices[name] = Device(name, world, store, engine.identity.keys, admin, engine)
    device._carry_out(step)
    return device


def read_with(world: World, way: Way, paper: Words = PAPER) -> Device:
    """Read a space with nothing but words, and go."""
    admin = paper.keys(way.genesis.space, way.person)[1]
    device = started(world, "words", reader(paper, way, world.entropy), admin, quiet=True)
    before = world.relay.copy()
    world.sync("words")
    assert (world.relay.logs, world.relay.closings) == (before.logs, before.closings), "words write nothing"
    device.cut()
    del world.devices["words"]
    return device


def restore(world: World, way: Way, *lost: str, paper: Words = PAPER, name: str = "new") -> Device:
    """Come back with a new device, and remove what is lost."""
    read = read_with(world, way, paper)
    keys, seed = DeviceKeys.make(world.entropy)
    gone = [world.devices[victim].keys.device for victim in lost]
    rows = Restorer(read.engine, read.admin).restore(keys, Signer(seed), gone)
    for victim in lost:
        world.devices[victim].cut()
    return started(world, name, rows, Signer(seed), quiet=False)


def couple() -> World:
    """Ann and Bob, in sync, with a word of each."""
    world = World("ann", "bob")
    for name in ("ann", "bob"):
        write(world, name, f"of {name}")
    world.sync()
    return world


def active(world: World, name: str) -> frozenset[DeviceId]:
    """Who belongs, as a device sees it."""
    return world.devices[name].engine.inbox.members.active


@pytest.mark.parametrize("rotations", [0, 3])
def test_words_bring_everything_back(rotations: int) -> None:
    """A person who lost the only device reads everything, writes again, and the lost device reads nothing new."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    for number in range(rotations):
        rotate(world, "bob")
        write(world, "bob", f"later {number}")
        settle(world)
    new = restore(world, way, "ann")
    old = world.devices.pop("ann")
    settle(world)
    assert words(new) == words(world.devices["bob"]) >= {"of ann", "of bob"}
    assert active(world, "bob") == active(world, "new") == {new.keys.device, world.devices["bob"].keys.device}
    write(world, "new", "back")
    settle(world)
    assert "back" in words(world.devices["bob"])
    assert mailbox(new) == mailbox(world.devices["bob"])
    world.devices["ann"] = old
    settle(world)
    assert mailbox(new) not in set(old.engine.passage.keyring)
    assert "back" not in words(old)


def test_nothing_need_be_removed() -> None:
    """Words may add a device beside those that are there."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    new = restore(world, way)
    settle(world)
    assert len(active(world, "bob")) == 3
    write(world, "new", "two of them")
    settle(world)
    assert "two of them" in words(world.devices["ann"])
    assert new.engine.status().waiting == 0


def test_words_add_one_device() -> None:
    """Once they have, they add no other; new words that the old ones signed can."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    restore(world, way, "ann")
    del world.devices["ann"]
    settle(world)
    with pytest.raises(UsageError, match="these had added one"):
        restore(world, way, name="again")
    assert "again" not in world.devices
    with pytest.raises(UsageError, match=OLD_NEEDED):
        take_words(world, "new", NEXT)
    later = take_words(world, "new", NEXT, old=PAPER)
    settle(world)
    restore(world, later, "new", paper=NEXT, name="third")
    del world.devices["new"]
    settle(world)
    assert world.devices["third"].keys.device in active(world, "bob")
    with pytest.raises(UsageError):
        restore(world, later, paper=PAPER, name="never")


def test_replacing_words_outlives_a_restart() -> None:
    """What the old words signed goes out as it is, also from a vault that was moved meanwhile."""
    world = couple()
    take_words(world, "ann")
    settle(world)
    ann = world.devices["ann"]
    ann.cut()
    take_words(world, "ann", NEXT, old=PAPER)
    ann.restart(moved=True)
    settle(world)
    members = world.devices["bob"].engine.inbox.members
    keys, _ = NEXT.keys(members.space, members.person_of[ann.keys.device])
    assert keys.device in members.words.values()


@pytest.mark.parametrize("how", ["closes the log", "removes and ends"])
def test_words_are_heard_whatever_a_thief_did_meanwhile(how: str) -> None:
    """Where the log was closed before they went out, and the owner's device removed, all honest devices read them."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    tablet = world.add("tablet", by="ann")
    settle(world)
    for device in world.devices.values():
        device.cut()
    new = restore(world, way, "tablet")
    if how == "closes the log":
        world.relay.closings[mailbox(tablet)] = None, bytes(FORWARD_BYTES)
    else:
        world.revoke("ann", by="tablet")
        tablet._carry_out(tablet.engine.split(tablet.admin))
        settle(world, "tablet")
    settle(world, "ann", "bob")
    settle(world, "new", "ann", "bob")
    together(world, "new", "ann", "bob")
    for name in ("new", "ann", "bob"):
        assert active(world, name) == {new.keys.device, *(world.devices[one].keys.device for one in ("ann", "bob"))}
    write(world, "ann", "among us")
    settle(world)
    assert "among us" in words(new)
    assert "among us" not in words(tablet)


def test_words_undo_what_is_in_doubt() -> None:
    """Where all have read that a thief removed the owner and ended the space, words that doubt it undo it for all."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    tablet = world.add("tablet", by="ann")
    settle(world)
    world.add("second", by="tablet")
    world.revoke("ann", by="tablet")
    tablet._carry_out(tablet.engine.split(tablet.admin))
    settle(world)
    with pytest.raises(UsageError, match="this space was ended"):
        restore(world, way, "tablet")
    read = read_with(world, way)
    restorer = Restorer(read.engine, read.admin)
    stolen = [tablet.keys.device]
    doubted = frozenset(operation.id for operation in restorer.signed_by(stolen))
    mine = restorer.without(doubted).devices(restorer.person)
    assert mine == {world.devices[name].keys.device for name in ("ann", "tablet")}
    keys, seed = DeviceKeys.make(world.entropy)
    rows = restorer.restore(keys, Signer(seed), stolen, doubted=doubted)
    started(world, "new", rows, Signer(seed), quiet=False)
    honest = ("new", "ann", "bob")
    settle(world, *honest)
    together(world, *honest)
    for name in honest:
        assert active(world, name) == {world.devices[one].keys.device for one in honest}


def test_other_words_lead_nowhere() -> None:
    """Words that a space never took are told so, whatever a signpost says."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    with pytest.raises(ForgedError):
        restore(world, way, paper=STRANGER)


@pytest.mark.parametrize("meet", [True, False])
def test_a_way_that_leads_nowhere(meet: bool) -> None:
    """Where a signpost names a mailbox that is not there, meetings lead on; without them none is opened or found."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    for met in list(world.relay.meetings):
        if not meet:
            del world.relay.logs[met]
    nowhere = replace(way, epoch=Epoch(b"n" * 32))
    if meet:
        restore(world, nowhere)
        return
    with pytest.raises(ForgedError):
        restore(world, nowhere)


def test_two_devices_need_more_than_one() -> None:
    """One of several devices alone sets no words, and old words that are not in force change nothing."""
    world = couple()
    world.add("ann2", by="ann")
    world.sync()
    with pytest.raises(UsageError, match=OLD_NEEDED):
        take_words(world, "ann")
    with pytest.raises(ForgedError):
        take_words(world, "ann", old=STRANGER)
    with pytest.raises(UsageError):
        world.devices["bob"].engine.set_recovery(PAPER, None)


def test_another_device_can_agree() -> None:
    """Two of a person's devices set words, also in the place of lost ones; what was agreed to holds for that alone."""
    world = couple()
    world.add("ann2", by="ann")
    world.sync()
    ann, second, bob = (world.devices[name] for name in ("ann", "ann2", "bob"))
    for paper, other in ((PAPER, NEXT), (NEXT, STRANGER)):
        words_id, other_id = (
            sheet.keys(ann.engine.identity.space, ann.engine.inbox.members.person(ann.keys.device))[0].device
            for sheet in (paper, other)
        )
        agreed = second.engine.agree_to_words(ann.keys.device, words_id, second.admin)
        with pytest.raises(ForgedError):
            ann.engine.set_recovery(other, ann.admin, second=agreed)
        with pytest.raises(ForgedError):
            ann.engine.set_recovery(paper, ann.admin, second=(bob.keys.device, agreed[1]))
        ann._carry_out(ann.engine.set_recovery(paper, ann.admin, second=agreed))
        with pytest.raises((ForgedError, UsageError)):
            ann.engine.set_recovery(paper, ann.admin, second=agreed)
        settle(world)
        for device in world.devices.values():
            assert words_id in device.engine.inbox.members.words.values()
            assert other_id not in device.engine.inbox.members.weak
    with pytest.raises(UsageError):
        bob.engine.agree_to_words(ann.keys.device, words_id, bob.admin)


def confirmed(world: World, name: str, about: str) -> bool:
    """Whether a device is confirmed, as another one sees it."""
    return world.devices[about].keys.device in world.devices[name].engine.inbox.members.confirmed


@pytest.mark.parametrize("rotations", [0, 3])
def test_another_own_device_confirms_what_the_words_added(rotations: int) -> None:
    """Everybody hears of it, also who was away while the key changed, and who joined only then."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    new = restore(world, way)
    settle(world)
    assert not confirmed(world, "bob", "new")
    with pytest.raises(UsageError, match="not confirmed"):
        new.engine.confirm(world.devices["ann"].keys.device, new.admin)
    world.devices["bob"].cut()
    ann = world.devices["ann"]
    ann._carry_out(ann.engine.confirm(new.keys.device, ann.admin))
    for _ in range(rotations):
        rotate(world, "ann")
        settle(world, "ann", "new")
    assert not confirmed(world, "bob", "new")
    world.add("late", by="ann")
    settle(world)
    settle(world)
    assert all(confirmed(world, name, "new") for name in ("ann", "new", "bob", "late"))
    assert confirmed(world, "bob", "late")
    assert world.devices["bob"].engine.inbox.members.vouched == {}


def test_the_words_confirm_where_every_device_is_lost() -> None:
    """They say so in a record of their own, which outlives a restart, and the other person sees who said it."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    new = restore(world, way, "ann")
    with pytest.raises(ForgedError):
        new.engine.confirm_here(STRANGER)
    with pytest.raises(UsageError, match="another"):
        new.engine.confirm(new.keys.device, new.admin)
    new._carry_out(new.engine.confirm_here(PAPER))
    new.restart()
    del world.devices["ann"]
    settle(world)
    assert confirmed(world, "new", "new")
    assert confirmed(world, "bob", "new")
    (person,) = world.devices["bob"].engine.inbox.members.vouched.values()
    assert person == way.person


def test_the_words_confirm_nothing_beside_a_device_that_could() -> None:
    """Whoever has another device says it there: the paper alone is not enough."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    new = restore(world, way)
    settle(world)
    with pytest.raises(UsageError, match="count nowhere"):
        new.engine.confirm_here(PAPER)
    assert not confirmed(world, "new", "new")


def steal(world: World, *, ends: bool) -> list[DeviceId]:
    """Ann's tablet and its passphrase in a thief's hands: it lets another device in, removes Ann's, ends the space."""
    tablet, ann = world.devices["ann2"], world.devices["ann"]
    other = world.add("theirs", by="ann2")
    settle(world)
    tablet._carry_out(tablet.engine.revoke(ann.keys.device, tablet.admin))
    settle(world)
    if ends:
        tablet._carry_out(tablet.engine.split(tablet.admin))
        settle(world)
    return [tablet.keys.device, other.keys.device]


def robbed(*, ends: bool) -> tuple[World, Restorer, list[DeviceId], dict[str, Device]]:
    """A space in which a thief did all that, read with Ann's words; and the devices in the thief's hands."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    world.add("ann2", by="ann")
    settle(world)
    stolen = steal(world, ends=ends)
    away = {name: world.devices.pop(name) for name in ("ann2", "theirs")}
    for device in away.values():
        device.cut()
    read = read_with(world, way)
    return world, Restorer(read.engine, read.admin), stolen, away


@pytest.mark.parametrize("ends", [False, True])
def test_what_a_thief_signed_is_undone(*, ends: bool) -> None:
    """Whom a thief let in is out, whom it removed is back, and its end of the space never was: for everybody."""
    world, restorer, stolen, away = robbed(ends=ends)
    assert restorer.devices == frozenset(stolen)
    signed = restorer.signed_by(stolen)
    assert len(signed) == 2 + ends
    keys, seed = DeviceKeys.make(world.entropy)
    rows = restorer.restore(keys, Signer(seed), stolen, doubted=[item.id for item in signed])
    new = started(world, "new", rows, Signer(seed), quiet=False)
    settle(world)
    write(world, "new", "back")
    settle(world)
    for name in ("new", "bob", "ann"):
        members = world.devices[name].engine.inbox.members
        assert not members.split
        assert members.devices(restorer.person) == {world.devices["ann"].keys.device, new.keys.device}
        assert members.words[restorer.person] == restorer.engine.identity.device
        assert "back" in words(world.devices[name])
        assert mailbox(world.devices[name]) == mailbox(new)
    world.devices |= away
    settle(world)
    for name in away:
        assert "back" not in words(world.devices[name])
    assert len(active(world, "bob")) == 3


def test_without_a_doubt_an_ended_space_is_ended() -> None:
    """Whoever says that it was all their own work is told that it was ended, and nothing is signed."""
    world, restorer, stolen, _ = robbed(ends=True)
    keys, seed = DeviceKeys.make(world.entropy)
    with pytest.raises(UsageError, match="ended"):
        restorer.restore(keys, Signer(seed), stolen)
    assert set(world.devices) == {"ann", "bob"}


def test_doubt_begins_somewhere() -> None:
    """What a lost device signed before stays: whom its person let in with it goes on belonging."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    world.add("ann2", by="ann")
    settle(world)
    phone = world.add("phone", by="ann2")
    settle(world)
    stolen = steal(world, ends=False)
    for name in ("ann2", "theirs"):
        world.devices.pop(name).cut()
    read = read_with(world, way)
    restorer = Restorer(read.engine, read.admin)
    _, *doubted = restorer.signed_by(stolen)
    keys, seed = DeviceKeys.make(world.entropy)
    rows = restorer.restore(keys, Signer(seed), stolen, doubted=[item.id for item in doubted])
    new = started(world, "new", rows, Signer(seed), quiet=False)
    settle(world)
    expected = {world.devices["ann"].keys.device, phone.keys.device, new.keys.device}
    assert world.devices["bob"].engine.inbox.members.devices(way.person) == expected


def test_words_whose_place_others_took_are_not_heard() -> None:
    """A paper that was lost, and replaced by two devices for that, removes nobody and lets nobody in."""
    world = couple()
    way = take_words(world, "ann")
    settle(world)
    world.add("ann2", by="ann")
    settle(world)
    early = read_with(world, way)
    ann, second = world.devices["ann"], world.devices["ann2"]
    members = ann.engine.inbox.members
    card = NEXT.keys(members.space, way.person)[0].device
    agreed = second.engine.agree_to_words(ann.keys.device, card, second.admin)
    ann._carry_out(ann.engine.set_recovery(NEXT, ann.admin, second=agreed))
    settle(world)
    with pytest.raises(UsageError, match="other words"):
        read_with_restorer(world, way)
    # Somebody who read with them before goes on as if nothing had been, past the commands.
    keys, seed = DeviceKeys.make(world.entropy)
    rows = Restorer(early.engine, early.admin).restore(keys, Signer(seed), [ann.keys.device, second.keys.device])
    started(world, "finder", rows, Signer(seed), quiet=False)
    settle(world)
    for name in ("ann", "ann2", "bob"):
        assert active(world, name) == {world.devices[one].keys.device for one in ("ann", "ann2", "bob")}


def read_with_restorer(world: World, way: Way) -> Restorer:
    """Read a space with words, and hold them there."""
    read = read_with(world, way)
    return Restorer(read.engine, read.admin)
