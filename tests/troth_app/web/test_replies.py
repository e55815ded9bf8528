"""An address has a first part that says which page, and a rest that says of what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_app.web.replies import See


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", ("", "")),
        ("/2", ("2", "")),
        ("/2/", ("2", "")),
        ("/2/ab12", ("2", "ab12")),
        ("//2//x", ("2", "/x")),
        ("/step/3", ("step", "3")),
    ],
)
def test_an_address_has_two_parts(path: str, place: tuple[str, str]) -> None:
    """The first one names the page."""
    assert See(path, "").place == place


@given(path=st.text())
def test_every_address_has_them(path: str) -> None:
    """Also one that nobody made."""
    first, _ = See(path, "").place
    assert "/" not in first
