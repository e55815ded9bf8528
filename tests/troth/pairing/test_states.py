"""The states of a pairing are the table of the page, and everybody gets to the end by it."""

from tests.test_specs import name, table
from troth.pairing import Purpose, Side
from troth.pairing.states import FAR_NEXT, FIRST, NEXT, STEPS, Input, State
from troth.pairing.states import table as table_of


def test_states_are_those_of_the_page() -> None:
    """The table is that of the page, row by row, and only the two rows for a far partner differ."""
    rows = table("pairing.md", "State", "Side")
    assert [(name(row["State"]), name(row["Input"]), name(row["Next"])) for row in rows] == [
        (state.name, through.name, after.name) for (state, through), after in NEXT.items()
    ]
    assert FAR_NEXT.keys() < NEXT.keys()
    assert FAR_NEXT == {
        (State.HEARING, Input.OPEN): State.OFFERING,
        (State.LEARNING, Input.OPEN): State.TAKING,
    }
    assert [table_of(purpose) == NEXT for purpose in Purpose] == [True, True, False]


def test_a_side_meets_only_its_own_states() -> None:
    """From its first state a side can reach those states that the page gives it, and no others."""
    rows = table("pairing.md", "State", "Side")
    for side in Side:
        reached, ahead = set[State](), [FIRST[side]]
        while ahead:
            state = ahead.pop()
            reached.add(state)
            ahead += [after for (before, _), after in NEXT.items() if before is state and after not in reached]
        mine = {name(row["State"]) for row in rows if row["Side"] in (side.name.lower(), "both")}
        assert {state.name for state in reached} == mine


def test_the_states_that_are_over_lead_nowhere() -> None:
    """Nothing leads out of an end."""
    assert not [state for state, _ in NEXT if state in (State.DONE, State.ENDED)]


def test_steps_are_those_of_the_page() -> None:
    """What is handed over, and by whom, is what the page says for each purpose."""
    rows = {name(row["Purpose"]): row for row in table("pairing.md", "Purpose", "Number")}
    assert {purpose.name: int(rows[purpose.name]["Number"]) for purpose in Purpose} == {
        p.name: p.value for p in Purpose
    }
    turns = rows["DEVICE"]["Handed over, in turn"].split("; ")
    assert [tuple(turn.split(": ")) for turn in turns] == [
        (side.name.lower(), step) for side, step in STEPS[Purpose.DEVICE]
    ]
    assert STEPS[Purpose.FAR] == STEPS[Purpose.JOIN] == ((Side.HOST, "draft"), (Side.GUEST, "genesis"))
