"""Two persons, two vaults, one relay, the real commands: what one does the other sees, and nobody takes it away."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_pairing import code_of, words_of
from tests.troth_app.house import PASSPHRASE, Played, a_closed_keeper, home_at, open_keeper, play
from tests.troth_app.two import TODAY
from troth import Delete
from troth_app.chapter import Chapter
from troth_app.handlers import (
    agreeing,
    consenting,
    days,
    devices,
    exports,
    joining,
    notes,
    pairing,
    proposing,
    removing,
    signalling,
)
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_app.settings import Relay
from troth_client.link import Address
from troth_couple import Level, Shown, State, entries_in

GO_ON, MATCHES, PERSON = 0, 0, 1
SHARE, YES = 0, 1
TEXT = (0, 5, "Evenings", "We put the phones away at nine.", 0, "", 0, "2026-09-15", "", YES)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A relay on this machine."""
    with serving(tmp_path_factory.mktemp("relay") / "relay.db") as (_, address):
        yield Address.parse(address).url


@asynccontextmanager
async def paired(folder: Path, relay: str) -> AsyncIterator[tuple[Keeper, Keeper]]:
    """Robin and Sasha, who paired in one room."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(folder / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(folder / "sasha", relay=relay))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.here, robin, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, MATCHES, GO_ON, played=far),
        )
        for keeper in (robin, sasha):
            assert keeper.household is not None
            # A yes within the minute in which they met would be refused.
            keeper.household._met.clear()
        yield robin, sasha


def chapter(keeper: Keeper) -> Chapter:
    """The record of two on a device."""
    assert keeper.household is not None
    assert keeper.household.chapter is not None
    return keeper.household.chapter


async def until(keeper: Keeper, holds: Callable[[State], bool]) -> State:
    """Wait until something holds of what stands on a device."""
    notices = chapter(keeper).space.notices()
    while True:
        # What arrived just now, and the record was not told of yet, is looked at all the same.
        chapter(keeper).turn()
        if holds(state := await chapter(keeper).look(TODAY)):
            return state
        await anext(notices)


def shown(state: State) -> list[Shown]:
    """How the agreements stand."""
    return [agreement.shown for agreement in state.agreements.values()]


async def test_a_day_an_agreement_and_its_end(tmp_path: Path, relay: str) -> None:
    """A check-in, a signal, a text that both agree to and one withdraws from: each arrives, and both see the same."""
    async with paired(tmp_path, relay) as (robin, sasha):
        await play(days.checkin, robin, "tired", "", "a quiet evening", "", "", "", SHARE)
        await play(signalling.pause, robin)
        await play(proposing.propose, robin, *TEXT)
        await play(consenting.assent, robin, YES, PASSPHRASE)
        await until(sasha, lambda state: shown(state) == [Shown.WAITING] and state.signals.level is Level.PAUSE)
        titles = [card["title"] for card in (await play(days.today, sasha)).result["cards"]]
        assert titles == ["Pause. Nothing is needed from you now.", "Check-in by the other person, 2026-09-01"]
        assert (await play(consenting.assent, sasha, YES, PASSPHRASE)).code == Code.OK
        await until(robin, lambda state: shown(state) == [Shown.IN_FORCE])
        assert (await play(consenting.withdraw, sasha)).code == Code.OK
        await until(robin, lambda state: shown(state) == [Shown.NO_LONGER])
        listed = [(await play(agreeing.listed, keeper)).result for keeper in (robin, sasha)]
        assert listed[0]["rows"] == listed[1]["rows"]
        # Whose signal it is, is all that differs.
        assert [found["says"] for found in listed] == [
            ["You asked for a pause."],
            ["Pause. Nothing is needed from you now."],
        ]


async def test_what_the_other_deletes_is_put_back(tmp_path: Path, relay: str) -> None:
    """Scenario 16 over a real relay: the withdrawal counts all the while, and stands in the document again."""
    async with paired(tmp_path, relay) as (robin, sasha):
        await play(proposing.propose, robin, *TEXT)
        await play(consenting.assent, robin, YES, PASSPHRASE)
        await until(sasha, lambda state: shown(state) == [Shown.WAITING])
        await play(consenting.assent, sasha, YES, PASSPHRASE)
        await until(robin, lambda state: shown(state) == [Shown.IN_FORCE])
        await play(consenting.withdraw, robin)
        state = await until(sasha, lambda state: shown(state) == [Shown.NO_LONGER])
        (agreement,) = state.agreements.values()
        (withdrawal,) = [act for act in agreement.acts if act.name == "withdraw"]
        theirs = chapter(sasha)
        notices = theirs.space.notices()
        await theirs.space.edit(theirs.document, Delete((f"entry:{withdrawal.id.hex()}",)))
        while withdrawal.id.hex() not in entries_in(theirs.space.view(theirs.document)):
            await anext(notices)
        assert shown(await chapter(robin).look(TODAY)) == [Shown.NO_LONGER]


async def test_looking_is_seen_by_nobody(tmp_path: Path, relay: str) -> None:
    """R21: whether the other reads or not, what one's own device shows is the same, byte for byte."""
    async with paired(tmp_path, relay) as (robin, sasha):
        await play(days.checkin, robin, "tired", "", "", "", "", "", SHARE)
        await until(sasha, lambda state: bool(state.things))
        await chapter(robin).space.stored()
        before = (await play(days.today, robin)).result, chapter(robin).space.view(chapter(robin).document)
        for _ in range(3):
            for handler in (days.today, agreeing.listed, notes.listed):
                await play(handler, sasha)
        assert chapter(sasha).space.status().waiting == 0
        await play(days.heads_up, sasha, "late", 0, SHARE)
        await until(robin, lambda state: len(state.things) > 1)
        after = (await play(days.today, robin)).result, chapter(robin).space.view(chapter(robin).document)
        assert before[0]["cards"][0] in after[0]["cards"]
        assert len(after[1]) == len(before[1]) + 1


async def test_one_note_written_by_both(tmp_path: Path, relay: str) -> None:
    """Words of both stand in it, and each device shows the same."""
    async with paired(tmp_path, relay) as (robin, sasha):
        await play(notes.add, robin, "Summer", "We like the sea.", SHARE)
        await until(sasha, lambda state: any(thing.kind == "note" for thing in state.things.values()))
        await play(notes.edit, sasha, 1, "And the hills.", SHARE)
        told = chapter(robin).space.notices()
        while "hills" not in str((await play(notes.show, robin)).result):
            await anext(told)
        for keeper, names in ((robin, ("You", "The other person")), (sasha, ("The other person", "You"))):
            (card,) = (await play(notes.show, keeper)).result["cards"]
            texts = [(part["text"], part["by"]) for part in card["paragraphs"]]
            assert texts == [("We like the sea.", names[0]), ("And the hills.", names[1])]
        own = {robin: ["We like the sea.", "", "[their words]"], sasha: ["[their words]", "", "And the hills."]}
        for number, (keeper, text) in enumerate(own.items()):
            path = tmp_path / f"{number}.json"
            assert (await play(exports.own, keeper, 0, 1, options={"file": str(path)})).code == Code.OK
            (section,) = json.loads(path.read_text())["sections"]
            assert section["items"][0]["lines"][-3:] == text


async def test_a_second_device_and_its_removal(tmp_path: Path, relay: str) -> None:
    """Both own devices write and agree; of a removed one counts what was read of it, and nothing that it says later."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with paired(tmp_path, relay) as (robin, sasha), a_closed_keeper(home) as phone:
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.device, robin, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, phone, 0, code_of(near), relay, PASSPHRASE, PASSPHRASE, MATCHES, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
        assert any("is new" in line for line in (await play(days.today, robin)).result["says"])
        assert len((await play(devices.list_, robin)).result["own"]) == 2
        assert not any("is new" in line for line in (await play(days.today, robin)).result["says"])
        await play(days.checkin, phone, "first, from the phone", "", "", "", "", "", SHARE)
        await play(proposing.propose, sasha, *TEXT)
        await play(consenting.assent, sasha, YES, PASSPHRASE)
        await until(phone, lambda state: shown(state) == [Shown.WAITING])
        assert (await play(consenting.assent, phone, YES, PASSPHRASE)).code == Code.OK
        await until(sasha, lambda state: shown(state) == [Shown.IN_FORCE])
        await until(robin, lambda state: shown(state) == [Shown.IN_FORCE])
        assert phone.household is not None
        # The phone is somewhere else by now, and does not hear of its removal.
        await phone.household.use(None)
        played = await play(removing.revoke, robin, 0, 1, 0, PASSPHRASE)
        assert played.code == Code.OK, played.done
        await play(days.checkin, phone, "late, from the phone", "", "", "", "", "", SHARE)
        state = await until(sasha, lambda state: bool(chapter(sasha).space.members.cuts))
        assert shown(state) == shown(await chapter(robin).look(TODAY)) == [Shown.IN_FORCE]
        await phone.household.use(Relay(relay))
        await phone.household.solo.space.stored()
        await play(days.checkin, robin, "from the laptop", "", "", "", "", "", SHARE)
        wanted = {"first, from the phone", "from the laptop"}
        for keeper in (robin, sasha):
            await until(keeper, lambda state: said(state) >= wanted)
            assert said(await chapter(keeper).look(TODAY)) == wanted


def said(state: State) -> set[str]:
    """What counts of all check-ins."""
    return {thing.says("feelings") for thing in state.things.values() if thing.kind == "check_in"}
