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
        ├── ListenError       the relay can not listen at this address
        └── MeetingError      two devices did not come together at a relay
            ├── NoRelayError      no relay answers
            ├── OtherVersionError it speaks another version
            ├── TakenError        the number is in use
            ├── ExpiredError      the meeting is over, or there is none
            ├── CrowdedError      two others are there
            ├── RefusedError      the relay does not allow it
            └── TimedOutError     nothing came in time

A `LocalError` is written for the person who reads it: what happened, what is safe, what to do.
"""

__all__ = [
    "BusyError",
    "CrowdedError",
    "DamagedError",
    "ExpiredError",
    "ForgedError",
    "FullError",
    "ListenError",
    "LocalError",
    "MalformedError",
    "MeetingError",
    "NewerError",
    "NoRelayError",
    "OtherVersionError",
    "PassphraseError",
    "RefusedError",
    "RemoteError",
    "StoreError",
    "TakenError",
    "TimedOutError",
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


class MeetingError(LocalError):
    """Two devices did not come together at a relay; nothing was joined."""


class NoRelayError(MeetingError):
    """No relay answers at this address."""


class OtherVersionError(MeetingError):
    """The relay speaks another version."""


class TakenError(MeetingError):
    """The number is in use; another one may be free."""


class ExpiredError(MeetingError):
    """The meeting is over, or there never was one."""


class CrowdedError(MeetingError):
    """Two others are in the meeting already."""


class RefusedError(MeetingError):
    """The relay does not allow it, or lost what was said."""


class TimedOutError(MeetingError):
    """What was waited for did not come in time."""
