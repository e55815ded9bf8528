"""What the relay keeps in memory for all links together, and who gives way where that is too much.

Each link has a bound of its own, and thousands of links have thousands of those.
Whoever has waited the longest goes: an honest link says what it has begun, and reads what it is sent, in moments.
"""

from collections.abc import Callable

from troth_relay.requests import ConnectionId

__all__ = ["Load"]


class Load:
    """Bytes by link, in the order in which they began to wait."""

    def __init__(self, bytes_max: int, give_up: Callable[[ConnectionId], None]) -> None:
        """Keep so many bytes at most; `give_up` lets go at once of all that is kept for a link."""
        self._bytes_max = bytes_max
        self._give_up = give_up
        self._bytes: dict[ConnectionId, int] = {}
        self._sum = 0

    def put(self, connection: ConnectionId, held_bytes: int, *, moved: bool = False) -> None:
        """Count what is kept for a link now, and make room; who has moved has waited for nothing so far."""
        self._sum += held_bytes - self._bytes.get(connection, 0)
        if moved or not held_bytes:
            self._bytes.pop(connection, None)
        if held_bytes:
            self._bytes[connection] = held_bytes
        while self._sum > self._bytes_max:
            longest = next(iter(self._bytes))
            self._sum -= self._bytes.pop(longest)
            self._give_up(longest)
