"""A device that only reads says so once in a while, at no moment that tells anything."""

from hypothesis import given
from hypothesis import strategies as st

from troth import Put, document_id
from troth.beacon import LATE_S, WAIT_S, WAIT_S_MIN, Beacon
from troth.record import Kind
from troth.testing import Device, World, entropy_of

LIST = document_id("list")
HOUR_S = 3600


def beacons(device: Device) -> int:
    """How many beacons a device knows of."""
    return sum(record.header.kind == Kind.BEACON for record in device.engine.inbox.chains.proven)


def pass_time(device: Device, wall_s: int) -> None:
    """Show a device the wall clock."""
    device._carry_out(device.engine.pass_time(wall_s))


def heard() -> tuple[World, Device]:
    """Bob has read something of Ann's and written nothing since."""
    world = World("ann", "bob")
    world.devices["ann"].edit(LIST, Put(("word",), 1))
    world.sync()
    return world, world.devices["bob"]


@given(st.integers(0, 2**33), st.text(max_size=4))
def test_it_comes_half_a_day_to_a_day_and_a_half_after(now_s: int, seed: str) -> None:
    """Whenever something was read, the beacon that it owes is due within the bounds, once."""
    beacon, entropy = Beacon(owed=True), entropy_of(seed)
    assert beacon.look(now_s, entropy)[0] is False
    assert beacon.look(now_s + WAIT_S_MIN - 1, entropy) == (False, [])
    assert beacon.look(now_s + WAIT_S_MIN + WAIT_S, entropy) == (True, [])


def test_who_wrote_nothing_says_how_far_it_read() -> None:
    """The beacon names the position that was read, reaches the others, and is owed no more."""
    world, bob = heard()
    pass_time(bob, 0)
    assert beacons(bob) == 0
    pass_time(bob, WAIT_S_MIN + WAIT_S)
    world.sync()
    ann = world.devices["ann"]
    assert beacons(ann) == beacons(bob) == 1
    (said,) = [one for one in ann.engine.inbox.chains.proven if one.header.kind == Kind.BEACON]
    assert said.header.seen is not None
    assert said.header.seen.position >= 1
    for hours in range(200):
        for device in world.devices.values():
            pass_time(device, WAIT_S_MIN + WAIT_S + hours * HOUR_S)
        world.sync()
    assert beacons(ann) == 1, "a beacon asks for none"
    assert not any(device.engine.status().parked for device in world.devices.values())


def test_who_writes_owes_none() -> None:
    """Own words say how far a device has read, so nothing comes after them."""
    world, bob = heard()
    pass_time(bob, 0)
    bob.edit(LIST, Put(("answer",), 1))
    pass_time(bob, 10 * WAIT_S)
    world.sync()
    assert beacons(bob) == 0


@given(st.integers(0, 9 * WAIT_S), st.integers(0, 9 * WAIT_S))
def test_one_that_came_due_while_the_device_was_off_does_not_say_that_it_was_opened(off_s: int, seed: int) -> None:
    """After a restart a beacon that is due waits a while of its own."""
    entropy = entropy_of(str(seed))
    before = Beacon(owed=True)
    _, (row,) = before.look(0, entropy)
    again = Beacon.restore(row.value)
    assert again.look(off_s, entropy)[0] is False
    due, _ = again.look(max(off_s, before.due_s or 0) + LATE_S, entropy)
    assert due


def test_a_clock_that_was_put_back_keeps_nothing_for_ever() -> None:
    """A due time that lies further ahead than any that is drawn is drawn anew; the year 2099 sends one and no more."""
    entropy = entropy_of("clock")
    beacon = Beacon(owed=True, due_s=2**40)
    assert beacon.look(0, entropy)[0] is False
    assert beacon.due_s is not None
    assert beacon.due_s <= WAIT_S_MIN + WAIT_S
    assert beacon.look(4_070_908_800, entropy)[0] is True
