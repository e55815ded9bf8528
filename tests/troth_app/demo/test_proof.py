"""The proof complains of what is lost, of nothing else, and of each thing that is."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.demo.world import add, put, write
from troth_app.demo.proof import Ledger, differing, lost
from troth_app.demo.record import Add, Edit, Set, Value, Write, place

ACKNOWLEDGED, STOOD, FELL = "acknowledged", "in doubt, stood", "in doubt, fell"


def made(edit: Edit, shown: dict[str, Any]) -> list[Any]:
    """Make an edit as a device does; give the value that it replaced."""
    key = edit.path[0]
    match edit:
        case Set(value=value):
            seen = [shown[key]] if key in shown else []
            shown[key] = value
            return seen
        case Add(value=value):
            shown[key] = [*shown[key], value]
        case Write(replace=replace, insert=insert):
            at, length = place(shown[key], replace)
            shown[key] = shown[key][:at] + insert + shown[key][at + length :]
    return []


def lived(edits: list[tuple[Edit, str]]) -> tuple[Ledger, dict[str, Any]]:
    """Make edits one after another, each with the fate that goes with it; give the ledger and what is shown."""
    ledger, shown = Ledger(), dict[str, Any](l=[], t="")
    for edit, fate in edits:
        seen = made(edit, shown) if fate != FELL else []
        if fate == ACKNOWLEDGED:
            ledger.acknowledge(edit, seen)
        else:
            ledger.doubtful.append(edit)
    return ledger, shown


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    """Edits of three paths by two devices, no two with the same words."""
    found: list[Edit] = []
    for n in range(1, draw(st.integers(1, 12)) + 1):
        on = draw(st.sampled_from([1, 2]))
        makes = {"set": put(n, f"v{n}", on=on), "add": add(n, [f"v{n}"], on=on), "write": write(n, f" w{n}", on=on)}
        found.append(makes[draw(st.sampled_from(sorted(makes)))])
    return found


FATES = st.sampled_from([ACKNOWLEDGED, ACKNOWLEDGED, STOOD, FELL])


@given(edits(), st.data())
def test_a_faithful_view_is_not_complained_of(found: list[Edit], data: st.DataObject) -> None:
    """What was acknowledged is there, what was in doubt stands or does not: no complaint."""
    ledger, shown = lived([(edit, data.draw(FATES)) for edit in found])
    assert lost(ledger, shown) == []


@given(edits(), st.data())
def test_each_lost_edit_is_complained_of(found: list[Edit], data: st.DataObject) -> None:
    """A view that lacks the effect of any one acknowledged edit gets one complaint, naming its path."""
    ledger, _ = lived([(edit, ACKNOWLEDGED) for edit in found])
    newest = [edit for edit in found if isinstance(edit, Set)][-1:]
    gone = data.draw(st.sampled_from([edit for edit in found if not isinstance(edit, Set)] + newest))
    _, shown = lived([(edit, FELL if edit is gone else ACKNOWLEDGED) for edit in found])
    complaints = lost(ledger, shown)
    assert len(complaints) == 1
    assert complaints[0].startswith(f"{gone.path[0]}: ")


@dataclass
class Register:
    """One value that several devices set, each knowing some of the edits: what a conflict leaves open, it settles."""

    edits: dict[int, Set]
    replaced: dict[int, set[int]]

    def standing(self, known: set[int]) -> list[int]:
        """Give the known edits that no known edit replaced."""
        gone = set[int]().union(*(self.replaced[n] for n in known))
        return sorted(known - gone)

    def shown(self, known: set[int]) -> list[Value]:
        """Give the value that a device shows, if it shows one."""
        return [self.edits[n].value for n in self.standing(known)[-1:]]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), min_size=1, max_size=14))
def test_no_conflict_is_mistaken_for_a_loss(steps: list[tuple[int, int, bool]]) -> None:
    """However three devices set one path, with few values and often before they meet, what stands is accepted."""
    register, known, ledger = Register({}, {}), [set[int](), set[int](), set[int]()], Ledger()
    for n, (device, other, value) in enumerate(steps, start=1):
        if device != other:
            known[device] |= known[other]
        register.edits[n] = put(n, value, on=device)
        register.replaced[n] = set(register.standing(known[device]))
        ledger.acknowledge(register.edits[n], register.shown(known[device]))
        known[device].add(n)
    assert lost(ledger, {"s": register.shown(set().union(*known))[0]}) == []


def test_a_value_that_came_back_is_complained_of() -> None:
    """A value that the one who replaced it had seen must not stand again."""
    ledger = Ledger()
    ledger.acknowledge(put(1, "old", on=1), [])
    ledger.acknowledge(put(2, "new", on=2), ["old"])
    assert lost(ledger, {"s": "new"}) == []
    assert lost(ledger, {"s": "old"}) == ["s: the value that was acknowledged last"]


def test_either_side_of_a_conflict_may_stand() -> None:
    """Of two values that were set before the devices met, one stands, and either may."""
    ledger = Ledger()
    ledger.acknowledge(put(1, "mine", on=1), [])
    ledger.acknowledge(put(2, "yours", on=2), [])
    assert lost(ledger, {"s": "mine"}) == lost(ledger, {"s": "yours"}) == []
    assert len(lost(ledger, {"s": "theirs"})) == 1


@pytest.mark.parametrize("shown", [{}, {"s": 1}, {"s": []}, {"s": None, "l": {}, "t": {}}])
def test_a_view_of_another_form_is_complained_of(shown: dict[str, Any]) -> None:
    """Where a path holds nothing, or something of another kind, everything that was acknowledged there is missing."""
    ledger, _ = lived([(put(1, "v"), ACKNOWLEDGED), (add(2, "v"), ACKNOWLEDGED), (write(3, "w"), ACKNOWLEDGED)])
    assert [complaint.partition(":")[0] for complaint in lost(ledger, shown)] == ["s", "l", "t"]


def test_a_null_is_something() -> None:
    """An acknowledged null that is not there is missing."""
    ledger, shown = lived([(put(1, None, path=("s",)), ACKNOWLEDGED)])
    assert lost(ledger, shown) == []
    assert len(lost(ledger, {})) == 1


def test_entries_are_counted() -> None:
    """Two equal entries are two, and keys have no order."""
    entry: Value = {"a": 1, "b": [True]}
    ledger, _ = lived([(add(1, entry), ACKNOWLEDGED), (add(2, entry), ACKNOWLEDGED)])
    assert lost(ledger, {"l": [json.loads('{"b": [true], "a": 1}')] * 2}) == []
    assert lost(ledger, {"l": [entry, {"a": True, "b": [1]}]}) == ["l: 1 of 2 entries"]


def test_a_doubtful_write_may_have_taken_words() -> None:
    """A word that an edit in doubt replaces may stand or not."""
    ledger, _ = lived([(write(1, "a quiet day"), ACKNOWLEDGED), (write(2, "slow", replace="quiet"), FELL)])
    assert lost(ledger, {"t": "a quiet day"}) == lost(ledger, {"t": "a slow day"}) == []
    assert lost(ledger, {"t": "a quiet"}) == ["t: 1 of the words"]


VIEWS = st.dictionaries(st.text(max_size=3), st.integers() | st.booleans(), max_size=3)


@given(VIEWS, st.integers(2, 5))
def test_the_same_everywhere_differs_nowhere(view: dict[str, Any], devices: int) -> None:
    """Equal views are equal."""
    assert differing({str(number): dict(view) for number in range(devices)}) == []
    assert differing({}) == []


@given(VIEWS, st.integers(0, 3), st.sampled_from([1, True, 1.0, "1", None]))
def test_the_odd_one_is_named(view: dict[str, Any], odd: int, value: Value) -> None:
    """Of four views, the one that is not like the others is named, first or last, down to the type of a number."""
    shown = {str(number): {**view, "s": 0} for number in range(4)}
    assert differing(shown | {str(odd): {**view, "s": value}}) == [str(odd)]
    assert differing(shown | {str(odd): {**view, "s": False}}) == [str(odd)]
