"""What machines add to a pairing, from the code to what is kept; people and passphrases take no time here."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from bench.figures import Figures
from bench.processes import serving
from troth import Cost
from troth.pairing import Ticket
from troth_client import Machine, Vault, create_space
from troth_client.home import VaultHome
from troth_client.link import Address
from troth_client.opening import open_vault
from troth_client.pairing import Ahead, guest_device, guest_here, host_device, host_here

__all__ = ["measure"]

TURNS: Final = 7
PASSPHRASE: Final = "not a secret"
DEADLINE_S: Final = 60


def _cheaply(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return blake2b(passphrase.encode(), key=salt, digest_size=32).digest()


MACHINE: Final = Machine(stretch=_cheaply)


class Quick:
    """A person who does everything at once; both sides share one."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        loop = asyncio.get_running_loop()
        self.ticket: asyncio.Future[Ticket] = loop.create_future()
        self.words: asyncio.Future[tuple[int, ...]] = loop.create_future()

    async def show_code(self, ticket: Ticket) -> None:
        """Let the other side see it."""
        self.ticket.set_result(ticket)

    async def show_link(self, text: str) -> None:
        """Show nothing: codes alone are measured."""

    async def show_words(self, words: tuple[int, ...]) -> None:
        """Let the other side see them."""
        self.words.set_result(words)

    async def ask_words(self, positions: tuple[int, int]) -> tuple[int, int]:
        """Type them."""
        words = await self.words
        return words[positions[0]], words[positions[1]]

    async def ask_match(self, words: tuple[int, ...]) -> bool:
        """Say yes."""
        return True

    async def confirm(self, ahead: Ahead) -> bool:
        """Say yes."""
        return True


Flow = Callable[[VaultHome, VaultHome, Address, Quick], Coroutine[Any, Any, Any]]


async def _device(host: VaultHome, guest: VaultHome, address: Address, person: Quick) -> None:
    async def join() -> None:
        await guest_device(guest, await person.ticket, address, person, machine=MACHINE)

    await asyncio.gather(host_device(host, address, person, machine=MACHINE), join())


async def _here(host: VaultHome, guest: VaultHome, address: Address, person: Quick) -> None:
    async def join() -> None:
        await guest_here(guest, await person.ticket, address, person, machine=MACHINE)

    await asyncio.gather(host_here(host, address, person, machine=MACHINE), join())


async def _time(flow: Flow, address: Address) -> float:
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        host, guest = Path(folder, "host"), Path(folder, "guest")
        create_space(host, passphrase=PASSPHRASE, machine=MACHINE)
        Vault.create(guest, passphrase=PASSPHRASE, machine=MACHINE).close()
        async with asyncio.timeout(DEADLINE_S), AsyncExitStack() as stack:
            homes = [await _home(stack, path) for path in (host, guest)]
            person, start = Quick(), time.perf_counter()
            await flow(homes[0], homes[1], address, person)
            return time.perf_counter() - start


async def _home(stack: AsyncExitStack, path: Path) -> VaultHome:
    vault = await stack.enter_async_context(open_vault(path, passphrase=PASSPHRASE, machine=MACHINE))
    spaces = {room: await stack.enter_async_context(vault.space(room)) for room in vault.rooms}
    return VaultHome(vault, spaces, PASSPHRASE)


def measure() -> Figures:
    """Return the median of several pairings of each kind, over loopback with a relay in a process of its own."""
    figures: Figures = {}
    with serving() as server:
        address = Address.parse(f"ws://127.0.0.1:{server.port}")
        for name, flow in (("device", _device), ("partner_here", _here)):
            times = [asyncio.run(_time(flow, address)) for _ in range(TURNS)]
            figures[f"{name}_ms"] = statistics.median(times) * 1e3
            figures[f"{name}_slowest_ms"] = max(times) * 1e3
    return figures
