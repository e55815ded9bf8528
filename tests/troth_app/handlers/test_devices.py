"""Own devices have the names that their person gave them; of the other's there is a number and nothing else."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.troth_app.house import DAY, open_keeper, play
from troth_app.handlers import devices
from troth_app.handlers.devices import UNNAMED, add_here
from troth_app.household import Place
from troth_app.outcome import Code
from troth_app.settings import others_row
from troth_client.room import RoomId

ROOM = RoomId(b"r" * 16)


async def test_the_list(tmp_path: Path) -> None:
    """This device stands there with its name and day, and alone there is no other person."""
    async with open_keeper(tmp_path) as keeper:
        result = (await play(devices.list_, keeper)).result
        (own,) = result["own"]
        assert (own["name"], own["added"], own["this"]) == ("Laptop", DAY.isoformat(), True)
        assert result["other"] is None


async def test_another_name(tmp_path: Path) -> None:
    """A device is picked from the list, and blanks in a name are put right."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(devices.rename, keeper, 0, "  the  kitchen\tone ")
        assert played.code == Code.OK
        assert (await play(devices.list_, keeper)).result["own"][0]["name"] == "the kitchen one"


@pytest.mark.parametrize("typed", ["", " ", "x" * 65])
async def test_a_name_that_is_none(tmp_path: Path, typed: str) -> None:
    """It is refused, and the old one stays."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(devices.rename, keeper, 0, typed)).code == Code.RULE
        assert (await play(devices.list_, keeper)).result["own"][0]["name"] == "Laptop"


async def test_a_device_that_wrote_nothing_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the names have come a device has none, and can not write one either."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        monkeypatch.setattr(devices, "DEVICES", b"another document")
        assert (await play(devices.list_, keeper)).result["own"][0]["name"] == UNNAMED


class Shared:
    """A space for two, as its members show it."""

    device = b"mine"

    def __init__(self) -> None:
        """Begin with one device on each side."""
        self.theirs = [b"theirs"]

    @property
    def members(self) -> Any:
        """Return who belongs."""
        active = {b"mine": "me", **dict.fromkeys(self.theirs, "other")}
        return SimpleNamespace(
            active=active,
            person=active.__getitem__,
            person_of=active,
            confirmed=set(active),
            devices=lambda person: {d for d in active if active[d] == person},
        )


async def test_the_other_persons_devices_are_a_number(tmp_path: Path) -> None:
    """How many, and whether they changed since the last look; neither name nor id nor day."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        space: Any = Shared()
        keeper.household.places = (*keeper.household.places, Place(ROOM, "shared", "", space))

        async def other() -> Any:
            return (await play(devices.list_, keeper)).result["other"]

        assert await other() == {"count": 1, "changed": False}
        space.theirs = [b"another", b"theirs"]
        assert await other() == {"count": 2, "changed": True}
        assert await other() == {"count": 2, "changed": False}


async def test_a_device_adds_itself(tmp_path: Path) -> None:
    """One that joined writes its name beside those that are there."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        await add_here(keeper.household, name="Phone", day="2026-09-02")
        (own,) = (await play(devices.list_, keeper)).result["own"]
        assert (own["name"], own["added"]) == ("Phone", "2026-09-02")


async def test_a_new_device_is_said_until_it_was_seen(tmp_path: Path) -> None:
    """R15: every own device says so at once and each day, until its person looked at the list on it."""
    async with open_keeper(tmp_path) as keeper:
        household = keeper.household
        assert household is not None
        assert devices.new_devices(household) == []
        await household.remember(others_row(household.solo.room, b"x" * 32))
        # This device itself is nothing new, whatever was remembered.
        assert devices.new_devices(household) == []
        await play(devices.list_, keeper)
        assert household.settings.others[household.solo.room] == household.solo.space.device
