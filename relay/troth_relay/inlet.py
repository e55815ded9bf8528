"""One link as the relay reads it: frame by frame, where they arrive, unless it was told to wait.

What was read and may not be taken yet stays here, and nothing more is read meanwhile; so it is one reading at most.
So many frames are one turn: whoever sends thousands of small ones waits for the others between them.
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

    def ping(self) -> bool:
        """Ask whether somebody is there; return whether it was possible, for who is being written to is."""

    def misuse(self, code: int) -> None:
        """Say goodbye to who does not speak this protocol."""

    def answer_goodbye(self) -> None:
        """Say goodbye to who did."""

    def cut(self) -> None:
        """End it without a word."""


class Inlet:
    """What one client says; made for the `set_parser` of aiohttp's protocol, which hands over bytes as they come."""

    __slots__ = (
        "_asked",
        "_deaf",
        "_due",
        "_heard_s",
        "_held_bytes",
        "_keep",
        "_over",
        "_parser",
        "_paused",
        "_pinged_s",
        "_take",
        "_transport",
        "_ways",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        take: Callable[[bytes], None],
        ways: Ways,
        over: "asyncio.Future[None]",
        *,
        now: float,
        keep: Callable[[int], None],
    ) -> None:
        """Read what comes over a connection; `over` is done when the other side has said goodbye, or is gone.

        `keep` hears how many bytes are kept that could not be taken yet.
        """
        self._transport = transport
        self._take = take
        self._ways = ways
        self._over = over
        self._keep = keep
        self._held_bytes = 0
        self._parser = Parser()
        self._heard_s = now
        self._pinged_s: float | None = None
        self._paused = False
        self._due = False
        """Whether another turn comes by itself."""
        self._asked: bytes | None = None
        """The last ping of a turn, which is answered for all of them."""
        self._deaf = False

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take what was read; return whether that was all that is wanted, and nothing for anybody else."""
        self._pinged_s, self._heard_s = None, asyncio.get_running_loop().time()
        if not self._deaf:
            self._parser.feed(data)
            self._go_on()
        return False, b""

    def feed_eof(self) -> None:
        """Learn that the other side is gone."""
        self._deaf = True
        if not self._over.done():
            self._over.set_result(None)

    def forget(self) -> None:
        """Keep nothing of what was said, and listen to nothing more."""
        self._deaf = True
        self._parser = Parser()

    def pause(self) -> None:
        """Take nothing more for now."""
        self._paused = True
        self._transport.pause_reading()

    def resume(self) -> None:
        """Take what there is, in a moment of its own, and read again."""
        if self._paused:
            self._paused = False
            self._come_back()

    def _come_back(self) -> None:
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._catch_up)

    def _catch_up(self) -> None:
        self._due = False
        try:
            self._go_on()
        except Exception:
            # We are broken; as where it happens while reading, nobody goes on as if nothing was.
            self._ways.cut()
            raise
        if not (self._paused or self._due):
            self._transport.resume_reading()

    def beat(self, *, now: float) -> None:
        """Ask after who has been silent for long; cut who does not answer either."""
        if self._paused or self._deaf:
            return
        if self._pinged_s is None:
            if now - self._heard_s >= limits.HEARTBEAT_S and self._ways.ping():
                self._pinged_s = now
        elif now - self._pinged_s >= limits.HEARTBEAT_S / 2:
            self._ways.cut()

    def _go_on(self) -> None:
        self._take_turn()
        if self._asked is not None:
            # For all pings of the turn, as the standard allows: an answer to each would cost us more than they cost.
            asked, self._asked = self._asked, None
            self._ways.pong(asked)
        held_bytes = self._parser.held_bytes
        if held_bytes != self._held_bytes:
            self._held_bytes = held_bytes
            self._keep(held_bytes)

    def _take_turn(self) -> None:
        for _ in range(limits.TURN_FRAMES_MAX):
            frame = None if self._paused or self._due or self._deaf else self._parser.next()
            if frame is None:
                return
            if isinstance(frame, Frame):
                self._obey(frame)
            else:
                self._deaf = True
                self._ways.misuse(frame)
        self._transport.pause_reading()
        self._come_back()

    def _obey(self, frame: Frame) -> None:
        match frame.opcode:
            case Opcode.BINARY:
                self._take(frame.payload)
            case Opcode.TEXT:
                self._take(NO_FRAME)
            case Opcode.PING:
                self._asked = frame.payload
            case Opcode.CLOSE:
                self._deaf = True
                self._ways.answer_goodbye()
                self.feed_eof()
