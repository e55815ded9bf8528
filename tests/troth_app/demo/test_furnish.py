"""Two furnished homes: both open, show the same ninety days, and keep apart what each keeps alone."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from troth_app.demo.furnish import LAST_DAY, Homes, furnish
from troth_app.demo.generate import acts, alone
from troth_app.demo.homes import PASSPHRASE, PERSONS
from troth_app.demo.weaving import DAYS, MARK
from troth_app.handlers.devices import own_devices
from troth_app.household import Household
from troth_couple import Day, Shown, Stage, State, shown, texts_in

WAIT_S = 120
ANOTHER_DAY = date(2027, 3, 1)


async def opened(folder: Path) -> Household:
    """Open a home as its person does."""
    return await Household.open(folder / "vault", passphrase=PASSPHRASE, machine=CHEAP)


async def seen(household: Household, day: date) -> tuple[State, dict[str, object]]:
    """Give what stands for a person on a day, and the words of the notes."""
    chapter = household.chapter
    assert chapter is not None
    return await chapter.look(Day(day.isoformat())), texts_in(chapter.space.view(chapter.document))


def told(state: State) -> list[tuple[str, str, str]]:
    """Give where every agreement stands and what every thing says, in an order that is the same for both."""
    agreements = [("agreement", found.id.hex(), found.shown.value) for found in state.agreements.values()]
    things = [(thing.kind, thing.id.hex(), thing.stage.value) for thing in state.things.values()]
    return sorted(agreements + things)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Two homes for all tests: nobody writes in them."""
    folder = tmp_path_factory.mktemp("furnished")
    made = asyncio.run(asyncio.wait_for(furnish(folder, last_day=ANOTHER_DAY, machine=CHEAP), WAIT_S))
    assert {path.name for path in folder.iterdir()} == {"robin", "sasha"}
    assert made == Homes(folder / "robin", folder / "sasha")
    return made


@pytest.fixture
async def both(homes: Homes) -> AsyncIterator[tuple[Household, Household]]:
    """Both households, open."""
    async with asyncio.timeout(WAIT_S):
        robin, sasha = await opened(homes.robin), await opened(homes.sasha)
        yield robin, sasha
        await robin.close()
        await sasha.close()


async def test_both_see_the_same(both: tuple[Household, Household]) -> None:
    """Everything of the record counts, on both sides alike, and the made-up people say that they are."""
    (state, notes), (other, others_notes) = [await seen(household, ANOTHER_DAY) for household in both]
    assert (told(state), notes) == (told(other), others_notes)
    assert not state.held
    assert not state.holds
    assert {MARK} < {shown(thing.says("title")) for thing in state.things.values() if thing.kind == "note"}
    for household in both:
        assert household.chapter is not None
        assert len(household.chapter.book.ledger.known) == len([act for act in acts() if act.act != "write"])


async def test_each_has_an_own_place(both: tuple[Household, Household]) -> None:
    """Names, the device's name, what is sealed and what is kept alone are each person's own; no relay is left."""
    for household, person, other in zip(both, PERSONS, reversed(PERSONS), strict=True):
        assert household.settings.names == (person, other)
        assert list(household.settings.entries) == [text for _, text in alone(person)]
        assert household.settings.relay is None
        assert [device["name"] for device in own_devices(household)] == ["Laptop"]
    assert [len(household.settings.sealed) for household in both] == [0, 1]


async def test_every_way_that_an_agreement_goes_is_in_it(both: tuple[Household, Household]) -> None:
    """On the last day some hold, one is looked at again, one has a change proposed, one lapsed, one was declined."""
    state, _ = await seen(both[1], ANOTHER_DAY)
    assert Counter(found.shown for found in state.agreements.values()) == {
        Shown.IN_FORCE: 4,
        Shown.CHANGE_PROPOSED: 1,
        Shown.REVIEW_DAY: 1,
        Shown.LAPSED: 1,
        Shown.NOT_AGREED: 1,
    }
    assert [found.crossed for found in state.agreements.values()].count(True) == 1
    stages = {thing.stage for thing in state.things.values()}
    assert {Stage.AMENDED, Stage.TAKEN_BACK, Stage.PAST, Stage.CLOSED, Stage.OURS, Stage.KEPT} <= stages
    assert not state.signals.active


def test_the_ninetieth_day() -> None:
    """The record's own last day is the ninetieth."""
    assert (LAST_DAY - acts()[0].day).days == DAYS - 1
