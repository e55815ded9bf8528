"""A passphrase of six words drawn by chance: 66 bits, from the list that pairing uses too."""

from collections.abc import Sequence
from typing import Final

from troth import Entropy
from troth_client.wordlist import render_words

__all__ = ["WORDS_DRAWN", "different", "draw_passphrase"]

WORDS_DRAWN: Final = 6
WORD_BITS: Final = 11
DRAWN_BYTES: Final = 9


def draw_passphrase(entropy: Entropy) -> tuple[str, ...]:
    """Return six words; each of the 2048 is as likely as any other."""
    drawn = int.from_bytes(entropy(DRAWN_BYTES))
    return render_words(drawn >> WORD_BITS * place & (1 << WORD_BITS) - 1 for place in range(WORDS_DRAWN))


def different(typed: str, words: Sequence[str]) -> list[int]:
    """Return which words were typed otherwise, counted from 1; a word too many makes the last one count."""
    found = typed.lower().split()
    wrong = [place + 1 for place, word in enumerate(words) if found[place : place + 1] != [word]]
    return wrong or ([len(words)] if len(found) > len(words) else [])
