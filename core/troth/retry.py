"""When what the relay refused may be tried again: nothing is pushed before, and only the clock brings it back."""

from typing import Final

__all__ = ["RETRY_S", "Retry"]

RETRY_S: Final = 60
"""How long what was refused waits where the relay names no time, as for a full mailbox: each try costs its bytes."""


class Retry:
    """A wait that begins with the next tick after it was asked for."""

    def __init__(self) -> None:
        self._in_s: int | None = None
        self._at_s: float | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing may be pushed yet."""
        return self._in_s is not None or self._at_s is not None

    def ask(self, seconds: int) -> None:
        """Wait so long, or `RETRY_S` where it is 0."""
        self._in_s = seconds or RETRY_S

    def forget(self) -> None:
        """Wait no longer: over a new link everything may be pushed."""
        self._in_s = self._at_s = None

    def tick(self, now_s: float) -> bool:
        """Let time pass; tell whether the wait is over just now.

        Args:
            now_s: A monotonic clock.
        """
        if self._in_s is not None:
            self._at_s, self._in_s = now_s + self._in_s, None
        if self._at_s is None or now_s < self._at_s:
            return False
        self._at_s = None
        return True
