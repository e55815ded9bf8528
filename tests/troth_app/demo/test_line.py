"""One line is one edit, or one sentence about what is wrong with it."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.troth_app.demo.world import DAY, add, put, write
from troth_app.demo.line import LINE_BYTES_MAX, VALUE_LEVELS_MAX, Edit, LineError, line_of, parse_line

EDITS: list[Edit] = [
    put(1, {"a": [1, 1.5, None, True, "é"]}, path=("m", "s"), by="Åsa 2"),
    add(2, "line\nbreak"),
    write(3, "", replace="kale"),
    write(4, "kale"),
]
GOOD = json.loads(line_of(EDITS[1]))


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_round_trip(edit: Edit, end: str) -> None:
    """An edit is written as one line, and read back as it was, with any line end."""
    line = line_of(edit)
    assert line.splitlines() == [line]
    assert parse_line(line + end) == edit


@pytest.mark.parametrize("blank", ["", "\n", " \t\r\n"])
def test_a_blank_line_is_no_edit(blank: str) -> None:
    """Nothing, spaces and tabs give nothing."""
    assert parse_line(blank) is None


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-13-01", "0000-01-01", "20260914", "2026-W37-1", "٢٠٢٦-٠٩-١٤", 1, None]
)
def test_a_day_is_one_of_the_calendar(day: Any) -> None:
    """A day that no calendar has, or that is written otherwise, is refused in one sentence, with nothing behind it."""
    with pytest.raises(LineError, match=r"^`day` is not a date such as 2026-08-23\.$") as refused:
        parse_line(json.dumps(GOOD | {"day": day}))
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_good_day_is_a_date() -> None:
    """A day is a date, not a text."""
    edit = parse_line(json.dumps(GOOD))
    assert edit is not None
    assert edit.day == DAY


@pytest.mark.parametrize("levels", [VALUE_LEVELS_MAX, VALUE_LEVELS_MAX + 1, 5_000])
def test_values_nest_so_deep(levels: int) -> None:
    """A value may have so many levels; one more is refused, and so are thousands."""
    line = json.dumps(GOOD).replace('"line\\nbreak"', "[" * levels + "]" * levels)
    if levels <= VALUE_LEVELS_MAX:
        assert parse_line(line) is not None
        return
    with pytest.raises(LineError, match="nested deeper"):
        parse_line(line)


def test_only_the_three_kinds_are_written() -> None:
    """An edit of no kind has no line: that is a mistake in the program."""
    with pytest.raises(TypeError):
        line_of(Edit(n=1, day=DAY, by="Robin", on=1, path=("s",)))


@given(
    st.text(max_size=60)
    | st.builds(json.dumps, st.dictionaries(st.sampled_from(sorted(GOOD)), st.integers() | st.text()))
)
@example("\ud800")
@example("[" * LINE_BYTES_MAX)
@example(" " * (LINE_BYTES_MAX + 1))
def test_any_text_is_an_edit_or_a_sentence(text: str) -> None:
    """No line raises anything but the one error, and its message is a sentence."""
    try:
        parse_line(text)
    except LineError as wrong:
        assert str(wrong).endswith(".")  # noqa: PT017
