"""What is listed reads as people list it."""

import pytest

from troth_app.wording import listed_as, named


@pytest.mark.parametrize(
    ("places", "text"), [([2], "word 2"), ([2, 5], "words 2 and 5"), ([1, 2, 6], "words 1, 2 and 6")]
)
def test_named(places: list[int], text: str) -> None:
    """Places are listed as people list them."""
    assert named(places) == text


def test_listed_as() -> None:
    """Names are listed as people list them."""
    assert [listed_as("abc"[:count]) for count in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
