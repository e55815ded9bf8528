"""What is said to SQLite fits the tables, and no question asked while serving goes through all of them."""

import sqlite3
from collections.abc import Iterator

import pytest

from troth_relay.store import file, statements

GIVEN: dict[str, tuple[object, ...]] = {
    "LOG": (b"",),
    "ENTRIES": (1, 0, 1),
    "OVER": (0, 1),
    "ALIKE": (None, 1),
    "MEETINGS": (1,),
    "CLOSING": (1,),
    "DUE": (0, 1),
    "HALF_ERASED": (1,),
    "ERASE_ENTRIES": (1, 1),
    "LET_GO": (1,),
    "LET_GO_ONES": (1,),
    "NOTE": (1,),
    "DORMANT": (0, 720),
    "IDLE": (0, 720, 1),
    "LINE_ONES": (1, 1),
}
"""The questions that are asked while serving, with something to fill in."""


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A file of this format, in memory."""
    connection = sqlite3.connect(":memory:")
    for step in statements.STEPS:
        connection.executescript(step)
    yield connection
    connection.close()


def test_there_is_a_step_to_every_format() -> None:
    """Each format has the one step that leads to it, and the first to know brief mailboxes is the one after 1."""
    assert len(statements.STEPS) == file.FORMAT
    assert "ends" in statements.STEPS[statements.FORMAT_WITHOUT_KINDS]


@pytest.mark.parametrize("name", GIVEN)
def test_questions_use_an_index(connection: sqlite3.Connection, name: str) -> None:
    """However many mailboxes there are, one is found without looking at the others."""
    plan = connection.execute(f"EXPLAIN QUERY PLAN {getattr(statements, name)}", GIVEN[name]).fetchall()
    assert plan
    # Of service there is one row.
    details = [detail for *_, detail in plan if detail != "SCAN service"]
    assert [detail for detail in details if detail.startswith("SCAN") and "INDEX" not in detail] == []


def test_brief_mailboxes_are_forgotten_with_all_that_is_theirs(connection: sqlite3.Connection) -> None:
    """Forgetting deletes brief mailboxes and their entries, and no log."""
    for key, ends in ((1, None), (2, 60)):
        connection.execute(statements.CREATE, (bytes([key]), b"", b"", 0, 0, ends, None, None, None))
        connection.execute("INSERT INTO entry VALUES (?, 1, x'', x'', x'')", (key,))
    for statement in statements.FORGET_BRIEF:
        connection.execute(statement)
    assert connection.execute("SELECT key FROM mailbox").fetchall() == [(1,)]
    assert connection.execute("SELECT mailbox FROM entry").fetchall() == [(1,)]
