"""One's own words are said anew, or taken back, by oneself alone; what stood before stays visible as such."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import days, own_words
from troth_app.handlers.own_words import LISTED_MAX
from troth_app.outcome import Code
from troth_couple import Stage

SHARE = 0


async def test_saying_it_anew(tmp_path: Path) -> None:
    """What is left empty stays; what was said before is shown beside it."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "tired", "the tea", "", "", "", "", SHARE)
        assert (await play(own_words.amend, couple.keeper, "rested", "", "", "", "", "", SHARE)).code == Code.OK
        (card,) = (await play(days.today, couple.keeper)).result["cards"]
        assert card["lines"] == [
            "Feeling: rested",
            "I value: the tea",
            "Before it said: Feeling: tired",
            "Before it said: I value: the tea",
        ]


async def test_a_milestone_keeps_what_is_no_text(tmp_path: Path) -> None:
    """A day is asked for as a day, and whose it is stays as it was."""
    async with two(tmp_path) as couple:
        await play(days.milestone, couple.keeper, "a month", "", 0, SHARE)
        assert (await play(own_words.amend, couple.keeper, "a month and a day", "2026-08-31", SHARE)).code == Code.OK
        (thing,) = (await couple.state()).things.values()
        assert (thing.says("what"), thing.says("on"), thing.says("ours")) == ("a month and a day", "2026-08-31", False)


async def test_taking_back(tmp_path: Path) -> None:
    """A stub without words remains, and the sentence says what can not be promised."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "tired", "", "", "", "", "", SHARE)
        played = await play(own_words.take_back, couple.keeper)
        assert "may remain" in played.said
        (card,) = (await play(days.today, couple.keeper)).result["cards"]
        assert card["lines"] == ["Taken back."]
        assert (await play(own_words.take_back, couple.keeper)).code == Code.RULE


async def test_theirs_are_not_offered(tmp_path: Path) -> None:
    """Nobody's words but one's own can be said anew or taken back."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "calm"}, day=TODAY))
        for handler in (own_words.amend, own_words.take_back):
            assert (await play(handler, couple.keeper)).code == Code.RULE


async def test_of_several_one_is_picked(tmp_path: Path) -> None:
    """The latest first, each by its first words."""
    async with two(tmp_path) as couple:
        for feeling in ("calm", "tired"):
            await play(days.checkin, couple.keeper, feeling, "", "", "", "", "", SHARE)
        assert (await play(own_words.take_back, couple.keeper, 1)).code == Code.OK
        stages = sorted(thing.stage.name for thing in (await couple.state()).things.values())
        assert stages == ["SAID", "TAKEN_BACK"]


async def test_nothing_is_said_anew_before_it_was_asked(tmp_path: Path) -> None:
    """Stopping at the question, or keeping it for oneself, leaves what was said as it was."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "tired", "", "", "", "", "", SHARE)
        for last in ((), (1,), (2,)):
            await play(own_words.amend, couple.keeper, "rested", "", "", "", "", "", *last)
        (card,) = (await play(days.today, couple.keeper)).result["cards"]
        assert card["lines"] == ["Feeling: tired"]


async def test_of_many_the_earlier_ones_are_offered_too(tmp_path: Path) -> None:
    """However long ago something was said, its author can take it back; a page names it, and is asked nothing."""
    async with two(tmp_path) as couple:
        said = [
            (await couple.robin(lambda pen, text=f"{number}": [pen.write("gratitude", {"text": text}, day=TODAY)]))[0]  # type: ignore[misc]
            for number in range(2 * LISTED_MAX + 1)
        ]
        played = await play(own_words.take_back, couple.keeper, LISTED_MAX, LISTED_MAX)
        assert played.code == Code.OK
        named = await play(own_words.take_back, couple.keeper, options={"which": said[1].subject.hex()})
        assert named.code == Code.OK
        state = await couple.state()
        assert [state.things[one.subject].stage is Stage.TAKEN_BACK for one in said[:3]] == [True, True, False]
