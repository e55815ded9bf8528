"""A passphrase costs about half a second, whatever the machine, and never less than the least."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.client_world import HandClock
from troth import Cost
from troth_client import Machine, calibration
from troth_client.calibration import TRIALS, calibrate, choose

PLENTY_MIB = 64 * 1024


@pytest.mark.parametrize(
    ("trial_s", "memory_mib", "cost"),
    [
        (0.040, PLENTY_MIB, Cost(256, 3)),
        (0.020, PLENTY_MIB, Cost(512, 3)),
        (0.005, PLENTY_MIB, Cost(1024, 6)),
        (0.000, PLENTY_MIB, Cost(1024, 16)),
        (0.200, PLENTY_MIB, Cost(64, 2)),
        (9.000, PLENTY_MIB, Cost(64, 1)),
        (0.020, 1024, Cost(256, 6)),
        (0.020, 16, Cost(64, 16)),
    ],
)
def test_the_cost_follows_from_the_machine(trial_s: float, memory_mib: int, cost: Cost) -> None:
    """Memory first, at three passes, up to a gibibyte and a quarter of the machine's; then passes."""
    assert choose(trial_s, memory_mib=memory_mib) == cost


@given(st.floats(0, 100), st.integers(1, 2**20))
def test_every_machine_has_a_cost(trial_s: float, memory_mib: int) -> None:
    """However fast, slow or small, the cost is one that a vault may have, and no dearer than half a second allows."""
    cost = choose(trial_s, memory_mib=memory_mib)
    took_s = trial_s / 64 * cost.memory_mib * cost.passes
    assert took_s <= 0.5001 or (cost.memory_mib == 64 and cost.passes == 1)


def test_the_quickest_trial_counts() -> None:
    """What else runs on the machine makes a passphrase no cheaper."""
    clock, takes_s = HandClock(), [0.4, 0.04, 0.3]
    tried: list[Cost] = []

    def stretch(_: str, __: bytes, cost: Cost) -> bytes:
        clock.advance(takes_s[len(tried)])
        tried.append(cost)
        return bytes(32)

    machine = Machine(stretch=stretch, clock=clock)
    assert calibrate(machine=machine, memory_mib=PLENTY_MIB) == Cost(256, 3)
    assert tried == [Cost(64, 1)] * TRIALS


def test_on_this_machine() -> None:
    """Measured with the system's memory it is a cost that a vault may have."""
    clock = HandClock()

    def stretch(*_: object) -> bytes:
        clock.advance(0.04)
        return bytes(32)

    assert calibrate(machine=Machine(stretch=stretch, clock=clock)).memory_mib >= 64


def test_where_the_system_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without knowing how much memory there is, no more is taken than the cost that needs no measuring."""
    monkeypatch.delattr(os, "sysconf")
    assert choose(0.001, memory_mib=calibration._memory_mib()).memory_mib == Cost().memory_mib
