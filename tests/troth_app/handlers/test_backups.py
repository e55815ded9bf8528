"""A backup opens with the passphrase of its time, where there is no vault, and holds everything."""

from pathlib import Path

from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, open_keeper, play
from troth_app.handlers import backups, mine
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
