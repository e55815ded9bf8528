"""Whatever does not count has a reason that a reader understands."""

from troth_couple.messages import ENGLISH, key_of
from troth_couple.verdict import Held, Reason


def test_every_reason_has_words() -> None:
    """Each reason has a sentence of its own, and no two mean the same."""
    assert {key_of(reason) for reason in Reason} <= ENGLISH.keys()
    assert len({reason.value for reason in Reason}) == len(Reason)


def test_a_value_that_is_no_entry_is_held_without_one() -> None:
    """What could not be read is kept by its key alone."""
    assert Held("junk", Reason.NO_ENTRY).entry is None
