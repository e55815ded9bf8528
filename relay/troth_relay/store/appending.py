"""What one commit appends: a mailbox is looked up once and its sums are written once, however many pushes it takes.

Nearly all that is pushed is new. So all of it is taken for new and written together; what turns out to be held already
begins the transaction again, and then each envelope is looked up first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from troth_relay.admission import cost
from troth_relay.store import Appended, Batch, Entry, LineId
from troth_relay.store.database import Connection, transaction
from troth_wire.ids import EnvelopeId, MailboxId, RunningHash
from troth_wire.log import advance

__all__ = ["append"]

INSERT: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?) ON CONFLICT (mailbox, id) DO NOTHING"
HELD: Final = "SELECT 1 FROM entry WHERE mailbox = ? AND id = ?"
FIND: Final = """
SELECT mailbox.key, position, running, mailbox.bytes, quota, line.key, line.bytes,
    EXISTS (SELECT 1 FROM closing WHERE closing.mailbox = mailbox.key)
FROM mailbox LEFT JOIN line ON line.key = mailbox.line AND mailbox.kind = 0
WHERE id = ? AND NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.id = mailbox.id)
"""
"""A mailbox, and of a log also its line, whose bytes its quota counts."""
HEAD: Final = "UPDATE mailbox SET position = ?, running = ?, bytes = ? WHERE key = ?"
LINE: Final = "UPDATE line SET bytes = ? WHERE key = ?"


class _HeldError(Exception):
    """Something that was taken for new is held already."""


@dataclass(slots=True)
class _Sum:
    """What counts in one quota by now: all that a line holds, or a mailbox that has none."""

    spent_bytes: int
    line: LineId | None = None


@dataclass(slots=True)
class _End:
    """Where a mailbox ends by now."""

    key: int
    position: int
    running: RunningHash
    stored_bytes: int
    quota_bytes: int | None
    sum: _Sum
    closed: bool
    moved: bool = False


def append(connection: Connection, batches: Sequence[Batch]) -> tuple[Appended, ...]:
    """Append several batches in one commit, and say what came of each."""
    try:
        with transaction(connection, "BEGIN IMMEDIATE"):
            return _Appending(connection, looks=False).append(batches)
    except _HeldError:
        with transaction(connection, "BEGIN IMMEDIATE"):
            return _Appending(connection, looks=True).append(batches)


class _Appending:
    """The pushes of one transaction."""

    def __init__(self, connection: Connection, *, looks: bool) -> None:
        self._connection = connection
        self._looks = looks
        """Whether each envelope is looked up."""
        self._ends: dict[MailboxId, _End | None] = {}
        self._lines: dict[LineId, _Sum] = {}
        self._rows: list[tuple[int, int, EnvelopeId, RunningHash, bytes]] = []

    def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
        results = tuple(map(self._append, batches))
        self._write()
        ends = [end for end in self._ends.values() if end is not None and end.moved]
        heads = [(end.position, end.running, end.stored_bytes, end.key) for end in ends]
        self._connection.executemany(HEAD, heads)
        spent = {end.sum.line: end.sum.spent_bytes for end in ends if end.sum.line is not None}
        self._connection.executemany(LINE, [(spent_bytes, line) for line, spent_bytes in spent.items()])
        return results

    def _append(self, batch: Batch) -> Appended:
        end, new = self._ends.get(batch.mailbox) or self._find(batch.mailbox), dict(batch.envelopes)
        if end is None:
            return Appended((), tuple(new))
        if self._looks:
            self._write()
            new = {name: envelope for name, envelope in new.items() if not self._holds(end, name)}
        cost_bytes = cost(new.values())
        quota_bytes = batch.quota_bytes if end.quota_bytes is None else end.quota_bytes
        if end.closed or end.sum.spent_bytes + cost_bytes > quota_bytes:
            if not self._looks:
                # What of it is refused hangs on what is held.
                raise _HeldError
            return Appended((), tuple(new), closed=end.closed)
        end.stored_bytes += cost_bytes
        end.sum.spent_bytes += cost_bytes
        return Appended(self._place(end, new), ())

    def _place(self, end: _End, new: dict[EnvelopeId, bytes]) -> tuple[Entry, ...]:
        key, position, running, rows, entries = end.key, end.position, end.running, self._rows, []
        for name, envelope in new.items():
            position += 1
            running = advance(running, position, name)
            rows.append((key, position, name, running, envelope))
            entries.append(Entry(position, name, envelope))
        end.moved, end.position, end.running = end.moved or bool(new), position, running
        return tuple(entries)

    def _holds(self, end: _End, name: EnvelopeId) -> bool:
        return self._connection.execute(HELD, (end.key, name)).fetchone() is not None

    def _write(self) -> None:
        rows, self._rows = self._rows, []
        if rows and self._connection.executemany(INSERT, rows).rowcount < len(rows):
            raise _HeldError

    def _find(self, mailbox: MailboxId) -> _End | None:
        if mailbox not in self._ends:
            row = self._connection.execute(FIND, (mailbox,)).fetchone()
            self._ends[mailbox] = None if row is None else self._begin(*row)
        return self._ends[mailbox]

    def _begin(
        self,
        key: int,
        position: int,
        running: RunningHash,
        stored_bytes: int,
        quota_bytes: int | None,
        line: LineId | None,
        line_bytes: int | None,
        closed: int,
    ) -> _End:
        if line is None or line_bytes is None:
            held = _Sum(stored_bytes)
        else:
            held = self._lines.setdefault(line, _Sum(line_bytes, line))
        return _End(key, position, running, stored_bytes, quota_bytes, held, bool(closed))
