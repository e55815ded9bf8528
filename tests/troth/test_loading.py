"""What an engine is made of again is what it was; what is suspect is tried elsewhere, and what is damaged is said."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, Splice, Text, document_id
from troth import engine as ring
from troth.archive import Archive
from troth.cuts import Cut
from troth.document import Document, PoisonedError
from troth.engine import Engine, Group
from troth.filing import read_saved
from troth.loading import SUSPECT_HELD, begin, load
from troth.membership import Members
from troth.outbox import EDITS, OUTBOX
from troth.ports import Probe
from troth.record import Verified
from troth.roll import Roll
from troth.step import Held, Rebuild, RefusedEdit, Row, Step
from troth.testing import Device, World, entropy_of, probe_here
from troth.unsettled import REMAKE, UNMADE
from troth_wire import messages
from troth_wire.errors import DamagedError
from troth_wire.ids import DocumentId, OperationId
from troth_wire.limits import ENVELOPE_BYTES_MIN, PAGE_RECORDS
from troth_wire.messages import Push, Reason

LIST = document_id("list")
NAMES = ("ann", "bob", "ann2")


def again(
    device: Device, probe: Probe = probe_here, rows: Iterable[Row] | None = None, *, puts_off: bool = False
) -> tuple[Engine, Step]:
    """Make another engine from the rows of a device's store."""
    kept = device.store.load() if rows is None else rows
    return load(kept, entropy=entropy_of("again"), probe=probe, puts_off=puts_off)


def shown(engine: Engine) -> dict[str, Any]:
    """What a person can see of an engine, and what it still has to send."""
    status = engine.status()
    return {
        "view": engine.view(LIST),
        "documents": engine.library.documents,
        "waiting": (status.waiting, status.waiting_bytes, engine.outbox.records),
        "read": status.read,
        "parked": status.parked,
        "held": status.held,
        "trouble": (status.disputed, status.elsewhere, status.forks),
        "members": engine.inbox.members.person_of,
        "life": engine.life,
    }


def lived(dice: Random, events: int) -> World:
    """A world in which some things have happened, and some went wrong."""
    world = World("ann", "bob")
    world.add("ann2", by="ann")
    world.devices["ann"].edit(LIST, Put(("t",), Text("hello")))
    world.sync()
    for number in range(events):
        device = world.devices[dice.choice(NAMES)]
        match dice.randrange(9):
            case 0 | 1 | 2:
                device.edit(LIST, Put((f"k{number % 4}",), number), Splice(("t",), -1, 0, "x"))
            case 3:
                device.connect()
            case 4:
                device.pump(dice.choice((None, 1, 2)))
            case 5:
                device.cut()
            case 6:
                world.sync(device.name)
            case 7:
                device.restart(moved=dice.random() < 0.5)
            case 8:
                world.relay.logs[world.mailbox].append(dice.randbytes(ENVELOPE_BYTES_MIN))
    return world


@given(st.randoms(), st.integers(0, 20))
def test_what_is_loaded_is_what_was_running(dice: Random, events: int) -> None:
    """Whatever has happened, an engine made from the rows shows and holds what the running one does."""
    for device in lived(dice, events).devices.values():
        device.close()
        engine, step = again(device)
        assert shown(engine) == shown(device.engine)
        assert step.send == [], "loading says nothing to anyone"
        assert not any(isinstance(event, Rebuild) for event in step.tell)


@given(st.randoms(), st.integers(0, 20))
def test_what_was_put_off_is_what_was_running(dice: Random, events: int) -> None:
    """An engine whose documents are still to be built says, shows and writes what one does that has them."""
    for device in lived(dice, events).devices.values():
        device.close()
        engine, _ = again(device, puts_off=True)
        touched = engine.touched(LIST)
        assert shown(engine) == shown(device.engine)
        assert touched == device.engine.touched(LIST)
        late, prompt = (
            made.edit([Group(0, LIST, (Put(("k",), "new"),))]).tell
            for made in (again(device, puts_off=True)[0], again(device)[0])
        )
        assert late == prompt


@given(st.randoms(), st.integers(0, 12))
def test_nothing_is_sent_before_the_log_was_read(dice: Random, events: int) -> None:
    """An engine that was just loaded pushes nothing, edits or not, until a link has read the log to its end."""
    world = lived(dice, events)
    device = world.devices["ann"]
    device.edit(LIST, Put(("waits",), 1))
    engine, _ = again(device)
    assert engine.edit([Group(0, LIST, (Put(("more",), 1),))]).send == []
    assert engine.connect("relay.test:443").send == []
    assert engine.tick(1e9).send == []
    device.restart()
    for _ in range(200):
        # What was not sent by an earlier life is made anew on the way, and that costs the link.
        device.connect()
        before = len(world.relay.wire)
        device.pump(1)
        ready = device.engine.line.caught_up
        pushed = any(isinstance(messages.parse(frame), Push) for frame in world.relay.wire[before:])
        assert ready or not pushed
        if ready:
            return
    raise AssertionError("the device does not come to the end of the log")


def poisonous(*changes: bytes) -> Probe:
    """A probe that does not survive any of these changes."""

    def probe(document: DocumentId, saved: bytes, tried: Sequence[bytes]) -> bool:
        return not set(changes) & set(tried) and probe_here(document, saved, tried)

    return probe


def met() -> tuple[World, list[bytes]]:
    """Ann has five changes of Bob's that she was applying when her process died."""
    world = World("ann", "bob")
    world.sync()
    bob = world.devices["bob"]
    for number in range(5):
        bob.edit(LIST, Put((f"k{number}",), number))
        bob.edit(document_id(f"own {number}"), Put(("k",), number))
    world.sync("bob")
    ann = world.devices["ann"]
    ann.connect()
    while ann.pump():
        pass
    library = bob.engine.library
    return world, [
        change.raw_bytes
        for number in range(5)
        for change in library._shelf(document_id(f"own {number}"))._document._document.get_changes([])
    ]


@given(st.sets(st.integers(0, 4)))
def test_what_the_probe_does_not_survive_is_held_alone(poison: set[int]) -> None:
    """Of what was being applied, exactly the records that kill the probe are held, for good, and the others stand."""
    world, changes = met()
    ann = world.devices["ann"]
    engine, step = again(ann, poisonous(*(changes[number] for number in poison)))
    for number in range(5):
        assert engine.view(document_id(f"own {number}")) == ({} if number in poison else {"k": number})
        assert engine.view(LIST, (f"k{number}",)) == number
    assert engine.status().held == ({SUSPECT_HELD: len(poison)} if poison else {})
    assert step.tell.count(Held(SUSPECT_HELD)) == len(poison)
    ann.store.commit(step.save)
    after, quiet = again(ann)
    assert shown(after) == shown(engine), "it stays held though the probe would say yes by now"
    assert quiet.tell == []


def test_without_a_fuse_nothing_is_tried() -> None:
    """After a clean end no probe is started."""
    world, _ = met()
    ann = world.devices["ann"]
    ann.store.commit(ann.engine.close().save)

    def never(*_: object) -> bool:
        raise AssertionError

    engine, _ = again(ann, never)
    assert shown(engine) == shown(ann.engine)


def test_what_only_waits_is_no_suspect() -> None:
    """A record that was under the fuse and waits for its cause is not held for it, and counts when the cause comes."""
    world = World("ann", "bob")
    bob, ann = world.devices["bob"], world.devices["ann"]
    bob.edit(LIST, Put(("k",), 1))
    bob.edit(LIST, Put(("k",), 2))
    world.sync("bob")
    log = world.relay.logs[world.mailbox]
    log.reverse()
    ann.connect()
    for _ in range(3):
        ann.pump(1)
    assert ann.engine.library.waiting == 1
    engine, step = again(ann)
    assert (step.tell, engine.library.waiting, engine.status().held) == ([], 1, {})
    ann.restart()
    world.sync("ann")
    assert ann.view(LIST) == {"k": 2}


def stop_at(change: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a change stop the library whenever it is applied."""
    merge = Document.merge

    def stop(document: Document, raw: bytes) -> None:
        if raw == change:
            raise PoisonedError
        merge(document, raw)

    monkeypatch.setattr(Document, "merge", stop)


def test_an_old_record_that_stops_the_library_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something taken in long ago stops the library, it is found with the probe and held, and the rest loads."""
    world, changes = met()
    ann = world.devices["ann"]
    ann.edit(LIST, Put(("mine",), 1))
    ann.store.commit(ann.engine.close().save)
    stop_at(changes[2], monkeypatch)
    engine, step = again(ann)
    assert engine.status().held == {SUSPECT_HELD: 1}
    assert engine.view(document_id("own 2")) == {}
    assert engine.view(document_id("own 3")) == {"k": 3}
    assert engine.view(LIST) == ann.engine.view(LIST)
    ann.store.commit(step.save)
    assert shown(again(ann)[0]) == shown(engine)


def test_what_stops_a_library_that_was_put_off_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put off stops the library later, at every look; made again without that, the record is held."""
    world, changes = met()
    ann = world.devices["ann"]
    ann.store.commit(ann.engine.close().save)
    stop_at(changes[2], monkeypatch)
    engine, _ = again(ann, puts_off=True)
    assert engine.status().held == {}
    assert not engine.library.bring_in(0)
    with pytest.raises(PoisonedError):
        engine.library.bring_in(100)
    (told,) = engine.edit([Group(0, document_id("own 2"), (Put(("k",), 1),))]).tell
    assert isinstance(told, Rebuild)
    assert again(ann)[0].status().held == {SUSPECT_HELD: 1}


def test_what_was_being_applied_is_not_put_off() -> None:
    """Under a fuse documents are built at once, so that the fuse goes only when what it marks was applied."""
    ann = met()[0].devices["ann"]
    engine, step = again(ann, puts_off=True)
    assert [row for row in step.save if row.table == ring.FUSE] == [Row(ring.FUSE, b"", None)]
    assert all(not shelf._put_off for shelf in engine.library._shelves.values())


@pytest.mark.parametrize("removed", [False, True])
def test_many_records_are_put_away(monkeypatch: pytest.MonkeyPatch, *, removed: bool) -> None:
    """What is loaded takes little room, unless a device was removed: then all of it is asked for at once."""
    away: list[int] = []
    put = Archive.put

    def note(archive: Archive, batch: Sequence[Verified]) -> range:
        away.append(len(batch))
        return put(archive, batch)

    monkeypatch.setattr(Archive, "put", note)
    world = World("ann")
    ann = world.devices["ann"]
    world.add("ann2", by="ann")
    for number in range(PAGE_RECORDS + 1):
        ann.edit(LIST, Put(("a",), number))
    world.sync()
    if removed:
        world.revoke("ann2", by="ann")
    away.clear()
    engine, _ = again(ann)
    assert away == ([] if removed else [PAGE_RECORDS])
    assert set(engine.inbox.chains.proven) == set(ann.engine.inbox.chains.proven)


def test_an_own_record_that_stops_the_library_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing own is ever held: if it can not be applied, the person is told, and the rows stay as they are."""
    world, _ = met()

    def stop(_document: Document, _raw: bytes) -> None:
        raise PoisonedError

    monkeypatch.setattr(Document, "merge", stop)
    with pytest.raises(DamagedError, match="Nothing was changed"):
        again(world.devices["bob"])


def test_what_was_never_sent_is_made_anew() -> None:
    """After a move what the log never showed is written again under the new life, in its order, and only once."""
    world = World("ann", "bob")
    world.sync()
    ann = world.devices["ann"]
    ann.cut()
    for word in ("one ", "two ", "three"):
        ann.edit(LIST, *([Put(("t",), Text(""))] if word == "one " else []), Splice(("t",), -1, 0, word))
    before = ann.engine.life
    ann.restart(moved=True)
    assert ann.engine.life != before
    world.sync()
    for device in world.devices.values():
        assert device.view(LIST) == {"t": "one two three"}
    lives = {header.incarnation for header in (record.header for record in _own(ann))}
    assert lives == {ann.engine.life}
    ann.close()
    assert not [row for row in ann.store.load() if row.table in (REMAKE, OUTBOX, EDITS)]


def _own(device: Device) -> list[Any]:
    return [saved.record for saved in read_saved(device.store.load()) if saved.own]


def test_what_can_not_be_made_anew_is_kept() -> None:
    """An unsent edit that no longer fits is told as held, and its text stays in the store."""
    world = World("ann", "bob")
    ann, bob = world.devices["ann"], world.devices["bob"]
    ann.edit(LIST, Put(("l",), ["x"]))
    world.sync()
    ann.cut()
    ann.edit(LIST, Put(("l", 0), "my words"))
    bob.edit(LIST, Put(("l",), []))
    world.sync("bob")
    ann.restart(moved=True)
    world.sync()
    assert ann.view(LIST) == bob.view(LIST) == {"l": []}
    assert any(isinstance(event, Held) and "kept" in event.why for event in ann.told)
    assert not any(isinstance(event, RefusedEdit) for event in ann.told), "nobody waits for this ticket any more"
    assert any(row.table == UNMADE and b"my words" in (row.value or b"") for row in ann.store.load())


def test_what_a_lost_log_had_shown_survives_a_move() -> None:
    """Records that a lost log once showed go out again as they were, also after the vault was moved meanwhile."""
    world = World("ann", "bob")
    ann, bob = world.devices["ann"], world.devices["bob"]
    ann.edit(LIST, Put(("x",), 1))
    ann.edit(LIST, Put(("y",), 1))
    world.sync()
    world.relay.roll_back(world.mailbox, 1)
    ann.cut()
    bob.cut()
    world.relay.refuse_pushes = Reason.QUOTA
    world.sync("ann")
    ann.restart(moved=True)
    world.relay.refuse_pushes = None
    world.sync()
    assert ann.view(LIST) == bob.view(LIST) == {"x": 1, "y": 1}
    assert ann.engine.status().waiting == 0
    assert not ann.engine.elsewhere


@given(st.randoms(), st.integers(0, 12), st.integers(1, 4))
def test_missing_rows_are_no_crash(dice: Random, events: int, losses: int) -> None:
    """Whatever rows are missing, loading works or says that the vault is damaged, and nothing else."""
    world = lived(dice, events)
    device = world.devices[dice.choice(NAMES)]
    rows = device.store.load()
    for _ in range(min(losses, len(rows))):
        rows.pop(dice.randrange(len(rows)))
    with suppress(DamagedError):
        engine, _ = again(device, rows=rows)
        assert engine.status().sentences()
        assert engine.edit([Group(0, LIST, (Put(("k",), "new"),))]).save


@given(st.randoms(), st.integers(0, 12), st.binary(max_size=40))
def test_spoilt_rows_are_no_crash(dice: Random, events: int, junk: bytes) -> None:
    """Whatever a row holds instead of what was written, loading works or says that the vault is damaged."""
    world = lived(dice, events)
    device = world.devices[dice.choice(NAMES)]
    rows = device.store.load()
    place = dice.randrange(len(rows))
    value = rows[place].value or b""
    cut = dice.randint(0, len(value))
    spoilt = dice.choice((junk, value[:cut], value[:cut] + junk + value[cut + len(junk) :], value + junk))
    rows[place] = Row(rows[place].table, rows[place].key, spoilt)
    with suppress(DamagedError):
        assert again(device, rows=rows)[0].status().sentences()


def test_an_empty_store_is_damaged() -> None:
    """A store that holds nothing is no space; it says so instead of making one up."""
    with pytest.raises(DamagedError, match="Keep the file"):
        load([], entropy=entropy_of("x"), probe=probe_here)


def test_a_store_begins_with_who_and_which_life() -> None:
    """The first rows hold the identity and a fresh life, and an engine can be made from them alone."""
    identity = World("ann").devices["ann"].engine.identity
    one, two = (begin(identity, entropy_of(seed)) for seed in "ab")
    assert [row.table for row in one] == [ring.IDENTITY, ring.LIFE]
    assert one[1].value != two[1].value
    engine, step = load(one, entropy=entropy_of("x"), probe=probe_here)
    assert (engine.identity, step) == (identity, Step())


@pytest.mark.parametrize("built_on", [False, True])
def test_a_cut_keeps_what_it_names_and_what_others_built_on(monkeypatch: pytest.MonkeyPatch, built_on: bool) -> None:
    """Loaded with a cut, documents hold what is at or below it, and beyond it only what others have in their past."""
    world = World("ann", "bob")
    ann, bob, lost = world.devices["ann"], world.devices["bob"], world.add("ann2", by="ann")
    world.sync()
    tips = []
    for word in ("one", "two"):
        lost.edit(LIST, Put((word,), 1))
        tips += lost.engine.inbox.chains.tips(lost.keys.device)
    world.sync()
    if built_on:
        ann.edit(LIST, Put(("three",), 1))
    world.sync()
    cut = Cut(OperationId(b"o" * 32), by_words=False, tips=(tips[0],))
    members = Roll.members

    def cut_off(roll: Roll) -> Members:
        return replace(members(roll), cuts={lost.keys.device: cut})

    monkeypatch.setattr(Roll, "members", cut_off)
    engine, step = again(bob)
    assert engine.view(LIST) == ({"one": 1, "two": 1, "three": 1} if built_on else {"one": 1})
    assert not any(isinstance(event, Rebuild) for event in step.tell)


def test_a_removal_that_is_made_anew_cuts_at_once() -> None:
    """A removal that never went out is made anew after a move, and what it cuts off is gone without another restart."""
    world = World("ann", "bob")
    ann, lost = world.devices["ann"], world.add("ann2", by="ann")
    world.sync()
    lost.edit(LIST, Put(("kept",), 1))
    world.sync()
    ann.cut()
    world.revoke("ann2", by="ann")
    lost.edit(LIST, Put(("late",), 1))
    world.sync("ann2", "bob")
    ann.restart(moved=True)
    world.sync("ann", "bob")
    assert ann.view(LIST) == world.devices["bob"].view(LIST) == again(ann)[0].view(LIST) == {"kept": 1}
