"""How a command ends: one table from what went wrong to an exit code, and no traceback on any way.

EndError                  the app's own endings, each with its code
├── LockedError           3: it needs the passphrase first
├── AsideError            the code of what went wrong: what was written meanwhile is kept for its writer
├── RuleError             4: a rule says no
└── OtherError            5: it needs the other person

Every other error ends a command with the code of its family.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from troth_app.conversation import Done
from troth_app.language import spoken
from troth_wire.errors import LocalError, PassphraseError, RemoteError, TrothError, UsageError
from troth_wire.said import Said

__all__ = [
    "NOTHING_SAFER",
    "AsideError",
    "Code",
    "EndError",
    "HereError",
    "LockedError",
    "OtherError",
    "RuleError",
    "done_of",
]


class Code(IntEnum):
    """What a command's exit code says."""

    OK = 0
    HERE = 1
    USAGE = 2
    LOCKED = 3
    RULE = 4
    OTHER = 5
    STOPPED = 130


class EndError(TrothError):
    """A command goes no further, and the sentence says all that there is to say."""

    code = Code.HERE


class HereError(EndError):
    """This machine can not do it now; nothing was lost."""


class LockedError(EndError):
    """It needs the passphrase first."""

    code = Code.LOCKED


class AsideError(EndError):
    """It goes no further, and what was written is kept for its writer alone."""

    def __init__(self, why: str, code: Code) -> None:
        """Say why, and with which code it ends."""
        super().__init__(why)
        self.code = code


class RuleError(EndError):
    """A rule says no."""

    code = Code.RULE


class OtherError(EndError):
    """It needs the other person."""

    code = Code.OTHER


CODES: Final[Mapping[type[Exception], Code]] = {
    PassphraseError: Code.LOCKED,
    LocalError: Code.HERE,
    RemoteError: Code.HERE,
    UsageError: Code.USAGE,
}
"""The first that fits counts."""

NOTHING_SAFER: Final = Said("What was saved before is safe.")
"""What is safe as long as nobody said more."""
UNEXPECTED: Final = Said(
    "Something went wrong that Troth does not know: {name}. What was saved before is safe. "
    "`troth lock` and `troth unlock` begin anew; if it comes back, `troth doctor` shows more."
)


SYSTEM: Final = Said("The system says: {why}. What was saved before is safe. Try again.")
WORKS_NOT: Final = Said("That does not work: {why}. Nothing was changed.")


def done_of(error: Exception) -> Done:
    """Return the last sentence of a conversation that an error ended; what it does not know it does not quote."""
    if isinstance(error, EndError):
        return Done(error.code, None, str(error))
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return Done(code, None, _sentence(error))
    if isinstance(error, OSError) and error.strerror:
        return Done(Code.HERE, None, SYSTEM.format(why=error.strerror))
    return Done(Code.HERE, None, UNEXPECTED.format(name=type(error).__name__))


def _sentence(error: Exception) -> str:
    """Return what was said for people, and make a sentence of what was said for programs."""
    if isinstance(error, LocalError):
        return str(error)
    return WORKS_NOT.format(why=spoken(error).rstrip("."))
