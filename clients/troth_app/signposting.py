"""Where recovery words look is kept up to date: another signpost when a space came, a key changed, or the relay moved.

This device remembers the key of the signposts alone, of which no key of the words follows.
"""

import logging
from typing import TYPE_CHECKING, Final

from troth import Epoch
from troth.recovery import Signpost
from troth_app.settings import Signposts, signposts_row
from troth_client.link import Address
from troth_client.signposts import leave_signpost
from troth_wire.errors import MeetingError, TrothError

if TYPE_CHECKING:
    from troth_app.household import Household

__all__ = ["leave", "tend"]

LOG: Final = logging.getLogger("troth_app")
NONCE_BYTES: Final = 24


async def leave(household: "Household", epoch: Epoch) -> None:
    """Leave a signpost to every space that goes on, and remember what it says.

    Raises:
        MeetingError: If the relay does not take it.
        TrothError: If a space can not be entered just now.
    """
    relay = household.settings.relay
    assert relay is not None, "whoever sets words has a relay"
    signpost = Signpost(relay.address, tuple(place.space.way for place in household.places if not place.ended))
    entry = signpost.seal(epoch, household.machine.entropy(NONCE_BYTES))
    await leave_signpost(Address.parse(relay.address), epoch, entry, household.solo.space.way.epoch)
    await household.remember(signposts_row(Signposts(epoch.key, _said(signpost))))


async def tend(household: "Household") -> None:
    """Leave another signpost if the last one says something else than what is so now."""
    kept, relay = household.settings.signposts, household.settings.relay
    if kept is None or relay is None or not household.settings.syncs:
        return
    try:
        for place in household.places:
            if not place.ended:
                await place.space.caught_up()
        ways = tuple(place.space.way for place in household.places if not place.ended)
        if _said(Signpost(relay.address, ways)) != kept.said:
            await leave(household, Epoch(kept.key))
    except MeetingError as error:
        LOG.info("no signpost was left: %s", error)
    except TrothError as error:
        LOG.info("no signpost was left: %s", type(error).__name__)


def _said(signpost: Signpost) -> bytes:
    """Return what tells one signpost from another, without a key of it."""
    return b"".join([signpost.relay.encode(), *(way.epoch.mailbox for way in signpost.ways)])
