"""A vault that was set up for another asks for a passphrase of one's own before anything else, and is made anew."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contracts.client_world import CHEAP
from tests.troth_app.house import PASSPHRASE, a_closed_keeper, home_at, play
from troth_app.handlers import backups, devices, locking, mine, spaces
from troth_app.handlers.handing_over import ANEW
from troth_app.home import Home
from troth_app.household import Household
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_client.letterbox import drop
from troth_wire.errors import PassphraseError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper
    from troth_app.talk import Talk

FOR_ANOTHER = 2
OWN = "chosen by whoever uses it"


async def handed_over(folder: Path) -> Home:
    """A vault that somebody set up for another, and a copy that they kept."""
    home = home_at(folder)
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        played = await play(spaces.init, keeper, FOR_ANOTHER, PASSPHRASE, PASSPHRASE)
        assert played.code == Code.OK
        assert tell("prepared.made") in played.said
        assert keeper.household is None
    shutil.copy(home.vault, folder / "kept")
    return home


async def asks_first(talk: "Talk", keeper: "Keeper") -> None:
    """Any command that needs the open vault."""
    await locking.open_household(talk, keeper)


@pytest.mark.parametrize("command", [locking.unlock, asks_first])
async def test_the_first_unlock_asks_for_ones_own(tmp_path: Path, command: object) -> None:
    """R19: it says why, takes another one than somebody knows, and asks nothing at the second unlock."""
    home = await handed_over(tmp_path)
    async with a_closed_keeper(home) as keeper:
        played = await play(command, keeper, PASSPHRASE, PASSPHRASE, "short", OWN, OWN)  # type: ignore[arg-type]
        assert played.code == Code.OK
        assert tell("prepared.why") in played.said
        assert tell("prepared.same") in played.said
        assert keeper.household is not None
        assert (await play(mine.add, keeper, "mine alone")).code == Code.OK
        (own,) = (await play(devices.list_, keeper)).result["own"]
        assert own["this"]
    async with a_closed_keeper(home) as keeper:
        assert (await play(locking.unlock, keeper, PASSPHRASE, live=False)).code == Code.LOCKED
        played = await play(locking.unlock, keeper, OWN)
        assert (played.code, tell("prepared.why") in played.said) == (Code.OK, False)


async def test_what_they_kept_opens_nothing_of_it(tmp_path: Path) -> None:
    """R19: passphrase and file of before are those of another space, of another device, under another key."""
    home = await handed_over(tmp_path)
    async with a_closed_keeper(home) as keeper:
        await play(locking.unlock, keeper, PASSPHRASE, OWN, OWN)
        assert keeper.household is not None
        with pytest.raises(PassphraseError):
            await keeper.household.vault.admin(keeper.household.solo.room, PASSPHRASE)
        new = keeper.household.solo.space
        kept = await Household.open(tmp_path / "kept", passphrase=PASSPHRASE, machine=CHEAP)
        old = kept.solo.space
        assert {old.id, old.device}.isdisjoint({new.id, new.device})
        await kept.close()
    assert sorted(path.name for path in home.folder.iterdir()) == ["vault", "vault-letterbox"]


async def test_without_one_it_stays_as_it_was(tmp_path: Path) -> None:
    """Who gives up, or hangs up, opens nothing, and is asked again."""
    home = await handed_over(tmp_path)
    async with a_closed_keeper(home) as keeper:
        assert (await play(locking.unlock, keeper, PASSPHRASE)).done is None
        assert (await play(locking.unlock, keeper, PASSPHRASE, *["short"] * 3)).code == Code.RULE
        assert keeper.household is None
        assert (await play(locking.unlock, keeper, PASSPHRASE, OWN, OWN)).code == Code.OK


async def test_what_was_dropped_into_it_stays(tmp_path: Path) -> None:
    """An entry written while it was locked is there; what a kill left of an earlier try is not."""
    home = await handed_over(tmp_path)
    drop(home.vault, b"before the first unlock")
    (home.folder / ANEW).write_bytes(b"half of it")
    async with a_closed_keeper(home) as keeper:
        await play(locking.unlock, keeper, PASSPHRASE, OWN, OWN)
        assert (await play(mine.list_, keeper)).result == {"entries": ["before the first unlock"]}
        assert keeper.household is not None
        assert keeper.household.inbox_trouble is None


async def test_a_copy_of_it_asks_too(tmp_path: Path) -> None:
    """A vault that is made of a backup from before is opened by nobody past the question."""
    await handed_over(tmp_path)
    home = home_at(tmp_path / "other")
    home.prepare()
    async with a_closed_keeper(home) as keeper:
        options = {"file": str(tmp_path / "kept")}
        assert (await play(backups.restore, keeper, PASSPHRASE, live=False, options=options)).done is None
        assert keeper.household is None
        assert (await play(locking.unlock, keeper, PASSPHRASE, OWN, OWN)).code == Code.OK
