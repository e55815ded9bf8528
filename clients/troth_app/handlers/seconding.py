"""Another own device agrees to new recovery words: one device alone is not enough to take a person over."""

import asyncio
from typing import TYPE_CHECKING, Final

from troth_app.consent import Agreed, agree, asked
from troth_app.handlers.devices import own_devices
from troth_app.handlers.locking import opened
from troth_app.handlers.pairing import relay_of
from troth_app.household import Household
from troth_app.limits import KNOCK_S
from troth_app.outcome import HereError, RuleError
from troth_app.talk import Talk
from troth_wire.errors import UsageError
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["words"]

NOTHING: Final = Said("No device of yours asks for it. Nothing changes.")
ELSEWHERE: Final = Said("This device asks for it itself. Run `troth recovery agree` on another one of yours.")
ASKS: Final = Said(
    "Your device {name} asks to set new recovery words for you. Whoever has them reads everything of yours. If you are "
    "not making words on it at this moment, say no, and look who has it."
)
SURE: Final = Said("Are you making words on {name} now?")
YES: Final = Said("Yes, I agree to them")
NO: Final = Said("No")
UNCHANGED: Final = Said("Nothing was agreed to.")
REFUSED: Final = Said("Nothing was agreed to. `troth devices revoke` removes a device that somebody else has.")
AGAIN: Final = Said("Passphrase, once more:")
MAYBE: Final = Said("It may be agreed to; the other device says.")
AGREED: Final = Said("Agreed. The other device goes on by itself.")
AWAY: Final = Said(
    "The relay can not be reached at this moment, and what this device knows has to be fresh. "
    "Nothing was agreed to. Try again later."
)
STALE: Final = Said(
    "What the other device asks does not go with what this one knows. Nothing was agreed to. Begin again on the other "
    "one."
)


async def words(talk: Talk, keeper: "Keeper") -> None:
    """Agree to words that another own device makes at this moment."""
    household = opened(keeper)
    relay_of(household)
    await talk.safe(UNCHANGED)
    await _catch_up(talk, household)
    request = asked(household)
    names = {device["device"]: device for device in own_devices(household)}
    if request is None or request.device.hex() not in names:
        await talk.say(NOTHING)
        return
    if request.device == household.solo.space.device:
        await talk.say(ELSEWHERE)
        return
    name = names[request.device.hex()]["name"]
    await talk.say(ASKS.format(name=name))
    if await talk.choose(SURE.format(name=name), [NO, YES]) == 0:
        raise RuleError(REFUSED)
    passphrase = await talk.hidden(AGAIN)
    seconds = {}
    try:
        for place in household.places:
            if place.space.id in request.spaces:
                author, paper = request.spaces[place.space.id]
                seconds[place.space.id] = await place.space.agree_to_words(author, paper, passphrase=passphrase)
        answer = Agreed(request.spaces[household.solo.space.id][1], seconds)
    except (KeyError, UsageError):
        raise RuleError(STALE) from None
    await talk.safe(MAYBE)
    await agree(household, answer)
    await talk.say(AGREED)


async def _catch_up(talk: Talk, household: Household) -> None:
    try:
        async with asyncio.timeout(KNOCK_S):
            for place in household.places:
                if not place.ended:
                    await talk.wait(place.space.caught_up())
    except TimeoutError:
        raise HereError(AWAY) from None
