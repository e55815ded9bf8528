"""Numbers on the wire are those of the page, and the more careful choice comes first where several may stand."""

import re
from pathlib import Path
from typing import Final

import pytest

from troth_couple.choices import Detail, Level, Outcome, Place, Receiving, Reply, Response, Scope

PAGE: Final = (Path(__file__).resolve().parents[2] / "specs" / "couple.md").read_text()


@pytest.mark.parametrize("choices", [Detail, Level, Outcome, Place, Receiving, Reply, Response, Scope])
def test_every_choice_is_on_the_page(choices: type[Level]) -> None:
    """Each list stands on the page, from 1 on without a gap."""
    assert [int(choice) for choice in choices] == list(range(1, len(choices) + 1))
    plural = f"{choices.__name__}s".replace("ys", "ies")
    (words,) = re.findall(rf"\b{plural}(?: are)? 1 ([^;.]+)[;.]", PAGE, re.IGNORECASE)
    assert len(re.split(r", \d ", words)) == len(choices)


def test_the_careful_choice_comes_first() -> None:
    """No before yes, least told before all told; a signal's strongest comes last, since the highest counts."""
    assert min(Reply) is Reply.DECLINE
    assert min(Response) is Response.NO
    assert min(Receiving) is Receiving.NOT_TAKEN
    assert min(Outcome) is Outcome.LET_GO
    assert max(Level) is Level.STOP
