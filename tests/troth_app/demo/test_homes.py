"""A vault that comes out of the story becomes a home: it opens as any other, with a space of its person's own."""

import asyncio
from datetime import date
from pathlib import Path

from tests.contracts.client_world import CHEAP
from troth import Cost
from troth_app.demo.generate import alone
from troth_app.demo.homes import COST, DEVICE, PASSPHRASE, home_of, move_in
from troth_app.handlers.devices import new_devices, own_devices
from troth_app.household import Household
from troth_client.joining import card, countersign_genesis, draft_genesis, join

WAIT_S = 60


def founded(folder: Path) -> None:
    """Make the vaults of two who founded a space for two, and nothing else."""
    vaults = [home_of(folder, person).vault for person in ("Robin", "Sasha")]
    for vault in vaults:
        vault.parent.mkdir(mode=0o700)
    cards = [card(vault, passphrase=PASSPHRASE, machine=CHEAP) for vault in vaults]
    draft = draft_genesis(vaults[0], passphrase=PASSPHRASE, cards=cards, machine=CHEAP)
    welcome = countersign_genesis(vaults[1], passphrase=PASSPHRASE, draft=draft, machine=CHEAP)
    for vault in vaults:
        join(vault, passphrase=PASSPHRASE, welcome=welcome, machine=CHEAP)


async def test_a_vault_becomes_a_home(tmp_path: Path) -> None:
    """Its person has an own space, names, what is kept alone and a device with a name; nothing of it is news."""
    async with asyncio.timeout(WAIT_S):
        await asyncio.to_thread(founded, tmp_path)
        home = home_of(tmp_path, "Sasha")
        await move_in(home, "Sasha", last_day=date(2026, 11, 20), machine=CHEAP)
        household = await Household.open(home.vault, passphrase=PASSPHRASE, machine=CHEAP)
        try:
            assert {place.kind for place in household.places} == {"solo", "shared"}
            assert household.chapter is not None
            assert household.names == ("Sasha", "Robin")
            assert list(household.settings.entries) == [text for _, text in alone("Sasha")]
            assert household.settings.relay is None
            assert [(device["name"], device["added"]) for device in own_devices(household)] == [(DEVICE, "2026-08-23")]
            assert new_devices(household) == []
        finally:
            await household.close()


def test_a_home_is_a_folder_that_can_be_named(tmp_path: Path) -> None:
    """Each person's home lies whole in one folder."""
    home = home_of(tmp_path, "Robin")
    assert (home.folder, home.runtime) == (tmp_path / "robin", tmp_path / "robin")


def test_it_is_the_least_that_a_vault_may_cost() -> None:
    """Nobody's secret is behind it, and tests open it often."""
    assert Cost(memory_mib=64, passes=1) == COST
