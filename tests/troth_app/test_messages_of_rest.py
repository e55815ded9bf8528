"""The part on rest and help lies in the whole table, and promises nothing that a device can not keep."""

from troth_app import messages
from troth_app.messages_of_rest import STEADY


def test_every_sentence_is_in_the_table() -> None:
    """What is said there is found by its key."""
    assert {key: messages.ENGLISH[key] for key in STEADY} == STEADY


def test_whoever_is_afraid_is_told_that_this_is_not_the_right_tool() -> None:
    """In plain words, with where to go, and from which telephone."""
    said = STEADY["support.afraid.1"]
    assert said.startswith("This is not the right tool then")
    assert "that the other person does not use" in said


def test_its_limits_are_said() -> None:
    """What nobody can promise, nobody does."""
    assert [key for key in STEADY if key.startswith("support.limits.")] == ["support.limits.1", "support.limits.2"]
