"""What a person does about who belongs is one signed operation, refused before it is written where it would be void."""

import pytest

from tests.troth.journeys import family, mailbox, settle, together
from troth.acts import Acts
from troth.engine import Engine
from troth.testing import World
from troth_wire.errors import UsageError


def test_an_engine_does_what_its_person_does() -> None:
    """Acts are the engine's own, on its own state."""
    engine = World("ann").devices["ann"].engine
    assert isinstance(engine, Engine)
    assert isinstance(engine, Acts)
    assert engine.outbox is engine.unsettled.outbox
    assert engine.line is engine.passage.line


def test_changing_the_key_leads_everybody_to_another_mailbox() -> None:
    """A rotation needs no passphrase, and all who belong follow it."""
    world = family()
    before = mailbox(world.devices["ann"])
    ann = world.devices["ann"]
    ann._carry_out(ann.engine.rotate())
    settle(world)
    together(world)
    assert mailbox(world.devices["bob"]) != before


def test_nobody_is_let_in_while_the_key_can_not_be_known() -> None:
    """A device that has no epoch to share says so, and signs nothing."""
    world = family()
    bob = world.devices["bob"]
    ann = world.devices["ann"]
    ann._carry_out(ann.engine.split(ann.admin))
    settle(world)
    before = len(bob.engine.inbox.chains.proven)
    with pytest.raises(UsageError):
        world.add("late", by="bob")
    assert len(bob.engine.inbox.chains.proven) == before


def test_what_was_signed_to_leave_can_be_taken_back_until_it_is_sent() -> None:
    """Held and dropped, the end of a space never was; held and sent, it is final."""
    world = family()
    ann = world.devices["ann"]
    ann._carry_out(ann.engine.hold_split(ann.admin))
    ann._carry_out(ann.engine.drop_split())
    ann._carry_out(ann.engine.send_split())
    settle(world)
    together(world)
    ann._carry_out(ann.engine.hold_split(ann.admin))
    ann._carry_out(ann.engine.send_split())
    settle(world)
    assert all(device.engine.inbox.members.split for device in world.devices.values())


def test_a_space_of_one_person_is_not_left() -> None:
    """There is nobody to part from."""
    ann = World("ann").devices["ann"]
    with pytest.raises(UsageError):
        ann.engine.hold_split(ann.admin)
