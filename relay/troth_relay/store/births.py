"""How a mailbox comes to be, and how it is found and deleted.

A log stays, and its name is its own: whatever brief mailbox lies there gives way.
What the operator keeps out is neither found nor opened.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from troth_relay.store import Brief, Denial, LineId, Log, Ticket, passes
from troth_relay.store.database import Connection
from troth_relay.store.statements import ALIKE, BEGIN_LINE, CREATE, LEAVE_LINE, LET_GO, LOG, MEETINGS
from troth_wire.ids import Lineage, MailboxId, RunningHash
from troth_wire.log import origin
from troth_wire.messages import MailboxKind

__all__ = ["create", "delete", "is_blocked", "let_go", "look"]

BLOCKED: Final = "SELECT 1 FROM blocked WHERE id = ?"


def look(connection: Connection, mailbox: MailboxId) -> tuple[int, Log] | None:
    """Return a mailbox as it is, and its key, or None."""
    row: tuple[Any, ...] | None = connection.execute(LOG, (mailbox,)).fetchone()
    if row is None:
        return None
    key, lineage, position, running, stored_bytes, kind, ends_s, quota_bytes, line, stage = row
    return key, Log(
        mailbox,
        Lineage(lineage),
        position,
        RunningHash(running),
        stored_bytes,
        MailboxKind(kind),
        ends_s,
        quota_bytes,
        line,
        closed=stage is not None,
        erased=bool(stage),
    )


def is_blocked(connection: Connection, mailbox: MailboxId) -> bool:
    """Tell whether a mailbox is kept out, whether it is there or not."""
    return connection.execute(BLOCKED, (mailbox,)).fetchone() is not None


def delete(connection: Connection, keys: Sequence[int]) -> None:
    """Delete mailboxes with all that is theirs; what a log held counts in its line no more."""
    rows = [(key,) for key in keys]
    connection.executemany(LEAVE_LINE, rows)
    connection.executemany("DELETE FROM closing WHERE mailbox = ?", rows)
    connection.executemany("DELETE FROM entry WHERE mailbox = ?", rows)
    connection.executemany("DELETE FROM mailbox WHERE key = ?", rows)


def let_go(connection: Connection, keys: Sequence[int]) -> None:
    """Delete mailboxes at once for everybody; their entries, which may be many, are erased step by step."""
    rows = [(key,) for key in keys]
    connection.executemany(LEAVE_LINE, rows)
    connection.executemany("DELETE FROM closing WHERE mailbox = ?", rows)
    connection.executemany(LET_GO, rows)


def create(
    connection: Connection,
    mailbox: MailboxId,
    *,
    lineage: Lineage,
    day: int,
    brief: Brief | None,
    ticket: Ticket | None,
    sponsor: MailboxId | None,
) -> Log | Denial:
    """Create a mailbox, or return what there is, or why there is none."""
    if is_blocked(connection, mailbox):
        return Denial.UNADMITTED
    found = look(connection, mailbox)
    if found is not None and (brief is not None or found[1].kind is MailboxKind.LOG):
        return found[1] if _is_wanted(found[1], brief) else Denial.TAKEN
    new = _conceive(connection, Log(mailbox, lineage, 0, origin(mailbox, lineage), 0), brief, sponsor)
    if isinstance(new, Denial):
        return new
    used = passes.spend(connection, ticket) if ticket is not None else None
    if ticket is not None and used is None:
        return Denial.UNADMITTED
    if found is not None:
        delete(connection, [found[0]])
    if new.kind is MailboxKind.LOG and new.line is None:
        new = replace(new, line=_begin_line(connection), quota_bytes=used.quota_bytes if used is not None else None)
    # A meeting mailbox is known by its line, an invitation by its sponsor.
    sponsored = brief.sponsor if brief is not None and new.line is None else None
    terms = (new.kind, new.ends_s, sponsored, new.line, new.quota_bytes)
    connection.execute(CREATE, (mailbox, lineage, new.running, day, *terms))
    return new


def _is_wanted(found: Log, brief: Brief | None) -> bool:
    kind = brief.kind if brief is not None else MailboxKind.LOG
    return found.kind is kind and kind in (MailboxKind.LOG, MailboxKind.MEETING)


def _conceive(connection: Connection, new: Log, brief: Brief | None, sponsor: MailboxId | None) -> Log | Denial:
    """Return a mailbox as it will be, in the line of its sponsor if it is born into one, or why it can not be."""
    if brief is None:
        return new if sponsor is None else _join(connection, new, sponsor)
    new = replace(new, kind=brief.kind, ends_s=brief.ends_s)
    if brief.kind is MailboxKind.MEETING:
        return _join(connection, new, brief.sponsor, meetings_max=brief.sponsored_max)
    return _deny(connection, brief) or new


def _join(
    connection: Connection, new: Log, sponsor: MailboxId | None, *, meetings_max: int | None = None
) -> Log | Denial:
    found = look(connection, sponsor) if sponsor is not None else None
    if found is None or found[1].kind is not MailboxKind.LOG:
        return Denial.UNSPONSORED
    log = found[1]
    if meetings_max is None:
        return replace(new, line=log.line, quota_bytes=log.quota_bytes)
    meetings: int = connection.execute(MEETINGS, (log.line,)).fetchone()[0]
    spent = meetings >= (meetings_max // 2 if log.closed else meetings_max)
    return Denial.SPENT if spent else replace(new, line=log.line)


def _deny(connection: Connection, brief: Brief) -> Denial | None:
    found = look(connection, brief.sponsor) if brief.sponsor is not None else None
    line, closed = (found[1].line, found[1].closed) if found is not None else (None, False)
    # Of the whole line: it may open another log each minute.
    alike, sponsored = connection.execute(ALIKE, (line, brief.kind)).fetchone()
    if brief.mailboxes_max is not None and alike >= brief.mailboxes_max:
        return Denial.FULL
    sponsored_max = brief.sponsored_max // 2 if closed else brief.sponsored_max
    return Denial.SPENT if brief.sponsor and sponsored >= sponsored_max else None


def _begin_line(connection: Connection) -> LineId:
    number = connection.execute(BEGIN_LINE).lastrowid
    assert number is not None
    return LineId(number)
