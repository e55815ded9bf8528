"""Leaving in two steps: here at once, for the others when it is sent, and until then as if it had never been."""

import pytest

from tests.troth.journeys import settle, words, write
from troth.leaving import LEAVING, Leaving
from troth.testing import Device, World
from troth_wire.errors import UsageError


def leave(world: World, name: str) -> Device:
    """Let a device sign the end and keep it."""
    device = world.devices[name]
    device._carry_out(device.engine.hold_split(device.admin))
    return device


def couple() -> World:
    """Ann and Bob, in sync, with a word."""
    world = World("ann", "bob")
    write(world, "bob", "kept")
    world.sync()
    return world


def split_at(world: World) -> dict[str, bool]:
    """For whom the space was ended."""
    return {name: device.engine.status().ended for name, device in world.devices.items()}


def test_what_is_kept_is_told_nobody() -> None:
    """The device writes nothing any more, the others go on, and a restart forgets none of it."""
    world = couple()
    ann = leave(world, "ann")
    for _ in range(2):
        with pytest.raises(UsageError):
            write(world, "ann", "too late")
        assert ann.engine.status().leaving
        settle(world)
        ann.restart()
    assert split_at(world) == {"ann": False, "bob": False}
    write(world, "bob", "goes on")


def test_taken_back_it_never_was() -> None:
    """Nothing of it is left, here or anywhere."""
    world = couple()
    ann = leave(world, "ann")
    ann._carry_out(ann.engine.drop_split())
    ann.restart()
    write(world, "ann", "here")
    settle(world)
    assert words(world.devices["bob"]) == {"kept", "here"}
    assert not ann.engine.status().leaving
    assert not ann.engine.send_split().save


def test_sent_it_is_for_both() -> None:
    """Also in a later life than the one that signed it; everything stays readable, and sent twice is sent once."""
    world = couple()
    ann = leave(world, "ann")
    ann.restart()
    for _ in range(2):
        ann._carry_out(ann.engine.send_split())
    settle(world)
    assert split_at(world) == {"ann": True, "bob": True}
    assert [device.engine.status().waiting for device in world.devices.values()] == [0, 0]
    assert all(words(device) == {"kept"} for device in world.devices.values())
    with pytest.raises(UsageError):
        leave(world, "ann")


def test_both_leave_at_once() -> None:
    """Two who sign it at the same moment have both left, and neither waits for anything."""
    world = couple()
    for name in ("ann", "bob"):
        device = leave(world, name)
        device._carry_out(device.engine.send_split())
    settle(world)
    assert split_at(world) == {"ann": True, "bob": True}


def test_it_came_first_from_the_other() -> None:
    """What is kept while the other one leaves needs no sending."""
    world = couple()
    ann = leave(world, "ann")
    bob = world.devices["bob"]
    bob._carry_out(bob.engine.split(bob.admin))
    settle(world)
    step = ann.engine.send_split()
    assert [row.value for row in step.save] == [None]
    ann._carry_out(step)


def test_what_was_not_sent_before_it_ended() -> None:
    """It stays here, and that is said in place of that it is on its way."""
    world = couple()
    ann, bob = leave(world, "ann"), world.devices["bob"]
    bob.cut()
    ann._carry_out(ann.engine.send_split())
    settle(world, "ann")
    write(world, "bob", "unsent")
    settle(world)
    assert words(bob) == {"kept", "unsent"}
    assert bob.engine.status().sentences()[1] == "1 was not sent before that, and stays here."


def test_rows() -> None:
    """There is one row, and none afterwards."""
    leaving = Leaving()
    leaving.check_writer()
    row = leaving.begin(b"signed")
    assert (row.table, row.value) == (LEAVING, b"signed")
    with pytest.raises(UsageError):
        leaving.check_writer()
    assert leaving.end().value is None
    leaving.check_writer()
