"""A home in a vault does what pairing asks of it, and what is asked again is the passphrase."""

from pathlib import Path

import pytest

from tests.contracts.pairing_world import PASSPHRASE, at_home, new_vault, solo
from troth import Row, Signer
from troth_client.home import VaultHome
from troth_client.room import SHARED, SOLO
from troth_wire.errors import PassphraseError

ROW = Row("table", b"key", b"value")
SEED = b"a" * 32


async def test_a_room_is_made_and_changed(tmp_path: Path) -> None:
    """A room begins with its rows and, while it holds no space, without a kind; it is given one with what it holds."""
    async with at_home(new_vault(tmp_path / "vault")) as house:
        room = await house.home.add([ROW], admin=SEED, kind="")
        assert house.vault.about(room) is None
        assert list(await house.home.load(room)) == [ROW]
        await house.home.commit(room, [Row("table", b"key", None)])
        assert list(await house.home.load(room)) == []
        await house.home.commit(room, [ROW], kind=SHARED)
        about = house.vault.about(room)
        assert about is not None
        assert about.kind == SHARED


async def test_the_admin_key_takes_the_passphrase(tmp_path: Path) -> None:
    """A room's admin key is the one that it was made with, and a wrong passphrase opens none."""
    async with at_home(new_vault(tmp_path / "vault")) as house:
        room = await house.home.add([ROW], admin=SEED, kind=SOLO)
        assert (await house.home.admin(room)).public == Signer(SEED).public
        wrong = VaultHome(house.vault, {}, "wrong")
        with pytest.raises(PassphraseError):
            await wrong.admin(room)
        with pytest.raises(PassphraseError):
            await wrong.add([ROW], admin=SEED, kind="")


async def test_spaces_are_those_that_are_open(tmp_path: Path) -> None:
    """A new device is invited to the spaces that were handed to the home, and to no other."""
    async with at_home(solo(tmp_path / "vault")) as house:
        assert tuple(house.home.rooms) == house.vault.rooms
        assert await house.home.invite(house.vault.rooms[0]) == house.spaces[house.vault.rooms[0]].invite()
        assert VaultHome(house.vault, {}, PASSPHRASE).rooms == ()


async def test_a_home_shows_no_passphrase(tmp_path: Path) -> None:
    """What is printed of a home does not hold its passphrase."""
    async with at_home(new_vault(tmp_path / "vault")) as house:
        assert PASSPHRASE not in repr(house.home)
