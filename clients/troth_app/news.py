"""That something is new: a count that goes up, and those who wait for it to."""

import asyncio

__all__ = ["News"]


class News:
    """What one process waits for in another's stead; used from one event loop."""

    def __init__(self) -> None:
        """Begin with nothing new."""
        self.count = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Say that something is new."""
        self.count += 1
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def after(self, count: int) -> int:
        """Wait until more is new than a count says; return how much that is."""
        while self.count <= count:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.add(waiting)
            try:
                await waiting
            finally:
                self._waiting.discard(waiting)
        return self.count
