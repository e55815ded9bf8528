"""Which lines of a record a device can write now: what a line leans on is written, and within the device's reach.

While lines are cut, whoever is apart can not answer what came after; such an act is put off until they are mended.
"""

import asyncio
from collections.abc import Iterable

from troth_app.demo.record import Act, Edit

__all__ = ["Reach"]

Place = tuple[str, int]
"""A person, and which of their devices."""


class Reach:
    """What is written, what is put off, and who is apart; used from one event loop."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = {edit.n: edit for edit in edits}
        self._done: set[int] = set()
        self._put_off: set[int] = set()
        self._apart: set[Place] = set()
        self._before: set[int] = set()
        """What was written before the lines were cut, and is everywhere."""
        self._news = asyncio.Condition()
        self.leaned_on = frozenset(n for edit in self._edits.values() for n in _leans_on(edit))
        """The lines that a later one leans on."""

    def cut(self, apart: Iterable[Place]) -> None:
        """Let some devices be apart from now on; everything that is written so far has reached everybody."""
        self._apart, self._before = set(apart), set(self._done)

    def mend(self) -> None:
        """Let everybody meet again."""
        self._apart, self._put_off = set(), set()

    async def can_write(self, edit: Edit) -> bool:
        """Wait until what an edit leans on is written; false if that is out of reach, and the edit is put off."""
        for n in sorted(_leans_on(edit)):
            if not self._reaches(n, edit) or not await self._written(n):
                await self._tell(self._put_off, edit)
                return False
        return True

    async def wrote(self, edit: Edit) -> None:
        """Note that an edit is written, or never will be."""
        await self._tell(self._done, edit)

    def _reaches(self, n: int, edit: Edit) -> bool:
        here, there = _place(edit), _place(self._edits[n])
        return n in self._before or here == there or not self._apart & {here, there}

    async def _written(self, n: int) -> bool:
        async with self._news:
            await self._news.wait_for(lambda: n in self._done or n in self._put_off)
        return n in self._done

    async def _tell(self, those: set[int], edit: Edit) -> None:
        async with self._news:
            those.add(edit.n)
            self._news.notify_all()


def _place(edit: Edit) -> Place:
    return edit.by, edit.on


def _leans_on(edit: Edit) -> frozenset[int]:
    return edit.leans_on if isinstance(edit, Act) else frozenset()
