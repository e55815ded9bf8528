"""A signal is one step without a reason; it ends when its author releases it with the passphrase, and not otherwise."""

from pathlib import Path

import pytest

from tests.troth_app.house import PASSPHRASE, open_keeper, play
from tests.troth_app.two import TODAY, two
from troth_app.handlers import signalling
from troth_app.limits import TRIES_MAX
from troth_app.outcome import Code
from troth_couple import Level, Scope

LEVELS = {Level.SLOW: signalling.slow, Level.PAUSE: signalling.pause, Level.STOP: signalling.stop}


@pytest.mark.parametrize("level", LEVELS)
async def test_one_step(tmp_path: Path, level: Level) -> None:
    """Nothing is asked, and it holds at once, also without a relay."""
    async with two(tmp_path) as couple:
        played = await play(LEVELS[level], couple.keeper)
        assert played.code == Code.OK
        signals = (await couple.state()).signals
        assert (signals.level, signals.active[0].said("scope")) == (level, Scope.TALK)


async def test_what_it_is_about_is_asked_if_one_wants(tmp_path: Path) -> None:
    """With `--about` one thing is picked, and stands in the signal."""
    async with two(tmp_path) as couple:
        assert (await play(signalling.pause, couple.keeper, 1, options={"about": True})).code == Code.OK
        assert (await couple.state()).signals.active[0].said("scope") == Scope.TOUCH


async def test_what_it_is_about_may_be_named(tmp_path: Path) -> None:
    """A word that is known stands in the signal; what is not known stands in the way of none, and it says so."""
    async with two(tmp_path) as couple:
        played = await play(signalling.stop, couple.keeper, options={"about": "touch", "understood": True})
        assert "It is about touch." in played.said
        played = await play(signalling.stop, couple.keeper, options={"about": False, "understood": False})
        assert "It is about talk." in played.said
        assert "What else stood on the line" in played.said
        assert {act.said("scope") for act in (await couple.state()).signals.active} == {Scope.TOUCH, Scope.TALK}


async def test_a_question_is_no_way_around_a_signal(tmp_path: Path) -> None:
    """Whoever goes away while it is asked what it is about has given it, and is told so as the last word."""
    async with two(tmp_path) as couple:
        played = await play(signalling.stop, couple.keeper, options={"about": True})
        assert played.safe == "You asked to stop. It is about talk; `troth today` shows it."
        signals = (await couple.state()).signals
        assert (signals.level, signals.active[0].said("scope")) == (Level.STOP, Scope.TALK)


async def test_nobody_releases_the_others_signal(tmp_path: Path) -> None:
    """Where there is none of one's own, there is nothing to release, and theirs stays."""
    async with two(tmp_path) as couple:
        await couple.sasha(lambda pen: pen.signal(Level.STOP, Scope.TALK, day=TODAY))
        assert (await play(signalling.release, couple.keeper)).code == Code.RULE
        assert (await couple.state()).signals.level is Level.STOP


async def test_a_release_takes_the_passphrase(tmp_path: Path) -> None:
    """Another passphrase releases nothing; the right one releases what was picked, or all of one's own."""
    async with two(tmp_path) as couple:
        await play(signalling.slow, couple.keeper)
        assert (await play(signalling.release, couple.keeper, *["another one"] * TRIES_MAX)).code == Code.LOCKED
        assert (await couple.state()).signals.level is Level.SLOW
        await play(signalling.stop, couple.keeper)
        assert (await play(signalling.release, couple.keeper, 0, PASSPHRASE)).code == Code.OK
        assert (await couple.state()).signals.level is Level.SLOW
        await play(signalling.pause, couple.keeper)
        assert (await play(signalling.release, couple.keeper, 2, PASSPHRASE)).code == Code.OK
        assert (await couple.state()).signals.level is None


async def test_alone_there_is_nobody_to_signal(tmp_path: Path) -> None:
    """It takes a space for two, and says so."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(signalling.stop, keeper)).code == Code.OTHER
