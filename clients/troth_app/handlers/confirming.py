"""Confirming a device that came back by recovery words: on another own device, or with the words where none is left.

Before the words sign, the two persons compare the safety number again; nothing that is signed could show that.
"""

from typing import TYPE_CHECKING, Final

from troth.safety import SafetyNumber
from troth_app.claims import claims_in
from troth_app.confirmation import unconfirmed
from troth_app.conversation import Card
from troth_app.handlers.devices import own_devices
from troth_app.handlers.locking import opened
from troth_app.household import Household, Place
from troth_app.outcome import RuleError
from troth_app.phrases import ask_phrase
from troth_app.talk import Talk
from troth_app.wording import NUMBER, in_rows
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import DeviceId
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["confirm"]

AGAIN: Final = Said("Passphrase, once more:")
NOTHING: Final = Said("Every device of yours that is in a space for two is confirmed. Nothing was changed.")
UNCHANGED: Final = Said("No device was confirmed.")
MAYBE: Final = Said("It may be confirmed; `troth devices list` says.")
WHICH: Final = Said("Which one is it?")
THERE: Final = Said("One that ends in {end}")
PLAN: Final = Said(
    "{name} was let in by recovery words, or by a device that was. It belongs, and what it agrees to in your name "
    "counts from the moment on in which you confirm it. Confirm it if it is yours and in your hands. If it is not, "
    "`troth devices revoke` removes it, and new words keep the old ones from being used again."
)
SURE: Final = Said("Is it in your hands?")
NO: Final = Said("No, or I am not sure")
YES: Final = Said("Yes, confirm it")
CONFIRMED: Final = Said("It is confirmed. What you agree to on it counts.")
ELSEWHERE: Final = Said(
    "You have another device that can confirm this one: run `troth devices confirm` there. If it is in your hands no "
    "more, remove it with `troth devices revoke`; then your recovery words confirm this one. Nothing was changed."
)
WITH_WORDS: Final = Said(
    "No device of yours is left that could confirm this one, so your recovery words do. Before that, compare the "
    "safety number with the other person, in one room or by voice: they run `troth safety-number`, and you read it to "
    "each other."
)
THE_SAME: Final = Said("Is it the same on both sides?")
SAME: Final = Said("Yes, every digit")
DIFFERENT: Final = Said(
    "No device was confirmed. What takes care goes on counting from this one. Compare again when you can hear each "
    "other; if it differs then, somebody may stand in between: make a space for two in one room instead."
)
TYPE: Final = Said("The twelve words that are in force:")
NOT_THESE: Final = Said("These words can not confirm it: {why}. No device was confirmed.")
BY_WORDS: Final = Said(
    "It is confirmed. What you agree to on it counts. The other person's devices ask them to compare the number too. "
    "The words were on a screen now: `troth recovery make` makes new ones."
)
END_LETTERS: Final = 6


async def confirm(talk: Talk, keeper: "Keeper") -> None:
    """Say that a device is in this person's hands."""
    household = opened(keeper)
    place = household.shared
    waiting = unconfirmed(place) if place is not None and not place.ended else []
    if place is None or not waiting:
        raise RuleError(NOTHING)
    await talk.safe(UNCHANGED)
    members, here = place.space.members, place.space.device
    if here not in waiting:
        await _another(talk, household, place, waiting)
    elif members.devices(members.person(here)) & members.confirmed:
        raise RuleError(ELSEWHERE)
    else:
        await _this_one(talk, place)


async def _another(talk: Talk, household: Household, place: Place, waiting: list[DeviceId]) -> None:
    names = _names(household, place)
    items = [names.get(device, THERE.format(end=device.hex()[-END_LETTERS:])) for device in waiting]
    index = await talk.choose(WHICH, items) if len(items) > 1 else 0
    await talk.say(PLAN.format(name=items[index]))
    if await talk.choose(SURE, [NO, YES]) == 0:
        raise RuleError(UNCHANGED)
    passphrase = await talk.hidden(AGAIN)
    await talk.wait(household.vault.admin(place.room, passphrase))
    await talk.safe(MAYBE)
    await place.space.confirm(waiting[index], passphrase=passphrase)
    await talk.say(CONFIRMED)


async def _this_one(talk: Talk, place: Place) -> None:
    await talk.say(WITH_WORDS)
    await talk.show(Card(NUMBER, in_rows(SafetyNumber.of(set(place.space.members.person_of.values())).groups)))
    if await talk.choose(THE_SAME, [NO, SAME]) == 0:
        raise RuleError(DIFFERENT)
    words = await ask_phrase(talk, TYPE)
    try:
        await place.space.confirm_here(words)
    except (ForgedError, UsageError) as error:
        raise RuleError(NOT_THESE.format(why=error)) from None
    await talk.say(BY_WORDS)


def _names(household: Household, place: Place) -> dict[DeviceId, str]:
    """Return what own devices are called that say which one they are in the space for two, where one alone says so."""
    devices = own_devices(household)
    claims = claims_in(place, household.solo, [DeviceId(bytes.fromhex(one["device"])) for one in devices])
    named = {one["device"]: one["name"] for one in devices}
    claimed = list(claims.values())
    return {there: named[home.hex()] for home, there in claims.items() if claimed.count(there) == 1}
