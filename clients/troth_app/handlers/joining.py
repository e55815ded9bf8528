"""The other end of a pairing: this device joins an own one, or its person joins another in a space for two."""

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from troth.pairing import Link, Purpose, Ticket
from troth_app.handlers.devices import add_here
from troth_app.handlers.inviting import check_invites
from troth_app.handlers.locking import new_passphrase, open_household
from troth_app.handlers.pairing import (
    COMPARE,
    NO_RELAY,
    NOTHING_JOINED,
    TOGETHER,
    carry_through,
    check_alone,
    go_on,
    home_of,
)
from troth_app.handlers.relays import ask_address
from troth_app.handlers.syncing import check_on
from troth_app.household import Household
from troth_app.language import spoken
from troth_app.limits import KNOCK_S
from troth_app.moving import arrived
from troth_app.outcome import HereError, RuleError
from troth_app.pairing_talk import PairingTalk
from troth_app.settings import Relay
from troth_app.talk import Talk
from troth_client import Vault
from troth_client.calibration import calibrate
from troth_client.faraway import accept_far, note_of
from troth_client.home import VaultHome
from troth_client.link import Address
from troth_client.pairing import address_of, guest_device, guest_here
from troth_client.room import RoomId
from troth_client.wordlist import MistypedError, parse_code
from troth_wire.errors import MalformedError, UsageError, VersionError
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["join", "make_empty"]

DEVICE_JOINED: Final = Said("This device is one of yours now, and it is open.")
MAYBE_JOINED: Final = Said(
    "What was joined stays; `troth status` says. If the other device does not show it, begin again."
)

WHO: Final = Said("What does this device join?")
MINE: Final = Said("My own other device")
OTHERS: Final = Said("Another person, in a space for two")
OWN_SETUP: Final = Said(
    "The person who will use this device types from here on, and chooses a passphrase of their own for it. "
    "It opens what is on this device, and no other device."
)
MORE_JOINED: Final = Said("This device is in all the spaces of the other one now.")
NOTHING_NEW: Final = Said("This device was in all of them before. Nothing changes.")
FIRST_INIT: Final = Said("Each person begins with a vault of their own. Nothing was changed. `troth init` makes one.")
GIVEN: Final = Said("Code or link that the other device shows:")
WORD: Final = Said("Word {place}:")
NOT_IT: Final = Said("{why} Nothing was joined.")
OTHER_KIND: Final = Said("This link is for something else: {other}. Nothing was joined.")
KINDS: Final = {
    Purpose.DEVICE: Said("a device of the same person"),
    Purpose.JOIN: Said("two people"),
    Purpose.FAR: Said("two people"),
}

ELSEWHERE: Final = Said(
    "You sync through {here}, and the other person through {there}. The space for two waits until both name the same "
    "relay: `troth relay use`."
)
ACCEPTED: Final = Said("What you accepted stays. `troth join` goes on with it.")


async def join(talk: Talk, keeper: "Keeper") -> None:
    """Be the other end: join an own device, or another person."""
    await talk.safe(NOTHING_JOINED)
    if await talk.choose(WHO, [MINE, OTHERS]) == 0:
        await _join_device(talk, keeper)
    else:
        await _join_person(talk, keeper)


async def _join_device(talk: Talk, keeper: "Keeper") -> None:
    if keeper.home.vault.exists():
        await _join_more(talk, keeper)
        return
    given, address = await _ask_given(talk, None, Purpose.DEVICE)
    await talk.say(OWN_SETUP)
    passphrase = await new_passphrase(talk)
    household = await make_empty(keeper, passphrase)
    try:
        home = VaultHome(household.vault, {}, passphrase)
        await carry_through(talk, guest_device(home, given, address, PairingTalk(talk), machine=keeper.machine))
    except BaseException:
        await household.close()
        if not household.vault.rooms:
            keeper.home.remove_vault()
        raise
    await talk.safe(MAYBE_JOINED)
    await household.use(Relay(address.url))
    await _introduce(household, keeper)
    keeper.admit(household)
    await talk.say(DEVICE_JOINED)


async def _join_more(talk: Talk, keeper: "Keeper") -> None:
    """Join the spaces that another device of the same person came into since this one joined it."""
    household = keeper.household or await open_household(talk, keeper)
    check_on(household)
    await talk.safe(NOTHING_JOINED)
    given, address = await _ask_given(talk, household, Purpose.DEVICE)
    home = await home_of(talk, household)
    flow = guest_device(home, given, address, PairingTalk(talk), machine=keeper.machine)
    joined = await carry_through(talk, flow)
    await household.connect()
    await talk.say(MORE_JOINED if joined else NOTHING_NEW)


async def _join_person(talk: Talk, keeper: "Keeper") -> None:
    if not keeper.home.vault.exists():
        raise HereError(FIRST_INIT)
    household = keeper.household or await open_household(talk, keeper)
    check_on(household)
    check_alone(household)
    check_invites(household)
    await talk.safe(NOTHING_JOINED)
    if household.waiting is not None:
        home = await home_of(talk, household)
        await _go_on(talk, keeper, household, home, household.waiting)
        return
    given, address = await _ask_given(talk, household, Purpose.JOIN)
    home = await home_of(talk, household)
    if isinstance(given, Link):
        room = await accept_far(home, given.text, machine=keeper.machine)
        await _go_on(talk, keeper, household, home, room)
        return
    await carry_through(talk, guest_here(home, given, address, PairingTalk(talk), machine=keeper.machine))
    await _adopt(talk, household, address)
    await household.connect()
    await talk.say(TOGETHER, COMPARE)


async def _go_on(talk: Talk, keeper: "Keeper", household: Household, home: VaultHome, room: RoomId) -> None:
    """Go on with an invitation, and only then with its relay: whoever sends a link must not choose where this syncs."""
    note = note_of(await home.load(room))
    assert note is not None, "it is under way"
    await go_on(talk, household, home, room, keeper.machine, safe=ACCEPTED)
    await _adopt(talk, household, address_of(Link.parse(note.link)))


async def _adopt(talk: Talk, household: Household, address: Address) -> None:
    """Sync where the other person does, if this device syncs nowhere yet."""
    relay = household.settings.relay
    if relay is None:
        await household.use(Relay(address.url))
    elif Address.parse(relay.address).host != address.host:
        await talk.say(ELSEWHERE.format(here=Address.parse(relay.address).host, there=address.host))


async def _ask_given(
    talk: Talk, household: Household | None, purpose: Purpose
) -> tuple[Ticket, Address] | tuple[Link, Address]:
    """Return the code or the link that the other device shows, and where to meet."""
    typed = (await talk.ask(GIVEN)).strip()
    if typed.startswith("troth:"):
        link = _parse_link(typed, purpose)
        return link, address_of(link)
    relay = household.settings.relay if household is not None else None
    number, words = await _ask_code(talk, typed)
    address = Address.parse(relay.address) if relay else await ask_address(talk)
    if address is None:
        raise HereError(NO_RELAY)
    return Ticket.of_code(address.host, purpose, number, words), address


async def _ask_code(talk: Talk, typed: str) -> tuple[int, tuple[int, int, int]]:
    """Return a code; a word that is not in the list is asked for again, and the others stay.

    Raises:
        RuleError: If it is no code.
    """
    for left in reversed(range(talk.tries)):
        try:
            return parse_code(typed)
        except MistypedError as error:
            if not left:
                raise RuleError(NOT_IT.format(why=error)) from None
            await talk.say(str(error))
            parts = list(error.typed)
            for unknown in error.unknown:
                parts[unknown.position + 1] = await talk.ask(WORD.format(place=unknown.position + 1))
            typed = " ".join(parts)
        except UsageError as error:
            if not left:
                raise RuleError(NOT_IT.format(why=error)) from None
            await talk.say(str(error))
            typed = await talk.ask(GIVEN)
    raise AssertionError("it was asked for at least once")


def _parse_link(typed: str, purpose: Purpose) -> Link:
    try:
        link = Link.parse(typed)
    except (MalformedError, VersionError) as error:
        raise RuleError(NOT_IT.format(why=spoken(error).rstrip(".") + ".")) from None
    if KINDS[link.ticket.purpose] != KINDS[purpose]:
        raise RuleError(OTHER_KIND.format(other=KINDS[link.ticket.purpose]))
    return link


async def make_empty(keeper: "Keeper", passphrase: str) -> Household:
    """Make a vault without a space, and open it."""
    path, machine = keeper.home.vault, keeper.machine

    def make() -> None:
        Vault.create(path, passphrase=passphrase, cost=calibrate(machine=machine), machine=machine).close()

    await asyncio.to_thread(make)
    return await Household.open(path, passphrase=passphrase, machine=machine)


async def _introduce(household: Household, keeper: "Keeper") -> None:
    """Give this device a name, if what the others wrote comes soon enough."""
    with suppress(TimeoutError):
        async with asyncio.timeout(KNOCK_S):
            await household.solo.space.caught_up()
    await add_here(household, name=socket.gethostname(), day=keeper.today().isoformat())
    await arrived(household)
