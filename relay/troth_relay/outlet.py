"""One link as the relay writes to it: what waits to be written, in its order, and how it ends.

Most links are idle, and take at once what is said to them: neither costs a task or a queue.
A goodbye comes after all that was said before, and nothing comes after it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from troth_relay import framing, limits
from troth_relay.framing import Opcode
from troth_relay.requests import ConnectionId, DropReason

__all__ = ["CLOSE_CODES", "Keep", "Outlet", "Write", "Written"]

LOG: Final = logging.getLogger("troth_relay")
NORMAL: Final = 1_000
POLICY_VIOLATION: Final = 1_008
SERVICE_RESTART: Final = 1_012
TRY_AGAIN_LATER: Final = 1_013
CLOSE_CODES: Final = {
    DropReason.MISUSE: POLICY_VIOLATION,
    DropReason.SLOW: TRY_AGAIN_LATER,
    DropReason.SILENT: POLICY_VIOLATION,
    DropReason.TROUBLE: TRY_AGAIN_LATER,
    DropReason.CROWDED: TRY_AGAIN_LATER,
    DropReason.OPERATOR: TRY_AGAIN_LATER,
    DropReason.LEAVING: SERVICE_RESTART,
}
AT_ONCE_BYTES_MAX: Final = 16_384
"""A quarter of what the loop's own buffer holds before it lets a writer wait."""

Write = Callable[[bytes], Awaitable[None]]
"""Writes to the connection, and waits if there was no room."""
Written = Callable[[ConnectionId, int], None]
"""Hears that messages of so much weight have left the relay's memory."""


class Keep(Protocol):
    """What hears how many bytes wait, and whether some have just left."""

    def __call__(self, held_bytes: int, *, moved: bool) -> None:
        """Hear it."""


class Outlet:
    """What waits to be written to one link; frames are whole, as `framing.pack` makes them."""

    __slots__ = (
        "_cut",
        "_held_bytes",
        "_keep",
        "_over",
        "_parting",
        "_transport",
        "_waiting",
        "_write",
        "_writing",
        "_written",
        "connection",
    )

    def __init__(
        self,
        connection: ConnectionId,
        transport: asyncio.Transport,
        write: Write,
        written: Written,
        over: "asyncio.Future[None]",
        *,
        keep: Keep,
    ) -> None:
        """Write to a connection that was upgraded; `over` is done when the other side has said goodbye, or is gone."""
        self.connection = connection
        self._transport = transport
        self._write = write
        self._written = written
        self._over = over
        self._keep = keep
        self._held_bytes = 0
        self._waiting: list[tuple[bytes, int] | int] = []
        """Frames with their weights, or the code of a goodbye."""
        self._writing: asyncio.Task[None] | None = None
        self._parting = False
        self._cut: asyncio.TimerHandle | None = None

    def say(self, frame: bytes, weight: int) -> bool:
        """Write a frame now or, if something is before it or there is no room, later; return whether it is written."""
        if self._writing is None and len(frame) <= AT_ONCE_BYTES_MAX and self._is_empty():
            self._transport.write(frame)
            return True
        self._hold(len(frame))
        self._later((frame, weight))
        return False

    def ping(self) -> bool:
        """Ask whether somebody is there, and return True; where something waits, that asks already."""
        idle = self._writing is None and self._is_empty()
        if idle:
            self._transport.write(framing.pack(b"", Opcode.PING))
        return idle

    def pong(self, payload: bytes) -> None:
        """Answer a ping, unless so much waits that it was not read yet."""
        if not self._parting and self._is_empty():
            self._transport.write(framing.pack(payload, Opcode.PONG))

    def drop(self, reason: DropReason) -> None:
        """End it after all that waits was read, but not later than `GOODBYE_S`; a slow reader's at once."""
        self._leave(CLOSE_CODES[reason], patience_s=0 if reason is DropReason.SLOW else limits.GOODBYE_S)

    def misuse(self, code: int) -> None:
        """End it because what comes is none of a WebSocket's."""
        self._leave(code, patience_s=limits.GOODBYE_S)

    def answer_goodbye(self) -> None:
        """End it because the other side said so."""
        if not (self._parting or self._transport.is_closing()):
            self._parting = True
            self._transport.write(framing.close(NORMAL))

    def cut(self) -> None:
        """End it without a word."""
        self._transport.abort()

    async def end(self) -> None:
        """Finish, now that nothing more comes and nobody listens."""
        self._waiting.clear()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            # What was said last has not been taken, and may never be.
            self._cut = self._cut or asyncio.get_running_loop().call_later(limits.GOODBYE_S, self.cut)
        if self._writing is not None:
            await asyncio.wait({self._writing})
        self._hold(-self._held_bytes)
        if self._cut is not None and not self._transport.get_write_buffer_size():
            self._cut.cancel()

    def _is_empty(self) -> bool:
        return not (self._transport.get_write_buffer_size() or self._transport.is_closing())

    def _leave(self, code: int, *, patience_s: float) -> None:
        if not self._parting:
            self._parting = True
            self._later(code)
        self._cut = self._cut or asyncio.get_running_loop().call_later(patience_s, self.cut)

    def _hold(self, more_bytes: int) -> None:
        self._held_bytes += more_bytes
        self._keep(self._held_bytes, moved=more_bytes < 0)

    def _later(self, waiting: tuple[bytes, int] | int) -> None:
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                waiting = self._waiting.pop(0)
                if isinstance(waiting, int):
                    await self._part(waiting)
                    return
                frame, weight = waiting
                await self._write(frame)
                self._hold(-len(frame))
                self._written(self.connection, weight)
            self._writing = None
        except ConnectionError:
            LOG.debug("connection %d is gone", self.connection)

    async def _part(self, code: int) -> None:
        await self._write(framing.close(code))
        await asyncio.wait({self._over}, timeout=limits.CLOSE_S)
        self._transport.close()
