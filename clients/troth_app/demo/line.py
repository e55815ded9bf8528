"""One line of a demo record is one edit: what a person wrote, where, and on which of their devices.

Law: `parse_line` returns an edit that can be trusted, or raises `LineError`, and nothing else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Never, TypeAlias

from troth_couple.kinds import BY_NAME

LINE_BYTES_MAX: Final = 32_768
"""One line, without its line end: what one edit holds has to fit a few CRDT changes."""
PATH_KEYS_MAX: Final = 8
"""Keys of one path: each but the last is a map to lay out."""
NAME_CHARACTERS_MAX: Final = 64
"""A person's name: it is shown on one line."""
VALUE_LEVELS_MAX: Final = 16
"""Lists and objects inside one another in one value: bounds recursion."""
INT_MIN: Final = -(2**63)
"""The smallest whole number that the document keeps."""
INT_MAX: Final = 2**63 - 1
"""The largest whole number that the document keeps."""
INT_CHARACTERS_MAX: Final = 20
"""`INT_MIN` in digits with its sign; a longer number is refused before it is converted."""

ACTS: Final = frozenset({*BY_NAME, "write"})
"""What an `act` may be: every kind of the partners' document, and writing in a note."""

Keys: TypeAlias = tuple[str, ...]
Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What one person wrote on one of their devices.

    Attributes:
        n: The edit's number: 1, 2, 3, ...
        day: The day it was written.
        by: The person's name.
        on: Which of that person's devices, 1 or 2.
        path: Keys of maps, from the root.
    """

    n: int
    day: date
    by: str
    on: int
    path: Keys


@dataclass(frozen=True, kw_only=True)
class Set(Edit):
    """Put a value at the path."""

    value: Value


@dataclass(frozen=True, kw_only=True)
class Add(Edit):
    """Append a value to the list at the path."""

    value: Value


@dataclass(frozen=True, kw_only=True)
class Write(Edit):
    """Replace the first whole-word `replace` in the text at the path by `insert`, or append `insert`."""

    replace: str
    insert: str


@dataclass(frozen=True, kw_only=True)
class Act(Edit):
    """Write in the partners' document; its path is the act, and where it stands there is the document's business.

    Attributes:
        act: A kind of the document, or `write` for words of a note that both write.
        about: The line that began what it is about, if it is about something.
        of: The lines of what it names: a text that was proposed, signals, earlier versions.
        says: The fields of the kind.
    """

    act: str
    about: int | None = None
    of: tuple[int, ...] = ()
    says: Mapping[str, Value] = field(default_factory=dict)

    @property
    def leans_on(self) -> frozenset[int]:
        """The lines without which it can not be written."""
        return frozenset({*self.of, *([] if self.about is None else [self.about])})


class LineError(Exception):
    """A line cannot be used; the message is a sentence about it, for the person who wrote it."""


def parse_line(line: str) -> Edit | None:
    """Check one line, with or without its line end.

    Returns:
        The edit, or None for a blank line.

    Raises:
        LineError: The line cannot be used.
    """
    line = line.removesuffix("\n").removesuffix("\r")
    if _utf8_bytes(line) > LINE_BYTES_MAX:
        raise LineError(f"It is longer than {LINE_BYTES_MAX} bytes.")
    return _edit(_object(line)) if line.strip(" \t\r") else None


def line_of(edit: Edit) -> str:
    """Give an edit as its line, without a line end; `parse_line` gives the edit back."""
    head = {"n": edit.n, "day": edit.day.isoformat(), "by": edit.by, "on": edit.on}
    return json.dumps(head | _body(edit), ensure_ascii=False, allow_nan=False)


def _body(edit: Edit) -> dict[str, Value]:
    path: list[Value] = list(edit.path)
    match edit:
        case Act(act=act, about=about, of=of, says=says):
            more: dict[str, Value] = {"about": about, "of": [*of], "says": dict(says)}
            return {"edit": "act", "act": act, **{name: value for name, value in more.items() if value}}
        case Add(value=value):
            return {"edit": "add", "path": path, "value": value}
        case Write(replace="", insert=insert):
            return {"edit": "write", "path": path, "with": insert}
        case Write(replace=replace, insert=insert):
            return {"edit": "write", "path": path, "replace": replace, "with": insert}
        case Set(value=value):
            return {"edit": "set", "path": path, "value": value}
        case _:
            raise TypeError(f"{type(edit).__name__} is not a kind of edit")


def _utf8_bytes(line: str) -> int:
    try:
        return len(line.encode())
    except UnicodeEncodeError:
        raise LineError("It is not UTF-8.") from None


def _object(line: str) -> dict[str, Value]:
    try:
        found = _DECODER.decode(line)
    except RecursionError:
        raise LineError(f"A value is nested deeper than {VALUE_LEVELS_MAX} levels.") from None
    except ValueError:
        raise LineError("It is not JSON.") from None
    if not isinstance(found, dict):
        raise LineError("It is not a JSON object.")
    for value in found.values():
        _check_value(value, 1)
    return found


def _pairs(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LineError("A key stands twice in one object.")
    if "" in found:
        raise LineError("A key of an object is empty.")
    for key in found:
        _check_string(key)
    return found


def _whole(digits: str) -> int:
    if len(digits) > INT_CHARACTERS_MAX or not INT_MIN <= int(digits) <= INT_MAX:
        raise LineError("A whole number does not fit in 64 bits.")
    return int(digits)


def _fraction(digits: str) -> float:
    if not math.isfinite(float(digits)):
        raise LineError("A number is not finite.")
    return float(digits)


def _no_constant(_name: str) -> Never:
    raise LineError("A number is not finite.")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_no_constant
)


def _check_value(value: Value, level: int) -> None:
    if isinstance(value, str):
        _check_string(value)
    if not isinstance(value, (list, dict)):
        return
    if level > VALUE_LEVELS_MAX:
        raise LineError(f"A value is nested deeper than {VALUE_LEVELS_MAX} levels.")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_value(inner, level + 1)


def _check_string(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LineError("A string holds half of a surrogate pair.") from None


# --- the fields of an object ---


def _edit(found: dict[str, Value]) -> Edit:
    kind = found.get("edit")
    if kind == "act":
        return _act(found)
    if kind not in ("set", "add", "write"):
        raise LineError("`edit` is not `set`, `add`, `write` or `act`.")
    needed = (*_HEAD, "with" if kind == "write" else "value")
    _check_names(found, needed, may={"edit", "replace"} if kind == "write" else {"edit"})
    head: dict[str, Any] = {name: check(found[name]) for name, check in _HEAD.items()}
    if kind == "write":
        return Write(**head, replace=_string(found, "replace"), insert=_string(found, "with"))
    make = Set if kind == "set" else Add
    return make(**head, value=found["value"])


def _act(found: dict[str, Value]) -> Act:
    needed = (*_PLACE, "act")
    _check_names(found, needed, may={"edit", "about", "of", "says"})
    head: dict[str, Any] = {name: _HEAD[name](found[name]) for name in _PLACE}
    act, says = found["act"], found.get("says", {})
    if not isinstance(act, str) or act not in ACTS:
        raise LineError("`act` is none that the partners' document knows.")
    if not isinstance(says, dict):
        raise LineError("`says` is not an object.")
    about = _earlier(found["about"], head["n"], "about") if "about" in found else None
    of = found.get("of", [])
    if not isinstance(of, list):
        raise LineError("`of` is not a list.")
    lines = tuple(_earlier(line, head["n"], "of") for line in of)
    return Act(**head, path=(act,), act=act, about=about, of=lines, says=says)


def _earlier(value: Value, n: int, name: str) -> int:
    if type(value) is not int or not 0 < value < n:
        raise LineError(f"`{name}` names no earlier line.")
    return value


def _check_names(found: dict[str, Value], needed: tuple[str, ...], may: set[str]) -> None:
    for name in needed:
        if name not in found:
            raise LineError(f"`{name}` is not given.")
    if found.keys() - {*needed, *may}:
        raise LineError("It holds a field that the format does not know.")


def _number(value: Value) -> int:
    if type(value) is not int:
        raise LineError("`n` is not a whole number.")
    return value


def _day(value: Value) -> date:
    wrong = LineError("`day` is not a date such as 2026-08-23.")
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise wrong
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong from None


def _name(value: Value) -> str:
    if isinstance(value, str) and 0 < len(value) <= NAME_CHARACTERS_MAX and value.isprintable():
        return value
    raise LineError(f"`by` is not a name of 1 to {NAME_CHARACTERS_MAX} printable characters.")


def _device(value: Value) -> int:
    if type(value) is int and value in (1, 2):
        return value
    raise LineError("`on` is neither 1 nor 2.")


def _path(value: Value) -> Keys:
    if isinstance(value, list) and 0 < len(value) <= PATH_KEYS_MAX:
        keys = tuple(key for key in value if isinstance(key, str) and key)
        if len(keys) == len(value):
            return keys
    raise LineError(f"`path` is not a list of 1 to {PATH_KEYS_MAX} strings that are not empty.")


def _string(found: dict[str, Value], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise LineError(f"`{name}` is not a string.")
    return value


_PLACE: Final = ("n", "day", "by", "on")
_HEAD: Final[dict[str, Callable[[Value], Any]]] = {
    "n": _number,
    "day": _day,
    "by": _name,
    "on": _device,
    "path": _path,
}
