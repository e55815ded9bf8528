"""Records are read as they were saved, alone or many in a row, and none is lost on the way from one to the other."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import letter, letters, spoil
from troth import Put, document_id, filing
from troth.filing import PAGES, RECORDS, Saved, fold, read_saved, row_of
from troth.loading import load
from troth.step import Row
from troth.testing import Device, World, entropy_of, probe_here
from troth.tidying import tidy
from troth_wire.errors import MalformedError
from troth_wire.limits import FILED_RECORD_BYTES_MAX

LIST = document_id("list")


def kept(rows: list[Row], more: list[Row]) -> list[Row]:
    """Rows, once more of them were committed."""
    after = {(row.table, row.key): row for row in (*rows, *more)}
    return [row for row in after.values() if row.value is not None]


@given(st.randoms(), st.integers(0, 12), st.integers(1, 6))
def test_what_is_put_together_is_what_stood_alone(dice: Random, count: int, records_min: int) -> None:
    """Whichever are put together, in whatever order they are named: all are read as before, in their order."""
    all_of_them = [
        Saved(number.to_bytes(8, "big"), dice.random() < 0.5, 0, record) for number, record in enumerate(letters(count))
    ]
    rows = [row_of(one) for one in all_of_them]
    alone = {one.record.id for one in all_of_them}
    for _ in range(3):
        settled = [one for one in all_of_them if one.record.id in alone and dice.random() < 0.7]
        dice.shuffle(settled)
        more, taken = fold(settled, records_min)
        assert taken == ({one.record.id for one in settled} if len(settled) >= records_min else set())
        rows, alone = kept(rows, more), alone - taken
        assert read_saved(dice.sample(rows, len(rows))) == all_of_them
        assert {row.key for row in rows if row.table == RECORDS} == {
            one.key for one in all_of_them if one.record.id in alone
        }


def test_a_page_is_full_at_some_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first, and what is left over waits for the next page."""
    monkeypatch.setattr(filing, "PAGE_RECORDS", 2)
    settled = [Saved(number.to_bytes(8, "big"), False, 0, record) for number, record in enumerate(letters(3))]
    rows, taken = fold(settled[::-1], 1)
    assert taken == {one.record.id for one in settled[:2]}
    assert [row.table for row in rows] == [PAGES, RECORDS, RECORDS]
    assert rows[0].key == settled[0].key


def test_a_large_record_stands_alone() -> None:
    """What has room of its own gains nothing."""
    records = letter(), letter(text=b"x" * FILED_RECORD_BYTES_MAX)
    small, large = (Saved(number.to_bytes(8, "big"), False, 0, record) for number, record in enumerate(records))
    rows, taken = fold([large, small], 1)
    assert taken == {small.record.id}
    assert fold([large], 1) == ([], set())
    assert read_saved(kept([row_of(small), row_of(large)], rows)) == [small, large]


def test_a_row_that_holds_no_record_says_so() -> None:
    """In either table; other tables are not looked at."""
    assert read_saved([Row("other", b"", b"words")]) == []
    for table in (RECORDS, PAGES):
        with pytest.raises(MalformedError):
            read_saved([Row(table, bytes(8), b"words")])


def lived() -> tuple[World, Device, Device]:
    """Two people who wrote to each other, one of whom still has something to send."""
    world = World("ann", "bob")
    ann, bob = world.devices["ann"], world.devices["bob"]
    for number in range(3):
        ann.edit(LIST, Put(("a",), number))
        world.sync()
        bob.edit(LIST, Put(("b",), number))
        world.sync()
    ann.cut()
    ann.edit(LIST, Put(("a",), "waits"))
    return world, ann, bob


def tables(device: Device) -> list[str]:
    """The tables of a device's records."""
    return [row.table for row in device.store.load() if row.table in (PAGES, RECORDS)]


def test_what_waits_for_the_relay_stands_alone() -> None:
    """What may be taken back stays a row of its own, and is put together once a log has shown it."""
    world, ann, bob = lived()
    ann._carry_out(tidy(ann.engine, 2**32, 2))
    assert tables(ann) == [PAGES, RECORDS]
    ann.restart(moved=True)
    world.sync()
    assert bob.view(LIST) == ann.view(LIST) == {"a": "waits", "b": 2}
    before = ann.store.load()
    ann._carry_out(tidy(ann.engine, 2**32, 1))
    assert RECORDS not in tables(ann)
    engine, _ = load(ann.store.load(), entropy=entropy_of("again"), probe=probe_here)
    assert [one._replace(position=0) for one in read_saved(before)] == read_saved(ann.store.load())
    assert engine.view(LIST) == ann.view(LIST)
    assert engine.writer.arrivals == ann.engine.writer.arrivals
    assert engine.writer.remembered == ann.engine.writer.remembered
    assert tidy(engine, 2**32, 1).save == []


def test_what_nothing_proves_stands_alone() -> None:
    """Where a record stood in the log is still asked for then, and a page does not say it."""
    _, ann, _ = lived()
    unproven = letters(2)[1]
    step = tidy(ann.engine, 2**32, 2**32)
    ann.engine.writer.keep(unproven, 7, step, own=False)
    ann.store.commit(step.save)
    ann._carry_out(tidy(ann.engine, 2**32, 1))
    assert [one.position for one in read_saved(ann.store.load()) if one.record.id == unproven.id] == [7]


def test_a_copy_that_came_once_more_takes_nothing_along() -> None:
    """A second copy of a record that stands first in a page goes into another page, and leaves that one as it is."""
    _, ann, _ = lived()
    ann._carry_out(tidy(ann.engine, 2**32, 2))
    before = read_saved(ann.store.load())
    (page,) = [row for row in ann.store.load() if row.table == PAGES]
    first = before[0]
    ann.store.commit([row_of(first._replace(key=bytes(8), record=spoil(first.record)))])
    ann.restart()
    ann.connect()
    while ann.pump():
        pass
    ann._carry_out(tidy(ann.engine, 2**32, 1))
    assert page in ann.store.load()
    assert {one.record.id for one in read_saved(ann.store.load())} == {one.record.id for one in before}
