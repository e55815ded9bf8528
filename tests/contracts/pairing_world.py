"""People who pair their devices: each speaks for one side, and hears what the other device shows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.contracts.client_world import CHEAP, WAIT_S
from troth import Row
from troth.pairing import Ticket
from troth_client import Machine, Space, Vault, create_space
from troth_client.home import VaultHome
from troth_client.opening import OpenVault, open_vault
from troth_client.pairing import Ahead
from troth_client.room import RoomId

__all__ = ["PASSPHRASE", "Person", "Table", "at_home", "new_vault", "rows_of", "solo", "until"]

PASSPHRASE: Final = "correct horse"


class Table:
    """What two people can see of each other's devices; another one in between may exchange it."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        loop = asyncio.get_running_loop()
        self.ticket: asyncio.Future[Ticket] = loop.create_future()
        self.link: asyncio.Future[str] = loop.create_future()
        self.words: asyncio.Future[tuple[int, ...]] = loop.create_future()


@dataclass
class Person:
    """One side's `Talk`, played by a test."""

    table: Table
    agrees: bool = True
    """Whether it says yes to what is ahead."""
    matches: bool = True
    """Whether it says that the words match."""
    misread: int = 0
    """Added to each word that it types."""
    asked: list[Ahead] = field(default_factory=list)
    pause: Callable[[], None] = lambda: None
    """Called before it types words."""

    async def show_code(self, ticket: Ticket) -> None:
        """Let the other one see the code."""
        self.table.ticket.set_result(ticket)

    async def show_link(self, text: str) -> None:
        """Let the other one see the link."""
        self.table.link.set_result(text)

    async def show_words(self, words: tuple[int, ...]) -> None:
        """Let the other one see the words."""
        self.table.words.set_result(words)

    async def ask_words(self, positions: tuple[int, int]) -> tuple[int, int]:
        """Type what the other device shows."""
        words = await asyncio.shield(self.table.words)
        self.pause()
        one, two = ((words[position] + self.misread) % 2_048 for position in positions)
        return one, two

    async def ask_match(self, words: tuple[int, ...]) -> bool:
        """Say what the other device says."""
        return self.matches

    async def confirm(self, ahead: Ahead) -> bool:
        """Say yes or no."""
        self.asked.append(ahead)
        return self.agrees


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; whoever waits is bounded in time."""
    while not holds():
        await asyncio.sleep(0)


def solo(path: Path, *, machine: Machine = CHEAP) -> Path:
    """Make a vault with this person's own space."""
    create_space(path, passphrase=PASSPHRASE, machine=machine)
    return path


def new_vault(path: Path, *, machine: Machine = CHEAP) -> Path:
    """Make a vault with no space in it."""
    Vault.create(path, passphrase=PASSPHRASE, machine=machine).close()
    return path


@dataclass
class House:
    """An open vault and the spaces in it."""

    vault: OpenVault
    home: VaultHome
    spaces: dict[RoomId, Space]


@asynccontextmanager
async def at_home(path: Path, *, relay: str | None = None, machine: Machine = CHEAP) -> AsyncIterator[House]:
    """Open a vault and every space in it; everything in the block is bounded in time."""
    async with asyncio.timeout(3 * WAIT_S), AsyncExitStack() as stack:
        vault = await stack.enter_async_context(open_vault(path, passphrase=PASSPHRASE, machine=machine))
        spaces = {
            room: await stack.enter_async_context(vault.space(room, relay=relay))
            for room in vault.rooms
            if vault.about(room) is not None
        }
        yield House(vault, VaultHome(vault, spaces, PASSPHRASE), spaces)


def rows_of(path: Path, *, machine: Machine = CHEAP) -> Sequence[Sequence[Row]]:
    """Return what the rooms of a vault hold."""
    vault = Vault.open(path, passphrase=PASSPHRASE, machine=machine)
    try:
        return [vault.room(room).load() for room in vault.rooms]
    finally:
        vault.close()
