"""A day on the record of two: what each said, what passes, what was thanked for; alone it works too."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.troth_app.house import DAY, open_keeper, play
from tests.troth_app.two import TODAY, left, two
from troth_app.conversation import Choose, Say
from troth_app.handlers import days, mine, quieting, requests, together
from troth_app.limits import TOLD_DAYS
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_couple import Day, Level, Scope, SubjectId, days_after
from troth_wire.errors import FullError

SHARE, MINE, NOTHING = 0, 1, 2
SIX = ("tired", "", "a quiet evening", "", "", "wobbly")
OWN_WORDS = 1
LATER = 2

FIRST = ("first.names", "first.blind", "first.agree")


async def test_alone_the_day_is_calm(tmp_path: Path) -> None:
    """Without a space for two nothing is asked for, and what needs two says so and changes nothing."""
    async with open_keeper(tmp_path) as keeper:
        result = (await play(days.today, keeper)).result
        assert result["state"] == "open"
        assert result["cards"] == []
        for handler in (days.checkin, days.heads_up, days.thanks, days.milestone):
            played = await play(handler, keeper)
            assert played.code == Code.OTHER
            assert "pair here" in str(played.done)


async def test_a_check_in_is_shared_once_it_was_asked(tmp_path: Path) -> None:
    """Lines that stay empty are not in it, and the day shows it under whose it is."""
    async with two(tmp_path) as couple:
        played = await play(days.checkin, couple.keeper, *SIX, SHARE)
        assert played.code == Code.OK
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "hopeful"}, day=TODAY))
        cards = (await play(days.today, couple.keeper)).result["cards"]
        assert {card["mine"]: card["lines"] for card in cards} == {
            True: ["Feeling: tired", "I need: a quiet evening", "Steady: wobbly"],
            False: ["Feeling: hopeful"],
        }
        assert {card["title"] for card in cards} == {
            "Check-in by you, 2026-09-01",
            "Check-in by the other person, 2026-09-01",
        }


async def test_kept_for_oneself_it_goes_nowhere(tmp_path: Path) -> None:
    """One choice keeps it private, another keeps nothing, and neither leaves a trace in the shared record."""
    async with two(tmp_path) as couple:
        before = couple.space.status().waiting
        assert (await play(days.checkin, couple.keeper, *SIX, MINE)).code == Code.OK
        assert (await play(days.checkin, couple.keeper, *SIX, NOTHING)).code == Code.OK
        assert (await play(mine.list_, couple.keeper)).result == {"entries": ["tired\na quiet evening\nwobbly"]}
        assert couple.space.status().waiting == before
        assert (await couple.state()).things == {}


async def test_nothing_said_is_nothing_kept(tmp_path: Path) -> None:
    """Six empty lines cost a sentence."""
    async with two(tmp_path) as couple:
        assert (await play(days.checkin, couple.keeper, *[""] * 6)).code == Code.RULE
        assert (await play(days.heads_up, couple.keeper, " ")).code == Code.RULE


async def test_stopping_in_the_middle_shares_nothing(tmp_path: Path) -> None:
    """Up to the last answer the last word is that nothing was shared, and it is so."""
    async with two(tmp_path) as couple:
        for answers in ((), SIX[:3], SIX):
            played = await play(days.checkin, couple.keeper, *answers)
            assert (played.done, played.safe) == (None, "Nothing was shared.")
        assert (await couple.state()).things == {}


async def test_first_steps_are_named_until_they_are_taken(tmp_path: Path) -> None:
    """Two who have next to nothing between them are told how to begin; what was done, and all of it later, is gone."""
    async with two(tmp_path) as couple:
        ends = (await play(days.today, couple.keeper)).result["ends"]
        assert [key for key in FIRST if tell(key) in ends] == list(FIRST)
        await play(together.names, couple.keeper, "Robin", "Sasha")
        await couple.sasha_proposes()
        ends = (await play(days.today, couple.keeper)).result["ends"]
        assert not [key for key in FIRST if tell(key) in ends]


async def test_an_end_is_said_and_nothing_is_asked_for(tmp_path: Path) -> None:
    """That the space was ended stands first, also in a quiet time, and nothing in it is asked for any more."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("request", {"ask": "a walk"}, day=TODAY))
        assert tell("today.request") in (await play(days.today, couple.keeper)).result["ends"]
        await left(couple)
        result = (await play(days.today, couple.keeper)).result
        assert result["says"] == [tell("today.ended")]
        assert result["ends"] == [result["line"]]
        await play(quieting.until, couple.keeper, days_after(TODAY, 2))
        assert tell("today.ended") in (await play(days.today, couple.keeper)).result["says"]


@pytest.mark.parametrize("whose", ["mine", "theirs"])
async def test_what_is_no_longer_agreed_is_said(tmp_path: Path, whose: str) -> None:
    """For some days, in the same words to both, and no more once it is agreed again."""
    async with two(tmp_path) as couple:
        text = await couple.sasha_proposes("Evenings")
        await couple.sasha_assents(text)
        await couple.robin_assents(text)
        said = tell("today.no_longer", title="Evenings")
        assert said not in (await play(days.today, couple.keeper)).result["says"]
        about = SubjectId(text.agreement)
        if whose == "mine":
            await couple.robin(lambda pen: [pen.withdraw(about, day=TODAY)])
        else:
            await couple.sasha(lambda pen: pen.withdraw(about, day=TODAY))
        for later, shown in ((0, True), (TOLD_DAYS - 1, True), (TOLD_DAYS, False)):
            couple.keeper.today = lambda later=later: DAY + timedelta(days=later)  # type: ignore[misc]
            assert ((await play(days.today, couple.keeper)).result["says"].count(said) == 1) is shown
        couple.keeper.today = lambda: DAY
        if whose == "mine":
            await couple.robin_assents(text)
        else:
            await couple.sasha_assents(text)
        assert said not in (await play(days.today, couple.keeper)).result["says"]


async def test_what_was_answered_is_asked_for_no_more(tmp_path: Path) -> None:
    """Also by “later”: it is shown, and nobody is told to answer again."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("request", {"ask": "a walk"}, day=TODAY))
        assert (await play(requests.answer, couple.keeper, LATER, "")).code == Code.OK
        result = (await play(days.today, couple.keeper)).result
        assert [card["lines"][0] for card in result["cards"]] == ["a walk"]
        assert tell("today.request") not in result["ends"]


async def test_what_can_not_be_shared_is_kept_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes nothing costs no words: they are kept for their writer, who is told where."""
    async with two(tmp_path) as couple:

        async def full(*_: object) -> None:
            raise FullError("The disk is full.")

        with monkeypatch.context() as patched:
            patched.setattr(couple.space, "revise", full)
            played = await play(days.checkin, couple.keeper, *SIX, SHARE)
        assert played.code == Code.HERE
        assert "troth mine list" in str(played.done)
        assert (await play(mine.list_, couple.keeper)).result["entries"] == ["tired\na quiet evening\nwobbly"]


async def test_in_a_space_that_was_ended_nobody_writes_in_vain(tmp_path: Path) -> None:
    """That nothing is shared is said before anything is asked, and sharing is not among the choices."""
    async with two(tmp_path) as couple:
        await left(couple)
        played = await play(days.checkin, couple.keeper, "tired", *[""] * 5, 0)
        first = next(sentence for sentence in played.sentences if isinstance(sentence, Say))
        assert first.text == tell("today.ended")
        (choice,) = [sentence for sentence in played.sentences if isinstance(sentence, Choose)]
        assert choice.items == (tell("share.mine"), tell("share.no"))
        assert couple.keeper.household is not None
        assert couple.keeper.household.settings.entries == ("tired",)


async def test_control_characters_are_not_signed(tmp_path: Path) -> None:
    """An escape sequence costs a sentence; right-to-left words, emoji and combining marks are ordinary words."""
    async with two(tmp_path) as couple:
        played = await play(days.checkin, couple.keeper, "\x1b[31mred")
        assert played.code == Code.RULE
        words = ("שלום", "e\u0301té", "🙂", "", "", "")
        assert (await play(days.checkin, couple.keeper, *words, SHARE)).code == Code.OK
        (thing,) = (await couple.state()).things.values()
        assert thing.says("appreciation") == "été"


async def test_a_text_beyond_its_bound_is_said(tmp_path: Path) -> None:
    """Too much for one text is refused before anything is asked further."""
    async with two(tmp_path) as couple:
        assert (await play(days.checkin, couple.keeper, "x" * 20_000)).code == Code.RULE


async def test_a_changed_plan_passes(tmp_path: Path) -> None:
    """It shows until its day and not afterwards, whoever wrote it."""
    async with two(tmp_path) as couple:
        assert (await play(days.heads_up, couple.keeper, "running late", 1, SHARE)).code == Code.OK
        for later, shown in ((0, 1), (1, 1), (2, 0)):
            couple.keeper.today = lambda later=later: DAY + timedelta(days=later)  # type: ignore[misc]
            assert len((await play(days.today, couple.keeper)).result["cards"]) == shown, later


async def test_thank_you_for_telling_me(tmp_path: Path) -> None:
    """Something of theirs is thanked for in one step and once; anything else in one's own words."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "sad"}, day=TODAY))
        assert (await play(days.thanks, couple.keeper, 0)).code == Code.OK
        (card,) = (await play(days.today, couple.keeper)).result["cards"]
        assert card["lines"][-1] == "You: Thank you for telling me."
        assert (await play(days.thanks, couple.keeper, "the soup", SHARE)).code == Code.OK
        kinds = sorted(thing.kind for thing in (await couple.state()).things.values())
        assert kinds == ["check_in", "gratitude"]


async def test_a_milestone_of_both_waits_for_both(tmp_path: Path) -> None:
    """One's own stands at once; one of both says what it waits for; an impossible day is asked for again."""
    async with two(tmp_path) as couple:
        assert (await play(days.milestone, couple.keeper, "a month", "2026-02-30", "", 0, SHARE)).code == Code.OK
        played = await play(days.milestone, couple.keeper, "a whole dinner", "2026-08-30", 1, SHARE)
        assert "agree assent" in played.said
        stages = {thing.says("what"): thing.stage.name for thing in (await couple.state()).things.values()}
        assert stages == {"a month": "SAID", "a whole dinner": "WAITING"}
        assert (await play(days.milestone, couple.keeper, "x", "never", live=False)).code == Code.RULE


async def test_in_quiet_time_signals_alone_are_shown(tmp_path: Path) -> None:
    """Nothing of theirs is listed until the day, but a signal always is."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "sad"}, day=TODAY))
        await couple.sasha(lambda pen: pen.signal(Level.PAUSE, Scope.TOUCH, day=TODAY))
        await play(quieting.until, couple.keeper, "2026-09-02")
        result = (await play(days.today, couple.keeper)).result
        assert [card["kind"] for card in result["cards"]] == ["signal"]
        assert result["cards"][0]["title"] == "Pause. Nothing is needed from you now."
        assert "2026-09-02" in result["says"][0]


async def test_what_waits_is_hinted_at_and_never_counted_against_anybody(tmp_path: Path) -> None:
    """A request and an agreement to look at each have one calm line; who is silent is not mentioned."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("request", {"ask": "Call when late."}, day=TODAY))
        await couple.sasha_proposes()
        ends = (await play(days.today, couple.keeper)).result["ends"]
        assert any("troth answer" in line for line in ends)
        assert any("1 thing in your agreements" in line for line in ends)
        assert days_after(Day(TODAY), 1) > TODAY


async def test_what_is_dated_ahead_says_so(tmp_path: Path) -> None:
    """A day of another zone, or of a wrong clock, is shown with the card, and nothing is refused for it."""
    async with two(tmp_path) as couple:
        later = days_after(TODAY, 1)
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "calm"}, day=later))
        (card,) = (await play(days.today, couple.keeper)).result["cards"]
        assert card["lines"] == ["Feeling: calm", "Dated later than today here."]
