"""Asking and answering: any answer goes without a reason, and answering again stands in place of the earlier answer."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import requests
from troth_app.outcome import Code
from troth_couple import Reply

SHARE = 0
YES, ANOTHER_WAY, LATER, NO = range(4)


async def test_asking(tmp_path: Path) -> None:
    """What for, perhaps why, perhaps by when; listed for both."""
    async with two(tmp_path) as couple:
        assert "ask-for" in (await play(requests.listed, couple.keeper)).result["says"][0]
        await play(requests.ask_for, couple.keeper, "A quiet Saturday.", "I am tired.", "2026-09-05", SHARE)
        (card,) = (await play(requests.listed, couple.keeper)).result["cards"]
        assert card["lines"] == ["A quiet Saturday.", "Why: I am tired.", "Good by: 2026-09-05"]


async def test_answering(tmp_path: Path) -> None:
    """No needs no words; a later answer stands in place of it; one's own request is not offered."""
    async with two(tmp_path) as couple:
        assert (await play(requests.answer, couple.keeper)).code == Code.RULE
        await play(requests.ask_for, couple.keeper, "Mine.", "", "", SHARE)
        assert (await play(requests.answer, couple.keeper)).code == Code.RULE
        asked = await couple.sasha(lambda pen: pen.write("request", {"ask": "Call when late."}, day=TODAY))
        assert (await play(requests.answer, couple.keeper, NO, "")).code == Code.OK
        thing = (await couple.state()).things[asked.subject]
        assert [answer.said("reply") for answer in thing.answers] == [Reply.DECLINE]
        await play(requests.answer, couple.keeper, ANOTHER_WAY, "I write instead.")
        card = next(
            card for card in (await play(requests.listed, couple.keeper)).result["cards"] if card["mine"] is False
        )
        assert card["lines"][-1] == "Answer: Another way. I write instead."


async def test_a_day_that_has_passed_is_good_for_nothing(tmp_path: Path) -> None:
    """Whoever names one, of something that is to come, is asked again."""
    async with two(tmp_path) as couple:
        played = await play(requests.ask_for, couple.keeper, "A walk", "", "2020-01-01", "2026-09-05", 0)
        assert "That day has passed." in played.said
        (thing,) = (await couple.state()).things.values()
        assert thing.says("good_by") == "2026-09-05"
