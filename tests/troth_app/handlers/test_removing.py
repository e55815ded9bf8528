"""A device is removed where it is, by its own person, after the passphrase, and never another one in its place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY
from troth import DeviceKeys, Identity, Invitation, Put, Signer, Welcome, begin, countersign, found, request
from troth.testing import entropy_of
from troth_app.chapter import Chapter
from troth_app.claims import DEVICES, claims_in
from troth_app.handlers import devices, keeping, removing
from troth_app.household import Household, Place
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_client.room import SHARED
from troth_couple import Day, entries_in
from troth_wire.ids import DeviceId

KEEP, REMOVE = 0, 1


@dataclass
class Home:
    """Robin's laptop with a space of its own and one with Sasha; a phone of Robin's is in both."""

    keeper: Keeper
    phone: DeviceId
    phone_there: DeviceId

    @property
    def household(self) -> Household:
        """What is open."""
        assert self.keeper.household is not None
        return self.keeper.household

    @property
    def shared(self) -> Place:
        """The space for two."""
        assert self.household.shared is not None
        return self.household.shared

    def key(self, device: DeviceId) -> str:
        """Where a device says which one it is in the space for two."""
        return f"at:{device.hex()}:{self.shared.space.id.hex()}"

    def left(self) -> tuple[int, int]:
        """How many devices belong to the own space, and to the one for two."""
        return len(self.household.solo.space.members.active), len(self.shared.space.members.active)


async def add(place: Place, seed: str) -> DeviceId:
    """Let another device of this person into a space."""
    keys, admin = DeviceKeys.make(entropy_of(seed))
    asked = request(Invitation.parse(place.space.invite()), keys, Signer(admin))
    await place.space.admit(asked.encode(), passphrase=PASSPHRASE)
    return keys.device


@asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[Home]:
    """Have two spaces with two own devices, and Sasha in one of them."""
    async with open_keeper(folder) as keeper:
        assert keeper.household is not None
        household = keeper.household
        pairs = [DeviceKeys.make(entropy_of(name)) for name in ("here", "sasha")]
        genesis = found([keys.card for keys, _ in pairs], entropy_of("genesis"))
        for keys, seed in pairs:
            genesis = countersign(genesis, keys, Signer(seed))
        rows = begin(Identity.welcomed(pairs[0][0], Welcome(genesis, None)), entropy_of("life"))
        await household.vault.add_room(rows, admin=pairs[0][1], passphrase=PASSPHRASE, kind=SHARED)
        await household.connect()
        assert household.shared is not None
        home = Home(keeper, await add(household.solo, "phone"), await add(household.shared, "phone there"))
        await household.solo.space.edit(DEVICES, Put((devices.NAMES, home.phone.hex()), "Phone"))
        yield home


async def claim_all(home: Home, *, phone: DeviceId | None = None) -> None:
    """Let the phone say which one it is there, truly or not."""
    said = (phone or home.phone_there).hex()
    await home.household.solo.space.edit(DEVICES, Put((home.key(home.phone),), said))


async def test_a_device_is_removed_from_every_space(tmp_path: Path) -> None:
    """It is shown what will happen, takes the passphrase, and the device is gone from both spaces."""
    async with at_home(tmp_path) as home:
        await claim_all(home)
        assert home.left() == (2, 3)
        played = await play(removing.revoke, home.keeper, 0, REMOVE, PASSPHRASE)
        assert played.code == Code.OK
        assert "This removes Phone, for good, and changes the key" in played.said
        assert home.left() == (1, 2)
        for place in (home.household.solo, home.shared):
            current = place.space.members.current
            assert current is not None
            assert current.generation == 1
        assert home.phone_there not in home.shared.space.members.active
        assert (await play(removing.revoke, home.keeper)).code == Code.RULE


@pytest.mark.parametrize(
    ("answers", "code"),
    [((), None), ((0,), None), ((0, KEEP), Code.RULE), ((0, REMOVE), None), ((0, REMOVE, "wrong"), Code.LOCKED)],
)
async def test_nothing_is_removed_before_the_passphrase(
    tmp_path: Path, answers: tuple[object, ...], code: Code | None
) -> None:
    """Whoever stops on the way, or types another passphrase, has removed nothing, and is told so."""
    async with at_home(tmp_path) as home:
        await claim_all(home)
        played = await play(removing.revoke, home.keeper, *answers)
        assert home.left() == (2, 3)
        assert played.safe == removing.UNCHANGED
        assert code is None or played.code == code


async def test_a_device_that_claims_to_be_another(tmp_path: Path) -> None:
    """A device that claims to be this one is not believed: the person picks, and this one is not among them."""
    async with at_home(tmp_path) as home:
        await claim_all(home, phone=home.shared.space.device)
        played = await play(removing.revoke, home.keeper, 0, REMOVE, 0, PASSPHRASE)
        assert played.code == Code.OK
        assert home.left() == (1, 2)
        assert home.shared.space.device in home.shared.space.members.active


@pytest.mark.parametrize("written", ["", "no hex", 7])
async def test_what_is_no_claim_is_none(tmp_path: Path, written: object) -> None:
    """Whatever stands in the place of a claim, or nothing at all: the person picks, or says that it is none of them."""
    async with at_home(tmp_path) as home:
        if written:
            await home.household.solo.space.edit(DEVICES, Put((home.key(home.phone),), written))
        played = await play(removing.revoke, home.keeper, 0, REMOVE, 1, PASSPHRASE)
        assert played.code == Code.OK
        assert home.left() == (1, 3)


async def test_a_device_that_is_in_no_other_space(tmp_path: Path) -> None:
    """Where every device of the space for two is another one's, nothing is asked and nothing removed there."""
    async with at_home(tmp_path) as home:
        tablet = await add(home.household.solo, "tablet")
        await claim_all(home)
        own = [device["device"] for device in devices.own_devices(home.household) if not device["this"]]
        played = await play(removing.revoke, home.keeper, own.index(tablet.hex()), REMOVE, PASSPHRASE)
        assert played.code == Code.OK
        assert home.left() == (2, 3)
        assert home.phone in home.household.solo.space.members.active


async def test_this_device_says_which_one_it_is(tmp_path: Path) -> None:
    """With a space for two open, this device has written down which one it is there."""
    async with at_home(tmp_path) as home:
        solo = home.household.solo
        assert claims_in(home.shared, solo, [solo.space.device]) == {solo.space.device: home.shared.space.device}


@asynccontextmanager
async def with_a_phone(folder: Path) -> AsyncIterator[tuple[Keeper, Chapter]]:
    """A laptop, and a phone of the same person that wrote in the space for two, on two days."""
    from tests.troth_app.handlers.test_confirming import returned

    async with returned(folder, lost=False) as (laptop, phone, _):
        assert phone.household is not None
        assert phone.household.chapter is not None
        for feelings, day in (("true", "2026-08-30"), ("not mine", "2026-09-01"), ("nor this", "2026-09-01")):
            await phone.household.chapter.write(
                lambda pen, feelings=feelings, day=day: [pen.write("check_in", {"feelings": feelings}, day=Day(day))]  # type: ignore[misc]
            )
        await phone.household.chapter.space.stored()
        assert laptop.household is not None
        chapter = laptop.household.chapter
        assert chapter is not None
        await chapter.space.until(lambda _: "nor this" in str(felt(chapter)))
        await phone.household.close()
        phone.household = None
        yield laptop, chapter


def felt(chapter: Chapter) -> list[bytes]:
    """Everything that stands in the document."""
    return [value for value in entries_in(chapter.space.view(chapter.document)).values() if isinstance(value, bytes)]


async def counts(chapter: Chapter) -> set[str]:
    """What counts of what was said."""
    state = await chapter.look(TODAY)
    return {str(thing.says("feelings")) for thing in state.things.values()}


async def test_what_stays_of_it_is_the_persons_choice(tmp_path: Path) -> None:
    """It is shown by day what the device wrote; what counts no more is said before it happens, and then is so."""
    async with with_a_phone(tmp_path) as (laptop, chapter):
        assert laptop.household is not None
        solo = laptop.household.solo.space
        await solo.until(lambda _: len(solo.members.active) == 2)
        assert await counts(chapter) == {"true", "not mine", "nor this"}
        name = next(own["name"] for own in devices.own_devices(laptop.household) if not own["this"])
        played = await play(removing.revoke, laptop, 0, REMOVE, 1, PASSPHRASE)
        assert played.code == Code.OK, played.done
        card = played.card(keeping.WROTE.format(name=name))
        assert card is not None
        assert card.lines == ("2026-08-30: 1 thing", "2026-09-01: 2 things")
        assert "2 things of it will count no more" in played.said
        assert await counts(chapter) == {"true"}
