"""Pairing over a relay in a process of its own: what was joined syncs, and who stands in between joins nothing."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.pairing_world import House, Person, Table, at_home, new_vault, rows_of, solo
from tests.contracts.relay_between import Between, between
from tests.contracts.relay_process import serving
from troth import Put, document_id
from troth.pairing import Link
from troth_client import Space, carrying
from troth_client.faraway import accept_far, go_on_far, invite_far, sponsor_of
from troth_client.link import Address
from troth_client.pairing import PairingError, address_of, guest_device, guest_here, host_device, host_here
from troth_client.room import RoomId
from troth_wire.errors import MeetingError, NoRelayError
from troth_wire.messages import Deliver, Message

LIST = document_id("list")


@dataclass
class Scene:
    """Two vaults and two people at one relay."""

    host: House
    guest: House
    relay: str
    one: Person
    two: Person

    @property
    def address(self) -> Address:
        """Where to meet."""
        return Address.parse(self.relay)

    async def device(self) -> tuple[RoomId, ...]:
        """Let the guest's vault be another device of the host."""
        _, rooms = await asyncio.gather(
            host_device(self.host.home, self.address, self.one, machine=CHEAP), self._device_guest()
        )
        return rooms

    async def _device_guest(self) -> tuple[RoomId, ...]:
        ticket = await asyncio.shield(self.one.table.ticket)
        return await guest_device(self.guest.home, ticket, self.address, self.two, machine=CHEAP)

    def here(self) -> list[Coroutine[Any, Any, RoomId]]:
        """Return both sides of founding a space for two."""
        return [host_here(self.host.home, self.address, self.one, machine=CHEAP), self._here_guest()]

    async def _here_guest(self) -> RoomId:
        ticket = await asyncio.shield(self.one.table.ticket)
        return await guest_here(self.guest.home, ticket, self.address, self.two, machine=CHEAP)


@asynccontextmanager
async def scene(folder: Path, relay: str, *, guest_alone: bool = False) -> AsyncIterator[Scene]:
    """Open two vaults, in sync with the relay."""
    guest_path = (solo if guest_alone else new_vault)(folder / "guest")
    async with at_home(solo(folder / "host"), relay=relay) as host, at_home(guest_path, relay=relay) as guest:
        table = Table()
        yield Scene(host, guest, relay, Person(table), Person(table))


async def crosses(one: Space, two: Space, word: str) -> None:
    """Write on one device and wait until the other shows it."""
    told = two.notices()
    await one.edit(LIST, Put(("word",), word))
    while two.view(LIST).get("word") != word:
        await anext(told)


async def test_a_new_device_syncs(tmp_path: Path) -> None:
    """A device that joined by a code shows what was written before it came, and what is written after."""
    with serving(tmp_path / "relay.db") as (_, relay):
        async with scene(tmp_path, relay) as pair:
            (space,) = pair.host.spaces.values()
            await space.edit(LIST, Put(("word",), "before"))
            (room,) = await pair.device()
            async with pair.guest.vault.space(room, relay=relay) as joined:
                told = joined.notices()
                while joined.view(LIST).get("word") != "before":
                    await anext(told)
                await crosses(joined, space, "hello")
                await crosses(space, joined, "hello back")


async def test_partners_sync(tmp_path: Path) -> None:
    """Two partners who founded a space in a room write in it at once."""
    with serving(tmp_path / "relay.db") as (_, relay):
        async with scene(tmp_path, relay, guest_alone=True) as pair:
            mine, theirs = await asyncio.gather(*pair.here())
            async with (
                pair.host.vault.space(mine, relay=relay) as here,
                pair.guest.vault.space(theirs, relay=relay) as there,
            ):
                await crosses(here, there, "ours")
                await crosses(there, here, "ours too")


async def test_partners_far_away_sync(tmp_path: Path) -> None:
    """Two partners found a space by a link, days apart, and write in it."""
    with serving(tmp_path / "relay.db") as (_, relay):
        async with scene(tmp_path, relay, guest_alone=True) as pair:
            (own,) = pair.host.vault.rooms
            await pair.host.spaces[own].caught_up()
            sponsor = sponsor_of(await pair.host.home.load(own))
            room, link = await invite_far(pair.host.home, pair.address, sponsor, machine=CHEAP)
            place = await accept_far(pair.guest.home, link, machine=CHEAP)
            await asyncio.gather(
                go_on_far(pair.host.home, room, pair.one, machine=CHEAP),
                go_on_far(pair.guest.home, place, pair.two, machine=CHEAP),
            )
            async with (
                pair.host.vault.space(room, relay=relay) as here,
                pair.guest.vault.space(place, relay=relay) as there,
            ):
                await crosses(here, there, "ours")
                await crosses(there, here, "ours too")


async def test_no_pass_is_needed_to_meet(tmp_path: Path) -> None:
    """At a relay that asks for passes two who have none can still pair; only their logs need one."""
    passes = tmp_path / "passes"
    passes.write_text("open sesame\n")
    passes.chmod(0o600)
    with serving(tmp_path / "relay.db", "--pass-file", str(passes)) as (_, relay):
        async with scene(tmp_path, relay, guest_alone=True) as pair:
            mine, theirs = await asyncio.gather(*pair.here())
            assert mine in pair.host.vault.rooms
            assert theirs in pair.guest.vault.rooms


def spoiled(message: Message, *, place: int) -> list[Message]:
    """Turn a bit in the record at one place."""
    if not isinstance(message, Deliver) or message.position != place:
        return [message]
    records = tuple(record[:50] + bytes([record[50] ^ 4]) + record[51:] for record in message.envelopes)
    return [Deliver(message.mailbox, message.position, records)]


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[Between, Scene, Any]]:
    """Let somebody stand between two people and their relay."""
    async with between() as middle:
        with serving(folder / "relay.db", "--name", middle.name) as (process, relay):
            middle.upstream = relay
            async with scene(folder, middle.url, guest_alone=True) as pair:
                yield middle, pair, process


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5, 6])
async def test_who_changes_records_joins_nothing(tmp_path: Path, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever record is changed on its way from the relay, both sides end and keep nothing."""
    monkeypatch.setattr(carrying, "STOP_S", 1)
    async with watched(tmp_path) as (middle, pair, _):
        middle.to_client = partial(spoiled, place=place)
        results = await asyncio.gather(*pair.here(), return_exceptions=True)
        assert all(isinstance(result, PairingError) for result in results), results
    assert [len(rows_of(tmp_path / name)) for name in ("host", "guest")] == [1, 1]


async def test_cut_links_are_mended(tmp_path: Path) -> None:
    """Links that are cut while people compare words are dialled again, and the space is founded."""
    async with watched(tmp_path) as (middle, pair, _):
        cutting: list[asyncio.Task[None]] = []
        pair.one.pause = lambda: cutting.append(asyncio.create_task(middle.cut()))
        mine, theirs = await asyncio.gather(*pair.here())
        await asyncio.gather(*cutting)
        assert mine in pair.host.vault.rooms
        assert theirs in pair.guest.vault.rooms


async def test_a_relay_that_is_killed_joins_nothing(tmp_path: Path) -> None:
    """When the relay is gone in the middle, both sides wait, and whoever gives up has joined nothing."""
    async with watched(tmp_path) as (middle, pair, process):
        sides = [asyncio.create_task(side) for side in pair.here()]
        pair.one.pause = process.kill
        await asyncio.shield(pair.one.table.words)
        await asyncio.to_thread(process.wait, 20)
        for side in sides:
            side.cancel()
        results = await asyncio.gather(*sides, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError | MeetingError) for result in results), results
        with pytest.raises(NoRelayError):
            await host_here(pair.host.home, Address.parse("ws://127.0.0.1:9"), pair.one, machine=CHEAP)
        del middle
    assert [len(rows_of(tmp_path / name)) for name in ("host", "guest")] == [1, 1]


async def test_a_link_pairs_a_device(tmp_path: Path) -> None:
    """A link, as it is shown as a picture, names the relay and pairs a device without more."""
    with serving(tmp_path / "relay.db") as (_, relay):
        async with scene(tmp_path, relay) as pair:

            async def guest() -> tuple[RoomId, ...]:
                link = Link.parse(await asyncio.shield(pair.one.table.link))
                return await guest_device(pair.guest.home, link, address_of(link), pair.two, machine=CHEAP)

            hosting = host_device(pair.host.home, pair.address, pair.one, as_link=True, machine=CHEAP)
            _, rooms = await asyncio.gather(hosting, guest())
            assert rooms == pair.guest.vault.rooms
