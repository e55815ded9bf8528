"""Words are found in one's own words, in agreements and in notes, and never in what the other said of themselves."""

from pathlib import Path

from tests.troth_app.handlers.test_chapters import YES, agreed, suggested
from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import chapters, days, mine, notes, searching
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


async def test_earlier_chapters_too(tmp_path: Path) -> None:
    """What is found there stands last and is said to be from there; the other's words are looked through in none."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "Phones make me tired", "", "", "", "", "", SHARE)
        await play(notes.add, couple.keeper, "Summer", "No phones at the sea.", SHARE)
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "phones again"}, day=TODAY))
        await agreed(couple)
        await suggested(couple)
        await play(chapters.agree, couple.keeper, YES, PASSPHRASE)
        await play(days.checkin, couple.keeper, "No phones today", "", "", "", "", "", SHARE)
        cards = (await play(searching.search, couple.keeper, "phones")).result["cards"]
        assert [(card["kind"], card.get("earlier", False)) for card in cards] == [
            ("check_in", False),
            ("check_in", True),
            ("agreement", True),
            ("note", True),
        ]
        assert [card["title"].endswith("(earlier chapter)") for card in cards] == [False, True, True, True]
        assert cards[2]["state"] == "ended"
