"""An edit that is accepted can be given back by every document, and one that can not is refused with a reason."""

from array import array
from collections import OrderedDict, UserString, deque
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.document import Document
from troth.edits import Delete, Edit, Insert, Put, Splice, Text, check, check_value
from troth_wire.errors import UsageError
from troth_wire.ids import ActorId
from troth_wire.limits import EDIT_KEY_BYTES_MAX, EDIT_PATH_PARTS_MAX, EDIT_VALUE_BYTES_MAX

STRINGS = st.text(st.characters(codec="utf-8"), max_size=20)
KEYS = STRINGS.filter(bool)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | STRINGS
    | st.binary(max_size=20)
    | STRINGS.map(Text)
)
VALUES = st.recursive(
    SCALARS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=3),
    max_leaves=8,
)


class Colour(StrEnum):
    """A string of another type."""

    RED = "red"


class Number(IntEnum):
    """A number of another type."""

    ONE = 1


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ([Put(("a",), 1)], "each by itself, and no list"),
        (Put("a", 1), r'such as \("milk",\)'),  # type: ignore[arg-type]
        (Put(("a",), Decimal(1)), "no Decimal like this one"),
        (Put(("a",), Colour.RED), "no Colour like this one"),
    ],
)
def test_a_refusal_says_how_it_is_done(edit: Any, said: str) -> None:
    """What is easily mistaken is told apart: a list of edits, a path that is no tuple, a value of another type."""
    with pytest.raises(UsageError, match=said):
        check(edit)


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of the same types all through, and zero has the same sign."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


@given(VALUES)
def test_what_is_accepted_is_given_back(value: object) -> None:
    """A value that passes stands in a document just as it was put there, and so it does in one that was loaded."""
    check(Put(("key",), value))
    document = Document(ActorId(bytes(16)))
    made = document.edit([[Put(("key",), value)]])
    assert made.refused == {}
    assert same(document.view(("key",)), value)
    assert same(Document.load(document.save(), ActorId(bytes(16))).view(("key",)), value)


REFUSED: dict[str, Any] = {
    "not a number": float("nan"),
    "a number of 65 bits": 2**63,
    "a negative number of 65 bits": -(2**63) - 1,
    "a number of another type": Number.ONE,
    "a string of another type": Colour.RED,
    "a string that is none": UserString("a"),
    "half of a surrogate pair": "\ud800",
    "half of a surrogate pair in a text": Text("\ud800"),
    "a string too long": "a" * (EDIT_VALUE_BYTES_MAX + 1),
    "a string too long in bytes": "é" * (EDIT_VALUE_BYTES_MAX // 2 + 1),
    "bytes too long": bytes(EDIT_VALUE_BYTES_MAX + 1),
    "bytes that change": bytearray(b"a"),
    "a view of bytes": memoryview(b"a"),
    "a range": range(3),
    "a queue": deque([1]),
    "an array": array("i", [1]),
    "a set": {1},
    "a decimal": Decimal(1),
    "a complex number": 1j,
    "an object": object(),
    "an empty key": {"": 1},
    "a key that is no text": {1: 1},
    "a key that others edit": {Text("a"): 1},
    "a key too long": {"a" * (EDIT_KEY_BYTES_MAX + 1): 1},
    "half of a surrogate pair as a key": {"\ud800": 1},
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_could_not_be_given_back_is_refused(why: str) -> None:
    """A value that no document could hold unchanged is refused, wherever it stands in another one."""
    value = REFUSED[why]
    for whole in (value, [value], [[], {"key": value}], {"key": [1, value]}):
        for edit in (Put(("key",), whole), Insert(("list",), 0, whole)):
            with pytest.raises(UsageError):
                check(edit)


def test_the_largest_values_are_accepted() -> None:
    """Each bound is allowed to be reached, and a Text has none."""
    for value in (
        "a" * EDIT_VALUE_BYTES_MAX,
        bytes(EDIT_VALUE_BYTES_MAX),
        Text("a" * (EDIT_VALUE_BYTES_MAX + 1)),
        {"a" * EDIT_KEY_BYTES_MAX: 1},
        2**63 - 1,
        -(2**63),
        float("inf"),
        (1, [2]),
        OrderedDict(a=1),
        MappingProxyType({"a": 1}),
    ):
        check_value(value)


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"key": inner}], ids=["lists", "maps"])
def test_depth_is_bounded(wrap: Any) -> None:
    """Values stand as deep in one another as a path may lead, and not deeper; one in itself is no way around."""
    value: Any = 1
    for _ in range(EDIT_PATH_PARTS_MAX):
        value = wrap(value)
    check_value(value)
    with pytest.raises(UsageError):
        check_value(wrap(value))
    endless: list[Any] = []
    endless += [endless, endless]
    with pytest.raises(UsageError):
        check_value(wrap(endless))


PATHS: dict[str, Any] = {
    "a list": ["key"],
    "a text": "key",
    "nothing": None,
    "an empty key": ("",),
    "a key that is no text": (b"key",),
    "a key that others edit": (Text("key"),),
    "a boolean": (True,),
    "a fraction": (1.0,),
    "a negative index": (-1,),
    "an index of 65 bits": (2**63,),
    "a key too long": ("a" * (EDIT_KEY_BYTES_MAX + 1),),
    "half of a surrogate pair": ("\ud800",),
    "too deep": ("key",) * (EDIT_PATH_PARTS_MAX + 1),
}


@pytest.mark.parametrize("why", PATHS)
def test_a_path_that_leads_nowhere_is_refused(why: str) -> None:
    """Every kind of edit refuses what is no path."""
    path = PATHS[why]
    for edit in (Put(path, 1), Delete(path), Insert(path, 0, 1), Splice(path, 0)):
        with pytest.raises(UsageError):
            check(edit)


@given(st.lists(KEYS | st.integers(0, 2**63 - 1), min_size=1, max_size=EDIT_PATH_PARTS_MAX).map(tuple))
def test_any_path_of_keys_and_indexes_is_accepted(path: tuple[str | int, ...]) -> None:
    """Where a path leads is the document's business; its form is right."""
    for edit in (Put(path, 1), Delete(path), Insert(path, -1, 1), Splice(path, -1, 0, "a")):
        check(edit)


@pytest.mark.parametrize("edit", [Put((), {}), Delete(())], ids=["put", "delete"])
def test_the_root_stays(edit: Edit) -> None:
    """The root can neither be put nor deleted."""
    with pytest.raises(UsageError):
        check(edit)


@pytest.mark.parametrize("number", [-2, 2**63, True, 1.0, "1", None])
def test_a_count_is_a_whole_number(number: Any) -> None:
    """An index or a length that is none is refused, in every edit that has one."""
    for edit in (
        Insert(("list",), number, 1),
        Splice(("text",), number),
        Splice(("text",), 0, number),
    ):
        with pytest.raises(UsageError):
            check(edit)
    with pytest.raises(UsageError):
        check(Splice(("text",), 0, -1))


@pytest.mark.parametrize("insert", [b"a", None, 1, ["a"], "\ud800"])
def test_what_is_spliced_in_is_a_text(insert: Any) -> None:
    """Only what can be written in UTF-8 goes into a text."""
    with pytest.raises(UsageError):
        check(Splice(("text",), 0, 0, insert))


@pytest.mark.parametrize("edit", [None, "put", ("key", 1), object()])
def test_what_is_no_edit_is_refused(edit: Any) -> None:
    """Anything but the four edits is the caller's mistake."""
    with pytest.raises(UsageError):
        check(edit)
