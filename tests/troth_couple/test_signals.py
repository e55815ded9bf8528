"""The most careful signal counts, until the person who gave it releases it by name."""

import pytest

from tests.troth_couple.plays import Stage
from troth_couple.derive import derive
from troth_couple.kinds import Level
from troth_couple.signals import Signals


def after(script: str) -> Signals:
    """The signals after a play."""
    stage = Stage()
    stage.play(script)
    return derive(stage.values(), stage.couple.roster, stage.today).signals


@pytest.mark.parametrize(
    ("script", "level"),
    [
        ("", None),
        ("r signals slow a", Level.SLOW),
        ("r signals slow a\nr2 signals stop b\ns signals pause c", Level.STOP),
        ("r signals stop a\nr releases r signals stop a", None),
        ("r signals stop a\nmeet\nr2 releases r signals stop a", None),
        ("r signals stop a\nr signals slow b\nr releases r signals stop a", Level.SLOW),
        ("r signals stop a\nmeet\nnew r2\nr2 releases r signals stop a", Level.STOP),
        ("new r2\nr2 signals stop a", Level.STOP),
        ("cut r2\nr2 signals stop a", Level.STOP),
        ("cut r2 finally\nr2 signals stop a", None),
    ],
)
def test_level(script: str, level: Level | None) -> None:
    """Signals add up to the most careful; releases count from devices that stand, for own signals alone."""
    assert after(script).level is level


def test_a_signal_rests_on_itself() -> None:
    """The acts of the level are the signals of that level, and no release is among them."""
    found = after("r signals stop a\nmeet\ns signals stop b\ns signals slow c")
    assert [act.said("level") for act in found.active] == [3, 3, 1]
    assert len(found.because) == 2
    assert Signals().because == ()


def test_a_release_that_was_not_mine_releases_nothing() -> None:
    """A signal whose release is called not one's own is on again."""
    stage = Stage()
    stage.play("r signals stop a\nr releases r signals stop a")
    release = stage.acts["r releases r signals stop a"]
    stage.couple.pen("r").repudiate(release.id, day=stage.today)
    state = derive(stage.values(), stage.couple.roster, stage.today)
    assert state.signals.level is Level.STOP
    assert [held.reason.name for held in state.held.values()] == ["DISOWNED"]
