"""The part on being safe from another lies in the whole catalogue, and blames nobody."""

from troth_app import messages
from troth_app.messages_of_safety import SAFETY


def test_every_sentence_is_in_the_catalogue() -> None:
    """What is said of it is found by its key."""
    assert {key: messages.ENGLISH[key] for key in SAFETY} == SAFETY


def test_why_another_passphrase_is_asked_for() -> None:
    """R19: it is said calmly that somebody knows the old one, and what becomes of what they have."""
    assert "knows the passphrase that you typed" in SAFETY["prepared.why"]
    assert "nothing that they know or kept opens it" in SAFETY["prepared.why"]
