"""In which month of service each line was last used, where the operator deletes what nobody uses.

Time is counted in hours in which the relay served somebody, never by a date.
So a clock that jumps ages nobody, nor does a relay that is off, or that nobody can reach.
Until the operator decides so nothing is noted, and what was noted is forgotten when they decide otherwise.
"""

from collections.abc import Iterable
from typing import Final

from troth_relay import limits
from troth_relay.store import LineId, births
from troth_relay.store.database import Connection
from troth_relay.store.statements import DORMANT, IDLE, LINE_ONES, NOTE, PERIOD_HOURS
from troth_wire.ids import MailboxId

__all__ = ["FORGET", "delete_idle", "dormant", "forget", "note"]

DAY_HOURS: Final = 24
BEGIN: Final = "INSERT INTO service VALUES (0)"
# By a condition: without one SQLite empties the table each time, and that is a write to the disk.
STOP: Final = "DELETE FROM service WHERE hours >= 0"
FORGET: Final = (STOP, "UPDATE line SET used = 0 WHERE used > 0")
FORGET_SOME: Final = "UPDATE line SET used = 0 WHERE key IN (SELECT key FROM line WHERE used > 0 LIMIT ?)"


def note(connection: Connection, lines: Iterable[LineId], *, hours: int) -> None:
    """Note that these lines are in use, and that the relay has served for so many hours more."""
    if connection.execute("SELECT 1 FROM service").fetchone() is None:
        if _forget_some(connection):
            # What an earlier count left: with it a line could be taken for an old one.
            return
        connection.execute(BEGIN)
    if hours:
        connection.execute("UPDATE service SET hours = hours + ?", (hours,))
    connection.executemany(NOTE, [(line,) for line in lines])


def forget(connection: Connection) -> None:
    """Count no hours, and forget what was noted, so many lines at a time."""
    # First of all: without it nothing is idle, whatever is noted still.
    connection.execute(STOP)
    _forget_some(connection)


def _forget_some(connection: Connection) -> int:
    return connection.execute(FORGET_SOME, (limits.SWEEP_MAILBOXES_MAX,)).rowcount


def dormant(connection: Connection, *, days: int | None) -> int:
    """Count the lines that nobody has used for so many days of service; None: nobody wants to know."""
    if days is None:
        return 0
    found: int = connection.execute(DORMANT, (days * DAY_HOURS, PERIOD_HOURS)).fetchone()[0]
    return found


def delete_idle(connection: Connection, *, days: int, mailboxes_max: int) -> tuple[MailboxId, ...]:
    """Delete so many mailboxes of lines that nobody has used for so many days of service; return which.

    A line with a mailbox that the operator keeps out stays, as they were told.
    """
    gone: list[MailboxId] = []
    for (line,) in connection.execute(IDLE, (days * DAY_HOURS, PERIOD_HOURS, mailboxes_max)).fetchall():
        found = connection.execute(LINE_ONES, (line, mailboxes_max - len(gone))).fetchall()
        births.let_go(connection, [key for key, _ in found])
        gone += [MailboxId(name) for _, name in found]
        if len(gone) >= mailboxes_max:
            break
        connection.execute("DELETE FROM line WHERE key = ?", (line,))
    return tuple(gone)
