"""Which lines are being used, until the store has noted it; only where the operator deletes what nobody uses.

An hour counts if somebody was served in it, together with everybody who was: a relay that nobody reaches ages nobody.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from troth_relay import limits
from troth_relay.store import LineId

__all__ = ["Uses"]

HOUR_S: Final = 3_600


class Uses:
    """What a sweep takes to the store: lines that were used, and whether another hour of service is over."""

    def __init__(self) -> None:
        """Begin with nothing that is to be noted."""
        self._lines: dict[LineId, None] = {}
        self._begun_s: float | None = None
        self._served = self._owed = False
        """Whether somebody was in this hour, and whether the last one is to be counted."""

    def see(self, line: LineId) -> None:
        """Somebody who has the key of a log of this line came to it."""
        self._lines[line] = None
        self._served = True

    def due(self, present: Iterable[LineId], *, now: float) -> tuple[frozenset[LineId], int]:
        """Return which lines are to be noted now, a bounded number, and how many hours of service with them.

        Args:
            present: The lines that links have proven, each maybe often.
            now: The monotonic clock in seconds; however far it jumps, one hour is the most that has passed.
        """
        self._begun_s = now if self._begun_s is None else self._begun_s
        if now - self._begun_s >= HOUR_S:
            for line in present:
                # Who stays connected for months is using it.
                self.see(line)
            self._owed, self._served, self._begun_s = self._owed or self._served, False, now
        lines = frozenset(islice(self._lines, limits.USES_MAX))
        # Not before all who were there are noted.
        return lines, int(self._owed and len(lines) == len(self._lines))

    def noted(self, lines: Iterable[LineId], *, hours: int) -> None:
        """The store has noted it."""
        for line in lines:
            self._lines.pop(line, None)
        self._owed = self._owed and not hours

    def forget(self) -> None:
        """Nobody wants to know any longer."""
        self._lines.clear()
        self._begun_s, self._served, self._owed = None, False, False
