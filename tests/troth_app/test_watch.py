"""A vault closes when nobody asks for anything, and when the machine slept; never while it is in use."""

import pytest

from tests.troth_app.house import HandClocks
from troth_app.limits import IDLE_S, SUSPEND_S, WALL_JUMP_S
from troth_app.watch import IDLE, SLEPT, Reading, Watch, read_clocks


@pytest.fixture
def clocks() -> HandClocks:
    """Clocks that stand still."""
    return HandClocks()


def test_an_idle_vault_closes(clocks: HandClocks) -> None:
    """It closes after the idle time, and not a second before."""
    watch = Watch(clocks, idle_s=IDLE_S)
    clocks.go(IDLE_S - 1)
    assert watch.look() is None
    clocks.go(1)
    assert watch.look() == IDLE


def test_a_conversation_is_use(clocks: HandClocks) -> None:
    """However long it lasts, and the idle time begins anew at its end."""
    watch = Watch(clocks, idle_s=IDLE_S)
    watch.begin()
    clocks.go(IDLE_S * 2)
    assert watch.look() is None
    watch.end()
    clocks.go(IDLE_S - 1)
    assert watch.look() is None
    clocks.go(1)
    assert watch.look() == IDLE


def test_two_conversations_are_use_until_both_end(clocks: HandClocks) -> None:
    """The end of one does not end the other."""
    watch = Watch(clocks, idle_s=IDLE_S)
    watch.begin()
    watch.begin()
    watch.end()
    clocks.go(IDLE_S * 2)
    assert watch.look() is None


def test_sleep_closes_it_whatever_goes_on(clocks: HandClocks) -> None:
    """A machine that slept closes it, a conversation or not; once."""
    watch = Watch(clocks, idle_s=IDLE_S)
    watch.begin()
    clocks.sleep(SUSPEND_S + 1)
    assert watch.look() == SLEPT
    assert watch.look() is None


def test_clocks_may_drift_a_little(clocks: HandClocks) -> None:
    """Less than what a sleep shows is no sleep."""
    watch = Watch(clocks, idle_s=IDLE_S)
    clocks.sleep(SUSPEND_S)
    assert watch.look() is None


def test_a_wall_clock_does_where_there_is_no_other(clocks: HandClocks) -> None:
    """Without a clock that goes on, the time of day tells; with one, setting the time of day closes nothing."""
    clocks.reading = Reading(0.0, None, 0.0)
    watch = Watch(clocks, idle_s=IDLE_S)
    clocks.reading = Reading(1.0, None, WALL_JUMP_S + 2.0)
    assert watch.look() == SLEPT
    clocks.reading = Reading(1.0, 1.0, 0.0)
    watch = Watch(clocks, idle_s=IDLE_S)
    clocks.reading = Reading(1.0, 1.0, 1_000_000.0)
    assert watch.look() is None


def test_what_pauses_is_no_use(clocks: HandClocks) -> None:
    """While it waits for somebody the idle time goes on, from when it began to wait; then it is use again."""
    watch = Watch(clocks, idle_s=IDLE_S)
    watch.begin()
    clocks.go(IDLE_S)
    with watch.pause():
        assert watch.look() is None
        clocks.go(IDLE_S)
        assert watch.look() == IDLE
    assert watch.look() is None


def test_this_machines_clocks_go_forward() -> None:
    """Two looks one after the other are in order."""
    first, second = read_clocks(), read_clocks()
    assert second.awake >= first.awake
    assert (second.boot or 0.0) >= (first.boot or 0.0)
