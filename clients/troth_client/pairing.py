"""How two devices pair over a relay: a person's new device, a partner in the room; far away is in `faraway`.

Each flow has a host, which shows a code or a link, and a guest, to which it is given; people compare words in between.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

from troth.pairing import Link, Pairing, Purpose, Ticket
from troth_client.carrying import Drive, PairingError, Talk, UnfinishedError
from troth_client.home import Home
from troth_client.link import Address
from troth_client.machine import MACHINE, Machine
from troth_client.parts import Ahead, DeviceGuest, DeviceHost, Drawn, Founder, Joiner, Part
from troth_client.rendezvous import Meeting, Venue, meet
from troth_client.room import RoomId
from troth_wire.errors import TakenError, UsageError

__all__ = [
    "Ahead",
    "PairingError",
    "Talk",
    "UnfinishedError",
    "address_of",
    "guest_device",
    "guest_here",
    "host_device",
    "host_here",
]

DRAWS_MAX: Final = 8
"""How many numbers are drawn before a relay counts as full: at a thousand meetings two are too many already."""


async def host_device(
    home: Home,
    address: Address,
    talk: Talk,
    *,
    as_link: bool = False,
    machine: Machine = MACHINE,
) -> None:
    """Let another device of this person into the spaces of this one.

    Args:
        home: This device's vault and spaces.
        address: The relay where both meet; the new device needs the same.
        talk: The person.
        as_link: Show a link or picture in place of a code.
        machine: For tests.

    Raises:
        PairingError: If it ended without a pair, UnfinishedError: if the other side may not know of it.
        MeetingError: If the two did not meet.
        TrothError: If a space can not take the device in.
    """
    part = DeviceHost(home, talk)
    draw = Ticket.draw_secret if as_link else Ticket.draw_code
    await _host(partial(draw, address.host, Purpose.DEVICE, machine.entropy), part, address, talk, machine)


async def guest_device(
    home: Home,
    given: Ticket | Link,
    address: Address,
    talk: Talk,
    *,
    machine: Machine = MACHINE,
) -> tuple[RoomId, ...]:
    """Join the spaces of this person's other device, as a new one; return their rooms.

    Args:
        home: This device's vault.
        given: The code's ticket, or the link.
        address: The relay; `address_of` gives a link's.
        talk: The person.
        machine: For tests.

    Raises:
        As `host_device`.
    """
    part = DeviceGuest(home, talk, machine.entropy)
    return await _guest(given, part, address, talk, machine)


async def host_here(home: Home, address: Address, talk: Talk, *, machine: Machine = MACHINE) -> RoomId:
    """Found a space with a partner in the room; return its room.

    Raises:
        As `host_device`.
    """
    part = Founder(Drawn.anew(home, machine.entropy), talk, machine.entropy)
    draw = partial(Ticket.draw_code, address.host, Purpose.JOIN, machine.entropy)
    return (await _host(draw, part, address, talk, machine))[0]


async def guest_here(
    home: Home,
    given: Ticket,
    address: Address,
    talk: Talk,
    *,
    machine: Machine = MACHINE,
) -> RoomId:
    """Join a partner in the room in a new space; return its room.

    Raises:
        As `host_device`.
    """
    part = Joiner(Drawn.anew(home, machine.entropy), talk)
    return (await _guest(given, part, address, talk, machine))[0]


def address_of(link: Link) -> Address:
    """Return the relay's address that a link names."""
    return Address.parse(f"{'ws' if link.plain else 'wss'}://{link.ticket.host}")


async def _host(
    draw: Callable[[], Ticket],
    part: Part,
    address: Address,
    talk: Talk,
    machine: Machine,
) -> tuple[RoomId, ...]:
    async with _opened(draw, address, machine) as (ticket, meeting):
        pairing = Pairing.host(ticket, part.introduction, machine.entropy)
        drive = Drive(pairing, meeting, talk, part, machine)
        return await drive.run(partial(_show, talk, ticket, pairing, address))


async def _show(talk: Talk, ticket: Ticket, pairing: Pairing, address: Address) -> None:
    if ticket.number is not None:
        await talk.show_code(ticket)
    else:
        await talk.show_link(Link.of(ticket, pairing.commitment, plain=address.url.startswith("ws:")).text)


@asynccontextmanager
async def _opened(
    draw: Callable[[], Ticket], address: Address, machine: Machine
) -> AsyncIterator[tuple[Ticket, Meeting]]:
    """Open a meeting under a number that is free."""
    async with AsyncExitStack() as stack:
        for left in reversed(range(DRAWS_MAX)):
            ticket = draw()
            venue = Venue(ticket.meeting_seed, opens=True)
            try:
                meeting = await stack.enter_async_context(meet(address, venue, within_s=ticket.life_s, machine=machine))
                break
            except TakenError:
                if not left:
                    raise
        yield ticket, meeting


async def _guest(
    given: Ticket | Link, part: Part, address: Address, talk: Talk, machine: Machine
) -> tuple[RoomId, ...]:
    ticket = given.ticket if isinstance(given, Link) else given
    if ticket.host != address.host.lower():
        raise UsageError("both devices meet at the relay that the code or link was made for")
    venue = Venue(ticket.meeting_seed, opens=False)
    async with meet(address, venue, within_s=ticket.life_s, machine=machine) as meeting:
        pairing = Pairing.guest(given, part.introduction, machine.entropy)
        return await Drive(pairing, meeting, talk, part, machine).run()
