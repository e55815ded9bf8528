"""Off by choice: nothing is dialled, it is said first and calmly, and it stays so until its person turns it on."""

from pathlib import Path

import pytest

from tests.contracts.relay_process import serving
from tests.troth_app.house import PASSPHRASE, open_keeper, play
from troth import Put, document_id
from troth_app.handlers import joining, pairing, relays, status, syncing
from troth_app.household import Household
from troth_app.knocking import Knock
from troth_app.outcome import Code
from troth_client.link import Address


async def test_off_and_on(tmp_path: Path) -> None:
    """What is written meanwhile waits here, and reaches the relay once sync is on."""
    with serving(tmp_path / "relay.db") as (_, address):
        async with open_keeper(tmp_path, relay=Address.parse(address).url) as keeper:
            assert keeper.household is not None
            household = keeper.household
            await household.solo.space.stored()
            assert (await play(syncing.on, keeper)).said == syncing.ON_BEFORE
            assert (await play(syncing.off, keeper)).said == syncing.OFF_NOW
            assert (await play(syncing.off, keeper)).said == syncing.OFF_BEFORE
            space = household.solo.space
            await space.edit(document_id("notes"), Put(("a",), 1))
            result = (await play(status.status, keeper)).result
            assert result["relay"] == syncing.OFF == status.line(household)
            assert "sync is off" in result["spaces"][0]["sentences"][0]
            assert (await play(status.doctor, keeper)).result["items"][0][2] == status.NOT_SYNCED
            assert (space.status().connected, space.status().waiting) == (False, 1)
            assert (await play(syncing.on, keeper)).said == syncing.ON_NOW
            await household.solo.space.stored()


async def test_it_survives_a_restart(tmp_path: Path) -> None:
    """A vault that is opened again dials nothing either, and everything that would is refused in plain words."""
    with serving(tmp_path / "relay.db") as (_, address):
        async with open_keeper(tmp_path, relay=Address.parse(address).url) as keeper:
            assert keeper.household is not None
            await play(syncing.off, keeper)
            await keeper.household.close()
            household = keeper.household = await Household.open(
                keeper.home.vault, passphrase=PASSPHRASE, machine=keeper.machine
            )
            assert not household.settings.syncs
            assert not household.solo.space._linked
            assert (await play(relays.show, keeper)).result["answer"] == syncing.OFF
            assert Knock.ANSWERED.value not in (await play(relays.use, keeper, address, "")).said
            for handler in (pairing.device, pairing.here, pairing.far):
                assert (await play(handler, keeper)).code == Code.RULE
            for who in (0, 1):
                assert (await play(joining.join, keeper, who)).code == Code.RULE
            await household.close()


@pytest.mark.parametrize("written", [True, False])
async def test_off_is_no_trouble(tmp_path: Path, written: bool) -> None:
    """Where nothing waits, nothing is called waiting, and without a relay sync comes on all the same."""
    async with open_keeper(tmp_path, relay="ws://127.0.0.1:9/v1" if written else None) as keeper:
        await play(syncing.off, keeper)
        sentences = (await play(status.status, keeper)).result["spaces"][0]["sentences"]
        assert all("Nothing is lost" in sentence or sentence == status.ALL_HERE for sentence in sentences)
        assert (await play(syncing.on, keeper)).said == (syncing.ON_NOW if written else syncing.ON_WITHOUT)
