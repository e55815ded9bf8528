"""The chapters of a couple on this device: the first, and those that both opened one after the other.

A page is turned where a command begins, and never in the middle of one: nobody writes into another chapter than they
read. What was written in an old one stays there, and is there to be read; also where a yes to it is gone.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from troth_app.chapter import Chapter
from troth_couple import Day
from troth_couple.entry import ChapterId
from troth_couple.turns import turn

__all__ = ["Chapters"]


class Chapters:
    """All of one space; the last one is the one in which both write."""

    def __init__(self, first: Chapter, open_: Callable[[ChapterId], Awaitable[Chapter]]) -> None:
        """Begin with the first one; `open_` opens another."""
        self.path: Sequence[Chapter] = (first,)
        """From the first one to the current one."""
        self.beside: Sequence[Chapter] = ()
        """Those that both had opened, and that do not follow any more: to read."""
        self._open = open_
        self._known = {first.id: first}

    @property
    def current(self) -> Chapter:
        """The one in which both write."""
        return self.path[-1]

    async def follow(self, today: Day) -> None:
        """Turn to the chapter that both opened last, and find what was in use beside the way to it.

        Raises:
            TrothError: If the space stopped, or something can not be read or kept.
        """
        path = [self.path[0]]
        while (ahead := turn(await path[-1].look(today)).next) is not None and ahead not in _ids(path):
            path.append(await self._chapter(ahead))
        every = list(path)
        for chapter in every:  # It grows meanwhile: what was in use may have led on.
            opened = sorted((await chapter.look(today)).opened - _ids(every))
            every += [await self._chapter(one) for one in opened]
        self.path, self.beside = path, every[len(path) :]

    async def _chapter(self, chapter: ChapterId) -> Chapter:
        if chapter not in self._known:
            self._known[chapter] = await self._open(chapter)
        return self._known[chapter]


def _ids(chapters: Iterable[Chapter]) -> set[ChapterId]:
    return {chapter.id for chapter in chapters}
