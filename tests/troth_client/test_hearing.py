"""What links bring is taken in order; what a link brought that was given up is dropped."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.contracts.client_world import WAIT_S, new_space
from troth import Engine, HangUp, Offline, Rebuild, load
from troth.testing import MemoryStore, entropy_of, probe_here
from troth_client.hearing import HEARD_WAITING_MAX, Hearing
from troth_client.link import Link
from troth_wire.ids import MailboxId
from troth_wire.messages import Create, encode

WORD = Create(MailboxId(bytes(32)), b"")


class Line(Link):
    """A link that keeps what is sent."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Nothing arrives by itself."""
        raise NotImplementedError

    def said(self) -> list[bytes | None]:
        """Return what was sent; None for hanging up."""
        return [self.outgoing.get_nowait() for _ in range(self.outgoing.qsize())]


@pytest.fixture
def engine() -> Engine:
    """An engine of a new space."""
    store = MemoryStore()
    new_space(store)
    return load(store.load(), entropy=entropy_of("hearing"), probe=probe_here)[0]


async def test_frames_wait_for_their_link(engine: Engine) -> None:
    """First the link, then its frames, then the next link: each turn takes one of these."""
    hearing, one, two = Hearing(asyncio.Event()), Line("a:1"), Line("b:2")
    hearing.link_up(one)
    await hearing.frame(one, b"1")
    await hearing.frame(one, b"2")
    hearing.link_down(one)
    hearing.link_up(two)
    await hearing.frame(two, b"3")
    assert hearing.frames() == []
    hearing.relink(engine)
    assert (hearing.link, hearing.frames()) == (one, [b"1", b"2"])
    assert hearing.frames() == []
    step = hearing.relink(engine)
    # The second link is to another relay, so the engine asks to be made anew.
    assert [type(event) for event in step.tell] == [Offline, Rebuild]
    assert (hearing.link, hearing.frames()) == (two, [b"3"])
    assert len(hearing) == 0


async def test_a_link_that_was_given_up_is_not_heard(engine: Engine) -> None:
    """Its frames are dropped, and its end is no news."""
    hearing, line = Hearing(asyncio.Event()), Line("a:1")
    hearing.link_up(line)
    await hearing.frame(line, b"1")
    hearing.relink(engine)
    assert hearing.hang_up()
    assert not hearing.hang_up()
    hearing.link_down(line)
    assert hearing.frames() == []
    assert hearing.relink(engine).tell == []
    assert line.said() == [None]


async def test_too_many_frames_wait_outside() -> None:
    """A link is read no further than so many frames, until they are taken."""
    hearing, line = Hearing(asyncio.Event()), Line("a:1")
    hearing.link = line
    for _ in range(HEARD_WAITING_MAX - 1):
        await hearing.frame(line, b"x")
    last = asyncio.ensure_future(hearing.frame(line, b"last"))
    await asyncio.sleep(0)
    assert not last.done()
    assert len(hearing.frames()) == HEARD_WAITING_MAX
    await asyncio.wait_for(last, WAIT_S)


async def test_everything_heard_wakes() -> None:
    """Links and frames set the event."""
    wake, line = asyncio.Event(), Line("a:1")
    hearing = Hearing(wake)
    for hear in (hearing.link_up, hearing.link_down):
        wake.clear()
        hear(line)
        assert wake.is_set()


async def test_nothing_is_said_after_hanging_up() -> None:
    """Messages go out up to the wish to hang up; without a link they go nowhere."""
    hearing, line = Hearing(asyncio.Event()), Line("a:1")
    assert not hearing.send([WORD])
    hearing.link = line
    assert not hearing.send([WORD])
    assert hearing.send([WORD, HangUp("enough"), WORD])
    assert line.said() == [encode(WORD)] * 2
