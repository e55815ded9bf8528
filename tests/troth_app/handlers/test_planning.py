"""A day is planned alone or for both, is shown by its alias, and passes, moves or goes without a word from anybody."""

import re
from pathlib import Path
from typing import Final

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import alone, consenting, days, exports, planning, searching
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_couple import Stage
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME

WINDOW, TALK, DATE, THERAPY, HEALTH, TOGETHER = range(6)
ALONE, MINE, OURS = range(3)
SHARE = 0
DONE, MOVED, DROPPED = range(3)
TEST: Final = (HEALTH, "canary clinic", "an appointment", "2026-09-05", "10:00")


async def lines(keeper: Keeper) -> list[list[str]]:
    """What the list says of each day."""
    return [card["lines"] for card in (await play(planning.listed, keeper)).result["cards"]]


async def sasha_plans(couple: Two, title: str, on: str, *, ours: bool, alias: str | None = None) -> Entry:
    """Let Sasha plan a day, and say yes to it where it is to be both persons'."""
    fields: dict[str, object] = {"title": title, "alias": alias, "sort": TOGETHER + 1, "on": on, "ours": ours}
    day = await couple.sasha(lambda pen: pen.write("event", fields, day=TODAY))
    if ours:
        await couple.sasha(lambda pen: pen.assent(day.subject, day.id, day=TODAY, admin=couple.admin))
    return day


async def stages(couple: Two) -> list[Stage]:
    """Where the days stand."""
    return sorted((thing.stage for thing in (await couple.state()).things.values()), key=lambda stage: stage.value)


async def written(couple: Two, folder: Path) -> list[tuple[str, ...]]:
    """The days in a file for a calendar, each with what it is called."""
    path = folder / "days.ics"
    path.unlink(missing_ok=True)
    played = await play(exports.days, couple.keeper, "", options={"file": str(path)})
    if played.code == Code.RULE:
        return []
    return re.findall(r"DTSTART;VALUE=DATE:(\d+)\r\nSUMMARY:(.*)\r", path.read_bytes().decode())


async def test_ours_once_both_say_so(tmp_path: Path) -> None:
    """P19: whoever says yes is shown all of it, what an alias stands for too; it is in the calendar from then on."""
    async with two(tmp_path) as couple:
        await sasha_plans(couple, "Swimming far away", "2026-09-05", ours=True, alias="a thing")
        assert await lines(couple.keeper) == [["a thing", "On 2026-09-05", "For both, once both say so."]]
        assert await written(couple, tmp_path) == []
        played = await play(consenting.assent, couple.keeper, 1, PASSPHRASE)
        (card,) = [s for s in played.sentences if getattr(s, "lines", None)]
        assert card.lines[:3] == ("Swimming far away", "a thing", "For: something together")  # type: ignore[union-attr]
        assert await lines(couple.keeper) == [["a thing", "On 2026-09-05", "Ours."]]
        assert await written(couple, tmp_path) == [("20260905", "a thing")]
        assert (await play(consenting.withdraw, couple.keeper)).code == Code.OK
        assert await written(couple, tmp_path) == []


async def test_alone_and_shared_by_choice(tmp_path: Path) -> None:
    """P56: a step for health is one's own alone at first, on this device; shared it goes, whole, as one chooses."""
    async with two(tmp_path) as couple:
        before = couple.space.status().waiting
        await play(planning.plan, couple.keeper, *TEST, ALONE)
        assert couple.space.status().waiting == before
        assert await lines(couple.keeper) == [["an appointment", "On 2026-09-05", "At 10:00", "Yours alone."]]
        assert await written(couple, tmp_path) == [("20260905", "an appointment")]
        played = await play(alone.share_, couple.keeper, 0, SHARE)
        card = played.card("This is what they see")
        assert card is not None
        assert card.lines[:3] == ("canary clinic", "an appointment", "For: health")
        assert alone.alone_of(couple.keeper) == []
        assert await stages(couple) == [Stage.PLANNED]


async def test_an_alias_stands_for_it_on_screens(tmp_path: Path) -> None:
    """Lists, today and what a search shows say the alias; the words behind it are found, and shown where asked for."""
    async with two(tmp_path) as couple:
        for whose in ((ALONE,), (MINE, SHARE)):
            await play(planning.plan, couple.keeper, *TEST[:3], TODAY, "", *whose)
        for handler in (planning.listed, days.today):
            result = (await play(handler, couple.keeper)).result
            assert len([card for card in result["cards"] if "an appointment" in card["lines"]]) == 2
            assert "canary" not in str(result)
            assert "health" not in str(result)
        found = (await play(searching.search, couple.keeper, "canary clinic")).result
        assert len(found["cards"]) == 2
        assert "canary" not in str(found)
        for which in (0, 1):
            (card,) = (await play(planning.show, couple.keeper, which)).result["cards"]
            assert card["lines"][:3] == ["canary clinic", "an appointment", "For: health"]


async def test_done_moved_or_dropped(tmp_path: Path) -> None:
    """P75: of one's own and of both's one says what came of it; moved is another day, which asks for both again."""
    async with two(tmp_path) as couple:
        await sasha_plans(couple, "Sea", "2026-09-05", ours=True)
        await play(consenting.assent, couple.keeper, 1, PASSPHRASE)
        played = await play(planning.mark, couple.keeper, MOVED, "2026-09-07", "")
        assert "once both of you say so" in played.said
        assert await stages(couple) == [Stage.ELSEWHEN, Stage.WAITING]
        assert await lines(couple.keeper) == [
            ["Sea", "For: something together", "On 2026-09-07", "For both, once both say so."],
            ["Sea", "For: something together", "On 2026-09-05", "Moved to another day. No reason is needed."],
        ]
        await play(planning.mark, couple.keeper, DROPPED)
        assert await stages(couple) == [Stage.DROPPED, Stage.ELSEWHEN]
        await play(planning.plan, couple.keeper, TOGETHER, "Cake", "", TODAY, "", MINE, SHARE)
        assert (await play(planning.mark, couple.keeper, DONE)).said == "It is noted. No reason is needed."
        assert Stage.DONE in await stages(couple)
        assert (await play(consenting.withdraw, couple.keeper)).code == Code.RULE
        assert (await play(planning.mark, couple.keeper)).code == Code.RULE


async def test_alone_too(tmp_path: Path) -> None:
    """Without anybody else a day is planned, moved and dropped, on this device alone; today shows its own days."""
    async with open_keeper(tmp_path) as keeper:
        assert "calendar plan" in (await play(planning.listed, keeper)).result["says"][0]
        await play(planning.plan, keeper, *TEST)
        await play(planning.mark, keeper, MOVED, TODAY, "11:00")
        assert await lines(keeper) == [["an appointment", f"On {TODAY}", "At 11:00", "Yours alone."]]
        assert (await play(days.today, keeper)).result["cards"][0]["lines"][0] == "an appointment"
        await play(planning.mark, keeper, DROPPED)
        assert (await play(days.today, keeper)).result["cards"] == []
        assert (await play(planning.mark, keeper)).code == Code.RULE


async def test_what_passed_is_in_no_list(tmp_path: Path) -> None:
    """P60: a day that nobody said anything of is not listed, not counted, and waits for nobody's yes."""
    async with two(tmp_path) as couple:
        await sasha_plans(couple, "Sea", "2026-08-20", ours=True)
        await play(planning.plan, couple.keeper, TALK, "Plans", "", "2026-08-20", "", ALONE)
        assert await lines(couple.keeper) == []
        assert (await play(consenting.assent, couple.keeper)).code == Code.RULE
        assert await written(couple, tmp_path) == []


async def test_their_own_is_not_mine_to_say(tmp_path: Path) -> None:
    """A day of the other's own is shown, stands in no calendar of mine, and nobody else says what came of it."""
    async with two(tmp_path) as couple:
        await sasha_plans(couple, "Choir", "2026-09-05", ours=False)
        assert (await lines(couple.keeper))[0][0] == "Choir"
        assert await written(couple, tmp_path) == []
        assert (await play(planning.mark, couple.keeper)).code == Code.RULE


async def test_a_card_says_whose_a_day_is(tmp_path: Path) -> None:
    """A day that is to be both persons' is marked as such from the start, so a page offers what may be said of it."""
    async with two(tmp_path) as couple:
        await sasha_plans(couple, "zzours", "2026-09-05", ours=True)
        await sasha_plans(couple, "zztheirs", "2026-09-06", ours=False)
        cards = (await play(planning.listed, couple.keeper)).result["cards"]
        assert [card.get("ours", False) for card in cards] == [True, False]


async def test_a_date_owes_nothing(tmp_path: Path) -> None:
    """P71: a date is planned with a sentence that says so, and what came of it has no field but three words."""
    async with two(tmp_path) as couple:
        played = await play(planning.plan, couple.keeper, DATE, "Dancing", "", "", "", MINE, SHARE)
        assert "nobody owes anything" in played.said
        assert tuple(BY_NAME["came"].places) == ("choice",)


async def test_bad_titles(tmp_path: Path) -> None:
    """Nothing, too much and marks that turn writing are refused in a sentence, and nothing is planned."""
    async with open_keeper(tmp_path) as keeper:
        for title in ("", "x" * 600, "\u202ex"):
            assert (await play(planning.plan, keeper, HEALTH, title)).code == Code.RULE
        assert alone.alone_of(keeper) == []
