"""What is sealed is sealed everywhere, is spoken of on one day, and can be opened where it stands."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, play
from tests.troth_app.two import TODAY, Two, two
from troth_app.conversation import Choose
from troth_app.handlers import chapters, days, letters, opening, own_words, quieting, searching, telling
from troth_app.outcome import Code
from troth_client.vault import Vault
from troth_couple import Receiving, Stage, entries_in, together
from troth_couple.entry import Entry
from troth_couple.turns import turn
from troth_wire.errors import FullError

OPEN, NOTHING = 2, 0


async def told(couple: Two) -> Entry:
    """Let Sasha tell something."""
    return await couple.sasha(lambda pen: pen.write("disclosure", {"what": "canary"}, day=TODAY))


async def spoken(couple: Two) -> bool:
    """Whether today says that there is something to open."""
    return any("troth tell list" in line for line in (await play(days.today, couple.keeper)).result["ends"])


def tomorrow(couple: Two) -> None:
    """Let it be another day."""
    couple.keeper.today = lambda: date(2026, 9, 2)


async def test_it_is_said_on_one_day(tmp_path: Path) -> None:
    """One neutral notice and no reminder, whether it was opened or not; the list has it all the while."""
    async with two(tmp_path) as couple:
        await told(couple)
        assert await spoken(couple)
        assert await spoken(couple)
        tomorrow(couple)
        assert not await spoken(couple)
        assert len((await play(telling.listed, couple.keeper)).result["cards"]) == 1


async def test_what_came_late_is_said_all_the_same(tmp_path: Path) -> None:
    """A device that was away says it on the day on which it reads it, however old it is."""
    async with two(tmp_path) as couple:
        couple.keeper.today = lambda: date(2026, 12, 24)
        await told(couple)
        assert await spoken(couple)


async def test_quiet_time_puts_it_off(tmp_path: Path) -> None:
    """While it is quiet here nothing is said, and afterwards once."""
    async with two(tmp_path) as couple:
        await told(couple)
        await play(quieting.until, couple.keeper, "2026-09-05")
        assert not await spoken(couple)
        await play(quieting.off, couple.keeper)
        assert await spoken(couple)


@pytest.mark.parametrize(
    "act",
    [
        lambda couple, thing: couple.robin(lambda pen: [pen.write("thanks", day=TODAY, about=thing.subject)]),
        lambda couple, thing: couple.sasha(lambda pen: pen.take_back(thing.subject, day=TODAY)),
        lambda couple, _: play(telling.later, couple.keeper, ""),
    ],
    ids=["thanks", "taken back", "not now"],
)
async def test_it_is_not_said_once_something_was(tmp_path: Path, act: Callable[..., object]) -> None:
    """Who put it off, said thank you, or finds it taken back, is told nothing of it."""
    async with two(tmp_path) as couple:
        thing = await told(couple)
        await act(couple, thing)  # type: ignore[misc]
        assert not await spoken(couple)


async def test_a_full_disk_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it can not be remembered that it was said, it is said all the same."""
    async with two(tmp_path) as couple:
        await told(couple)
        await couple.state()

        def full(*_: object, **__: object) -> None:
            raise FullError("full")

        with monkeypatch.context() as broken:
            broken.setattr(Vault, "commit", full)
            assert await spoken(couple)
        assert await spoken(couple)


async def test_no_search_finds_it(tmp_path: Path) -> None:
    """Of the other's words neither what was told nor a letter; one's own are found."""
    async with two(tmp_path) as couple:
        await told(couple)
        assert (await play(searching.search, couple.keeper, "canary")).result["cards"] == []
        await couple.robin(lambda pen: [pen.write("disclosure", {"what": "heron"}, day=TODAY)])
        assert len((await play(searching.search, couple.keeper, "heron")).result["cards"]) == 1


async def test_in_an_earlier_chapter_it_is_sealed_and_can_be_opened(tmp_path: Path) -> None:
    """Neither is carried over, nobody is offered it twice, and nothing is said to it any more."""
    async with two(tmp_path) as couple:
        await told(couple)
        await couple.robin(lambda pen: [pen.write("disclosure", {"what": "heron"}, day=TODAY)])
        await play(chapters.open_, couple.keeper, 1, "Spring.", PASSPHRASE)
        (thing,) = turn(await couple.state()).listed
        await couple.sasha(lambda pen: pen.assent(thing.id, thing.versions[0].id, day=TODAY, admin=couple.admin))
        assert couple.keeper.household is not None
        await couple.keeper.household.follow(TODAY)
        assert (await play(telling.listed, couple.keeper)).result["cards"] == []
        assert "canary" not in str((await play(chapters.read, couple.keeper)).result)
        assert (await play(chapters.carry_over, couple.keeper)).code == Code.RULE
        before = len(entries_in(couple.space.view(couple.chapter.document)))
        opened = await play(telling.read, couple.keeper, OPEN)
        assert "canary" in str(opened.sentences)
        assert "earlier chapter" in opened.said
        assert len(entries_in(couple.space.view(couple.chapter.document))) == before
        assert (await play(telling.later, couple.keeper)).code == Code.RULE


async def test_of_several_one_is_picked(tmp_path: Path) -> None:
    """By who and when, and nothing of what they say."""
    async with two(tmp_path) as couple:
        await told(couple)
        await told(couple)
        picked = await play(telling.read, couple.keeper, 1, OPEN, NOTHING)
        assert picked.code == Code.OK
        asked = next(s for s in picked.sentences if isinstance(s, Choose))
        assert asked.items == ("Told by the other person, 2026-09-01",) * 2


async def test_the_writer_is_shown_what_the_reader_chose_to_say(tmp_path: Path) -> None:
    """And nothing else of it: the card of the author is the same before and after it is opened."""
    async with two(tmp_path) as couple:
        await play(telling.write, couple.keeper, "I was late.", "", "", "", "", 4)
        (before,) = (await play(telling.listed, couple.keeper)).result["cards"]
        assert before["lines"] == ["I was late."]
        (thing,) = (await couple.state()).things.values()
        await couple.sasha(lambda pen: together.receive(pen, thing, Receiving.NOT_NOW, day=TODAY))
        (after,) = (await play(telling.listed, couple.keeper)).result["cards"]
        assert after["lines"] == ["I was late.", "The other person: Not now, and no reason is needed."]
        assert (await couple.state()).things[thing.id].stage is Stage.NOT_NOW
        assert (await play(own_words.take_back, couple.keeper)).code == Code.OK


def test_what_can_be_said_is_one_of_three_words() -> None:
    """A letter is received, not now, or not taken; what was told is not now, and received where it was opened."""
    assert set(letters.CHOICES) == set(Receiving)
    assert opening.__all__ == ["noticed", "open_", "receive"]
