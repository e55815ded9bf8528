"""A home with an agent in this process, a keeper that is real and cheap, and what stands between it and browsers.

A lock ends the keeper as a kill does: its conversations end in the middle, and the vault is closed.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.contracts.client_world import CHEAP, WAIT_S
from tests.troth_app.house import DAY, PASSPHRASE, HandClocks, home_at, made
from tests.troth_app.two import Two, two
from troth_app.agent import Agent
from troth_app.conversation import Begin, frame
from troth_app.home import Home
from troth_app.keeper import OPENED, Keeper
from troth_app.sockets import listen, pair
from troth_app.web.forms import take
from troth_app.web.host import Host
from troth_app.web.replies import Go, Page, Reply, See
from troth_app.web.rooms import show
from troth_app.web.visitors import Visitors

__all__ = ["PASSPHRASE", "Desk", "Inside", "desk", "desk_for_two"]

COOKIE: Final = "robin"


class Inside:
    """A keeper in this process, as an agent knows one."""

    def __init__(self, home: Home, keeper: Keeper | None = None) -> None:
        """Run a keeper: one that is open, or one that opens."""
        self.agent, channel = pair()
        self.agent.setblocking(False)
        self.clocks = HandClocks()
        self.keeper = Keeper(home, channel, once=False, machine=CHEAP, clocks=self.clocks, today=lambda: DAY)
        if keeper is not None:
            assert keeper.household is not None
            self.keeper.admit(keeper.household)
        self.channel = channel
        self.running = asyncio.ensure_future(self.keeper.run())

    def hand(self, connection: socket.socket, begin: Begin) -> None:
        """Hand a conversation over."""
        socket.send_fds(self.agent, [frame(begin)], [connection.fileno()])

    async def opened(self) -> bool:
        """Wait until it says that it is open, or is gone."""
        return await asyncio.get_running_loop().sock_recv(self.agent, 1) == OPENED

    async def ended(self) -> None:
        """Wait until it is gone, and its vault closed."""
        await asyncio.wait({self.running})
        if self.keeper.household is not None:
            await self.keeper.household.close()
        self.channel.close()

    def kill(self) -> None:
        """End it."""
        self.running.cancel()


@dataclass
class Desk:
    """Somebody at the pages of a home."""

    home: Home
    agent: Agent
    host: Host
    keepers: list[Inside]
    two: Two | None = None
    cookie: str = COOKIE
    clock_s: list[float] = field(default_factory=lambda: [0.0])

    def see(self, path: str, *, before: str = "/", live: bool = False) -> See:
        """Ask for an address."""
        return See(path=path, cookie=self.cookie, before=before, live=live)

    async def get(self, path: str, *, live: bool = False) -> Reply:
        """Look at an address."""
        return await show(self.host.glancing() if live else self.host, self.see(path, live=live))

    async def page(self, path: str, *, live: bool = False) -> Page:
        """Look at an address at which there is a page."""
        found = await self.get(path, live=live)
        assert isinstance(found, Page), found
        return found

    async def post(self, path: str, before: str = "/", **fields: str) -> Reply:
        """Send a form."""
        return await take(self.host, self.see(path, before=before), fields)

    async def go(self, path: str, before: str = "/", **fields: str) -> str:
        """Send a form that leads elsewhere; return where."""
        found = await self.post(path, before, **fields)
        assert isinstance(found, Go), found
        return found.to

    async def answer(self, step: str, **fields: str) -> Reply:
        """Answer what a page of a conversation asks."""
        number = (await self.page(step)).context["step"]["question"]["number"]
        return await self.post(step, question=str(number), **fields)

    async def told(self) -> list[str]:
        """What the next page says first."""
        return list((await self.page("/8")).context["page"]["told"])

    @property
    def inside(self) -> Inside:
        """The newest keeper."""
        return self.keepers[-1]

    async def lock(self) -> None:
        """Close the vault."""
        await self.agent.lock()

    async def mine(self) -> list[str]:
        """Open the vault, and return what is kept for oneself alone."""
        if not self.agent.is_open:
            await self.post("/unlock", passphrase=PASSPHRASE)
        return list((await self.page("/4")).context["entries"])


@asynccontextmanager
async def desk(home: Home, keeper: Keeper | None = None) -> AsyncIterator[Desk]:
    """Have an agent of a home that serves for as long as the block runs."""
    home.prepare()
    keepers: list[Inside] = []
    given = [keeper] if keeper is not None else []

    async def start() -> Inside:
        keepers.append(Inside(home, given.pop() if given else None))
        return keepers[-1]

    agent = Agent(home, start, lasting=True)
    at = Desk(home, agent, Host(home, Visitors(bytes(32), os.urandom), lambda: at.clock_s[0]), keepers)
    with listen(home.socket) as listener:
        serving = asyncio.ensure_future(agent.serve(listener, None))
        try:
            async with asyncio.timeout(WAIT_S):
                if keeper is not None:
                    await agent._keep()
                    while not agent.is_open:
                        await asyncio.sleep(0)
                yield at
        finally:
            await at.host.close()
            serving.cancel()
            await asyncio.wait({serving})
            for one in keepers:
                one.agent.close()


@asynccontextmanager
async def desk_for_two(folder: Path) -> AsyncIterator[Desk]:
    """Have Robin's vault open with a space for two in it."""
    async with two(folder) as both, desk(both.keeper.home, both.keeper) as at:
        at.two = both
        yield at


@asynccontextmanager
async def desk_for_one(folder: Path) -> AsyncIterator[Desk]:
    """Have a vault that is locked."""
    async with desk(made(folder)) as at:
        yield at


@asynccontextmanager
async def empty_desk(folder: Path) -> AsyncIterator[Desk]:
    """Have a home without a vault."""
    async with desk(home_at(folder)) as at:
        yield at
