"""When an open vault must close by itself: nobody asked for anything for a while, or the machine slept.

Three clocks are compared. One stands still while a machine sleeps, one goes on, and the wall's is set by people.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from troth_app.limits import SUSPEND_S, WALL_JUMP_S

__all__ = ["IDLE", "SLEPT", "Clocks", "Reading", "Watch", "read_clocks"]

IDLE: Final = "nobody asked for anything"
SLEPT: Final = "the machine slept"


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the clocks, in seconds.

    Attributes:
        awake: Stands still while the machine sleeps, where the system has such a clock.
        boot: Goes on while it sleeps; None where there is no such clock.
        wall: The time of day, which anybody may set.
    """

    awake: float
    boot: float | None
    wall: float


Clocks = Callable[[], Reading]


def read_clocks() -> Reading:
    """Look at this machine's clocks."""
    boot = time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else None
    return Reading(time.monotonic(), boot, time.time())


class Watch:
    """Counts what is in progress, and remembers when the last of it ended."""

    def __init__(self, clocks: Clocks, *, idle_s: float) -> None:
        """Begin now."""
        self.idle_s = idle_s
        self._clocks = clocks
        self._last = self._used = clocks()
        self._busy = 0

    @property
    def wall_s(self) -> int:
        """The time of day now, in seconds since 1970."""
        return int(self._clocks().wall)

    def begin(self) -> None:
        """Somebody asks for something."""
        self._busy += 1

    def end(self) -> None:
        """It is answered: the idle time begins anew."""
        self._busy -= 1
        self._used = self._clocks()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Have something that is in progress be none for as long as the block runs: it waits for somebody."""
        self.end()
        try:
            yield
        finally:
            self.begin()

    def look(self) -> str | None:
        """Return why the vault must close now, if it must."""
        last, self._last = self._last, self._clocks()
        if _slept(last, self._last):
            return SLEPT
        if not self._busy and self._last.awake - self._used.awake >= self.idle_s:
            return IDLE
        return None


def _slept(before: Reading, after: Reading) -> bool:
    awake = after.awake - before.awake
    if before.boot is not None and after.boot is not None:
        return after.boot - before.boot - awake > SUSPEND_S
    # A wall clock that was set ahead closes the vault too; that costs a passphrase and nothing else.
    return after.wall - before.wall - awake > WALL_JUMP_S
