"""The part on windows, questions, repairs and paces lies in the whole catalogue, and says what must not be misread."""

from troth_app import messages
from troth_app.messages_of_meeting import MEETING


def test_every_sentence_is_in_the_catalogue() -> None:
    """What is said of them is found by its key."""
    assert {key: messages.ENGLISH[key] for key in MEETING} == MEETING


def test_a_pace_is_no_yes() -> None:
    """N13: wherever what is fine for both is shown, this is said."""
    assert MEETING["pace.no_yes"].startswith("This is no yes to anything.")


def test_nothing_needs_a_reason() -> None:
    """Moving on, skipping, not answering, opening again and letting a pace go ask for none, and say so."""
    for key in ("window.answer", "window.skipped", "question.how", "repair.reopened", "pace.lapsed"):
        assert "o reason is needed" in MEETING[key]
