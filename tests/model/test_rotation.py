"""The rules of rotation bring honest devices together whatever an adversary does, and none of them is idle."""

import random
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model.rotation import Rules, Scope, evaluate, explore, moves, settle, split, start

PARTNER: Final = Scope(honest=(0, 1), hostile=2, founders=frozenset({0, 2}), devices=3, newcomer=1)
"""Devices 0 and 1 of one person, of which 0 adds 1; the other person's only device is hostile."""
THIEF: Final = Scope(honest=(0, 2), hostile=1, founders=frozenset({0, 1, 2}), devices=3, revoker=0)
"""Somebody holds the keys of device 1, which device 0 of the same person may revoke."""
BOTH: Final = Scope(honest=(0, 2, 3), hostile=1, founders=frozenset({0, 1, 2}), devices=4, revoker=0, newcomer=3)
"""The thief, while a device is added."""

SCOPES: Final = {"partner": PARTNER, "thief": THIEF, "both": BOTH}


@pytest.mark.parametrize("hostile_first", [True, False])
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_honest_devices_come_together(scope: Scope, hostile_first: bool) -> None:
    """From every state within four steps, honest devices end in one open mailbox, after few more rotations."""
    found = explore(replace(scope, hostile_first=hostile_first), Rules(), depth=3 if scope is BOTH else 4)
    assert found.trace is None
    assert found.states > 500
    assert found.rotations_max <= len(scope.honest) + 1


@given(st.sampled_from(sorted(SCOPES)), st.integers(0, 2**32), st.integers(5, 18))
def test_honest_devices_come_together_after_long_stories(name: str, seed: int, steps: int) -> None:
    """So they do after long stories, among them a relay that is restored in the middle."""
    scope = replace(SCOPES[name], signed_max=3)
    drawn, world = random.Random(seed), start(scope)
    for _ in range(steps):
        # Where nothing is left to do the story is over.
        _, world = drawn.choice([*moves(world, scope, Rules())] or [("", world)])
    end, rotations = settle(world, scope, Rules())
    assert not split(end, scope)
    assert rotations <= 2 * len(scope.honest)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(meet=False, meet_after_trouble=False),
        Rules(leave_what_is_closed=False),
        Rules(leave_what_is_spoiled=False),
    ],
    ids=["no meeting", "staying in a closed mailbox", "staying without a key"],
)
@pytest.mark.parametrize("scope", [PARTNER, THIEF], ids=["partner", "thief"])
def test_each_rule_is_needed(scope: Scope, rules: Rules) -> None:
    """Without one of the rules, two steps are enough to part honest devices: the exploration would have seen it."""
    assert explore(scope, rules, depth=2).trace is not None


def test_a_revoked_device_is_out_of_the_current_epoch() -> None:
    """Once honest devices came together after a revocation, the victim is no recipient of their epoch."""
    world = start(THIEF)
    for name, after in moves(world, THIEF, Rules()):
        if "revokes" in name:
            world = after
    end, _ = settle(world, THIEF, Rules())
    states = [evaluate(end.known[device]) for device in THIEF.honest]
    assert [state.active for state in states] == [frozenset({0, 2})] * 2
    assert states[0].current == states[1].current is not None
