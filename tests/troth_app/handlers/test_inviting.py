"""Whoever wants no invitation takes none and makes none, whoever it is, and nobody learns of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.handlers.test_pairing import PERSON
from tests.troth_app.house import PASSPHRASE, Played, open_keeper, play
from troth_app.conversation import Ask
from troth_app.handlers import inviting, joining, pairing
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_app.settings import Settings, invitations_row
from troth_client.link import Address


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A relay on this machine."""
    with serving(tmp_path_factory.mktemp("relay") / "relay.db") as (_, address):
        yield Address.parse(address).url


async def invited(keeper: object) -> str:
    """Invite somebody far away, and stop waiting for them; return the link."""
    played = Played()
    waiting = asyncio.ensure_future(play(pairing.far, keeper, PASSPHRASE, played=played))
    link = await played.until_said("troth:join#")
    await played.until_said("It waits")
    waiting.cancel()
    await asyncio.wait({waiting})
    return link


async def test_all_of_them_stay_shut(tmp_path: Path, relay: str) -> None:
    """R39: near or far, made or taken: it is refused before anything is asked, and so before anything goes out.

    Devices of one's own are no invitation.
    """
    async with open_keeper(tmp_path, relay=relay) as keeper:
        assert (await play(inviting.off, keeper)).code == Code.OK
        for played in [await play(pairing.here, keeper), await play(pairing.far, keeper)]:
            assert (played.code, str(played.done).count(tell("invitations.are_off"))) == (Code.RULE, 1)
            assert not any(isinstance(sentence, Ask) for sentence in played.sentences)
        taken = await play(joining.join, keeper, PERSON)
        assert taken.code == Code.RULE
        assert not any(isinstance(sentence, Ask) for sentence in taken.sentences)
        assert (await play(pairing.device, keeper)).done is None


async def test_what_was_under_way_is_given_up(tmp_path: Path, relay: str) -> None:
    """For whoever has its link it is one that nobody answers, as where it was given up by hand; it does not come back.

    After invitations are allowed again another one is made.
    """
    async with (
        open_keeper(tmp_path / "robin", relay=relay) as robin,
        open_keeper(tmp_path / "sasha", relay=relay) as sasha,
    ):
        assert robin.household is not None
        await robin.household.solo.space.stored()
        link = await invited(robin)
        assert (await play(inviting.off, robin)).code == Code.OK
        await robin.household.connect()
        assert robin.household.waiting is None
        far = Played()
        joins = asyncio.ensure_future(play(joining.join, sasha, PERSON, link, PASSPHRASE, played=far))
        await far.until_said("It waits")
        joins.cancel()
        await asyncio.wait({joins})
        assert robin.household.shared is None
        assert (await play(inviting.on, robin, PASSPHRASE)).code == Code.OK
        assert await invited(robin) != link


async def test_nobody_else_allows_them_again(tmp_path: Path) -> None:
    """It takes the passphrase, and until then it stays so, also after a restart."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        assert (await play(inviting.on, keeper)).code == Code.RULE
        await play(inviting.off, keeper)
        assert (await play(inviting.on, keeper, "another one")).code == Code.LOCKED
        rows = await keeper.household.vault.run(lambda vault: list(vault.settings.load()))
        assert not Settings.parse(rows).invites
        assert (await play(inviting.on, keeper, PASSPHRASE)).said == tell("invitations.on")
        assert keeper.household.settings.invites


def test_it_is_remembered_until_it_is_allowed() -> None:
    """A row says no, and none says nothing."""
    assert Settings().invites
    off = Settings.parse([invitations_row(invites=False)])
    assert not off.invites
    assert off.with_(invitations_row(invites=True)) == Settings()
