"""A move is told at the old relay before the new one is dialled; own devices follow, the other person is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_pairing import GO_ON, MATCHES, PERSON, code_of, words_of
from tests.troth_app.house import PASSPHRASE, Played, a_closed_keeper, home_at, open_keeper, play
from troth import Put, document_id
from troth_app import moving as watching
from troth_app.handlers import joining, moving, pairing, relays, status
from troth_app.household import Household
from troth_app.keeper import Keeper
from troth_app.moving import RELAY
from troth_app.outcome import Code
from troth_client import Space
from troth_client.link import Address

OWN = 0
PHONE = "a phone has its own"
NOTES = document_id("notes")
YES, NO = 0, 1


def household_of(keeper: Keeper) -> Household:
    """What is open."""
    assert keeper.household is not None
    return keeper.household


async def at(keeper: Keeper, address: str) -> None:
    """Wait until a device syncs there: when it goes, it opens its spaces anew."""
    household = household_of(keeper)
    while (relay := household.settings.relay) is None or relay.address != address:
        async for _ in household.solo.space.notices():
            pass
    async with household._turning:
        assert household.places


def for_two(keeper: Keeper) -> Space:
    """The space for two."""
    place = household_of(keeper).shared
    assert place is not None
    return place.space


@asynccontextmanager
async def everybody(folder: Path) -> AsyncIterator[tuple[Keeper, Keeper, Keeper, str, str]]:
    """Robin's laptop and phone, Sasha's laptop, the relay of both, and another one."""
    home = home_at(folder / "phone")
    home.prepare()
    async with AsyncExitStack() as stack:
        old, new = (
            Address.parse(stack.enter_context(serving(folder / f"{name}.db"))[1]).url for name in ("old", "new")
        )
        laptop = await stack.enter_async_context(open_keeper(folder / "laptop", relay=old))
        sasha = await stack.enter_async_context(open_keeper(folder / "sasha", relay=old))
        phone = await stack.enter_async_context(a_closed_keeper(home))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.here, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, MATCHES, GO_ON, played=far),
        )
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.device, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, phone, OWN, code_of(near), old, PHONE, PHONE, MATCHES, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
        yield laptop, phone, sasha, old, new


async def test_own_devices_follow_and_the_other_person_is_asked(tmp_path: Path) -> None:
    """The phone is at the new relay by itself; Sasha is told, says yes, and the space for two goes on there."""
    async with everybody(tmp_path) as (laptop, phone, sasha, old, new):
        played = await play(moving.move, laptop, new, "")
        assert played.code == Code.OK, played.done
        await at(phone, new)
        await for_two(sasha).until(lambda _: bool(for_two(sasha).view(RELAY)))
        assert new in status.relay_line(household_of(sasha))
        assert new in status.line(household_of(sasha))
        await watching._follow(household_of(sasha))
        relay = household_of(sasha).settings.relay
        assert relay is not None
        assert relay.address == old
        assert (await play(moving.follow, sasha, NO)).said.endswith(moving.STAYED)
        assert new not in status.relay_line(household_of(sasha))
        assert (await play(moving.follow, sasha, YES, "")).code == Code.OK
        assert (await play(relays.show, sasha)).result["relay"] == new
        await for_two(sasha).edit(NOTES, Put(("met again",), 1))
        await for_two(phone).until(lambda _: "met again" in for_two(phone).view(NOTES))
        assert (await play(moving.follow, laptop)).said == moving.NOTHING
        assert "followed your other devices" in status.relay_line(household_of(phone))
        assert not for_two(laptop).status().disputed


async def test_what_moves_nobody(tmp_path: Path) -> None:
    """No relay, the same one, one that does not answer, no address: this device stays where it is."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(moving.move, keeper)).code == Code.HERE
    with serving(tmp_path / "relay.db") as (_, url):
        address = Address.parse(url).url
        async with open_keeper(tmp_path / "robin", relay=address) as keeper:
            assert (await play(moving.move, keeper, "")).code == Code.RULE
            assert (await play(moving.move, keeper, address)).said.endswith(moving.SAME)
            assert (await play(moving.move, keeper, "ws://127.0.0.1:9", "")).code == Code.HERE
            assert (await play(relays.show, keeper)).result["relay"] == address
            assert (await play(moving.follow, keeper)).said == moving.NOTHING


async def test_an_old_relay_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The own devices could not learn of it: this one stays, and goes with the others once it answers."""
    monkeypatch.setattr(moving, "KNOCK_S", 0.1)
    with serving(tmp_path / "new.db") as (_, new_url):
        new = Address.parse(new_url).url
        async with open_keeper(tmp_path, relay="ws://127.0.0.1:9/v1") as keeper:
            played = await play(moving.move, keeper, new, "")
            assert played.done is not None
            assert (played.code, played.done.text) == (Code.HERE, moving.NOT_TOLD)
            assert (await play(relays.show, keeper)).result["relay"] == "ws://127.0.0.1:9/v1"
            assert (await play(relays.use, keeper, new, "")).code == Code.OK
            await household_of(keeper).solo.space.stored()
            await at(keeper, new)
