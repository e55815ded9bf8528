"""Files that are there whole, or not at all, readable by their owner alone; nothing is ever written over unasked."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

from troth_client import trouble
from troth_wire.errors import StoreError
from troth_wire.said import Said

__all__ = [
    "OWNER_ONLY",
    "beside",
    "check_free",
    "check_own",
    "claim",
    "flush",
    "own",
    "put_up",
    "read",
    "sync",
    "write",
]

OWNER_ONLY: Final = 0o600
NO_FOLDER: Final = Said("There is no folder {folder}. Nothing was changed. Create it first.")
OWNER_ONLY_FOLDER: Final = 0o700
OTHERS_WRITE: Final = 0o022
LOGS: Final = ("-wal", "-journal")
"""What SQLite takes in with whatever file has the name before them, though it was another's."""
NO_TRICKS: Final = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""No link is followed, and no pipe is waited for, where the system knows them."""


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
        UsageError: If there is, or if a vault that lay there has left its log.
    """
    if path.exists() and (any_size or path.stat().st_size):
        raise trouble.taken(path)
    # One that is cut off while it is made, and so is empty, may have a journal of its own.
    for log in (beside(path, suffix) for suffix in (LOGS if any_size else LOGS[:1])):
        if log.exists() and log.stat().st_size:
            raise trouble.left(log)


def claim(path: Path, *, new: bool = False) -> None:
    """Make an empty file that only its owner may read, unless it is there; files that SQLite puts beside it follow it.

    Args:
        path: The file.
        new: Whether nothing may be there, also no link to something else.

    Raises:
        StoreError: If it can not be made, or not be its owner's alone.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | (os.O_EXCL if new else 0), OWNER_ONLY)
        try:
            if hasattr(os, "fchmod"):
                # One that was there may have been for all to read.
                os.fchmod(descriptor, OWNER_ONLY)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise StoreError(NO_FOLDER.format(folder=path.parent)) from None
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


def check_own(folder: Path) -> None:
    """Refuse a folder that is somebody else's, or a link, or that others may write.

    Raises:
        OSError: If it is one, or is not there.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & OTHERS_WRITE):
        raise PermissionError(errno.EPERM, "others may write there")


def own(folder: Path) -> None:
    """Let a folder be its owner's alone, if it is this person's.

    Raises:
        OSError: If it is somebody else's, or a link.
    """
    if stat.S_ISDIR(folder.lstat().st_mode) and hasattr(os, "getuid") and folder.stat().st_uid == os.getuid():
        folder.chmod(OWNER_ONLY_FOLDER)
    check_own(folder)


def read(path: Path, *, bytes_max: int) -> bytes | None:
    """Return what stands in a file that others can write too: one byte more than the bound if it is longer.

    Returns:
        None if it is no file, but a pipe or a folder.

    Raises:
        OSError: If it is not there, is a link, or can not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | NO_TRICKS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return opened.read(bytes_max + 1)
    finally:
        os.close(descriptor)


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
