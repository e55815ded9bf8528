"""How long to wait before dialling again: a random part of a ceiling that doubles (full jitter).

After a relay comes back, its clients come back spread out, and none learns how long another has waited.
"""

from typing import Final

from troth import Entropy

__all__ = ["Backoff"]

BASE_S: Final = 0.25
"""The ceiling of the first wait."""
CEILING_S: Final = 30.0
"""The ceiling of every later one."""
DRAW_BYTES: Final = 8


class Backoff:
    """The waits between dials that fail."""

    def __init__(self, entropy: Entropy) -> None:
        """Take the bytes that spread the waits."""
        self._entropy = entropy
        self._ceiling_s = BASE_S

    def draw(self) -> float:
        """Return how many seconds to wait now."""
        share = int.from_bytes(self._entropy(DRAW_BYTES), "big") * 2.0 ** (-8 * DRAW_BYTES)
        wait_s: float = share * self._ceiling_s
        self._ceiling_s = min(2 * self._ceiling_s, CEILING_S)
        return wait_s

    def reset(self) -> None:
        """The last session was good: begin with short waits again."""
        self._ceiling_s = BASE_S
