"""A chapter closes when both say yes to one that follows, and stays closed."""

import pytest

from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import AGREED
from tests.troth_couple.test_turns import shown
from troth_couple.agreements import Shown

OPENED = AGREED + "r chapters spring\nmeet\nr shares spring\ns shares spring\n"


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (AGREED + "r chapters spring\nr shares spring", Shown.IN_FORCE),
        (AGREED + "r chapters spring\nmeet\ns chapters summer\nr shares spring\ns shares summer", Shown.IN_FORCE),
        (OPENED, Shown.ENDED),
        (OPENED + "meet\ns withdraws-from spring", Shown.ENDED),
        (
            AGREED + "r chapters spring\nmeet\nr shares spring\nmeet\nr withdraws-from spring\ns shares spring",
            Shown.ENDED,
        ),
        (OPENED + "meet\nr disowns spring", Shown.ENDED),
        ("new r2\n" + AGREED + "r chapters spring\nmeet\nr2 shares spring\ns shares spring", Shown.ENDED),
    ],
)
def test_what_closes_a_chapter(script: str, word: Shown) -> None:
    """Both yeses end what was agreed, for good, whatever becomes of them: no old text comes into force again."""
    stage = Stage()
    stage.play(script)
    for state in stage.states():
        assert shown(state) is word


def test_the_acts_are_named() -> None:
    """What ended by a chapter rests on the two assents to it."""
    stage = Stage()
    stage.play(OPENED)
    line = {act.id: name for name, act in stage.acts.items()}
    for state in stage.states():
        (agreement,) = state.agreements.values()
        assert {line[act] for act in agreement.because} == {"r shares spring", "s shares spring"}
