"""A link is kept up: dialled again after every end, with waits that grow only while sessions are bad."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.contracts.client_world import WAIT_S, HandClock
from troth_client.backoff import BASE_S, Backoff
from troth_client.dialling import stay_linked
from troth_client.link import Link


class Script(Link):
    """A link over which some frames arrive before it ends."""

    def __init__(self, *frames: bytes, good: bool = False, breaks: bool = False) -> None:
        """Know what will arrive."""
        super().__init__("a:1")
        self.frames = frames
        self.good = good
        self.breaks = breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the frames, and break if told so."""
        for frame in self.frames:
            yield frame
        if self.breaks:
            raise ConnectionError("broken")


class Log:
    """A hearer that writes down what it is told."""

    def __init__(self) -> None:
        """Begin empty."""
        self.lines: list[str] = []

    def link_up(self, link: Link) -> None:
        """Write it down."""
        self.lines.append("up")

    async def frame(self, link: Link, frame: bytes) -> None:
        """Write it down."""
        self.lines.append(frame.decode())

    def link_down(self, link: Link) -> None:
        """Write it down."""
        self.lines.append("down")


async def dialled(*links: Link | None) -> tuple[list[str], list[float]]:
    """Dial so many times, None being nobody there; return what was heard, and the waits in between."""
    clock, log, left = HandClock(), Log(), list(links)

    @asynccontextmanager
    async def dial() -> AsyncIterator[Link]:
        link = left.pop(0)
        if link is None:
            raise ConnectionError("nobody there")
        yield link

    backoff = Backoff(lambda length: b"\xff" * length)
    staying = asyncio.create_task(stay_linked(dial, log, backoff, clock))
    async with asyncio.timeout(WAIT_S):
        for number in range(len(links)):
            await clock.asleep()
            if number < len(links) - 1:
                clock.advance(100)
    staying.cancel()
    await asyncio.wait({staying})
    return log.lines, [round(wait / BASE_S, 3) for wait in clock.waits]


async def test_a_session_is_told_from_beginning_to_end() -> None:
    """Up, its frames, down; then it is dialled again."""
    lines, _ = await dialled(Script(b"one", b"two"), Script(b"three"))
    assert lines == ["up", "one", "two", "down", "up", "three", "down"]


async def test_waits_grow_while_nobody_is_there() -> None:
    """Every dial that fails doubles the ceiling of the next wait."""
    assert await dialled(None, None, None, None) == ([], [1, 2, 4, 8])


async def test_a_relay_that_hangs_up_at_once_is_not_dialled_in_a_hurry() -> None:
    """A session in which the log was not read to its end counts like none."""
    assert (await dialled(Script(), Script(), Script()))[1] == [1, 2, 4]


async def test_waits_are_short_again_after_a_good_session() -> None:
    """After the log was read to its end, waiting begins anew."""
    assert (await dialled(None, None, Script(good=True), None))[1] == [1, 2, 1, 2]


async def test_a_link_that_breaks_is_told_down() -> None:
    """An error in the middle ends the session like any other end."""
    lines, waits = await dialled(Script(b"one", breaks=True), None)
    assert lines == ["up", "one", "down"]
    assert waits == [1, 2]
