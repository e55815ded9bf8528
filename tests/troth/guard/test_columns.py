"""A column has one encoding, and it is read for what its bytes cost, not for what they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import sleb, uleb
from tests.troth.guard.rows import _differences, _flags, _runs
from troth.guard.columns import Column, each, length, read_runs, sums
from troth.guard.reasons import UnfitError


@given(st.lists(st.none() | st.integers(0, 3)).filter(lambda items: any(item is not None for item in items)))
def test_a_column_is_read_as_it_was_written(items: list[int | None]) -> None:
    """Runs, single items and nothings come back, as many as they were."""
    runs = read_runs(Column.ACTION, _runs(items, uleb))
    assert (each(runs), length(runs)) == (items, len(items))


@given(st.lists(st.booleans(), min_size=1))
def test_flags_are_read_as_they_were_written(flags: list[bool]) -> None:
    """Flags in turns come back."""
    assert each(read_runs(Column.INSERT, _flags(flags))) == flags


@given(st.lists(st.none() | st.integers(0, 9)).filter(lambda items: any(item is not None for item in items)))
def test_differences_add_up(items: list[int | None]) -> None:
    """Counters that are written as differences come back as counters, nothing as nothing."""
    assert sums(read_runs(Column.KEY_COUNTER, _runs(_differences(items), sleb))) == items


LONG = {
    "a run of one": b"\x01\x01",
    "a run that is written out": b"\x7e\x01\x01",
    "two runs of the same": b"\x02\x01\x02\x01",
    "a run and one more": b"\x02\x01\x7f\x01",
    "singles in two parts": b"\x7f\x01\x7f\x02",
    "no nothings": b"\x7f\x01\x00\x00",
    "nothing twice": b"\x7f\x01\x00\x01\x00\x01",
    "nothing else": b"\x00\x02",
    "a run without its item": b"\x02",
    "more singles than bytes": b"\x60\x01",
    "as many singles as there are numbers": sleb(-(2**62)) + b"\x01",
}


@pytest.mark.parametrize("data", LONG.values(), ids=LONG)
def test_another_encoding_is_refused(data: bytes) -> None:
    """What could be written shorter, or is cut short, is refused."""
    with pytest.raises(UnfitError):
        read_runs(Column.ACTION, data)


@pytest.mark.parametrize("data", [b"\x01\x00", b"\x00\x00", b"\x01\x01\x00\x01"])
def test_flags_in_another_encoding_are_refused(data: bytes) -> None:
    """A turn of no length, but for the first, is refused."""
    with pytest.raises(UnfitError):
        read_runs(Column.INSERT, data)


def test_a_bomb_is_counted_and_not_written_out() -> None:
    """A run of 2^62 costs what its bytes cost."""
    assert length(read_runs(Column.ACTION, sleb(2**62) + b"\x01")) == 2**62


def test_a_text_column_holds_texts() -> None:
    """Keys are read as texts, also when there is only one, and an empty one is no number."""
    assert read_runs(Column.KEY_TEXT, b"\x7f\x01k") == [(1, "k")]
    assert read_runs(Column.KEY_TEXT, b"\x7f\x00") == [(1, "")]
