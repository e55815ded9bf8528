"""Somebody between clients and a real relay: every frame passes through, and may be changed, dropped or cut off."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from troth_wire.limits import FRAME_BYTES_MAX
from troth_wire.messages import Message, encode, parse

__all__ = ["Between", "between", "names"]

AnySocket = web.WebSocketResponse | ClientWebSocketResponse
HOST: Final = "127.0.0.1"


class Between:
    """What stands between; `to_client` and `to_relay` say what becomes of each message."""

    def __init__(self) -> None:
        """Begin by passing everything on."""
        self.port = 0
        self.upstream = ""
        self.to_client: Callable[[Message], list[Message]] = lambda message: [message]
        self.to_relay: Callable[[Message], list[Message]] = lambda message: [message]
        self._sockets: set[web.WebSocketResponse] = set()

    @property
    def name(self) -> str:
        """Host and port as clients dial it."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"ws://{self.name}"

    async def cut(self) -> None:
        """Cut every link."""
        await asyncio.gather(*(socket.close() for socket in list(self._sockets)))

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """Take a client, and dial for it the relay that is upstream at this moment."""
        upstream = self.upstream
        client = web.WebSocketResponse(max_msg_size=FRAME_BYTES_MAX + 1)
        await client.prepare(request)
        self._sockets.add(client)
        try:
            async with ClientSession() as session, session.ws_connect(upstream, max_msg_size=0) as relay:
                passing = [
                    asyncio.create_task(_pass(client, relay, lambda message: self.to_relay(message))),
                    asyncio.create_task(_pass(relay, client, lambda message: self.to_client(message))),
                ]
                await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
                for task in passing:
                    task.cancel()
                await asyncio.gather(*passing, return_exceptions=True)
        finally:
            self._sockets.discard(client)
            await client.close()
        return client


async def _pass(source: AnySocket, target: AnySocket, change: Callable[[Message], list[Message]]) -> None:
    async for message in source:
        if message.type is WSMsgType.BINARY:
            for each in change(parse(message.data)):
                await target.send_bytes(encode(each))


def names(*sides: Between) -> list[str]:
    """The options of a relay that may be dialled through these."""
    return [option for side in sides for option in ("--name", side.name)]


@asynccontextmanager
async def between() -> AsyncIterator[Between]:
    """Listen on a free port; `upstream` is to be set before anybody dials."""
    standing = Between()
    application = web.Application()
    application.router.add_get("/v1", standing.link)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        standing.port = runner.addresses[0][1]
        yield standing
    finally:
        await standing.cut()
        await runner.cleanup()
