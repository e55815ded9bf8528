"""Conversations of one browser: so many at a time, so long without a look, and a number means one of them for good."""

from hypothesis import given
from hypothesis import strategies as st

from troth_app.limits import PAGE_STEP_IDLE_S, PAGE_STEPS_MAX
from troth_app.web.steps import Step, Steps
from troth_app.web.visit import Visit

ACTS = st.lists(
    st.tuples(st.sampled_from(["add", "look", "drop"]), st.integers(1, 40), st.floats(0, PAGE_STEP_IDLE_S)),
    max_size=60,
)


def step() -> Step:
    """Return a conversation."""
    return Step(Visit("status"), "/", "Why?")


@given(acts=ACTS)
def test_there_are_never_more_than_so_many(acts: list[tuple[str, int, float]]) -> None:
    """Whatever a browser does: what is open is bounded, what was added is there, and what is ended is not."""
    steps, now_s, added = Steps(), 0.0, []
    for act, which, passed in acts:
        now_s += passed
        if act == "look":
            steps.look(which, now_s=now_s)
        elif act == "drop":
            steps.drop(which)
        else:
            before = {number: one.seen_s for number, one in steps.open.items()}
            one = step()
            number, ended = steps.add(one, now_s=now_s)
            added.append(number)
            assert steps.open[number] is one
            assert not set(map(id, ended)) & set(map(id, steps.open.values()))
            old = [seen for seen in before.values() if now_s - seen > PAGE_STEP_IDLE_S]
            assert len(ended) == len(old) + max(0, len(before) - len(old) + 1 - PAGE_STEPS_MAX)
        assert len(steps.open) <= PAGE_STEPS_MAX
    assert added == sorted(set(added))


def test_the_oldest_goes_for_a_new_one() -> None:
    """Of too many, the one that began first."""
    steps = Steps()
    first = step()
    steps.add(first, now_s=0)
    for _ in range(PAGE_STEPS_MAX - 1):
        assert steps.add(step(), now_s=0)[1] == []
    assert steps.add(step(), now_s=0)[1] == [first]


def test_a_look_keeps_it() -> None:
    """What somebody looked at is not old; what nobody looked at is ended with the next one."""
    steps = Steps()
    looked, left = step(), step()
    steps.add(looked, now_s=0)
    steps.add(left, now_s=0)
    assert steps.look(1, now_s=PAGE_STEP_IDLE_S) is looked
    assert steps.add(step(), now_s=PAGE_STEP_IDLE_S + 1) == (3, [left])
    assert steps.look(2, now_s=0) is None
