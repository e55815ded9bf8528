"""A wrong passphrase costs nothing, a right one opens, and a new one is typed twice."""

from pathlib import Path

import pytest

from tests.contracts.client_world import CHEAP
from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, made, open_keeper, play
from troth_app.handlers import locking
from troth_app.limits import PASSPHRASE_BYTES_MAX
from troth_app.outcome import Code
from troth_client.letterbox import drop, encode_slot, folder_of, parse_slot

NEW = "another one altogether"


async def test_it_opens(tmp_path: Path) -> None:
    """The right passphrase opens it, at the first try or the third; a second unlock changes nothing."""
    async with a_closed_keeper(made(tmp_path)) as keeper:
        played = await play(locking.unlock, keeper, "wrong", "", PASSPHRASE)
        assert played.code == Code.OK
        assert played.said.endswith("It is open.")
        assert "Nothing changes" in (await play(locking.unlock, keeper)).said


async def test_three_wrong_ones_lock_nobody_out(tmp_path: Path) -> None:
    """It says so each time, ends locked, and the next command asks again."""
    async with a_closed_keeper(made(tmp_path)) as keeper:
        played = await play(locking.unlock, keeper, "one", "two", "three")
        assert played.code == Code.LOCKED
        assert "Nothing is lost" in str(played.done)
        assert keeper.household is None
        assert (await play(locking.unlock, keeper, PASSPHRASE)).code == Code.OK


async def test_a_pipe_is_asked_once(tmp_path: Path) -> None:
    """A wrong passphrase in a file is not asked for again."""
    async with a_closed_keeper(made(tmp_path)) as keeper:
        assert (await play(locking.unlock, keeper, "wrong", live=False)).code == Code.LOCKED


async def test_without_a_vault_there_is_nothing_to_open(tmp_path: Path) -> None:
    """It says how to make one, and asks for no passphrase."""
    async with a_closed_keeper(home_at(tmp_path)) as keeper:
        played = await play(locking.unlock, keeper)
        assert played.code == Code.HERE
        assert "troth init" in str(played.done)


async def test_what_waited_is_announced(tmp_path: Path) -> None:
    """Entries written down while it was locked are counted."""
    home = made(tmp_path)
    drop(home.vault, b"a note")
    async with a_closed_keeper(home) as keeper:
        assert "1 entry" in (await play(locking.unlock, keeper, PASSPHRASE)).said


async def test_trouble_with_the_box_is_said(tmp_path: Path) -> None:
    """A key beside the vault that was exchanged is no secret to its owner."""
    home = made(tmp_path)
    slot = folder_of(home.vault) / "key"
    slot.write_bytes(encode_slot(parse_slot(slot.read_bytes())[0], b"x" * 32))
    async with a_closed_keeper(home) as keeper:
        played = await play(locking.unlock, keeper, PASSPHRASE)
        assert played.code == Code.OK
        assert "letterbox beside the vault" in played.said


async def test_another_passphrase(tmp_path: Path) -> None:
    """The old one is asked for, the new one twice; from then on the new one opens."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(locking.passphrase, keeper, PASSPHRASE, "short", NEW, "differs", NEW, NEW)
        assert played.code == Code.OK
        assert "too short" in played.said
        assert "The two differ." in played.said
        assert keeper.household is not None
        room = keeper.household.solo.room
        await keeper.household.vault.admin(room, NEW)


async def test_without_the_old_passphrase_there_is_no_new_one(tmp_path: Path) -> None:
    """An open vault is not enough."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(locking.passphrase, keeper, "wrong", NEW, NEW)).code == Code.LOCKED


@pytest.mark.parametrize("typed", ["", "short", "x" * (PASSPHRASE_BYTES_MAX + 1)])
async def test_a_passphrase_that_can_not_be(tmp_path: Path, typed: str) -> None:
    """Too short and too long ones are refused with a reason, and the old one stays."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(locking.passphrase, keeper, PASSPHRASE, typed, live=False)
        assert played.code == Code.RULE
        assert "Nothing was changed." in str(played.done)


async def test_when_it_locks_is_chosen(tmp_path: Path) -> None:
    """From a list, at once, and for the next time too."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(locking.lock_after, keeper, 0)).code == Code.OK
        assert keeper.watch.idle_s == 60
        assert keeper.machine is CHEAP
