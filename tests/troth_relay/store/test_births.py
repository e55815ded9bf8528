"""A mailbox is born once, into its line if it has one, and what gives way is gone whole."""

import sqlite3
from collections.abc import Iterator

import pytest

from tests.contracts.relay_store import FORWARD, LINEAGE, A, B, brief
from troth_relay.store import Brief, Denial, Log, births, closings, counting, statements
from troth_wire.ids import MailboxId
from troth_wire.messages import MailboxKind


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A file of this format, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for step in statements.STEPS:
        connection.executescript(step)
    yield connection
    connection.close()


def _create(
    connection: sqlite3.Connection,
    mailbox: MailboxId,
    *,
    terms: Brief | None = None,
    sponsor: MailboxId | None = None,
) -> Log | Denial:
    return births.create(connection, mailbox, lineage=LINEAGE, day=7, brief=terms, ticket=None, sponsor=sponsor)


def test_what_was_born_is_found_as_it_was_told(connection: sqlite3.Connection) -> None:
    """A mailbox of any kind is found as its creation returned it."""
    terms = [None, brief(), brief(MailboxKind.INVITATION, sponsor=A), brief(MailboxKind.MEETING, sponsor=A)]
    for number, each in enumerate(terms):
        mailbox = MailboxId(bytes([97 + number]) * 32)
        made = _create(connection, mailbox, terms=each)
        assert births.look(connection, mailbox) == (number + 1, made)


def test_only_who_invites_is_kept_by_name(connection: sqlite3.Connection) -> None:
    """The name of a sponsor is kept for an invitation alone; a meeting mailbox and a successor have a line."""
    _create(connection, A)
    _create(connection, B, sponsor=A)
    for number, kind in enumerate((MailboxKind.INVITATION, MailboxKind.MEETING), 1):
        _create(connection, MailboxId(bytes([number]) * 32), terms=brief(kind, sponsor=B))
    kept = connection.execute("SELECT kind, sponsor, line FROM mailbox ORDER BY key").fetchall()
    assert kept == [(0, None, 1), (0, None, 1), (2, B, None), (3, None, 1)]


def test_what_gives_way_leaves_nothing(connection: sqlite3.Connection) -> None:
    """Where a log takes the place of a brief mailbox, neither its row nor its entries are left."""
    _create(connection, A, terms=brief())
    connection.execute("INSERT INTO entry VALUES (1, 1, x'', x'', x'')")
    made = _create(connection, A)
    assert isinstance(made, Log)
    assert births.look(connection, A) == (1, made)
    assert connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_deleted_log_leaves_its_line_and_no_closing(connection: sqlite3.Connection) -> None:
    """When a log is deleted, its bytes count no more, and whatever gets its key next is not closed for that."""
    _create(connection, B)
    _create(connection, A, sponsor=B)
    closings.close(connection, A, successor=B, forward=FORWARD, day=7)
    births.delete(connection, [2])
    assert connection.execute("SELECT bytes FROM line").fetchall() == [(0,)]
    made = _create(connection, A, sponsor=B)
    assert births.look(connection, A) == (2, made)
    assert isinstance(made, Log)
    assert not made.closed
    assert counting.recount(connection) == 0
