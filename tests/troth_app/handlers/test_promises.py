"""What becomes of a promise its author says; the other says how it was, and both stand."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import promises
from troth_app.outcome import Code

SHARE = 0
KEPT, PARTLY, NOT_THIS_TIME, LET_GO = range(4)


async def test_made_and_called(tmp_path: Path) -> None:
    """A day may go with it; what became of it can be said anew, and the last word stands."""
    async with two(tmp_path) as couple:
        assert "promise add" in (await play(promises.listed, couple.keeper)).result["says"][0]
        assert (await play(promises.told, couple.keeper)).code == Code.RULE
        await play(promises.add, couple.keeper, "Supper on Sunday.", "2026-09-06", SHARE)
        await play(promises.told, couple.keeper, NOT_THIS_TIME, "")
        await play(promises.told, couple.keeper, PARTLY, "It was late.")
        (card,) = (await play(promises.listed, couple.keeper)).result["cards"]
        assert card["lines"] == ["Supper on Sunday.", "By 2026-09-06", "Kept in part. It was late."]


async def test_both_views_stand(tmp_path: Path) -> None:
    """R53 and N9: nobody calls the other's promise; how it was for oneself is shared after one question."""
    async with two(tmp_path) as couple:
        made = await couple.sasha(lambda pen: pen.write("promise", {"what": "Supper."}, day=TODAY))
        assert (await play(promises.told, couple.keeper, "I was glad.", SHARE)).code == Code.OK
        (card,) = (await play(promises.listed, couple.keeper)).result["cards"]
        assert card["lines"] == ["Supper.", "How it was for you: I was glad."]
        assert (await couple.state()).things[made.subject].stage.name == "SAID"
