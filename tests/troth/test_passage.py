"""From one mailbox to the next: whatever is closed, lost, restored or withheld, honest devices end in one."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from troth import Put, document_id, forward
from troth.keys import Epoch
from troth.testing import Device, Relay, World
from troth_wire.errors import UsageError
from troth_wire.ids import MailboxId
from troth_wire.limits import FORWARD_BYTES

LIST = document_id("list")


def family(*more: str) -> World:
    """Ann with two devices and Bob with one, in sync; and further devices of Ann's."""
    world = World("ann", "bob")
    for name in ("ann2", *more):
        world.add(name, by="ann")
    world.sync()
    return world


def write(world: World, name: str, word: str) -> None:
    """Let a device write a word."""
    world.devices[name].edit(LIST, Put((word,), name))


def rotate(world: World, name: str) -> None:
    """Let a device change the key."""
    device = world.devices[name]
    device._carry_out(device.engine.rotate())


def words(device: Device) -> set[str]:
    """What a device shows."""
    return set(device.view(LIST))


def mailbox(device: Device) -> MailboxId:
    """Where a device writes."""
    target = device.engine.line.target
    assert target is not None
    return target.mailbox


def settle(world: World, *names: str) -> None:
    """Let devices meet until nothing changes, over a few links."""
    chosen = names or tuple(world.devices)
    for _ in range(3):
        world.sync(*chosen)
        for name in chosen:
            world.devices[name].cut()
    world.sync(*chosen)


def together(world: World, *names: str) -> None:
    """Check that devices write in one open mailbox, show the same, and miss nothing."""
    chosen = [world.devices[name] for name in names or world.devices]
    assert len({mailbox(device) for device in chosen}) == 1
    assert mailbox(chosen[0]) not in world.relay.closings
    views = [device.view(LIST) for device in chosen]
    assert views == [views[0]] * len(views)
    for device in chosen:
        status = device.engine.status()
        assert (status.waiting, status.caught_up, dict(status.parked)) == (0, True, {})


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
    for name in order:
        world.sync(name)
    settle(world)
    together(world)
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


HONEST = ("ann", "ann2", "bob", "bob2")
NAMES = st.sampled_from(HONEST)


class Journey(RuleBasedStateMachine):
    """Four devices that change keys, remove others and are added to, and whoever closes, restores and forgets."""

    @initialize()
    def begin(self) -> None:
        """Everybody starts in sync."""
        self.world = World("ann", "bob")
        for name in ("ann2", "phone"):
            self.world.add(name, by="ann")
        self.world.add("bob2", by="bob")
        self.world.sync()
        self.backup: Relay | None = None
        self.acknowledged: set[str] = set()
        self.doubtful: set[str] = set()
        self.removed = False

    @property
    def names(self) -> list[str]:
        """The devices that nobody removed."""
        return [name for name in self.world.devices if not (name == "phone" and self.removed)]

    @rule(name=NAMES, crash_at=st.none() | st.integers(0, 2))
    def edit(self, name: str, crash_at: int | None) -> None:
        """A word is written, acknowledged; or in doubt, because the device died meanwhile."""
        word = f"w{len(self.doubtful)}"
        self.doubtful.add(word)
        with self.world.crash(name, 99 if crash_at is None else crash_at):
            write(self.world, name, word)
            self.acknowledged.add(word)

    @rule(name=NAMES)
    def connect(self, name: str) -> None:
        """A link comes up."""
        self.world.devices[name].connect()

    @rule(name=NAMES)
    def cut(self, name: str) -> None:
        """A link goes down."""
        self.world.devices[name].cut()

    @rule(name=NAMES, limit=st.none() | st.integers(1, 3), crash_at=st.none() | st.integers(0, 8))
    def pump(self, name: str, limit: int | None, crash_at: int | None) -> None:
        """Some of what the relay has arrives, and the device may die on it."""
        with self.world.crash(name, 99 if crash_at is None else crash_at):
            self.world.devices[name].connect()
            self.world.devices[name].pump(limit)

    @rule(name=NAMES, moved=st.booleans())
    def restart(self, name: str, moved: bool) -> None:
        """The process is killed between two inputs, or the vault is moved."""
        self.world.devices[name].restart(moved=moved)

    @rule(name=NAMES, crash_at=st.none() | st.integers(0, 2))
    def rotate(self, name: str, crash_at: int | None) -> None:
        """A device changes the key, wherever it stands."""
        with self.world.crash(name, 99 if crash_at is None else crash_at):
            rotate(self.world, name)

    @precondition(lambda self: not self.removed)
    @rule(crash_at=st.none() | st.integers(0, 2))
    def remove(self, crash_at: int | None) -> None:
        """Ann removes her phone."""
        with self.world.crash("ann", 99 if crash_at is None else crash_at):
            self.world.revoke("phone", by="ann")
        self.removed = len(self.world.devices["ann"].engine.inbox.members.active) < 5

    @rule(garbage=st.booleans(), number=st.integers(0, 3))
    def close_falsely(self, garbage: bool, number: int) -> None:
        """Somebody with a key closes a mailbox to nowhere."""
        epochs = self._open()
        if epochs:
            epoch = epochs[number % len(epochs)]
            left = bytes(FORWARD_BYTES) if garbage else forward.seal((), epoch, bytes(24))
            self.world.relay.closings[epoch.mailbox] = MailboxId(bytes(32)), left

    def _open(self) -> list[Epoch]:
        relay, rings = self.world.relay, [device.engine.passage.keyring for device in self.world.devices.values()]
        found = {at: ring[at] for ring in rings for at in ring if at in relay.logs and at not in relay.closings}
        return [found[at] for at in sorted(found)]

    @rule()
    def back_up(self) -> None:
        """The relay is backed up."""
        self.backup = self.world.relay.copy()

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        """The relay is restored; every link is cut by that."""
        assert self.backup is not None
        for device in self.world.devices.values():
            device.cut()
        self.world.relay.restore(self.backup)
        self.backup = None

    @rule()
    def age(self) -> None:
        """The grace of every closed mailbox passes."""
        for device in self.world.devices.values():
            device.cut()
        relay = self.world.relay
        for closed in [at for at in relay.closings if at in relay.logs]:
            relay.age(closed)

    @rule()
    def forget_meetings(self) -> None:
        """Meetings come to their end."""
        for device in self.world.devices.values():
            device.cut()
        for met in list(self.world.relay.meetings):
            self.world.relay.logs.pop(met, None)

    @rule()
    def settle_everyone(self) -> None:
        """Everybody meets; then all write in one mailbox and show the same, and what was acknowledged is in it."""
        before = max(device.engine.inbox.members.highest for device in self.world.devices.values())
        for device in self.world.devices.values():
            device.cut()
        settle(self.world, *self.names)
        note(str({name: self.world.devices[name].view(LIST) for name in self.names}))
        together(self.world, *self.names)
        present = words(self.world.devices["ann"])
        assert self.acknowledged <= present <= self.doubtful
        after = self.world.devices["ann"].engine.inbox.members.highest
        assert after <= before + 4, "a bounded number of further rotations"
        if self.removed:
            held = set(self.world.devices["phone"].engine.passage.keyring)
            assert mailbox(self.world.devices["ann"]) not in held

    def teardown(self) -> None:
        """However a story ends, it ends well."""
        if hasattr(self, "world"):
            self.settle_everyone()


TestJourney = Journey.TestCase
TestJourney.settings = settings(stateful_step_count=25)
