"""Every number has somebody who answers, what it is for, and whether anybody checked it lately."""

import re
from datetime import date, timedelta

from troth_app.helplines import CHECKED_DAYS, REGIONS, Helpline, is_checked

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
