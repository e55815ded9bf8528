"""The part on agreements lies in the whole catalogue, and no key of it stands anywhere else."""

from troth_app import messages, messages_of_agreeing
from troth_app.messages_of_agreeing import AGREEING, CONSENT, EXAMPLES, PROPOSING


def test_every_sentence_is_in_the_catalogue_once() -> None:
    """What is said of agreements is found by its key, and no other table has that key."""
    parts = [AGREEING, CONSENT, EXAMPLES, PROPOSING]
    keys = [key for part in parts for key in part]
    assert len(set(keys)) == len(keys)
    assert all(messages.ENGLISH[key] == text for part in parts for key, text in part.items())
    assert messages_of_agreeing.__all__ == ["AGREEING", "CONSENT", "EXAMPLES", "PROPOSING"]


def test_no_key_stands_in_two_tables() -> None:
    """A sentence that two tables name would be said by the later one."""
    tables = [
        value
        for name, value in vars(messages).items()
        if isinstance(value, dict) and name.isupper() and name != "ENGLISH"
    ]
    assert sum(map(len, tables)) == len(messages.ENGLISH)


def test_a_yes_is_for_one_text() -> None:
    """What is offered says which text it is for, and how exactly."""
    assert "exactly this text" in CONSENT["assent.yes"]
