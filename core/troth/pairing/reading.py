"""Which record of the meeting's log is the other side's next one (specs/pairing.md, Record).

Own records come back once, as their echo. A repeat is harmless; a log that changes or that skips a place is not.
"""

from collections.abc import Sequence

from troth_wire.errors import ForgedError
from troth_wire.limits import RENDEZVOUS_RECORDS_MAX

__all__ = ["Reading"]


class Reading:
    """How far the log was read, and which own records it has not shown yet."""

    def __init__(self) -> None:
        self._seen: list[bytes] = []
        self._posted: list[bytes] = []

    @property
    def unseen(self) -> tuple[bytes, ...]:
        """Own records that the log has not shown yet, in order."""
        return tuple(self._posted)

    @property
    def left(self) -> int:
        """How many records there is still room for."""
        return RENDEZVOUS_RECORDS_MAX - len(self._seen) - len(self._posted)

    def post(self, records: Sequence[bytes]) -> None:
        """Note what this side posts."""
        self._posted += records

    def echo(self, record: bytes) -> bool:
        """Note that the log shows this record; tell whether it is an own one that it had not shown yet."""
        if record not in self._posted:
            return False
        self._posted.remove(record)
        return True

    def take(self, record: bytes, position: int) -> bytes | None:
        """Return the record if it is the other side's and new, None if it says nothing.

        Raises:
            ForgedError: If the log is not the one that was read before, or is longer than it may be.
        """
        if 1 <= position <= len(self._seen):
            if self._seen[position - 1] != record:
                raise ForgedError("the log shows another record at this place than before")
            return None
        if position != len(self._seen) + 1 or position > RENDEZVOUS_RECORDS_MAX:
            raise ForgedError("the log skips a place, or is too long")
        self._seen.append(record)
        return None if self.echo(record) else record
