"""What can be told about a database file from its first bytes, before anything opens it, and in what words.

A file that is not ours, or newer than we are, is left exactly as it is.
So is half a database: what SQLite keeps beside a file belongs to that file, and it would take it for another's.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from troth_wire.errors import BusyError, DamagedError, FullError, NewerError, StoreError

__all__ = [
    "APPLICATION",
    "FORMAT",
    "busy",
    "check",
    "check_format",
    "companions",
    "damaged",
    "full",
    "give",
    "looking",
    "make",
    "moved",
    "named",
    "size_bytes",
    "wal_of",
]

APPLICATION: Final = 0x5472526C
"""Marks a relay's database in SQLite's own header: "TrRl"."""
FORMAT: Final = 7
"""The layout of the tables that this release writes and reads."""

MAGIC: Final = b"SQLite format 3\x00"
HEADER_BYTES: Final = 100
FORMAT_AT: Final = slice(60, 64)
APPLICATION_AT: Final = slice(68, 72)


@contextmanager
def looking(path: Path) -> Iterator[None]:
    """Turn what the system says to who looks for a file into an error for people."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path} can not be looked at: {error.strerror}. Nothing was changed. "
            "Do it as the user that the relay runs as, or as root; or name another file with --database."
        ) from error


def check(path: Path) -> bool:
    """Look at a file and return whether there is nothing in it yet.

    Raises:
        FullError: If it may not be written.
        NewerError: If a newer release wrote it.
        DamagedError: If it is no relay's database.
        StoreError: If it can not be looked at.
    """
    with looking(path):
        return _check(path)


def _check(path: Path) -> bool:
    if not path.parent.is_dir():
        raise StoreError(
            f"There is no folder {path.parent}. Nothing was changed. Create it, or choose another --database."
        )
    if not path.exists():
        _refuse_half(path, companions(path))
        return True
    if not path.is_file():
        raise StoreError(f"{path} is not a file. Nothing was changed. Choose another --database.")
    if path.stat().st_nlink > 1:
        raise StoreError(
            f"{path} has another name (a hard link), under which a second relay could write to it. "
            "Nothing was changed. Remove one of the names."
        )
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        raise full(path, "it is read-only")
    return _check_header(path)


def _check_header(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if not header:
        # Not for a journal: whoever was killed while making the file leaves one, and there was nothing in it.
        _refuse_half(path, [wal_of(path)] if wal_of(path).exists() else [])
        return True
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise damaged(path)
    application, version = (int.from_bytes(header[at], "big") for at in (APPLICATION_AT, FORMAT_AT))
    check_format(path, application=application, version=version)
    return False


def wal_of(path: Path) -> Path:
    """Return where SQLite writes first what it takes into a database later."""
    return path.with_name(path.name + "-wal")


def companions(path: Path) -> list[Path]:
    """Return what SQLite has left beside a database that was not closed: each is half without the other."""
    beside = (wal_of(path), path.with_name(path.name + "-shm"), path.with_name(path.name + "-journal"))
    return [found for found in beside if found.exists()]


def named(paths: Iterable[Path]) -> str:
    """Return the names of some files in a row."""
    *names, last = map(str, paths)
    return f"{', '.join(names)} and {last}" if names else last


def _refuse_half(path: Path, beside: list[Path]) -> None:
    if beside:
        raise StoreError(
            f"There is no database {path}, but {named(beside)} of one: what was confirmed last may be there alone. "
            "All was left as it is. Put the database back, or move these to where it is now: "
            "it is whole with them, under names that begin the same."
        )


def make(path: Path) -> None:
    """Make an empty file that only its owner may read, unless there is one.

    SQLite gives what it writes beside a database the rights of the database.

    Raises:
        FullError: If it can not be made.
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            give(path)
    except OSError as error:
        raise full(path, error.strerror or "it can not be made") from error


def give(path: Path) -> None:
    """Let what root makes belong to whom its folder does: the relay does not run as root."""
    owner, found = path.absolute().parent.stat(), path.stat()
    if hasattr(os, "geteuid") and os.geteuid() == 0 and owner.st_uid != found.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)


def size_bytes(path: Path) -> int:
    """Return the size of a database with what was not taken into it yet."""
    return sum(part.stat().st_size for part in (path, wal_of(path)) if part.exists())


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


def moved(path: Path) -> DamagedError:
    """Return the error for a database whose name leads elsewhere while it is open: nobody would find what is added."""
    return DamagedError(
        f"{path}, or {wal_of(path).name} beside it, was moved, deleted or replaced under the relay. "
        "What it has confirmed is in the files that were there, and nothing new is confirmed. "
        "Put them back together, or stop the relay, and start it with what is to be served: "
        "devices send again what a relay lacks."
    )


def busy(path: Path) -> BusyError:
    """Return the error for a database that another process uses."""
    return BusyError(f"Another program is using {path}. Nothing was changed. Stop it, or choose another --database.")
