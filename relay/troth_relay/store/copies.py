"""Backups, and a database made of one: a copy is whole or it is not there.

A copy may be older than what devices have read.
So a restored log has another lineage: no device takes it for the one it knows, and each sends what is missing again.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from troth_relay.store import file
from troth_relay.store.beside import copy
from troth_relay.store.database import lock, walled
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import FullError, StoreError
from troth_wire.ids import Lineage

__all__ = ["back_up", "restore"]


def back_up(database: Path, target: Path) -> None:
    """Copy a database, also while a relay serves from it, into a new file that only its owner may read.

    Raises:
        StoreError: If there is none, the target exists, or it can not be written; then no target was made.
    """
    _must_exist(database)
    with _made(target) as part:
        copy(database, part)


def restore(source: Path, database: Path, *, lineage: Callable[[], Lineage]) -> None:
    """Make a database of a backup, with another lineage for every log.

    Raises:
        StoreError: If the backup can not be used, the database or a part of one exists, or a relay serves it; then
            nothing was made.
    """
    _must_exist(source)
    _must_be_free(database)
    # Until the copy has its name: whoever starts meanwhile would make a database of that name.
    with walled(database), closing(lock(database)), _made(database) as part:
        copy(source, part)
        store = SqliteStore(part)
        try:
            store.renew(lineage)
        finally:
            store.close()
        file.give(part)


def _must_exist(path: Path) -> None:
    if file.check(path):
        raise StoreError(f"There is no database {path}. Nothing was changed. Name the file that there is.")


def _must_be_free(target: Path) -> None:
    """Refuse a name under which there is anything: SQLite would take what is beside a file for the new one's."""
    with file.looking(target):
        folder, there = target.parent.is_dir(), [target] if target.exists() else []
        there += file.companions(target)
    if not folder:
        raise StoreError(f"There is no folder {target.parent}. Nothing was changed. Create it, or name another file.")
    if there:
        raise StoreError(
            f"{file.named(there)} exist{'s' * (len(there) == 1)}. All was left as it is. "
            "Move away together what begins with this name, since each part of a database is half without the others; "
            "or name another file."
        )


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """Give an empty file beside the target, which becomes the target if all goes well, and goes if not."""
    part = target.with_name(target.name + ".part")
    _make_empty(part, target)
    try:
        yield part
        _sync(part)
        part.rename(target)
        _sync_folder(target.parent)
    except FullError as error:
        raise _unmade(target, error.__cause__ or error) from error
    except OSError as error:
        raise _unmade(target, error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
        _clear_beside(part)


def _unmade(target: Path, why: object) -> StoreError:
    return StoreError(
        f"{target} can not be written: {why}. It was not made; nothing was lost. Make room, or name another file."
    )


def _clear_beside(part: Path) -> None:
    for left in (*file.companions(part), part.with_name(part.name + ".lock")):
        left.unlink(missing_ok=True)


def _make_empty(part: Path, target: Path) -> None:
    _must_be_free(target)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # Of a copy that was cut off, and removed by its operator: not of the one that begins.
        _clear_beside(part)
    except FileExistsError as error:
        raise StoreError(
            f"{part} exists: another copy is being made, or one was cut off. It was left as it is. "
            "Remove it if none is being made."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{part} can not be made: {error.strerror}. Nothing was changed. Name another file."
        ) from error


def _sync(path: Path) -> None:
    # SQLite leaves a copy to the system; a backup is one only when it is on the disk.
    with path.open("rb+") as written:
        os.fsync(written.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows opens no folders, and keeps names without being asked.
    with suppress(PermissionError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
