"""Entries written together anew, so many at a time: what went between them leaves whole pages free, which go back.

Each is written again behind all others, in their order, and the pages that it leaves are the next ones' room.
Others write between two steps, behind what is packed already.
"""

from dataclasses import dataclass
from typing import Final

from troth_relay.store.database import Connection

__all__ = ["BEGINNING", "Place", "pack_on"]

LAST: Final = "SELECT coalesce(max(rowid), 0) FROM entry"
NEXT: Final = "SELECT rowid, length(envelope) FROM entry WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?"
MOVE: Final = "UPDATE entry SET rowid = rowid + ? WHERE rowid BETWEEN ? AND ?"


@dataclass(frozen=True, slots=True)
class Place:
    """How far packing has come, and which row is the last to be moved; None: it has not begun."""

    after: int = 0
    until: int | None = None


BEGINNING: Final = Place()


def pack_on(connection: Connection, place: Place, *, rows_max: int, bytes_max: int) -> Place | None:
    """Move some entries behind the last one; return where to go on, or None where all that there were are moved."""
    last: int = connection.execute(LAST).fetchone()[0]
    until = last if place.until is None else place.until
    rows = connection.execute(NEXT, (place.after, until, rows_max)).fetchall()
    if not rows:
        return None
    first = after = rows[0][0]
    for row, length in rows:
        bytes_max -= length
        if row != first and bytes_max < 0:
            break
        after = row
    connection.execute(MOVE, (last + 1 - first, first, after))
    return Place(after, until)
