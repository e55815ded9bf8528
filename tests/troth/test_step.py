"""A step keeps its three parts apart and in order, however steps are put together."""

from hypothesis import given
from hypothesis import strategies as st

from troth.step import CaughtUp, HangUp, Held, Offline, Row, Step

STEPS = st.builds(
    Step,
    st.lists(
        st.builds(Row, st.sampled_from("ab"), st.binary(max_size=2), st.none() | st.binary(max_size=2)), max_size=3
    ),
    st.lists(st.builds(HangUp, st.sampled_from("xy")), max_size=3),
    st.lists(st.one_of(st.builds(CaughtUp), st.builds(Offline), st.builds(Held, st.sampled_from("pq"))), max_size=3),
)


@given(st.lists(STEPS, max_size=4))
def test_steps_append_in_order(steps: list[Step]) -> None:
    """Put together, what is saved, sent and told stands in the order of the steps, and each in its own part."""
    whole = Step()
    for step in steps:
        whole += step
    assert whole.save == [row for step in steps for row in step.save]
    assert whole.send == [message for step in steps for message in step.send]
    assert whole.tell == [event for step in steps for event in step.tell]


@given(STEPS, STEPS)
def test_appending_leaves_the_other_step_alone(one: Step, two: Step) -> None:
    """A step that was appended is not changed by what is appended later."""
    save, send, tell = list(two.save), list(two.send), list(two.tell)
    one += two
    one += one
    assert (two.save, two.send, two.tell) == (save, send, tell)


def test_new_steps_share_nothing() -> None:
    """Two empty steps are two: what is added to one is not in the other."""
    one, two = Step(), Step()
    one.tell.append(Offline())
    assert two == Step()
    assert one != two
