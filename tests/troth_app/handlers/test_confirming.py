"""A device that came back by words agrees for its person once another one, or a voice and the words, said so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.troth_app.handlers.test_recovery import at_home, make, sasha_at, shown
from tests.troth_app.house import PASSPHRASE, Played, a_closed_keeper, home_at, play
from tests.troth_app.test_phrases import asked
from troth import Put
from troth_app.claims import DEVICES, claim_key
from troth_app.handlers import confirming, devices, recovery, removing, restoring, safety, status
from troth_app.handlers.together import admin_of
from troth_app.household import Place
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_app.presenting import CONFIRM
from troth_app.presenting import devices as presented
from troth_app.wording import NUMBER
from troth_client.wordlist import render_recovery

PHONE = "a phone has its own"
NO, YES = 0, 1


def shared(keeper: Keeper) -> Place:
    """The space for two."""
    assert keeper.household is not None
    assert keeper.household.shared is not None
    return keeper.household.shared


def is_sure(seen_by: Keeper, about: Keeper) -> bool:
    """Whether one device sees another one confirmed."""
    return shared(about).space.device in shared(seen_by).space.members.confirmed


async def said(keeper: Keeper) -> str:
    """What the status says of the space for two."""
    spaces = (await play(status.status, keeper)).result["spaces"]
    return " ".join(spaces[1]["sentences"])


async def listed(keeper: Keeper) -> list[bool]:
    """Whether each own device is confirmed, as the list says, this one first; it is shown with what to do."""
    result = (await play(devices.list_, keeper)).result
    found = [bool(own["confirmed"]) for own in result["own"]]
    assert (CONFIRM in [getattr(shown, "text", "") for shown in presented(result)]) == (not all(found))
    return found


async def commit(keeper: Keeper, *answers: str) -> Played:
    """Ask for the key of commitments."""

    async def handler(talk: object, whom: Keeper) -> None:
        await admin_of(talk, whom)  # type: ignore[arg-type]

    return await play(handler, keeper, *answers)


async def synced(*keepers: Keeper) -> None:
    """Wait until everything is at the relay, and read."""
    for keeper in keepers:
        await shared(keeper).space.stored()
    for keeper in keepers:
        await shared(keeper).space.caught_up()


@asynccontextmanager
async def returned(folder: Path, *, lost: bool) -> AsyncIterator[tuple[Keeper, Keeper, str]]:
    """A laptop, and a phone that came back by words beside it, or in its place; and the words."""
    home = home_at(folder / "phone")
    home.prepare()
    async with at_home(folder) as (laptop, address):
        phrase = await make(laptop)
        async with a_closed_keeper(home) as phone:
            picks = [0] if lost else [1]
            played = await play(restoring.use, phone, phrase, address.url, *picks, PHONE, PHONE)
            assert played.code == Code.OK, played.done
            assert restoring.TO_CONFIRM in played.said
            await synced(phone)
            yield laptop, phone, phrase


async def test_another_device_confirms_it(tmp_path: Path) -> None:
    """It is told where to go; there it takes a yes and the passphrase; from then on it agrees for its person."""
    async with returned(tmp_path, lost=False) as (laptop, phone, _):
        assert (await commit(phone)).code == Code.RULE
        assert status.UNCONFIRMED in await said(phone)
        assert await listed(phone) == [False, True]
        assert confirming.ELSEWHERE in str((await play(confirming.confirm, phone)).done)
        await shared(laptop).space.until(lambda _: len(shared(laptop).space.members.active) == 3)
        assert status.DOUBTFUL in await said(laptop)
        for answers in ((NO,), (YES, "wrong")):
            played = await play(confirming.confirm, laptop, *answers)
            assert (played.code in (Code.RULE, Code.LOCKED), played.safe) == (True, confirming.UNCHANGED)
        assert not is_sure(laptop, phone)
        played = await play(confirming.confirm, laptop, YES, PASSPHRASE)
        assert (played.code, is_sure(laptop, phone)) == (Code.OK, True), played.done
        await synced(laptop, phone)
        await shared(phone).space.until(lambda _: is_sure(phone, phone))
        assert (await commit(phone, PHONE)).code == Code.OK
        assert await listed(phone) == [True, True]
        assert status.UNCONFIRMED not in await said(phone)
        for keeper in (laptop, phone):
            assert (await play(confirming.confirm, keeper)).code == Code.RULE


async def test_the_words_confirm_where_no_device_is_left(tmp_path: Path) -> None:
    """First the number is shown and compared; then the words that are in force say it, and no others."""
    async with returned(tmp_path, lost=True) as (_, phone, phrase):
        played = await play(confirming.confirm, phone, NO)
        assert (played.code, is_sure(phone, phone)) == (Code.RULE, False)
        card = played.card(NUMBER)
        assert card is not None
        assert len("".join(card.lines).replace(" ", "")) == 60
        strange = await play(confirming.confirm, phone, YES, " ".join(render_recovery(b"s" * 16)))
        assert (strange.code, is_sure(phone, phone)) == (Code.RULE, False)
        assert "never took these words" in str(strange.done)
        new = await play(recovery.make, phone, phrase, PHONE, asked, asked)
        assert new.code == Code.OK, new.done
        assert (await play(confirming.confirm, phone, YES, phrase)).code == Code.RULE
        played = await play(confirming.confirm, phone, YES, shown(new))
        assert (played.code, is_sure(phone, phone)) == (Code.OK, True), played.done
        assert (await commit(phone, PHONE)).code == Code.OK


async def test_a_lost_device_is_removed_before_the_words_confirm(tmp_path: Path) -> None:
    """Who forgot to name a lost device removes it, and goes on; the words alone do not step around it."""
    async with returned(tmp_path, lost=False) as (_, phone, phrase):
        await shared(phone).space.caught_up()
        played = await play(removing.revoke, phone, 0, 1, PHONE)
        assert played.code == Code.OK, played.done
        played = await play(confirming.confirm, phone, YES, phrase)
        assert (played.code, is_sure(phone, phone)) == (Code.OK, True), played.done


async def test_where_nothing_waits(tmp_path: Path) -> None:
    """Whoever never came back by words has nothing to confirm, and is told so."""
    async with at_home(tmp_path) as (laptop, _):
        played = await play(confirming.confirm, laptop)
        assert (played.code, str(played.done and played.done.text)) == (Code.RULE, confirming.NOTHING)
        assert await listed(laptop) == [True]


async def test_what_it_is_called(tmp_path: Path) -> None:
    """A device that says which one it is has its name, and one of which two say so has none."""
    async with returned(tmp_path, lost=False) as (laptop, phone, _):
        assert laptop.household is not None
        assert phone.household is not None
        solo, there = laptop.household.solo.space, shared(phone).space.device
        await phone.household.solo.space.stored()
        await solo.until(lambda _: there.hex() in str(solo.view(DEVICES)))
        await shared(laptop).space.until(lambda _: there in shared(laptop).space.members.active)
        name = next(own["name"] for own in devices.own_devices(laptop.household) if not own["this"])
        assert confirming.PLAN.format(name=name) in (await play(confirming.confirm, laptop, NO)).said
        await solo.edit(DEVICES, Put((claim_key(solo.device, shared(laptop).space.id),), there.hex()))
        end = confirming.THERE.format(end=there.hex()[-confirming.END_LETTERS :])
        assert confirming.PLAN.format(name=end) in (await play(confirming.confirm, laptop, NO)).said


async def test_the_other_compares_before_they_agree_to_more(tmp_path: Path) -> None:
    """What words alone confirmed is said on the other's side, which signs no commitment before its person compared."""
    async with returned(tmp_path, lost=True) as (_, phone, phrase):
        assert phone.household is not None
        assert phone.household.settings.relay is not None
        async with sasha_at(tmp_path / "sasha", phone.household.settings.relay.address) as sasha:
            assert (await play(confirming.confirm, phone, YES, phrase)).code == Code.OK
            await synced(phone)
            await shared(sasha).space.until(lambda _: is_sure(sasha, phone))
            assert status.CAME_BACK in await said(sasha)
            refused = await commit(sasha)
            assert refused.code == Code.RULE
            assert "troth compare" in str(refused.done)
            unsure = await play(safety.compare, sasha, 1)
            assert (unsure.code, (await commit(sasha)).code) == (Code.RULE, Code.RULE)
            played = await play(safety.compare, sasha, 0)
            assert played.code == Code.OK
            assert played.card(NUMBER) is not None
            assert (await commit(sasha, PASSPHRASE)).code == Code.OK
            assert status.CAME_BACK not in await said(sasha)
            assert sasha.household is not None
            await sasha.household.connect()
            assert safety.NOTHING_TO_COMPARE in (await play(safety.compare, sasha)).said
            assert (await commit(phone, PHONE)).code == Code.OK
