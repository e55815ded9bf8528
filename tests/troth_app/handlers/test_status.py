"""Why something is not synced is said for each space, and nothing about the other person's devices."""

from pathlib import Path
from typing import cast

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_removing import add
from tests.troth_app.house import open_keeper, play, uncompare
from troth import Put, document_id
from troth_app.claims import DEVICES
from troth_app.handlers import devices, status
from troth_app.handlers.status import ALL_HERE, IN_PLACE, NO_RELAY, REACHED, UNREACHED, line
from troth_app.household import Place
from troth_app.settings import Relay, relay_row
from troth_client import Space
from troth_client.link import Address
from troth_client.room import RoomId
from troth_wire.errors import FullError


async def test_without_a_relay(tmp_path: Path) -> None:
    """What is written stays here, and nothing is called waiting."""
    async with open_keeper(tmp_path) as keeper:
        result = (await play(status.status, keeper)).result
        assert result["relay"] == NO_RELAY
        assert [space["sentences"] for space in result["spaces"]] == [[ALL_HERE]]
        assert keeper.household is not None
        assert line(keeper.household) == NO_RELAY


async def test_with_a_relay_that_is_not_there(tmp_path: Path) -> None:
    """What waits is counted, and that nothing is lost is said."""
    async with open_keeper(tmp_path, relay="ws://127.0.0.1:9/v1") as keeper:
        result = (await play(status.status, keeper)).result
        assert result["relay"] == UNREACHED
        assert "no connection" in result["spaces"][0]["sentences"][0]
        assert keeper.household is not None
        assert "waiting for the relay" in line(keeper.household)


async def test_with_a_relay(tmp_path: Path) -> None:
    """Once everything has reached it, that is what is said."""
    with serving(tmp_path / "relay.db") as (_, address):
        async with open_keeper(tmp_path, relay=Address.parse(address).url) as keeper:
            assert keeper.household is not None
            await keeper.household.solo.space.stored()
            assert (await play(status.status, keeper)).result["relay"] == REACHED
            assert line(keeper.household) == IN_PLACE


async def test_a_space_that_stopped(tmp_path: Path) -> None:
    """Why it stopped is said in its place, and everything else is said as before."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None

        class Stopped:
            def status(self) -> None:
                raise FullError("There is no room left.")

            @property
            def members(self) -> None:
                self.status()

        stopped = Place(RoomId(b"r" * 16), "shared", "", cast(Space, Stopped()))
        keeper.household.places = (*keeper.household.places, stopped)
        spaces = (await play(status.status, keeper)).result["spaces"]
        assert [space["sentences"] for space in spaces] == [[ALL_HERE], ["There is no room left."]]
        keeper.household.settings = keeper.household.settings.with_(relay_row(Relay("ws://127.0.0.1:9/v1")))
        assert line(keeper.household) == "There is no room left."
        assert (await play(status.status, keeper)).result["relay"] == UNREACHED


async def test_words_that_nobody_compared(tmp_path: Path) -> None:
    """That nothing can be agreed yet is said where the space is."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        await uncompare(keeper.household)
        assert "troth compare" in (await play(status.status, keeper)).result["spaces"][0]["sentences"][0]


async def test_the_doctor_says_more(tmp_path: Path) -> None:
    """Files, when it locks, and what is wrong with the box beside the vault."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        keeper.household.inbox_trouble = "The key was exchanged."
        result = (await play(status.doctor, keeper)).result
        assert {name for name, _, _ in result["files"]} == {"folder", "vault", "log"}
        assert result["notes"][0] == "The key was exchanged."
        assert "3 minutes" in result["notes"][1]


async def test_the_doctor_tells_one_by_one(tmp_path: Path) -> None:
    """What waits stands there by itself, with its space and why; and of each other own device what it said last."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        solo = keeper.household.solo
        phone = await add(solo, "phone")
        await solo.space.edit(DEVICES, Put((devices.NAMES, phone.hex()), "Phone"))
        await solo.space.edit(document_id("notes"), Put(("a",), 1))
        result = (await play(status.doctor, keeper)).result
        assert result["items"] == [
            ["1: names of your devices", "Yours alone", "there is no connection"],
            ["2: which devices belong", "Yours alone", "there is no connection"],
            ["3: names of your devices", "Yours alone", "there is no connection"],
            ["4: something that you wrote", "Yours alone", "there is no connection"],
        ]
        assert result["own"] == [["Phone", status.NOT_SAID]]


@pytest.mark.parametrize(
    ("behind", "said"), [(None, status.NOT_SAID), (0, status.ALL_READ), (1, "the last 1 entry"), (2, "2 entries")]
)
def test_what_a_device_had_read(behind: int | None, said: str) -> None:
    """Nothing known, everything, or how much was missing."""
    assert said in status._reading(behind)
