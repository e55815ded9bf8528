"""Fakes for an embedder's own tests: a relay in this very process, passphrases that cost nothing, a clock by hand.

Troth's own tests of the client stand on the same ones; those of the engine alone are in `troth.testing`.
The fake link keeps `link_contract`, like every real one.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import blake2b
from secrets import token_bytes
from typing import Final

from troth import Cost, Epoch
from troth.testing import HOST, Relay, Session, entropy_of
from troth_client.link import Address, DialTo, Link
from troth_client.machine import Machine
from troth_wire import proof
from troth_wire.messages import Hello, Message, Prove, Refuse, encode, parse

__all__ = ["CHEAP", "HandClock", "MemoryLink", "MemoryRelay", "cheaply", "link_contract"]

WAIT_S: Final = 60.0
"""For what is sure to come: there to end a hang."""


def cheaply(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Stretch a passphrase in no time; worth nothing."""
    return blake2b(passphrase.encode(), key=salt + bytes([cost.passes]), digest_size=32).digest()


CHEAP: Final = Machine(stretch=cheaply)
"""A machine on which vaults open at once; whatever makes or opens a vault takes it as `machine`."""


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now_s = 0.0
        self.waits: list[float] = []
        """How long each sleeper asked to sleep."""
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._more = asyncio.Event()

    def now(self) -> float:
        """Return the seconds that it was moved."""
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        """Wait until it was moved so far."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waits.append(seconds)
        self._sleepers.append((self.now_s + seconds, woken))
        self._more.set()
        await woken

    async def asleep(self) -> None:
        """Wait until somebody sleeps."""
        async with asyncio.timeout(WAIT_S):
            while not any(not woken.done() for _, woken in self._sleepers):
                self._more.clear()
                await self._more.wait()

    def advance(self, seconds: float) -> None:
        """Move it."""
        self.now_s += seconds
        for due, woken in self._sleepers:
            if due <= self.now_s and not woken.done():
                woken.set_result(None)


class MemoryLink(Link):
    """A link to a relay in this very process."""

    def __init__(self, relay: "MemoryRelay") -> None:
        """Be greeted."""
        super().__init__(HOST)
        self.sent: list[Message] = []
        self.arriving: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.session = Session(relay.relay)
        self._relay = relay
        self.arrive(self.session.open_())

    def send(self, frame: bytes) -> None:
        """Let the relay answer at once."""
        message = parse(frame)
        self.sent.append(message)
        self.arrive(self.session.receive(message))
        self._relay.flush()

    def hang_up(self) -> None:
        """Let no more frames arrive."""
        self.arriving.put_nowait(None)

    def arrive(self, messages: Sequence[Message]) -> None:
        """Let messages arrive."""
        for message in messages:
            self.arriving.put_nowait(encode(message))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what arrives."""
        while (frame := await self.arriving.get()) is not None:
            yield frame


class MemoryRelay:
    """A relay in memory, which may be down."""

    address: Final = f"wss://{HOST}"
    """What to open a space with as `relay`, beside the `machine` of this relay."""

    def __init__(self) -> None:
        """Begin with no mailbox."""
        self.relay = Relay(entropy_of("relay"))
        self.links: list[MemoryLink] = []
        self.down = False
        self.dials = 0

    def machine(self, machine: Machine = CHEAP) -> Machine:
        """Return a machine whose links lead here, whatever is dialled; `machine` is what it is otherwise."""
        return replace(machine, dial=self.dial)

    @asynccontextmanager
    async def dial(self, _: Address | None = None) -> AsyncIterator[Link]:
        """Bring a link up."""
        self.dials += 1
        if self.down:
            raise ConnectionError("down")
        link = MemoryLink(self)
        self.links.append(link)
        try:
            yield link
        finally:
            self.links.remove(link)

    def flush(self) -> None:
        """Send every follower what is new."""
        for link in self.links:
            link.arrive(link.session.flush())

    def stop(self) -> None:
        """Go down, and every link with it."""
        self.down = True
        for link in self.links:
            link.hang_up()

    def start(self) -> None:
        """Be there again for whoever dials."""
        self.down = False


async def link_contract(dial: DialTo, address: Address) -> None:
    """Check what the client expects of a link; every link keeps this, the fake included.

    Args:
        dial: What brings the link up, such as the `dial` of a `Machine`.
        address: Where a relay answers.

    Raises:
        AssertionError: If the link breaks its word.
        TimeoutError: If something that it owes never comes.
    """
    epochs = [Epoch(token_bytes(32)) for _ in range(3)]
    async with asyncio.timeout(WAIT_S), dial(address) as link:
        assert link.host == address.host, "it names what was dialled, since the proof does"
        arriving = aiter(link)
        hello = parse(await anext(arriving))
        assert isinstance(hello, Hello), "what the relay says first arrives first"
        for epoch in epochs:
            named = proof.statement(host=link.host, challenge=hello.challenge, mailbox=epoch.mailbox)
            link.send(encode(Prove(epoch.mailbox, epoch.mailbox_signer.sign(named))))
        for epoch in epochs:
            answer = parse(await anext(arriving))
            assert isinstance(answer, Refuse), "frames go out whole"
            assert answer.mailbox == epoch.mailbox, "frames go out, and arrive, in order"
        link.hang_up()
        assert [frame async for frame in arriving] == [], "nothing arrives once it was hung up"
