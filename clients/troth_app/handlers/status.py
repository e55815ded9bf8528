"""Why something is not where it should be: for each space, about this person's own devices and nobody else's."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth import Status
from troth.status import Item
from troth_app.claims import DEVICES
from troth_app.confirmation import is_confirmed, to_compare, unconfirmed
from troth_app.conversation import Result
from troth_app.former import name_of_place
from troth_app.handlers.devices import own_devices
from troth_app.handlers.evidence import write_down
from troth_app.handlers.locked import files
from troth_app.handlers.locking import opened
from troth_app.handlers.syncing import OFF
from troth_app.household import Household, Place
from troth_app.language import spoken
from troth_app.messages import tell
from troth_app.moving import from_other
from troth_client.room import SHARED
from troth_wire.errors import TrothError
from troth_wire.said import Said, plural

if TYPE_CHECKING:
    from troth_app.keeper import Keeper
    from troth_app.talk import Talk

__all__ = ["doctor", "line", "status", "status_of"]

NO_RELAY: Final = Said("There is no relay. What you write stays on this device.")
REACHED: Final = Said("The relay can be reached.")
UNREACHED: Final = Said("The relay can not be reached at this moment. What you write is kept here and goes out later.")
IN_PLACE: Final = Said("Everything from here has reached the relay, and everything from there is here.")
ALL_HERE: Final = Said("What is written here is kept on this device.")
FOLLOWED: Final = Said("This device followed your other devices to {host}.")
ELSEWHERE: Final = Said(
    "The other person syncs through {address} now. The space for two waits until both of you sync through the same "
    "relay; `troth relay follow` asks whether your devices go there too."
)
EVIDENCE: Final = Said(
    "`troth doctor --evidence FILE` writes both sides down, to be shown to whoever runs the relay. After that you are "
    "told of what is new."
)
KNOWN: Final = Said(
    "The relay or a device showed another history before. You wrote both sides down, and there was nothing of the kind "
    "since."
)
COMPARE: Final = Said("Four words wait to be compared with the other person: `troth compare`.")
CAME_BACK: Final = Said(
    "The other person came back with recovery words, and they alone say so. Compare the safety number with them before "
    "you agree to anything: `troth compare`."
)
UNCONFIRMED: Final = Said(
    "This device came back by recovery words. What takes care counts from it at once; for what you agree to, confirm "
    "it: `troth devices confirm`."
)
DOUBTFUL: Final = Said(
    "A device of yours came back by recovery words. If it is in your hands, `troth devices confirm` lets it agree for "
    "you; if it is not, `troth devices revoke` removes it."
)
MEMBERS: Final = Said("{number}: which devices belong")
NAMES_OF_DEVICES: Final = Said("{number}: names of your devices")
WRITTEN: Final = Said("{number}: something that you wrote")
LOCKS: Final = plural(
    "It locks by itself after {count} minute without a command, and when this computer sleeps.",
    "It locks by itself after {count} minutes without a command, and when this computer sleeps.",
)
WAITING: Final = plural(
    "{count} thing is waiting for the relay. Nothing is lost meanwhile.",
    "{count} things are waiting for the relay. Nothing is lost meanwhile.",
)
BEHIND: Final = plural(
    "when it last wrote, it had not read the last {count} entry",
    "when it last wrote, it had not read the last {count} entries",
)
NOT_SAID: Final = Said("it has not written since there is this relay")
ALL_READ: Final = Said("when it last wrote, it had read all that is here")
NOT_SYNCED: Final = Said("sync is off on this device")


async def status(_: "Talk", keeper: "Keeper") -> Result:
    """Say whether everything is where it should be."""
    household = opened(keeper)
    return {
        "state": "open",
        "relay": relay_line(household),
        "spaces": [_space(household, place) for place in household.places],
    }


async def doctor(talk: "Talk", keeper: "Keeper") -> Result:
    """Look closer."""
    household = opened(keeper)
    notes = [household.inbox_trouble] if household.inbox_trouble else []
    if named := talk.begin.options.get("evidence"):
        notes.append(await write_down(household, Path(named), keeper.today()))
    notes.append(LOCKS.format(count=household.settings.idle_s // 60))
    items = [row for place in household.places for row in _items(household, place)]
    return {
        **await status(talk, keeper),
        "files": files(keeper.home),
        "items": items,
        "own": _own(household),
        "notes": notes,
    }


def _items(household: Household, place: Place) -> list[list[str]]:
    """Return what waits in a space, one by one: which it is, where, and why."""
    found = status_of(place)
    if isinstance(found, TrothError):
        return []
    why = found.why if household.settings.syncs else NOT_SYNCED
    return [[_what(item), name_of_place(household, place), why] for item in found.items]


def _what(item: Item) -> str:
    if item.document is None:
        return MEMBERS.format(number=item.sequence)
    return (NAMES_OF_DEVICES if item.document == DEVICES else WRITTEN).format(number=item.sequence)


def _own(household: Household) -> list[list[str]]:
    """Return what is known of every other device of this person: by its own last word, and never of anybody else's."""
    found = status_of(household.solo)
    behind = {} if isinstance(found, TrothError) else found.own
    names = {device["device"]: device["name"] for device in own_devices(household)}
    return [[names[device.hex()], _reading(count)] for device, count in behind.items() if device.hex() in names]


def _reading(behind: int | None) -> str:
    if behind is None:
        return NOT_SAID
    if not behind:
        return ALL_READ
    return BEHIND.format(count=behind)


def line(household: Household) -> str:
    """Return how things stand, in one line."""
    if household.settings.relay is None or not household.settings.syncs:
        return relay_line(household)
    found = [status_of(place) for place in household.places]
    stopped = [status for status in found if isinstance(status, TrothError)]
    if stopped:
        return str(stopped[0])
    waiting = sum(status.waiting for status in found if isinstance(status, Status))
    if waiting:
        return WAITING.format(count=waiting)
    elsewhere = _elsewhere(household)
    return elsewhere[0] if elsewhere else IN_PLACE if _connected(household) else UNREACHED


def relay_line(household: Household) -> str:
    """Return how the relay stands, in one line."""
    if not household.settings.syncs:
        return OFF
    if household.settings.relay is None:
        return NO_RELAY
    said = REACHED if _connected(household) else UNREACHED
    followed = [FOLLOWED.format(host=household.followed)] if household.followed else []
    return " ".join(map(spoken, [*followed, *_elsewhere(household), said]))


def _elsewhere(household: Household) -> list[str]:
    """Say where the other person syncs, if they moved and this person has not said what to do about it."""
    try:
        notice = from_other(household)
    except TrothError:
        return []  # It stopped, and says so itself.
    here = household.settings.relay
    if notice is None or (here is not None and here.address == notice.address.url):
        return []
    return [ELSEWHERE.format(address=notice.address.url)]


def _space(household: Household, place: Place) -> Result:
    found = status_of(place)
    if isinstance(found, TrothError):
        return {
            "name": name_of_place(household, place),
            "kind": place.kind,
            "ended": False,
            "waiting": 0,
            "connected": False,
            "sentences": [str(found)],
        }
    compare = [*([COMPARE] if place.space.words else []), *_confirming(household, place)]
    # What was written down is known to its person; what comes beside it is said anew.
    known = 0 < found.disputed <= household.settings.disputes.get(place.room, 0)
    evidence = [KNOWN] if known else [EVIDENCE] if found.disputed else []
    found = replace(found, disputed=0) if known else found
    over = [tell("space.read")] if found.ended and place.kind == SHARED else []
    alone = household.settings.relay is None and not _wants_a_look(found)
    if not household.settings.syncs:
        alone = not found.waiting and not _wants_a_look(found)
        found = replace(found, refused=found.refused or NOT_SYNCED)
    return {
        "name": name_of_place(household, place),
        "kind": place.kind,
        "ended": found.ended,
        "waiting": found.waiting,
        "connected": found.connected,
        "sentences": [*compare, *([ALL_HERE] if alone else found.sentences()), *over, *evidence],
    }


def _confirming(household: Household, place: Place) -> list[str]:
    """Say what is not confirmed in the space for two, on either side."""
    if place.kind != SHARED or place.ended:
        return []
    doubt = [] if not unconfirmed(place) else [DOUBTFUL if is_confirmed(place) else UNCONFIRMED]
    return [*doubt, *([CAME_BACK] if to_compare(household) else [])]


def _wants_a_look(found: Status) -> bool:
    return bool(
        found.held or found.parked or found.elsewhere or found.disputed or found.ended or found.removed or found.leaving
    )


def _connected(household: Household) -> bool:
    found = [status_of(place) for place in household.places]
    return all(isinstance(status, Status) and status.connected for status in found)


def status_of(place: Place) -> Status | TrothError:
    """Return how a space stands, or why it stopped: that one stopped is no reason to say nothing of the others."""
    try:
        return place.space.status()
    except TrothError as error:
        return error
