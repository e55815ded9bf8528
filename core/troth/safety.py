"""Sixty digits over the two persons of a space: the same on every device of both (specs/pairing.md, Safety number)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from troth import crypto
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import PersonId

__all__ = ["SafetyNumber"]

DIGITS: Final = 60
GROUP: Final = 5
START: Final = "troth:safety#1"


@dataclass(frozen=True, slots=True)
class SafetyNumber:
    """What two people read to each other, or hold before each other's camera."""

    digits: str

    @classmethod
    def of(cls, persons: Iterable[PersonId]) -> "SafetyNumber":
        """Return the number of a space; the order of its persons means nothing.

        Raises:
            UsageError: If there are not two persons.
        """
        pair = sorted(set(persons))
        if len(pair) != 2:
            raise UsageError("a safety number is over two persons")
        hashed = crypto.digest(b"troth/safety", codec.pack(pair))
        return cls(str(int.from_bytes(hashed, "big") % 10**DIGITS).zfill(DIGITS))

    @property
    def groups(self) -> tuple[str, ...]:
        """Twelve groups of five digits, to be shown and read."""
        return tuple(self.digits[at : at + GROUP] for at in range(0, DIGITS, GROUP))

    @property
    def text(self) -> str:
        """What the picture says."""
        return START + self.digits

    @classmethod
    def parse(cls, text: str) -> "SafetyNumber":
        """Read what a camera saw, or what was typed in groups; compare it with the own one.

        Raises:
            MalformedError: If it is no safety number.
        """
        digits = "".join(text.strip().removeprefix(START).split())
        if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
            raise MalformedError("a safety number has sixty digits")
        return cls(digits)
