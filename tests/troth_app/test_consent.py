"""What two own devices write to each other is read as it was written, and anything else is nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.house import open_keeper
from troth import Put
from troth_app import consent
from troth_app.claims import DEVICES
from troth_app.consent import Agreed, Asked
from troth_wire.ids import DeviceId, SpaceId

ONE, TWO = DeviceId(b"1" * 32), DeviceId(b"2" * 32)
SPACES = {SpaceId(b"s" * 32): (ONE, TWO), SpaceId(b"t" * 32): (TWO, ONE)}


async def test_a_question_and_an_answer(tmp_path: Path) -> None:
    """Both come back; an answer to other words is none; and nothing is left of them afterwards."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        household = keeper.household
        question, answer = Asked(ONE, SPACES), Agreed(TWO, dict.fromkeys(SPACES, (ONE, b"s" * 64)))
        await consent.ask(household, question)
        assert consent.asked(household) == question
        assert consent.agreed(household, TWO) is None
        await consent.agree(household, answer)
        assert consent.agreed(household, TWO) == answer
        assert consent.agreed(household, ONE) is None
        for _ in range(2):
            await consent.forget(household)
            assert consent.asked(household) is None
            assert consent.agreed(household, TWO) is None


@pytest.mark.parametrize("written", [7, "", "zz", "00", ["a"], Asked(ONE, {}).text + "00"])
async def test_anything_may_stand_there(tmp_path: Path, written: Any) -> None:
    """What was not written like this asks nothing, and agrees to nothing."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        for key in (consent.ASKED, consent.AGREED):
            await keeper.household.solo.space.edit(DEVICES, Put((key,), written))
        assert consent.asked(keeper.household) is None
        assert consent.agreed(keeper.household, ONE) is None
