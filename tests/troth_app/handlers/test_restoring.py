"""With words and a relay alone a person is back: everything is there, and what was lost is out."""

from functools import partial
from pathlib import Path

import pytest

from tests.troth_app.handlers.test_recovery import at_home, make, sasha_at
from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, play
from tests.troth_app.test_phrases import asked
from tests.troth_app.two import TODAY
from troth import Put, document_id
from troth_app.chapter import Chapter
from troth_app.handlers import devices, recovery, restoring
from troth_app.handlers.doubting import TITLE
from troth_app.outcome import Code
from troth_client.wordlist import render_recovery
from troth_couple import Day, Pen
from troth_couple.entry import Entry

PHONE = "a phone has its own"
LOST, ALL = 0, 1


async def test_a_person_comes_back(tmp_path: Path) -> None:
    """The new device has both spaces, the lost one is out, and the old words sign new ones."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with at_home(tmp_path) as (laptop, address):
        phrase = await make(laptop)
        assert laptop.household is not None
        old = laptop.household.solo.space
        gone = {place.kind: place.space.device for place in laptop.household.places}
        async with a_closed_keeper(home) as phone:
            played = await play(restoring.use, phone, phrase, address.url, LOST, PHONE, PHONE)
            assert played.code == Code.OK, played.done
            assert phone.household is not None
            places = {place.kind: place for place in phone.household.places}
            assert set(places) == {"solo", "shared"}
            assert places["shared"].space.view(document_id("notes")) == {"ours": 1}
            for kind, place in places.items():
                await place.space.stored()
                assert gone[kind] not in place.space.members.active
                assert place.space.device in place.space.members.active
            (own,) = (await play(devices.list_, phone)).result["own"]
            assert own["this"]
            await places["solo"].space.edit(document_id("notes"), Put(("mine",), 1))
            await places["solo"].space.stored()
            await old.until(lambda status: status.connected)
            assert not old.view(document_id("notes"))
            new = await play(recovery.make, phone, phrase, PHONE, asked, asked)
            assert new.code == Code.OK, new.done


@pytest.mark.parametrize("stranger", [True, False])
async def test_words_that_lead_nowhere(tmp_path: Path, *, stranger: bool) -> None:
    """Words that nobody set find nothing, and words that were replaced open nothing; no vault is left behind."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with at_home(tmp_path) as (laptop, address):
        phrase = " ".join(render_recovery(b"s" * 16))
        if not stranger:
            phrase = await make(laptop)
            await make(laptop, phrase)
        async with a_closed_keeper(home) as phone:
            assert (await play(restoring.use, phone, phrase, address.url)).code == Code.OTHER
            assert not home.vault.exists()


async def test_where_there_is_a_vault(tmp_path: Path) -> None:
    """Words are for a device without one; and without an address they lead nowhere."""
    async with at_home(tmp_path) as (laptop, _):
        assert (await play(restoring.use, laptop)).code == Code.HERE
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with a_closed_keeper(home) as phone:
        assert (await play(restoring.use, phone, " ".join(render_recovery(b"s" * 16)), "")).code == Code.RULE


async def test_how_far_a_lost_device_goes(tmp_path: Path) -> None:
    """What was written with it after it was lost counts no more, if its person says so, for the other one too."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with at_home(tmp_path) as (laptop, address):
        phrase = await make(laptop)
        assert laptop.household is not None
        chapter = laptop.household.chapter
        assert chapter is not None
        for feelings, day in (("true", "2026-08-30"), ("not mine", "2026-09-01")):
            await chapter.write(partial(check_in, feelings=feelings, day=Day(day)))
        await chapter.space.stored()
        async with a_closed_keeper(home) as phone:
            played = await play(restoring.use, phone, phrase, address.url, LOST, 1, PHONE, PHONE)
            assert played.code == Code.OK, played.done
            assert "1 thing of it will count no more, for either of you, also where it took care" in played.said
            assert phone.household is not None
            assert phone.household.chapter is not None
            assert await felt(phone.household.chapter) == {"true"}
            await phone.household.chapter.space.stored()
            async with sasha_at(tmp_path / "sasha", address.url) as sasha:
                assert sasha.household is not None
                there = sasha.household.chapter
                assert there is not None
                new = phone.household.chapter.space.device
                await there.space.until(lambda _: new in there.space.members.active)
                await there.space.caught_up()
                assert await felt(there) == {"true"}


def check_in(pen: Pen, *, feelings: str, day: Day) -> list[Entry]:
    """Say how one is."""
    return [pen.write("check_in", {"feelings": feelings}, day=day)]


async def felt(chapter: Chapter) -> set[str]:
    """What counts of what was said."""
    return {str(thing.says("feelings")) for thing in (await chapter.look(TODAY)).things.values()}


async def test_a_thief_ends_the_space(tmp_path: Path) -> None:
    """Whoever says that it was not them goes on in the same space with the same person; else it stays behind."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with at_home(tmp_path) as (laptop, address), sasha_at(tmp_path / "sasha", address.url) as sasha:
        phrase = await make(laptop)
        there = [
            keeper.household.shared.space for keeper in (laptop, sasha) if keeper.household and keeper.household.shared
        ]
        await there[0].stored()
        await there[0].leave(passphrase=PASSPHRASE)
        await there[0].send_leave()
        await there[1].until(lambda status: status.ended)
        async with a_closed_keeper(home) as phone:
            played = await play(restoring.use, phone, phrase, address.url, LOST, 1, PHONE, PHONE)
            assert played.code == Code.OK, played.done
            card = played.card(TITLE.format(space="For two"))
            assert card is not None
            assert card.lines == ("Laptop ended the space",)
            assert phone.household is not None
            assert phone.household.shared is not None
            back = phone.household.shared.space
            await back.edit(document_id("notes"), Put(("back",), 1))
            await there[1].until(lambda status: not status.ended)
            await there[1].until(lambda _: "back" in there[1].view(document_id("notes")))
            assert back.device in there[1].members.active


async def test_an_ended_space_stays_behind(tmp_path: Path) -> None:
    """A space that its own person left keeps nobody from coming back to the others."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with at_home(tmp_path) as (laptop, address):
        phrase = await make(laptop)
        assert laptop.household is not None
        assert laptop.household.shared is not None
        space = laptop.household.shared.space
        await space.stored()
        await space.leave(passphrase=PASSPHRASE)
        await space.send_leave()
        await space.until(lambda status: status.ended and not status.waiting)
        async with a_closed_keeper(home) as phone:
            played = await play(restoring.use, phone, phrase, address.url, LOST, 0, PHONE, PHONE)
            assert played.code == Code.OK, played.done
            assert restoring.ENDED.format(space="For two") in played.said
            assert phone.household is not None
            assert [place.kind for place in phone.household.places] == ["solo"]
