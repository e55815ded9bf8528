"""Every number has somebody who answers, what it is for, and whether anybody checked it lately."""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.contracts.relay_process import environment
from troth_app import helplines as lines_of
from troth_app.helplines import CHECKED_DAYS, REGIONS, Helpline, is_checked, unchecked

TODAY = date(2026, 9, 1)


def test_every_number_can_be_dialled() -> None:
    """Digits and spaces, a name, and a purpose in a few words."""
    for helplines in REGIONS.values():
        for helpline in helplines:
            assert re.fullmatch(r"[0-9 +]+", helpline.number)
            assert helpline.name
            assert helpline.what.endswith(".")


def test_a_check_grows_old() -> None:
    """A year later, before it was made, and where nobody made one, a number is not checked."""
    for days, checked in ((0, True), (CHECKED_DAYS, True), (CHECKED_DAYS + 1, False), (-1, False)):
        helpline = Helpline("Line", "1", "All.", TODAY - timedelta(days=days))
        assert is_checked(helpline, TODAY) is checked
    assert not is_checked(Helpline("Line", "1", "All."), TODAY)


def test_who_checks_the_code_hears_of_old_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """R44: each number without a check in the last twelve months is named, with its region, and no other."""
    old = date.today() - timedelta(days=CHECKED_DAYS + 1)
    days = {"Fresh": date.today(), "Old": old, "New": None}
    lines = [Helpline(name, "1", "All.", day) for name, day in days.items()]
    monkeypatch.setattr(lines_of, "REGIONS", {"Nowhere": lines})
    lines_of.main()
    said = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in said[1:]] == [f"Nowhere, Old: last on {old}", "Nowhere, New: never"]
    monkeypatch.setattr(lines_of, "REGIONS", {"Nowhere": lines[:1]})
    lines_of.main()
    assert capsys.readouterr().err == ""


def test_make_check_looks() -> None:
    """`make check` runs it, and what it finds stops nobody."""
    recipe = (Path(__file__).parents[2] / "Makefile").read_text().partition("\ncheck:")[2].partition("\nformat:")[0]
    assert "-m troth_app.helplines" in recipe
    command = [sys.executable, "-m", "troth_app.helplines"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60, check=True)
    assert bool(done.stderr) is bool(list(unchecked(date.today())))
