"""What is left of a pass is told by number; nothing tells which mailbox it opened."""

import sqlite3
from collections.abc import Iterator

import pytest

from troth_relay.store import Pass, Ticket, passes, statements


def _pass(number: int, *, uses: int = 2, ends_s: int = 100) -> Pass:
    return Pass(bytes([number]) * 32, uses, ends_s, None)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A file of this format, in memory."""
    connection = sqlite3.connect(":memory:")
    for step in statements.STEPS:
        connection.executescript(step)
    yield connection
    connection.close()


def test_passes_are_listed_by_number(connection: sqlite3.Connection) -> None:
    """Each pass has the next number, and is listed with what is left of it as long as it opens something."""
    assert [passes.add(connection, _pass(each, ends_s=each * 10), now_s=0) for each in (1, 2, 3)] == [1, 2, 3]
    assert passes.spend(connection, Ticket(_pass(2).hash, 0)) == _pass(2, ends_s=20)
    assert passes.listed(connection, now_s=10) == ((2, _pass(2, uses=1, ends_s=20)), (3, _pass(3, ends_s=30)))
    passes.spend(connection, Ticket(_pass(2).hash, 0))
    assert [number for number, _ in passes.listed(connection, now_s=10)] == [3]


def test_what_is_over_is_forgotten(connection: sqlite3.Connection) -> None:
    """When the next pass is made, nothing is kept of those that are spent or have ended; numbers never come again."""
    passes.add(connection, _pass(1, uses=1), now_s=0)
    passes.add(connection, _pass(2, ends_s=50), now_s=0)
    passes.spend(connection, Ticket(_pass(1).hash, 0))
    assert passes.add(connection, _pass(3), now_s=50) == 3
    assert connection.execute("SELECT number FROM pass").fetchall() == [(3,)]
    assert passes.revoke(connection, 3)
    assert not passes.revoke(connection, 3)
    assert passes.issued(connection) == 3
    assert passes.add(connection, _pass(4), now_s=50) == 4


def test_pass_and_mailbox_do_not_know_each_other(connection: sqlite3.Connection) -> None:
    """Neither table refers to the other, and a use leaves no trace but the number that is left."""
    tables = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall())
    assert "mailbox" not in tables["pass"]
    assert "pass" not in tables["mailbox"]
    passes.add(connection, _pass(1), now_s=0)
    (before,) = connection.execute("SELECT * FROM pass").fetchall()
    passes.spend(connection, Ticket(_pass(1).hash, 77))
    (after,) = connection.execute("SELECT * FROM pass").fetchall()
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [1]
