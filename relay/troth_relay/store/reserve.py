"""Room beside a database that is held for the moment in which the disk is full, and let go of then.

Deleting needs room before it gives any, since SQLite writes what changes into `-wal` first.
So a disk that others have filled to its last byte would stay full.
"""

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["held_bytes", "hold", "let_go"]


def _of(path: Path) -> Path:
    return path.with_name(path.name + ".reserve")


def held_bytes(path: Path) -> int:
    """Return how much is held beside a database."""
    try:
        return _of(path).stat().st_size
    except OSError:
        return 0


def hold(path: Path, size_bytes: int) -> None:
    """Hold so much for a database that is there, unless something is held already or the system does not give it."""
    if not size_bytes or not path.exists() or not hasattr(os, "posix_fallocate"):
        return
    with suppress(OSError):
        number = os.open(_of(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.posix_fallocate(number, 0, size_bytes)
        except OSError:
            let_go(path)
        finally:
            os.close(number)


def let_go(path: Path) -> None:
    """Hold nothing any more; what is not there, or not ours to remove, is no trouble."""
    with suppress(OSError):
        _of(path).unlink(missing_ok=True)
