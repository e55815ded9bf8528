"""Two devices, a relay in a process of its own and real sockets: whatever happens in between, both end up the same."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.relay_process import port_of, serving
from troth import Changed, Insert, Put, document_id
from troth_client import Space, create_space, join, open_space, request_to_join

LIST = document_id("list")
WORDS = "correct horse"
WAIT_S = 60

pytestmark = pytest.mark.usefixtures("empty_folder")


@asynccontextmanager
async def opened(path: str, relay: str | None) -> AsyncIterator[Space]:
    """Open a space; everything in the block is bounded in time."""
    async with asyncio.timeout(WAIT_S), open_space(path, passphrase=WORDS, relay=relay, machine=CHEAP) as space:
        yield space


async def shows(space: Space, *items: str) -> None:
    """Wait until a space shows exactly these items, in whatever order."""
    told = space.notices()
    while sorted(seen(space)) != sorted(items):
        await anext(told)


def seen(space: Space) -> list[str]:
    """Return the items that a space shows."""
    return list(space.view(LIST).get("items", []))


def add(item: str) -> Insert:
    """Return the edit that adds an item."""
    return Insert(("items",), -1, item)


async def pair(relay: str) -> None:
    """Make two devices of one person, with an empty list that both have."""
    create_space("laptop", passphrase=WORDS, machine=CHEAP)
    async with opened("laptop", relay) as laptop:
        asked = request_to_join("phone", passphrase=WORDS, invitation=laptop.invite(), machine=CHEAP)
        welcome = await laptop.admit(asked, passphrase=WORDS)
        await laptop.edit(LIST, Put(("items",), []))
        await laptop.stored()
    join("phone", passphrase=WORDS, welcome=welcome, machine=CHEAP)
    async with opened("phone", relay) as phone:
        await phone.caught_up()


async def test_words_cross_while_both_are_there() -> None:
    """What one device writes the other is told of and shows."""
    with serving(Path("relay.db")) as (_, relay):
        await pair(relay)
        async with opened("laptop", relay) as laptop, opened("phone", relay) as phone:
            await laptop.caught_up()
            await phone.caught_up()
            told = phone.notices()
            await laptop.edit(LIST, add("bread"))
            while await anext(told) != Changed(LIST, local=False):
                pass
            await phone.edit(LIST, add("milk"))
            await shows(laptop, "bread", "milk")
            await shows(phone, "bread", "milk")


async def test_what_was_written_offline_comes_together() -> None:
    """Both write without a relay; once they connect, both show everything in one order."""
    with serving(Path("relay.db")) as (_, relay):
        await pair(relay)
        for path in ("laptop", "phone"):
            async with opened(path, None) as space:
                for number in range(20):
                    await space.edit(LIST, add(f"{path} {number}"))
        expected = [f"{path} {number}" for path in ("laptop", "phone") for number in range(20)]
        async with opened("laptop", relay) as laptop, opened("phone", relay) as phone:
            await asyncio.gather(shows(laptop, *expected), shows(phone, *expected))
            assert seen(laptop) == seen(phone)
            await asyncio.gather(laptop.stored(), phone.stored())


async def test_a_relay_that_is_killed_loses_nothing() -> None:
    """Edits made before, during and after a SIGKILL of the relay reach the other device once it is back."""
    with serving(Path("relay.db")) as (process, relay):
        await pair(relay)
        port = port_of(relay)
        async with opened("laptop", relay) as laptop, opened("phone", relay) as phone:
            await laptop.edit(LIST, add("before"))
            await shows(phone, "before")
            burst = [asyncio.ensure_future(laptop.edit(LIST, add(f"during {number}"))) for number in range(10)]
            process.send_signal(signal.SIGKILL)
            await asyncio.gather(*burst)
            process.wait(WAIT_S)
            await phone.edit(LIST, add("alone"))
            with serving(Path("relay.db"), "--port", port):
                everything = ["before", "alone", *(f"during {number}" for number in range(10))]
                await asyncio.gather(shows(laptop, *everything), shows(phone, *everything))
                await asyncio.gather(laptop.stored(), phone.stored())


async def test_a_relay_that_lost_everything_gets_it_back() -> None:
    """From a relay with an empty database, a device that has seen nothing yet gets everything from the others."""
    with serving(Path("first.db")) as (_, relay):
        await pair(relay)
        async with opened("laptop", relay) as laptop:
            await laptop.edit(LIST, add("bread"))
            await laptop.stored()
        port = port_of(relay)
    with serving(Path("second.db"), "--port", port) as (_, relay):
        async with opened("laptop", relay) as laptop, opened("phone", relay) as phone:
            await shows(phone, "bread")
            await phone.edit(LIST, add("milk"))
            await shows(laptop, "bread", "milk")
            assert laptop.status().disputed == phone.status().disputed == 1


async def test_another_relay_gets_everything_and_is_accused_of_nothing() -> None:
    """Devices that go to a relay under another name bring what they know, and no history is in dispute."""
    with serving(Path("first.db")) as (_, relay):
        await pair(relay)
        async with opened("laptop", relay) as laptop:
            await laptop.edit(LIST, add("bread"))
            await laptop.stored()
    with serving(Path("second.db")) as (_, relay):
        async with opened("laptop", relay) as laptop, opened("phone", relay) as phone:
            await shows(phone, "bread")
            await phone.edit(LIST, add("milk"))
            await shows(laptop, "bread", "milk")
            assert laptop.status().disputed == phone.status().disputed == 0


async def test_the_relay_can_not_read() -> None:
    """No word, table or name of the document stands in the relay's files."""
    with serving(Path("relay.db")) as (_, relay):
        await pair(relay)
        async with opened("laptop", relay) as laptop:
            await laptop.edit(LIST, add("canary"))
            await laptop.stored()
        kept = b"".join(file.read_bytes() for file in Path().glob("relay.db*") if file.is_file())
    assert len(kept) > 1_000
    for secret in (b"canary", b"items", b"records", WORDS.encode()):
        assert secret not in kept
