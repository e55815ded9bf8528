"""LEB128 numbers in their shortest form; every reader takes bytes and a place, and returns what follows too."""

from typing import Final

from troth.guard.reasons import Refused, UnfitError

__all__ = ["signed", "text", "unsigned"]

NATURAL_MAX: Final = 2**63 - 1


def unsigned(data: bytes, at: int, maximum: int = NATURAL_MAX) -> tuple[int, int]:
    """Read an unsigned number."""
    if at < len(data) and data[at] < 0x80:
        return data[at], at + 1
    value, bits, last, at = _long(data, at)
    if (bits > 7 and last == 0) or value > maximum:
        raise UnfitError(Refused.FORM)
    return value, at


def signed(data: bytes, at: int) -> tuple[int, int]:
    """Read a signed number of at most 64 bits."""
    if at < len(data) and data[at] < 0x80:
        byte = data[at]
        return byte - (byte << 1 & 0x80), at + 1
    value, bits, last, at = _long(data, at)
    # A last byte that only repeats the sign could have been left out.
    sign_before = bits > 7 and bool(value >> (bits - 8) & 1)
    if bits > 7 and last == (0x7F if sign_before else 0):
        raise UnfitError(Refused.FORM)
    if last & 0x40:
        value -= 1 << bits
    if not -(2**63) <= value < 2**63:
        raise UnfitError(Refused.FORM)
    return value, at


def text(data: bytes, at: int) -> tuple[str, int]:
    """Read a length and so many bytes of UTF-8."""
    length, at = unsigned(data, at)
    end = at + length
    if end > len(data):
        raise UnfitError(Refused.FORM)
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError:
        raise UnfitError(Refused.FORM) from None


def _long(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Read a number of any length up to ten bytes; return it with its bits, its last byte and the place after it."""
    value = bits = 0
    while at < len(data) and bits < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << bits
        bits += 7
        if byte < 0x80:
            return value, bits, byte, at
    raise UnfitError(Refused.FORM)
