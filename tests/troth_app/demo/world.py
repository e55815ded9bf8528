"""What the demo's tests stand on: edits without a file, and frames without a connection."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from troth_app.demo.record import Act, Add, Keys, Set, Value, Write

__all__ = ["ALONE", "DAY", "HEAD", "act", "add", "children", "frame", "put", "write"]

DAY: Final = date(2026, 9, 14)
HEAD: Final = b"GET /v1 HTTP/1.1\r\nHost: relay\r\n\r\n"
ALONE: Final = (
    '{"n": 1, "day": "2026-09-14", "by": "Robin", "on": 1, "edit": "set", "path": ["title"], "value": "Garden plans"}',
    '{"n": 2, "day": "2026-09-14", "by": "Robin", "on": 2, "edit": "add", "path": ["seeds"], "value": "long beans"}',
    '{"n": 3, "day": "2026-09-14", "by": "Robin", "on": 1, "edit": "add", "path": ["seeds"], "value": "marigold"}',
    '{"n": 4, "day": "2026-09-15", "by": "Robin", "on": 1, "edit": "write", "path": ["beds"], "with": "North: kale."}',
    '{"n": 5, "day": "2026-09-15", "by": "Robin", "on": 2, "edit": "write", "path": ["beds"], "with": " South: peas."}',
    '{"n": 6, "day": "2026-09-15", "by": "Robin", "on": 1, "edit": "set", "path": ["title"], "value": "Another year"}',
)
"""A file of one person."""


def put(n: int, value: Value, path: Keys = ("s",), by: str = "Robin", on: int = 1) -> Set:
    """Give an edit that sets a value."""
    return Set(n=n, day=DAY, by=by, on=on, path=path, value=value)


def add(n: int, value: Value, path: Keys = ("l",), by: str = "Robin", on: int = 1) -> Add:
    """Give an edit that appends a value."""
    return Add(n=n, day=DAY, by=by, on=on, path=path, value=value)


def write(n: int, insert: str, replace: str = "", path: Keys = ("t",), by: str = "Robin", on: int = 1) -> Write:
    """Give an edit that writes words."""
    return Write(n=n, day=DAY, by=by, on=on, path=path, replace=replace, insert=insert)


def act(n: int, kind: str = "gratitude", *, by: str = "Robin", on: int = 1, **more: Any) -> Act:
    """Give an act; without fields it says thanks."""
    fields: dict[str, Any] = {"day": DAY, "says": {"text": f"words{n}"} if kind == "gratitude" else {}} | more
    return Act(n=n, by=by, on=on, path=(kind,), act=kind, **fields)


def frame(payload: bytes, mask: bytes = b"") -> bytes:
    """Give a binary WebSocket frame (RFC 6455, 5.2), masked if there is a mask."""
    flag = 0x80 if mask else 0
    if len(payload) < 126:
        size = bytes([flag | len(payload)])
    elif len(payload) < 2**16:
        size = bytes([flag | 126]) + len(payload).to_bytes(2, "big")
    else:
        size = bytes([flag | 127]) + len(payload).to_bytes(8, "big")
    hidden = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)) if mask else payload
    return b"\x82" + size + mask + hidden


def children(pid: int) -> set[int]:
    """Give the ids of the processes that a process has started and that are there."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system has no list of processes under /proc")
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(errors="replace")
        except OSError:
            continue  # It has ended meanwhile.
        # PID (NAME) STATE PARENT ...; a name may hold spaces and brackets.
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.add(int(folder.name))
    return found
