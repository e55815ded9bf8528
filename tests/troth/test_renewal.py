"""Words made anew are all there again, and making them anew costs nobody else a word."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.histories import VALUES, actor, spelled
from troth.document import Document
from troth.edits import Delete, Edit, Insert, Put, Splice, Text, Value
from troth.renewal import renew

DICE = st.integers(0, 2**32).map(Random)
WORDS = ["alpha ", "beta ", "gamma ", "delta "]


def shown(start: Value, *edits: Edit) -> Any:
    """What a document shows that began with this value."""
    document = Document(actor(0))
    begun = document.edit([[Put((key,), value) for key, value in start.items()]])
    made = document.edit([edits])
    assert not begun.refused
    assert not made.refused, made.refused
    return document.view()


def typed(dice: Random, value: dict[str, Any], marks: str) -> list[Edit]:
    """Some edits of a text, a list and a map; what they add can be told by its marks."""
    at, size, items = dice.random(), len(value["t"]), len(value["l"])
    cut = min(dice.randint(0, 3), size)
    edits: list[Edit] = [
        Splice(("t",), int(at * (size - cut)), cut, dice.choice(marks) * dice.randint(0, 4)),
        Insert(("l",), dice.choice((-1, int(at * items))), dice.choice(marks)),
        Put(("m", dice.choice(marks)), [Text(marks), 1, {"a": None}]),
    ]
    if items:
        edits.append(Delete(("l", int(at * items))))
    return dice.sample(edits, dice.randint(0, 3))


def unsigned(value: Value) -> Value:
    """Return a value whose zeros have no sign: to a document 0.0 over -0.0 is no edit (specs/document.md, Edits)."""
    if isinstance(value, dict):
        return {key: unsigned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unsigned(item) for item in value]
    return 0.0 if type(value) is float and not value else value


@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.dictionaries(st.sampled_from("abc"), VALUES))
def test_on_the_same_state_it_is_the_same_edit(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Made anew on what it was made on, an edit does what it did, down to the last bit but the sign of a zero."""
    renewed = renew(before, after, before)
    assert renewed.unfit == []
    assert spelled(unsigned(shown(before, *renewed.edits))) == spelled(unsigned(shown(after)))


@given(DICE)
def test_every_word_is_there_and_nobody_elses_is_gone(dice: Random) -> None:
    """Whatever others did meanwhile: what was added stands once more, and all that they added stands."""
    before = shown({"t": Text(dice.choice(WORDS) * dice.randint(0, 3)), "l": list("xyz"), "m": {"k": 1}})
    after = shown(before, *typed(dice, before, "AB"))
    now = shown(before, *typed(dice, before, "CD"))
    renewed = renew(before, after, now)
    assert renewed.unfit == []
    final = shown(now, *renewed.edits)
    for field in ("t", "l"):
        count, has = Counter(after[field]), Counter(final[field])
        for mark in "AB":
            assert has[mark] == count[mark], "an own word is there, once"
        for mark in "CD":
            assert has[mark] == Counter(now[field])[mark], "another's word is untouched"
    assert final["m"].keys() == after["m"].keys() | now["m"].keys()


@given(DICE)
def test_a_removal_is_repeated_where_it_still_stands(dice: Random) -> None:
    """Nothing is removed that was not removed before, whatever stands in its place by now."""
    before = shown({"t": Text("".join(dice.choice("ab") for _ in range(12))), "l": list("xyyz"), "m": {}})
    after = shown(before, Splice(("t",), dice.randint(0, 8), 4), Delete(("l", dice.randint(0, 3))))
    now = shown(before, Splice(("t",), dice.randint(0, 8), dice.randint(0, 4), "Z"), Insert(("l",), 1, "Z"))
    final = shown(now, *renew(before, after, now).edits)
    for field in ("t", "l"):
        removed = Counter(before[field]) - Counter(after[field])
        assert Counter(now[field]) - Counter(final[field]) <= removed


@pytest.mark.parametrize(
    ("before", "after", "now", "final"),
    [
        ({"k": 1}, {"k": 2}, {"k": 1}, {"k": 2}),
        ({"k": 1}, {}, {"k": 1}, {}),
        ({"k": 1}, {}, {"k": 3}, {"k": 3}),
        ({}, {"k": 2}, {"k": 2}, {"k": 2}),
        ({}, {"k": {"a": 1}}, {"k": {"b": 2}}, {"k": {"a": 1, "b": 2}}),
        ({}, {"t": Text("mine")}, {"t": Text("theirs ")}, {"t": Text("theirs mine")}),
        ({"l": [{"a": 1}]}, {"l": [{"a": 2}]}, {"l": ["new", {"a": 1}]}, {"l": ["new", {"a": 2}]}),
        ({"l": [1, 2, 3]}, {"l": [1, 4, 3]}, {"l": [1, 3]}, {"l": [1, 4, 3]}),
        ({"l": [1]}, {"l": [2]}, {"l": []}, {"l": [2]}),
        ({"t": Text("end")}, {"t": Text("end.")}, {"t": Text("the end, or more")}, {"t": Text("the end, or more.")}),
    ],
)
def test_it_finds_its_place(before: Value, after: Value, now: Value, final: Value) -> None:
    """A value goes where it was, into what others made there, and what stood at the end goes to the end."""
    renewed = renew(before, after, now)
    assert renewed.unfit == []
    assert spelled(shown(now, *renewed.edits)) == spelled(final)


@pytest.mark.parametrize(
    ("before", "after", "now", "unfit"),
    [
        ({"k": 1}, {"k": 2}, {"k": 3}, Put(("k",), 2)),
        ({}, {"k": True}, {"k": 1}, Put(("k",), True)),
        ({"t": Text("a")}, {"t": Text("ab")}, {"t": "one value"}, Put(("t",), Text("ab"))),
    ],
)
def test_words_without_a_place_are_handed_back(before: Value, after: Value, now: Value, unfit: Edit) -> None:
    """Where somebody else's value stands by now it is left alone, and the words are kept apart."""
    renewed = renew(before, after, now)
    assert renewed.edits == []
    assert repr(renewed.unfit) == repr([unfit])


def test_long_texts_cost_no_more_than_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so much is compared piece by piece; beyond that the middle counts as replaced, and all words are there."""
    before, after = Text("a" * 5_000), Text("b" * 5_000)
    renewed = renew({"t": before}, {"t": after}, {"t": Text("a" * 2_500 + "Z" + "a" * 2_500)})
    final = shown({"t": Text("a" * 2_500 + "Z" + "a" * 2_500)}, *renewed.edits)["t"]
    assert final.count("b") == 5_000
    assert final.count("Z") == 1
