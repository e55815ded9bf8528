"""Telling something hard the way that both agreed on: by choice on both sides, and it leads to a repair."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.conversation import Choose
from troth_app.handlers import days, own_words, repairing, telling
from troth_app.outcome import Code
from troth_couple import Item, Stage, Thing, together
from troth_couple.entry import Entry

KEEP, SHARE = 0, 4
NOT_NOW, REST, OPEN = range(3)
NOTHING, RECEIVED, THANKS = range(3)
PUBLISH = 0


async def told(couple: Two, *, item: str | None = None) -> Entry:
    """Let Sasha tell something."""
    fields: dict[str, object] = {"item": item, "what": "canary: I read old messages.", "support": "my group"}
    return await couple.sasha(lambda pen: pen.write("disclosure", fields, day=TODAY))


async def only(couple: Two, kind: str = "disclosure") -> Thing:
    """The one thing of a kind."""
    (thing,) = (thing for thing in (await couple.state()).things.values() if thing.kind == kind)
    return thing


async def card(couple: Two) -> list[str]:
    """What the list says of the one thing that was told."""
    (found,) = (await play(telling.listed, couple.keeper)).result["cards"]
    return [str(line) for line in found["lines"]]


async def test_told_with_the_item_of_the_plan(tmp_path: Path) -> None:
    """The plan in force says what is told to the partner, and how; what is told to support alone is not asked."""
    async with two(tmp_path) as couple:
        items = [
            Item(behaviour="Old messages read.", sort=2, tell=1, within="within a day", how=2, detail=2),
            Item(behaviour="A bad night.", sort=2, tell=2, within="at once", how=1, detail=1),
        ]
        plan = await couple.sasha_proposes("Our plan", sort=4, clauses=(), items=tuple(items))
        await couple.sasha_assents(plan)
        await couple.robin_assents(plan)
        assert "troth tell write" in (await play(telling.listed, couple.keeper)).result["says"][0]
        answers = (0, "I read them on Tuesday.", "2026-08-30", "my group", "Ashamed.", "I ask for a window.", SHARE)
        played = await play(telling.write, couple.keeper, *answers)
        asked = next(s for s in played.sentences if isinstance(s, Choose) and s.prompt.startswith("Which item"))
        assert asked.items == ("Old messages read. Told to partner, within a day, written, outline.", "None of them")
        assert "troth support" in played.said
        assert await card(couple) == [
            "From our plan: Old messages read.",
            "I read them on Tuesday.",
            "On 2026-08-30",
            "Support: my group",
            "Feeling: Ashamed.",
            "What I do next: I ask for a window.",
        ]
        assert (await play(telling.read, couple.keeper)).code == Code.RULE
        assert (await play(telling.later, couple.keeper)).code == Code.RULE


async def test_nothing_written_is_nothing_told(tmp_path: Path) -> None:
    """Without words there is nothing to keep."""
    async with two(tmp_path) as couple:
        assert (await play(telling.write, couple.keeper, "")).code == Code.RULE
        assert (await play(telling.listed, couple.keeper)).result["cards"] == []


async def test_it_is_opened_by_choice_and_rest_is_offered_first(tmp_path: Path) -> None:
    """P53: not now stands first, rest before the words, and the words come after a choice, each time."""
    async with two(tmp_path) as couple:
        await told(couple)
        assert await card(couple) == ["Something to read, when it is good for you."]
        left = await play(telling.read, couple.keeper, NOT_NOW)
        assert "canary" not in str(left.sentences)
        assert "troth steady" in left.said
        rested = await play(telling.read, couple.keeper, REST, 0)
        assert rested.card("Breathe") is not None
        assert "canary" not in str(rested.sentences)
        opened = await play(telling.read, couple.keeper, REST, 1, NOTHING)
        shown = opened.card("Told by the other person, 2026-09-01")
        assert shown is not None
        assert shown.lines == ("canary: I read old messages.", "Support: my group")
        assert await card(couple) == ["Something to read, when it is good for you."]
        assert "canary" not in str((await play(days.today, couple.keeper)).result)


async def test_a_sealed_card_says_at_most_that_it_is_from_the_plan(tmp_path: Path) -> None:
    """Neither which item nor anything else before it is opened."""
    async with two(tmp_path) as couple:
        await told(couple, item="canary item")
        assert await card(couple) == ["Something from your plan, to read when it is good for you."]
        assert "canary" not in str((await play(telling.read, couple.keeper, NOT_NOW)).sentences)


async def test_opening_sends_nothing(tmp_path: Path) -> None:
    """R21: not now, rest and opening write no entry, and nothing waits for the relay."""
    async with two(tmp_path) as couple:
        thing = await told(couple)
        await couple.state()
        before = couple.space.status().waiting, len(couple.chapter.book.ledger.known)
        for answers in ((NOT_NOW,), (REST, 0), (OPEN, NOTHING), (REST, 1, NOTHING)):
            assert (await play(telling.read, couple.keeper, *answers)).code == Code.OK
        await play(days.today, couple.keeper)
        await play(telling.listed, couple.keeper)
        assert (couple.space.status().waiting, len(couple.chapter.book.ledger.known)) == before
        assert (await couple.state()).things[thing.subject].stage is Stage.SAID


async def test_what_the_reader_says_is_theirs_to_choose(tmp_path: Path) -> None:
    """Nothing, that it was received, or thank you for telling me: one of them, after it was opened."""
    async with two(tmp_path) as couple:
        await told(couple)
        await play(telling.read, couple.keeper, OPEN, RECEIVED)
        assert (await only(couple)).stage is Stage.RECEIVED
        assert await card(couple) == ["Something to read, when it is good for you.", "You: Received."]
        await play(telling.read, couple.keeper, OPEN, THANKS)
        assert (await only(couple)).thanks == {couple.chapter.me}


async def test_not_now_has_a_day_that_binds_nobody(tmp_path: Path) -> None:
    """By a day or without one, and no reason; when the day has passed it stands as it was said."""
    async with two(tmp_path) as couple:
        await told(couple)
        played = await play(telling.later, couple.keeper, "2026-09-05")
        assert "nothing happens on it" in played.said
        said = "You: Not now, and no reason is needed. By 2026-09-05"
        assert (await card(couple))[-1] == said
        again = await play(telling.later, couple.keeper, "")
        assert again.code == Code.OK
        assert (await card(couple))[-1] == "You: Not now, and no reason is needed."
        assert (await only(couple)).stage is Stage.NOT_NOW


async def test_it_leads_to_a_repair_and_both_settle_it(tmp_path: Path) -> None:
    """P48: its author begins a repair of it; who closes that closes both, and either opens both again."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "I was late, and said otherwise.", "", "", "", "", SHARE)
        await play(repairing.open_, couple.keeper, 1, "You waited for me.", "", "", PUBLISH)
        (repair,) = (await play(repairing.listed, couple.keeper)).result["cards"]
        assert repair["lines"][0] == "It is about what was told on 2026-09-01."
        assert (await card(couple))[-1] == "A repair has begun of it."
        assert "with it" in (await play(repairing.close, couple.keeper)).said
        assert (await only(couple)).stage is Stage.SAID
        for kind in ("repair", "disclosure"):
            thing = await only(couple, kind)
            await couple.sasha(lambda pen, thing=thing: together.close(pen, thing, day=TODAY))  # type: ignore[misc]
        assert ((await only(couple)).stage, (await only(couple, "repair")).stage) == (Stage.CLOSED, Stage.CLOSED)
        assert "open again" in (await play(repairing.reopen, couple.keeper)).said
        assert ((await only(couple)).stage, (await only(couple, "repair")).stage) == (Stage.SAID, Stage.OPEN)


async def test_a_repair_of_something_else(tmp_path: Path) -> None:
    """A repair need not be of what was told, and one thing leads to one repair."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "I was late.", "", "", "", "", SHARE)
        await play(repairing.open_, couple.keeper, 0, "You waited for me.", "", "", PUBLISH)
        assert not (await only(couple)).beside.get("lead")
        await play(repairing.open_, couple.keeper, 1, "You waited for me.", "", "", PUBLISH)
        assert len((await only(couple)).beside["lead"]) == 1
        assert (await play(repairing.open_, couple.keeper, "It is another.", "", "", PUBLISH)).code == Code.OK


async def test_without_a_repair_both_settle_it(tmp_path: Path) -> None:
    """One closing is not enough; one word opens it again."""
    async with two(tmp_path) as couple:
        await told(couple)
        assert "once you both say so" in (await play(telling.close, couple.keeper)).said
        thing = await only(couple)
        await couple.sasha(lambda pen: together.close(pen, thing, day=TODAY))
        assert (await only(couple)).stage is Stage.CLOSED
        assert (await play(telling.close, couple.keeper)).code == Code.RULE
        await play(telling.reopen, couple.keeper)
        assert (await only(couple)).stage is Stage.SAID


async def test_said_anew_and_taken_back_as_other_words(tmp_path: Path) -> None:
    """Own words are amended in sight and taken back; what was taken back is sealed for nobody, for it says nothing."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "I was late.", "", "", "", "", SHARE)
        await play(own_words.amend, couple.keeper, "", "I was late twice.", "", "", "", "", PUBLISH)
        assert await card(couple) == ["I was late twice.", "Before it said: I was late."]
        await play(own_words.take_back, couple.keeper)
        assert await card(couple) == ["Taken back."]
        assert (await play(telling.share, couple.keeper)).code == Code.RULE


async def test_scenario_46_said_anew_while_it_is_opened(tmp_path: Path) -> None:
    """Whoever opened the old words keeps what they read; the new ones show as such once it is opened again."""
    async with two(tmp_path) as couple:
        thing = await told(couple)
        first = await play(telling.read, couple.keeper, OPEN, NOTHING)
        await couple.sasha(lambda pen: pen.amend(thing.subject, {"what": "More of it."}, day=TODAY))
        assert "canary" in str(first.sentences)
        assert await card(couple) == ["Something to read, when it is good for you."]
        again = await play(telling.read, couple.keeper, OPEN, NOTHING)
        shown = again.card("Told by the other person, 2026-09-01")
        assert shown is not None
        assert shown.lines[:2] == ("More of it.", "Before it said: canary: I read old messages.")


async def test_taken_back_there_is_nothing_to_open(tmp_path: Path) -> None:
    """A stub is in the list, and nothing behind it."""
    async with two(tmp_path) as couple:
        thing = await told(couple)
        await couple.sasha(lambda pen: pen.take_back(thing.subject, day=TODAY))
        assert await card(couple) == ["Taken back."]
        assert (await play(telling.read, couple.keeper)).code == Code.RULE
