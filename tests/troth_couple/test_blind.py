"""Nothing is shown before both have sealed and opened, and nothing but what was sealed."""

import pytest

from tests.troth_couple.plays import Stage
from troth_couple.blind import seal
from troth_couple.derive import derive
from troth_couple.things import Thing

START = "r asks-blindly q\nmeet\n"


def after(script: str) -> Thing:
    """The question after a play."""
    stage = Stage()
    stage.play(START + script)
    (thing,) = derive(stage.values(), stage.couple.roster, stage.today).things.values()
    return thing


@pytest.mark.parametrize(
    "script",
    [
        "",
        "r seals q yes",
        "r seals q yes\ns seals q no",
        "r seals q yes\ns seals q no\nr opens q yes",
        "r seals q yes\nr opens q yes\ns opens q no",
    ],
)
def test_nothing_before_both(script: str) -> None:
    """With anything missing, nobody's answer shows, and nobody is named."""
    assert (after(script).opened, after(script).altered) == ({}, frozenset())


def test_both_show_together() -> None:
    """Once both are sealed and opened, both stand."""
    found = after("r seals q yes\ns seals q no\nr opens q yes\ns opens q no")
    assert sorted(found.opened.values()) == ["no", "yes"]


@pytest.mark.parametrize("script", ["s seals q no\ns opens q maybe", "s seals q no\ns seals q maybe"])
def test_an_answer_that_changed_is_not_shown(script: str) -> None:
    """Who opens something else, or seals twice, shows nothing, and neither does the other."""
    found = after("r seals q yes\nr opens q yes\n" + script)
    assert found.opened == {}
    assert len(found.altered) == 1


def test_a_seal_depends_on_salt_and_text() -> None:
    """No short answer can be guessed from its seal without the salt."""
    assert len({seal(bytes(16), "yes"), seal(b"\1" * 16, "yes"), seal(bytes(16), "no")}) == 3
