"""What was judged spares the next start its work, and never decides anything: an engine with it is one without it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.test_loading import LIST, again, lived, shown
from troth import Put, guard
from troth import record as records
from troth.crypto import digest
from troth.document import Document, UnappliedError
from troth.engine import FUSE, Group
from troth.filing import RECORDS
from troth.library import Library
from troth.loading import SUSPECT_HELD
from troth.recalling import JUDGED
from troth.record import Kind, Verified
from troth.step import Row, Step
from troth.testing import Device, World
from troth.tidying import tidy
from troth_wire import codec


def without(rows: Iterable[Row], table: str = JUDGED) -> list[Row]:
    """Rows of every other table."""
    return [row for row in rows if row.table != table]


def judged(device: Device) -> list[Row]:
    """What a device has written down."""
    return [row for row in device.store.load() if row.table == JUDGED]


def kept(device: Device) -> list[Row]:
    """All that a device keeps, with all that was judged written down."""
    device._carry_out(tidy(device.engine, 1))
    return device.store.load()


def forgets(step: Step) -> bool:
    """Whether a load lets go of what was written down."""
    return any(row.table == JUDGED and row.value is None for row in step.save)


@given(st.randoms(), st.integers(0, 20))
def test_an_engine_with_it_is_one_without_it(dice: Random, events: int) -> None:
    """Whatever has happened, both show, hold and write the same, put off or not."""
    for device in lived(dice, events).devices.values():
        device.close()
        rows = kept(device)
        late = dice.random() < 0.5
        (one, step), (other, _) = again(device, rows=rows, puts_off=late), again(device, rows=without(rows))
        assert not forgets(step)
        assert shown(one) == shown(other)
        assert one.touched(LIST) == other.touched(LIST)
        assert one.library._shelf(LIST)._past.heads == other.library._shelf(LIST)._past.heads
        told = [made.edit([Group(0, LIST, (Put(("k",), "new"),))]).tell for made in (one, other)]
        assert told[0] == told[1]


def begun(*, edits: int = 3) -> tuple[World, Device, Device]:
    """Two people who have written to each other, each of them with what was judged written down."""
    world = World("ann", "bob")
    ann, bob = world.devices["ann"], world.devices["bob"]
    for number in range(edits):
        ann.edit(LIST, Put(("a",), number))
        world.sync()
        bob.edit(LIST, Put(("b",), number))
        world.sync()
    for device in (ann, bob):
        device.close()
        kept(device)
    return world, ann, bob


def weighed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Watch what the guard is asked."""
    asked: list[Any] = []
    weigh = guard.weigh

    def watch(change: guard.Change, **more: Any) -> Any:
        asked.append(change)
        return weigh(change, **more)

    monkeypatch.setattr(guard, "weigh", watch)
    return asked


def test_nothing_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next start asks the guard nothing of what was written down, and of what came after it all of it."""
    _, ann, _ = begun()
    asked = weighed(monkeypatch)
    again(ann)
    assert asked == []
    ann.edit(LIST, Put(("a",), "after"))
    asked.clear()
    again(ann)
    assert len(asked) == 1


def test_the_portions_of_several_starts_go_on_in_each_other() -> None:
    """Each start writes down what is new, under how many changes there were before."""
    world, ann, bob = begun()
    for number in range(3):
        bob.edit(LIST, Put(("c",), number))
        world.sync()
        ann.restart()
    assert [row.key[16:] for row in judged(ann)] == [number.to_bytes(4, "big") for number in (0, 6, 7, 8)]
    engine, step = again(ann)
    assert not forgets(step)
    assert engine.view(LIST) == {"a": 2, "b": 2, "c": 2}


def test_what_the_records_do_not_bear_out_is_thrown_away() -> None:
    """Where a record is gone, what was written down with it is no past: what is left is judged again, and said so."""
    _, ann, _ = begun()
    rows = ann.store.load()
    last = max(row.key for row in rows if row.table == RECORDS)
    fewer = [row for row in rows if (row.table, row.key) != (RECORDS, last)]
    (engine, step), (other, _) = again(ann, rows=fewer), again(ann, rows=without(fewer))
    assert forgets(step)
    assert shown(engine) == shown(other)
    assert engine.view(LIST) == {"a": 2, "b": 1}


@pytest.mark.parametrize("spoil", ["rules", "a portion", "bytes"])
def test_what_can_not_be_read_is_thrown_away(spoil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By other rules, with a portion missing, or no portion at all: the documents are what they are without it."""
    world, ann, bob = begun()
    bob.edit(LIST, Put(("c",), 1))
    world.sync()
    rows = kept(ann)
    first, *_ = judged(ann)
    match spoil:
        case "rules":
            monkeypatch.setattr(guard, "RULES", 2)
        case "a portion":
            rows = [row for row in rows if row != first]
        case "bytes":
            rows = [replace(row, value=b"words") if row == first else row for row in rows]
    engine, step = again(ann, rows=rows)
    assert forgets(step)
    assert shown(engine) == shown(again(ann, rows=without(rows))[0])
    assert engine.view(LIST) == {"a": 2, "b": 2, "c": 1}


def test_what_comes_to_be_beyond_a_cut_is_judged_again() -> None:
    """A removed device's words beyond its cut stand no more, also where they were written down as standing."""
    world = World("ann", "bob")
    world.add("bob2", by="bob")
    ann, second = world.devices["ann"], world.devices["bob2"]
    second.edit(LIST, Put(("early",), 1))
    world.sync()
    tip = world.devices["bob"].engine.inbox.chains.tip(second.keys.device, second.engine.life)
    assert tip is not None
    second.edit(LIST, Put(("late",), 2))
    world.sync()
    kept(ann)
    before = judged(ann)
    bob = world.devices["bob"]
    bob._carry_out(bob.engine.revoke(second.keys.device, bob.admin, tips=[tip]))
    world.sync()
    engine, step = again(ann, rows=[*without(ann.store.load()), *before])
    assert engine.view(LIST) == {"early": 1}
    assert forgets(step)


@pytest.mark.parametrize("written", [True, False])
def test_what_waits_behind_a_fuse_is_tried_alone(written: bool) -> None:
    """A suspect that is written down goes through the probe as it would have; one that came later does so alone."""
    world, ann, bob = begun()
    if not written:
        bob.edit(LIST, Put(("c",), 1))
        world.sync()
    last = [item.id for item in ann.engine.inbox.chains.proven if item.header.device == bob.keys.device][-1]
    rows = [row for row in ann.store.load() if row.table != FUSE]
    tried: list[int] = []

    def probe(_document: object, _saved: bytes, changes: Sequence[bytes]) -> bool:
        tried.append(len(changes))
        return True

    engine, step = again(ann, probe, [*rows, Row(FUSE, b"", codec.pack([last]))])
    assert tried == [1]
    assert forgets(step) == written
    assert engine.view(LIST) == ann.view(LIST)


def test_what_stops_the_library_is_found_out_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what was written down stops it now, each record of others is tried, and only the culprit is held."""
    _, ann, bob = begun()
    spoilt = [item for item in ann.engine.inbox.chains.proven if item.header.device == bob.keys.device][-1]
    (raw,) = records.changes_in(spoilt)
    merge = Document.merge

    def stop(document: Document, change: bytes) -> None:
        if change == raw:
            raise UnappliedError
        merge(document, change)

    monkeypatch.setattr(Document, "merge", stop)
    engine, step = again(ann, lambda _document, _saved, changes: raw not in changes)
    assert forgets(step)
    assert engine.status().held == {SUSPECT_HELD: 1}
    assert engine.view(LIST) == {"a": 2, "b": 1}


def letter(of: Device, named: Verified, payload: bytes) -> Verified:
    """A record that names the changes of another one of its author's, and holds something else."""
    header = replace(named.header, sequence=99, payload_hash=digest(b"troth/payload", payload))
    return records.sign(header, payload, of.keys.signer)


def test_a_record_that_names_what_it_does_not_hold_bears_nothing_out() -> None:
    """A change is taken from a record that has it, whatever others of its author name it: none can stop a start."""
    _, ann, _ = begun()
    past = ann.engine.library._shelf(LIST)._past
    carriers = [item for item in ann.engine.inbox.chains.proven if item.header.kind == Kind.CHANGES]
    own = carriers[0]
    assert own.header.device == ann.keys.device
    for payload in (b"words", codec.pack([b"words"]), codec.pack([b"a", b"b"])):
        spoilt = letter(ann, own, payload)
        for order in ([spoilt, *carriers], [*carriers, spoilt]):
            library = Library(ann.keys.device, ann.engine.life)
            settled = library.recall(LIST, past, order)
            assert settled == {item.id for item in carriers}
            assert library.view(LIST, ()) == ann.view(LIST)
        assert Library(ann.keys.device, ann.engine.life).recall(LIST, past, [spoilt, *carriers[1:]]) is None


def test_what_somebody_else_names_as_theirs_is_judged() -> None:
    """A record of another author that carries a change bears it out for nobody, and is refused as ever."""
    _, ann, bob = begun()
    past = ann.engine.library._shelf(LIST)._past
    carriers = [item for item in ann.engine.inbox.chains.proven if item.header.kind == Kind.CHANGES]
    own = carriers[0]
    header = replace(own.header, device=bob.keys.device, sequence=99)
    stolen = records.sign(header, own.payload, bob.keys.signer)
    settled = Library(ann.keys.device, ann.engine.life).recall(LIST, past, [stolen, *carriers])
    assert settled == {item.id for item in carriers}
