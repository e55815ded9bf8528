"""A change is counted before it is written out, and nothing in it stands for more than it may."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.troth.anatomy import ACTION, INSERT, KEY, PREDECESSORS, VALUE, VALUE_KIND, sealed, sleb, uleb
from tests.troth.guard.plain import PLAIN, many
from tests.troth.histories import actor
from troth import guard
from troth.guard import Change, Column, Refused
from troth_wire.limits import CHANGE_OPS_MAX, CHANGE_PREDECESSORS_MAX

REFUSED: Final[dict[str, tuple[bytes, Refused]]] = {
    "sequence 0": (replace(PLAIN, sequence=0).raw(), Refused.FORM),
    "first operation 0": (replace(PLAIN, start_op=0).raw(), Refused.FORM),
    "first operation near 2^31": (replace(PLAIN, start_op=2**31 - 1).raw(), Refused.FORM),
    "first operation near 2^32, after which nobody can write": (
        replace(PLAIN, start_op=2**32 - 1).raw(),
        Refused.FORM,
    ),
    "first operation past 2^63": (replace(PLAIN, start_op=2**64 - 1).raw(), Refused.FORM),
    "an actor that nothing refers to": (replace(PLAIN, others=(actor(5),)).raw(), Refused.OPERATION),
    "an actor that is not named": (PLAIN.column(Column.OBJECT_ACTOR, b"\x7f\x01").raw(), Refused.OPERATION),
    "an actor that is far from named": (PLAIN.column(Column.OBJECT_ACTOR, b"\x7f\x3f").raw(), Refused.OPERATION),
    "the author among the others": (replace(PLAIN, others=(PLAIN.actor,)).raw(), Refused.FORM),
    "no operations": (replace(PLAIN, columns=()).raw(), Refused.FORM),
    "an increment": (PLAIN.column(ACTION, b"\x7f\x05").raw(), Refused.ACTION),
    "a made table": (PLAIN.column(ACTION, b"\x7f\x06").raw(), Refused.ACTION),
    "a mark": (PLAIN.column(ACTION, b"\x7f\x07").raw(), Refused.ACTION),
    "an action that stands for nothing": (PLAIN.column(ACTION, b"\x00\x01").raw(), Refused.FORM),
    "a counter": (PLAIN.column(VALUE_KIND, b"\x7f\x18").raw(), Refused.VALUE),
    "a timestamp": (PLAIN.column(VALUE_KIND, b"\x7f\x19").raw(), Refused.VALUE),
    "a value that is longer than it says": (PLAIN.column(VALUE, b"\x01\x01").raw(), Refused.VALUE),
    "a value that is missing": (PLAIN.column(VALUE, None).raw(), Refused.FORM),
    "a value where something is made": (PLAIN.column(ACTION, b"\x7f\x00").raw(), Refused.VALUE),
    "a value where one of several is made": (
        many(2).column(ACTION, b"\x7e\x01\x00").column(VALUE_KIND, b"\x02\x01").raw(),
        Refused.VALUE,
    ),
    "columns of different lengths": (PLAIN.column(ACTION, b"\x02\x01").raw(), Refused.FORM),
    "no insert column": (PLAIN.column(INSERT, None).raw(), Refused.FORM),
    "no kind of value": (PLAIN.column(VALUE_KIND, None).raw(), Refused.FORM),
    "no predecessor column": (PLAIN.column(PREDECESSORS, None).raw(), Refused.FORM),
    "predecessors that are not named": (PLAIN.column(PREDECESSORS, b"\x7f\x01").raw(), Refused.FORM),
    "predecessors that are not counted": (
        PLAIN.column(Column.PREDECESSOR_ACTOR, b"\x7f\x00").column(Column.PREDECESSOR_COUNTER, b"\x7f\x01").raw(),
        Refused.FORM,
    ),
    "one operation too many": (many(CHANGE_OPS_MAX + 1).raw(), Refused.COUNT),
    "an abort: 69 bytes that stand for 2^24 operations": (many(2**24).raw(), Refused.COUNT),
    "a hang: 74 bytes that stand for 2^32 operations": (many(2**32).raw(), Refused.COUNT),
    "a bomb of predecessors": (many(2, predecessors=sleb(2) + uleb(CHANGE_PREDECESSORS_MAX)).raw(), Refused.COUNT),
    "a bomb of nothings": (
        many(2).column(Column.OBJECT_COUNTER, b"\x00" + uleb(2**40) + b"\x7f\x01").raw(),
        Refused.FORM,
    ),
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_no_change_holds_is_refused(raw: bytes, reason: Refused) -> None:
    """Each thing that no honest change holds is refused, and for its own reason."""
    assert guard.read(raw) is reason


def test_a_bomb_is_small() -> None:
    """What ends a process is no larger than a short word."""
    assert [len(many(ops).raw()) for ops in (2**24, 2**32)] == [69, 74]


def test_what_is_within_bounds_by_one_is_read() -> None:
    """As many operations as are allowed are read, so the bound refuses nothing honest."""
    change = guard.read(many(CHANGE_OPS_MAX).raw())
    assert isinstance(change, Change)
    assert (change.ops, change.max_op) == (CHANGE_OPS_MAX, CHANGE_OPS_MAX)


def test_a_change_does_not_show_what_it_holds() -> None:
    """What was written stands in no representation, so it can not come into a log by accident."""
    change = guard.read(PLAIN.column(KEY, b"\x7f\x06secret").raw())
    assert isinstance(change, Change)
    assert "secret" not in repr(change)


@given(st.binary(max_size=200))
@example(b"\x00")
def test_no_bytes_raise_from_the_guard(data: bytes) -> None:
    """Any bytes in any place of a change, with a right checksum, are a verdict and no exception."""
    for raw in (data, sealed(data), *(PLAIN.column(column, data).raw() for column in Column)):
        assert isinstance(guard.read(raw), (Change, Refused))
