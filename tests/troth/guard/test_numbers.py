"""A number has one form, and no bytes make a reader do anything but read or refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import sleb, uleb
from troth.guard.numbers import signed, text, unsigned
from troth.guard.reasons import UnfitError


@given(st.integers(0, 2**63 - 1), st.binary(max_size=3))
def test_unsigned_numbers_are_read(number: int, rest: bytes) -> None:
    """A number in its shortest form is read, and what follows is left."""
    assert unsigned(uleb(number) + rest, 0) == (number, len(uleb(number)))


@given(st.integers(-(2**63), 2**63 - 1), st.binary(max_size=3))
def test_signed_numbers_are_read(number: int, rest: bytes) -> None:
    """A number in its shortest form is read, and what follows is left."""
    assert signed(sleb(number) + rest, 0) == (number, len(sleb(number)))


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\x80\x00", b"\xff\x00", b"\xff" * 9 + b"\x01", b"\x80" * 20, b"\xff" * 70]
)
def test_an_unsigned_number_in_another_form_is_refused(data: bytes) -> None:
    """A number that ends early, could be shorter or is larger than any is refused."""
    with pytest.raises(UnfitError):
        unsigned(data, 0)


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\x80\x00", b"\xff\x7f", b"\xc0\x7f", b"\x80" * 9 + b"\x01", b"\x80" * 20]
)
def test_a_signed_number_in_another_form_is_refused(data: bytes) -> None:
    """A number that ends early, could be shorter or does not fit 64 bits is refused."""
    with pytest.raises(UnfitError):
        signed(data, 0)


def test_a_sign_that_is_needed_is_no_repetition() -> None:
    """A last byte that holds nothing but the sign stays where the number would otherwise be another."""
    assert signed(b"\xc0\x00", 0) == (64, 2)
    assert signed(b"\xbf\x7f", 0) == (-65, 2)


@given(st.binary(max_size=12))
def test_whatever_is_read_has_that_form(data: bytes) -> None:
    """What a reader accepts is exactly what the number is written as."""
    for reader, writer in ((unsigned, uleb), (signed, sleb)):
        try:
            number, end = reader(data, 0)
        except UnfitError:
            continue
        assert data[:end] == writer(number)


@pytest.mark.parametrize("data", [b"\x02a", b"\x01\xff", b"\x03\xed\xa0\x80"])
def test_a_text_that_is_none_is_refused(data: bytes) -> None:
    """A text that is cut short or is no UTF-8 is refused."""
    with pytest.raises(UnfitError):
        text(data, 0)


def test_a_text_is_read() -> None:
    """A text is read with its length in bytes before it."""
    assert text(b"x\x02\xc3\xa9y", 1) == ("é", 4)
