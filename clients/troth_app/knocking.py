"""One knock at a relay: whether it is there, is a relay, and speaks this version; nothing is told to it."""

import asyncio
from enum import Enum
from typing import Final

from troth_app.limits import KNOCK_S
from troth_client.link import Address, dial
from troth_wire.errors import MalformedError
from troth_wire.limits import WIRE_VERSION
from troth_wire.messages import Hello, parse
from troth_wire.said import Said

__all__ = ["BRIEFLY", "Knock", "knock"]


class Knock(Enum):
    """What came of it, in sentences for people."""

    ANSWERED = Said("The relay answers.")
    SILENT = Said(
        "The relay does not answer at this moment. What you write is kept here and goes out when it does. "
        "Look at its address with `troth relay show`, and at this computer's connection."
    )
    OTHER_VERSION = Said(
        "The relay speaks another version. What you write is kept here. "
        "Bring this device or the relay up to date, or name another relay."
    )
    STRANGER = Said("Something answers there that is no relay. What you write is kept here. Look at the address.")


BRIEFLY: Final = {
    Knock.ANSWERED: Knock.ANSWERED.value,
    Knock.SILENT: Said("The relay does not answer at this moment."),
    Knock.OTHER_VERSION: Said("The relay speaks another version."),
    Knock.STRANGER: Said("Something answers there that is no relay."),
}
"""The same, where something else says what is safe and what to do."""


async def knock(address: Address) -> Knock:
    """Dial a relay, hear its greeting, and hang up."""
    try:
        async with asyncio.timeout(KNOCK_S), dial(address) as link:
            async for frame in link:
                return _judge(frame)
    except (ConnectionError, TimeoutError):
        return Knock.SILENT
    return Knock.STRANGER


def _judge(frame: bytes) -> Knock:
    try:
        greeting = parse(frame)
    except MalformedError:
        return Knock.STRANGER
    if not isinstance(greeting, Hello):
        return Knock.STRANGER
    spoken = greeting.version_min <= WIRE_VERSION <= greeting.version_max
    return Knock.ANSWERED if spoken else Knock.OTHER_VERSION
