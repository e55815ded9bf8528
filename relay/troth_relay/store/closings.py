"""How logs were closed, and what becomes of their entries.

A closing is kept for ever, and with it how long the log was; the entries go when their time is over.
"""

from dataclasses import replace

from troth_relay import limits
from troth_relay.admission import cost
from troth_relay.store import Closing, Denial, Log, births
from troth_relay.store.database import Connection
from troth_relay.store.statements import CLOSE, CLOSING, DUE, ERASE_ENTRIES, HALF_ERASED, LET_GO_ONES
from troth_wire.ids import MailboxId
from troth_wire.messages import MailboxKind

__all__ = ["close", "erase", "find"]


def close(
    connection: Connection, mailbox: MailboxId, *, successor: MailboxId | None, forward: bytes, day: int
) -> Log | Denial | None:
    """Close a log, and return it as it is then, or why it is not closed; None: there is no such log."""
    found = births.look(connection, mailbox)
    if found is None or found[1].kind is not MailboxKind.LOG:
        return None
    key, log = found
    if log.closed:
        return log
    if successor is not None and not _leads_on(connection, mailbox, successor):
        return Denial.ASTRAY
    spent = cost([forward])
    connection.execute(CLOSE, (key, day, successor, forward))
    connection.execute("UPDATE mailbox SET bytes = bytes + ? WHERE key = ?", (spent, key))
    connection.execute("UPDATE line SET bytes = bytes + ? WHERE key = ?", (spent, log.line))
    return replace(log, closed=True, stored_bytes=log.stored_bytes + spent)


def _leads_on(connection: Connection, mailbox: MailboxId, successor: MailboxId) -> bool:
    found = births.look(connection, successor)
    log = found[1] if found is not None else None
    return log is not None and log.kind is MailboxKind.LOG and not log.closed and successor != mailbox


def find(connection: Connection, key: int) -> Closing:
    """Return how a closed log was closed."""
    successor, forward = connection.execute(CLOSING, (key,)).fetchone()
    return Closing(successor, forward)


def erase(connection: Connection, *, closed_before: int, entries_max: int) -> int:
    """Begin with the logs whose time is over, and delete so many entries, also of what was let go of.

    Returns:
        How many logs and entries; 0 when nothing is left to do.
    """
    due = connection.execute(DUE, (closed_before, limits.SWEEP_MAILBOXES_MAX)).fetchall()
    for key, line, spent in due:
        connection.execute("UPDATE closing SET stage = 1 WHERE mailbox = ?", (key,))
        connection.execute("UPDATE mailbox SET bytes = 0 WHERE key = ?", (key,))
        connection.execute("UPDATE line SET bytes = bytes - ? WHERE key = ?", (spent, line))
    gone = _erase_entries(connection, HALF_ERASED, "UPDATE closing SET stage = 2 WHERE mailbox = ?", entries_max)
    gone += _erase_entries(connection, LET_GO_ONES, "DELETE FROM mailbox WHERE key = ?", entries_max - gone)
    return len(due) + gone


def _erase_entries(connection: Connection, which: str, afterwards: str, entries_max: int) -> int:
    """Delete so many entries of these mailboxes, and do something with each that has none any more."""
    left = entries_max
    for (key,) in connection.execute(which, (limits.SWEEP_MAILBOXES_MAX,)).fetchall():
        deleted = connection.execute(ERASE_ENTRIES, (key, left)).rowcount
        if deleted == left:
            return entries_max
        left -= deleted
        connection.execute(afterwards, (key,))
    return entries_max - left
