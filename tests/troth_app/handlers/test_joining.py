"""A new device joins with a code or a picture, under a passphrase of its own, or leaves nothing behind."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_pairing import GO_ON, MATCHES, PERSON, code_of, words_of
from tests.troth_app.house import PASSPHRASE, Played, a_closed_keeper, home_at, open_keeper, play
from troth_app.conversation import Ask, Choose, Say
from troth_app.handlers import devices, joining, pairing, spaces
from troth_app.outcome import Code
from troth_client.link import Address

OWN = 0
PHONE = "a phone has its own"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A relay on this machine."""
    with serving(tmp_path_factory.mktemp("relay") / "relay.db") as (_, address):
        yield Address.parse(address).url


async def test_whoever_will_use_it_sets_it_up(tmp_path: Path) -> None:
    """R19: before a passphrase is chosen, here or on a further device, it says that nobody does this for another."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        begun = await play(spaces.init, keeper)
        joined = await play(joining.join, keeper, OWN, "7-guitar-crane-lemon", "ws://127.0.0.1:9")
    assert (begun.done, joined.done) == (None, None)
    assert spaces.WHOSE in begun.said
    assert joining.OWN_SETUP in joined.said
    for played in (begun, joined):
        asked = [at for at, sentence in enumerate(played.sentences) if isinstance(sentence, Ask | Choose)]
        said = [at for at, sentence in enumerate(played.sentences) if isinstance(sentence, Say)]
        assert said[-1] < asked[-1]


async def test_an_own_device_by_code(tmp_path: Path, relay: str) -> None:
    """A fresh device types a code, and then both devices stand in both lists."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with AsyncExitStack() as stack:
        laptop = await stack.enter_async_context(open_keeper(tmp_path / "laptop", relay=relay))
        phone = await stack.enter_async_context(a_closed_keeper(home))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.device, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, phone, OWN, code_of(near), relay, PHONE, PHONE, MATCHES, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
        assert phone.household is not None
        await phone.household.solo.space.stored()
        assert laptop.household is not None
        await laptop.household.solo.space.caught_up()
        own = (await play(devices.list_, phone)).result["own"]
        assert [device["this"] for device in own] == [True, False]
        assert own[1]["name"] == "Laptop"


async def test_a_device_follows_into_a_space_for_two(tmp_path: Path, relay: str) -> None:
    """A device that joined before its person paired with another comes into the space for two by the same commands."""
    home = home_at(tmp_path / "phone")
    home.prepare()
    async with AsyncExitStack() as stack:
        laptop = await stack.enter_async_context(open_keeper(tmp_path / "laptop", relay=relay))
        sasha = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        phone = await stack.enter_async_context(a_closed_keeper(home))
        fresh: tuple[object, ...] = (OWN, relay, PHONE, PHONE)
        for again in range(3):
            near, far = Played(), Played()
            answers = (OWN, code_of(near), *fresh[1:]) if not again else (OWN, code_of(near), PHONE)
            await asyncio.gather(
                play(pairing.device, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
                play(joining.join, phone, *answers, MATCHES, GO_ON, played=far),
            )
            assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
            assert laptop.household is not None
            if not again:
                near, far = Played(), Played()
                await asyncio.gather(
                    play(pairing.here, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
                    play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, MATCHES, GO_ON, played=far),
                )
        assert joining.NOTHING_NEW in far.said
        assert phone.household is not None
        assert phone.household.shared is not None
        assert phone.household.shared.space.id == laptop.household.shared.space.id  # type: ignore[union-attr]
        assert len(phone.household.places) == 2


async def test_an_own_device_by_picture(tmp_path: Path, relay: str) -> None:
    """What the picture says can be given as text too, and names the relay."""
    home, picture = home_at(tmp_path / "phone"), tmp_path / "code.png"
    options = {"picture": str(picture)}
    home.prepare()
    async with AsyncExitStack() as stack:
        laptop = await stack.enter_async_context(open_keeper(tmp_path / "laptop", relay=relay))
        phone = await stack.enter_async_context(a_closed_keeper(home))
        near, far = Played(), Played()

        async def link(_: Played) -> str:
            return await near.until_said("troth:pair#")

        await asyncio.gather(
            play(pairing.device, laptop, PASSPHRASE, words_of(far), GO_ON, options=options, played=near),
            play(joining.join, phone, OWN, link, PHONE, PHONE, MATCHES, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert phone.household is not None
        assert phone.household.settings.relay is not None


async def test_nothing_is_left_of_a_device_that_did_not_join(tmp_path: Path, relay: str) -> None:
    """A code that nobody shows joins nothing: no vault stays, and it can be tried again."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as phone:
        played = await play(joining.join, phone, OWN, "7-abandon-zoo-zone", relay, PHONE, PHONE)
        assert played.code in {Code.HERE, Code.OTHER}
        assert "Nothing was joined." in str(played.done)
        assert sorted(path.name for path in home.folder.iterdir()) == []


async def test_a_word_that_is_none_is_asked_for_alone(tmp_path: Path, relay: str) -> None:
    """Which word it is, is said, and the others stay; a code that is none is asked for whole."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as phone:
        played = await play(joining.join, phone, OWN, "abandon", "7-abandon-xyzzy-zone", "zoo", relay, PHONE, PHONE)
        assert "A code begins with a number" in played.said
        assert "“xyzzy” is not a word of the list" in played.said
        assert "Nothing was joined." in str(played.done)


@pytest.mark.parametrize(
    "typed", ["7-abandon-xyzzy-zone", "guitar", "troth:pair#nonsense", "troth:join#nonsense", "troth:other#x"]
)
async def test_what_a_pipe_gives_is_asked_for_once(tmp_path: Path, typed: str) -> None:
    """A code or link that is none ends it, says so, and nothing was made."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as phone:
        played = await play(joining.join, phone, OWN, typed, live=False)
        assert played.code == Code.RULE
        assert "Nothing was joined." in str(played.done)
        assert not home.vault.exists()


async def test_a_vault_of_its_own_is_no_new_device(tmp_path: Path, relay: str) -> None:
    """Where somebody has begun alone, a device of another person's code joins nothing, on either side."""
    async with AsyncExitStack() as stack:
        laptop = await stack.enter_async_context(open_keeper(tmp_path / "laptop", relay=relay))
        sasha = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.device, laptop, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, sasha, OWN, code_of(near), PASSPHRASE, MATCHES, played=far),
        )
        assert near.code == Code.OTHER
        assert far.code != Code.OK
        assert "not one of yours" in str(far.done)
        for keeper in (laptop, sasha):
            assert keeper.household is not None
            assert len(keeper.household.solo.space.members.active) == 1
            assert len(keeper.household.places) == 1


async def test_a_person_begins_with_a_vault_of_their_own(tmp_path: Path) -> None:
    """Without one there is nobody who could join another person."""
    home = home_at(tmp_path / "without")
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        assert (await play(joining.join, keeper, PERSON)).code == Code.HERE


async def test_a_code_needs_a_relay(tmp_path: Path) -> None:
    """A code without a relay's address meets nobody."""
    home = home_at(tmp_path)
    home.prepare()
    async with a_closed_keeper(home) as phone:
        assert (await play(joining.join, phone, OWN, "7-abandon-zoo-zone", "")).code == Code.HERE


async def test_a_link_of_another_kind(tmp_path: Path, relay: str) -> None:
    """The link of an own device is not taken for one of a person, nor the other way round."""
    async with AsyncExitStack() as stack:
        laptop = await stack.enter_async_context(open_keeper(tmp_path / "laptop", relay=relay))
        other = await stack.enter_async_context(open_keeper(tmp_path / "other", relay=relay))
        near = Played()
        hosting = asyncio.ensure_future(play(pairing.device, laptop, PASSPHRASE, options={"qr": True}, played=near))
        link = await near.until_said("troth:pair#")
        played = await play(joining.join, other, PERSON, link)
        assert played.code == Code.RULE
        assert "a device of the same person" in str(played.done)
        hosting.cancel()
        await asyncio.wait({hosting})
