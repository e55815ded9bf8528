"""Six words drawn by chance have 66 bits, and what was typed otherwise is named by its place."""

from functools import partial
from secrets import token_bytes

import pytest

from troth_app.words import WORDS_DRAWN, different, draw_passphrase
from troth_client.wordlist import parse_words

WORDS = ("one", "two", "three")


def test_every_bit_counts() -> None:
    """Each of the 66 lowest bits that were drawn changes a word, and the rest change none."""
    base = draw_passphrase(bytes)
    for bit in range(72):
        drawn = partial(int.to_bytes, 1 << bit)
        assert (draw_passphrase(drawn) != base) == (bit < 66)


def test_words_are_of_the_list() -> None:
    """What is drawn can be typed."""
    words = draw_passphrase(token_bytes)
    assert len(parse_words(" ".join(words))) == len(words) == WORDS_DRAWN


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("one two three", []),
        (" ONE  two\tThree ", []),
        ("one too three", [2]),
        ("one three", [2, 3]),
        ("", [1, 2, 3]),
        ("one two three four", [3]),
    ],
)
def test_what_differs_is_named(typed: str, wrong: list[int]) -> None:
    """By its place, and what is right is not asked for again."""
    assert different(typed, WORDS) == wrong
