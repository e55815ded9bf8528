"""What an operator does to one mailbox in the tables: look at it, give it a room, delete it, keep it out.

Who is kept out finds a relay that knows no such mailbox and opens none.
Nothing here looks into an entry.
"""

from dataclasses import dataclass
from typing import Final

from troth_relay.store.database import Connection
from troth_wire.ids import MailboxId
from troth_wire.messages import MailboxKind

__all__ = ["Shown", "block", "delete", "give_room", "is_blocked", "show", "unblock"]

FIND: Final = "SELECT kind, position, bytes, quota, day, ends FROM mailbox WHERE id = ?"
BLOCKED: Final = "SELECT 1 FROM blocked WHERE id = ?"
ROOM: Final = "UPDATE mailbox SET quota = ? WHERE id = ? AND ends IS NULL"
# An invitation tells who invited, so it goes with its sponsor.
WITH_ITS_OWN: Final = "SELECT key, id FROM mailbox WHERE id = ? OR (sponsor = ? AND ends IS NOT NULL)"


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
    """Give a log a room of its own, or that of everybody; return whether there is such a log."""
    return bool(connection.execute(ROOM, (quota_bytes, mailbox)).rowcount)


def delete(connection: Connection, mailbox: MailboxId) -> tuple[MailboxId, ...]:
    """Delete a mailbox and the invitations that it sponsors, with all that lies in them; return which."""
    found = connection.execute(WITH_ITS_OWN, (mailbox, mailbox)).fetchall()
    keys = [(key,) for key, _ in found]
    connection.executemany("DELETE FROM entry WHERE mailbox = ?", keys)
    connection.executemany("DELETE FROM mailbox WHERE key = ?", keys)
    return tuple(MailboxId(name) for _, name in found)


def is_blocked(connection: Connection, mailbox: MailboxId) -> bool:
    """Tell whether a mailbox is kept out."""
    return connection.execute(BLOCKED, (mailbox,)).fetchone() is not None


def block(connection: Connection, mailbox: MailboxId) -> None:
    """Keep a mailbox out, whether it is there or not; what lies in it stays."""
    connection.execute("INSERT OR IGNORE INTO blocked VALUES (?)", (mailbox,))


def unblock(connection: Connection, mailbox: MailboxId) -> bool:
    """Keep a mailbox out no more; return whether it was."""
    return bool(connection.execute("DELETE FROM blocked WHERE id = ?", (mailbox,)).rowcount)
