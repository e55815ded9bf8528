"""Whether this device dials at all: off by choice is no trouble, and is said calmly wherever sync is spoken of."""

from typing import TYPE_CHECKING, Final

from troth_app.handlers.locking import opened
from troth_app.household import Household
from troth_app.outcome import RuleError
from troth_app.settings import sync_row
from troth_app.talk import Talk
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["OFF", "check_on", "off", "on"]

OFF: Final = Said("Sync is off on this device, as you chose. What you write is kept here. `troth sync on` turns it on.")
ON_NOW: Final = Said("Sync is on. What waited goes out, and what the others wrote comes in.")
ON_WITHOUT: Final = Said("Sync is on. No relay is named here; `troth relay use` names one.")
ON_BEFORE: Final = Said("Sync was on before. Nothing changes.")
OFF_NOW: Final = Said(
    "Sync is off. This device reaches out to nobody until you turn it on again with `troth sync on`, also after it was "
    "locked. You can write as before, and what you write is kept here. The other devices are told nothing of this."
)
OFF_BEFORE: Final = Said("Sync was off before. Nothing changes.")
FIRST_ON: Final = Said(
    "Sync is off on this device, as you chose, and this takes a relay. Nothing was changed. `troth sync on`."
)


async def on(talk: Talk, keeper: "Keeper") -> None:
    """Dial again."""
    household = opened(keeper)
    if household.settings.syncs:
        await talk.say(ON_BEFORE)
        return
    await _turn(household, syncs=True)
    await talk.say(ON_NOW if household.settings.relay is not None else ON_WITHOUT)


async def off(talk: Talk, keeper: "Keeper") -> None:
    """Dial nothing until told otherwise."""
    household = opened(keeper)
    if not household.settings.syncs:
        await talk.say(OFF_BEFORE)
        return
    await _turn(household, syncs=False)
    await talk.say(OFF_NOW)


def check_on(household: Household) -> None:
    """See that this device may dial.

    Raises:
        RuleError: If its person turned sync off.
    """
    if not household.settings.syncs:
        raise RuleError(FIRST_ON)


async def _turn(household: Household, *, syncs: bool) -> None:
    await household.remember(sync_row(syncs=syncs))
    await household.connect()
