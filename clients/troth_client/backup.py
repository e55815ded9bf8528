"""Puts a backup back: only one that opens, only where nothing is, and only as another life.

`Vault.copy_to` makes backups. One holds its own device's keys under its own passphrase, and nothing of anybody else's.
"""

import os
import shutil
from contextlib import closing
from pathlib import Path

from troth_client import files, migrations, trouble
from troth_client.database import DRAFT, WAL, Database
from troth_client.machine import MACHINE, Machine
from troth_client.reading import read_header, read_rows, unsettle
from troth_client.sealing import Sealer
from troth_wire.errors import DamagedError, ForgedError, NewerError

__all__ = ["restore"]

AnyPath = str | os.PathLike[str]


def restore(backup: AnyPath, path: AnyPath, *, passphrase: str, machine: Machine = MACHINE) -> None:
    """Make a vault of a backup; every room in it begins another life. The backup is only read.

    Args:
        backup: What `Vault.copy_to` made, or a copy of a closed vault.
        path: The vault to be; there must be no file yet.
        passphrase: What opened the vault when the backup was made.
        machine: For tests.

    Raises:
        UsageError: If there is a file at `path`.
        PassphraseError: If the backup does not open with this passphrase.
        DamagedError: If it is not whole.
        NewerError: If a newer version wrote it.
        StoreError: If the vault can not be written.
    """
    source, file = Path(backup), Path(path)
    files.check_free(file, any_size=True)
    if not source.is_file():
        raise trouble.missing(source)
    draft = file.with_name(file.name + DRAFT)
    try:
        _remove(draft)
        _copy(source, draft)
        _check(draft, source, passphrase, machine)
        files.put_up(draft, file)
    except FileExistsError:
        raise trouble.taken(file) from None
    except OSError as error:
        raise trouble.full(file, error.strerror or type(error).__name__) from None
    finally:
        _remove(draft)


def _check(draft: Path, source: Path, passphrase: str, machine: Machine) -> None:
    """Open a copy of the backup with everything in it, and let it forget where it lay."""
    try:
        with closing(Database.open(draft)) as database:
            migrations.migrate(database, passphrase, machine=machine)
            header = read_header(database)
            key = header.key(passphrase, stretch=machine.stretch)
            sealer = Sealer(key, header.vault, machine.entropy)
            unsettle(database, sealer, read_rows(database, sealer))
    except ForgedError:
        raise trouble.wrong_passphrase(source) from None
    except DamagedError:
        raise trouble.bad_backup(source) from None
    except NewerError:
        raise trouble.newer_backup(source) from None


def _copy(source: Path, draft: Path) -> None:
    for suffix in ("", WAL):
        part = files.beside(source, suffix)
        if not suffix or part.exists():
            copied = draft.with_name(draft.name + suffix)
            files.claim(copied, new=True)
            shutil.copyfile(part, copied)
            files.flush(copied)


def _remove(draft: Path) -> None:
    for suffix in ("", WAL):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
