"""A device is in the chapter that both opened last, opens each once, and goes back when a yes is gone."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from troth_app.chapter import Chapter
from troth_app.turning import Chapters
from troth_couple import FIRST_CHAPTER, ChapterId, Day
from troth_couple.turns import Turn

TODAY = Day("2026-09-01")
A, B = ChapterId(b"a" * 16), ChapterId(b"b" * 16)


class Page:
    """A chapter of which it matters what follows."""

    def __init__(self, chapter: ChapterId, opened: Mapping[ChapterId, set[ChapterId]]) -> None:
        self.id = chapter
        self._all = opened

    @property
    def opened(self) -> set[ChapterId]:
        """What both ever said yes to in it."""
        return self._all.get(self.id, set())

    async def look(self, _: Day) -> Any:
        """Itself stands for what stands in it."""
        return self


class Shelf:
    """What follows what, and which pages were opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.onward: dict[ChapterId, ChapterId] = {}
        self.both: dict[ChapterId, set[ChapterId]] = {}
        self.opened: list[ChapterId] = []
        monkeypatch.setattr("troth_app.turning.turn", lambda page: Turn(next=self.onward.get(page.id)))
        self.chapters = Chapters(cast(Chapter, Page(FIRST_CHAPTER, self.both)), self._open)

    async def _open(self, chapter: ChapterId) -> Chapter:
        self.opened.append(chapter)
        return cast(Chapter, Page(chapter, self.both))

    async def path(self) -> list[ChapterId]:
        """Which chapters there are, once it was looked."""
        await self.chapters.follow(TODAY)
        assert self.chapters.current is self.chapters.path[-1]
        return [page.id for page in self.chapters.path]


async def test_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is opened once, however often one looks."""
    shelf = Shelf(monkeypatch)
    assert await shelf.path() == [FIRST_CHAPTER]
    shelf.onward = {FIRST_CHAPTER: A, A: B}
    assert await shelf.path() == await shelf.path() == [FIRST_CHAPTER, A, B]
    assert shelf.opened == [A, B]


async def test_back_and_forth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a yes was taken back in time the last one that follows is the current one, and it may follow again."""
    shelf = Shelf(monkeypatch)
    shelf.onward = {FIRST_CHAPTER: A}
    await shelf.path()
    shelf.onward = {}
    assert await shelf.path() == [FIRST_CHAPTER]
    shelf.onward = {FIRST_CHAPTER: A}
    assert await shelf.path() == [FIRST_CHAPTER, A]
    assert shelf.opened == [A]


async def test_never_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chapter that names an earlier one leads nowhere."""
    shelf = Shelf(monkeypatch)
    shelf.onward = {FIRST_CHAPTER: A, A: B, B: A}
    assert await shelf.path() == [FIRST_CHAPTER, A, B]


async def test_what_was_in_use_stays_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What both had opened and what that led on to is beside the way, and none of it twice."""
    shelf = Shelf(monkeypatch)
    shelf.both.update({FIRST_CHAPTER: {A}, A: {B}, B: {A, FIRST_CHAPTER}})
    assert await shelf.path() == [FIRST_CHAPTER]
    assert [page.id for page in shelf.chapters.beside] == [A, B]
    shelf.onward = {FIRST_CHAPTER: A}
    assert await shelf.path() == [FIRST_CHAPTER, A]
    assert [page.id for page in shelf.chapters.beside] == [B]
    assert sorted(shelf.opened) == [A, B]
