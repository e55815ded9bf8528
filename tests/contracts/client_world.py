"""What the client's tests stand on: cheap passphrases, a clock moved by hand, a held store, a relay in memory.

Nothing here waits for time to pass; every wait is for something that happens, and bounded.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from hashlib import blake2b
from secrets import token_bytes
from typing import Final

from troth import Cost, DeviceKeys, Engine, Identity, Row, Signer, Step, Welcome, begin, countersign, found, load
from troth.testing import HOST, MemoryStore, Relay, Session, entropy_of, probe_here
from troth_client import Machine
from troth_client.backoff import Backoff
from troth_client.dialling import stay_linked
from troth_client.driver import Driver
from troth_client.link import Link
from troth_wire.messages import Message, encode, parse

__all__ = ["CHEAP", "WAIT_S", "HandClock", "HeldStore", "MemoryLink", "MemoryRelay", "cheaply", "driving", "new_space"]

WAIT_S: Final = 60.0


def cheaply(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Stretch a passphrase in no time; worth nothing."""
    return blake2b(passphrase.encode(), key=salt + bytes([cost.passes]), digest_size=32).digest()


CHEAP: Final = Machine(stretch=cheaply)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now_s = 0.0
        self.waits: list[float] = []
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


class HeldStore(MemoryStore):
    """A store whose commits wait while it is held."""

    def __init__(self) -> None:
        """Begin without being held."""
        super().__init__()
        self.commits = 0
        self._free = threading.Event()
        self._free.set()
        self._entered = threading.Event()

    def hold(self) -> None:
        """Let no commit return from now on."""
        self._entered.clear()
        self._free.clear()

    async def entered(self) -> None:
        """Wait until a commit is held."""
        assert await asyncio.to_thread(self._entered.wait, WAIT_S), "no commit came"

    def release(self) -> None:
        """Let commits return."""
        self._free.set()

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, once it is not held."""
        self._entered.set()
        assert self._free.wait(WAIT_S), "held for too long"
        super().commit(rows)
        self.commits += 1

    def records(self) -> int:
        """Count the records in it."""
        return sum(table == "records" for table, _ in self.rows)


def new_space(store: MemoryStore, seed: str = "alone") -> None:
    """Let a store hold a new space for one person."""
    entropy = entropy_of(seed)
    keys, admin = DeviceKeys.make(entropy)
    genesis = countersign(found([keys.card], entropy), keys, Signer(admin))
    store.commit(begin(Identity.welcomed(keys, Welcome(genesis, None)), entropy))


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

    def __init__(self) -> None:
        """Begin with no mailbox."""
        self.relay = Relay(entropy_of("relay"))
        self.links: list[MemoryLink] = []
        self.down = False
        self.dials = 0

    @asynccontextmanager
    async def dial(self) -> AsyncIterator[Link]:
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


@asynccontextmanager
async def driving(
    store: MemoryStore, relay: MemoryRelay | None = None, *, clock: HandClock | None = None, moved: bool = False
) -> AsyncIterator[Driver]:
    """Drive the space in a store for the length of a block."""
    clock = clock or HandClock()
    backoff = Backoff(token_bytes)

    def make() -> tuple[Engine, Step]:
        return load(store.load(), entropy=token_bytes, probe=probe_here, moved=moved)

    with ThreadPoolExecutor(1) as worker:
        driver = Driver(store, make, worker=worker, clock=clock)
        await driver.start()
        linking = [asyncio.create_task(stay_linked(relay.dial, driver.hearing, backoff, clock))] if relay else []
        try:
            async with asyncio.timeout(WAIT_S):
                yield driver
        finally:
            for task in linking:
                task.cancel()
            await driver.close()
