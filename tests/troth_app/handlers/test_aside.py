"""Whatever ends a command, the words that somebody wrote in it are kept once, for them alone, and they are told so."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.house import Played, open_keeper, play
from tests.troth_app.two import Two, two
from troth_app.commands_for_pages import PAUSES
from troth_app.conversation import End
from troth_app.handlers import days, mine, notes, proposing, repairing, searching, telling
from troth_app.outcome import Code
from troth_app.talk import Talk
from troth_couple.limits import LINE_BYTES_MAX, TEXT_BYTES_MAX

MINE, NOTHING = 1, 2
Handler = Callable[..., Awaitable[Any]]


def entries(couple: Two) -> tuple[str, ...]:
    """What Robin has for himself or herself alone."""
    assert couple.keeper.household is not None
    return couple.keeper.household.settings.entries


@pytest.mark.parametrize(
    ("handler", "answers", "kept"),
    [
        (days.checkin, ("tired", "the walk"), "tired\nthe walk"),
        (days.checkin, ("tired", "", "", "", "", ""), "tired"),
        (notes.add, ("Our house", "The kitchen."), "Our house\nThe kitchen."),
        (telling.write, (), ""),
        (searching.search, (), ""),
    ],
)
@pytest.mark.parametrize("live", [True, False])
async def test_input_that_ends_early(
    tmp_path: Path, handler: Handler, answers: tuple[object, ...], kept: str, live: bool
) -> None:
    """Whether in the middle of a form or at the last question: a sentence, the code of usage, and the words."""
    async with two(tmp_path) as couple:
        played = await play(handler, couple.keeper, *answers, End(keep=True), live=live)
        assert played.code == Code.USAGE
        assert "\n".join(entries(couple)) == kept
        assert ("`troth mine list`" in said(played)) == bool(kept)
        assert (await couple.state()).things == {}


async def test_a_terminal_that_is_gone(tmp_path: Path) -> None:
    """A window that was closed in the middle takes no words with it; a page keeps its own, and is not kept twice."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "tired", options={PAUSES: True})
        assert entries(couple) == ()
        await play(days.checkin, couple.keeper, "tired", "the walk")
        assert entries(couple) == ("tired\nthe walk",)


async def test_who_stops_keeps_nothing(tmp_path: Path) -> None:
    """Ctrl-C lets it go, as does choosing so at the end, whatever happens to the terminal then."""
    async with two(tmp_path) as couple:
        await play(days.checkin, couple.keeper, "tired", End(keep=False))
        await play(days.checkin, couple.keeper, "tired", *[""] * 5, NOTHING)
        assert entries(couple) == ()


async def test_a_text_that_is_too_long(tmp_path: Path) -> None:
    """It is kept whole with what was written before it, and is too long by so many letters, whatever they weigh."""
    async with two(tmp_path) as couple:
        played = await play(notes.add, couple.keeper, "Title", "ü" * (TEXT_BYTES_MAX // 2 + 3))
        assert played.code == Code.RULE
        assert "That is 3 letters longer than a text can be. Nothing was shared." in said(played)
        assert "`troth mine list`" in said(played)
        assert entries(couple) == ("Title\n" + "ü" * (TEXT_BYTES_MAX // 2 + 3),)


async def test_what_can_not_be_shown(tmp_path: Path) -> None:
    """Nothing was lost, as it says."""
    async with two(tmp_path) as couple:
        played = await play(notes.add, couple.keeper, "Title", "a\x1b[31mb")
        assert "`troth mine list`" in said(played)
        assert len(entries(couple)) == 1


async def test_what_is_missing_behind_what_was_written(tmp_path: Path) -> None:
    """Nobody is told that there was nothing, where there was something."""
    async with two(tmp_path) as couple:
        played = await play(notes.add, couple.keeper, "Title", "  ")
        assert said(played).startswith("This can not stay empty. Nothing was shared.")
        assert entries(couple) == ("Title",)


async def test_a_rule_that_says_no_in_the_middle(tmp_path: Path) -> None:
    """A proposal of a title that no line holds: all that was written for it is there."""
    async with two(tmp_path) as couple:
        long = "x" * (LINE_BYTES_MAX + 1)
        await play(proposing.propose, couple.keeper, 0, 0, long, "We walk.", 0, "", 0, "", "")
        assert entries(couple) == (f"{long}\nWe walk.",)


async def test_what_goes_wrong_unexpectedly(tmp_path: Path) -> None:
    """Also a mistake of ours takes no words with it, and is named beside them."""

    async def breaks(talk: Talk, _: object) -> None:
        talk.composed.append("tired")
        raise KeyError

    async with two(tmp_path) as couple:
        played = await play(breaks, couple.keeper)
        assert played.code == Code.HERE
        assert "KeyError" in said(played)
        assert entries(couple) == ("tired",)


async def test_kept_by_choice_it_is_kept_once(tmp_path: Path) -> None:
    """All that was written for it, and no second time."""
    async with two(tmp_path) as couple:
        await play(repairing.open_, couple.keeper, "I read them.", "My group.", "", MINE)
        assert entries(couple) == ("I read them.\nMy group.",)


async def test_alone_nothing_is_kept_twice(tmp_path: Path) -> None:
    """What is written for oneself is kept as such, and once."""
    async with open_keeper(tmp_path) as keeper:
        await play(mine.add, keeper, "a dream")
        assert keeper.household is not None
        assert keeper.household.settings.entries == ("a dream",)


def said(played: Played) -> str:
    """How it ended, in words."""
    assert played.done is not None
    return played.done.text
