"""The part on telling and letters lies in the whole catalogue, and says what must not be misread."""

import re

from troth_app import messages
from troth_app.messages_of_telling import TELLING


def test_every_sentence_is_in_the_catalogue() -> None:
    """What is said of them is found by its key."""
    assert {key: messages.ENGLISH[key] for key in TELLING} == TELLING


def test_nobody_is_asked_to_pardon() -> None:
    """No sentence asks for pardon, presses, praises, or says how somebody is to feel about what they read."""
    words = re.compile(
        r"\b(pardon|excuse me|apolog\w*|accept\w*|please|brave|honest\w*|courage|remind\w*|wait(s|ing) for)\b"
    )
    found = {key for key, text in TELLING.items() if words.search(text.lower())}
    assert found == {"told.none_here"}


def test_that_nobody_learns_of_it_is_said() -> None:
    """R21: whoever tells and whoever opens reads the same of it."""
    for key in ("held.opens", "open.choice", "open.left"):
        assert "obody learns of it" in TELLING[key]


def test_a_sealed_card_says_no_more_than_it_may() -> None:
    """That something is there, at most that it is from the plan, and nothing of what it says."""
    sealed = {key: text for key, text in TELLING.items() if key.startswith("sealed.")}
    assert sealed.keys() == {"sealed.disclosure", "sealed.plan", "sealed.repair_letter"}
    assert all("{" not in text and "when it is good for you" in text for text in sealed.values())
