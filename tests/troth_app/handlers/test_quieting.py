"""Quiet time is private: nothing is sent, and it ends by itself or when one says so."""

from pathlib import Path

from tests.troth_app.house import open_keeper, play
from tests.troth_app.two import two
from troth_app.handlers import days, quieting
from troth_app.outcome import Code


async def test_until_a_day(tmp_path: Path) -> None:
    """The day is remembered on this device alone; a day that has passed is none."""
    async with two(tmp_path) as couple:
        before = couple.space.status().waiting
        assert (await play(quieting.until, couple.keeper, "2026-08-31")).code == Code.RULE
        assert (await play(quieting.until, couple.keeper, "")).code == Code.OK
        assert (await play(days.today, couple.keeper)).result["quiet"] == "2026-09-04"
        assert (await play(quieting.off, couple.keeper)).code == Code.OK
        assert (await play(days.today, couple.keeper)).result["quiet"] == ""
        assert couple.space.status().waiting == before


async def test_alone_it_works_too(tmp_path: Path) -> None:
    """It asks for nobody."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(quieting.until, keeper, "2026-09-03")).code == Code.OK
        assert keeper.household is not None
        assert keeper.household.settings.quiet_until == "2026-09-03"
