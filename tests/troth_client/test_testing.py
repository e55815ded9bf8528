"""The fakes are enough for an app's own tests: devices meet in memory, and nothing waits for time to pass."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from troth import Put, document_id
from troth_client import create_space, join, open_space, request_to_join
from troth_client.testing import CHEAP, WAIT_S, HandClock, MemoryRelay

LIST = document_id("list")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in an empty folder, with a space of one's own."""
    monkeypatch.chdir(tmp_path)
    create_space("laptop", passphrase="a", machine=CHEAP)


async def test_devices_meet_in_memory() -> None:
    """Two devices of one person sync with no socket, at the address that the fake relay names."""
    relay = MemoryRelay()
    machine = relay.machine()
    async with (
        asyncio.timeout(WAIT_S),
        open_space("laptop", passphrase="a", relay=relay.address, machine=machine) as laptop,
    ):
        await laptop.edit(LIST, Put(("bread",), 1))
        asked = request_to_join("phone", passphrase="b", invitation=laptop.invite(), machine=machine)
        join("phone", passphrase="b", welcome=await laptop.admit(asked, passphrase="a"), machine=machine)
        async with open_space("phone", passphrase="b", relay=relay.address, machine=machine) as phone:
            await phone.until(lambda status: status.caught_up)
            assert phone.view(LIST) == {"bread": 1}


async def test_a_relay_that_was_down_is_dialled_again_when_the_clock_says_so() -> None:
    """What was written while it was down goes out once it is up and time was moved on; no time passes by itself."""
    relay, clock = MemoryRelay(), HandClock()
    machine = relay.machine(replace(CHEAP, clock=clock))
    async with (
        asyncio.timeout(WAIT_S),
        open_space("laptop", passphrase="a", relay=relay.address, machine=machine) as laptop,
    ):
        await laptop.caught_up()
        relay.stop()
        await laptop.until(lambda status: not status.connected)
        await laptop.edit(LIST, Put(("bread",), 1))
        assert laptop.status().waiting == 1
        relay.start()
        await clock.asleep()
        clock.advance(clock.waits[-1])
        await laptop.stored()
    assert relay.dials == 2
