"""Removing one of this person's own devices, in every space that it is in, for good.

Which device it is in the space for two, the devices wrote down themselves (`claims`). Whoever holds one could write
something wrong there: a claim counts only where it can be true, and where none is left to believe, the person picks.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from troth_app.claims import claims_in
from troth_app.handlers.devices import own_devices
from troth_app.handlers.keeping import how_far
from troth_app.handlers.locking import opened
from troth_app.handlers.together import today_of
from troth_app.household import Household, Place
from troth_app.outcome import RuleError
from troth_app.stretches import Stretch, stretches
from troth_app.talk import Talk
from troth_couple import Day
from troth_wire.ids import DeviceId
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["revoke"]

AGAIN: Final = Said("Passphrase, once more:")
ALONE: Final = Said("You have one device, this one. Nothing was changed.")
UNCHANGED: Final = Said("No device was removed.")
MAYBE: Final = Said(
    "It may be removed in one space or in all of them; `troth devices list` says. The same command goes on."
)
WHICH: Final = Said("Which one is to go?")
PLAN: Final = Said(
    "This removes {name}, for good, and changes the key in the same step. What you write here from now on it can not "
    "read, and what your other devices and the other person write neither, as soon as they have synced. "
    "What it writes from now on counts for nobody; what it wrote until now stays, unless you say otherwise. "
    "What it has read, it keeps: nobody can take that back."
)
SURE: Final = Said("Remove it?")
KEEP: Final = Said("No, keep it")
REMOVE: Final = Said("Remove {name}")
WHICH_THERE: Final = Said("It is not certain which of these it is in the space for two:")
THERE: Final = Said("The one that ends in {end}")
NOT_THERE: Final = Said("None of them")
REMOVED: Final = Said("{name} is removed.")
END_LETTERS: Final = 6


async def revoke(talk: Talk, keeper: "Keeper") -> None:
    """Remove an own device: first where the other person is, last where it would no longer be in the list."""
    household = opened(keeper)
    others = [device for device in own_devices(household) if not device["this"]]
    if not others:
        raise RuleError(ALONE)
    await talk.safe(UNCHANGED)
    picked = others[await talk.choose(WHICH, [device["name"] for device in others])]
    victim, name = DeviceId(bytes.fromhex(picked["device"])), picked["name"]
    await talk.say(PLAN.format(name=name))
    if await talk.choose(SURE, [KEEP, REMOVE.format(name=name)]) == 0:
        raise RuleError(UNCHANGED)
    removed = [(household.solo, victim)]
    if household.shared is not None and (there := await _there(talk, household, household.shared, victim)):
        removed.insert(0, (household.shared, there))
    written = {place.room: await _stretches(household, device, today_of(keeper)) for place, device in removed[:-1]}
    kept = {room: await how_far(talk, found, name) for room, found in written.items()}
    passphrase = await talk.hidden(AGAIN)
    await talk.wait(household.vault.admin(household.solo.room, passphrase))
    await talk.safe(MAYBE)
    for place, device in removed:
        await place.space.revoke(device, passphrase=passphrase, tips=kept.get(place.room))
    await talk.say(REMOVED.format(name=name))


async def _stretches(household: Household, device: DeviceId, today: Day) -> Sequence[Stretch]:
    place, chapter = household.shared, household.chapter
    if place is None or chapter is None:
        return ()
    await chapter.look(today)
    space = place.space
    return stretches(device, space.ends(device), space.records, chapter.document, chapter.book.ledger.known)


async def _there(talk: Talk, household: Household, place: Place, victim: DeviceId) -> DeviceId | None:
    """Return which device it is in the space for two, or None if it is in none."""
    members = place.space.members
    own = members.devices(members.person(place.space.device)) - {place.space.device}
    claims = claims_in(
        place, household.solo, [DeviceId(bytes.fromhex(one["device"])) for one in own_devices(household)]
    )
    mine = claims.get(victim)
    rest = {device for other, device in claims.items() if other != victim}
    if mine in own and mine not in rest:
        return mine
    left = sorted(own - rest)
    if not left:
        return None
    items = [THERE.format(end=device.hex()[-END_LETTERS:]) for device in left]
    index = await talk.choose(WHICH_THERE, [*items, NOT_THERE])
    return left[index] if index < len(left) else None
