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


def read_values(kinds: Runs, data: bytes) -> list[bool]:
    """Check all values, and return for each whether it is a text of one code point.

    Raises:
        UnfitError: If one is of another kind, or not in its one form.
    """
    characters: list[bool] = []
    at = 0
    for times, kind in kinds:
        size = kind >> 4
        end = at + size * times
        if end > len(data):
            raise UnfitError(Refused.FORM)
        characters += _run(kind & 0xF, size, times, data[at:end])
        at = end
    if at != len(data):
        raise UnfitError(Refused.VALUE)
    return characters


def _run(kind: int, size: int, times: int, data: bytes) -> list[bool]:
    """Check values of one kind and size."""
    if kind == TEXT and size == 1 and data.isascii():
        return [True] * times
    if kind == TEXT:
        return [_is_character(data[place : place + size]) for place in _places(size, times)]
    if kind in (UINT, INT):
        for place in _places(size, times):
            _check_number(kind, data[place : place + size])
    elif kind != BYTES and SIZES.get(kind) != size:
        raise UnfitError(Refused.VALUE)
    return [False] * times


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
