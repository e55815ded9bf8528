"""Help needs no keys, no vault and no network, and looking at it is written nowhere."""

from datetime import date
from pathlib import Path

import pytest

from tests.troth_app.house import home_at, play
from troth_app import helplines
from troth_app.handlers import support
from troth_app.messages import tell


@pytest.mark.parametrize("handler", [support.steady, support.support])
async def test_it_leaves_no_trace(tmp_path: Path, handler: object) -> None:
    """R45: not a file, not a folder, whether there is a vault or not."""
    home = home_at(tmp_path)
    result = (await play(handler, home)).result  # type: ignore[arg-type]
    assert result["cards"]
    assert list(tmp_path.iterdir()) == []


async def test_it_says_plainly_when_this_is_not_the_right_tool(tmp_path: Path) -> None:
    """R46: who is afraid is told to leave it; R47: a question is asked whose answer nobody stores."""
    cards = (await play(support.support, home_at(tmp_path))).result["cards"]
    lines = " ".join(line for card in cards for line in card["lines"])
    assert "not the right tool" in lines
    assert "free to say no" in lines
    assert "spying software" in lines


async def test_it_points_to_a_therapist(tmp_path: Path) -> None:
    """P54, P72: for what no program is to help with it says who does, and no more than that."""
    cards = (await play(support.support, home_at(tmp_path))).result["cards"]
    (card,) = [card for card in cards if card["title"] == tell("support.guided")]
    assert ["therapist" in line for line in card["lines"]] == [True, True]


async def test_a_number_that_nobody_checked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R44: one that was checked in the last year stands by itself, and an older one does not."""
    for day, marks in ((date.today(), 0), (date(2020, 1, 1), 1), (None, 1)):
        line = helplines.Helpline("Line", "1 2 3", "Everybody.", day)
        monkeypatch.setattr(support, "REGIONS", {"Nowhere": (line,)})
        cards = (await play(support.support, home_at(tmp_path))).result["cards"]
        (card,) = [card for card in cards if card["title"].endswith("Nowhere")]
        assert ("not checked" in card["lines"][0]) is bool(marks)
        assert len(card["lines"]) == 1 + marks
