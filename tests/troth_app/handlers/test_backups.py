"""A backup opens with the passphrase of its time, where there is no vault, and holds everything."""

from pathlib import Path

from tests.contracts.client_world import CHEAP
from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, made, open_keeper, play
from troth_app.handlers import backups, locking, mine
from troth_app.household import Household
from troth_app.outcome import Code


async def test_there_and_back(tmp_path: Path) -> None:
    """What was kept is there again, in another home."""
    file = tmp_path / "copy"
    async with open_keeper(tmp_path) as keeper:
        await play(mine.add, keeper, "a note")
        played = await play(backups.make, keeper, options={"file": str(file)})
        assert played.code == Code.OK
        assert str(file) in played.said
        assert (await play(backups.make, keeper, options={"file": str(file)})).code != Code.OK
    home = home_at(tmp_path / "new")
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        wrong = await play(backups.restore, keeper, "wrong", options={"file": str(file)})
        assert wrong.code == Code.LOCKED
        assert not home.vault.exists()
        assert (await play(backups.restore, keeper, PASSPHRASE, options={"file": str(file)})).code == Code.OK
        assert (await play(mine.list_, keeper)).result == {"entries": ["a note"]}


async def test_nothing_is_restored_over_a_vault(tmp_path: Path) -> None:
    """Where there is one, the answer is no, before anything is asked."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(backups.restore, keeper, options={"file": "/absent"})).code == Code.RULE


async def test_a_backup_that_is_none(tmp_path: Path) -> None:
    """A file that is not there, or is something else, costs a sentence, and no vault is made."""
    home = home_at(tmp_path)
    home.prepare()
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    async with a_closed_keeper(home) as keeper:
        for file in ("absent", "file"):
            played = await play(backups.restore, keeper, PASSPHRASE, options={"file": str(tmp_path / file)})
            assert played.code == Code.HERE
            assert not home.vault.exists()


async def test_what_still_opens_of_a_damaged_vault_is_rescued(tmp_path: Path) -> None:
    """A vault with a broken page is only read, and what opens of it stands in a new one under the same passphrase."""
    home, new = made(tmp_path), tmp_path / "new"
    content = bytearray(home.vault.read_bytes())
    content[100:200] = bytes(100)
    home.vault.write_bytes(content)
    async with a_closed_keeper(home) as keeper:
        refused = await play(locking.unlock, keeper, PASSPHRASE)
        assert refused.code == Code.HERE
        assert "troth backup rescue" in str(refused.done)
        played = await play(backups.rescue, keeper, PASSPHRASE, options={"file": str(new)})
        assert played.code == Code.OK, played.done
        assert str(new) in played.said
        assert home.vault.read_bytes() == bytes(content)
        household = await Household.open(new, passphrase=PASSPHRASE, machine=CHEAP)
        assert len(household.places) == 1
        await household.close()
        again = await play(backups.rescue, keeper, PASSPHRASE, options={"file": str(new)})
        assert again.code != Code.OK
        assert new.exists()


async def test_nothing_is_rescued_where_nothing_is_damaged_or_there(tmp_path: Path) -> None:
    """An open vault needs no rescue, and without a vault there is nothing to read."""
    options = {"file": str(tmp_path / "new")}
    async with open_keeper(tmp_path) as keeper:
        assert (await play(backups.rescue, keeper, options=options)).code == Code.RULE
    home = home_at(tmp_path / "empty")
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        assert (await play(backups.rescue, keeper, options=options)).code == Code.HERE
    assert not (tmp_path / "new").exists()
