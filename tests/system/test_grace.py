"""Who comes back after the relay has let old logs go finds the way by what these left behind, or makes one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.contracts.family import (
    all_of,
    at_rest,
    epoch,
    family,
    key_of,
    opened,
    rotate,
    shown,
    shows,
    target,
    together,
    write,
)
from tests.contracts.relay_client import connected
from tests.contracts.relay_process import ahead, end, finished, port_of, serving
from tests.troth.journeys import spoiling
from troth.keys import Epoch
from troth_wire.messages import Closed

pytestmark = pytest.mark.usefixtures("empty_folder")

PAST_THE_GRACE = ahead(days=200)
"""A relay for which old logs and meetings are over."""


@contextmanager
def later(relay: str) -> Iterator[None]:
    """Let the operator's grace pass, and the relay serve again at its address."""
    assert finished("gc", "--database", "relay.db", command=PAST_THE_GRACE)[0] == 0
    with serving(Path("relay.db"), "--port", port_of(relay), command=PAST_THE_GRACE) as (_, again):
        assert again == relay
        yield


async def check_gone(old: Epoch, relay: str) -> None:
    """Check that of a log nothing is left but how it was closed."""
    async with connected(relay) as client:
        assert isinstance(await client.ask(key_of(old)), Closed)


async def test_away_for_longer_than_the_grace() -> None:
    """What a device had read is gone from the relay: by what is left it comes to the last log, and brings its words."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        async with opened("tablet", None) as tablet:
            await write(tablet, "written away")
            old = epoch(tablet)
        async with all_of(relay, "ann", "bob") as (ann, bob):
            for word in ("one", "two"):
                await rotate(ann)
                await write(bob, word)
                await shows(ann, word)
                await together(ann, bob)
            for space in (ann, bob):
                await at_rest(space)
        end(process)
    with later(relay):
        await check_gone(old, relay)
        async with opened("tablet", relay) as tablet:
            await at_rest(tablet)
            assert shown(tablet) == {"first", "one", "two", "written away"}
        async with all_of(relay, "ann", "bob", "tablet") as spaces:
            for space in spaces:
                await shows(space, "first", "one", "two", "written away")
            await together(*spaces)
            assert not [space for space in spaces if space.status().disputed]


async def test_a_key_that_was_spoiled_for_one_who_is_back_after_the_grace() -> None:
    """No log that is left opens to it: it changes the key by itself, and a meeting brings that to the others."""
    with serving(Path("relay.db")) as (process, relay):
        await family(relay)
        async with opened("tablet", None) as tablet:
            await write(tablet, "written away")
            old, device = epoch(tablet), tablet.device
        async with all_of(relay, "ann", "bob") as (ann, bob):
            await together(ann, bob)
            await bob._driver.ask(partial(spoiling, victim=device))
            await write(bob, "under a key that the tablet was not given")
            await shows(ann, "under a key that the tablet was not given")
            await together(ann, bob)
            for space in (ann, bob):
                await at_rest(space)
            spoiled = target(ann)
        end(process)
    with later(relay):
        await check_gone(old, relay)
        async with opened("tablet", relay) as tablet:
            await tablet._driver.until_read()
            assert target(tablet) not in (old.mailbox, spoiled)
            await at_rest(tablet)
        async with all_of(relay, "ann", "bob", "tablet") as spaces:
            for space in spaces:
                await shows(space, "first", "written away", "under a key that the tablet was not given")
            await together(*spaces)
            assert not [space for space in spaces if space.status().disputed]
