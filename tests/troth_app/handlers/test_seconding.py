"""Of several devices one makes words and another agrees, by a person at each; neither is enough alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_pairing import GO_ON, MATCHES, code_of, words_of
from tests.troth_app.handlers.test_recovery import shown
from tests.troth_app.house import PASSPHRASE, Played, a_closed_keeper, home_at, open_keeper, play
from tests.troth_app.test_phrases import asked
from troth_app import consent
from troth_app.handlers import joining, pairing, recovery, seconding
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_client.link import Address

OWN, NO, YES = 0, 0, 1
OLD_HERE, OLD_LOST = 0, 1
PHONE = "a phone has its own"


@asynccontextmanager
async def two_devices(folder: Path) -> AsyncIterator[tuple[Keeper, Keeper]]:
    """Robin's laptop and phone."""
    home = home_at(folder / "phone")
    home.prepare()
    async with AsyncExitStack() as stack:
        relay = Address.parse(stack.enter_context(serving(folder / "relay.db"))[1]).url
        laptop = await stack.enter_async_context(open_keeper(folder / "laptop", relay=relay))
        phone = await stack.enter_async_context(a_closed_keeper(home))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.device, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, phone, OWN, code_of(near), relay, PHONE, PHONE, MATCHES, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK)
        assert laptop.household is not None
        await laptop.household.solo.space.until(lambda status: not status.waiting)
        yield laptop, phone


async def agreed_by(phone: Keeper, near: Played, *answers: object) -> Played:
    """Let the phone answer, once the laptop waits for it and has said so."""
    await near.until_said(recovery.WAITING)
    assert phone.household is not None
    household = phone.household
    notices = household.solo.space.notices()
    while consent.asked(household) is None:
        await anext(notices)
    return await play(seconding.words, phone, *answers)


async def test_two_devices_make_words(tmp_path: Path) -> None:
    """Without words, and in the place of lost ones; then they are in force on both."""
    async with two_devices(tmp_path) as (laptop, phone):
        for answers in ((), (OLD_LOST,)):
            near = Played()
            _, far = await asyncio.gather(
                play(recovery.make, laptop, *answers, PASSPHRASE, asked, asked, played=near),
                agreed_by(phone, near, YES, PHONE),
            )
            assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
            phrase = shown(near)
            assert (await play(recovery.test, laptop, phrase)).result["in_force"]
            assert phone.household is not None
            await phone.household.solo.space.until(lambda status: status.caught_up and not status.waiting)
            assert consent.asked(phone.household) is None
        assert (await play(recovery.make, laptop, OLD_HERE, phrase, PASSPHRASE, asked, asked)).code == Code.OK


@pytest.mark.parametrize(("answers", "code"), [((NO,), Code.RULE), ((YES, "wrong"), Code.LOCKED)])
async def test_who_does_not_agree(tmp_path: Path, answers: tuple[object, ...], code: Code) -> None:
    """A no, or another passphrase, agrees to nothing; whoever waited and stops has set nothing."""
    async with two_devices(tmp_path) as (laptop, phone):
        near = Played()
        waiting = asyncio.create_task(play(recovery.make, laptop, PASSPHRASE, asked, asked, played=near))
        far = await agreed_by(phone, near, *answers)
        assert far.code == code
        waiting.cancel()
        await asyncio.wait({waiting})
        assert laptop.household is not None
        await laptop.household.solo.space.until(lambda status: not status.waiting)
        assert consent.asked(laptop.household) is None
        assert not laptop.household.solo.space.members.words


async def test_where_nobody_asks(tmp_path: Path) -> None:
    """Nothing changes; and the device that asks is not the one that agrees."""
    async with two_devices(tmp_path) as (laptop, phone):
        assert (await play(seconding.words, phone)).said == seconding.NOTHING
        assert laptop.household is not None
        solo = laptop.household.solo.space
        await consent.ask(laptop.household, consent.Asked(solo.device, {}))
        assert (await play(seconding.words, laptop)).said == seconding.ELSEWHERE
        await solo.stored()
        assert phone.household is not None
        notices = phone.household.solo.space.notices()
        while consent.asked(phone.household) is None:
            await anext(notices)
        assert (await play(seconding.words, phone, YES, PHONE)).code == Code.RULE
