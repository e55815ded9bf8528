"""A look back shows what was written and counts nothing; one's own is alone, and shared in the parts that one chose."""

import re
from pathlib import Path
from typing import Final

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import alone, days, exports, looking_back, planning, practices, searching
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_couple import Day
from troth_couple.kinds import BY_NAME
from troth_couple.limits import TEXT_BYTES_MAX

SHARE, ASIDE = 0, 1
WITHOUT, WITH, ANEW = range(3)
OWN: Final = ("canary-mattered", "canary-learned", "canary-hope")


async def lines(keeper: Keeper, handler: object = looking_back.year) -> list[str]:
    """The first line of each card."""
    return [card["lines"][0] for card in (await play(handler, keeper)).result["cards"]]  # type: ignore[arg-type]


async def robin_marks(couple: Two, what: str, on: str) -> None:
    """Let Robin mark a milestone."""
    fields: dict[str, object] = {"what": what, "on": on, "ours": False}
    await couple.robin(lambda pen: [pen.write("milestone", fields, day=TODAY)])


async def robin_thanks(couple: Two, day: Day) -> None:
    """Let Robin be thankful on a day."""
    await couple.robin(lambda pen: [pen.write("gratitude", {"text": f"on {day}"}, day=day)])


async def test_a_year_has_no_line_to_reach(tmp_path: Path) -> None:
    """P59: what both marked stands by its day, the earliest first; gaps are nothing, and no number is on the page."""
    async with two(tmp_path) as couple:
        assert "Nothing of these days" in (await play(looking_back.year, couple.keeper)).result["says"][0]
        for what, on in (
            ("later", "2026-08-30"),
            ("a month", "2026-01-05"),
            ("long ago", "2025-08-30"),
            ("ahead", "2026-12-01"),
        ):
            await robin_marks(couple, what, on)
        fields: dict[str, object] = {"what": "supper", "by": None}
        await couple.sasha(lambda pen: pen.write("promise", fields, day=Day("2026-02-01")))
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "canary"}, day=TODAY))
        result = (await play(looking_back.year, couple.keeper)).result
        assert [card["lines"][0] for card in result["cards"]] == ["a month", "supper", "later"]
        assert result["ends"] == ["Many people need about a year. There is no line to reach."]
        assert not re.search(r"\d+ (of|days|times)|%", str([result["says"], result["ends"]]))


async def test_what_holds_is_part_of_it(tmp_path: Path) -> None:
    """An agreement to which both said yes in these days is named, with how it stands; one withdrawn is not."""
    async with two(tmp_path) as couple:
        revision = await couple.sasha_proposes("Evenings")
        await couple.sasha_assents(revision)
        assert await lines(couple.keeper) == []
        await couple.robin_assents(revision)
        (card,) = (await play(looking_back.year, couple.keeper)).result["cards"]
        assert (card["title"], card["lines"]) == ("Evenings", ["In force."])


async def test_a_week_shows_what_was_written(tmp_path: Path) -> None:
    """P29: seven days of one's own words, none of the other's check-ins, and nothing of a day without words."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.write("check_in", {"feelings": "canary"}, day=TODAY))
        for day in ("2026-08-25", "2026-08-26", TODAY):
            await robin_thanks(couple, Day(day))
        assert await lines(couple.keeper, looking_back.week) == ["on 2026-08-26", f"on {TODAY}"]
        result = (await play(looking_back.week, couple.keeper)).result
        assert "year write" in result["ends"][0]
        assert await lines(couple.keeper) == []


async def test_what_passed_or_was_let_go_is_not_in_it(tmp_path: Path) -> None:
    """P60: of practices and days those that are kept on, tried or were done; no list of what was not."""
    async with two(tmp_path) as couple:
        for name, answers in (("kept", (0, "")), ("dropped", (1, ""))):
            await play(practices.add, couple.keeper, name, "", "", 1, SHARE)
            await play(practices.look, couple.keeper, *([0] if name == "dropped" else []), *answers)
        await play(planning.plan, couple.keeper, 5, "cake", "", TODAY, "", 1, SHARE)
        await play(planning.plan, couple.keeper, 5, "passed", "", "2026-08-20", "", 0)
        await play(planning.mark, couple.keeper, 0, 0)
        await play(practices.add, couple.keeper, "let go alone", "", "", 0)
        which = {"which": alone.alone_of(couple.keeper, "practice")[0].id.hex()}
        await play(practices.look, couple.keeper, 1, options=which)
        assert sorted(await lines(couple.keeper)) == ["cake", "kept"]


async def test_kept_alone_and_shared_in_parts(tmp_path: Path) -> None:
    """P89: it makes no entry until parts are chosen; in other words where one likes, and the whole stays one's own."""
    async with two(tmp_path) as couple:
        before = couple.space.status().waiting
        assert (await play(looking_back.write_, couple.keeper, "", "", "")).code == Code.RULE
        await play(looking_back.write_, couple.keeper, *OWN)
        assert couple.space.status().waiting == before
        assert await lines(couple.keeper) == ["canary-mattered"]
        assert (await play(alone.share_, couple.keeper, WITHOUT, WITHOUT, WITHOUT)).code == Code.RULE
        played = await play(alone.share_, couple.keeper, WITHOUT, ANEW, "that I can rest", WITH, SHARE)
        card = played.card("This is what they see")
        assert card is not None
        assert card.lines == ("Learned: that I can rest", "Hope: canary-hope")
        (thing,) = (await couple.state()).things.values()
        assert thing.versions[0].body == (None, "that I can rest", "canary-hope")
        assert len(alone.alone_of(couple.keeper, "reflection")) == 1
        shared = str(couple.space.view(couple.chapter.document))
        assert "canary-mattered" not in shared
        assert "canary-learned" not in shared


async def test_alone_it_works_too(tmp_path: Path) -> None:
    """Without anybody else the year holds one's own looks back, found and exported as what is one's own."""
    async with open_keeper(tmp_path) as keeper:
        await play(looking_back.write_, keeper, "", "", "ein Wort עברית 🙂")
        assert await lines(keeper) == ["Hope: ein Wort עברית 🙂"]
        assert len((await play(searching.search, keeper, "wort")).result["cards"]) == 1
        path = tmp_path / "own.json"
        assert (await play(exports.own, keeper, 1, 1, options={"file": str(path)})).code == Code.OK
        assert "ein Wort" in path.read_text()
        assert (await play(days.today, keeper)).result["cards"] == []


async def test_a_chapter_before_counts_once(tmp_path: Path) -> None:
    """What was said in an earlier chapter is part of the year, and what was said anew since is there once."""
    async with two(tmp_path) as couple:
        await robin_marks(couple, "kept", "2026-08-30")
        await robin_marks(couple, "left", "2026-08-29")
        admin = await couple.space.admin(PASSPHRASE)
        fields: dict[str, object] = {"next": bytes(range(16))}
        (turn,) = await couple.robin(lambda pen: [pen.write("chapter", fields, day=TODAY)])
        about = turn.subject
        await couple.robin(lambda pen: [pen.assent(about, turn.id, day=TODAY, admin=admin)])
        await couple.sasha(lambda pen: pen.assent(about, turn.id, day=TODAY, admin=couple.admin))
        assert couple.keeper.household is not None
        await couple.keeper.household.follow(TODAY)
        assert len(couple.keeper.household.chapters) == 2
        await robin_marks(couple, "kept", "2026-08-30")
        assert await lines(couple.keeper) == ["left", "kept"]


async def test_the_longest_look_back_is_read_again(tmp_path: Path) -> None:
    """Three texts of the greatest length are kept whole; what is too long for one is refused before it is kept."""
    async with open_keeper(tmp_path) as keeper:
        longest = "x" * TEXT_BYTES_MAX
        assert (await play(looking_back.write_, keeper, longest, longest, longest)).code == Code.OK
        (one,) = alone.alone_of(keeper)
        assert set(one.fields.values()) == {longest}
        assert (await play(looking_back.write_, keeper, longest + "x")).code == Code.RULE


def test_it_has_no_number_and_no_receipt() -> None:
    """N5, P74: three texts that may each stay empty, and no act of anybody's but taking back."""
    assert tuple(BY_NAME["reflection"].places) == ("mattered", "learned", "hope")
    assert {kind.name for kind in BY_NAME.values() if "reflection" in kind.about} == {"take_back"}
