"""What is said to a link leaves in its order, at once where it can and later where it must; and every link ends."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from troth_relay import limits
from troth_relay.outlet import AT_ONCE_BYTES_MAX, CLOSE_CODES, Outlet
from troth_relay.requests import ConnectionId, DropReason

SMALL, LARGE = b"s", b"l" * (AT_ONCE_BYTES_MAX + 1)


class Line:
    """A link under the test's hand: how much waits in its buffer, and whether it takes more."""

    def __init__(self) -> None:
        """Begin with an empty buffer and room."""
        self.sent: list[bytes | int] = []
        self.weights: list[int] = []
        self.buffered = 0
        self.gone = False
        self.aborted = asyncio.Event()
        self.room = asyncio.Event()
        self.room.set()
        transport: Any = SimpleNamespace(get_write_buffer_size=lambda: self.buffered, abort=self.aborted.set)
        self.transport: asyncio.Transport | None = transport
        self.outlet = Outlet(ConnectionId(1), self, self, lambda _, weight: self.weights.append(weight))

    async def send_bytes(self, data: bytes) -> None:
        """Write, and wait while there is no room."""
        if self.gone:
            raise ConnectionResetError
        self.sent.append(data)
        # A small frame from an empty buffer never waits.
        if len(data) > AT_ONCE_BYTES_MAX or self.buffered:
            await self.room.wait()

    async def close(self, *, code: int) -> bool:
        """Write the goodbye, and wait until it can be heard."""
        self.sent.append(code)
        await self.room.wait()
        return True


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
        said = [LARGE if first == "large" else b"b", SMALL, b"t", LARGE]
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


@pytest.mark.parametrize("reason", list(DropReason))
def test_goodbye_comes_last(reason: DropReason) -> None:
    """What waited before the end is written, then the code of the reason, and nothing after it."""

    async def scenario(line: Line) -> None:
        line.outlet.say(LARGE, 1)
        line.outlet.drop(reason)
        await line.outlet.end()
        assert line.sent == [LARGE, CLOSE_CODES[reason]]

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
        line.room.set()
        slow.room.set()
        await asyncio.gather(line.outlet.end(), slow.outlet.end())

    on_a_line(scenario)


def test_who_is_gone_costs_nothing() -> None:
    """What is said to a link that broke is lost without a complaint, and its end is an end."""

    async def scenario(line: Line) -> None:
        line.gone = True
        assert not line.outlet.say(SMALL, 1)
        line.outlet.say(LARGE, 1)
        line.transport = None
        assert not line.outlet.say(SMALL, 1)
        await line.outlet.end()
        assert line.weights == []

    on_a_line(scenario)


def test_pausing_holds_the_reading_up() -> None:
    """While it is paused nothing is read; pausing and resuming twice is the same as once, and the end resumes."""

    async def scenario(line: Line) -> None:
        await line.outlet.may_be_read()
        line.outlet.pause()
        line.outlet.pause()
        reading = asyncio.ensure_future(line.outlet.may_be_read())
        await asyncio.sleep(0)
        assert not reading.done()
        line.outlet.resume()
        line.outlet.resume()
        await reading
        line.outlet.pause()
        line.outlet.drop(DropReason.LEAVING)
        await line.outlet.may_be_read()
        await line.outlet.end()

    on_a_line(scenario)


def test_frame_that_has_to_wait_is_not_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link whose empty buffer does not hold a small frame is not one that this was made for."""

    async def scenario(line: Line) -> None:
        line.room.clear()
        monkeypatch.setattr(line, "send_bytes", lambda _: line.room.wait())
        with pytest.raises(AssertionError, match="wait for room"):
            line.outlet.say(SMALL, 1)

    on_a_line(scenario)
