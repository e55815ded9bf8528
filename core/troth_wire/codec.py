"""One value has one encoding: MessagePack of nothing but lists, numbers, texts, bytes, booleans and nil.

Whatever decodes is encoded again and compared, so there is no second spelling of anything.
The only importer of msgpack, and the wall for its five families of exceptions.
"""

from collections.abc import Callable
from typing import Any, Final, NoReturn

import msgpack  # type: ignore[import-untyped]

from troth_wire.errors import MalformedError, VersionError
from troth_wire.limits import LIST_LEVELS_MAX

__all__ = [
    "Check",
    "Walk",
    "blob",
    "decode",
    "decode_again",
    "either",
    "fields",
    "flag",
    "known",
    "many",
    "maybe",
    "natural",
    "pack",
    "raw",
    "text",
]

Check = Callable[[object], Any]
"""Takes a decoded item, returns it (lists as tuples) if it has the right shape, raises a RemoteError if not."""

NATURAL_MAX: Final = 2**63 - 1
_LISTS: Final = frozenset(bytes([mark]) for mark in (*range(0x90, 0xA0), 0xDC, 0xDD))
"""The first bytes of lists."""
_HEADERS: Final = msgpack.Packer()
_WALK_BYTES: Final = 65_536
"""What a walk looks at together."""
_WALK_BUFFER_BYTES: Final = 4 * _WALK_BYTES
_UNREADABLE: Final = (msgpack.UnpackException, ValueError, TypeError, OverflowError, RecursionError)
_SCALARS: Final = frozenset({type(None), bool, int, str, bytes})


def pack(value: object) -> bytes:
    """Return the one encoding of a value made of lists or tuples, int, str, bytes, bool and None."""
    packed: bytes = msgpack.packb(value, use_bin_type=True)
    return packed


def decode(data: bytes, check: Check, *, bytes_max: int, levels_max: int = LIST_LEVELS_MAX) -> Any:
    """Decode canonical bytes and check their shape.

    Args:
        data: The whole encoding, nothing before or after.
        check: The shape.
        bytes_max: Longer input is refused before it is looked at.
        levels_max: Lists inside one another, the outermost included.

    Raises:
        MalformedError: If it is too long, too deep, not canonical or of another shape.
        VersionError: If the shape is `known` and this is another version of it.
    """
    if len(data) > bytes_max:
        raise MalformedError(f"{len(data)} bytes where at most {bytes_max} are allowed")
    try:
        value = msgpack.unpackb(data, raw=False, object_pairs_hook=_refuse_map, ext_hook=_refuse_extension)
        _check_kinds(value, levels_max)
        canonical = msgpack.packb(value, use_bin_type=True) == data
    except MalformedError:
        raise
    except _UNREADABLE:
        # Without the cause: its text may quote what it could not read.
        raise MalformedError("not canonical MessagePack") from None
    if not canonical:
        raise MalformedError("not the shortest encoding")
    return check(value)


def decode_again(data: bytes, check: Check) -> Any:
    """Decode what `decode` accepted once and what nobody else could change since: that it is canonical is known.

    Args:
        data: The whole encoding, from where this device alone writes.
        check: The shape.

    Raises:
        MalformedError, VersionError: As `decode` does.
    """
    try:
        value = msgpack.unpackb(data, raw=False, object_pairs_hook=_refuse_map, ext_hook=_refuse_extension)
    except _UNREADABLE:
        raise MalformedError("not canonical MessagePack") from None
    return check(value)


def _check_kinds(item: object, left: int) -> None:
    if type(item) is list:
        if not left:
            raise MalformedError("lists inside one another, too deep")
        if not _SCALARS.issuperset(map(type, item)):
            for part in item:
                _check_kinds(part, left - 1)
    elif type(item) not in _SCALARS:
        # Floats and timestamps: the library reads them without asking.
        raise MalformedError("a kind of value that is not used")


def _refuse_map(_pairs: object) -> NoReturn:
    raise MalformedError("a map where only lists are used")


def _refuse_extension(_code: int, _data: bytes) -> NoReturn:
    raise MalformedError("an extension type")


class _Slices:
    """Bytes that are handed out one slice after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def read(self, size: int) -> bytes:
        """Return the next slice, empty at the end."""
        self._at += size
        return self._data[self._at - size : self._at]


class Walk:
    """A long encoding, read item by item, so that what it costs in memory is bounded by the items that are kept."""

    def __init__(self, data: bytes, *, bytes_max: int) -> None:
        """Begin before the first item.

        Args:
            data: The whole encoding.
            bytes_max: Longer input is refused before it is looked at.

        Raises:
            MalformedError: If it is longer.
        """
        if len(data) > bytes_max:
            raise MalformedError(f"{len(data)} bytes where at most {bytes_max} are allowed")
        self._data = data
        self._unpacker = msgpack.Unpacker(_Slices(data), read_size=_WALK_BYTES, max_buffer_size=_WALK_BUFFER_BYTES)

    @property
    def at_list(self) -> bool:
        """Whether a list stands next."""
        return self._data[self._at : self._at + 1] in _LISTS

    def enter(self, maximum: int, *, minimum: int = 0) -> int:
        """Enter the list that stands next; return how many items are in it, between bounds."""
        start = self._at
        count: int = self._attempt(self._unpacker.read_array_header)
        if self._data[start : self._at] != _HEADERS.pack_array_header(count):
            raise MalformedError("not the shortest encoding")
        if not minimum <= count <= maximum:
            raise MalformedError(f"not a list of {minimum} to {maximum}")
        return count

    def take(self, check: Check, *, bytes_max: int, levels_max: int = LIST_LEVELS_MAX) -> Any:
        """Read the item that stands next, and check its shape as `decode` does; raise what that raises."""
        start = self._at
        self._attempt(self._unpacker.skip)
        if self._at - start > bytes_max:
            raise MalformedError(f"more than {bytes_max} bytes in one place")
        return decode(self._data[start : self._at], check, bytes_max=bytes_max, levels_max=levels_max)

    def end(self) -> None:
        """Check that nothing is left.

        Raises:
            MalformedError: If bytes are left.
        """
        if self._at != len(self._data):
            raise MalformedError("bytes after the end")

    @property
    def _at(self) -> int:
        at: int = self._unpacker.tell()
        return at

    @staticmethod
    def _attempt(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (msgpack.UnpackException, ValueError, RecursionError):
            raise MalformedError("not canonical MessagePack") from None


def natural(maximum: int = NATURAL_MAX, *, minimum: int = 0) -> Check:
    """Accept a whole number within bounds."""

    def check(item: object) -> int:
        if type(item) is not int or not minimum <= item <= maximum:
            raise MalformedError(f"not a whole number from {minimum} to {maximum}")
        return item

    return check


def raw(length: int) -> Check:
    """Accept exactly `length` bytes."""

    def check(item: object) -> bytes:
        if type(item) is not bytes or len(item) != length:
            raise MalformedError(f"not {length} bytes")
        return item

    return check


def blob(maximum: int, *, minimum: int = 0) -> Check:
    """Accept bytes within a length."""

    def check(item: object) -> bytes:
        if type(item) is not bytes or not minimum <= len(item) <= maximum:
            raise MalformedError(f"not {minimum} to {maximum} bytes")
        return item

    return check


def text(bytes_max: int) -> Check:
    """Accept a text of at most `bytes_max` bytes of UTF-8."""

    def check(item: object) -> str:
        if type(item) is not str or len(item.encode()) > bytes_max:
            raise MalformedError(f"not a text of at most {bytes_max} bytes")
        return item

    return check


def flag(item: object) -> bool:
    """Accept true or false."""
    if type(item) is not bool:
        raise MalformedError("not true or false")
    return item


def either(*values: int) -> Check:
    """Accept one of a few whole numbers."""

    def check(item: object) -> int:
        if type(item) is not int or item not in values:
            raise MalformedError(f"not one of {values}")
        return item

    return check


def maybe(check: Check) -> Check:
    """Accept nil, or what `check` accepts."""
    return lambda item: None if item is None else check(item)


def many(check: Check, maximum: int, *, minimum: int = 0) -> Check:
    """Accept a list of so many items, each of which `check` accepts."""

    def check_all(item: object) -> tuple[Any, ...]:
        if type(item) is not list or not minimum <= len(item) <= maximum:
            raise MalformedError(f"not a list of {minimum} to {maximum}")
        return tuple(map(check, item))

    return check_all


def fields(*checks: Check) -> Check:
    """Accept a list with one item for each check, in order."""

    def check_each(item: object) -> tuple[Any, ...]:
        if type(item) is not list or len(item) != len(checks):
            raise MalformedError(f"not a list of {len(checks)} fields")
        return tuple([check(part) for check, part in zip(checks, item, strict=True)])

    return check_each


def known(*numbers: int, then: Check) -> Check:
    """Accept a list that begins with these numbers and that `then` accepts.

    Where another number stands, all the rest may differ, so `VersionError` is raised before `then` looks at it.
    """

    def check(item: object) -> Any:
        for expected, number in zip(numbers, item if type(item) is list else (), strict=False):
            if type(number) is not int:
                break
            if number != expected:
                raise VersionError("written by another version")
        return then(item)

    return check
