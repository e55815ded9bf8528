"""What is written to be told is its writer's from the first word, waits for their day, and is shared by choice."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from tests.troth_app.house import Played, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.handlers import days, letters, searching, telling
from troth_app.held import held_row
from troth_app.outcome import Code
from troth_app.settings import Settings
from troth_client.vault import Vault
from troth_couple import Level, Scope, entries_in
from troth_couple.limits import TEXT_BYTES_MAX
from troth_wire.errors import FullError

KEEP, HOLD, CHANGE, LET_GO, SHARE = range(5)
REST: Final = ("", "", "", "")
"""The day, support, how it is and what comes next, left empty."""


def settings(couple: Two) -> Settings:
    """What Robin's device remembers."""
    assert couple.keeper.household is not None
    return couple.keeper.household.settings


def shared_words(couple: Two) -> bytes:
    """Every byte of every entry that goes to Sasha."""
    return b"".join(map(bytes, entries_in(couple.space.view(couple.chapter.document)).values()))  # type: ignore[arg-type]


def another_day(couple: Two, day: str) -> None:
    """Let it be another day on Robin's device."""
    couple.keeper.today = lambda: date.fromisoformat(day)


async def test_held_until_a_day_it_goes_nowhere_before(tmp_path: Path) -> None:
    """P44: before the day there is no way to share it; on the day it is looked at again, and shared by choice."""
    async with two(tmp_path) as couple:
        played = await play(telling.write, couple.keeper, "canary of Tuesday", *REST, HOLD, "2026-09-03")
        assert "nothing is shared by itself" in played.said
        for day in ("2026-09-01", "2026-09-02"):
            another_day(couple, day)
            held = await play(telling.share, couple.keeper, SHARE)
            assert held.code != Code.OK
            assert "You hold it until 2026-09-03" in held.said
        assert b"canary" not in shared_words(couple)
        another_day(couple, "2026-09-03")
        today = (await play(days.today, couple.keeper)).result
        assert any("troth tell share" in line for line in today["ends"])
        assert b"canary" not in shared_words(couple)
        await play(telling.share, couple.keeper, SHARE)
        assert b"canary" in shared_words(couple)
        assert not settings(couple).held


async def test_another_day_may_be_chosen(tmp_path: Path) -> None:
    """An earlier one too, which is a choice of its own; a day that has passed is none."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "a slip", *REST, HOLD, "")
        (draft,) = settings(couple).held.values()
        assert draft.until == "2026-09-02"
        assert (await play(telling.share, couple.keeper, HOLD, "2026-08-31")).code == Code.RULE
        assert (await play(telling.share, couple.keeper, HOLD, "2026-09-01")).code == Code.OK
        assert (await play(telling.share, couple.keeper, SHARE)).code == Code.OK


async def test_kept_from_the_first_words(tmp_path: Path) -> None:
    """Stopped in the middle, what was written is there; and it is nobody else's."""
    async with two(tmp_path) as couple:
        played = await play(telling.write, couple.keeper, "canary of Tuesday", "2026-08-31")
        assert played.safe == "It is kept. It is yours alone."
        (draft,) = settings(couple).held.values()
        assert draft.fields[1:3] == ("canary of Tuesday", "2026-08-31")
        (card,) = (await play(telling.listed, couple.keeper)).result["cards"]
        assert (card["title"], card["lines"]) == ("Yours alone", ["canary of Tuesday", "On 2026-08-31"])
        assert b"canary" not in shared_words(couple)


async def test_words_are_changed_before_they_are_shared(tmp_path: Path) -> None:
    """Nothing of the first wording is in the record: R23 holds for what is held, too."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "canary too much", "", "my group", "", "", KEEP)
        await play(telling.share, couple.keeper, CHANGE, "", "a slip", "", "", "", "", SHARE)
        (thing,) = (await couple.state()).things.values()
        assert (thing.says("what"), thing.says("support")) == ("a slip", "my group")
        assert b"canary" not in shared_words(couple)


async def test_let_go_it_is_nowhere(tmp_path: Path) -> None:
    """Gone from the device, never shared, and nothing is left to look at."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "a slip", *REST, LET_GO)
        assert not settings(couple).held
        assert (await play(telling.share, couple.keeper)).code == Code.RULE
        assert not (await couple.state()).things


@pytest.mark.parametrize("words", ["x" * (TEXT_BYTES_MAX + 1), "turned \u202e about", "bell \x07"])
async def test_what_can_not_be_said_truly_loses_nothing(tmp_path: Path, words: str) -> None:
    """Too long, or with characters that hide something: it is refused, and what came before it is kept."""
    async with two(tmp_path) as couple:
        assert (await play(telling.write, couple.keeper, words)).code == Code.RULE
        assert not settings(couple).held
        assert (await play(telling.write, couple.keeper, "a slip", "", words)).code == Code.RULE
        (draft,) = settings(couple).held.values()
        assert draft.fields[1] == "a slip"


@pytest.mark.parametrize("words", ["نسيت الموعد 🙂", "e\u0301t\u00e9", "שכחתי"])
async def test_any_script_goes_through(tmp_path: Path, words: str) -> None:
    """Right-to-left scripts, combining marks and emoji are words."""
    async with two(tmp_path) as couple:
        assert (await play(telling.write, couple.keeper, words, *REST, SHARE)).code == Code.OK
        assert len((await couple.state()).things) == 1


async def test_more_than_one_entry_holds_stays_with_its_writer(tmp_path: Path) -> None:
    """Four texts of the longest size are more than an entry: nothing is shared, and the draft is there."""
    async with two(tmp_path) as couple:
        long = "x" * TEXT_BYTES_MAX
        played = await play(telling.write, couple.keeper, long, "", long, long, long, SHARE)
        assert played.code == Code.RULE
        assert played.done is not None
        assert "troth tell list" in played.done.text
        assert len(settings(couple).held) == 1
        assert not (await couple.state()).things


async def test_a_full_disk_shares_nothing_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it can not be saved, the draft is where it was."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "a slip", *REST, KEEP)

        def full(*_: object, **__: object) -> None:
            raise FullError("full")

        with monkeypatch.context() as broken:
            broken.setattr(Vault, "commit", full)
            assert (await play(telling.share, couple.keeper, SHARE)).code == Code.HERE
        assert len(settings(couple).held) == 1
        assert not (await couple.state()).things


async def test_who_shares_is_told_of_a_pause(tmp_path: Path) -> None:
    """Nothing is needed from them now, and it is said before the choice; it stays a choice."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.signal(Level.PAUSE, Scope.TALK, day=TODAY))
        played = await play(telling.write, couple.keeper, "a slip", *REST, KEEP)
        assert "Pause. Nothing is needed from you now." in played.said


async def test_each_sort_has_its_own_drafts(tmp_path: Path) -> None:
    """A letter is not among what is to be told, and neither is looked through by the other's device."""
    async with two(tmp_path) as couple:
        await play(letters.write, couple.keeper, "I hid it.", "", "", "", KEEP)
        assert (await play(telling.share, couple.keeper)).code == Code.RULE
        assert not (await play(telling.listed, couple.keeper)).result["cards"]
        (card,) = (await play(letters.listed, couple.keeper)).result["cards"]
        assert card["kind"] == "letter_draft"


async def test_its_day_is_said_to_its_writer_alone(tmp_path: Path) -> None:
    """From that day on, until they decide; whoever holds nothing hears nothing."""
    async with two(tmp_path) as couple:
        await play(letters.write, couple.keeper, "I hid it.", "", "", "", HOLD, "2026-09-03")
        for day, said in (("2026-09-02", False), ("2026-09-03", True), ("2026-09-09", True)):
            another_day(couple, day)
            ends = (await play(days.today, couple.keeper)).result["ends"]
            assert any("troth letter offer" in line for line in ends) is said
        await play(letters.offer, couple.keeper, LET_GO)
        assert not any("letter" in line for line in (await play(days.today, couple.keeper)).result["ends"])


async def test_two_commands_at_once(tmp_path: Path) -> None:
    """Two drafts that are written side by side are both kept."""
    async with two(tmp_path) as couple:
        both = (play(telling.write, couple.keeper, words, *REST, KEEP) for words in ("one", "two"))
        await asyncio.gather(*both)
        assert len(settings(couple).held) == 2


@pytest.mark.parametrize("hand", [KEEP, SHARE])
async def test_what_is_shared_twice_is_there_once(tmp_path: Path, hand: int) -> None:
    """By two commands at once, or again after a kill between sharing and letting the draft go."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "a slip", *REST, KEEP)
        ((key, draft),) = settings(couple).held.items()

        async def meanwhile(_: Played) -> int:
            await play(telling.share, couple.keeper, SHARE)
            assert couple.keeper.household is not None
            await couple.keeper.household.remember(held_row(key, draft))
            return SHARE

        if hand == KEEP:
            assert (await play(telling.share, couple.keeper, meanwhile)).code == Code.OK
        else:
            await asyncio.gather(*(play(telling.share, couple.keeper, SHARE) for _ in "12"))
        assert len((await couple.state()).things) == 1
        assert not settings(couple).held


async def test_held_meanwhile_it_is_not_shared(tmp_path: Path) -> None:
    """Another command held it while this one asked: the day counts."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "a slip", *REST, KEEP)

        async def hold(_: Played) -> int:
            await play(telling.share, couple.keeper, HOLD, "2026-09-09")
            return SHARE

        assert (await play(telling.share, couple.keeper, hold)).code == Code.RULE
        assert not (await couple.state()).things


async def test_let_go_meanwhile_it_is_not_shared(tmp_path: Path) -> None:
    """Let go while another command asks what becomes of it: nothing is shared, and it says so."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "a slip", *REST, KEEP)

        async def let_go(_: Played) -> int:
            await play(telling.share, couple.keeper, LET_GO)
            return SHARE

        played = await play(telling.share, couple.keeper, let_go)
        assert played.code == Code.RULE
        assert not (await couple.state()).things
        assert (await play(searching.search, couple.keeper, "slip")).result["cards"] == []
