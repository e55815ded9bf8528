"""The log as this device has read it: every position has one running hash, and nothing is skipped or counted twice.

The cursor advances past whatever an entry turns out to be:
a hostile one must cost one slot, not a replay on every reconnect.
"""

from collections.abc import Mapping
from typing import Final

from troth.record import Seen
from troth.step import Row
from troth_wire import log
from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash

__all__ = ["Cursor", "contradicted"]

LINEAGE: Final = "lineage"
SLOTS: Final = "slots"
_HASH_BYTES: Final = 32


class Cursor:
    """How far one mailbox has been read, and the running hash at each position of it."""

    def __init__(self, mailbox: MailboxId, *, known: Seen | None = None) -> None:
        self.mailbox = mailbox
        self.known = known
        """How far the log had been read before it is read again from its beginning; None once that is past."""
        self.lineage: Lineage | None = None
        self._running: list[RunningHash] = []
        self._rows: list[bytes] = []

    @property
    def position(self) -> int:
        """The last position that was taken in; 0 before the first."""
        return max(0, len(self._running) - 1)

    @property
    def is_new(self) -> bool:
        """Whether nothing of the log was ever read."""
        return self.lineage is None and self.known is None

    @property
    def seen(self) -> Seen | None:
        """How far the log was read, or None before its lineage is known."""
        if self.lineage is None:
            return None
        return Seen(self.mailbox, self.lineage, self.position, self._running[-1])

    def adopt(self, lineage: Lineage) -> list[Row]:
        """Start at the beginning of a log, forgetting positions of another."""
        forgotten = [Row(SLOTS, key, None) for key in self._rows]
        self.lineage = lineage
        self._running = [log.origin(self.mailbox, lineage)]
        self._rows = []
        return [*forgotten, Row(LINEAGE, self.mailbox, lineage)]

    def forget(self) -> list[Row]:
        """Return the rows that remember nothing of this mailbox any more."""
        return [Row(LINEAGE, self.mailbox, None), *(Row(SLOTS, key, None) for key in self._rows)]

    def take(self, position: int, envelopes: list[EnvelopeId]) -> Row:
        """Advance over consecutive entries and return the row that remembers it.

        Raises:
            MalformedError: If they do not follow what was read before.
        """
        if self.lineage is None or position != len(self._running):
            raise MalformedError("the relay skipped or repeated a position")
        for number, envelope in enumerate(envelopes, position):
            self._running.append(log.advance(self._running[-1], number, envelope))
        self._rows.append(self.mailbox + position.to_bytes(8, "big"))
        return Row(SLOTS, self._rows[-1], b"".join(self._running[position:]))

    def check_known(self, lineage: Lineage, end: int) -> Seen | None:
        """Return what was read before, if the log that is read again is not the same.

        Args:
            lineage: Of the log as it is now.
            end: How far it goes.
        """
        known = self.known
        if known is None or not known.position:
            return None
        same = known.lineage == lineage and known.position <= end
        if same and self.position < known.position:
            return None
        self.known = None
        return None if same and self._running[known.position] == known.running else known

    def contradicts(self, seen: Seen, found_at: int | None) -> bool:
        """Tell whether what an author says to have seen can not be the same log that was read here.

        Args:
            seen: From a verified header.
            found_at: The position at which that record stood here, if it was read from this log.
        """
        if (seen.mailbox, seen.lineage) != (self.mailbox, self.lineage):
            return False
        if found_at is not None and seen.position >= found_at:
            return True
        return seen.position <= self.position and self._running[seen.position] != seen.running

    def restore(self, lineage: Lineage, rows: dict[bytes, bytes]) -> None:
        """Take up what `take` and `adopt` remembered, from this mailbox's rows.

        Raises:
            MalformedError: If positions are missing.
        """
        self.adopt(lineage)
        for key in sorted(rows):
            first = int.from_bytes(key[-8:], "big")
            if first != len(self._running) or len(rows[key]) % _HASH_BYTES:
                raise MalformedError("positions are missing from the vault")
            hashes = [rows[key][at : at + _HASH_BYTES] for at in range(0, len(rows[key]), _HASH_BYTES)]
            self._running += map(RunningHash, hashes)
            self._rows.append(key)


def contradicted(
    cursors: Mapping[MailboxId, Cursor], seen: Seen | None, found_at: tuple[MailboxId, int] | None
) -> Seen | None:
    """Return what was read here, if a record says of a log what can not be so.

    Args:
        cursors: Of the logs that were read here.
        seen: How far the record's author says to have read which log.
        found_at: In which log, and where, the record stood itself.
    """
    cursor = cursors.get(seen.mailbox) if seen is not None else None
    if seen is None or cursor is None:
        return None
    place = found_at[1] if found_at is not None and found_at[0] == seen.mailbox else None
    return cursor.seen if cursor.contradicts(seen, place or None) else None
