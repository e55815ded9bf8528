"""Numbers and nouns agree."""

import pytest

from troth_app.wording import counted, listed_as, named


@pytest.mark.parametrize(("count", "text"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")])
def test_counted(count: int, text: str) -> None:
    """One is one, and everything else is many."""
    assert counted(count, "entry", "entries") == text


@pytest.mark.parametrize(
    ("places", "text"), [([2], "word 2"), ([2, 5], "words 2 and 5"), ([1, 2, 6], "words 1, 2 and 6")]
)
def test_named(places: list[int], text: str) -> None:
    """Places are listed as people list them."""
    assert named(places) == text


def test_listed_as() -> None:
    """Names are listed as people list them."""
    assert [listed_as("abc"[:count]) for count in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
