"""One link as the relay writes to it: what waits to be written, in its order, and whether it may be read.

Most links are idle, and take at once what is said to them: neither costs a task or a queue.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from troth_relay import limits
from troth_relay.requests import ConnectionId, DropReason

__all__ = ["CLOSE_CODES", "Outlet", "Request", "WebSocket", "Written"]

LOG: Final = logging.getLogger("troth_relay")
POLICY_VIOLATION: Final = 1_008
SERVICE_RESTART: Final = 1_012
TRY_AGAIN_LATER: Final = 1_013
CLOSE_CODES: Final = {
    DropReason.MISUSE: POLICY_VIOLATION,
    DropReason.SLOW: TRY_AGAIN_LATER,
    DropReason.SILENT: POLICY_VIOLATION,
    DropReason.TROUBLE: TRY_AGAIN_LATER,
    DropReason.OPERATOR: TRY_AGAIN_LATER,
    DropReason.LEAVING: SERVICE_RESTART,
}
AT_ONCE_BYTES_MAX: Final = 16_384
"""A quarter of what the loop's own buffer holds before it lets a writer wait."""

Written = Callable[[ConnectionId, int], None]
"""Hears that messages of so much weight have left the relay's memory."""


class WebSocket(Protocol):
    """What is written to."""

    def send_bytes(self, data: bytes) -> Coroutine[Any, Any, None]:
        """Write a frame, and wait if there was no room for it."""

    async def close(self, *, code: int) -> bool:
        """Close with a code, and wait for the other side's goodbye."""


class Request(Protocol):
    """What the WebSocket came by."""

    @property
    def transport(self) -> asyncio.Transport | None:
        """Its connection; None once that is gone."""


class Outlet:
    """What waits to be written to one link, and whether it may be read."""

    def __init__(self, connection: ConnectionId, request: Request, socket: WebSocket, written: Written) -> None:
        """Wrap a WebSocket that has been prepared."""
        self.connection = connection
        self._socket = socket
        self._request = request
        self._written = written
        self._waiting: list[tuple[bytes, int] | DropReason] = []
        self._writing: asyncio.Task[None] | None = None
        self._gate: asyncio.Event | None = None
        self._cut: asyncio.TimerHandle | None = None

    def pause(self) -> None:
        """Read nothing more for now."""
        self._gate = self._gate or asyncio.Event()

    def resume(self) -> None:
        """Read again."""
        if self._gate is not None:
            self._gate.set()
            self._gate = None

    async def may_be_read(self) -> None:
        """Wait until it may be read."""
        if self._gate is not None:
            await self._gate.wait()

    def say(self, frame: bytes, weight: int) -> bool:
        """Write a frame now or, if something is before it or there is no room, later; return whether it is written."""
        if self._write_now(frame):
            return True
        self._waiting.append((frame, weight))
        self._go_on()
        return False

    def _write_now(self, frame: bytes) -> bool:
        transport = self._request.transport
        if self._waiting or self._is_writing() or transport is None:
            return False
        if len(frame) > AT_ONCE_BYTES_MAX or transport.get_write_buffer_size():
            return False
        try:
            # By hand: from an empty buffer so small a frame never waits for room.
            self._socket.send_bytes(frame).send(None)
        except StopIteration:
            return True
        except ConnectionError:
            return False
        raise AssertionError("a small frame had to wait for room")

    def _is_writing(self) -> bool:
        return self._writing is not None and not self._writing.done()

    def _go_on(self) -> None:
        if not self._is_writing():
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting:
                waiting = self._waiting.pop(0)
                if isinstance(waiting, DropReason):
                    await self._socket.close(code=CLOSE_CODES[waiting])
                    return
                frame, weight = waiting
                await self._socket.send_bytes(frame)
                self._written(self.connection, weight)
        except ConnectionError:
            LOG.debug("connection %d is gone", self.connection)

    def drop(self, reason: DropReason) -> None:
        """End it after all that waits was read, but not later than `GOODBYE_S`; a slow reader's at once."""
        self.resume()
        self._waiting.append(reason)
        self._go_on()
        patience_s = 0 if reason is DropReason.SLOW else limits.GOODBYE_S
        self._cut = self._cut or asyncio.get_running_loop().call_later(patience_s, self._abort)

    def _abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def end(self) -> None:
        """Wait until all is said, now that nothing more is read."""
        self.drop(DropReason.LEAVING)
        if self._writing is not None:
            await asyncio.wait({self._writing})
        if self._cut is not None:
            self._cut.cancel()
