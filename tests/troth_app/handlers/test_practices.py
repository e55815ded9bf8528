"""What is tried is looked back on and kept on or let go, by whoever's it is; nothing notes when it was done."""

from pathlib import Path
from typing import Final

import pytest

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import alone, consenting, practices
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_couple import Stage, Trial, living
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME

ALONE, MINE, OURS = range(3)
SHARE, ASIDE = 0, 1
KEEP, DROP = 0, 1
WALKS: Final = ("Ten minutes of quiet.", "mornings", "2026-10-01")


async def lines(keeper: Keeper) -> list[list[str]]:
    """What the list says of each."""
    return [card["lines"] for card in (await play(practices.listed, keeper)).result["cards"]]


async def sasha_tries(couple: Two, *, ours: bool) -> Entry:
    """Let Sasha try something."""
    fields: dict[str, object] = {"what": "Walks.", "ours": ours}
    return await couple.sasha(lambda pen: pen.write("practice", fields, day=TODAY))


async def stage(couple: Two) -> Stage:
    """Where the one practice of two stands."""
    (found,) = [thing.stage for thing in (await couple.state()).things.values() if thing.kind == "practice"]
    return found


async def test_tried_and_kept(tmp_path: Path) -> None:
    """P31, P83: what, when and a day to look back on; kept on or let go with few words or none."""
    async with two(tmp_path) as couple:
        assert "practice add" in (await play(practices.listed, couple.keeper)).result["says"][0]
        assert (await play(practices.look, couple.keeper)).code == Code.RULE
        await play(practices.add, couple.keeper, *WALKS, MINE, SHARE)
        said = ["Ten minutes of quiet.", "When: mornings", "Looked back on: 2026-10-01"]
        assert await lines(couple.keeper) == [said]
        await play(practices.look, couple.keeper, KEEP, "It helps.", SHARE)
        assert await lines(couple.keeper) == [[*said, "Kept on.", "You would keep it on. It helps."]]
        assert (await play(practices.look, couple.keeper, DROP, "")).said == "It is let go. No reason is needed."
        assert await lines(couple.keeper) == []
        assert await stage(couple) is Stage.DROPPED


async def test_alone_it_goes_nowhere(tmp_path: Path) -> None:
    """P32: one's own alone, with or without anybody else, it is kept on or let go without an entry or a trace."""
    async with open_keeper(tmp_path / "a") as keeper:
        await play(practices.add, keeper, *WALKS)
        assert (await lines(keeper))[0][-1] == "Yours alone."
        await play(practices.look, keeper, KEEP)
        assert (await lines(keeper))[0][-2:] == ["Kept on.", "Yours alone."]
        await play(practices.look, keeper, DROP)
        assert await lines(keeper) == []
    async with two(tmp_path / "b") as couple:
        before = couple.space.status().waiting
        await play(practices.add, couple.keeper, *WALKS, ALONE)
        await play(practices.add, couple.keeper, "Another.", "", "", OURS, ASIDE)
        await play(practices.look, couple.keeper, 0, KEEP)
        assert couple.space.status().waiting == before
        assert not (await couple.state()).things
        assert [one.fields["ours"] for one in alone.alone_of(couple.keeper, "practice")] == [False, False]


async def test_of_both_it_takes_both(tmp_path: Path) -> None:
    """P33: both say yes with their passphrase, both say that they keep it on, and either lets it go alone."""
    async with two(tmp_path) as couple:
        practice = await sasha_tries(couple, ours=True)
        act = {"day": TODAY, "admin": couple.admin}
        await couple.sasha(lambda pen: pen.assent(practice.subject, practice.id, **act))  # type: ignore[arg-type]
        await play(practices.look, couple.keeper, KEEP, "")
        assert await stage(couple) is Stage.WAITING
        assert (await play(consenting.assent, couple.keeper, 1, PASSPHRASE)).code == Code.OK
        assert await stage(couple) is Stage.OURS
        await couple.sasha(
            lambda pen: living.keep_or_drop(pen, pen.book.state(TODAY).things[practice.subject], Trial.KEEP, day=TODAY)
        )
        assert await stage(couple) is Stage.KEEPING
        assert (await play(consenting.withdraw, couple.keeper)).said.startswith("Your yes to “Walks.” is taken back.")
        assert await stage(couple) is Stage.WAITING
        await play(practices.look, couple.keeper, DROP, "")
        assert await stage(couple) is Stage.DROPPED


async def test_theirs_is_theirs(tmp_path: Path) -> None:
    """N9: what the other tries for themselves is shown, and nobody else says what becomes of it."""
    async with two(tmp_path) as couple:
        await sasha_tries(couple, ours=False)
        assert await lines(couple.keeper) == [["Walks."]]
        assert (await play(practices.look, couple.keeper)).code == Code.RULE


async def test_bad_words_and_days(tmp_path: Path) -> None:
    """Nothing, too much, marks that turn writing, and no day: a sentence each, and nothing is kept."""
    async with open_keeper(tmp_path) as keeper:
        for answers in (
            ("",),
            ("x" * 20_000,),
            ("\u202ex",),
            ("x", "y" * 600),
            ("x", "", "2026-02-30", "soon", "never"),
        ):
            assert (await play(practices.add, keeper, *answers)).code == Code.RULE, answers
        await play(practices.add, keeper, "تنفّس עברית e\u0301 🙂", "", "")
        assert (await lines(keeper))[0][0] == "تنفّس עברית é 🙂"


@pytest.mark.parametrize("kind", ["practice", "keep_or_drop"])
def test_there_is_no_field_for_a_day_on_which_it_was_done(kind: str) -> None:
    """N6: no streak can be told from what is kept: no day of doing, no number, no count."""
    assert set(BY_NAME[kind].places) <= {"what", "when", "look_back", "ours", "choice", "text"}
