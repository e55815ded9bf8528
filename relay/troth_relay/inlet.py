"""One link as the relay reads it: frame by frame, where they arrive, unless it was told to wait.

What was read and may not be taken yet stays here, and nothing more is read meanwhile; so it is one reading at most.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from troth_relay import limits
from troth_relay.framing import Frame, Opcode, Parser

__all__ = ["Inlet", "Ways"]

NO_FRAME: Final = b""
"""What a text counts as."""


class Ways(Protocol):
    """What one link says back without being asked."""

    def pong(self, payload: bytes) -> None:
        """Answer a ping."""

    def ping(self) -> None:
        """Ask whether somebody is there."""

    def misuse(self, code: int) -> None:
        """Say goodbye to who does not speak this protocol."""

    def answer_goodbye(self) -> None:
        """Say goodbye to who did."""

    def cut(self) -> None:
        """End it without a word."""


class Inlet:
    """What one client says; made for the `set_parser` of aiohttp's protocol, which hands over bytes as they come."""

    __slots__ = ("_deaf", "_heard_s", "_over", "_parser", "_paused", "_pinged", "_take", "_transport", "_ways")

    def __init__(
        self,
        transport: asyncio.Transport,
        take: Callable[[bytes], None],
        ways: Ways,
        over: "asyncio.Future[None]",
        *,
        now: float,
    ) -> None:
        """Read what comes over a connection; `over` is done when the other side has said goodbye, or is gone."""
        self._transport = transport
        self._take = take
        self._ways = ways
        self._over = over
        self._parser = Parser()
        self._heard_s = now
        self._pinged = False
        self._paused = False
        self._deaf = False

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take what was read; return whether that was all that is wanted, and nothing for anybody else."""
        self._pinged, self._heard_s = False, asyncio.get_running_loop().time()
        if not self._deaf:
            self._parser.feed(data)
            self._go_on()
        return False, b""

    def feed_eof(self) -> None:
        """Learn that the other side is gone."""
        self._deaf = True
        if not self._over.done():
            self._over.set_result(None)

    def pause(self) -> None:
        """Take nothing more for now."""
        self._paused = True
        self._transport.pause_reading()

    def resume(self) -> None:
        """Take what there is, in a moment of its own, and read again."""
        if self._paused:
            self._paused = False
            asyncio.get_running_loop().call_soon(self._catch_up)

    def _catch_up(self) -> None:
        self._go_on()
        if not self._paused:
            self._transport.resume_reading()

    def beat(self, *, now: float) -> None:
        """Ask after who has been silent for long; cut who does not answer either."""
        if self._paused or self._deaf:
            return
        silent_s = now - self._heard_s
        if self._pinged and silent_s >= limits.HEARTBEAT_S * 3 / 2:
            self._ways.cut()
        elif not self._pinged and silent_s >= limits.HEARTBEAT_S:
            self._pinged = True
            self._ways.ping()

    def _go_on(self) -> None:
        while not (self._paused or self._deaf):
            frame = self._parser.next()
            if frame is None:
                return
            if isinstance(frame, Frame):
                self._obey(frame)
            else:
                self._deaf = True
                self._ways.misuse(frame)

    def _obey(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.BINARY:
                self._take(frame.payload)
            case Opcode.TEXT:
                self._take(NO_FRAME)
            case Opcode.PING:
                self._ways.pong(frame.payload)
            case Opcode.CLOSE:
                self._deaf = True
                self._ways.answer_goodbye()
                self.feed_eof()
