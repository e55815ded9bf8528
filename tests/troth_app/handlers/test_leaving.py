"""Leaving is shown first, asked for by name, takes the passphrase, and for ten seconds it never happened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.client_world import CHEAP, HandClock
from tests.troth_app.handlers.test_removing import Home, at_home
from tests.troth_app.house import PASSPHRASE, Played, play
from tests.troth_app.two import left, two
from troth import Put, document_id
from troth_app.commands import BARE, find
from troth_app.handlers import days, exports, leaving, mine, pairing, status, together
from troth_app.household import Household
from troth_app.limits import LEAVE_S, TRIES_MAX
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_wire.errors import UsageError

NAME = "For two"
COME_BACK, STAY_AWAY = 0, 1
SHARE = WITHOUT = 0
YES = 1


@asynccontextmanager
async def for_two(folder: Path) -> AsyncIterator[tuple[Home, HandClock]]:
    """Have a space for two, and a clock that is moved by hand."""
    async with at_home(folder) as home:
        home.household._clock = clock = HandClock()
        yield home, clock


async def ends(home: Home, clock: HandClock, *, seconds: float = LEAVE_S) -> None:
    """Let so many seconds go by once somebody waits."""
    await clock.asleep()
    clock.advance(seconds)


def held(home: Home) -> tuple[bool, bool]:
    """Whether it is being left, and whether it was."""
    found = home.shared.space.status()
    return found.leaving, found.ended


async def test_it_is_shown_and_then_final(tmp_path: Path) -> None:
    """What stays and what the other person sees is said before; after ten seconds it is ended, and is read-only."""
    async with for_two(tmp_path) as (home, clock):

        async def late(played: Played) -> int:
            assert held(home) == (True, False)
            with pytest.raises(UsageError):
                await home.shared.space.edit(document_id("notes"), Put(("a",), 1))
            assert home.shared.space._linked is False
            await ends(home, clock)
            await home.household._leaving[home.shared.room]
            return STAY_AWAY

        played = await play(leaving.leave, home.keeper, NAME, PASSPHRASE, late)
        assert played.code == Code.OK
        assert all(text in played.said for text in (leaving.THEY_SEE, leaving.WHEN, leaving.SENT))
        assert held(home) == (False, True)
        spaces = (await play(status.status, home.keeper)).result["spaces"]
        assert [space["ended"] for space in spaces] == [False, True]
        assert "was ended" in spaces[1]["sentences"][0]
        assert (await play(leaving.leave, home.keeper)).code == Code.OTHER
        pairing.check_alone(home.household)
        assert list(pairing._going_on(home.household)) == [home.household.solo.room]


async def test_an_answer_in_time_is_waited_out(tmp_path: Path) -> None:
    """Who says at once that it is to stay so is told when it is final, and not before."""
    async with for_two(tmp_path) as (home, clock):
        played = Played()

        async def at_once(_: Played) -> int:
            await clock.asleep()
            assert leaving.SENT not in played.said
            clock.advance(LEAVE_S)
            return STAY_AWAY

        await play(leaving.leave, home.keeper, NAME, PASSPHRASE, at_once, played=played)
        assert leaving.SENT in played.said
        assert tell("invitations.after") in played.said
        assert held(home) == (False, True)


async def test_taken_back_it_never_happened(tmp_path: Path) -> None:
    """Within ten seconds everything is as it was, and writing goes on."""
    async with for_two(tmp_path) as (home, clock):
        played = await play(leaving.leave, home.keeper, NAME, PASSPHRASE, COME_BACK)
        assert leaving.BACK.format(name=NAME) in played.said
        clock.advance(LEAVE_S)
        assert held(home) == (False, False)
        await home.shared.space.edit(document_id("notes"), Put(("a",), 1))
        assert not home.household._leaving
        assert await home.household.come_back(home.shared.room) is False


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((), None),
        (("another",) * TRIES_MAX, Code.RULE),
        ((NAME,), None),
        (("another", NAME, *["wrong"] * TRIES_MAX), Code.LOCKED),
    ],
)
async def test_nothing_happens_before_the_passphrase(
    tmp_path: Path, answers: tuple[Any, ...], code: Code | None
) -> None:
    """Another name, another passphrase, as often as it may be typed, or nobody there: nothing was changed."""
    async with for_two(tmp_path) as (home, _):
        played = await play(leaving.leave, home.keeper, *answers)
        assert held(home) == (False, False)
        assert played.safe == "Nothing was changed."
        assert code is None or played.code == code


async def test_who_mistypes_leaves_all_the_same(tmp_path: Path) -> None:
    """A slip of the hand in the name or in the passphrase sends nobody back to the beginning."""
    async with for_two(tmp_path) as (home, _):
        await play(leaving.leave, home.keeper, "another", NAME, "wrong", PASSPHRASE)
        assert held(home)[0]


async def test_a_pipe_is_asked_nothing(tmp_path: Path) -> None:
    """Where nobody sits at a keyboard, the ten seconds go by, and it is final."""
    async with for_two(tmp_path) as (home, _):

        async def passphrase(_: Played) -> str:
            home.household._clock = Now()
            return PASSPHRASE

        class Now(HandClock):
            async def sleep(self, seconds: float) -> None:
                self.waits.append(seconds)

        played = await play(leaving.leave, home.keeper, NAME, passphrase, live=False)
        assert played.code == Code.OK
        assert held(home) == (False, True)


async def test_killed_in_these_seconds(tmp_path: Path) -> None:
    """It is sent when the vault is opened next; whatever opens the spaces anew meanwhile sends nothing."""
    async with for_two(tmp_path) as (home, _):
        telling = await home.household.leave(home.shared, passphrase=PASSPHRASE)
        await home.household.connect()
        assert held(home) == (True, False)
        await home.household.close()
        with pytest.raises(asyncio.CancelledError):
            await telling
        again = await Household.open(home.keeper.home.vault, passphrase=PASSPHRASE, machine=replace(CHEAP))
        home.keeper.household = again
        assert held(home) == (False, True)
        await again.close()


async def test_small_letters_name_it_too(tmp_path: Path) -> None:
    """The name is there so that nobody leaves by a slip, and not to be spelt."""
    async with for_two(tmp_path) as (home, clock):

        async def late(_: Played) -> int:
            await ends(home, clock)
            return STAY_AWAY

        assert (await play(leaving.leave, home.keeper, NAME.lower(), PASSPHRASE, late)).code == Code.OK


async def test_there_is_nothing_to_leave(tmp_path: Path) -> None:
    """A space of one person is not left."""
    async with for_two(tmp_path) as (home, _):
        home.household.places = (home.household.solo,)
        assert (await play(leaving.leave, home.keeper)).code == Code.OTHER


async def test_own_words_stay_ones_own(tmp_path: Path) -> None:
    """After it the record can be read and exported, nothing more is written in it, and what is typed is not lost."""
    async with two(tmp_path) as couple:
        await play(together.names, couple.keeper, "Robin", "Sasha")
        await play(days.checkin, couple.keeper, "canary-mine", "", "", "", "", "", SHARE)
        await left(couple)
        played = await play(exports.own, couple.keeper, WITHOUT, YES, options={"file": str(tmp_path / "own.md")})
        assert played.code == Code.OK, played.done
        assert "canary-mine" in (tmp_path / "own.md").read_text()
        before = len((await couple.state()).things)
        keep = SHARE  # The first that there is: sharing is none any more.
        await play(days.checkin, couple.keeper, "canary-late", "", "", "", "", "", keep)
        assert len((await couple.state()).things) == before
        assert "canary-late" in str((await play(mine.list_, couple.keeper)).result["entries"])
        assert (await play(find(BARE.handler), couple.keeper)).code == Code.OK
