"""Which own devices are not confirmed where two agree, and whom recovery words confirmed on the other's side.

What a device commits to counts once it is confirmed (specs/membership.md). That two people compared their number
again, no signature shows: each device asks its own person, and remembers it for itself.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from troth_app.claims import claims_in
from troth_app.settings import compared_row
from troth_wire.ids import DeviceId, OperationId

if TYPE_CHECKING:
    from troth_app.household import Household, Place

__all__ = ["compared", "is_confirmed", "to_compare", "unconfirmed", "unconfirmed_at_home"]

ID_BYTES: Final = 32


def unconfirmed(place: "Place") -> list[DeviceId]:
    """Return this person's devices in a space that are not confirmed there, ascending."""
    members = place.space.members
    me = members.person_of.get(place.space.device)
    return [] if me is None else sorted(members.devices(me) - members.confirmed)


def is_confirmed(place: "Place") -> bool:
    """Tell whether what this person agrees to on this device counts; what was not read yet is no reason to doubt it."""
    return place.space.device not in unconfirmed(place)


def unconfirmed_at_home(household: "Household", devices: Iterable[DeviceId]) -> frozenset[DeviceId]:
    """Return which own devices, by their ids in the own space, are not confirmed in the space for two.

    Args:
        household: Where they are.
        devices: All own devices there.
    """
    place, solo = household.shared, household.solo
    doubtful = unconfirmed(place) if place is not None else []
    if place is None or not doubtful:
        return frozenset()
    claims = {**claims_in(place, solo, devices), solo.space.device: place.space.device}
    return frozenset(device for device, there in claims.items() if there in doubtful)


def to_compare(household: "Household") -> frozenset[OperationId]:
    """Return what words confirmed for the other person, and this person has not compared the number since."""
    place = household.shared
    if place is None:
        return frozenset()
    members, kept = place.space.members, household.settings.compared.get(place.room, b"")
    known = {kept[at : at + ID_BYTES] for at in range(0, len(kept), ID_BYTES)}
    me = members.person_of.get(place.space.device)
    return frozenset(said for said, person in members.vouched.items() if person != me and said not in known)


async def compared(household: "Household") -> None:
    """Remember that this person compared the number with the other one, as things stand now."""
    place = household.shared
    assert place is not None, "asked where there are two"
    await household.remember(compared_row(place.room, b"".join(sorted(place.space.members.vouched))))
