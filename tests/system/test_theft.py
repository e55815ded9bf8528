"""Whoever means harm with a key, over real vaults and a relay: who was removed is out, and nobody else is."""

from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.family import (
    SECRET,
    all_of,
    epoch,
    family,
    key_of,
    keys,
    opened,
    revoke,
    rotate,
    shown,
    shows,
    target,
    together,
    write,
)
from tests.contracts.relay_client import Key, connected, envelope
from tests.contracts.relay_process import serving
from troth import Engine, Step
from troth_client import join, request_to_join
from troth_wire.limits import FORWARD_BYTES
from troth_wire.messages import Close, Closed, MailboxKind

pytestmark = pytest.mark.usefixtures("empty_folder")


def closing_falsely(engine: Engine) -> tuple[Step, None]:
    """Close the log that is written to, with nothing that leads on."""
    target = engine.passage.line.target
    assert target is not None
    return Step(send=[*target.close(None, bytes(FORWARD_BYTES))]), None


async def test_who_was_removed_reads_nothing_more() -> None:
    """Of what is written by devices that know, the removed one shows nothing, and holds no key that opens it."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob", "tablet", "phone") as (ann, bob, tablet, phone):
            await revoke(ann, phone)
            await write(ann, "after")
            for space in (bob, tablet):
                await shows(space, "first", "after")
            await write(bob, "from bob")
            await shows(ann, "from bob")
            await together(ann, bob, tablet)
            await phone.until(lambda _: phone.device not in phone.members.active)
            assert target(ann) not in keys(phone)
            assert shown(phone) == {"first"}
            assert "was removed" in phone.status().sentences()[0]
        async with opened("phone", relay) as phone:
            await phone.until(lambda status: status.connected)
            assert shown(phone) == {"first"}


async def test_a_removed_laptop_that_writes_on() -> None:
    """What it wrote before and others had read stays; what it writes afterwards shows nowhere, and stops nobody."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "phone", "ann") as (phone, ann):
            await write(phone, "before")
            await shows(ann, "before")
            removed = phone.device
        async with opened("ann", relay) as ann:
            await revoke(ann, removed)
            await ann.stored()
        async with opened("phone", None) as phone:
            await write(phone, "afterwards")
        async with all_of(relay, "phone", "ann", "bob", "tablet") as (_, *honest):
            await write(honest[0], "among us")
            for space in honest:
                await shows(space, "first", "before", "among us")
            await together(*honest)
            assert not [space for space in honest if "afterwards" in shown(space)]


async def test_a_thief_adds_a_device_while_the_owner_removes_his() -> None:
    """What the stolen device let in goes with it, and neither of the two reads what comes after."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("phone", None) as phone:
            asked = request_to_join("second", passphrase=SECRET, invitation=phone.invite(), machine=CHEAP)
            welcome = await phone.admit(asked, passphrase=SECRET)
            stolen = phone.device
        join("second", passphrase=SECRET, welcome=welcome, machine=CHEAP)
        async with opened("ann", None) as ann:
            await revoke(ann, stolen)
        async with all_of(relay, "phone", "second", "ann", "bob", "tablet") as (phone, second, *honest):
            await together(*honest)
            await write(honest[0], "among us")
            for space in honest:
                await shows(space, "first", "among us")
                assert not {stolen, second.device} & space.members.active
            for thief in (phone, second):
                assert target(honest[0]) not in keys(thief)
                assert "among us" not in shown(thief)


async def test_a_log_that_is_closed_to_garbage_again_and_again() -> None:
    """Whoever holds the key can close a log; the others meet again each time, and nothing that was written is lost."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with all_of(relay, "ann", "bob", "phone") as (ann, bob, phone):
            words = ["first"]
            for word in ("one", "two", "three"):
                await together(ann, bob, phone)
                await phone._driver.ask(closing_falsely)
                await write(ann, word)
                words.append(word)
                for space in (ann, bob, phone):
                    await shows(space, *words)
            await revoke(ann, phone)
            await write(bob, "at rest")
            await shows(ann, "at rest")
            await together(ann, bob)
            assert target(ann) not in keys(phone)
        async with opened("tablet", relay) as tablet:
            await shows(tablet, *words, "at rest")


async def squat(key: Key, relay: str, how: str) -> None:
    """Open a mailbox before those for whom it is, and leave something in it."""
    async with connected(relay) as client:
        if how == "brief":
            await client.open(key, kind=MailboxKind.RENDEZVOUS)
            return
        await client.follow(key)
        if how != "empty":
            await client.push(key, [envelope(number) for number in range(3)])
            await client.read(key, until=3)
        if how == "closed":
            await client.send(Close(key.mailbox, None, bytes(FORWARD_BYTES)))
            await client.expect(Closed)


@pytest.mark.parametrize("how", ["empty", "junk", "closed", "brief"])
async def test_the_next_log_was_opened_first_by_somebody_else(how: str) -> None:
    """Whoever opens it, fills it, closes it or takes its name for something brief: the honest come together, whole."""
    with serving(Path("relay.db")) as (_, relay):
        await family(relay)
        async with opened("ann", None) as ann:
            await rotate(ann)
            await write(ann, "after")
            drawn = epoch(ann)
        await squat(key_of(drawn), relay, how)
        async with opened("bob", relay) as bob:
            await write(bob, "meanwhile")
            await bob.stored()
        async with all_of(relay, "ann", "bob", "tablet") as spaces:
            for space in spaces:
                await shows(space, "first", "after", "meanwhile")
            await together(*spaces)
            assert (target(spaces[0]) == drawn.mailbox) == (how != "closed")
            assert not [space for space in spaces if space.status().disputed]
