"""A listener hears what happens, and what it has not read yet costs a bounded amount of memory."""

import asyncio
import gc

import pytest

from tests.contracts.client_world import WAIT_S
from troth import CaughtUp, Changed, Elsewhere, Offline, document_id
from troth_client.notices import OTHERS_WAITING_MAX, Board
from troth_wire.errors import StoreError
from troth_wire.ids import RecordId

LIST, NOTES = Changed(document_id("list"), local=True), Changed(document_id("notes"), local=False)


async def test_notices_come_in_order() -> None:
    """A listener hears everything since it was made, and nothing from before."""
    board = Board()
    board.put(Offline())
    listener = board.listen()
    for notice in (LIST, CaughtUp(), NOTES):
        board.put(notice)
    board.close()
    assert [notice async for notice in listener] == [LIST, CaughtUp(), NOTES]


async def test_a_listener_waits() -> None:
    """Who asks before anything happened hears the first that does."""
    board = Board()
    asked = asyncio.ensure_future(anext(board.listen()))
    await asyncio.sleep(0)
    board.put(LIST)
    assert await asyncio.wait_for(asked, WAIT_S) == LIST


async def test_what_waits_already_is_not_queued_again() -> None:
    """A listener that reads slowly hears of a change once, and of a later one again."""
    board = Board()
    listener = board.listen()
    for _ in range(1_000):
        board.put(LIST)
        board.put(NOTES)
    assert [await anext(listener), await anext(listener)] == [LIST, NOTES]
    board.put(LIST)
    board.close()
    assert [notice async for notice in listener] == [LIST]


async def test_a_slow_listener_costs_no_more_than_so_much() -> None:
    """Of notices that are all different only so many wait, and changes still find room."""
    board = Board()
    listener = board.listen()
    for number in range(2 * OTHERS_WAITING_MAX):
        board.put(Elsewhere(RecordId(number.to_bytes(32, "big"))))
    board.put(LIST)
    board.close()
    heard = [notice async for notice in listener]
    assert len(heard) == OTHERS_WAITING_MAX + 1
    assert heard[-1] == LIST


async def test_reading_makes_room() -> None:
    """What was read no longer counts."""
    board = Board()
    listener = board.listen()
    for number in range(3 * OTHERS_WAITING_MAX):
        board.put(Elsewhere(RecordId(number.to_bytes(32, "big"))))
        assert isinstance(await anext(listener), Elsewhere)


async def test_listeners_do_not_share() -> None:
    """Each hears everything."""
    board = Board()
    one, two = board.listen(), board.listen()
    board.put(LIST)
    assert await anext(one) == await anext(two) == LIST


async def test_whoever_waits_is_told_why_it_stopped() -> None:
    """After an error, what waits is still heard, and then the error."""
    board = Board()
    listener = board.listen()
    board.put(LIST)
    board.close(StoreError("why"))
    assert await anext(listener) == LIST
    with pytest.raises(StoreError, match="why"):
        await anext(listener)


async def test_why_it_stopped_is_no_longer_story_each_time() -> None:
    """However often somebody asks, the error tells where it stopped and where it was asked, and no more."""
    board = Board()
    board.close(StoreError("why"))
    depths = set()
    for _ in range(3):
        with pytest.raises(StoreError) as caught:
            board.check()
        depths.add(len(caught.traceback))
    assert len(depths) == 1


async def test_a_listener_that_nobody_holds_is_gone() -> None:
    """Leaving a loop leaves nothing behind."""
    board = Board()
    listener = board.listen()
    del listener
    gc.collect()
    assert len(board._listeners) == 0


async def test_cancelling_a_wait_loses_nothing() -> None:
    """A notice that comes after a wait was cancelled is heard by the next."""
    board = Board()
    listener = board.listen()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(listener), 0)
    board.put(LIST)
    assert await anext(listener) == LIST
