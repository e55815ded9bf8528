"""A word that says only how far this device has read, long after it has read something and written nothing.

It lets others find a relay that shows them another log. It comes neither with a link nor at intervals, since it would
tell when a device is on (specs/record.md, Beacons).
"""

from dataclasses import dataclass
from typing import Final

from troth.keys import Entropy
from troth.step import Row

__all__ = ["BEACON", "Beacon"]

BEACON: Final = "beacon"
"""When a beacon is due, in seconds of the wall clock."""
WAIT_S_MIN: Final = 12 * 3600
WAIT_S: Final = 24 * 3600
"""Half a day, and up to a day more."""
LATE_S: Final = 1800
"""Where it came due while nobody looked: some time from then on, so that it does not say that the device was opened."""


@dataclass
class Beacon:
    """Whether a beacon is owed, and when it is due. The clock decides that, and nothing else."""

    owed: bool = False
    """Whether something of others was read since this device last wrote."""
    due_s: int | None = None
    late: bool = False
    """Whether it was due before this process began."""

    @classmethod
    def restore(cls, row: bytes | None) -> "Beacon":
        """Take up what a row remembers."""
        return cls(owed=True, due_s=int.from_bytes(row, "big"), late=True) if row else cls()

    def write(self) -> list[Row]:
        """This device wrote something, so nothing is owed."""
        rows = [Row(BEACON, b"", None)] if self.due_s is not None else []
        self.owed, self.due_s, self.late = False, None, False
        return rows

    def look(self, now_s: int, entropy: Entropy) -> tuple[bool, list[Row]]:
        """Tell whether a beacon is due now, and return what to remember.

        Args:
            now_s: The wall clock; if it was put back or ahead, a beacon comes later or sooner.
            entropy: For the moment.
        """
        if not self.owed:
            return False, []
        late, self.late = self.late, False
        if self.due_s is None or self.due_s > now_s + WAIT_S_MIN + WAIT_S:
            return False, self._wait(now_s + WAIT_S_MIN, WAIT_S, entropy)
        if self.due_s > now_s:
            return False, []
        return (False, self._wait(now_s, LATE_S, entropy)) if late else (True, [])

    def _wait(self, from_s: int, at_most_s: int, entropy: Entropy) -> list[Row]:
        self.due_s = from_s + int.from_bytes(entropy(8), "big") % at_most_s
        return [Row(BEACON, b"", self.due_s.to_bytes(8, "big"))]
