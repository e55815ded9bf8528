"""A space for two is made by two commands at two machines, and nothing is joined before it was shown and picked."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.house import PASSPHRASE, Played, open_keeper, play
from troth_app.handlers import joining, pairing, safety
from troth_app.keeper import Keeper
from troth_app.outcome import Code
from troth_app.pairing_talk import CODE, WORDS
from troth_client.link import Address

GO_ON = 0
LEAVE = 1
MATCHES = 0
PERSON = 1


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A relay on this machine."""
    with serving(tmp_path_factory.mktemp("relay") / "relay.db") as (_, address):
        yield Address.parse(address).url


def code_of(host: Played) -> object:
    """Return an answer: the code that the host shows."""

    async def code(_: Played) -> str:
        return (await host.until_card(CODE)).lines[0]

    return code


def words_of(guest: Played) -> object:
    """Return an answer: the two words that are asked for, of those that the guest shows."""

    async def words(host: Played) -> str:
        shown = (await guest.until_card(WORDS)).lines[0].split("   ")
        by_place = dict(word.split(" ") for word in shown)
        asked = [part for part in str(host.sentences[-1]).replace(",", " ").split() if part.isdigit()]
        return " ".join(by_place[place] for place in asked)

    return words


async def test_two_persons_in_a_room(tmp_path: Path, relay: str) -> None:
    """Both see what will happen, compare words, and have one empty space with one safety number."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.here, robin, PASSPHRASE, words_of(far), GO_ON, played=near),
            play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, MATCHES, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
        assert near.card("What happens next") == far.card("What happens next") != None  # noqa: E711 - both were shown
        numbers = [(await play(safety.number, keeper)).result for keeper in (robin, sasha)]
        assert numbers[0] == numbers[1]
        assert (await play(pairing.here, robin)).code == Code.RULE


async def test_words_that_differ_join_nothing(tmp_path: Path, relay: str) -> None:
    """Two other words of the list end it on both sides, and neither has a space for two."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.here, robin, PASSPHRASE, "xyzzy abandon", "abandon", "zoo zone", played=near),
            play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, played=far),
        )
        assert near.code == Code.OTHER
        assert "“xyzzy” is not a word of the list" in near.said
        assert "Nothing was joined." in str(near.done)
        assert all(keeper.household and keeper.household.shared is None for keeper in (robin, sasha))


async def test_who_says_no_joins_nothing(tmp_path: Path, relay: str) -> None:
    """After everything was compared, no is no for both."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        near, far = Played(), Played()
        await asyncio.gather(
            play(pairing.here, robin, PASSPHRASE, words_of(far), LEAVE, played=near),
            play(joining.join, sasha, PERSON, code_of(near), PASSPHRASE, played=far),
        )
        assert near.code == Code.OTHER
        assert sasha.household is not None
        assert sasha.household.shared is None
        assert robin.household is not None
        assert robin.household.shared is None


async def test_a_person_far_away(tmp_path: Path, relay: str) -> None:
    """A link is enough; the words that nobody compared yet are kept on both sides."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "sasha"))
        assert robin.household is not None
        await robin.household.solo.space.stored()
        near, far = Played(), Played()

        async def link(_: Played) -> str:
            return await near.until_said("troth:join#")

        await asyncio.gather(
            play(pairing.far, robin, PASSPHRASE, GO_ON, played=near),
            play(joining.join, sasha, PERSON, link, PASSPHRASE, GO_ON, played=far),
        )
        assert (near.code, far.code) == (Code.OK, Code.OK), (near.done, far.done)
        assert sasha.household is not None
        assert robin.household.shared is not None
        assert sasha.household.shared is not None
        assert robin.household.shared.space.words == sasha.household.shared.space.words
        assert len(robin.household.shared.space.words) == 4
        assert sasha.household.settings.relay is not None


async def test_what_was_accepted_goes_on(tmp_path: Path, relay: str) -> None:
    """Who hangs up after taking a link up finds it under way, and needs the link no more."""
    async with AsyncExitStack() as stack:
        robin: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "robin", relay=relay))
        sasha: Keeper = await stack.enter_async_context(open_keeper(tmp_path / "sasha", relay=relay))
        assert robin.household is not None
        await robin.household.solo.space.stored()
        near, far = Played(), Played()
        inviting = asyncio.ensure_future(play(pairing.far, robin, PASSPHRASE, GO_ON, played=near))
        link = await near.until_said("troth:join#")
        stopped = asyncio.ensure_future(play(joining.join, sasha, PERSON, link, PASSPHRASE, played=far))
        await far.until_said("It waits")
        stopped.cancel()
        await asyncio.wait({stopped})
        assert far.safe.startswith("What you accepted stays.")
        assert sasha.household is not None
        await sasha.household.connect()
        again = await play(joining.join, sasha, PERSON, PASSPHRASE, GO_ON)
        assert (again.code, (await inviting).code) == (Code.OK, Code.OK), (again.done, near.done)


async def test_an_invitation_outlives_the_terminal(tmp_path: Path, relay: str) -> None:
    """Who stops waiting finds the same link again, and may give it up."""
    async with open_keeper(tmp_path, relay=relay) as robin:
        assert robin.household is not None
        await robin.household.solo.space.stored()
        first, second = Played(), Played()
        waiting = asyncio.ensure_future(play(pairing.far, robin, PASSPHRASE, played=first))
        link = await first.until_said("troth:join#")
        await first.until_said("It waits")
        waiting.cancel()
        await asyncio.wait({waiting})
        assert first.safe.startswith("The invitation stays.")
        again = asyncio.ensure_future(play(pairing.far, robin, PASSPHRASE, 0, played=second))
        assert await second.until_said("troth:join#") == link
        again.cancel()
        await asyncio.wait({again})
        await robin.household.connect()
        assert robin.household.waiting is not None
        assert (await play(pairing.far, robin, PASSPHRASE, 1)).code == Code.OK
        await robin.household.connect()
        assert robin.household.waiting is None


@pytest.mark.parametrize("command", [pairing.device, pairing.here, pairing.far])
async def test_without_a_relay_nobody_meets(tmp_path: Path, command: object) -> None:
    """Pairing without a relay costs a sentence that says how to name one."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(command, keeper)  # type: ignore[arg-type]
        assert played.code == Code.HERE
        assert "troth relay use" in str(played.done)


async def test_the_passphrase_is_asked_for_again(tmp_path: Path, relay: str) -> None:
    """An open vault is not enough to let anybody in."""
    async with open_keeper(tmp_path, relay=relay) as keeper:
        assert (await play(pairing.here, keeper, "another one")).code == Code.LOCKED
