"""Every way to end has a number of the page and words that a person can act on."""

import pytest

from tests.test_specs import name, table
from troth.pairing.ends import End


def test_ends_are_those_of_the_page() -> None:
    """Every end has the number of the page, and there is no other."""
    on_page = {name(row["End"]): int(row["Number"]) for row in table("pairing.md", "End", "Number")}
    assert on_page == {end.name: end.value for end in End}


@pytest.mark.parametrize("end", End)
def test_every_end_says_what_happened_what_is_safe_and_what_to_do(end: End) -> None:
    """People read more than one sentence, and always that nothing was joined."""
    assert end.text.count(".") >= 3
    assert end.text.endswith("Nothing was joined.")
    assert "error" not in end.text.lower()
