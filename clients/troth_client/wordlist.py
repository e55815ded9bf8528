"""The words in which a code is said, and recovery words are written down; the only importer of mnemonic.

To the core a word is its place in the English list of BIP-39, whose words differ in their first four letters. A word
that is not in the list is told by name, and the rest of what was typed is kept (specs/pairing.md, Ticket).
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from troth_wire.errors import UsageError
from troth_wire.limits import CODE_NUMBER_MAX
from troth_wire.said import Said, in_context

__all__ = [
    "MistypedError",
    "Unknown",
    "parse_code",
    "parse_recovery",
    "parse_words",
    "render_code",
    "render_recovery",
    "render_words",
]

CODE_WORDS: Final = 3
RECOVERY_WORDS: Final = 12
DIGITS_MAX: Final = 9
PREFIX_LETTERS: Final = 4
NEAREST_MAX: Final = 3
NOT_TWELVE: Final = Said("Recovery words are twelve; these are {found}.")
NO_WORD: Final = Said("“{typed}” is not a word of the list. The other words can stay.")
NEAR_WORD: Final = Said("“{typed}” is not a word of the list; perhaps {nearest}. The other words can stay.")
OR: Final = in_context("words that may be meant", "{one} or {other}")
BOTH: Final = in_context("two sentences", "{first} {next}")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that is not in the list."""

    position: int
    """Its place among the words that were typed, from 0."""
    typed: str
    nearest: tuple[str, ...]
    """Words of the list that look like it, the likeliest first."""


class MistypedError(UsageError):
    """Words that are not in the list; what was typed right need not be typed again."""

    def __init__(self, unknown: Sequence[Unknown], typed: Sequence[str]) -> None:
        super().__init__(_joined([_sentence(word) for word in unknown]))
        self.unknown = tuple(unknown)
        self.typed = tuple(typed)
        """Everything that was typed, the number of a code included, to be shown again for mending."""


def render_words(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return the words at these places of the list."""
    return tuple(_words()[number] for number in numbers)


def parse_words(typed: str) -> tuple[int, ...]:
    """Read words, apart by blanks, hyphens or commas, in small or capital letters.

    The first four letters of a word suffice.

    Raises:
        MistypedError: If one is not in the list; it says which, and what may have been meant.
    """
    parts = _split(typed)
    return _numbers(parts, parts)


def render_code(number: int, words: Sequence[int]) -> str:
    """Return a code as it is said: `7-guitar-crane-lemon`."""
    return "-".join([str(number), *render_words(words)])


def parse_code(typed: str) -> tuple[int, tuple[int, int, int]]:
    """Read a code that was typed: its number, and the places of its three words.

    Raises:
        MistypedError: If a word is not in the list; it says which, and what may have been meant.
        UsageError: If it has not a number and three words.
    """
    parts = _split(typed)
    number = parts[0] if parts else ""
    short = number.isascii() and number.isdigit() and len(number) <= DIGITS_MAX
    if not (short and 1 <= int(number) <= CODE_NUMBER_MAX):
        raise UsageError(Said("A code begins with a number, as in 7-guitar-crane-lemon."))
    if len(parts) != 1 + CODE_WORDS:
        raise UsageError(Said("A code is a number and three words, as in 7-guitar-crane-lemon."))
    one, two, three = _numbers(parts[1:], parts)
    return int(number), (one, two, three)


def render_recovery(entropy: bytes) -> tuple[str, ...]:
    """Return the twelve words that stand for 16 bytes, with their checksum (BIP-39)."""
    return tuple(Mnemonic("english").to_mnemonic(entropy).split())


def parse_recovery(typed: str) -> bytes:
    """Read twelve recovery words that were typed; return the 16 bytes that they stand for.

    Raises:
        MistypedError: If a word is not in the list; it says which, and what may have been meant.
        UsageError: If they are not twelve, or their checksum does not hold.
    """
    parts = _split(typed)
    if len(parts) != RECOVERY_WORDS:
        raise UsageError(NOT_TWELVE.format(found=len(parts)))
    words = render_words(_numbers(parts, parts))
    try:
        return bytes(Mnemonic("english").to_entropy(list(words)))
    except ValueError:
        # Without the cause: it may quote what was typed.
        raise UsageError(
            Said(
                "Each of these words is in the list, but they do not belong together. "
                "One may be another word of the list, or two may have changed places."
            )
        ) from None


def _joined(sentences: Sequence[Said]) -> Said:
    first, *rest = sentences
    for sentence in rest:
        first = BOTH.format(first=first, next=sentence)
    return first


@cache
def _words() -> tuple[str, ...]:
    return tuple(Mnemonic("english").wordlist)


@cache
def _places() -> dict[str, int]:
    """Every spelling that is taken: a whole word, or its first four letters."""
    places = {word[:PREFIX_LETTERS]: place for place, word in enumerate(_words())}
    return places | {word: place for place, word in enumerate(_words())}


def _split(typed: str) -> list[str]:
    return typed.lower().replace("-", " ").replace(",", " ").split()


def _numbers(words: Sequence[str], typed: Sequence[str]) -> tuple[int, ...]:
    unknown = [Unknown(at, word, _nearest(word)) for at, word in enumerate(words) if word not in _places()]
    if unknown:
        raise MistypedError(unknown, typed)
    return tuple(_places()[word] for word in words)


def _nearest(word: str) -> tuple[str, ...]:
    alike = difflib.get_close_matches(word, _words(), n=3 * NEAREST_MAX, cutoff=0.6)
    # A first letter is seldom mistyped.
    return tuple(sorted(alike, key=lambda other: other[0] != word[0])[:NEAREST_MAX])


def _sentence(word: Unknown) -> Said:
    if not word.nearest:
        return NO_WORD.format(typed=word.typed)
    nearest: str = word.nearest[0]
    for other in word.nearest[1:]:
        nearest = OR.format(one=nearest, other=other)
    return NEAR_WORD.format(typed=word.typed, nearest=nearest)
