"""A window is suggested, answered, moved once alone, skipped without a reason, and never held against anybody."""

from pathlib import Path

from tests.troth_app.house import play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import windows
from troth_app.outcome import Code
from troth_couple import Day, Stage, Thing, together
from troth_couple.entry import Entry

SHARE, MINE = 0, 1
YES, ANOTHER_WAY, LATER, NO = range(4)


async def suggested(couple: Two, on: str = "2026-09-05", topics: str = "Money.") -> Entry:
    """Let Sasha suggest a window."""
    fields: dict[str, object] = {"topics": topics, "on": on, "at": "19:00"}
    return await couple.sasha(lambda pen: pen.write("window", fields, day=TODAY))


async def sasha_moves(couple: Two, window: Entry, on: str) -> Entry:
    """Let Sasha wish for another day."""
    return await couple.sasha(
        lambda pen: together.move(pen, pen.book.state(TODAY).things[window.subject], on=Day(on), at=None, day=TODAY)
    )


async def lines(couple: Two) -> list[str]:
    """What the list says of the one window."""
    (card,) = (await play(windows.listed, couple.keeper)).result["cards"]
    return [str(line) for line in card["lines"]]


async def thing(couple: Two) -> Thing:
    """The one window."""
    (found,) = (await couple.state()).things.values()
    return found


async def test_planned_and_answered(tmp_path: Path) -> None:
    """Either suggests one; the other says whether it suits, and one's own is not one's own to answer."""
    async with two(tmp_path) as couple:
        assert "window plan" in (await play(windows.listed, couple.keeper)).result["says"][0]
        await play(windows.plan, couple.keeper, "Money.", "2026-09-05", "19:00", "half an hour", SHARE)
        assert await lines(couple) == ["Money.", "On 2026-09-05", "At 19:00", "For half an hour"]
        assert (await play(windows.answer, couple.keeper)).code == Code.RULE
        await suggested(couple, topics="Plans.")
        assert (await play(windows.answer, couple.keeper, LATER, "After Friday.")).code == Code.OK
        stages = {found.says("topics"): found.stage for found in (await couple.state()).things.values()}
        assert stages == {"Money.": Stage.SUGGESTED, "Plans.": Stage.LATER}


async def test_moved_once_alone(tmp_path: Path) -> None:
    """The first move stands at once; the second waits until the other wishes for the same."""
    async with two(tmp_path) as couple:
        window = await suggested(couple)
        assert "2026-09-06 20:00 now" in (await play(windows.move, couple.keeper, "2026-09-06", "20:00")).said
        played = await play(windows.move, couple.keeper, "2026-09-07", "")
        assert "It is on 2026-09-06 20:00 as before" in played.said
        assert (await lines(couple))[-2:] == [
            "It is on 2026-09-06 20:00 now.",
            "You would like 2026-09-07 instead.",
        ]
        await sasha_moves(couple, window, "2026-09-07")
        assert (await lines(couple))[-1] == "It is on 2026-09-07 now."


async def test_two_wishes_leave_the_old_time(tmp_path: Path) -> None:
    """Scenario 48: where both wish for different times both are told, and both wishes are listed."""
    async with two(tmp_path) as couple:
        window = await suggested(couple)
        await sasha_moves(couple, window, "2026-09-08")
        here = (await thing(couple)).at[0]
        assert here.said("on") == "2026-09-08"
        await play(windows.move, couple.keeper, "2026-09-09", "")
        await sasha_moves(couple, window, "2026-09-10")
        assert (await lines(couple))[-2:] == [
            "It is on 2026-09-09 now.",
            "The other person would like 2026-09-10 instead.",
        ]
        assert "You wish for different times" in (await play(windows.move, couple.keeper, "2026-09-11", "")).said
        assert (await thing(couple)).at[0].said("on") == "2026-09-09"


async def test_skipped_counts_and_notes_stay(tmp_path: Path) -> None:
    """Scenario 49: a skip is one step without a reason, and counts though the other held it; what both noted stays."""
    async with two(tmp_path) as couple:
        window = await suggested(couple)
        await play(windows.agenda, couple.keeper, "The rent.", SHARE)
        assert (await play(windows.skip, couple.keeper)).code == Code.OK
        await couple.sasha(lambda pen: pen.write("hold", {"text": "We talked."}, day=TODAY, about=window.subject))
        assert (await thing(couple)).stage is Stage.SKIPPED
        assert (await lines(couple))[-3:] == [
            "Skipped. No reason is needed.",
            "You would like to look at: The rent.",
            "The other person noted: We talked.",
        ]
        assert (await play(windows.skip, couple.keeper)).code == Code.RULE


async def test_held(tmp_path: Path) -> None:
    """What one takes from it may stay empty, and is shared after one question where it does not."""
    async with two(tmp_path) as couple:
        await suggested(couple)
        await play(windows.hold, couple.keeper, "We take it slowly.", MINE)
        assert (await thing(couple)).stage is Stage.SUGGESTED
        await play(windows.hold, couple.keeper, "")
        assert (await lines(couple))[-1] == "Held."
        await play(windows.hold, couple.keeper, "We take it slowly.", SHARE)
        assert (await lines(couple))[-1] == "You noted: We take it slowly."


async def test_what_was_not_held_is_no_list(tmp_path: Path) -> None:
    """A window whose day has passed is simply not shown; it can be held or skipped all the same, after the next one."""
    async with two(tmp_path) as couple:
        await suggested(couple, "2026-08-20", "Before.")
        assert not (await play(windows.listed, couple.keeper)).result["cards"]
        await suggested(couple, "2026-09-20", "Later.")
        assert [card["lines"][0] for card in (await play(windows.listed, couple.keeper)).result["cards"]] == ["Later."]
        assert (await play(windows.hold, couple.keeper, 1, "")).code == Code.OK
        cards = (await play(windows.listed, couple.keeper)).result["cards"]
        assert [card["lines"][0] for card in cards] == ["Later.", "Before."]
