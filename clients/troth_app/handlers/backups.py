"""A copy of the vault for another place, and a vault from such a copy; both are sealed under the passphrase alone."""

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth_app.handlers.locking import opened, own
from troth_app.household import Household
from troth_app.messages import tell
from troth_app.outcome import HereError, RuleError
from troth_app.talk import Talk
from troth_client.backup import restore as restore_vault
from troth_client.salvage import rescue as rescue_vault
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["make", "rescue", "restore"]

WHAT_IT_IS: Final = Said(
    "This writes a copy of the whole vault to {path}. It opens with the passphrase that the vault has now, "
    "and with nothing else."
)
NOT_MADE: Final = Said("The vault is as it was. No whole backup was made; remove what lies at that place.")
MADE: Final = Said("The backup is made. Keep it in another place than this computer.")
EXISTS: Final = Said("There is a vault here. Nothing was changed. TROTH_HOME names a place for another.")
PLAN: Final = Said(
    "This makes a vault of the backup, on this computer. What reached the relay since comes back from there; "
    "what did not is in no other place. The copy begins a new life, so that the two do not write as one."
)
UNCHANGED: Final = Said("Nothing was restored, and the backup is as it was.")
MAYBE: Final = Said("The backup is as it was. The vault may be restored; `troth status` says.")
NOTHING_THERE: Final = Said("There is no vault here. Nothing was changed.")
OPENS: Final = Said("The vault is open, so nothing has to be rescued from it. Nothing was changed.")
READ_ONLY: Final = Said("This reads the vault, changes nothing of it, and writes what opens of it to {path}.")
NOT_RESCUED: Final = Said("The vault is as it was. Remove what lies at the new place, if anything does.")
RESCUED: Final = Said("The new vault is at {path}. It opens with the same passphrase.")
RESTORED: Final = Said("It is restored, and it is open.")


async def make(talk: Talk, keeper: "Keeper") -> None:
    """Write a backup to a new file."""
    path = Path(talk.begin.options["file"])
    await talk.say(WHAT_IT_IS.format(path=path))
    await talk.safe(NOT_MADE)
    await opened(keeper).vault.run(lambda vault: vault.copy_to(path))
    await talk.say(MADE)


async def restore(talk: Talk, keeper: "Keeper") -> None:
    """Make a vault of a backup, and open it."""
    if keeper.home.vault.exists():
        raise RuleError(EXISTS)
    path = Path(talk.begin.options["file"])
    await talk.safe(UNCHANGED)
    await talk.say(PLAN)
    passphrase = await talk.hidden(Said("Passphrase of the backup:"))
    await talk.safe(MAYBE)
    make_anew = partial(restore_vault, path, keeper.home.vault, passphrase=passphrase, machine=keeper.machine)
    await asyncio.to_thread(make_anew)
    household = await Household.open(keeper.home.vault, passphrase=passphrase, machine=keeper.machine)
    keeper.admit(await own(talk, keeper, household, passphrase))
    await talk.say(RESTORED)


async def rescue(talk: Talk, keeper: "Keeper") -> None:
    """Write what opens of a damaged vault to a new one."""
    if keeper.household is not None:
        raise RuleError(OPENS)
    if not keeper.home.vault.exists():
        raise HereError(NOTHING_THERE)
    path = Path(talk.begin.options["file"])
    await talk.safe(NOT_RESCUED)
    await talk.say(READ_ONLY.format(path=path))
    passphrase = await talk.hidden(tell("unlock.passphrase"))
    save = partial(rescue_vault, keeper.home.vault, path, passphrase=passphrase, machine=keeper.machine)
    await talk.say(*await asyncio.to_thread(save), RESCUED.format(path=path))
