"""The sums that quotas go by, counted anew from what is stored, so many rows at a time.

Others write between two steps.
Entries only come behind, so what was counted stays right; and a sum is compared in the very step that counts its end.
"""

from dataclasses import dataclass
from typing import Final

from troth_relay import limits
from troth_relay.store.database import Connection

__all__ = ["BEGINNING", "Place", "count_on", "recount"]

MAILBOX: Final = """
SELECT key, lineage, bytes, coalesce(stage, 0), coalesce(length(forward) + ?2, 0) FROM mailbox
LEFT JOIN closing ON closing.mailbox = mailbox.key
WHERE key >= ?1 AND kind < 255 ORDER BY key LIMIT 1
"""
SOME: Final = """
SELECT count(*), coalesce(sum(bytes), 0), max(position) FROM (
    SELECT position, length(envelope) + ?4 AS bytes FROM entry WHERE mailbox = ?1 AND position > ?2
    ORDER BY position LIMIT ?3
)
"""
LINE: Final = """
SELECT key, bytes, (SELECT coalesce(sum(mailbox.bytes), 0) FROM mailbox WHERE kind = 0 AND line = line.key)
FROM line WHERE key >= ? ORDER BY key LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far counting has come: in the mailbox or the line from this key on, and in it after this position."""

    key: int = 0
    lineage: bytes = b""
    position: int = 0
    counted_bytes: int = 0
    lines: bool = False
    """Whether all mailboxes are counted: a line is the sum of its logs."""


BEGINNING: Final = Place()


def recount(connection: Connection) -> int:
    """Count everything; return how many of the sums were wrong, and are right now."""
    wrong, place = count_on(connection, BEGINNING, rows_max=limits.RECOUNT_ROWS_MAX)
    while place is not None:
        some, place = count_on(connection, place, rows_max=limits.RECOUNT_ROWS_MAX)
        wrong += some
    return wrong


def count_on(connection: Connection, place: Place, *, rows_max: int) -> tuple[int, Place | None]:
    """Count so many rows; return how many sums were wrong, and where to go on; None: everything is counted."""
    wrong, left, at = 0, rows_max, place
    while left > 0:
        step = _line(connection, at) if at.lines else _mailbox(connection, at, rows_max=left)
        if step is None:
            return wrong, None
        amiss, rows, at = step
        wrong, left = wrong + amiss, left - rows
    return wrong, at


def _mailbox(connection: Connection, at: Place, *, rows_max: int) -> tuple[bool, int, Place]:
    """Count in one mailbox, to its end if the rows suffice: whether it was wrong, how many rows, where to go on."""
    row = connection.execute(MAILBOX, (at.key, limits.ENTRY_OVERHEAD_BYTES)).fetchone()
    if row is None:
        return False, 1, Place(lines=True)
    key, lineage, told_bytes, stage, forward_bytes = row
    # Whatever has the key of one that was deleted meanwhile is another.
    since = at if (at.key, at.lineage) == (key, lineage) else Place(key, lineage)
    right_bytes, rows = 0, 0
    if not stage:
        given = (key, since.position, rows_max, limits.ENTRY_OVERHEAD_BYTES)
        rows, some_bytes, last = connection.execute(SOME, given).fetchone()
        if rows == rows_max:
            return False, rows, Place(key, lineage, last, since.counted_bytes + some_bytes)
        right_bytes = since.counted_bytes + some_bytes + forward_bytes
    if right_bytes != told_bytes:
        connection.execute("UPDATE mailbox SET bytes = ? WHERE key = ?", (right_bytes, key))
    return right_bytes != told_bytes, rows + 1, Place(key + 1)


def _line(connection: Connection, at: Place) -> tuple[bool, int, Place] | None:
    row = connection.execute(LINE, (at.key,)).fetchone()
    if row is None:
        return None
    key, told_bytes, right_bytes = row
    if told_bytes != right_bytes:
        connection.execute("UPDATE line SET bytes = ? WHERE key = ?", (right_bytes, key))
    return told_bytes != right_bytes, 1, Place(key + 1, lines=True)
