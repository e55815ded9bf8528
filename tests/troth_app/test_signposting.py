"""Where recovery words look leads on, whatever changed since; and nothing of it is told where it can not be left."""

import logging
from pathlib import Path

import pytest

from tests.troth_app.handlers.test_recovery import at_home, make
from troth import Epoch
from troth.recovery import Words, gather
from troth_app.household import Household
from troth_app.settings import Relay, Signposts, relay_row, signposts_row
from troth_app.signposting import tend
from troth_client.link import Address
from troth_client.signposts import read_signposts
from troth_client.wordlist import parse_recovery


async def lying(address: Address, phrase: str) -> int:
    """How many signposts lie there."""
    return len(await read_signposts(address, Words(parse_recovery(phrase)).signposts))


async def rotate(household: Household) -> None:
    """Change the key of the own space."""
    space = household.solo.space
    await space._driver.ask(lambda engine: (engine.rotate(), None))
    await space.stored()


async def test_a_key_that_changed(tmp_path: Path) -> None:
    """Another signpost is left once, to the epochs that are current then; where nothing changed none is."""
    async with at_home(tmp_path) as (keeper, address):
        phrase = await make(keeper)
        assert keeper.household is not None
        household = keeper.household
        before = await lying(address, phrase)
        await tend(household)
        assert await lying(address, phrase) == before
        await rotate(household)
        for _ in range(2):
            await tend(household)
        epoch = Words(parse_recovery(phrase)).signposts
        entries = await read_signposts(address, epoch)
        assert len(entries) == before + 1
        assert [way.epoch for way in gather(entries, epoch)[0].ways] == [
            place.space.way.epoch for place in household.places
        ]


async def test_where_it_can_not_be_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A relay that is away is tried another time, and the log says neither a key nor a space."""
    caplog.set_level(logging.INFO)
    async with at_home(tmp_path) as (keeper, _):
        assert keeper.household is not None
        household = keeper.household
        await tend(household)
        assert household.settings.signposts is None
        key = b"k" * 32
        for place in household.places:
            await place.space.stored()
        household.settings = household.settings.with_(signposts_row(Signposts(key, b"")))
        household.settings = household.settings.with_(relay_row(Relay("ws://127.0.0.1:9/v1")))
        await tend(household)
        assert household.settings.signposts == Signposts(key, b"")
        assert "no signpost was left" in caplog.text
        assert key.hex() not in caplog.text
        assert Epoch(key).mailbox.hex() not in caplog.text
