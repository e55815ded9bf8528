"""A repair is its author's to write and both persons' to close; either opens it again, and how it was stands beside."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import repairing
from troth_app.outcome import Code
from troth_couple import Stage, together
from troth_couple.entry import Entry

SHARE = 0


async def opened(couple: Two) -> Entry:
    """Let Sasha begin a repair."""
    return await couple.sasha(lambda pen: pen.write("repair", {"impact": "You waited for me."}, day=TODAY))


async def stage(couple: Two) -> Stage:
    """Where the one repair stands."""
    (thing,) = (await couple.state()).things.values()
    return thing.stage


async def test_opened_with_steps(tmp_path: Path) -> None:
    """What it did, which support, a day to look again, and steps; the steps of the other's repair are not mine."""
    async with two(tmp_path) as couple:
        assert "repair open" in (await play(repairing.listed, couple.keeper)).result["says"][0]
        assert (await play(repairing.step, couple.keeper)).code == Code.RULE
        await play(repairing.open_, couple.keeper, "You waited for me.", "my group", "2026-10-01", SHARE)
        await play(repairing.step, couple.keeper, "I set an alarm.", SHARE)
        (card,) = (await play(repairing.listed, couple.keeper)).result["cards"]
        assert card["lines"] == [
            "What it did: You waited for me.",
            "Support: my group",
            "Looked at again on 2026-10-01",
            "Step: I set an alarm.",
        ]
        assert (await play(repairing.told, couple.keeper)).code == Code.RULE


async def test_how_it_was_stands_beside(tmp_path: Path) -> None:
    """R53: the other says how it was, and writes no step."""
    async with two(tmp_path) as couple:
        await opened(couple)
        assert (await play(repairing.step, couple.keeper)).code == Code.RULE
        await play(repairing.told, couple.keeper, "I was worried.", SHARE)
        (card,) = (await play(repairing.listed, couple.keeper)).result["cards"]
        assert card["lines"] == ["What it did: You waited for me.", "How it was for you: I was worried."]


async def test_both_close_and_either_opens_again(tmp_path: Path) -> None:
    """Scenario 47: one closing is not enough, and one word opens it, whatever the other said meanwhile."""
    async with two(tmp_path) as couple:
        repair = await opened(couple)
        assert (await play(repairing.reopen, couple.keeper)).code == Code.OK
        assert "once you both say so" in (await play(repairing.close, couple.keeper)).said
        assert await stage(couple) is Stage.OPEN
        await couple.sasha(lambda pen: together.close(pen, pen.book.state(TODAY).things[repair.subject], day=TODAY))
        assert await stage(couple) is Stage.CLOSED
        assert (await play(repairing.close, couple.keeper)).code == Code.RULE
        assert "open again" in (await play(repairing.reopen, couple.keeper)).said
        assert await stage(couple) is Stage.OPEN
        assert (await play(repairing.close, couple.keeper)).said == "Closed."
