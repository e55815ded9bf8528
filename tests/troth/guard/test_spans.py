"""Spans are the operations of a change, all of them and no others, however they are put together."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import Anatomy
from tests.troth.guard.rows import FRONT, Id, Row, rows_of
from tests.troth.histories import History, history, typing
from troth import guard
from troth.edits import Splice
from troth.guard import Change
from troth.guard.change import Table
from troth.guard.columns import Runs, each
from troth.guard.spans import COUNTER, rows_along


def table_of(raw: bytes) -> Table:
    """What the operations of an honest change say."""
    change = guard.read(raw)
    assert isinstance(change, Change)
    return change.table


def written_out(table: Table) -> list[Row]:
    """The operations of a change, one by one, in the words of the test's own reader; values are left out."""
    replaced = iter(table.predecessors)
    rows = []
    for times, step, row in table.spans:
        for number in range(times):
            of, at, text, insert, action, replaces, _ = row[:2], row[2:4], *row[4:]
            if number and at[1] is not None:
                at = at[0], row[COUNTER] + number * step
            old = tuple(found for _ in range(replaces) if (found := named(table, *next(replaced))) is not None)
            rows.append(Row(named(table, *of), named(table, *at) or text or "", insert, action, replaces=old))
    assert next(replaced, None) is None, "every predecessor belongs to an operation"
    return rows


def named(table: Table, actor: int | None, counter: int | None) -> Id | None:
    """A reference by the actor itself."""
    if counter is None:
        return None
    return FRONT if actor is None else (table.actors[actor], counter)


@given(st.randoms(), st.sampled_from([history, typing]))
def test_spans_are_the_operations(dice: Random, make: Any) -> None:
    """Written out one by one, spans are what a reader finds that knows nothing of them."""
    for _, raw in make(dice).changes:
        plain = [
            Row(row.object, row.key, row.insert, row.action, replaces=row.replaces) for row in rows_of(Anatomy.of(raw))
        ]
        assert written_out(table_of(raw)) == plain


@pytest.mark.parametrize("text", ["x" * 1_000, "\u043c\u0438\u0440 \u0438 war " * 100])
def test_a_burst_of_typing_is_two_spans(text: str) -> None:
    """However much is typed in a row: the first character stands after what was there, all others after their own."""
    made = History.begin(1)
    made.edit(0, Splice(("t",), 3, 0, text))
    assert [times for times, _, _ in table_of(made.changes[-1][1]).spans] in ([len(text)], [1, len(text) - 1])


def test_what_is_removed_in_a_row_is_one_span() -> None:
    """Characters that were typed one after the other and are removed together are one span."""
    made = History.begin(1)
    made.edit(0, Splice(("t",), 5, 0, "x" * 1_000))
    made.edit(0, Splice(("t",), 7, 900))
    assert [times for times, _, _ in table_of(made.changes[-1][1]).spans] == [900]


RUNS = st.lists(st.tuples(st.integers(1, 5), st.none() | st.integers(0, 2)), min_size=1, max_size=6)


@given(st.lists(RUNS, min_size=1, max_size=4))
def test_columns_side_by_side_are_their_rows(columns: list[Runs]) -> None:
    """Walking along columns gives the rows that they stand for, in order."""
    ops = min(sum(times for times, _ in runs) for runs in columns)
    cut = [_cut(runs, ops) for runs in columns]
    walked = [tuple(row) for times, row in rows_along(cut, ops) for _ in range(times)]
    assert walked == list(zip(*map(each, cut), strict=True))


def _cut(runs: Runs, ops: int) -> Runs:
    """The first operations of a column."""
    found: Runs = []
    for times, value in runs:
        if ops:
            found.append((min(times, ops), value))
            ops -= found[-1][0]
    return found
