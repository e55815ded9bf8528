"""A boundary is its owner's: written for oneself or for both, agreed by nobody, and let go by its owner alone."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import boundaries, mine
from troth_app.outcome import Code

SHARE, MINE = 0, 1


async def test_shared_or_for_oneself(tmp_path: Path) -> None:
    """Shared it is listed for both; kept for oneself it is in no shared record."""
    async with two(tmp_path) as couple:
        assert "boundary add" in (await play(boundaries.listed, couple.keeper)).result["says"][0]
        await play(
            boundaries.add, couple.keeper, "I will sleep in the other room when I am angry.", "I say less.", SHARE
        )
        await play(boundaries.add, couple.keeper, "I will tell my sister.", "", MINE)
        await couple.sasha(lambda pen: pen.write("boundary", {"statement": "I will leave."}, day=TODAY))
        cards = (await play(boundaries.listed, couple.keeper)).result["cards"]
        assert {card["mine"]: card["lines"] for card in cards} == {
            True: ["I will sleep in the other room when I am angry.", "Because: I say less."],
            False: ["I will leave."],
        }
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["I will tell my sister."]


async def test_letting_go(tmp_path: Path) -> None:
    """One's own is let go and stays visible as such; theirs is not offered."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("boundary", {"statement": "I will leave."}, day=TODAY))
        assert (await play(boundaries.retire, couple.keeper)).code == Code.RULE
        await play(boundaries.add, couple.keeper, "I will rest.", "", SHARE)
        assert (await play(boundaries.retire, couple.keeper)).code == Code.OK
        stages = {thing.says("statement"): thing.stage.name for thing in (await couple.state()).things.values()}
        assert stages == {"I will rest.": "CLOSED", "I will leave.": "SAID"}
