"""Own words become records in the order of their row keys, and all that is written waits for the relay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, document_id, inbox
from troth.filing import RECORDS
from troth.loading import load
from troth.outbox import EDITS, OUTBOX
from troth.step import Step
from troth.testing import Device, World, entropy_of, probe_here
from troth_wire.errors import UsageError
from troth_wire.ids import ChangeHash, RecordId

LIST = document_id("list")


@given(st.lists(st.sampled_from((1, 30_000, 100_000)), min_size=1, max_size=4))
def test_every_change_is_in_one_record_that_waits(sizes: list[int]) -> None:
    """However large an edit is: its changes are shared out, and each record is saved, sealed and queued once."""
    device = World("ann").devices["ann"]
    writer, step = device.engine.writer, Step()
    made: list[bytes] = []
    for number, size in enumerate(sizes):
        texts = ["x" * min(size, 50_000) for _ in range(0, size, 50_000)]
        made += writer.make(device.engine.library, LIST, [(Put((f"k{number}",), texts),)], step).changes
    carried = [change for record in device.engine.outbox.records for change in carried_by(device, record)]
    assert len(carried) == len(made)
    tables = [row.table for row in step.save]
    assert tables.count(RECORDS) == tables.count(OUTBOX) == tables.count(EDITS) == len(device.engine.outbox)
    keys = [row.key for row in step.save if row.table == RECORDS]
    assert keys == sorted(set(keys))
    device.store.commit(step.save)
    engine, _ = load(device.store.load(), entropy=entropy_of("again"), probe=probe_here)
    assert engine.view(LIST) == device.view(LIST)
    assert engine.writer.remembered == writer.remembered
    assert engine.writer.arrivals == writer.arrivals


def carried_by(device: Device, record: RecordId) -> tuple[ChangeHash, ...]:
    """The changes that a record in the outbox names."""
    copy = device.engine.unsettled.copy(record)
    assert copy is not None
    return copy.header.changes


def test_what_nobody_would_count_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the lives and documents that count for a device its edits are refused, and not shown to it alone."""
    device = World("ann").devices["ann"]
    device.edit(LIST, Put(("a",), 1))
    monkeypatch.setattr(inbox, "DEVICE_DOCUMENTS_MAX", 1)
    device.edit(LIST, Put(("a",), 2))
    with pytest.raises(UsageError, match="documents"):
        device.edit(document_id("another"), Put(("a",), 1))
    monkeypatch.setattr(inbox, "DEVICE_INCARNATIONS_MAX", 1)
    device.edit(LIST, Put(("a",), 3))
    device.restart(moved=True)
    with pytest.raises(UsageError, match="started over"):
        device.edit(LIST, Put(("a",), 4))
