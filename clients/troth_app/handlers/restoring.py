"""Coming back with nothing but twelve words and a relay: the spaces are read, this device is added, lost ones go."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from troth import DeviceKeys, Signer
from troth.operations import Operation, OperationKind
from troth.record import Tip
from troth.recovery import Signpost, Way, Words, gather
from troth.restoring import Restorer
from troth_app.claims import DEVICES, claim_key
from troth_app.handlers.devices import NAMES, UNNAMED, add_here
from troth_app.handlers.doubting import in_doubt
from troth_app.handlers.joining import make_empty
from troth_app.handlers.keeping import how_far
from troth_app.handlers.locking import new_passphrase
from troth_app.handlers.relays import ask_address
from troth_app.household import Household
from troth_app.language import spoken
from troth_app.limits import KNOCK_S
from troth_app.moving import arrived
from troth_app.outcome import HereError, OtherError, RuleError
from troth_app.phrases import ask_phrase
from troth_app.settings import Relay
from troth_app.stretches import Stretch, stretches
from troth_app.talk import Talk
from troth_app.wording import listed_as, name_of, quoted
from troth_client import Machine
from troth_client.link import Address
from troth_client.restoring import read_space
from troth_client.room import SOLO, NewRoom, kind_of
from troth_client.signposts import read_signposts
from troth_couple import Book, document_of, entries_in, roster_of
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import DeviceId, SpaceId
from troth_wire.said import Said, plural

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["use"]

THERE_IS: Final = Said("There is a vault here, and words are for a device without one. Nothing was changed.")
PLAN: Final = Said(
    "This reads your spaces with the words, lets this device in, and removes those that you name. The words can let in "
    "one device: make new ones afterwards, with `troth recovery make`."
)
UNCHANGED: Final = Said("Nothing was changed, and nothing was sent.")
TYPE: Final = Said("The twelve words:")
ADDRESS: Final = Said("Address of the relay, which stands beside them:")
READING: Final = Said("Reading what lies there. This can take a while.")
NO_RELAY: Final = Said("The words lead to a relay, and its address stands beside them. Nothing was changed.")
NOTHING_THERE: Final = Said(
    "At this relay nothing lies for these words. Nothing was changed. Look at the words and at the address that stands "
    "beside them."
)
NOTHING_OPEN: Final = Said(
    "What lies there leads to no space that these words open. Other words may have taken their place, or they have let "
    "a device in before. Nothing was changed."
)
SPACES: Final = plural("{count} space: {names}", "{count} spaces: {names}")
FOUND: Final = Said("Found: {spaces}.")
WHICH: Final = Said("Which of your devices is not in your hands any more? It is removed, for good.")
THAT_IS_ALL: Final = Said("None, or that is all")
LOST: Final = Said("{name} will be removed.")
ELSEWHERE: Final = Said("{name}, in the space {space}")
UNKNOWN: Final = Said("one that ends in {end}")
ENDED: Final = Said(
    "The space “{space}” was ended. It stays on the devices that have it, and does not come to this one."
)
OWN_SETUP: Final = Said("Choose a passphrase for this device. The old one opens nothing here.")
MAYBE: Final = Said("This device may be let in; `troth status` says.")
BACK: Final = Said("You are back, with {spaces} on this device.")
NEW_WORDS: Final = Said(
    "These words let in one device, and that is done. Make new ones now: `troth recovery make` asks for these as the "
    "old ones."
)
TO_CONFIRM: Final = Said(
    "In the space for two, what takes care counts from this device at once. What you agree to waits until it is "
    "confirmed: run `troth devices confirm` on another device of yours, or here, if there is none."
)
END_LETTERS: Final = 6


@dataclass
class Found:
    """One space that the words open."""

    way: Way
    restorer: Restorer
    lost: set[DeviceId] = field(default_factory=set)
    kept: dict[DeviceId, Sequence[Tip]] = field(default_factory=dict)
    """Of lost devices: how far their word goes, where the person does not keep all of it."""
    doubted: Sequence[Operation] = ()
    """What lost devices signed, and the person did not."""

    @property
    def kind(self) -> str:
        """`solo` or `shared`."""
        return kind_of(self.way.genesis)

    @property
    def ended(self) -> bool:
        """Whether somebody ended it, as far as that is not in doubt: then no device comes in."""
        undone = any(operation.kind == OperationKind.SPLIT for operation in self.doubted)
        return self.restorer.engine.inbox.members.split and not undone


async def use(talk: Talk, keeper: "Keeper") -> None:
    """Come back with words."""
    if keeper.home.vault.exists():
        raise HereError(THERE_IS)
    await talk.safe(UNCHANGED)
    await talk.say(PLAN)
    words = await ask_phrase(talk, TYPE)
    address = await ask_address(talk, ADDRESS)
    if address is None:
        raise RuleError(NO_RELAY)
    await talk.say(READING)
    found = await talk.wait(_find(words, address, keeper))
    await talk.say(FOUND.format(spaces=_named(found)))
    await _choose_lost(talk, found)
    ended = [one for one in found if one.ended]
    found = [one for one in found if not one.ended]
    await talk.say(*(ENDED.format(space=name_of(one.kind, "")) for one in ended), OWN_SETUP)
    passphrase = await new_passphrase(talk)
    await talk.safe(MAYBE)
    household = await _settle(keeper, found, passphrase)
    await household.use(Relay(address.url))
    await _introduce(household, keeper)
    keeper.admit(household)
    two = [TO_CONFIRM for one in found if one.kind != SOLO]
    await talk.say(BACK.format(spaces=_named(found)), *two[:1], NEW_WORDS)


async def _find(words: Words, address: Address, keeper: "Keeper") -> list[Found]:
    """Read every space to which a signpost leads and that took these words.

    Raises:
        OtherError: If there is none of this person alone.
        MeetingError: If the relay can not be reached.
    """
    entries = await read_signposts(address, words.signposts)
    signposts = gather(entries, words.signposts)
    if not signposts:
        raise OtherError(NOTHING_THERE)
    found: dict[SpaceId, Found] = {}
    for way in _ways(signposts):
        if way.genesis.space not in found:
            # A false signpost costs an attempt, and hides nothing.
            with suppress(ForgedError, UsageError):
                restorer = await read_space(words, way, address, machine=keeper.machine)
                found[way.genesis.space] = Found(way, restorer)
    ordered = sorted(found.values(), key=lambda one: one.kind != SOLO)
    if not ordered or ordered[0].kind != SOLO:
        raise OtherError(NOTHING_OPEN)
    return ordered


def _ways(signposts: Sequence[Signpost]) -> list[Way]:
    return [way for signpost in signposts for way in signpost.ways]


async def _choose_lost(talk: Talk, found: Sequence[Found]) -> None:
    """Let the person name the devices that are not in their hands, each once for all spaces, and what is theirs."""
    left = _devices(found)
    called = {device: name for name, there in left for _, device in there}
    while left:
        names = [name for name, _ in left]
        picked = await talk.choose(WHICH, [*names, THAT_IS_ALL])
        if picked == len(names):
            break
        name, there = left.pop(picked)
        await talk.say(LOST.format(name=name))
        for one, device in there:
            one.lost.add(device)
            kept = await how_far(talk, _written_by(device, one), name, by_words=True)
            if kept is not None:
                one.kept[device] = kept
    for one in found:
        one.doubted = await in_doubt(talk, one.restorer, one.lost, called, name_of(one.kind, ""))


def _written_by(device: DeviceId, there: Found) -> Sequence[Stretch]:
    """Return what a device wrote into the record of two, if it is there."""
    engine, document = there.restorer.engine, document_of()
    if there.kind == SOLO:
        return ()
    try:
        entries = entries_in(engine.view(document))
    except UsageError:
        return ()
    book = Book(roster_of(engine.inbox.members))
    book.add(entries)
    records = engine.inbox.chains.proven
    return stretches(device, engine.ends(device), records, document, book.ledger.known, by_words=True)


def _devices(found: Sequence[Found]) -> list[tuple[str, list[tuple[Found, DeviceId]]]]:
    """Return the person's devices by name, with what each is in which space, as they wrote it down themselves."""
    solo, others = found[0], found[1:]
    written = _written(solo)
    names = written.get(NAMES, {}) if isinstance(written.get(NAMES), dict) else {}
    listed = []
    told: set[DeviceId] = set()
    for device in sorted(solo.restorer.devices):
        there = [(solo, device)]
        for one in others:
            claimed = _claimed(written, device, one)
            if claimed is not None and claimed not in told:
                told.add(claimed)
                there.append((one, claimed))
        listed.append((str(names.get(device.hex(), UNNAMED)), there))
    for one in others:
        for device in sorted(one.restorer.devices - told):
            name = UNKNOWN.format(end=device.hex()[-END_LETTERS:])
            listed.append((ELSEWHERE.format(name=name, space=name_of(one.kind, "")), [(one, device)]))
    return listed


def _claimed(written: dict[str, Any], device: DeviceId, there: Found) -> DeviceId | None:
    """Return which device of another space one says to be, where that can be true."""
    with suppress(KeyError, TypeError, ValueError):
        claimed = DeviceId(bytes.fromhex(written[claim_key(device, there.way.genesis.space)]))
        return claimed if claimed in there.restorer.devices else None
    return None


def _written(solo: Found) -> dict[str, Any]:
    try:
        return dict(solo.restorer.engine.view(DEVICES))
    except UsageError:
        return {}


async def _settle(keeper: "Keeper", found: Sequence[Found], passphrase: str) -> Household:
    """Make a vault that holds every space, or none."""
    household = await make_empty(keeper, passphrase)
    try:
        rooms = [_room(one, keeper.machine) for one in found]
        await household.vault.run(lambda vault: vault.add_rooms(rooms, passphrase=passphrase))
    except BaseException:
        await household.close()
        keeper.home.remove_vault()
        raise
    return household


def _room(found: Found, machine: Machine) -> NewRoom:
    keys, admin = DeviceKeys.make(machine.entropy)
    doubted = [operation.id for operation in found.doubted]
    rows = found.restorer.restore(keys, Signer(admin), found.lost, found.kept, doubted)
    return NewRoom(rows, admin, found.kind)


async def _introduce(household: Household, keeper: "Keeper") -> None:
    """Give this device a name, where the others have theirs."""
    with suppress(TimeoutError):
        async with asyncio.timeout(KNOCK_S):
            await household.solo.space.caught_up()
    await add_here(household, name=socket.gethostname(), day=keeper.today().isoformat())
    await arrived(household)


def _named(found: Sequence[Found]) -> str:
    names = listed_as([quoted(name_of(one.kind, "")) for one in found])
    return spoken(SPACES.format(count=len(found), names=names))
