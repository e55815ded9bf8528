"""The past answers by actor and counter, within the horizon of who asks, and costs a few bytes an operation."""

import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import Anatomy
from tests.troth.guard.plain import BEGUN, PLAIN, accepted, after, begun
from tests.troth.guard.rows import Row
from tests.troth.histories import actor, history
from troth import guard
from troth.document import Document
from troth.edits import Put, Splice, Text
from troth.guard import Change, Past
from troth.guard.reasons import UnfitError
from troth_wire.ids import ChangeHash

BYTES_FOR_AN_OPERATION = 24


def read(raw: bytes) -> Change:
    """Read a change that is well formed."""
    change = guard.read(raw)
    assert isinstance(change, Change)
    return change


@given(st.randoms())
def test_a_horizon_is_the_causal_past(dice: Random) -> None:
    """What a horizon reaches is exactly what the dependencies lead to, one by one."""
    past = Past()
    causes: dict[bytes, set[bytes]] = {}
    places: dict[bytes, tuple[bytes, int, int]] = {}
    for _, raw in history(dice).changes:
        change = read(raw)
        behind = {cause for named in change.dependencies for cause in causes[named] | {named}}
        causes[change.hash] = behind
        horizon = past.horizon(change)
        for cause, (writer, first, last) in places.items():
            for counter in (first, last):
                if cause in behind:
                    past.find(past.number(writer), counter, horizon)  # type: ignore[arg-type]
                else:
                    with pytest.raises(UnfitError):
                        past.find(past.number(writer), counter, horizon)  # type: ignore[arg-type]
        assert horizon.last_op == max([places[cause][2] for cause in behind], default=0)
        assert horizon.own == sum(places[cause][0] == change.actor for cause in behind)
        accepted(past, raw)
        places[change.hash] = change.actor, change.start_op, change.max_op


@given(st.randoms())
def test_what_lies_beyond_some_changes(dice: Random) -> None:
    """Exactly the operations of the changes that are none of them and in the past of none of them."""
    past = Past()
    places: dict[ChangeHash, range] = {}
    causes: dict[ChangeHash, set[ChangeHash]] = {}
    for _, raw in history(dice).changes:
        change = read(raw)
        places[change.hash] = range(len(past.kinds), len(past.kinds) + change.ops)
        causes[change.hash] = {change.hash}.union(*(causes[named] for named in change.dependencies))
        accepted(past, raw)
    some = dice.sample(list(places), dice.randint(0, 3))
    known = set[ChangeHash]().union(*(causes[change] for change in some))
    assert sorted(past.beyond(some), key=lambda found: found.start) == [
        place for change, place in places.items() if change not in known
    ]


def test_a_stretch_ends_with_its_change() -> None:
    """Of an operation the past tells where it stands and how many of its change follow, and whether they are elements.

    In `BEGUN` the operations 2 to 6 are the characters of the text 1, and 8 to 10 the items of the list 7.
    """
    past = begun()
    horizon = past.horizon(read(after(Row(None, "k")).raw()))
    place, count = past.stretch(0, 2, horizon)
    assert (place, count) == (past.find(0, 2, horizon), 12)
    text, items = past.find(0, 1, horizon), past.find(0, 7, horizon)
    found = [past.holds_elements(*asked) for asked in ((text, place, 5), (text, place, 6), (items, place, 1))]
    assert found == [True, False, False]
    with pytest.raises(UnfitError):
        past.stretch(0, 14, horizon)


def test_what_stands_in_a_place_is_known() -> None:
    """The past knows which change stands in a place of an actor's sequence, and which places are free."""
    past = begun()
    assert past.standing(actor(0), 1) == guard.change_hash(BEGUN)
    assert [past.standing(*place) for place in ((actor(0), 0), (actor(0), 2), (actor(1), 1))] == [None] * 3
    assert guard.change_hash(BEGUN) in past
    assert len(past) == 1


def test_what_is_missing_is_named() -> None:
    """Dependencies that are not here are named, and no others."""
    change = read(after(Row(key="k")).raw())
    assert begun().missing(change) == frozenset()
    assert Past().missing(change) == {guard.change_hash(BEGUN)}


def test_a_copy_goes_on_by_itself() -> None:
    """What is added to a copy is not in the original, nor the other way round."""
    past = begun()
    twin = past.copy()
    accepted(twin, after(Row(key="new")).raw())
    assert (len(past), len(twin), "new" in past.keys, "new" in twin.keys) == (1, 2, False, True)
    accepted(past, after(Row(key="other")).raw())
    assert "other" not in twin.keys


def test_a_place_is_taken_once() -> None:
    """A second change for one place, and a verdict that was given on another past, are mistakes of the caller."""
    past = Past()
    verdict = accepted(past, PLAIN.raw())
    with pytest.raises(AssertionError):
        past.add(verdict)
    with pytest.raises(AssertionError):
        past.add(verdict._replace(first=len(past.kinds)))


def test_a_long_text_costs_little() -> None:
    """Of a text of 30 000 characters the past keeps some bytes for each, and so it does of one that is pasted later."""
    document, past = Document(actor(0)), Past()
    accepted(past, document.edit([[Put(("t",), Text(""))]]).changes[0])
    raws = document.edit([[Splice(("t",), -1, 0, "x" * 30_000)]]).changes
    tracemalloc.start()
    for raw in raws:
        accepted(past, raw)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 30_000 * BYTES_FOR_AN_OPERATION


def test_a_change_on_its_author_alone_shares_its_horizon() -> None:
    """Changes one after the other keep one list of what they reach, so that a long stream costs little."""
    past = Past()
    document = Document(actor(0))
    for value in range(3):
        last = accepted(past, document.edit([[Put(("k",), value)]]).changes[0])
    assert last.horizon.reach == ()
    assert Anatomy.of(document.edit([[Put(("k",), 9)]]).changes[0]).sequence == 4
