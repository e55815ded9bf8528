"""What is said to a link leaves in its order, at once where it can and later where it must; and every link ends."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from troth_relay import limits
from troth_relay.framing import Opcode, close, pack
from troth_relay.outlet import AT_ONCE_BYTES_MAX, CLOSE_CODES, Outlet
from troth_relay.requests import ConnectionId, DropReason

SMALL, LARGE = pack(b"s"), pack(b"l" * AT_ONCE_BYTES_MAX)


class Line:
    """A link under the test's hand: how much waits in its buffer, and whether it takes more."""

    def __init__(self) -> None:
        """Begin with an empty buffer and room."""
        self.sent: list[bytes] = []
        self.weights: list[int] = []
        self.buffered = 0
        self.gone = False
        self.aborted = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        transport: Any = SimpleNamespace(
            get_write_buffer_size=lambda: self.buffered,
            abort=self.aborted.set,
            close=lambda: setattr(self, "gone", True),
            is_closing=lambda: self.gone,
            write=self.sent.append,
        )
        hear = self.weights.append
        self.kept: list[tuple[int, bool]] = []
        self.outlet = Outlet(
            ConnectionId(1), transport, self.write, lambda _, weight: hear(weight), self.over, keep=self.keep
        )

    def keep(self, held_bytes: int, *, moved: bool) -> None:
        """Note what waits, and whether some has just left."""
        self.kept.append((held_bytes, moved))

    async def write(self, data: bytes) -> None:
        """Write, and wait while there is no room."""
        if self.gone:
            raise ConnectionResetError
        self.sent.append(data)
        await self.room.wait()


def on_a_line(scenario: Callable[[Line], Awaitable[None]]) -> None:
    """Let something happen to a link."""

    async def run() -> None:
        await asyncio.wait_for(scenario(Line()), 20)

    asyncio.run(run())


def test_idle_link_takes_at_once() -> None:
    """What is small and has nothing before it is written where it is said, and nothing is left to do."""

    async def scenario(line: Line) -> None:
        before = asyncio.all_tasks()
        assert [line.outlet.say(SMALL, 7) for _ in range(3)] == [True] * 3
        assert (line.sent, line.weights) == ([SMALL] * 3, [])
        assert asyncio.all_tasks() == before

    on_a_line(scenario)


@pytest.mark.parametrize("first", ["large", "buffered"])
def test_order_is_kept_while_something_waits(first: str) -> None:
    """Behind a frame that is large, or one that the system did not take, everything waits its turn and is counted."""

    async def scenario(line: Line) -> None:
        line.room.clear()
        line.buffered = 9 if first == "buffered" else 0
        said = [LARGE if first == "large" else pack(b"b"), SMALL, pack(b"t"), LARGE]
        assert [line.outlet.say(frame, number) for number, frame in enumerate(said)] == [False] * 4
        await asyncio.sleep(0)
        assert line.sent == said[:1]
        line.buffered = 0
        line.room.set()
        while len(line.weights) < 4:
            await asyncio.sleep(0)
        assert (line.sent, line.weights) == (said, [0, 1, 2, 3])
        # Afterwards it is idle again.
        await asyncio.sleep(0)
        assert line.outlet.say(SMALL, 4)

    on_a_line(scenario)


def test_what_waits_is_told() -> None:
    """It is told how much waits, and when some has left; at the end nothing waits, whether it was written or not."""

    async def scenario(line: Line) -> None:
        line.room.clear()
        for frame in (SMALL, LARGE, SMALL):
            line.outlet.say(frame, 1)
        both = len(LARGE) + len(SMALL)
        # What is small was written, and never waited.
        assert line.kept == [(len(LARGE), False), (both, False)]
        line.room.set()
        while len(line.weights) < 2:
            await asyncio.sleep(0)
        assert line.kept[2:] == [(len(SMALL), True), (0, True)]
        line.room.clear()
        line.outlet.say(LARGE, 1)
        line.outlet.say(LARGE, 1)
        await asyncio.sleep(0)
        line.gone = True
        line.room.set()
        await line.outlet.end()
        assert line.kept[-1][0] == 0

    on_a_line(scenario)


@pytest.mark.parametrize("reason", list(DropReason))
def test_goodbye_comes_last(reason: DropReason) -> None:
    """What waited before the end is written, then the code of the reason, and nothing after it, whoever says it."""

    async def scenario(line: Line) -> None:
        line.outlet.say(LARGE, 1)
        line.outlet.drop(reason)
        line.outlet.drop(DropReason.LEAVING)
        line.outlet.say(SMALL, 2)
        line.outlet.answer_goodbye()
        line.outlet.pong(b"late")
        while len(line.sent) < 2:
            await asyncio.sleep(0)
        line.over.set_result(None)
        await line.outlet.end()
        assert line.sent == [LARGE, close(CLOSE_CODES[reason])]
        assert line.gone

    on_a_line(scenario)


def test_who_does_not_say_goodbye_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay waits a while for the other side's goodbye, and closes the connection without it."""
    monkeypatch.setattr(limits, "CLOSE_S", 0.01)

    async def scenario(line: Line) -> None:
        line.outlet.misuse(1_002)
        while not line.gone:
            await asyncio.sleep(0)
        assert line.sent == [close(1_002)]
        await line.outlet.end()

    on_a_line(scenario)


def test_goodbye_is_answered_once() -> None:
    """Who says goodbye is answered at once, and what waited for it is not written any more."""

    async def scenario(line: Line) -> None:
        line.outlet.answer_goodbye()
        line.outlet.answer_goodbye()
        line.outlet.drop(DropReason.LEAVING)
        line.over.set_result(None)
        await line.outlet.end()
        assert line.sent == [close(1_000)]

    on_a_line(scenario)


def test_pings_and_pongs_never_pile_up() -> None:
    """Where something waits to be read nothing is added that was not said by the relay's mind."""

    async def scenario(line: Line) -> None:
        assert line.outlet.ping()
        line.outlet.pong(b"p")
        assert line.sent == [pack(b"", Opcode.PING), pack(b"p", Opcode.PONG)]
        line.buffered = 1
        assert not line.outlet.ping()
        line.outlet.pong(b"p")
        line.buffered, line.gone = 0, True
        assert not line.outlet.ping()
        line.outlet.pong(b"p")
        assert len(line.sent) == 2
        await line.outlet.end()

    on_a_line(scenario)


def test_link_that_takes_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not take what is before the goodbye is cut in the end; a slow reader at once."""
    monkeypatch.setattr(limits, "GOODBYE_S", 0.05)

    async def scenario(line: Line) -> None:
        line.room.clear()
        line.outlet.say(LARGE, 1)
        line.outlet.drop(DropReason.LEAVING)
        await line.aborted.wait()
        slow = Line()
        slow.room.clear()
        monkeypatch.setattr(limits, "GOODBYE_S", 3_600)
        slow.outlet.say(LARGE, 1)
        slow.outlet.drop(DropReason.SLOW)
        await slow.aborted.wait()
        for cut in (line, slow):
            cut.gone = True
            cut.room.set()
        await asyncio.gather(line.outlet.end(), slow.outlet.end())

    on_a_line(scenario)


def test_goodbye_that_is_not_taken_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says goodbye and takes nothing of the answer does not keep its connection."""
    monkeypatch.setattr(limits, "GOODBYE_S", 0.01)

    async def scenario(line: Line) -> None:
        line.buffered = 9
        await line.outlet.end()
        await line.aborted.wait()

    on_a_line(scenario)


def test_who_says_goodbye_and_reads_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a frame is just being written to it: a link that has ended waits for nobody."""
    monkeypatch.setattr(limits, "GOODBYE_S", 0.01)

    async def scenario(line: Line) -> None:
        line.room.clear()
        line.outlet.say(LARGE, 1)
        await asyncio.sleep(0)
        line.buffered = 9
        line.outlet.answer_goodbye()
        line.over.set_result(None)
        ending = asyncio.ensure_future(line.outlet.end())
        await line.aborted.wait()
        assert not ending.done()
        line.room.set()
        await ending
        assert line.weights == [1]

    on_a_line(scenario)


def test_who_is_gone_costs_nothing() -> None:
    """What is said to a link that broke is lost without a complaint, and its end is an end."""

    async def scenario(line: Line) -> None:
        line.gone = True
        assert not line.outlet.say(SMALL, 1)
        assert not line.outlet.say(LARGE, 1)
        await line.outlet.end()
        assert not line.outlet.say(SMALL, 1)
        assert (line.sent, line.weights) == ([], [])

    on_a_line(scenario)
