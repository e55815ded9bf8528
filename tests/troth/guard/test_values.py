"""Values are of the kinds that an edit makes, each in its one form."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import sleb, uleb
from troth.guard import Refused
from troth.guard.columns import each
from troth.guard.reasons import UnfitError
from troth.guard.values import read_values

GOOD = {
    "null": (0, b""),
    "false": (1, b""),
    "true": (2, b""),
    "uint": (3, uleb(2**64 - 1)),
    "int": (4, sleb(-(2**63))),
    "float": (5, bytes(8)),
    "text": (6, "é€".encode()),
    "bytes": (7, b"\xff"),
}


@pytest.mark.parametrize(("kind", "value"), GOOD.values(), ids=GOOD)
def test_a_value_of_every_kind_is_read(kind: int, value: bytes) -> None:
    """Each kind that an edit makes is accepted, alone and in a run."""
    assert read_values([(1, len(value) << 4 | kind)], value) == [(1, False)]
    assert read_values([(3, len(value) << 4 | kind)], value * 3) == [(3, False)]


@given(st.lists(st.text(max_size=2), max_size=8))
def test_characters_are_told_from_other_texts(texts: list[str]) -> None:
    """A text of one code point is told from shorter and longer ones, however many bytes it has."""
    values = [value.encode("utf-8") for value in texts]
    kinds = [(1, len(value) << 4 | 6) for value in values]
    assert each(read_values(kinds, b"".join(values))) == [len(value) == 1 for value in texts]


@given(st.lists(st.text("a\u00e9\u20ac\U0001f600", max_size=4), max_size=12))
def test_characters_in_runs_are_told_too(texts: list[str]) -> None:
    """Texts of one length in a row are looked at together, and come to what each of them comes to."""
    values = sorted((value.encode() for value in texts), key=len)
    kinds = [(len(list(group)), size << 4 | 6) for size, group in groupby(map(len, values))]
    assert each(read_values(kinds, b"".join(values))) == [len(value.decode()) == 1 for value in values]


CROSSING = {"one of two": "a\u00e9a", "one of three": "a\u20ac", "one of four": "a\U0001f600a"}


@pytest.mark.parametrize("text", CROSSING.values(), ids=CROSSING)
def test_characters_that_cross_their_values_are_refused(text: str) -> None:
    """A run that is UTF-8 as a whole, and not in its values, is refused."""
    data = text.encode()
    with pytest.raises(UnfitError) as caught:
        read_values([(2, len(data) // 2 << 4 | 6)], data)
    assert caught.value.reason is Refused.FORM


def test_a_run_of_letters_is_a_run_of_characters() -> None:
    """Letters that are typed one after the other are characters each."""
    assert read_values([(5, 0x16)], b"hello") == [(5, True)]


BAD = {
    "a counter": (0x18, b"\x01", Refused.VALUE),
    "a timestamp": (0x19, b"\x01", Refused.VALUE),
    "an unknown kind": (0x1A, b"\x01", Refused.VALUE),
    "a long null": (0x10, b"\x00", Refused.VALUE),
    "a float of one byte": (0x15, b"\x00", Refused.VALUE),
    "a number with bytes after it": (0x24, b"\x01\x01", Refused.VALUE),
    "a number in a longer form": (0x24, b"\x81\x00", Refused.FORM),
    "a number without bytes": (0x04, b"", Refused.FORM),
    "an int that does not fit": (0xA4, b"\x80" * 9 + b"\x01", Refused.FORM),
    "a uint that does not fit": (0xA3, b"\x80" * 9 + b"\x02", Refused.FORM),
    "a text that is no UTF-8": (0x16, b"\xff", Refused.FORM),
    "a surrogate": (0x36, b"\xed\xa0\x80", Refused.FORM),
    "a value past the end": (0x26, b"x", Refused.FORM),
    "bytes that belong to no value": (0x16, b"xy", Refused.VALUE),
}


@pytest.mark.parametrize(("kind", "data", "reason"), BAD.values(), ids=BAD)
def test_another_value_is_refused(kind: int, data: bytes, reason: Refused) -> None:
    """A value of another kind, of another form or of another length is refused."""
    with pytest.raises(UnfitError) as caught:
        read_values([(1, kind)], data)
    assert caught.value.reason is reason
