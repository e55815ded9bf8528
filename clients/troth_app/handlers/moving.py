"""Moving to another relay, and following the other person there: who else moves by it is said before."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from troth_app import moving
from troth_app.handlers.locking import opened
from troth_app.handlers.relays import ADMISSION, TOO_LONG, ask_address
from troth_app.handlers.syncing import check_on
from troth_app.household import Household, Place
from troth_app.knocking import BRIEFLY, Knock, knock
from troth_app.limits import KNOCK_S
from troth_app.outcome import HereError, RuleError
from troth_app.settings import Relay
from troth_app.talk import Talk
from troth_client.link import Address
from troth_wire.limits import PASS_BYTES_MAX
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["follow", "move"]

UNCHANGED: Final = Said("Nothing was changed.")
NO_RELAY: Final = Said(
    "No relay is named here, so there is nothing to move from. Nothing was changed. `troth relay use` names one."
)
PLAN: Final = Said(
    "This tells your other devices through the relay that you have now, and they follow by themselves. The other "
    "person is shown the new address and decides. What lies at the old relay stays there, sealed, until its operator "
    "deletes it."
)
NEW_ADDRESS: Final = Said("Address of the new relay, such as wss://relay.example:")
SAME: Final = Said("That is the relay that you have. Nothing changes.")
SILENT: Final = Said("{why} Nothing was changed, and you are at the relay that you had.")
NOT_TOLD: Final = Said(
    "The relay that you have can not be reached at this moment. Your other devices are told as soon as it answers, and "
    "this one moves then too. If it is gone for good, `troth relay use` names another one, on each device."
)
MAYBE: Final = Said("Your devices may be told; `troth relay show` says where this one is. The same command goes on.")
MOVED: Final = Said(
    "From now on this device syncs through {host}, and your other devices follow when they have synced."
)
NOTHING: Final = Said("The other person has moved nowhere else. Nothing changes.")
THERE: Final = Said(
    "The other person syncs through {address} now. A relay sees when your devices connect, from where, and how much "
    "they send. It can not read any of it."
)
GO_THERE: Final = Said("Do your devices follow?")
YES: Final = Said("Yes, sync there too")
NO: Final = Said("No, stay here")
STAYED: Final = Said("You stay where you are. The space for two waits until both of you sync through the same relay.")


async def move(talk: Talk, keeper: "Keeper") -> None:
    """Move to another relay, and let the own devices follow."""
    household = opened(keeper)
    check_on(household)
    if household.settings.relay is None:
        raise HereError(NO_RELAY)
    await talk.safe(UNCHANGED)
    await talk.say(PLAN)
    address = await ask_address(talk, NEW_ADDRESS)
    if address is None:
        raise RuleError(UNCHANGED)
    await _move(talk, household, address)


async def follow(talk: Talk, keeper: "Keeper") -> None:
    """Follow the other person to another relay, or not."""
    household = opened(keeper)
    check_on(household)
    notice = moving.from_other(household, again=True)
    if notice is None:
        await talk.say(NOTHING)
        return
    await talk.safe(UNCHANGED)
    await talk.say(THERE.format(address=notice.address.url))
    if await talk.choose(GO_THERE, [YES, NO]) == 1:
        await moving.arrived(household)
        await talk.say(STAYED)
        return
    await _move(talk, household, notice.address)


async def _move(talk: Talk, household: Household, address: Address) -> None:
    here = household.settings.relay
    if here is not None and here.address == address.url:
        await talk.say(SAME)
        return
    admission = (await talk.hidden(ADMISSION)).strip().encode()
    if len(admission) > PASS_BYTES_MAX:
        raise RuleError(TOO_LONG)
    answer = await talk.wait(knock(address))
    if answer is not Knock.ANSWERED:
        raise HereError(SILENT.format(why=BRIEFLY[answer]))
    await talk.safe(MAYBE)
    await moving.tell(household, address)
    # Before this device is seen anywhere else: the old relay must lead on whoever comes later.
    await talk.wait(_stored(household.places))
    await moving.arrived(household)
    await household.use(Relay(address.url, admission))
    await talk.say(MOVED.format(host=address.host))


async def _stored(places: Sequence[Place]) -> None:
    try:
        async with asyncio.timeout(KNOCK_S):
            for place in places:
                if not place.ended:
                    await place.space.stored()
    except TimeoutError:
        raise HereError(NOT_TOLD) from None
