"""The values of a change: of the kinds that an edit makes, each in its one form, filling their column exactly."""

from typing import Final

from troth.guard.columns import Runs
from troth.guard.numbers import signed, unsigned
from troth.guard.reasons import Refused, UnfitError

__all__ = ["read_values"]

UINT: Final = 3
INT: Final = 4
TEXT: Final = 6
BYTES: Final = 7
SIZES: Final = {0: 0, 1: 0, 2: 0, 5: 8}
"""How long a value is whose kind says it: null, false, true, float."""
UINT_MAX: Final = 2**64 - 1
CHARACTERS: Final = {2: ("\x80", "\u07ff"), 3: ("\u0800", "\uffff"), 4: ("\U00010000", "\U0010ffff")}
"""The first and the last code point that takes so many bytes in UTF-8."""


def read_values(kinds: Runs, data: bytes) -> Runs:
    """Check all values, and return in runs whether each is a text of one code point.

    Raises:
        UnfitError: If one is of another kind, or not in its one form.
    """
    characters: Runs = []
    at = 0
    for times, kind in kinds:
        size = kind >> 4
        end = at + size * times
        if end > len(data):
            raise UnfitError(Refused.FORM)
        for alike, character in _run(kind & 0xF, size, times, data[at:end]):
            before = characters.pop()[0] if characters and characters[-1][1] is character else 0
            characters.append((before + alike, character))
        at = end
    if at != len(data):
        raise UnfitError(Refused.VALUE)
    return characters


def _run(kind: int, size: int, times: int, data: bytes) -> Runs:
    """Check values of one kind and size."""
    if kind == TEXT and data.isascii():
        return [(times, size == 1)]
    if kind == TEXT and _are_characters(size, times, data):
        return [(times, True)]
    if kind == TEXT:
        return [(1, _is_character(data[place : place + size])) for place in _places(size, times)]
    if kind in (UINT, INT):
        # A byte that goes no further is a number by itself, and in its shortest form.
        for place in () if size == 1 and data.isascii() else _places(size, times):
            _check_number(kind, data[place : place + size])
    elif kind != BYTES and SIZES.get(kind) != size:
        raise UnfitError(Refused.VALUE)
    return [(times, False)]


def _are_characters(size: int, times: int, data: bytes) -> bool:
    """Tell for sure that all texts of a run are characters; false may mean that one has to look at each."""
    if size not in CHARACTERS:
        return False
    least, greatest = CHARACTERS[size]
    text = data.decode(errors="ignore")
    # So many characters that take this many bytes each fill the run, and so stand where its texts do.
    return len(text) == times and least <= min(text) and max(text) <= greatest


def _places(size: int, times: int) -> range:
    # A text may be empty, and as often as it likes; each is looked at all the same.
    return range(0, size * times, size) if size else range(times)


def _is_character(value: bytes) -> bool:
    try:
        return len(value.decode()) == 1
    except UnicodeDecodeError:
        raise UnfitError(Refused.FORM) from None


def _check_number(kind: int, value: bytes) -> None:
    _, end = unsigned(value, 0, UINT_MAX) if kind == UINT else signed(value, 0)
    if end != len(value):
        raise UnfitError(Refused.VALUE)
