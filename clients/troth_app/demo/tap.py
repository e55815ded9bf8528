"""Stands between the devices and the relay: passes bytes on, keeps every one of them, and can cut a line.

The devices' frames are masked on the wire (RFC 6455, 5.3), so that a search of the raw bytes would find nothing in
any case; `frames_in` undoes it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

__all__ = ["HOST", "Tap", "frames_in"]

CHUNK_BYTES: Final = 65_536
HOST: Final = "127.0.0.1"
_END_OF_HEAD: Final = b"\r\n\r\n"


class Tap:
    """A port of its own for one device, leading to the relay; keeps what passes in both directions."""

    def __init__(self, relay_port: int) -> None:
        self.relay_port = relay_port
        self.port = 0
        self.connected = True
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._kept: list[bytearray] = []

    @property
    def captured(self) -> list[bytes]:
        """Everything that passed, one item for each direction of each connection."""
        return [bytes(kept) for kept in self._kept]

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Cut the line, and refuse new ones until `mend`."""
        self.connected = False
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    def mend(self) -> None:
        """Let the device through again."""
        self.connected = True

    async def stop(self) -> None:
        """Cut everything and stop listening."""
        await self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.connected:
            writer.close()
            return
        line = asyncio.get_running_loop().create_task(self._pass_on(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        # Not in the task: one that is cut before it begins has no chance to.
        line.add_done_callback(lambda _: writer.close())

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self.relay_port)
        except OSError:
            return  # The relay is down: so is the line.
        await self._both_ways(reader, writer, far_reader, far_writer)

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        ways = [asyncio.create_task(self._one_way(a, b)) for a, b in ((reader, far_writer), (far_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Before the wait, for a cut may end that too.
            far_writer.close()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _one_way(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        kept = bytearray()
        self._kept.append(kept)
        with suppress(OSError):
            while chunk := await source.read(CHUNK_BYTES):
                kept += chunk
                sink.write(chunk)
                await sink.drain()


def frames_in(captured: bytes) -> Iterator[bytes]:
    """Yield the payloads of the WebSocket frames in one direction of a connection; the last one as far as it came."""
    _, _, frames = captured.partition(_END_OF_HEAD)
    at = 0
    while at + 2 <= len(frames):
        size, masked, start = _frame_at(frames, at)
        mask = frames[start - 4 : start] if masked else bytes(4)
        at = start + size
        yield _unmask(frames[start:at], mask)


def _frame_at(frames: bytes, at: int) -> tuple[int, bool, int]:
    """Return a frame's payload length, whether it is masked, and where the payload starts."""
    masked, short = bool(frames[at + 1] & 0x80), frames[at + 1] & 0x7F
    extra = {126: 2, 127: 8}.get(short, 0)
    size = int.from_bytes(frames[at + 2 : at + 2 + extra], "big") if extra else short
    return size, masked, at + 2 + extra + (4 if masked else 0)


def _unmask(payload: bytes, mask: bytes) -> bytes:
    stream = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(payload), "big")
