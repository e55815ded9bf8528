"""What the client's tests stand on beside its public fakes: a held store, and a driver without a vault.

Nothing here waits for time to pass; every wait is for something that happens, and bounded.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from secrets import token_bytes

from troth import DeviceKeys, Engine, Identity, Row, Signer, Step, Welcome, begin, countersign, found, load
from troth.testing import MemoryStore, entropy_of, probe_here
from troth_client.backoff import Backoff
from troth_client.dialling import stay_linked
from troth_client.driver import Driver
from troth_client.testing import CHEAP, WAIT_S, HandClock, MemoryLink, MemoryRelay, cheaply

__all__ = ["CHEAP", "WAIT_S", "HandClock", "HeldStore", "MemoryLink", "MemoryRelay", "cheaply", "driving", "new_space"]


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
