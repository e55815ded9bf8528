"""Words that nobody compared are remembered until somebody did, and nothing else is taken for them."""

import pytest

from troth import Row
from troth_client.uncompared import UNCOMPARED, row, words_of
from troth_wire.errors import MalformedError

WORDS = (0, 7, 2_047, 7)


def test_words_are_remembered_until_they_are_compared() -> None:
    """They come back as they were; after they were compared, and of any other space, there are none."""
    assert words_of([Row("life", b"", b"x"), row(WORDS)]) == WORDS
    assert words_of([row(None)]) == ()
    assert words_of([]) == ()


@pytest.mark.parametrize("value", [b"", b"\x93\x01\x02\x03", b"\x94\x01\x02\x03\xcd\x08\x00"])
def test_what_are_no_four_words_is_refused(value: bytes) -> None:
    """A row of another shape, of three words or of a number beyond the list, is not read as words."""
    with pytest.raises(MalformedError):
        words_of([Row(UNCOMPARED, b"", value)])
