"""Files that are there whole, or not at all, readable by their owner alone; nothing is ever written over unasked."""

import os
from pathlib import Path
from typing import Final

from troth_client import trouble
from troth_wire.errors import StoreError

__all__ = ["OWNER_ONLY", "beside", "check_free", "claim", "flush", "put_up", "sync", "write"]

OWNER_ONLY: Final = 0o600


def beside(path: str | os.PathLike[str], suffix: str) -> Path:
    """Return the name of what lies beside a file, where the file itself lies and not a link to it."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + suffix)


def check_free(path: Path, *, any_size: bool = False) -> None:
    """Refuse a name under which there is something already.

    Args:
        path: The name.
        any_size: Whether an empty file counts too; one that a kill left may be made into a vault.

    Raises:
        UsageError: If there is.
    """
    if path.exists() and (any_size or path.stat().st_size):
        raise trouble.taken(path)


def claim(path: Path) -> None:
    """Make an empty file that only its owner may read, unless it is there; files that SQLite puts beside it follow it.

    Raises:
        StoreError: If it can not be made.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
    except FileNotFoundError:
        raise StoreError(f"There is no folder {path.parent}. Nothing was changed. Create it first.") from None
    except OSError as error:
        raise trouble.full(path, error.strerror or type(error).__name__) from None


def write(draft: Path, content: bytes) -> None:
    """Write a new file, and let its content survive a power cut.

    Raises:
        OSError: If it can not be written, or is there.
    """
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def put_up(draft: Path, path: Path) -> None:
    """Give a file that is whole its name, if the name is free, and let that survive a power cut.

    Raises:
        FileExistsError: If it is not free.
        OSError: If the disk does not do it.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # Sticks for backups often have a file system that gives no file two names.
        if path.exists():
            raise FileExistsError(path) from None
        draft.rename(path)
    draft.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Let the names in a folder survive a power cut.

    Raises:
        OSError: If the disk does not do it.
    """
    if not hasattr(os, "O_DIRECTORY"):
        # Where no folder can be opened, the system keeps names by itself.
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush(path: Path) -> None:
    """Let what was written into a file survive a power cut.

    Raises:
        OSError: If the disk does not do it.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
