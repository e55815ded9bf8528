"""Own devices follow to another relay by themselves and the other person's do not; what is no notice moves nobody."""

from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.handlers.test_removing import Home, at_home
from troth import Put
from troth_app import moving
from troth_app.claims import DEVICES
from troth_app.moving import OWN_KEY, RELAY, Notice
from troth_app.settings import Relay, relay_row
from troth_client.link import Address

HERE, THERE = Address.parse("ws://127.0.0.1:9"), Address.parse("ws://127.0.0.1:10")


def sasha(home: Home) -> str:
    """The other person's key in the document."""
    members = home.shared.space.members
    mine = members.person(home.shared.space.device)
    (other,) = set(members.person_of.values()) - {mine}
    return other.hex()


@pytest.mark.parametrize(
    "written", [None, 7, "", "1", "x ws://a:1", "-1 ws://a:1", "1 http://a", "1 ws://a:1 more", "1 ws://" + "a" * 600]
)
def test_what_is_no_notice(written: Any) -> None:
    """Whatever a document holds there, it is a number and an address, or nothing."""
    assert Notice.parse(written) is None


def test_a_notice_is_read_as_it_was_written() -> None:
    """Number and address come back."""
    assert Notice.parse(Notice(3, THERE).text) == Notice(3, THERE)


async def test_a_move_is_told_to_both(tmp_path: Path) -> None:
    """Each time with a number that is one more, and a device that has dealt with it is not told again."""
    async with at_home(tmp_path) as home:
        household = home.household
        for number in (1, 2):
            await moving.tell(household, THERE)
            assert moving.from_own(household) == Notice(number, THERE)
            written = home.shared.space.view(RELAY)
            assert list(written.values()) == [Notice(number, THERE).text]
            await moving.arrived(household)
            assert moving.from_own(household) is None
        assert moving.from_other(household) is None


async def test_the_other_person_moves_nobody(tmp_path: Path) -> None:
    """What they wrote is shown until it was dealt with, can be asked for again, and changes no relay here."""
    async with at_home(tmp_path) as home:
        household = home.household
        household.settings = household.settings.with_(relay_row(Relay(HERE.url)))
        await home.shared.space.edit(RELAY, Put((sasha(home),), Notice(1, THERE).text))
        assert moving.from_other(household) == Notice(1, THERE)
        assert moving.from_own(household) is None
        await moving.arrived(household)
        assert moving.from_other(household) is None
        assert moving.from_other(household, again=True) == Notice(1, THERE)
        assert household.settings.relay == Relay(HERE.url)
        household.settings = household.settings.with_(relay_row(Relay(THERE.url)))
        assert moving.from_other(household, again=True) is None


async def test_where_no_relay_is_named_nobody_follows(tmp_path: Path) -> None:
    """A device that goes without a relay goes on without one."""
    async with at_home(tmp_path) as home:
        household = home.household
        await household.solo.space.edit(DEVICES, Put((OWN_KEY,), Notice(1, THERE).text))
        await moving._follow(household)
        assert household.settings.relay is None
