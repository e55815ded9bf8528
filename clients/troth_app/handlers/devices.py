"""This person's own devices, by the names that this person gave them; of the other person's there is a number.

Names and days stand in the space that is this person's alone, which no other person ever reads.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from troth import Put
from troth_app.claims import DEVICES
from troth_app.confirmation import unconfirmed_at_home
from troth_app.conversation import Result
from troth_app.handlers.locking import opened
from troth_app.household import Household
from troth_app.outcome import RuleError
from troth_app.settings import others_row
from troth_app.talk import Talk
from troth_wire.errors import UsageError
from troth_wire.said import Said, in_context

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add_here", "introduce", "list_", "new_devices", "own_devices", "rename"]

NAMES: Final = "names"
DAYS: Final = "days"
NAME_LETTERS_MAX: Final = 64
DEVICE_BYTES: Final = 32
UNNAMED: Final = in_context("a device", "without a name")
THIS: Final = Said("{name} (this one)")
WHICH: Final = Said("Which one?")
NAME: Final = Said("Its new name:")
NO_NAME: Final = Said("A name has 1 to 64 letters. Nothing was changed.")
RENAMED: Final = Said("It is called {name} now. Nobody but you sees the name.")
UNCHANGED: Final = Said("Nothing was changed.")
MAYBE: Final = Said("It may have the new name; `troth devices list` says.")


async def introduce(household: Household, *, name: str, day: str) -> None:
    """Write down the first device of a person: its name, and the day on which it was added."""
    device = household.solo.space.device.hex()
    await household.solo.space.edit(
        DEVICES, Put((NAMES,), {device: name[:NAME_LETTERS_MAX]}), Put((DAYS,), {device: day})
    )
    await household.remember(others_row(household.solo.room, _own_now(household)))


async def add_here(household: Household, *, name: str, day: str) -> None:
    """Write down this device, which joined just now, where the first one wrote itself down."""
    device = household.solo.space.device.hex()
    with suppress(UsageError):  # What the first one wrote has not come yet; `devices rename` does it later.
        await household.solo.space.edit(
            DEVICES, Put((NAMES, device), name[:NAME_LETTERS_MAX]), Put((DAYS, device), day)
        )


async def list_(_: Talk, keeper: "Keeper") -> Result:
    """Show every own device, and how many the other person has."""
    household = opened(keeper)
    found = {"own": own_devices(household), "other": await _other(household)}
    await household.remember(others_row(household.solo.room, _own_now(household)))
    return found


def new_devices(household: Household) -> list[str]:
    """Return the names of own devices that this person has not seen in the list on this device yet."""
    seen = household.settings.others.get(household.solo.room)
    if seen is None:
        return []
    known = {seen[at : at + DEVICE_BYTES].hex() for at in range(0, len(seen), DEVICE_BYTES)}
    return [device["name"] for device in own_devices(household) if device["device"] not in known and not device["this"]]


async def rename(talk: Talk, keeper: "Keeper") -> None:
    """Give one of the own devices another name."""
    household = opened(keeper)
    own = own_devices(household)
    await talk.safe(UNCHANGED)
    picked = own[
        await talk.choose(WHICH, [THIS.format(name=one["name"]) if one["this"] else one["name"] for one in own])
    ]
    name = " ".join((await talk.ask(NAME)).split())
    if not 1 <= len(name) <= NAME_LETTERS_MAX:
        raise RuleError(NO_NAME)
    await talk.safe(MAYBE)
    await household.solo.space.edit(DEVICES, Put((NAMES, picked["device"]), name))
    await talk.say(RENAMED.format(name=name))


def own_devices(household: Household) -> list[Result]:
    """Return the own devices, this one first, then in the order in which they were added."""
    space = household.solo.space
    members = space.members
    names, days = _written(household, NAMES), _written(household, DAYS)
    own = members.devices(members.person(space.device))
    doubtful = unconfirmed_at_home(household, own)
    found = [
        {
            "device": device.hex(),
            "name": names.get(device.hex(), UNNAMED),
            "added": days.get(device.hex(), ""),
            "this": device == space.device,
            "confirmed": device not in doubtful,
        }
        for device in own
    ]
    return sorted(found, key=lambda device: (not device["this"], device["added"], device["device"]))


def _own_now(household: Household) -> bytes:
    members = household.solo.space.members
    return b"".join(sorted(members.devices(members.person(household.solo.space.device))))


async def _other(household: Household) -> Result | None:
    """Return how many devices the other person has, and whether that changed since it was last asked."""
    place = household.shared
    if place is None:
        return None
    members = place.space.members
    own = members.devices(members.person(place.space.device))
    others = b"".join(sorted(device for device in members.active if device not in own))
    known = household.settings.others.get(place.room)
    if known != others:
        await household.remember(others_row(place.room, others))
    return {"count": len(members.active) - len(own), "changed": known is not None and known != others}


def _written(household: Household, what: str) -> dict[str, Any]:
    try:
        return dict(household.solo.space.view(DEVICES, (what,)))
    except UsageError:
        return {}
