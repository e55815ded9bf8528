"""A device that has to make room for others at its own log comes back by itself, and has lost nothing."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.contracts.family import couple, epoch, key_of, opened, rotate, shows, target, together, write
from tests.contracts.relay_client import Client, Key, connected
from tests.contracts.relay_process import serving
from troth_relay.limits import FOLLOWERS_MIN
from troth_wire.messages import Closed

pytestmark = pytest.mark.usefixtures("empty_folder")

FEW = ("--followers", str(FOLLOWERS_MIN))


async def stolen() -> Key:
    """The key of the log, as whoever has a device has it."""
    async with opened("ann", None) as ann:
        return key_of(epoch(ann))


async def crowd(stack: AsyncExitStack, relay: str, key: Key, count: int) -> list[Client]:
    """Follow a log over so many links, as a thief of its key may."""
    links = [await stack.enter_async_context(connected(relay)) for _ in range(count)]
    for link in links:
        await link.follow(key)
    return links


async def test_device_that_made_room_comes_back() -> None:
    """Sent away by a thief's links from the same address, a device dials again, is let in, and goes on."""
    with serving(Path("relay.db"), *FEW) as (_, relay):
        await couple(relay)
        key = await stolen()
        async with AsyncExitStack() as stack:
            await crowd(stack, relay, key, FOLLOWERS_MIN)
            async with opened("ann", relay) as ann, opened("bob", relay) as bob:
                await together(ann, bob)
                # As many come after the two as half of the places.
                await crowd(stack, relay, key, FOLLOWERS_MIN // 2)
                await write(ann, "written in the crowd")
                await shows(bob, "written in the crowd")
                await together(ann, bob)
                assert [(space.status().refused, space.status().disputed) for space in (ann, bob)] == [(None, 0)] * 2


async def test_thief_who_holds_all_places_is_left_behind() -> None:
    """A device comes in where a thief holds every place, and changes the key: all those links are at their end."""
    with serving(Path("relay.db"), *FEW) as (_, relay):
        await couple(relay)
        key = await stolen()
        async with AsyncExitStack() as stack:
            thief = await crowd(stack, relay, key, FOLLOWERS_MIN)
            async with opened("ann", relay) as ann, opened("bob", relay) as bob:
                await together(ann, bob)
                await rotate(ann)
                await write(ann, "under another key")
                await shows(bob, "under another key")
                await together(ann, bob)
                assert target(ann) != key.mailbox
            while not isinstance(heard := await thief[0].receive(), Closed):
                assert not isinstance(heard, int), "those who were there the longest were spared"
