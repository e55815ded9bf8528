"""A closing is one row for ever, and its log's entries go in bounded steps."""

import sqlite3
from collections.abc import Iterator

import pytest

from tests.contracts.relay_store import FORWARD, LINEAGE, A, B
from troth_relay.admission import cost
from troth_relay.store import Closing, LineId, Log, closings, counting, statements
from troth_wire.log import origin

LOG = Log(A, LINEAGE, 0, origin(A, LINEAGE), 0, line=LineId(1))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A file of this format, in memory, with one log of three entries."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for step in statements.STEPS:
        connection.executescript(step)
    connection.execute(statements.BEGIN_LINE)
    connection.execute(statements.CREATE, (A, LINEAGE, LOG.running, 0, 0, None, None, 1, None))
    for position in (1, 2, 3):
        connection.execute("INSERT INTO entry VALUES (1, ?, ?, x'', zeroblob(600))", (position, bytes([position])))
    counting.recount(connection)
    yield connection
    connection.close()


def _sums(connection: sqlite3.Connection) -> list[int]:
    return list(
        connection.execute("SELECT mailbox.bytes, line.bytes FROM mailbox, line WHERE mailbox.key = 1").fetchone()
    )


def test_a_closing_is_found_as_it_was_made(connection: sqlite3.Connection) -> None:
    """Successor and forward come back, and both sums have grown by the forward."""
    connection.execute(statements.CREATE, (B, LINEAGE, LOG.running, 0, 0, None, None, 1, None))
    before = _sums(connection)
    closed = closings.close(connection, A, successor=B, forward=FORWARD, day=7)
    assert isinstance(closed, Log)
    assert closed.closed
    assert closings.find(connection, 1) == Closing(B, FORWARD)
    assert closed.stored_bytes == before[0] + cost([FORWARD])
    assert [after - sum_ for after, sum_ in zip(_sums(connection), before, strict=True)] == [cost([FORWARD])] * 2
    assert counting.recount(connection) == 0


def test_steps_end(connection: sqlite3.Connection) -> None:
    """Every step is within its bound, the sums are right after each, and at the end there is nothing to look for."""
    closings.close(connection, A, successor=None, forward=FORWARD, day=7)
    steps = []
    while step := closings.erase(connection, closed_before=8, entries_max=2):
        steps.append(step)
        assert _sums(connection) == [0, 0]
        assert counting.recount(connection) == 0
    assert steps == [3, 1]
    assert connection.execute("SELECT stage FROM closing").fetchall() == [(2,)]
    assert connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_a_bound_that_is_met_exactly_ends_too(connection: sqlite3.Connection) -> None:
    """When the last entry is the last that a step may delete, the next step finds that out."""
    closings.close(connection, A, successor=None, forward=FORWARD, day=7)
    assert [closings.erase(connection, closed_before=8, entries_max=3) for _ in range(2)] == [4, 0]
    assert connection.execute("SELECT stage FROM closing").fetchall() == [(2,)]
