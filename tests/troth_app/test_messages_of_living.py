"""The part on words, people who help, practices, days and the year lies in the whole catalogue, and counts nothing."""

import re

from troth_app import messages
from troth_app.messages_of_living import LIVING


def test_every_sentence_is_in_the_catalogue() -> None:
    """What is said of them is found by its key."""
    assert {key: messages.ENGLISH[key] for key in LIVING} == LIVING


def test_nothing_is_counted_or_missed() -> None:
    """N5, N6, N10: no sentence has a place for a number, a row of days, or what somebody did not do."""
    words = re.compile(r"\b(days? in a row|streaks?|times|so far|late|behind|remind|count|percent|goal|target)\b")
    assert [key for key, text in LIVING.items() if words.search(text.lower())] == []
    assert [key for key, text in LIVING.items() if "{count}" in text or "{number}" in text] == []
