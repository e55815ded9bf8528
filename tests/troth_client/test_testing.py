"""The fakes are enough for an app's own tests: devices meet in memory, and nothing waits for time to pass."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from troth import Put, document_id
from troth_client import Address, Link, create_space, join, open_space, request_to_join
from troth_client.testing import CHEAP, WAIT_S, HandClock, MemoryLink, MemoryRelay, link_contract

LIST = document_id("list")
ADDRESS = Address.parse(MemoryRelay.address)


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


async def test_the_fake_keeps_the_contract_of_links() -> None:
    """What is tested over the fake is true of a link."""
    await link_contract(MemoryRelay().dial, ADDRESS)


class Hasty(MemoryLink):
    """A link that lets the second frame overtake the first."""

    first: bytes | None = None

    def send(self, frame: bytes) -> None:
        """Keep the first frame until the second went out."""
        if not self.sent and self.first is None:
            self.first = frame
            return
        super().send(frame)
        if self.first:
            super().send(self.first)
            self.first = b""


class Elsewhere(MemoryLink):
    """A link that names another host than was dialled."""

    def __init__(self, relay: MemoryRelay) -> None:
        super().__init__(relay)
        self.host = "elsewhere.test:443"


@pytest.mark.parametrize("make", [Hasty, Elsewhere])
async def test_a_link_that_breaks_its_word_is_found(make: Callable[[MemoryRelay], Link]) -> None:
    """Frames out of order, or another host than the proof names, fail the contract."""

    @asynccontextmanager
    async def dial(_: Address) -> AsyncIterator[Link]:
        yield make(MemoryRelay())

    with pytest.raises(AssertionError):
        await link_contract(dial, ADDRESS)
