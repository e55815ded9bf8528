"""The app's bounds stand on the page as they stand in the code, and fit one another."""

import re
from pathlib import Path
from typing import Final

from troth_app import limits

PAGE: Final = Path(__file__).parents[2] / "specs" / "app.md"
ROW: Final = re.compile(r"^\| `([A-Z_]+)` \| ([0-9]+) \|", re.MULTILINE)


def test_page_and_code_agree() -> None:
    """Every bound stands in specs/app.md with its value, and nothing else does."""
    _, _, section = PAGE.read_text().partition("## Bounds")
    assert {name: int(value) for name, value in ROW.findall(section)} == {
        name: value for name, value in vars(limits).items() if name.isupper()
    }


def test_an_entry_fits_a_frame() -> None:
    """The longest entry fits one answer, even if JSON writes each byte of it as an escape of six."""
    assert limits.ENTRY_BYTES_MAX * 5 < limits.CONVERSATION_FRAME_BYTES_MAX


def test_idle_times_are_in_order() -> None:
    """What is set by default may be set, and looks are much more frequent than what they look for."""
    assert limits.LOOK_S < limits.IDLE_S_MIN <= limits.IDLE_S <= limits.IDLE_S_MAX
    assert limits.LOOK_S <= limits.SUSPEND_S < limits.WALL_JUMP_S
