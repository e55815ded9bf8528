"""What can go wrong with a vault, in sentences for the person who reads them: what happened, what is safe, what to do.

No sentence quotes what the vault holds.
"""

from pathlib import Path

from troth_wire.errors import (
    BusyError,
    DamagedError,
    FullError,
    NewerError,
    PassphraseError,
    StoreError,
    UsageError,
)
from troth_wire.said import Said

__all__ = [
    "bad_backup",
    "broken",
    "busy",
    "damaged",
    "full",
    "half_wiped",
    "left",
    "missing",
    "newer",
    "newer_backup",
    "taken",
    "wrong_passphrase",
]


def wrong_passphrase(path: Path) -> PassphraseError:
    """Return the error for a vault that stays closed."""
    return PassphraseError(
        Said(
            "The vault {path} does not open with this passphrase. Nothing was changed. "
            "Try again; without its passphrase nobody can open it."
        ).format(path=path)
    )


def damaged(path: Path, what: str) -> DamagedError:
    """Return the error for a file that is not a whole vault."""
    return DamagedError(
        Said(
            "The vault {path} is not whole: {what}. It was left as it is. "
            "Keep a copy of it and of the files beside it whose names begin the same, check the disk, "
            "and restore a backup; what reached the relay comes back from there."
        ).format(path=path, what=what)
    )


def newer(path: Path, *, found: int, known: int) -> NewerError:
    """Return the error for a vault of a later format."""
    return NewerError(
        Said(
            "The vault {path} was written by a newer version (format {found}; this one knows {known}). "
            "It was not changed. Install the newer version."
        ).format(found=found, known=known, path=path)
    )


def busy(path: Path) -> BusyError:
    """Return the error for a vault that is open already."""
    return BusyError(
        Said("The vault {path} is open in another program. Nothing was changed. Close it there and try again.").format(
            path=path
        )
    )


def full(path: Path, why: str) -> FullError:
    """Return the error for a vault that can not be written."""
    return FullError(
        Said(
            "The vault {path} can not be written: {why}. What was saved before is safe; this was not saved. "
            "Make room, or give yourself the right to write there, and try again."
        ).format(path=path, why=why)
    )


def missing(path: Path) -> StoreError:
    """Return the error for a vault that is not there."""
    return StoreError(
        Said("There is no vault {path}. Nothing was changed. Check the name, or create one there.").format(path=path)
    )


def broken(path: Path, why: str) -> StoreError:
    """Return the error for a disk that does not do what it should."""
    return StoreError(
        Said(
            "The vault {path} can not be used: {why}. What was saved before is safe; this may not be saved. "
            "Check the disk and try again."
        ).format(path=path, why=why)
    )


def taken(path: Path) -> UsageError:
    """Return the error for a name under which there is something already."""
    return UsageError(Said("there is a file {path} already; open it, or choose another name").format(path=path))


def left(log: Path) -> UsageError:
    """Return the error for a name beside which another vault has left its log."""
    return UsageError(
        Said(
            "{log} was left by another vault of this name, and would be mixed into this one. Nothing was changed; "
            "keep it if that vault is lost, since it may hold the last of it. Move it away, or choose another name"
        ).format(log=log)
    )


def half_wiped(path: Path) -> StoreError:
    """Return the error for a passphrase that was changed, and whose traces could not be wiped at once."""
    return StoreError(
        Said(
            "The vault {path} now opens with the new passphrase, but what the old one opened is not wiped yet. "
            "Everything in it is safe. Close the vault and open it again, which wipes it."
        ).format(path=path)
    )


def bad_backup(path: Path) -> DamagedError:
    """Return the error for a backup that is not a whole vault."""
    return DamagedError(
        Said(
            "The backup {path} is not whole: it was cut off, altered, or is no backup. It was left as it is, and "
            "nothing was restored. Try another backup, or rescue from this one what opens."
        ).format(path=path)
    )


def newer_backup(path: Path) -> NewerError:
    """Return the error for a backup of a later format."""
    return NewerError(
        Said(
            "The backup {path} was written by a newer version. It was left as it is, and nothing was restored. "
            "Install the newer version."
        ).format(path=path)
    )
