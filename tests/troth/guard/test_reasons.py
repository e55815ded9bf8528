"""A reason is a sentence's end that a person can read."""

from troth.guard import Refused
from troth.guard.reasons import UnfitError


def test_every_reason_reads_well() -> None:
    """No two reasons say the same, and each goes on where "1 do not count:" stops."""
    assert len({reason.value for reason in Refused}) == len(Refused)
    assert all(reason.value[0].islower() and not reason.value.endswith(".") for reason in Refused)


def test_what_ends_the_reading_knows_its_reason() -> None:
    """The exception inside the walls carries the reason that becomes the verdict."""
    assert UnfitError(Refused.SLOT).reason is Refused.SLOT
