"""Outside of the keys that were touched nothing shows otherwise, whatever came, and whoever forked meanwhile."""

from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.histories import actor, history, spelled
from tests.troth.test_shelf import parcel, quarrel, read_all
from troth.edits import Delete, Edit, Put, Splice, Text
from troth.shelf import Parcel, Shelf
from troth_wire.ids import ChangeHash

DICE = st.integers(0, 2**32).map(Random)


def shown(shelf: Shelf) -> dict[str, Any]:
    """What a document shows under each key of its root, bit by bit."""
    root = shelf.view(())
    assert isinstance(root, Mapping)
    return {key: spelled(value) for key, value in root.items()}


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """The keys under which two views do not show the same."""
    return {key for key in before.keys() | after.keys() if before.get(key, ...) != after.get(key, ...)}


def check_each_step(shelf: Shelf, parcels: list[Parcel], dice: Random) -> None:
    """Let parcels arrive, some at a time, and compare with what was shown at any time before."""
    looks = [(shelf.heads(), shown(shelf))]
    while parcels:
        cut = dice.randint(1, 4)
        came, parcels = parcels[:cut], parcels[cut:]
        read_all(shelf, came, dice, often=0.3)
        now = shown(shelf)
        for heads, before in looks:
            touched = shelf.touched(heads)
            assert touched.heads == shelf.heads()
            if touched.keys is None:
                assert not all(shelf.stands(change) for change in heads)
            else:
                assert differing(before, now) <= touched.keys
        looks.append((shelf.heads(), now))


@given(DICE)
def test_elsewhere_nothing_changed(dice: Random) -> None:
    """Honest writers, in any order of arrival, with maps, lists and texts, and against any earlier look."""
    parcels = [parcel(writer, raw, number) for number, (writer, raw) in enumerate(history(dice).changes)]
    check_each_step(Shelf(actor(9)), dice.sample(parcels, len(parcels)), dice)


@given(DICE, st.integers(1, 14))
def test_elsewhere_nothing_changed_where_somebody_forked(dice: Random, rounds: int) -> None:
    """Copies of keys write beside each other; where heads fell, nothing at all is said to be as it was."""
    parcels = quarrel(dice, rounds)
    check_each_step(Shelf(actor(9)), dice.sample(parcels, len(parcels)), dice)


@given(DICE)
def test_another_life_is_told_the_same(dice: Random) -> None:
    """The heads say it all: who reads everything anew, in another order, answers as who was there all the time."""
    parcels = [parcel(writer, raw, number) for number, (writer, raw) in enumerate(history(dice).changes)]
    first, again = Shelf(actor(9)), Shelf(actor(8))
    read_all(first, parcels[: dice.randint(0, len(parcels))], dice, often=0.0)
    heads = first.heads()
    read_all(first, parcels, dice, often=0.0)
    read_all(again, dice.sample(parcels, len(parcels)), dice, often=0.0)
    assert again.touched(heads) == first.touched(heads)


def test_no_more_than_what_was_written() -> None:
    """Putting, removing, typing, and something deep inside: each names its own key at the root, and no other."""
    shelf = Shelf(actor(0))
    shelf.edit([[Put(("a",), 1), Put(("b",), 2), Put(("t",), Text("x")), Put(("m",), {"n": [{"o": 1}]})]])
    assert shelf.touched(()).keys == frozenset("abtm")
    steps: dict[str, Edit] = {
        "a": Put(("a",), 3),
        "b": Delete(("b",)),
        "t": Splice(("t",), 0, 1, "long"),
        "m": Put(("m", "n", 0, "o"), {"p": 4}),
    }
    for key, edit in steps.items():
        heads = shelf.heads()
        shelf.edit([[edit]])
        assert shelf.touched(heads).keys == frozenset({key})
    assert shelf.touched(shelf.heads()).keys == frozenset()


def test_heads_that_are_not_here_say_nothing() -> None:
    """Against heads of which one is unknown, every key may be another."""
    shelf = Shelf(actor(0))
    shelf.edit([[Put(("a",), 1)]])
    assert shelf.touched({*shelf.heads(), ChangeHash(bytes(32))}).keys is None
