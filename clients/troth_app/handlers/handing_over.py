"""A vault that somebody set up for another: its first unlock asks for a passphrase of one's own, before anything else.

Then everything in it is made anew. Whoever set it up knows the old passphrase and may have kept the file: with what
they have, nothing opens that is written from then on.
"""

import asyncio
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth import Row
from troth_app.handlers.devices import introduce
from troth_app.handlers.locking import new_passphrase
from troth_app.home import Home
from troth_app.household import Household
from troth_app.messages import tell
from troth_app.talk import Talk
from troth_client import Machine, create_space
from troth_client.calibration import calibrate
from troth_client.files import beside, sync

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["take_over"]

ANEW: Final = "vault-anew"
"""Where the vault is made; its name begins as those of all its files do."""
BESIDE: Final = ("-wal", "-shm", "-journal", "-letterbox")
"""What lies beside a closed vault, and says nothing that is not in it."""


async def take_over(talk: Talk, keeper: "Keeper", household: Household, known: str) -> Household:
    """Let its person choose a passphrase, and return the vault made anew under it, with what was dropped into it.

    Args:
        talk: With whom.
        keeper: Whose home it is.
        household: What the passphrase opened that somebody else chose; it is closed, however this ends.
        known: That passphrase.

    Raises:
        RuleError: If none was chosen; the vault is as it was.
    """
    try:
        await talk.say(tell("prepared.why"))
        passphrase = await new_passphrase(talk, known=known)
    finally:
        await household.close()
    await talk.safe(tell("prepared.maybe"))
    await talk.say(tell("prepared.making"))
    before = household.settings
    rows = [before.mine_row(key, text.encode()) for key, (_, text) in before.mine.items()]
    await asyncio.to_thread(_make_anew, keeper.home, passphrase, rows, keeper.machine)
    household = await Household.open(keeper.home.vault, passphrase=passphrase, machine=keeper.machine)
    await introduce(household, name=socket.gethostname(), day=keeper.today().isoformat())
    await talk.say(tell("prepared.done"))
    return household


def _make_anew(home: Home, passphrase: str, rows: Sequence[Row], machine: Machine) -> None:
    """Put a new vault in the place of the old one; whenever this is cut off, one of the two is there, and whole."""
    made = home.folder / ANEW
    _clear(made, "", *BESIDE)
    create_space(made, passphrase=passphrase, settings=rows, cost=calibrate(machine=machine), machine=machine)
    for path in (made, home.vault):
        _clear(path, *BESIDE)
    made.replace(home.vault)
    sync(home.folder)


def _clear(path: Path, *suffixes: str) -> None:
    for suffix in suffixes:
        found = beside(path, suffix)
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink(missing_ok=True)
