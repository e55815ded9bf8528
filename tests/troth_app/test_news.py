"""Whoever waits hears of everything that came after what they know, once, and who goes away leaves nothing behind."""

import asyncio

from troth_app.news import News


async def test_it_waits_for_more_than_is_known() -> None:
    """What came before is told at once; the rest is waited for, by all who wait."""
    news = News()
    news.tell()
    assert await news.after(0) == 1
    waiting = [asyncio.ensure_future(news.after(1)) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    news.tell()
    news.tell()
    assert await asyncio.gather(*waiting) == [3, 3]


async def test_who_goes_away_is_not_told() -> None:
    """And hinders nobody."""
    news = News()
    gone, stays = (asyncio.ensure_future(news.after(0)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait({gone})
    assert len(news._waiting) == 1
    news.tell()
    assert await stays == 1
    assert news._waiting == set()
