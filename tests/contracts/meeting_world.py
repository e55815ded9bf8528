"""A relay's real hub with its fake disk, and links to it in this very thread; a test may cut, stop or corrupt them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from tests.contracts.client_world import CHEAP, HandClock
from tests.contracts.relay_world import HOST, Peer, World
from troth_client import Machine
from troth_client.link import Address, Link
from troth_relay.admission import Policy
from troth_wire.messages import Follow, Message, Prove, encode, parse

__all__ = ["ADDRESS", "HubLink", "HubRelay", "handled"]

ADDRESS: Final = Address(f"wss://{HOST}/v1", HOST)


@dataclass(frozen=True)
class Handled:
    """A machine whose clock is moved by hand."""

    machine: Machine
    clock: HandClock


def handled() -> Handled:
    """Return a machine with a clock that stands still."""
    clock = HandClock()
    return Handled(Machine(entropy=CHEAP.entropy, stretch=CHEAP.stretch, clock=clock), clock)


class HubLink(Link):
    """A link to the hub."""

    def __init__(self, relay: "HubRelay") -> None:
        """Be greeted."""
        super().__init__(HOST)
        self._relay = relay
        self._arriving: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._passed = 0
        self.peer: Peer = relay.world.connect()
        self.sent: list[Message] = []
        relay.links.append(self)
        relay.flush()

    def send(self, frame: bytes) -> None:
        """Let the relay answer at once."""
        for message in self._relay.outgoing(parse(frame)):
            self.sent.append(message)
            if isinstance(message, Prove):
                self.peer.proven.add(message.mailbox)
            if isinstance(message, Follow):
                self.peer.asked_after[message.mailbox] = message.after
            if self.peer.dropped is None and not self.peer.gone:
                self._relay.world.send(self.peer, message)
        self._relay.flush()

    def flush(self) -> None:
        """Let arrive what the relay sent."""
        while self._passed < len(self.peer.received):
            message = self.peer.received[self._passed]
            self._passed += 1
            for each in self._relay.incoming(message):
                self._arriving.put_nowait(encode(each))
        if self.peer.dropped is not None:
            self.cut()

    def hang_up(self) -> None:
        """Let no more frames arrive."""
        self.cut()

    def cut(self) -> None:
        """Let the link be down."""
        self._arriving.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what arrives."""
        while (frame := await self._arriving.get()) is not None:
            yield frame


Corrupt = Callable[[Message], list[Message]]


class HubRelay:
    """A relay in this thread; `incoming` and `outgoing` may be exchanged for what a hostile one does to messages."""

    def __init__(self, policy: Policy | None = None) -> None:
        """Begin with an empty disk."""
        self.world = World(policy)
        self.links: list[HubLink] = []
        self.down = False
        self.dials = 0
        self.unnoticed = False
        """Whether the relay does not notice that links are cut."""
        self.incoming: Corrupt = lambda message: [message]
        self.outgoing: Corrupt = lambda message: [message]

    def machine(self, machine: Machine = CHEAP) -> Machine:
        """Return a machine whose links lead here, whatever is dialled."""
        return replace(machine, dial=self.dial)

    @asynccontextmanager
    async def dial(self, _: Address) -> AsyncIterator[Link]:
        """Bring a link up."""
        self.dials += 1
        if self.down:
            raise ConnectionError("down")
        link = HubLink(self)
        try:
            yield link
        finally:
            self.links.remove(link)
            if not self.unnoticed:
                self.leave(link)

    def leave(self, link: HubLink) -> None:
        """Let the relay notice that a link is gone."""
        if link.peer.dropped is None and not link.peer.gone:
            self.world.disconnect(link.peer)
        self.flush()

    def flush(self) -> None:
        """Let everything happen that is on its way."""
        self.world.settle()
        for link in list(self.links):
            link.flush()

    def tick(self, seconds: float) -> None:
        """Let time pass at the relay."""
        self.world.tick(seconds)
        self.flush()

    def cut(self) -> None:
        """Cut every link."""
        for link in list(self.links):
            link.cut()
