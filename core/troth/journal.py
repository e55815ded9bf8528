"""Edits as bytes for the vault: what is not yet in the log can be made anew on another state of the document.

Local only; nothing here travels (specs/vault.md).
"""

import struct
from collections.abc import Mapping
from typing import Any, Final

from troth.edits import Delete, Edit, Insert, Put, Splice, Text, Value
from troth_wire import codec
from troth_wire.errors import MalformedError
from troth_wire.limits import EDIT_PATH_PARTS_MAX

__all__ = ["read_edits", "write_edits", "write_value"]

EDITS_BYTES_MAX: Final = 64 * 1024 * 1024
# A map is a list of pairs, so each level of a value takes two; then the edit, and the list of edits.
EDITS_LEVELS_MAX: Final = 2 * (EDIT_PATH_PARTS_MAX + 1) + 2

_FORMS: Final[dict[type[Any], tuple[int, tuple[str, ...]]]] = {
    Put: (1, ("path", "value")),
    Delete: (2, ("path",)),
    Insert: (3, ("path", "index", "value")),
    Splice: (4, ("path", "index", "delete", "insert")),
}
_BY_NUMBER: Final = {number: (form, names) for form, (number, names) in _FORMS.items()}


def write_edits(edits: tuple[Edit, ...]) -> bytes:
    """Return edits as bytes."""
    return codec.pack([_write(edit) for edit in edits])


def read_edits(data: bytes) -> tuple[Edit, ...]:
    """Read back what `write_edits` wrote.

    Raises:
        MalformedError: If it was not written by it.
    """
    items = codec.decode(data, lambda item: item, bytes_max=EDITS_BYTES_MAX, levels_max=EDITS_LEVELS_MAX)
    try:
        return tuple(_read(item) for item in items)
    except (KeyError, TypeError, ValueError, IndexError, struct.error):
        raise MalformedError("not a list of edits") from None


def write_value(value: Value) -> bytes:
    """Return a value as bytes that differ wherever values do: true is not 1, and -0.0 not 0.0."""
    return codec.pack([_pack(value)])


def _write(edit: Edit) -> list[Any]:
    number, names = _FORMS[type(edit)]
    return [
        number,
        *(_pack(getattr(edit, name)) if name == "value" else getattr(edit, name) for name in names),
    ]


def _read(item: list[Any]) -> Edit:
    form, names = _BY_NUMBER[item[0]]
    fields = dict(zip(names, item[1:], strict=True))
    fields["path"] = tuple(fields["path"])
    if "value" in fields:
        fields["value"] = _unpack(fields["value"])
    edit: Edit = form(**fields)
    return edit


def _pack(value: Value) -> Any:
    """Write what canonical lists do not have as a list with a mark in front."""
    if isinstance(value, Text):
        return ["t", str(value)]
    if isinstance(value, float):
        return ["f", struct.pack(">d", value)]
    if isinstance(value, Mapping):
        return ["m", *([key, _pack(item)] for key, item in value.items())]
    if isinstance(value, (list, tuple)):
        return ["l", *map(_pack, value)]
    return value


def _unpack(item: Any) -> Value:
    if not isinstance(item, list):
        return item
    mark, rest = item[0], item[1:]
    if mark == "t":
        return Text(rest[0])
    if mark == "f":
        return struct.unpack(">d", rest[0])[0]
    if mark == "m":
        return {key: _unpack(inner) for key, inner in rest}
    if mark == "l":
        return [_unpack(inner) for inner in rest]
    raise MalformedError("an unknown kind of value")
