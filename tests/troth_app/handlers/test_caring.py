"""Kindness is noted by whoever gives it, and wishes by whoever has them; nothing is counted or compared."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import caring
from troth_couple.kinds import BY_NAME

SHARE = 0


async def test_wishes_and_what_was_done(tmp_path: Path) -> None:
    """Wishes stand first, each under whose it is."""
    async with two(tmp_path) as couple:
        assert "care wish" in (await play(caring.listed, couple.keeper)).result["says"][0]
        await couple.sasha(lambda pen: pen.write("care_act", {"text": "I brought the tea."}, day=TODAY))
        await play(caring.wish, couple.keeper, "A walk.", SHARE)
        await play(caring.add, couple.keeper, "I did the dishes.", SHARE)
        cards = (await play(caring.listed, couple.keeper)).result["cards"]
        assert cards[0]["title"] == "You would enjoy, 2026-09-01"
        assert {card["lines"][0] for card in cards} == {"A walk.", "I did the dishes.", "I brought the tea."}


def test_there_is_no_receipt() -> None:
    """P74: kindness asks for no thanks, and none can be given for it here."""
    assert "care_act" not in BY_NAME["thanks"].about
