"""A handler that says what a test tells it to, at the other end of a conversation that a page began."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.contracts.client_world import WAIT_S
from tests.troth_app.house import home_at
from troth_app.conversation import Begin, Frames
from troth_app.home import Home
from troth_app.sockets import listen
from troth_app.talk import Talk, hold, read_sentence
from troth_app.web.host import Host
from troth_app.web.visitors import Visitors

__all__ = ["Handler", "answering", "hosting"]

Handler = Callable[[Talk], Awaitable[Any]]


@asynccontextmanager
async def hosting(folder: Path, handler: Handler) -> AsyncIterator[Host]:
    """Have what stands between browsers and such an agent."""
    async with answering(folder, handler) as (home, _):
        host = Host(home, Visitors(bytes(32), bytes), lambda: 0.0)
        yield host
        await host.close()


@asynccontextmanager
async def answering(folder: Path, handler: Handler) -> AsyncIterator[tuple[Home, list[Begin]]]:
    """Have an agent of a home that carries each conversation like this; yield what was begun too."""
    home = home_at(folder)
    begun: list[Begin] = []
    tasks: set[asyncio.Future[None]] = set()
    home.prepare()
    loop = asyncio.get_running_loop()

    async def carry() -> None:
        connection, _ = await loop.sock_accept(listener)
        tasks.add(asyncio.ensure_future(carry()))
        with connection:
            connection.setblocking(False)
            begin = await read_sentence(connection, Frames())
            assert isinstance(begin, Begin)
            begun.append(begin)
            await hold(Talk(connection, begin), handler)

    with listen(home.socket) as listener:
        tasks.add(asyncio.ensure_future(carry()))
        try:
            async with asyncio.timeout(WAIT_S):
                yield home, begun
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
