"""What was asked for comes back from the vault, so that it can be asked for again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.test_edits import KEYS, STRINGS, VALUES, same
from troth.edits import Delete, Edit, Insert, Put, Splice, Text, check
from troth.journal import read_edits, write_edits
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.limits import EDIT_PATH_PARTS_MAX

NUMBERS = st.integers(0, 2**63 - 1)
PATHS = st.lists(KEYS | NUMBERS, min_size=1, max_size=4).map(tuple)
EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Put, PATHS, VALUES),
    st.builds(Delete, PATHS),
    st.builds(Insert, PATHS, st.integers(-1, 2**63 - 1), VALUES),
    st.builds(Splice, PATHS, st.integers(-1, 2**63 - 1), NUMBERS, STRINGS),
)


@given(st.lists(EDITS, max_size=5).map(tuple))
def test_edits_come_back(edits: tuple[Edit, ...]) -> None:
    """Every edit that is accepted is read as it was written, its value of the same type all through."""
    for edit in edits:
        check(edit)
    read = read_edits(write_edits(edits))
    assert read == edits
    for one, other in zip(edits, read, strict=True):
        assert type(one) is type(other)
        assert same(getattr(one, "value", None), getattr(other, "value", None))


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"key": inner}], ids=["lists", "maps"])
def test_the_deepest_value_comes_back(wrap: Any) -> None:
    """A value as deep as an edit may have, under a path as long as one may be, is no trouble."""
    value: Any = Text("deep")
    for _ in range(EDIT_PATH_PARTS_MAX):
        value = wrap(value)
    edits = (Put(("key",) * EDIT_PATH_PARTS_MAX, value),)
    check(edits[0])
    assert read_edits(write_edits(edits)) == edits


def test_a_tuple_comes_back_as_the_list_that_it_becomes() -> None:
    """A tuple is a list in a document, and in what is kept."""
    assert read_edits(write_edits((Put(("key",), (1, (2,))),))) == (Put(("key",), [1, [2]]),)


@given(st.binary(max_size=60) | VALUES.map(lambda value: codec.pack(repr(value))))
def test_any_bytes_are_edits_or_malformed(data: bytes) -> None:
    """Bytes that nobody wrote here raise nothing but MalformedError."""
    try:
        edits = read_edits(data)
    except MalformedError:
        return
    assert isinstance(edits, tuple)


ITEMS = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from(["t", "f", "m", "l", "", b"", bytes(8)]),
    lambda items: st.lists(items, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.tuples(st.integers(0, 5), st.lists(ITEMS, max_size=4)).map(lambda parts: [parts[0], *parts[1]])))
def test_any_list_is_edits_or_malformed(items: list[list[object]]) -> None:
    """What is read back is judged as any edit before it is applied; reading it raises nothing but MalformedError."""
    try:
        edits = read_edits(codec.pack(items))
    except MalformedError:
        return
    assert len(edits) == len(items)
    for edit in edits:
        try:
            check(edit)
        except UsageError:
            continue
        assert read_edits(write_edits((edit,))) == (edit,)
