"""Words in any script pass; what could show other words than were signed does not."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_couple.texts import clean, shown, words
from troth_wire.errors import MalformedError, UsageError

SHORT = words(40)


@pytest.mark.parametrize(
    "text", ["tired", "شكرا لك", "תודה", "e\u0301".replace("e\u0301", "é"), "👩‍👩‍👧", "ไม่เป็นไร", "a\nb", "نعم\u200f!"]
)
def test_words_of_every_script_pass(text: str) -> None:
    """Right-to-left scripts, combined letters, joined emoji and line ends are ordinary words."""
    assert SHORT(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "\n", "a\x1b[31mred", "a\x00", "bell\x07", "a\tb", "a\r\nb", "\x85", "e\u0301", "x" * 41),
        *("abc\u202ecba", "\u2066x", "\ufeffx", "\u2028", "é" * 21, 7, None, b"x", ["x"]),
    ],
)
def test_what_hides_something_is_refused(text: object) -> None:
    """Nothing, escape sequences, turned directions, another normal form and too much are refused."""
    with pytest.raises(MalformedError):
        SHORT(text)


@given(st.text())
def test_what_is_cleaned_can_be_signed(text: str) -> None:
    """Whatever is typed is either told back as impossible, or becomes words in normal form."""
    try:
        plain = clean(text)
    except UsageError:
        plain = ""
    assert plain == normalize("NFC", plain)
    if plain.strip():
        assert words(10_000)(plain) == plain


@given(st.text())
def test_nothing_hides_in_what_is_shown(text: str) -> None:
    """A foreign text on a screen holds no control character and no turned direction."""
    assert not any((ord(c) < 32 and c != "\n") or c in "\x7f\u202e\u2066\u2028" for c in shown(text))
    assert shown("plain words\n") == "plain words\n"
    assert shown("\x1b[2J") == "[001b][2J"


def test_a_writer_is_told_what_is_safe() -> None:
    """What can not be shown is told back, and nothing is lost."""
    with pytest.raises(UsageError, match="Nothing was lost"):
        clean("a\x1b[31m")
    assert clean("a\r\nb\tc") == "a\nb c"
