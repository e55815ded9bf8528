"""The exception tree; a type says who is at fault.

    TrothError
    ├── UsageError            the caller: fix the program
    ├── RemoteError           the other side: drop the input, keep the evidence
    │   ├── MalformedError    bytes that are not what they claim to be
    │   ├── VersionError      bytes of a version that this release does not know
    │   └── ForgedError       a signature, a tag or a hash that does not fit
    └── LocalError            this machine: nothing that was acknowledged is lost
        ├── StoreError        the vault or the relay's database could not be used
        │   ├── PassphraseError   the vault does not open with this passphrase
        │   ├── DamagedError      the file is not whole
        │   ├── NewerError        the file was written by a newer version
        │   ├── BusyError         another program has it open
        │   └── FullError         no room, or no right, to write
        └── ListenError       the relay can not listen at this address

A `LocalError` is written for the person who reads it: what happened, what is safe, what to do.
"""

__all__ = [
    "BusyError",
    "DamagedError",
    "ForgedError",
    "FullError",
    "ListenError",
    "LocalError",
    "MalformedError",
    "NewerError",
    "PassphraseError",
    "RemoteError",
    "StoreError",
    "TrothError",
    "UsageError",
    "VersionError",
]


class TrothError(Exception):
    """Everything that Troth raises on purpose."""


class UsageError(TrothError):
    """The caller asked for something that makes no sense."""


class RemoteError(TrothError):
    """The other side sent something that can not be used."""


class MalformedError(RemoteError):
    """The bytes are not what they claim to be."""


class VersionError(RemoteError):
    """The bytes are of a version that this release does not know."""


class ForgedError(RemoteError):
    """A signature, a tag or a hash does not fit."""


class LocalError(TrothError):
    """This machine can not do it now; nothing that was acknowledged is lost."""


class StoreError(LocalError):
    """The vault or the database could not be used."""


class PassphraseError(StoreError):
    """The vault does not open with this passphrase."""


class DamagedError(StoreError):
    """The file is not whole."""


class NewerError(StoreError):
    """The file was written by a newer version."""


class BusyError(StoreError):
    """Another program has the file open."""


class FullError(StoreError):
    """There is no room, or no right, to write."""


class ListenError(LocalError):
    """The relay can not listen at this address."""
