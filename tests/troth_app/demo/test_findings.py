"""Everything held where nothing was found, and not where anything was."""

import pytest

from troth_app.demo.findings import Outcome, Sighting


def test_nothing_found_means_that_it_held() -> None:
    """Whatever passed and was looked for."""
    assert Outcome(captured=[b"x"], canaries={"a word": b"x"}, stored_bytes=7).held


@pytest.mark.parametrize("what", ["differing", "lost", "forged", "alarms", "sightings"])
def test_one_thing_found_means_that_it_did_not(what: str) -> None:
    """Each of them by itself."""
    found = Sighting("a word", "as it is", "the relay's file") if what == "sightings" else "one"
    assert not Outcome(**{what: [found]}).held  # type: ignore[arg-type]
