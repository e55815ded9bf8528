"""What does not count is counted, and no sender can fill the store with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import holding
from troth.holding import HELD, Holding
from troth.step import Held, Step
from troth_wire import codec
from troth_wire.ids import EnvelopeId


@given(st.lists(st.tuples(st.sampled_from(("why", "what")), st.integers(0, 40)), max_size=12))
def test_envelopes_are_kept_within_their_bound(arrived: list[tuple[str, int]]) -> None:
    """Each is counted and said; what has no room leaves its reason and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holding, "HELD_BYTES_MAX", 100)
        held, step = Holding(), Step()
        for number, (why, size) in enumerate(arrived):
            held.hold_envelope(EnvelopeId(bytes([number]) * 32), bytes(size), number, why, step)
    rows = [codec.decode(row.value or b"", lambda item: item, bytes_max=1000) for row in step.save]
    assert [row.table for row in step.save] == [HELD] * len(arrived)
    assert sum(len(kept) for _, _, kept in rows) == held.kept_bytes <= 100
    assert [why for why, _, _ in rows] == [why for why, _ in arrived]
    assert step.tell == [Held(why) for why, _ in arrived]
    again = Holding()
    for row, (why, _, kept) in zip(step.save, rows, strict=True):
        again.count(EnvelopeId(row.key), why, kept)
    assert again == held, "and a start from the rows counts the same"


def test_an_envelope_that_comes_again_is_held_once() -> None:
    """What is read again from its beginning takes no more room, and is not said again."""
    held, step = Holding(), Step()
    for _ in range(3):
        held.hold_envelope(EnvelopeId(bytes(32)), bytes(9), 1, "why", step)
    assert (held.reasons, held.kept_bytes, len(step.save), len(step.tell)) == ({"why": 1}, 9, 1, 1)


def test_a_record_is_held_by_its_reason_alone() -> None:
    """The record stands among the records; nothing is saved twice."""
    held, step = Holding(), Step()
    held.hold("why", step)
    assert (held.reasons, step.save, step.tell) == ({"why": 1}, [], [Held("why")])
