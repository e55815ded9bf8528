"""What a link says is taken frame by frame; while it must wait nothing is taken, and nobody who is silent stays."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from tests.troth_relay.test_framing import masked
from troth_relay import limits
from troth_relay.framing import PROTOCOL_ERROR, Opcode
from troth_relay.inlet import Inlet


class Line:
    """A link whose other end is the test, and what is done about it."""

    def __init__(self) -> None:
        """Begin now, at 0."""
        self.taken: list[bytes] = []
        self.done: list[str | bytes | int] = []
        self.reading = True
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        transport: Any = SimpleNamespace(
            pause_reading=lambda: setattr(self, "reading", False), resume_reading=lambda: setattr(self, "reading", True)
        )
        self.began_s = asyncio.get_running_loop().time()
        self.inlet = Inlet(transport, self.take, self, self.over, now=self.began_s)

    def take(self, frame: bytes) -> None:
        """Take a frame; a certain one makes the relay wait."""
        self.taken.append(frame)
        if frame == b"wait":
            self.inlet.pause()

    def pong(self, payload: bytes) -> None:
        """Note it."""
        self.done.append(payload)

    def ping(self) -> None:
        """Note it."""
        self.done.append("ping")

    def misuse(self, code: int) -> None:
        """Note it."""
        self.done.append(code)

    def answer_goodbye(self) -> None:
        """Note it."""
        self.done.append("goodbye")

    def cut(self) -> None:
        """Note it."""
        self.done.append("cut")


def on_a_line(scenario: Callable[[Line], Awaitable[None]]) -> None:
    """Let something happen on a link."""

    async def run() -> None:
        await asyncio.wait_for(scenario(Line()), 20)

    asyncio.run(run())


def test_frames_are_taken_where_they_arrive() -> None:
    """Binary frames as they are, a text as an empty one, a ping is answered, a pong is not."""

    async def scenario(line: Line) -> None:
        said = masked(b"one") + masked(b"text", Opcode.TEXT) + masked(b"p", Opcode.PING) + masked(b"q", Opcode.PONG)
        assert line.inlet.feed_data(said + masked(b"two")[:4]) == (False, b"")
        assert line.inlet.feed_data(masked(b"two")[4:]) == (False, b"")
        assert (line.taken, line.done) == ([b"one", b"", b"two"], [b"p"])
        assert not line.over.done()

    on_a_line(scenario)


def test_pausing_holds_everything_up() -> None:
    """While it is paused nothing is read or taken, also of what is there; afterwards it goes on where it was."""

    async def scenario(line: Line) -> None:
        line.inlet.feed_data(masked(b"wait") + masked(b"wait") + masked(b"last"))
        line.inlet.feed_data(masked(b"more"))
        assert (line.taken, line.reading) == ([b"wait"], False)
        for taken in (["wait"] * 2, ["wait", "wait", "last", "more"]):
            line.inlet.resume()
            line.inlet.resume()
            # In a moment of its own: what is being done now comes before.
            assert len(line.taken) < len(taken)
            await asyncio.sleep(0)
            assert line.taken == [frame.encode() for frame in taken]
        assert line.reading

    on_a_line(scenario)


def test_goodbye_ends_it() -> None:
    """A goodbye is answered, and what comes after it is nothing; so is a break."""

    async def scenario(line: Line) -> None:
        line.inlet.feed_data(masked(b"\x03\xe8", Opcode.CLOSE) + masked(b"late"))
        line.inlet.feed_data(masked(b"later"))
        assert (line.taken, line.done) == ([], ["goodbye"])
        assert line.over.done()
        line.inlet.feed_eof()
        gone = Line()
        gone.inlet.feed_eof()
        assert gone.over.done()
        assert gone.done == []

    on_a_line(scenario)


def test_misuse_is_heard_no_further() -> None:
    """After what is no frame nothing is taken, however good it looks, and the link is not over before it ends."""

    async def scenario(line: Line) -> None:
        line.inlet.feed_data(masked(b"good") + masked(b"", 3) + masked(b"late"))
        line.inlet.feed_data(masked(b"later"))
        assert (line.taken, line.done) == ([b"good"], [PROTOCOL_ERROR])
        assert not line.over.done()

    on_a_line(scenario)


def test_who_is_silent_is_asked_and_then_cut() -> None:
    """After so long a silence one ping, and half of it later the cut; anything that is said begins anew."""
    silent_s = float(limits.HEARTBEAT_S)

    async def scenario(line: Line) -> None:
        line.inlet.beat(now=line.began_s + silent_s - 1)
        assert line.done == []
        line.inlet.beat(now=line.began_s + silent_s)
        line.inlet.beat(now=line.began_s + silent_s * 1.4)
        assert line.done == ["ping"]
        line.inlet.feed_data(masked(b"", Opcode.PONG))
        line.inlet.beat(now=line.began_s + silent_s * 0.9)
        assert line.done == ["ping"]
        now = asyncio.get_running_loop().time()
        for silence in (1.0, 1.4, 1.5):
            line.inlet.beat(now=now + silent_s * silence)
        assert line.done == ["ping", "ping", "cut"]

    on_a_line(scenario)


def test_who_may_not_speak_is_not_asked() -> None:
    """A link that is paused by the relay, or ends, is not taken for a silent one."""

    async def scenario(line: Line) -> None:
        line.inlet.pause()
        line.inlet.beat(now=line.began_s + 10**6)
        line.inlet.resume()
        await asyncio.sleep(0)
        line.inlet.feed_data(masked(b"", 3))
        line.inlet.beat(now=line.began_s + 10**6)
        assert line.done == [PROTOCOL_ERROR]

    on_a_line(scenario)
