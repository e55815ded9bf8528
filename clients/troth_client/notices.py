"""What an app may want to show, for each listener: a notice that waits already is not queued again.

So a slow listener costs a bounded amount of memory, and misses nothing that looking would not show it.
"""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Final
from weakref import WeakSet

from troth import Changed, Notice

__all__ = ["Board", "Notices"]

OTHERS_WAITING_MAX: Final = 256
"""Notices other than `Changed` that wait for one listener; what comes on top is only counted in the status."""


class Notices(AsyncIterator[Notice]):
    """The notices for one listener, from when it was made; ends when the space is closed."""

    def __init__(self, board: "Board") -> None:
        """Listen to a board."""
        self._board = board
        self._waiting: dict[Notice, None] = {}
        self._others = 0
        self._arrived = asyncio.Event()

    async def __anext__(self) -> Notice:
        """Return the oldest notice that waits, or the next that comes.

        Raises:
            StopAsyncIteration: When the space was closed.
            TrothError: When it stopped working.
        """
        while not self._waiting:
            self._board.check()
            if self._board.closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        notice = next(iter(self._waiting))
        del self._waiting[notice]
        self._others -= not isinstance(notice, Changed)
        return notice

    def put(self, notice: Notice) -> None:
        """Queue a notice, unless the same one waits or there is no more room."""
        other = not isinstance(notice, Changed)
        if notice not in self._waiting and not (other and self._others >= OTHERS_WAITING_MAX):
            self._waiting[notice] = None
            self._others += other
        self._arrived.set()

    def wake(self) -> None:
        """Look again: the board was closed."""
        self._arrived.set()


class Board:
    """Where the driver puts up what it tells; whoever listens takes it from there."""

    def __init__(self) -> None:
        """Begin without listeners."""
        self.closed = False
        self._error: Exception | None = None
        self._trace: TracebackType | None = None
        self._listeners: WeakSet[Notices] = WeakSet()

    def listen(self) -> Notices:
        """Return a new listener; it goes when nobody holds it any more."""
        listener = Notices(self)
        self._listeners.add(listener)
        return listener

    def put(self, notice: Notice) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener.put(notice)

    def check(self) -> None:
        """Raise what stopped the space, if anything did.

        Its trace is that of the first time: it would else grow with everybody who asks.
        """
        if self._error is not None:
            raise self._error.with_traceback(self._trace)

    def close(self, error: Exception | None = None) -> None:
        """Nothing more will come; with an error, everyone who waits is told why."""
        self.closed, self._error = True, error
        self._trace = error.__traceback__ if error is not None else None
        for listener in self._listeners:
            listener.wake()
