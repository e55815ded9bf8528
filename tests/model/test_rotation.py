"""The rules of rotation bring honest devices together whatever an adversary does, and none of them is idle."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model.book import bits
from tests.model.exploring import explore, settle, story
from tests.model.rotation import Model
from tests.model.scope import Rules, Scope

SCOPES: Final = {
    "partner": Scope(honest=((0,), (1,)), hostile=2, founders=(0, 2), adds=(0, 1)),
    "thief": Scope(honest=((0,), (2,)), hostile=1, founders=(0, 1, 2), revokes=0),
    "newcomer": Scope(honest=((0,), (2,), (3,)), hostile=1, founders=(0, 1, 2), revokes=0, adds=(1, 3)),
    "new keys": Scope(honest=((0, 3), (2,)), hostile=1, founders=(0, 1, 2), renews=0, revokes=1),
    "words": Scope(honest=((0,), (2,), (4, 5)), hostile=1, founders=(0, 1, 2), words=4, restores=2, robs=0),
    "parting": Scope(honest=((0,), (1,)), hostile=2, founders=(0, 1, 2), parts=0),
    "sea": Scope(honest=((0,), (2,), (3,)), hostile=1, founders=(0, 1, 2, 3), revokes=0, drowns=2, writes=(2,)),
}
"""Who takes part.

- partner: a device adds another one of its person, and the only device of the other person is hostile;
- thief: somebody holds the keys of device 1, which a device of its person may revoke;
- newcomer: besides, the other person adds a device, and either may rotate at the same time;
- new keys: a device gives itself new keys, while another one of its person may revoke a thief's;
- words: a thief who knows the passphrase removes the owner's device, and recovery words undo that;
- parting: one ends the space;
- sea: a device is lost after it wrote, and never comes back.
"""

TOGETHER: Final = "one open mailbox"
LOST: Final = "record is lost"
UNDONE: Final = "words did not undo"

NEEDED: Final = {
    "meet": ("thief", 1, "", TOGETHER),
    "meet_words": ("words", 2, "", TOGETHER),
    "meet_as_before": ("new keys", 2, "", TOGETHER),
    "tell_the_removed": ("words", 4, "signs|closes 0|removes|tells", TOGETHER),
    "look_though_removed": ("words", 3, "", UNDONE),
    "leave_what_is_closed": ("thief", 1, "", TOGETHER),
    "leave_what_is_spoiled": ("thief", 2, "", TOGETHER),
    "leave_who_was_removed": ("thief", 1, "", TOGETHER),
    "close_others": ("partner", 1, "", "left open"),
    "offer_again": ("partner", 2, "", LOST),
    "offer_for_others": ("sea", 3, "writes|closes 0|lost", LOST),
    "hold_back": ("thief", 2, "revokes|writes", "knew of the removal"),
    "doubt": ("words", 3, "removes|closes 0|restores", UNDONE),
    "end_with_a_split": ("parting", 1, "", "ended space"),
}
"""For each rule: who takes part, how many steps of which names are enough without it, and what goes wrong then."""
LED: Final = {"read_forwards", "wait_for_room", "begin_another_line"}
"""Rules that have tests of their own below."""


@pytest.mark.parametrize("hostile_first", [True, False])
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_honest_devices_come_together(scope: Scope, hostile_first: bool) -> None:
    """From every state within three steps honest devices end in one open mailbox, and all is well there.

    No acknowledged record is lost, no removed device has the key, and few more rotations were needed.
    """
    found = explore(replace(scope, hostile_first=hostile_first), Rules(), depth=3)
    assert (found.trouble, found.trace) == ("", ())
    assert found.states > 500
    assert found.rotations_max <= len(scope.honest)


@given(st.sampled_from(sorted(SCOPES)), st.integers(0, 2**32), st.integers(5, 20), st.integers(1, 4), st.integers(1, 8))
def test_honest_devices_come_together_after_long_stories(
    name: str, seed: int, steps: int, signed_max: int, openings: int
) -> None:
    """So they do after long stories, in whichever order they connect, and where a mailbox may not be opened at once."""
    scope = replace(SCOPES[name], signed_max=signed_max, openings=openings, hostile_first=bool(seed % 2))
    found = story(scope, Rules(), seed=seed, steps=steps)
    assert (found.trouble, found.rotations_max <= 2 * len(scope.honest)) == ("", True), found.trace


@pytest.mark.parametrize("rule", NEEDED)
def test_each_rule_is_needed(rule: str) -> None:
    """Without one of the rules a few steps are enough for the trouble that it is there for."""
    name, depth, only, trouble = NEEDED[rule]
    broken = replace(Rules(), **{rule: False})
    found = explore(SCOPES[name], broken, depth=depth, only=only)
    assert trouble in found.trouble
    assert len(found.trace) <= depth


def test_every_rule_is_asked_for() -> None:
    """There is no rule of which no test says what it is for."""
    assert {*NEEDED, *LED} == set(Rules.__dataclass_fields__)


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_a_forward_only_leads(scope: Scope) -> None:
    """Who reads no forward comes together with the others all the same: nothing is decided by them."""
    assert explore(scope, Rules(read_forwards=False), depth=2).trouble == ""


def test_the_trace_that_was_open_parts_nobody() -> None:
    """A bad wrap, a lost add, a false close, a squatted mailbox and a restore, in every order and number of times."""
    only = "spoiled for (0|spoiled for (1|adds|falsely|closes it|squats|backed|restored|up to all"
    scope = replace(SCOPES["partner"], signed_max=1, grace=False, writes=())
    found = explore(scope, Rules(), depth=6, only=only)
    assert (found.trouble, found.rotations_max <= 2) == ("", True)
    assert found.states > 2_000


def test_a_device_waits_where_no_mailbox_is_opened() -> None:
    """While a thief spends what may be opened, a device signs one epoch and not one at every attempt."""
    signed = []
    for rules in (Rules(), Rules(wait_for_room=False)):
        model = Model(SCOPES["thief"], rules)
        world = model.sign(model.start(), 0, "revoke", subject=1, epoch=False)
        world = replace(world, openings=0)
        for _ in range(6):
            world = model.turn(world, 0)
        signed.append(model.book.by(bits([0]), world.known[0]).bit_count() - 1)
        assert world.acknowledged == 0
    assert signed == [1, 6]


@pytest.mark.parametrize("name", ["partner", "thief", "newcomer"])
def test_who_uses_up_the_meetings_can_part_devices(name: str) -> None:
    """Known and said: where no meeting can be opened any more, a closed mailbox parts those that had none yet.

    A mailbox that a pass opens has meetings of its own, and brings them together again.
    """
    scope = replace(SCOPES[name], floods=True)
    assert TOGETHER in explore(scope, Rules(), depth=3).trouble
    assert explore(scope, Rules(begin_another_line=True), depth=3).trouble == ""


def test_a_removed_device_is_out_of_the_current_epoch() -> None:
    """Once honest devices came together after a removal, the victim is no recipient of their epoch."""
    model = Model(SCOPES["thief"], Rules())
    world = model.sign(model.start(), 0, "revoke", subject=1)
    end, rotations = settle(model, world)
    states = [model.book.state(end.known[actor]) for actor in (0, 1)]
    assert [state.active for state in states] == [bits([0, 2])] * 2
    assert states[0].current == states[1].current
    assert not model.book.holds(bits([1]), states[0].current, end.known[0])
    assert rotations == 0


def test_a_newcomer_is_heard_though_its_adder_is_lost() -> None:
    """An add that shares the epoch is published by the newcomer; one that begins another waits for its adder.

    So a device adds another with the epoch that stands, and rotates afterwards.
    """
    scope = replace(SCOPES["newcomer"], drowns=1)
    assert explore(scope, Rules(), depth=4, only="share True|lost|connects").trouble == ""
    assert TOGETHER in explore(scope, Rules(), depth=2, only="share False|lost").trouble
