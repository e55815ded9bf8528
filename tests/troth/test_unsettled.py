"""What the log has not shown waits; what it has shown, and what that builds on, is never made anew."""

from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import LIFE, letters
from troth.filing import RECORDS
from troth.outbox import EDITS, OUTBOX, Outbox
from troth.record import Verified
from troth.step import Row
from troth.unsettled import REMAKE, SHOWN_BEFORE, Unsettled
from troth_wire.ids import Incarnation
from troth_wire.limits import ENVELOPE_BYTES_MIN

OTHER = Incarnation(b"o" * 16)
JOURNAL = b"some edits"


def waiting(records: list[Verified]) -> Unsettled:
    """Records that wait, each with edits of its own."""
    unsettled = Unsettled(Outbox())
    for number, record in enumerate(records):
        unsettled.add(record, number.to_bytes(8, "big"), bytes([number]) * ENVELOPE_BYTES_MIN, JOURNAL)
    return unsettled


@given(st.integers(1, 6), st.data())
def test_what_a_shown_record_builds_on_goes_out_as_it_is(length: int, data: st.DataObject) -> None:
    """Once the log shows a record, what was written before it is not stale any more; what came after still is."""
    records = letters(length)
    shown = data.draw(st.integers(0, length - 1))
    unsettled = waiting(records)
    assert unsettled.is_stale(OTHER)
    assert not unsettled.is_stale(LIFE)
    unsettled.confirm(records[shown].id)
    recalled = {row.key for row in unsettled.recall({}) if row.table == REMAKE}
    assert recalled == {number.to_bytes(8, "big") for number in range(shown + 1, length)}
    assert set(unsettled.outbox.records) == {record.id for record in records[:shown]}


def test_a_recalled_record_leaves_nothing_but_its_edits() -> None:
    """Its rows go, and what it takes to make it anew stays."""
    (record,) = letters(1)
    rows = waiting([record]).recall({})
    key = bytes(8)
    assert {(row.table, row.value is None) for row in rows} == {
        (RECORDS, True),
        (REMAKE, False),
        (OUTBOX, True),
        (EDITS, True),
    }
    assert {row.key for row in rows} == {key}


def test_what_a_lost_log_lacks_is_given_back_once() -> None:
    """Records that the relay lost are offered again, but for those that it shows meanwhile or that wait already."""
    records = letters(3)
    unsettled = waiting(records[:1])
    for number, record in enumerate(records):
        unsettled.miss(record, bytes([number]))
    assert unsettled.lacking
    assert unsettled.copy(records[2].id) is records[2]
    unsettled.confirm(records[1].id)
    assert list(unsettled.give_back()) == [(b"\x02", records[2])]
    assert not unsettled.lacking


def test_what_was_shown_before_is_not_recalled() -> None:
    """A record that a lost log had shown is never made anew."""
    (record,) = letters(1)
    unsettled = Unsettled(Outbox())
    rows = unsettled.add(record, bytes(8), bytes(ENVELOPE_BYTES_MIN), SHOWN_BEFORE)
    assert Row(EDITS, bytes(8), SHOWN_BEFORE) in rows
    assert not unsettled.is_stale(OTHER)
    assert unsettled.recall({}) == []
