"""A bound in bytes is said in letters, and a text that is cut is all there."""

import pytest

from troth_app.lengths import beyond, fitting, pieces


@pytest.mark.parametrize("text", ["", "a", "abcdef", "üüü", "aü🙂b", "\ud800x"])
def test_letters_that_fit(text: str) -> None:
    """As many as the bytes hold, and none in part; the rest is what there is too much of."""
    for room in range(20):
        fits = fitting(text, room)
        assert len(text[:fits].encode(errors="replace")) <= room
        assert fits == len(text) or len(text[: fits + 1].encode(errors="replace")) > room
        assert beyond(text, room) == len(text) - fits


@pytest.mark.parametrize("text", ["", "a", "one two three", "one\ntwo three", "üüüüüüüü", "🙂🙂🙂🙂"])
def test_pieces_are_the_whole(text: str) -> None:
    """Each fits, nothing is left out, and a word stays whole where it can."""
    found = list(pieces(text, 8))
    assert "".join(found) == text
    assert all(0 < len(piece.encode()) <= 8 for piece in found)
    assert list(pieces("one two three", 8)) == ["one two ", "three"]
