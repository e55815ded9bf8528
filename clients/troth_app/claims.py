"""Which device is which: one has other keys in each space, and writes down in its person's own space what it is there.

A claim is no proof: any own device may write there. Whoever acts on one sees whether it can be true.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from troth import Put, document_id
from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId, SpaceId

if TYPE_CHECKING:
    from troth_app.household import Place

__all__ = ["DEVICES", "claim", "claim_key", "claims_in"]

DEVICES: Final = document_id("devices")


async def claim(place: "Place", solo: "Place") -> None:
    """Write down, in this person's own space, which device this one is in another."""
    key, device = claim_key(solo.space.device, place.space.id), place.space.device.hex()
    with suppress(UsageError):  # A device that was removed writes nothing, and need not.
        if solo.space.view(DEVICES).get(key) != device:
            await solo.space.edit(DEVICES, Put((key,), device))


def claims_in(place: "Place", solo: "Place", devices: Iterable[DeviceId]) -> Mapping[DeviceId, DeviceId]:
    """Return what some own devices wrote down of themselves.

    Args:
        place: The space that it is about.
        solo: This person's own space.
        devices: Their ids there.
    """
    written = solo.space.view(DEVICES)
    found = {}
    for device in devices:
        with suppress(KeyError, TypeError, ValueError):  # Another device may have written anything there, or nothing.
            found[device] = DeviceId(bytes.fromhex(written[claim_key(device, place.space.id)]))
    return found


def claim_key(device: DeviceId, space: SpaceId) -> str:
    """Return the key of a claim: at the root, where two devices never make the same container at once."""
    return f"at:{device.hex()}:{space.hex()}"
