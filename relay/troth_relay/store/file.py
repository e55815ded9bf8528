"""What can be told about a database file from its first bytes, before anything opens it, and in what words.

A file that is not ours, or newer than we are, is left exactly as it is.
"""

import os
from pathlib import Path
from typing import Final

from troth_wire.errors import BusyError, DamagedError, FullError, NewerError, StoreError

__all__ = ["APPLICATION", "FORMAT", "busy", "check", "check_format", "damaged", "full"]

APPLICATION: Final = 0x5472526C
"""Marks a relay's database in SQLite's own header: "TrRl"."""
FORMAT: Final = 7
"""The layout of the tables that this release writes and reads."""

MAGIC: Final = b"SQLite format 3\x00"
HEADER_BYTES: Final = 100
FORMAT_AT: Final = slice(60, 64)
APPLICATION_AT: Final = slice(68, 72)


def check(path: Path) -> bool:
    """Look at a file and return whether there is nothing in it yet.

    Raises:
        FullError: If it may not be written.
        NewerError: If a newer release wrote it.
        DamagedError: If it is no relay's database.
        StoreError: If it can not be looked at.
    """
    if not path.parent.is_dir():
        raise StoreError(f"There is no folder {path.parent}. Create it, or choose another --database.")
    if not path.exists():
        return True
    if not path.is_file():
        raise StoreError(f"{path} is not a file. Choose another --database.")
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        raise full(path, "it is read-only")
    return _check_header(path)


def _check_header(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if not header:
        return True
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise damaged(path)
    application, version = (int.from_bytes(header[at], "big") for at in (APPLICATION_AT, FORMAT_AT))
    check_format(path, application=application, version=version)
    return False


def check_format(path: Path, *, application: int, version: int) -> None:
    """Refuse a database that is not a relay's, or a newer relay's."""
    if application != APPLICATION:
        raise damaged(path)
    if version > FORMAT:
        raise NewerError(
            f"{path} was written by a newer troth-relay (format {version}; this one knows {FORMAT}). "
            "It was not changed. Install the newer version."
        )


def full(path: Path, why: str) -> FullError:
    """Return the error for a database that can not be written."""
    return FullError(
        f"The relay can not write to {path}: {why}. "
        "Everything it has confirmed is safe; nothing new is confirmed until it can write again. "
        "Make room, or give the relay the right to write there."
    )


def damaged(path: Path) -> DamagedError:
    """Return the error for a file that can not be read as a relay's database."""
    return DamagedError(
        f"{path} is damaged, or not a relay's database. It was left as it is. "
        "Keep a copy of it and of the files beside it whose names begin the same, and check the disk. "
        "Then restore a backup, or choose another --database: devices send again what a relay lacks."
    )


def busy(path: Path) -> BusyError:
    """Return the error for a database that another process uses."""
    return BusyError(f"Another program is using {path}. Nothing was changed. Stop it, or choose another --database.")
