"""One value, one encoding; whatever else arrives is refused with one kind of error."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_wire import codec
from troth_wire.errors import MalformedError, VersionError
from troth_wire.limits import LIST_LEVELS_MAX

SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=40) | st.binary(max_size=300)


def lists(levels: int) -> st.SearchStrategy[Any]:
    """Lists of anything encodable, at most so many levels deep."""
    items = SCALARS | lists(levels - 1) if levels > 1 else SCALARS
    return st.lists(items, max_size=4)


def anything(item: object) -> object:
    """Accept whatever decodes."""
    return item


def decode(encoded: bytes) -> Any:
    """Decode without a wish for the shape."""
    return codec.decode(encoded, anything, bytes_max=len(encoded))


@given(SCALARS | lists(4))
def test_what_was_packed_comes_back(value: object) -> None:
    """Every value comes back as it went in."""
    assert decode(codec.pack(value)) == value


@given(SCALARS | lists(4), st.binary(max_size=20))
def test_what_was_decoded_once_comes_back_again(value: object, odd: bytes) -> None:
    """The same as the first time; bytes that never decoded are malformed, or mean something, and nothing else."""
    assert codec.decode_again(codec.pack(value), anything) == value
    with suppress(MalformedError):
        codec.decode_again(odd, anything)


@given(lists(3))
def test_tuples_are_packed_as_lists(value: list[object]) -> None:
    """A tuple has the encoding of the list of its items."""
    assert codec.pack(tuple(value)) == codec.pack(value)


@given(st.binary() | lists(4).map(codec.pack).flatmap(lambda encoded: st.binary().map(encoded.__add__)))
def test_whatever_decodes_encodes_to_the_same_bytes(encoded: bytes) -> None:
    """Bytes are refused as malformed, or they are the one encoding of what they mean; nothing else is ever raised."""
    try:
        value = decode(encoded)
    except MalformedError:
        return
    assert codec.pack(value) == encoded


@given(st.integers(0, 255), st.binary(max_size=20))
def test_whatever_decodes_is_made_of_six_kinds(mark: int, rest: bytes) -> None:
    """Behind whichever mark, there are only lists, numbers, texts, bytes, booleans and nil: no floats, no times."""
    try:
        item = decode(b"\x91" + bytes([mark]) + rest)[0]
    except MalformedError:
        return
    assert type(item) in (list, int, str, bytes, bool, type(None))


@pytest.mark.parametrize("encoded", ["cb3ff0000000000000", "ca3f800000", "d6ff00000000", "80", "d40100"])
def test_other_kinds_are_malformed(encoded: str) -> None:
    """Floats, timestamps, maps and extensions are refused even where they are in their shortest form."""
    with pytest.raises(MalformedError):
        decode(bytes.fromhex(encoded))


@given(lists(4).map(codec.pack), st.data())
def test_one_other_byte_is_another_value_or_none(encoded: bytes, data: st.DataObject) -> None:
    """A changed encoding never means what the unchanged one means."""
    position = data.draw(st.integers(0, len(encoded) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda other: other != encoded[position]))
    changed = encoded[:position] + bytes([byte]) + encoded[position + 1 :]
    try:
        value = decode(changed)
    except MalformedError:
        return
    assert codec.pack(value) == changed != encoded


@given(lists(3).map(codec.pack), st.integers(1, 9))
def test_longer_input_is_refused_before_it_is_looked_at(encoded: bytes, excess: int) -> None:
    """Input may have the bytes that are allowed, and not one more."""
    assert codec.decode(encoded, anything, bytes_max=len(encoded)) is not None
    with pytest.raises(MalformedError):
        codec.decode(encoded, anything, bytes_max=len(encoded) - excess)


@pytest.mark.parametrize("levels", [1, 2, LIST_LEVELS_MAX, 200])
def test_depth_is_bounded(levels: int) -> None:
    """Lists may stand as deep in one another as is allowed, and not one deeper."""
    nested = b"\x91" * (levels - 1) + b"\x90"
    assert codec.decode(nested, anything, bytes_max=1000, levels_max=levels) is not None
    with pytest.raises(MalformedError):
        codec.decode(b"\x91" + nested, anything, bytes_max=1000, levels_max=levels)


def test_great_depth_is_no_reason_to_fall_over() -> None:
    """A hundred thousand levels are malformed, and nothing worse."""
    with pytest.raises(MalformedError):
        decode(b"\x91" * 100_000 + b"\xc0")


def test_an_error_does_not_quote_what_it_read() -> None:
    """No text of an error, and no cause of one, repeats the input."""
    with pytest.raises(MalformedError) as caught:
        decode(b"\xa6secret\xa6secret")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


CHECKS: dict[str, tuple[codec.Check, Callable[[Any], bool]]] = {
    "natural": (codec.natural(9, minimum=1), lambda item: type(item) is int and 1 <= item <= 9),
    "natural_max": (codec.natural(), lambda item: type(item) is int and 0 <= item < 2**63),
    "raw": (codec.raw(2), lambda item: type(item) is bytes and len(item) == 2),
    "blob": (codec.blob(3, minimum=1), lambda item: type(item) is bytes and 1 <= len(item) <= 3),
    "text": (codec.text(4), lambda item: type(item) is str and len(item.encode()) <= 4),
    "flag": (codec.flag, lambda item: type(item) is bool),
    "either": (codec.either(1, 3), lambda item: type(item) is int and item in (1, 3)),
    "maybe": (codec.maybe(codec.flag), lambda item: item is None or type(item) is bool),
    "many": (
        codec.many(codec.flag, 2, minimum=1),
        lambda item: type(item) is list and 1 <= len(item) <= 2 and all(type(part) is bool for part in item),
    ),
    "fields": (
        codec.fields(codec.flag, codec.natural()),
        lambda item: type(item) is list and [type(part) for part in item] == [bool, int] and 0 <= item[1] < 2**63,
    ),
}
NEAR = (
    st.integers(-1, 11)
    | st.sampled_from([2**63 - 1, 2**63])
    | st.booleans()
    | st.none()
    | st.binary(max_size=4)
    | st.text(max_size=5)
    | st.lists(st.booleans() | st.integers(-1, 2), max_size=3)
)


@pytest.mark.parametrize("name", CHECKS)
@given(item=NEAR)
def test_a_check_accepts_its_shape_and_nothing_else(name: str, item: object) -> None:
    """A check gives back what has its shape, lists as tuples, and refuses the rest; a boolean is no number."""
    check, has_shape = CHECKS[name]
    if has_shape(item):
        assert check(item) == (tuple(item) if isinstance(item, list) else item)
    else:
        with pytest.raises(MalformedError):
            check(item)


KNOWN = codec.known(1, 2, then=codec.fields(codec.either(1), codec.either(2), codec.flag))


@pytest.mark.parametrize("item", [[2], [0, 2, True], [-1, None], [1, 3], [1, 1, True, True], [2**64 - 1, "later"]])
def test_another_version_waits_whatever_stands_behind_it(item: list[object]) -> None:
    """Where a list begins with other numbers than the known ones, the rest is not looked at."""
    with pytest.raises(VersionError):
        KNOWN(item)


@pytest.mark.parametrize("item", [[], [1], [1, 2], [1, 2, 0], [True, 2, True], [None], None, 1, "12", [1, True, True]])
def test_what_is_no_version_at_all_is_malformed(item: object) -> None:
    """Only a whole number can be another version."""
    with pytest.raises(MalformedError):
        KNOWN(item)


def test_the_known_version_is_read() -> None:
    """A list that begins with the known numbers is judged by its own check."""
    assert KNOWN([1, 2, True]) == (1, 2, True)


def walked(encoded: bytes, *, levels: int = 2) -> list[Any]:
    """What a walk finds that enters so many levels of lists and takes what is in them whole."""
    walk = codec.Walk(encoded, bytes_max=len(encoded))

    def inside(left: int) -> list[Any]:
        found = []
        for _ in range(walk.enter(2**31)):
            deeper = left > 1 and walk.at_list
            found.append(inside(left - 1) if deeper else walk.take(anything, bytes_max=len(encoded), levels_max=9))
        return found

    found = inside(levels)
    walk.end()
    return found


@given(lists(4), st.integers(1, 4))
def test_a_walk_finds_what_is_decoded(value: list[Any], levels: int) -> None:
    """Read item by item, an encoding is what it is read whole."""
    encoded = codec.pack(value)
    assert walked(encoded, levels=levels) == decode(encoded) == value


@given(lists(3).map(codec.pack), st.data())
def test_a_walk_refuses_what_is_refused_whole(encoded: bytes, data: st.DataObject) -> None:
    """Cut short, with bytes after it, or with another byte in it: both ways of reading say the same."""
    cut, place = data.draw(st.integers(0, len(encoded))), data.draw(st.integers(0, len(encoded) - 1))
    other = bytearray(encoded)
    other[place] = data.draw(st.integers(0, 255))
    for spoiled in (encoded[:cut], encoded + b"\x00", bytes(other)):
        try:
            expected = decode(spoiled)
        except MalformedError:
            expected = None
        try:
            found = walked(spoiled)
        except MalformedError:
            found = None
        assert found == (expected if isinstance(expected, list) else None)


@pytest.mark.parametrize(
    "encoded",
    [
        b"\xdc\x00\x01\x00",
        b"\xdd\x00\x00\x00\x01\x00",
        b"\x91\xcc\x01",
        b"\x91" * 3000,
        b"\x91\xc6\x7f\xff\xff\xff\x00",
    ],
    ids=["a longer head", "the longest head", "a longer number", "too deep", "no such bytes"],
)
def test_a_walk_takes_no_other_spelling(encoded: bytes) -> None:
    """A list, and what is in it, has one encoding also where it is read item by item."""
    with pytest.raises(MalformedError):
        walked(encoded)


def test_a_walk_takes_no_more_than_it_is_told() -> None:
    """Too much at once, an item that is too long, and a list of too many or too few, are refused."""
    encoded = codec.pack([b"x" * 400_000, 1])
    with pytest.raises(MalformedError):
        codec.Walk(encoded, bytes_max=len(encoded) - 1)
    for bounds in ((1, 0), (3, 3)):
        with pytest.raises(MalformedError):
            codec.Walk(encoded, bytes_max=len(encoded)).enter(bounds[0], minimum=bounds[1])
    walk = codec.Walk(encoded, bytes_max=len(encoded))
    assert walk.enter(2) == 2
    with pytest.raises(MalformedError):
        walk.take(anything, bytes_max=399_999)
