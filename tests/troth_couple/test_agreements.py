"""One word for an agreement, the more careful one first; the scenarios hold the rest (test_derive)."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.troth_couple.people import AGREEMENT, DAY
from tests.troth_couple.plays import Stage
from tests.troth_couple.scenarios import AGREED
from troth_couple.agreements import BASES, Agreement, Shown
from troth_couple.derive import derive

PAGE: Final = (Path(__file__).resolve().parents[2] / "specs" / "couple.md").read_text()


def after(script: str) -> Agreement:
    """The agreement after a play."""
    stage = Stage()
    stage.play(script)
    return derive(stage.values(), stage.couple.roster, stage.today).agreements[AGREEMENT]


def test_every_word_has_its_basis_in_the_order_of_the_page() -> None:
    """The words are tried in the order of the page, and each rests on something."""
    on_page = re.findall(r"^\| `([A-Z_]+)` \| “[^|]+” \|", PAGE, re.MULTILINE)
    assert on_page == [shown.name for shown in BASES] == [shown.name for shown in Shown]


@pytest.mark.parametrize(
    ("script", "shown"),
    [
        ("r proposes r1", Shown.PROPOSED),
        ("r proposes r1\nr assents r1", Shown.WAITING),
        ("r proposes r1\nr assents r1\nmeet\ns declines r1", Shown.NOT_AGREED),
        ("r proposes r1\nr assents r1\nr withdraws", Shown.NOT_AGREED),
        ("r proposes r1\nmeet\ns asks r1", Shown.NOT_AGREED),
        ("r withdraws", Shown.NO_TEXT),
        (AGREED + "s asks r1 keeping", Shown.CHANGE_PROPOSED),
        (AGREED + "s asks r1", Shown.NOT_AGREED),
        (AGREED + "s ends", Shown.ENDED),
        (AGREED + "s ends\nmeet\nr assents r1", Shown.ENDED),
        ("r proposes r1 review_on=2026-11-22\nr assents r1\nmeet\ns assents r1\nday 2026-11-22", Shown.REVIEW_DAY),
        (AGREED + "s proposes r2 r1\nmeet\nr declines r2", Shown.IN_FORCE),
    ],
)
def test_words(script: str, shown: Shown) -> None:
    """Short plays and the word for each."""
    found = after(script)
    assert found.shown is shown
    assert found.because


@pytest.mark.parametrize("day", ["2026-12-05", "2026-12-06"])
def test_the_last_day_is_a_day_on_which_it_holds(day: str) -> None:
    """A trial holds through its last day and not on the next."""
    script = f"r proposes r1 expires=2026-12-05\nr assents r1\nmeet\ns assents r1\nday {day}"
    assert (after(script).in_force is None) is (day > "2026-12-05")


def test_the_day_of_an_act_ends_no_trial() -> None:
    """A wrong clock on an assent neither ends a trial nor keeps it going: only the day here does."""
    script = "r proposes r1 expires=2026-12-05\nday 2030-01-01\nr assents r1\nmeet\ns assents r1\nday 2026-12-05"
    assert after(script).shown is Shown.IN_FORCE


def test_what_an_ended_trial_stood_for_does_not_come_back() -> None:
    """When a trial in place of an agreement lapses, nothing is in force: what came before needs both again."""
    trial = AGREED + "r proposes r2 r1 expires=2026-12-05\nmeet\nr assents r2\ns assents r2\nday 2026-12-06"
    found = after(trial)
    assert (found.shown, found.in_force) == (Shown.LAPSED, None)


def test_an_ended_agreement_asks_nothing() -> None:
    """Once it has ended, no proposal of it is open."""
    assert after("r proposes r1\nmeet\ns ends").open == ()


def test_two_versions_without_a_common_text_hold_nothing() -> None:
    """Where both had not agreed on one text before, none holds meanwhile."""
    script = "r proposes r1\ns proposes r2\nmeet\nr assents r1\nr assents r2\ns assents r1\ns assents r2"
    found = after(script)
    assert (found.shown, found.in_force, len(found.versions)) == (Shown.TWO_VERSIONS, None, 2)


def test_what_was_said_and_when_is_kept_whole() -> None:
    """The log of an agreement holds every act, by day."""
    found = after(AGREED + "day 2026-11-25\nr withdraws")
    assert [act.name for act in found.acts][-1] == "withdraw"
    assert found.acts[0].day == DAY
