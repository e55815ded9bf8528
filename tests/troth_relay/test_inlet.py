"""What a link says is taken frame by frame; while it must wait nothing is taken, and nobody who is silent stays."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

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
        self.busy = False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        transport: Any = SimpleNamespace(
            pause_reading=lambda: setattr(self, "reading", False), resume_reading=lambda: setattr(self, "reading", True)
        )
        self.began_s = asyncio.get_running_loop().time()
        self.held_bytes = 0
        keep = partial(setattr, self, "held_bytes")
        self.inlet = Inlet(transport, self.take, self, self.over, now=self.began_s, keep=keep)

    def take(self, frame: bytes) -> None:
        """Take a frame; a certain one makes the relay wait."""
        self.taken.append(frame)
        if frame == b"wait":
            self.inlet.pause()
        if frame == b"bug":
            raise RuntimeError

    def pong(self, payload: bytes) -> None:
        """Note it."""
        self.done.append(payload)

    def ping(self) -> bool:
        """Note it, where nothing waits to be written."""
        if not self.busy:
            self.done.append("ping")
        return not self.busy

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


def test_thousands_of_small_frames_wait_for_the_others() -> None:
    """A turn takes so many frames; nothing is read until all are taken, and the pings of a turn have one answer."""

    async def scenario(line: Line) -> None:
        turn = limits.TURN_FRAMES_MAX
        line.inlet.feed_data(masked(b"f") * (turn + 1) + masked(b"p", Opcode.PING) * (2 * turn - 3) + masked(b"last"))
        for taken, answered, reading in ((turn, 0, False), (turn + 1, 1, False), (turn + 2, 2, True)):
            assert (len(line.taken), line.done, line.reading) == (taken, [b"p"] * answered, reading)
            # Meanwhile whoever came to say something is heard.
            await asyncio.sleep(0)

    on_a_line(scenario)


def test_turns_end_where_the_relay_waits() -> None:
    """Whoever is to wait in the middle of many frames waits, and is not read before everything is taken."""

    async def scenario(line: Line) -> None:
        turn = limits.TURN_FRAMES_MAX
        line.inlet.feed_data(masked(b"f") * turn + masked(b"wait") + masked(b"f") * turn)
        await asyncio.sleep(0)
        assert (len(line.taken), line.reading) == (turn + 1, False)
        line.inlet.resume()
        line.inlet.resume()
        await asyncio.sleep(0)
        assert (len(line.taken), line.reading) == (2 * turn + 1, False)
        await asyncio.sleep(0)
        assert line.reading

    on_a_line(scenario)


def test_what_is_kept_is_told() -> None:
    """It is told how much is kept of what is not whole, or may not be taken yet; of what is forgotten, nothing."""

    async def scenario(line: Line) -> None:
        half, whole = masked(b"whole")[:-3], masked(b"wait")
        line.inlet.feed_data(whole[:-1])
        assert line.held_bytes == len(whole) - 1
        line.inlet.feed_data(whole[-1:] + half)
        assert (line.taken, line.held_bytes) == ([b"wait"], len(half))
        line.inlet.resume()
        await asyncio.sleep(0)
        line.inlet.feed_data(masked(b"whole")[-3:] + masked(b"piece", final=False))
        assert (line.taken, line.held_bytes) == ([b"wait", b"whole"], len(b"piece"))
        line.inlet.forget()
        line.inlet.feed_data(masked(b"", Opcode.CONTINUATION) + masked(b"deaf"))
        assert line.taken == [b"wait", b"whole"]

    on_a_line(scenario)


def test_bug_ends_the_link() -> None:
    """A frame that breaks us after a pause ends the link, as one that does so while it is read."""

    async def scenario(line: Line) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: line.done.append(str(context["message"])))
        line.inlet.feed_data(masked(b"wait") + masked(b"bug"))
        line.inlet.resume()
        await asyncio.sleep(0)
        assert line.done[0] == "cut"
        with pytest.raises(RuntimeError):
            line.inlet.feed_data(masked(b"bug"))

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


def test_who_is_written_to_is_not_taken_for_silent() -> None:
    """However long somebody reads and says nothing, it is asked first when nothing waits any more, and has its time."""
    silent_s = float(limits.HEARTBEAT_S)

    async def scenario(line: Line) -> None:
        line.busy = True
        for silence in (1.0, 2.0, 9.0):
            line.inlet.beat(now=line.began_s + silent_s * silence)
        assert line.done == []
        line.busy = False
        for silence in (10.0, 10.4):
            line.inlet.beat(now=line.began_s + silent_s * silence)
        assert line.done == ["ping"]
        line.inlet.beat(now=line.began_s + silent_s * 10.5)
        assert line.done == ["ping", "cut"]

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
