"""From one relay to another: who tells whom, and who follows by itself.

This person's own devices read it in the space that is this person's alone, and follow. The other person's devices read
it in the space for two, show it, and follow after one answer: nobody leads somebody else's device to a server
(specs/decisions/0028-who-moves-whom.md).
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from troth import Changed, Put, Status, document_id
from troth_app.claims import DEVICES
from troth_app.limits import LOOK_S
from troth_app.settings import RELAY_BYTES_MAX, Relay, moved_row, relay_row
from troth_client.link import Address
from troth_wire.errors import TrothError, UsageError

if TYPE_CHECKING:
    from troth_app.household import Household, Place

__all__ = ["RELAY", "Notice", "arrived", "from_other", "from_own", "tell", "watch"]

LOG: Final = logging.getLogger("troth_app")
RELAY: Final = document_id("relay")
"""In the space for two: where each person syncs, once they have moved."""
OWN_KEY: Final = "relay"
"""The same for the own devices, at the root of the document `devices`."""
FORM: Final = 2


@dataclass(frozen=True, slots=True)
class Notice:
    """That somebody moved: how often they have, and where to.

    Attributes:
        number: 1 for the first time, and then one more each time.
        address: Of the relay.
    """

    number: int
    address: Address

    @property
    def text(self) -> str:
        """How it is written down."""
        return f"{self.number} {self.address.url}"

    @classmethod
    def parse(cls, written: Any) -> "Notice | None":
        """Read what stands in a document, where anything may stand; None if it is no notice."""
        parts = written.split(" ") if isinstance(written, str) and len(written) <= RELAY_BYTES_MAX else []
        if len(parts) != FORM or not (parts[0].isascii() and parts[0].isdigit()):
            return None
        try:
            return cls(int(parts[0]), Address.parse(parts[1]))
        except UsageError:
            return None


def from_own(household: "Household") -> Notice | None:
    """Return where an own device moved last, unless this one has dealt with that."""
    return _fresh(household, household.solo, Notice.parse(household.solo.space.view(DEVICES).get(OWN_KEY)))


def from_other(household: "Household", *, again: bool = False) -> Notice | None:
    """Return where the other person moved last, unless this person has dealt with that.

    Args:
        household: Whose.
        again: Whether it counts also if it was dealt with, as long as this device is elsewhere.
    """
    place = household.shared
    if place is None or place.ended:
        return None
    mine = _person(place)
    written = place.space.view(RELAY)
    found = [Notice.parse(written.get(person.hex())) for person in set(place.space.members.person_of.values()) - {mine}]
    notice = next((one for one in found if one is not None), None)
    here = household.settings.relay
    if again:
        return None if notice is None or (here is not None and here.address == notice.address.url) else notice
    return _fresh(household, place, notice)


async def tell(household: "Household", address: Address) -> None:
    """Write down where this person moves, for the own devices and for the other person; it is durable here then.

    Raises:
        UsageError, LocalError: If it can not be written.
    """
    solo, shared = household.solo, household.shared
    number = _number(Notice.parse(solo.space.view(DEVICES).get(OWN_KEY)))
    await solo.space.edit(DEVICES, Put((OWN_KEY,), Notice(number, address).text))
    if shared is not None and not shared.ended:
        key = _person(shared).hex()
        number = _number(Notice.parse(shared.space.view(RELAY).get(key)))
        await shared.space.edit(RELAY, Put((key,), Notice(number, address).text))


async def arrived(household: "Household") -> None:
    """Note that this device has dealt with every move that it has read."""
    own = Notice.parse(household.solo.space.view(DEVICES).get(OWN_KEY))
    other = from_other(household)
    rows = [moved_row(household.solo.room, own.number)] if own is not None else []
    if other is not None and household.shared is not None:
        rows.append(moved_row(household.shared.room, other.number))
    if rows:
        await household.remember(*rows)


async def watch(household: "Household") -> None:
    """Follow this person's other devices as soon as they say so, and no command is under way."""
    notices = household.solo.space.notices()
    try:
        await _follow(household)
        async for notice in notices:
            if isinstance(notice, Changed) and notice.document == DEVICES:
                await _follow(household)
    except TrothError as error:
        LOG.info("no other relay was looked for: %s", type(error).__name__)


async def _follow(household: "Household") -> None:
    """Go where an own device went."""
    while (notice := from_own(household)) is not None and household.settings.relay is not None:
        if household.busy():
            await household.machine.clock.sleep(LOOK_S)
            continue
        for place in household.places:
            # The old relay leads on whoever comes later, also where this device was the one that moved.
            await place.space.until(_is_told)
        here, moved = household.settings.relay, moved_row(household.solo.room, notice.number)
        if here.address == notice.address.url:
            await household.remember(moved)
            return
        # Without the pass of the old one, which is nobody else's business; the logs are opened by who moved first.
        await household.remember(moved, relay_row(Relay(notice.address.url)))
        household.followed = notice.address.host
        await household.connect()


def _is_told(status: Status) -> bool:
    return status.ended or not status.waiting


def _fresh(household: "Household", place: "Place", notice: Notice | None) -> Notice | None:
    known = household.settings.moved.get(place.room, 0)
    return notice if notice is not None and notice.number > known else None


def _number(last: Notice | None) -> int:
    return 1 if last is None else last.number + 1


def _person(place: "Place") -> bytes:
    return place.space.members.person(place.space.device)
