"""The vectors as cases, of which nothing stays unread.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.second.conventions import Value

FOLDER = Path(__file__).parents[2] / "specs" / "vectors"


def octets(value: Any) -> bytes:
    """Bytes as hex digits, or as a list of parts that repeat themselves."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    return b"".join(bytes.fromhex(part) * times for part, times in value)


def plain(value: Any) -> Value:
    """A value of the codec's vectors."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return octets(value["hex"])
    return value  # type: ignore[no-any-return]


def unhexed(value: Any) -> Any:
    """A value all of whose strings are bytes, and whose lists are tuples."""
    if isinstance(value, list):
        return tuple(unhexed(item) for item in value)
    return bytes.fromhex(value) if isinstance(value, str) else value


class Case:
    """One case, which knows what of it was read."""

    def __init__(self, content: dict[str, Any], file: str = "") -> None:
        self.file = file
        self._content = content
        self._read = {"name", "what"}
        self._parts: list[Case] = []

    def has(self, key: str) -> bool:
        """Whether there is such a value."""
        return key in self._content

    def raw(self, key: str) -> Any:
        """A value as it stands."""
        self._read.add(key)
        return self._content[key]

    def hex(self, key: str) -> bytes:
        """A value that is bytes."""
        return octets(self.raw(key))

    def text(self, key: str) -> str:
        """A value that is text."""
        value = self.raw(key)
        assert isinstance(value, str)
        return value

    def number(self, key: str) -> int:
        """A value that is a number."""
        value = self.raw(key)
        assert type(value) is int
        return value

    def part(self, key: str) -> Case:
        """A value that is a case of its own."""
        self._parts.append(Case(self.raw(key), self.file))
        return self._parts[-1]

    def parts(self, key: str) -> list[Case]:
        """A value that is a list of such."""
        found = [Case(content, self.file) for content in self.raw(key)]
        self._parts += found
        return found

    @property
    def error(self) -> str | None:
        """The layer that refuses the case, if one does."""
        self._read.add("error")
        found = self._content.get("error")
        assert found is None or isinstance(found, str)
        return found

    def unread(self) -> list[str]:
        """What nobody looked at."""
        return sorted(set(self._content) - self._read) + [key for part in self._parts for key in part.unread()]


def files() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Every file of vectors, by its name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def other(file: str, section: str) -> Iterator[Case]:
    """The cases of a section, for one that refers to them."""
    return (Case(content, file) for content in files()[file][section])
