"""What is held comes back as it was put, with what was left empty; what is no draft is refused."""

import pytest

from troth import Row
from troth_app.held import HELD_TABLE, Draft, draft_in, held_row
from troth_app.settings import Settings, noticed_row
from troth_wire import codec
from troth_wire.errors import MalformedError

DRAFT = Draft("disclosure", (None, "שלום 🙂", "2026-09-01", None, None, None), "2026-09-02")


def test_there_and_back() -> None:
    """Kind, day and every field; the last row counts, and without a value there is none."""
    row = held_row(b"k" * 16, DRAFT)
    assert row.table == HELD_TABLE
    assert row.value is not None
    assert draft_in(row.value) == DRAFT
    settings = Settings.parse([held_row(b"k" * 16, Draft("disclosure", ("x",))), row])
    assert settings.held == {b"k" * 16: DRAFT}
    assert settings.with_(held_row(b"k" * 16)).held == {}


@pytest.mark.parametrize("value", [b"", b"\xc0", codec.pack(["disclosure", "", [7]]), codec.pack(["x", ""])])
def test_what_is_no_draft_is_refused(value: bytes) -> None:
    """Other shapes are named, and never read as words."""
    with pytest.raises(MalformedError):
        Settings.parse([Row(HELD_TABLE, b"k" * 16, value)])


def test_a_notice_has_its_day() -> None:
    """By the thing, on which day it was said."""
    assert Settings.parse([noticed_row(b"t" * 32, "2026-09-01")]).noticed == {b"t" * 32: "2026-09-01"}


def test_words_do_not_show_in_a_repr() -> None:
    """What is held stays out of logs."""
    assert "שלום" not in repr(DRAFT)
