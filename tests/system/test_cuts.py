"""Removals over real vaults and a relay: what of a removed device's words stays, and that it is the same for all."""

from functools import partial
from pathlib import Path

import pytest

from tests.contracts.family import SECRET, all_of, at_rest, family, opened, revoke, shown, shows, together, write
from tests.contracts.relay_process import serving
from troth import Engine, Rebuild, Signer, Step
from troth.amendments import revoke_device
from troth.keys import Epoch
from troth_wire.ids import DeviceId

pytestmark = pytest.mark.usefixtures("empty_folder")


def disowning(engine: Engine, *, victim: DeviceId, admin: Signer) -> tuple[Step, None]:
    """Remove a device with a cut that keeps nothing of it, as no client does that has read something."""
    members, keys, drawn = engine.inbox.members, engine.identity.keys, Epoch(engine.entropy(32))
    step = Step(tell=[Rebuild("another part of the records counts now")])
    engine.passage.enact(revoke_device(members, keys, admin, victim, (), drawn, engine.entropy), drawn, step)
    return step, None


@pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
@pytest.mark.parametrize("built_on", [False, True], ids=["alone", "built_on"])
async def test_a_cut_of_zero(*, read: bool, built_on: bool) -> None:
    """Whether its author read nothing of the device or disowns it: what others built on stays, and that alone."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "phone", "bob") as (phone, bob):
            await write(phone, "of the phone")
            await shows(bob, "of the phone")
            if built_on:
                await write(bob, "of bob")
            await bob.stored()
            removed = phone.device
        if read:
            async with opened("ann", relay) as ann:
                await shows(ann, "of the phone")
        async with opened("ann", None) as ann:
            if read:
                await ann._driver.ask(partial(disowning, victim=removed, admin=await ann.admin(SECRET)))
            else:
                await revoke(ann, removed)
        async with all_of(relay, "ann", "bob", "tablet") as honest:
            await together(*honest)
            for space in honest:
                await at_rest(space)
                assert removed not in space.members.active
                assert shown(space) == ({"first", "of the phone", "of bob"} if built_on else {"first"})
                assert space.status().held["its device was removed"] == 1
                assert not space.status().disputed
