"""One WebSocket to a relay: frames in, frames out, and no idea what they mean; the only importer of aiohttp.

Whatever goes wrong with it is a `ConnectionError`.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from troth_wire.errors import UsageError
from troth_wire.limits import FRAME_BYTES_MAX, HOST_BYTES_MAX
from troth_wire.said import Said

try:
    import aiohttp
except ModuleNotFoundError as missing:
    raise ImportError('The client needs aiohttp, which comes with "troth[client]".') from missing

__all__ = ["Address", "DialTo", "Link", "WebSocket", "dial"]

PATH: Final = "/v1"
SHAPE: Final = Said("a relay's address looks like wss://relay.example:443, with the host in ASCII; {why}")
PORTS: Final = {"ws": 80, "wss": 443}
HEARTBEAT_S: Final = 30.0
"""Between pings; a relay that does not answer within half of it is gone."""
CONNECT_S_MAX: Final = 20.0
"""From dialling to an open WebSocket."""
CLOSE_S_MAX: Final = 2.0
"""For the other side to close too."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a relay is: what is dialled, and the host as the proof names it (specs/relay.md, Proof)."""

    url: str
    host: str

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read `ws://host[:port]` or `wss://host[:port]`, with or without `/v1`.

        Raises:
            UsageError: If it is no such address.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise UsageError(_shape(Said("its port is no number"))) from None
        name = parts.hostname or ""
        if parts.scheme not in PORTS or parts.path.rstrip("/") not in ("", PATH):
            raise UsageError(_shape(Said("it begins or ends otherwise")))
        if parts.username is not None or parts.query or parts.fragment or not name.isascii() or not name:
            raise UsageError(_shape(Said("there is more in it, or no plain host name")))
        host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        if len(host) > HOST_BYTES_MAX:
            raise UsageError(_shape(Said("its host name is too long")))
        return cls(f"{parts.scheme}://{host}{PATH}", host)


def _shape(why: str) -> str:
    # The address itself is not quoted: what is wrong with it may be a secret put into it.
    return SHAPE.format(why=why)


class Link(ABC):
    """A link that is up; iterating gives the frames that arrive, until it is down."""

    def __init__(self, host: str) -> None:
        """Begin with nothing to send."""
        self.host = host
        """Host and port as they were dialled."""
        self.outgoing: asyncio.Queue[bytes | None] = asyncio.Queue()
        """Frames to be sent; None hangs up after those before it. What waits is bounded by what the engine pushes."""
        self.good = False
        """Whether the log was read to its end over this link."""

    def send(self, frame: bytes) -> None:
        """Send a frame, after those before it."""
        self.outgoing.put_nowait(frame)

    def hang_up(self) -> None:
        """Close the link after what was sent."""
        self.outgoing.put_nowait(None)

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the frames that arrive."""


DialTo = Callable[[Address], AbstractAsyncContextManager[Link]]
"""Brings a link to a relay up for as long as a block runs; raises ConnectionError if it can not, or when it breaks."""


class WebSocket(Link):
    """A link over a WebSocket."""

    def __init__(self, host: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Wrap a WebSocket that is open."""
        super().__init__(host)
        self._socket = socket

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield frames; a message that is no frame is an empty one, which nobody can read."""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.ERROR:
                return
            yield message.data if message.type is aiohttp.WSMsgType.BINARY else b""

    async def write(self) -> None:
        """Send what is to be sent, until the link is hung up or down."""
        try:
            while (frame := await self.outgoing.get()) is not None:
                await self._socket.send_bytes(frame)
        finally:
            await self._socket.close()


@asynccontextmanager
async def dial(address: Address) -> AsyncIterator[WebSocket]:
    """Bring a link up, for as long as the block runs.

    Raises:
        ConnectionError: If there is no relay, or the link breaks.
    """
    try:
        async with aiohttp.ClientSession() as session, await _connect(session, address.url) as socket:
            link = WebSocket(address.host, socket)
            writing = asyncio.create_task(link.write())
            try:
                yield link
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise ConnectionError(type(error).__name__) from None


async def _connect(session: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    async with asyncio.timeout(CONNECT_S_MAX):
        # aiohttp refuses what is as long as its bound, so it is one more than ours.
        return await session.ws_connect(
            url,
            max_msg_size=FRAME_BYTES_MAX + 1,
            compress=0,
            heartbeat=HEARTBEAT_S,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S_MAX),
        )
