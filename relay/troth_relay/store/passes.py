"""Passes in the database: what is left of each, by the hash of its secret.

Nothing leads from a pass to a mailbox that it opened, or back.
"""

from typing import Final

from troth_relay.store import Pass, Ticket
from troth_relay.store.database import Connection

__all__ = ["FORGET", "add", "issued", "listed", "revoke", "spend"]

FORGET: Final = "DELETE FROM pass"
OVER: Final = "DELETE FROM pass WHERE uses < 1 OR ends <= ?"
FIND: Final = "SELECT number, hash, uses, ends, quota FROM pass WHERE hash = ? AND uses > 0 AND ends > ?"
LIST: Final = "SELECT number, hash, uses, ends, quota FROM pass WHERE uses > 0 AND ends > ? ORDER BY number"
# The file remembers the last number it gave, also when every pass is gone.
ISSUED: Final = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'pass'"


def add(connection: Connection, new: Pass, *, now_s: int) -> int:
    """Let a pass count from now on, and return its number; what is spent or has ended is forgotten."""
    connection.execute(OVER, (now_s,))
    given = (new.hash, new.uses, new.ends_s, new.quota_bytes)
    number = connection.execute("INSERT INTO pass (hash, uses, ends, quota) VALUES (?, ?, ?, ?)", given).lastrowid
    assert number is not None
    return number


def listed(connection: Connection, *, now_s: int) -> tuple[tuple[int, Pass], ...]:
    """Return the passes that open something still, by number."""
    rows = connection.execute(LIST, (now_s,)).fetchall()
    return tuple((number, Pass(*rest)) for number, *rest in rows)


def revoke(connection: Connection, number: int) -> bool:
    """Let a pass count no more; what it opened stays. Return whether there was one."""
    return bool(connection.execute("DELETE FROM pass WHERE number = ?", (number,)).rowcount)


def issued(connection: Connection) -> int:
    """Return how many passes there ever were."""
    number: int = connection.execute(ISSUED).fetchone()[0]
    return number


def spend(connection: Connection, ticket: Ticket) -> Pass | None:
    """Use a pass once, and return it as it was; None: there is no such pass."""
    row = connection.execute(FIND, (ticket.pass_hash, ticket.now_s)).fetchone()
    if row is None:
        return None
    number, *rest = row
    connection.execute("UPDATE pass SET uses = uses - 1 WHERE number = ?", (number,))
    return Pass(*rest)
