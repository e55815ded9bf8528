"""Whoever left is told nothing, loses nothing, and is left in peace: thirty days, and then one invitation."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contracts.client_world import HandClock
from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_pairing import GO_ON, MATCHES, PERSON, code_of, words_of
from tests.troth_app.house import DAY, PASSPHRASE, Played, open_keeper, play
from troth_app.handlers import agreeing, days, joining, mine, pairing, status
from troth_app.keeper import Keeper
from troth_app.limits import LEAVE_S, REST_DAYS
from troth_app.outcome import Code
from troth_app.resting import check_rested, note_ends, note_invited
from troth_app.settings import Rest, Settings, rest_row
from troth_client.link import Address

SHARE = 0
SIX = ("canary of {}", "", "", "", "", "")


@dataclass
class Ended:
    """A space for two over a real relay, which Sasha left; both have heard of it."""

    robin: Keeper
    sasha: Keeper


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A relay on this machine."""
    with serving(tmp_path_factory.mktemp("relay") / "relay.db") as (_, address):
        yield Address.parse(address).url


@pytest.fixture
async def ended(tmp_path: Path, relay: str) -> AsyncIterator[Ended]:
    """Let two found a space, write in it, and one of them leave."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.here, robin, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, MATCHES, GO_ON, played=far),
        )
        for keeper, name in ((robin, "Robin"), (sasha, "Sasha")):
            await play(days.checkin, keeper, SIX[0].format(name), *SIX[1:], SHARE)
            assert keeper.household is not None
            assert keeper.household.shared is not None
            await keeper.household.shared.space.stored()
        assert sasha.household is not None
        assert sasha.household.shared is not None
        sasha.household._clock = clock = HandClock()
        telling = await sasha.household.leave(sasha.household.shared, passphrase=PASSPHRASE)
        await clock.asleep()
        clock.advance(LEAVE_S)
        await telling
        assert robin.household is not None
        assert robin.household.shared is not None
        await robin.household.shared.space.until(lambda found: found.ended)
        yield Ended(robin, sasha)


async def test_one_neutral_sentence(ended: Ended) -> None:
    """R38: the one who was left reads that the space was ended: no name, no reason, no day, and no more than that."""
    spaces = (await play(status.status, ended.robin)).result["spaces"]
    (sentence,) = [said for space in spaces for said in space["sentences"] if "ended" in said]
    assert sentence == "This space was ended. It stays readable here, and nothing new is shared in it."
    shown = (await play(days.today, ended.robin)).result
    assert not any("left" in line or "ended" in line for card in shown["cards"] for line in card["lines"])


async def test_both_keep_all_of_it(ended: Ended) -> None:
    """R37: everything that either of them wrote is readable on both sides; nothing is deleted anywhere."""
    for keeper in (ended.robin, ended.sasha):
        shown = str((await play(days.today, keeper)).result["cards"])
        assert "canary of Robin" in shown
        assert "canary of Sasha" in shown


async def test_it_works_alone_afterwards(ended: Ended) -> None:
    """R40: both go on by themselves: what they write for themselves is kept, and what stood is there to be read."""
    for keeper in (ended.robin, ended.sasha):
        assert (await play(mine.add, keeper, "A day of my own.")).code == Code.OK
        assert "A day of my own." in str((await play(mine.list_, keeper)).result["entries"])
        assert (await play(agreeing.listed, keeper)).code == Code.OK


async def test_who_left_is_left_in_peace(ended: Ended) -> None:
    """R39: for thirty days no invitation goes out from the one who was left; then one, and no other."""
    household = ended.robin.household
    assert household is not None
    await note_ends(household, DAY)
    assert household.shared is not None
    assert household.settings.rests == {household.shared.room: Rest(DAY.isoformat())}
    refused = await play(pairing.far, ended.robin)
    until = (DAY + timedelta(days=REST_DAYS)).isoformat()
    assert refused.code == Code.RULE
    assert until in str(refused.done)
    ended.robin.today = lambda: DAY + timedelta(days=REST_DAYS - 1)
    await note_ends(household, ended.robin.today())
    assert (await play(pairing.far, ended.robin)).code == Code.RULE
    ended.robin.today = lambda: DAY + timedelta(days=REST_DAYS)
    await household.solo.space.stored()
    sent = Played()
    waiting = asyncio.ensure_future(play(pairing.far, ended.robin, PASSPHRASE, played=sent))
    assert await sent.until_said("troth:join#")
    await sent.until_said("It waits")
    waiting.cancel()
    await asyncio.wait({waiting})
    assert (await play(pairing.far, ended.robin, PASSPHRASE, 1)).code == Code.OK
    again = await play(pairing.far, ended.robin)
    assert (again.code, household.waiting) == (Code.RULE, None)
    assert "went out" in str(again.done)


async def test_who_left_may_ask(ended: Ended) -> None:
    """Whoever left may invite the other again on any day; and in one room anybody may."""
    assert ended.sasha.household is not None
    await note_ends(ended.sasha.household, DAY)
    assert [rest.since for rest in ended.sasha.household.settings.rests.values()] == [""]
    check_rested(ended.sasha.household, DAY)
    await note_invited(ended.sasha.household)
    check_rested(ended.sasha.household, DAY)
    await note_ends(ended.robin.household, DAY)  # type: ignore[arg-type]
    begun = await play(pairing.here, ended.robin)
    assert begun.done is None  # It asks for the passphrase, and goes on.


def test_it_is_remembered_by_the_vault() -> None:
    """Day and invitation stand in rows of the vault's own, and of a room the latest counts."""
    rows = [rest_row(b"room", Rest("2026-09-01")), rest_row(b"room", Rest("2026-09-01", invited=True))]
    assert Settings.parse(rows).rests == {b"room": Rest("2026-09-01", invited=True)}
