"""A day is an ISO date that exists, and the order of texts is the order of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_couple.days import DAY, Day, day_of, days_after
from troth_wire.errors import MalformedError, UsageError


@given(st.dates())
def test_every_date_is_a_day(day: date) -> None:
    """Whatever a calendar has is accepted as it is written."""
    assert DAY(day.isoformat()) == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01", "2026-11-00", "1900-02-29"),
        *(
            "2026-1-1",
            "20261121",
            "2026-11-21T10:00",
            " 026-11-21",
            "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0661",
            "2026/11/21",
            "",
            7,
            None,
        ),
    ],
)
def test_what_no_calendar_has_is_refused(text: object) -> None:
    """An impossible date, a time, other digits and other kinds of values are no days."""
    with pytest.raises(MalformedError):
        DAY(text)


def test_a_writer_is_told() -> None:
    """What a caller writes wrongly is the caller's to mend."""
    assert day_of("2024-02-29") == "2024-02-29"
    with pytest.raises(UsageError):
        day_of("yesterday")


@given(st.dates(max_value=date(9990, 1, 1)), st.integers(0, 800))
def test_days_later(day: date, days: int) -> None:
    """So many days later is what the calendar says."""
    assert days_after(Day(day.isoformat()), days) == (day + timedelta(days)).isoformat()


def test_the_last_day_stays() -> None:
    """Beyond the last day that can be written, there is none."""
    assert days_after(Day("9999-12-31"), 5) == "9999-12-31"
