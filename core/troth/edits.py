"""What a caller may ask of a document, as plain values that say where and what.

A path leads from the root through map keys and list indexes; nothing else refers to a place, so an edit can be made
anew on another state of the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from troth_wire.errors import UsageError
from troth_wire.ids import DocumentId
from troth_wire.limits import EDIT_KEY_BYTES_MAX, EDIT_PATH_PARTS_MAX, EDIT_VALUE_BYTES_MAX

__all__ = [
    "Delete",
    "Edit",
    "Group",
    "Insert",
    "Path",
    "Put",
    "Splice",
    "Text",
    "Value",
    "check",
    "check_document",
    "check_path",
    "check_value",
]

DOCUMENT_ID_BYTES: Final = 16
"""As many as a record's header has for one (specs/record.md)."""

Path = tuple[str | int, ...]
"""Map keys and list indexes, from the root."""


class Text(str):
    """A text that both sides may edit at once; a plain str is one value, replaced as a whole."""

    __slots__ = ()


Value = Any
"""None, bool, int (64 bits, signed), float (no NaN), str, bytes, Text, or a list or dict of these."""


@dataclass(frozen=True, slots=True)
class Put:
    """Set the value of a map key, or of an existing list index."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a map key, or the item at a list index."""

    path: Path


@dataclass(frozen=True, slots=True)
class Insert:
    """Insert a value into the list at `path`, before `index`; -1 means at the end."""

    path: Path
    index: int
    value: Value


@dataclass(frozen=True, slots=True)
class Splice:
    """In the text at `path`, remove `delete` code points from `index` on and insert `insert`; -1 is the end."""

    path: Path
    index: int
    delete: int = 0
    insert: str = ""


Edit = Put | Delete | Insert | Splice


@dataclass(frozen=True, slots=True)
class Group:
    """Edits of one document that a caller wants applied as a whole, under a ticket to hear about them by."""

    ticket: int
    document: DocumentId
    edits: tuple[Edit, ...]


def check_document(document: DocumentId) -> None:
    """Refuse what names no document: a record under such a name is none that this device, or another, could read.

    Raises:
        UsageError: If it is not 16 bytes.
    """
    if type(document) is not bytes or len(document) != DOCUMENT_ID_BYTES:
        raise UsageError(f'a document goes by {DOCUMENT_ID_BYTES} bytes, such as document_id("notes") returns')


def check(edit: Edit) -> None:
    """Refuse an edit that no document could take.

    Raises:
        UsageError: If a path, key or value can not stand in a document.
    """
    match edit:
        case Put(path, value):
            _check_place(path)
            check_value(value)
        case Delete(path):
            _check_place(path)
        case Insert(path, index, value):
            check_path(path)
            _check_count(index, -1)
            check_value(value)
        case Splice(path, index, delete, insert):
            check_path(path)
            _check_count(index, -1)
            _check_count(delete, 0)
            _check_string(insert)
        case _:
            raise UsageError(
                f"an edit is a Put, Insert, Delete or Splice, each by itself, and no {type(edit).__name__}"
            )


def _check_place(path: Path) -> None:
    check_path(path)
    if not path:
        raise UsageError("the root itself can not be put or deleted")


def check_path(path: Path) -> None:
    """Refuse what can not be a path in any document.

    Raises:
        UsageError: If it is no tuple of keys and indexes, too long, or a key can not stand in a document.
    """
    if type(path) is not tuple or len(path) > EDIT_PATH_PARTS_MAX:
        raise UsageError(f'a path is a tuple of at most {EDIT_PATH_PARTS_MAX} keys and indexes, such as ("milk",)')
    for part in path:
        if type(part) is int:
            _check_count(part, 0)
        else:
            _check_key(part)


def _check_key(key: object) -> None:
    if type(key) is not str or not key:
        raise UsageError("a map key is a text and not empty")
    if len(_utf8(key)) > EDIT_KEY_BYTES_MAX:
        raise UsageError(f"a map key has at most {EDIT_KEY_BYTES_MAX} bytes")


def _check_count(number: object, least: int) -> None:
    if type(number) is not int or not least <= number < 2**63:
        raise UsageError(f"an index or length is a whole number of 64 bits from {least}")


def check_value(value: Value, depth: int = 0) -> None:
    """Refuse what the document could not hold or give back unchanged.

    Raises:
        UsageError: If there is a value of another kind, NaN, a number beyond 64 bits, or a string that is too long.
    """
    if depth > EDIT_PATH_PARTS_MAX:
        raise UsageError("a value is nested too deeply")
    # Exact types where the document knows no others: it would not give a subclass back.
    if type(value) in (str, Text):
        if type(value) is str and len(_utf8(value)) > EDIT_VALUE_BYTES_MAX:
            raise UsageError(f"a string has at most {EDIT_VALUE_BYTES_MAX} bytes; a Text may be longer")
        _check_string(value)
    elif type(value) is bytes:
        if len(value) > EDIT_VALUE_BYTES_MAX:
            raise UsageError(f"a byte value has at most {EDIT_VALUE_BYTES_MAX} bytes")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_key(key)
            check_value(item, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_value(item, depth + 1)
    else:
        _check_scalar(value)


def _check_scalar(value: object) -> None:
    fits = value is None or type(value) in (bool, float) or (type(value) is int and -(2**63) <= value < 2**63)
    if not fits or (type(value) is float and isnan(value)):
        kinds = "None, bool, int of 64 bits, float that is a number, str, bytes, Text, list or dict"
        raise UsageError(f"a value is {kinds}, and no {type(value).__name__} like this one")


def _check_string(value: object) -> None:
    if not isinstance(value, str):
        raise UsageError("a text is a str")
    _utf8(value)


def _utf8(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise UsageError("a text that can not be written in UTF-8") from None
