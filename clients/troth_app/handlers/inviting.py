"""Whether this device takes invitations to a space for two, and makes them: off by choice, until its person says so.

An invitation names nobody: the keys for a new space are new, and show themselves only to whoever has answered. So
where nobody is to be answered, all of them stay shut, before anything leaves this device.
"""

from typing import TYPE_CHECKING

from troth_app.handlers.locking import opened
from troth_app.household import Household
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.settings import invitations_row
from troth_app.talk import Talk
from troth_client.faraway import forget_far
from troth_client.home import VaultHome

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["check_invites", "off", "on"]


async def off(talk: Talk, keeper: "Keeper") -> None:
    """Take no invitation from now on and make none, at once; one that is under way is given up."""
    household = opened(keeper)
    await household.remember(invitations_row(invites=False))
    if household.waiting is not None:
        await forget_far(VaultHome(household.vault, {}, ""), household.waiting)
        household.waiting = None
    await talk.say(tell("invitations.off"))


async def on(talk: Talk, keeper: "Keeper") -> None:
    """Take invitations again, with the passphrase: nobody else at this device decides it."""
    household = opened(keeper)
    await talk.safe(tell("safe.nothing"))
    if household.settings.invites:
        raise RuleError(tell("invitations.were_on"))
    await talk.wait(household.vault.admin(household.solo.room, await talk.hidden(tell("passphrase"))))
    await household.remember(invitations_row(invites=True))
    await talk.say(tell("invitations.on"))


def check_invites(household: Household) -> None:
    """See that this device takes invitations and makes them.

    Raises:
        RuleError: If its person chose that it does not.
    """
    if not household.settings.invites:
        raise RuleError(tell("invitations.are_off"))
