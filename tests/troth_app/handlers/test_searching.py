"""Words are found in one's own words, in agreements and in notes, and never in what the other said of themselves."""

from pathlib import Path

from tests.troth_app.house import open_keeper, play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import days, mine, notes, searching
from troth_app.outcome import Code

SHARE = 0


async def test_own_words_agreements_and_notes(tmp_path: Path) -> None:
    """Each once, by whatever case it was written in."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "Phones make me tired", "", "", "", "", "", SHARE)
        await play(mine.add, couple.keeper, "I dream of phones.")
        await play(notes.add, couple.keeper, "Summer", "No phones at the sea.", SHARE)
        await couple.sasha_proposes()
        cards = (await play(searching.search, couple.keeper, "PHONES")).result["cards"]
        assert sorted(card["kind"] for card in cards) == ["agreement", "check_in", "mine", "note"]


async def test_never_in_the_others_words(tmp_path: Path) -> None:
    """Neither their check-ins nor their answer to a request of one's own."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "desperate"}, day=TODAY))
        result = (await play(searching.search, couple.keeper, "desperate")).result
        assert result["cards"] == []
        assert "not in your own words" in result["says"][0]


async def test_alone(tmp_path: Path) -> None:
    """One's own entries are looked through without a space for two; looking for nothing is a rule."""
    async with open_keeper(tmp_path) as keeper:
        await play(mine.add, keeper, "the sea")
        assert len((await play(searching.search, keeper, "sea")).result["cards"]) == 1
        assert (await play(searching.search, keeper, " ")).code == Code.RULE
