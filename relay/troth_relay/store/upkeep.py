"""What an operator does to one mailbox in the tables: look at it, give it a room, delete it, keep it out.

Who is kept out finds a relay that knows no such mailbox and opens none.
The logs of a line have one room, and its meetings go with the last of them.
Nothing here looks into an entry.
"""

from dataclasses import dataclass
from typing import Final

from troth_relay.store import births
from troth_relay.store.database import Connection
from troth_wire.ids import MailboxId
from troth_wire.messages import MailboxKind

__all__ = ["Shown", "block", "delete", "give_room", "show", "unblock"]

FIND: Final = "SELECT kind, position, bytes, quota, day, ends FROM mailbox WHERE id = ?"
ROOM: Final = """
UPDATE mailbox SET quota = ?1 WHERE kind = 0 AND line = (SELECT line FROM mailbox WHERE id = ?2 AND kind = 0)
"""
# An invitation tells who invited, so it goes with its sponsor.
WITH_ITS_OWN: Final = "SELECT key, id FROM mailbox WHERE id = ?1 OR (sponsor = ?1 AND ends IS NOT NULL)"
ITS_LINE: Final = "SELECT line FROM mailbox WHERE id = ? AND kind = 0"
A_LOG: Final = "SELECT 1 FROM mailbox WHERE kind = 0 AND line = ? LIMIT 1"
LEFT_BEHIND: Final = "SELECT key, id FROM mailbox WHERE kind = 3 AND line = ?"


@dataclass(frozen=True, slots=True)
class Shown:
    """A mailbox as its operator sees it; `quota_bytes` None: as much as everybody."""

    kind: MailboxKind
    entries: int
    stored_bytes: int
    quota_bytes: int | None
    day: int
    """On which it was made, since 1970."""
    ends_s: int | None


def show(connection: Connection, mailbox: MailboxId) -> Shown | None:
    """Return a mailbox, also one that is blocked; None: there is none."""
    row = connection.execute(FIND, (mailbox,)).fetchone()
    return None if row is None else Shown(MailboxKind(row[0]), *row[1:])


def give_room(connection: Connection, mailbox: MailboxId, quota_bytes: int | None) -> bool:
    """Give the line of a log a room of its own, or that of everybody; return whether there is such a log."""
    return bool(connection.execute(ROOM, (quota_bytes, mailbox)).rowcount)


def delete(connection: Connection, mailbox: MailboxId) -> tuple[MailboxId, ...]:
    """Delete a mailbox and what can not be without it; what lay in them is nobody's, and erased step by step.

    The invitations of a log go with it, and the meetings of its line with the line's last log.

    Returns:
        Which were deleted.
    """
    line = connection.execute(ITS_LINE, (mailbox,)).fetchone()
    gone = _delete(connection, WITH_ITS_OWN, mailbox)
    if line is not None and connection.execute(A_LOG, line).fetchone() is None:
        gone += _delete(connection, LEFT_BEHIND, *line)
        connection.execute("DELETE FROM line WHERE key = ?", line)
    return gone


def _delete(connection: Connection, which: str, given: MailboxId | int) -> tuple[MailboxId, ...]:
    found = connection.execute(which, (given,)).fetchall()
    births.let_go(connection, [key for key, _ in found])
    return tuple(MailboxId(name) for _, name in found)


def block(connection: Connection, mailbox: MailboxId) -> None:
    """Keep a mailbox out, whether it is there or not; what lies in it stays."""
    connection.execute("INSERT OR IGNORE INTO blocked VALUES (?)", (mailbox,))


def unblock(connection: Connection, mailbox: MailboxId) -> bool:
    """Keep a mailbox out no more; return whether it was."""
    return bool(connection.execute("DELETE FROM blocked WHERE id = ?", (mailbox,)).rowcount)
