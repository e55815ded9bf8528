"""How logs were closed, and what becomes of their entries.

A closing is kept for ever, and with it how long the log was; the entries go when their time is over.
"""

from dataclasses import replace

from troth_relay import limits
from troth_relay.admission import cost
from troth_relay.store import Closing, Log
from troth_relay.store.database import Connection
from troth_relay.store.statements import CLOSE, CLOSING, DUE, ERASE_ENTRIES, HALF_ERASED, RECOUNT, SUMS
from troth_wire.ids import MailboxId

__all__ = ["close", "erase", "find", "recount"]


def close(connection: Connection, key: int, log: Log, *, successor: MailboxId | None, forward: bytes, day: int) -> Log:
    """Close an open log, and return it as it is then."""
    spent = cost([forward])
    connection.execute(CLOSE, (key, day, successor, forward))
    connection.execute("UPDATE mailbox SET bytes = bytes + ? WHERE key = ?", (spent, key))
    connection.execute("UPDATE line SET bytes = bytes + ? WHERE key = ?", (spent, log.line))
    return replace(log, closed=True, stored_bytes=log.stored_bytes + spent)


def find(connection: Connection, key: int) -> Closing:
    """Return how a closed log was closed."""
    successor, forward = connection.execute(CLOSING, (key,)).fetchone()
    return Closing(successor, forward)


def erase(connection: Connection, *, closed_before: int, entries_max: int) -> int:
    """Begin with the logs whose time is over, and delete so many entries; return how many logs and entries."""
    due = connection.execute(DUE, (closed_before, limits.SWEEP_MAILBOXES_MAX)).fetchall()
    for key, line, spent in due:
        connection.execute("UPDATE closing SET stage = 1 WHERE mailbox = ?", (key,))
        connection.execute("UPDATE mailbox SET bytes = 0 WHERE key = ?", (key,))
        connection.execute("UPDATE line SET bytes = bytes - ? WHERE key = ?", (spent, line))
    return len(due) + _erase_entries(connection, entries_max)


def _erase_entries(connection: Connection, entries_max: int) -> int:
    left = entries_max
    for (key,) in connection.execute(HALF_ERASED, (limits.SWEEP_MAILBOXES_MAX,)).fetchall():
        deleted = connection.execute(ERASE_ENTRIES, (key, left)).rowcount
        if deleted == left:
            return entries_max
        left -= deleted
        connection.execute("UPDATE closing SET stage = 2 WHERE mailbox = ?", (key,))
    return entries_max - left


def recount(connection: Connection) -> int:
    """Count anew what each mailbox and each line holds; return how many of the sums were wrong."""
    wrong = connection.execute(SUMS, {"overhead": limits.ENTRY_OVERHEAD_BYTES}).rowcount
    return wrong + connection.execute(RECOUNT).rowcount
