"""Own words that fell are made anew once: not while they may still go out, not twice, and not where they stand."""

from collections.abc import Iterator
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.clones import Clone
from troth import Forked, Insert, Put, Renewed, Splice, Text, document_id
from troth.edits import Edit
from troth.filing import read_saved
from troth.forks import Known
from troth.library import Library
from troth.mending import ORIGINS, RENEWED, Mending
from troth.step import Row
from troth.testing import Crash, Device, World
from troth.unsettled import UNMADE
from troth_wire.ids import ActorId, ChangeHash, DocumentId

LIST = document_id("list")
NAMES = ("ann", "bob", "ann2")
A, B, C, D = (ChangeHash(name * 32) for name in (b"a", b"b", b"c", b"d"))


class Shelves:
    """Documents of which only what fell and what stands is asked."""

    def __init__(self, fallen: tuple[ChangeHash, ...], standing: tuple[ChangeHash, ...] = ()) -> None:
        self._fallen = fallen
        self._standing = standing

    def fallen(self) -> list[Any]:
        """What fell."""
        return [(LIST, [Known(change, ActorId(bytes(16)), 1, ()) for change in self._fallen])]

    def stands(self, _: DocumentId, change: ChangeHash) -> bool:
        """Whether it stands."""
        return change in self._standing

    def knows(self, _: DocumentId, change: ChangeHash) -> bool:
        """Whether it is here."""
        return change in (*self._standing, *self._fallen)


def due(mending: Mending, *fallen: ChangeHash, standing: tuple[ChangeHash, ...] = (), unshown: Any = ()) -> Any:
    """What is to be made anew."""
    library = cast(Library, Shelves(fallen, standing))
    return [change for _, changes in mending.due(library, unshown) for change in changes]


def test_what_fell_is_due_once() -> None:
    """What was made anew is not due again, not what no log has shown, and not what another store wrote."""
    mending = Mending()
    assert due(mending, A, B, C) == [A, B, C]
    assert mending.note(A, [D]) == [Row(RENEWED, A, b""), Row(ORIGINS, D, A)]
    mending.meet(cast(Library, Shelves((A, B))), LIST, [B, C])
    assert due(mending, A, B, C) == [B], "C was written elsewhere; B was here before, so it is its own"
    assert due(mending, A, B, C, unshown={B}) == []


def test_what_stands_again_needs_no_other() -> None:
    """What was made for a change that came to stand again is not due, at however many removes; else it is."""
    mending = Mending()
    mending.note(A, [B])
    mending.note(B, [C])
    assert due(mending, A, B, C) == [C]
    assert due(mending, B, C, standing=(A,)) == []
    assert due(mending, A, C, standing=(B,)) == []
    assert mending.stands(cast(Library, Shelves((), (A,))), LIST, B)


def test_what_never_went_out_is_forgotten() -> None:
    """A change that stands again, and whose second making nobody has seen, may be made anew if it falls once more."""
    mending = Mending()
    mending.note(A, [B])
    assert mending.forget(A) == [Row(RENEWED, A, None)]
    assert due(mending, A) == [A]


def family() -> World:
    """Two persons, one with two devices, in sync."""
    world = World("ann", "bob")
    world.add("ann2", by="ann")
    world.devices["ann"].edit(LIST, Put(("m",), {}), Put(("l",), []), Put(("t",), Text("")))
    world.sync()
    return world


def word(name: str) -> tuple[Edit, ...]:
    """Edits that put one word into a map, a list and a text."""
    return Put(("m", name), 1), Insert(("l",), -1, name), Splice(("t",), -1, 0, f"{name}.")


def words(device: Device) -> list[str]:
    """The words that a device shows: the same in the map, in the list and in the text, each once."""
    view = device.view(LIST)
    assert sorted(view["m"]) == sorted(view["l"]) == sorted(filter(None, str(view["t"]).split(".")))
    return sorted(view["m"])


def smaller(clone: Clone, device: Device, *, than: int) -> bytes:
    """An envelope of the clone whose change has a smaller hash than the device's last ones: only a name helps those."""
    for number in range(1000):
        (sealed,) = clone.write(LIST, word(f"hostile{number}"))
        if clone.change_in(sealed, device) < min(own_changes(device)[-than:]):
            return sealed
    raise AssertionError("no smaller hash was found")


def own_changes(device: Device) -> list[ChangeHash]:
    """The changes that a device wrote, in order."""
    mine = device.engine.writer.remembered
    found = (saved.record for saved in read_saved(device.store.load()))
    return [change for record in found if record.id in mine for change in record.header.changes]


@given(st.integers(0, 2**32).map(Random), st.integers(4, 16))
def test_whatever_a_copied_key_does_no_word_is_lost(dice: Random, events: int) -> None:
    """Copies of a device fork it again and again, devices come and go: all show the same, and every word, once."""
    world, clones, written = family(), [], set()
    for number in range(events):
        device = world.devices[dice.choice(NAMES)]
        match dice.randrange(8):
            case 0 | 1:
                device.edit(LIST, *word(f"w{number}"))
                written.add(f"w{number}")
            case 2:
                clones.append(Clone(world, world.devices["ann2"]))
            case 3 | 4 if clones:
                dice.choice(clones).push(LIST, *(word(f"x{number}-{step}") for step in range(dice.randint(1, 3))))
            case 5:
                device.cut()
            case 6:
                device.connect()
                device.pump(dice.choice((None, 1, 3)))
            case 7:
                shown = device.view(LIST)
                device.restart(moved=dice.random() < 0.3)
                assert device.view(LIST) == shown
    for device in world.devices.values():
        device.cut()
    world.sync()
    shown = [words(device) for device in world.devices.values()]
    assert shown[0] == shown[1] == shown[2]
    assert written <= set(shown[0])
    for device in world.devices.values():
        assert device.engine.status().waiting == 0
        view, fallen = device.view(LIST), device.engine.status().lost
        device.restart()
        assert (device.view(LIST), device.engine.status().lost) == (view, fallen)


def stolen() -> tuple[World, bytes]:
    """Ann's second device has written two words that nobody has built on; the log holds what displaces them."""
    world = family()
    ann2 = world.devices["ann2"]
    clone = Clone(world, ann2)
    for device in world.devices.values():
        device.cut()
    ann2.edit(LIST, *word("one"))
    ann2.edit(LIST, *word("two"))
    world.sync("ann2")
    return world, smaller(clone, ann2, than=2)


def test_words_that_fall_are_made_anew_by_their_author() -> None:
    """Where its own key is used against it, a device lives anew, writes its words again, and everybody is told."""
    world, hostile = stolen()
    ann2, life = world.devices["ann2"], world.devices["ann2"].engine.life
    world.relay.logs[world.mailbox].append(hostile)
    world.sync()
    for device in world.devices.values():
        assert [each for each in words(device) if not each.startswith("hostile")] == ["one", "two"]
        assert device.engine.status().lost == 2
    assert ann2.engine.life != life
    assert Renewed(LIST) in ann2.told
    assert Forked(LIST) in world.devices["bob"].told
    assert "2 of your changes were made anew" in " ".join(ann2.engine.status().sentences())
    ann2.restart()
    world.sync()
    assert len(words(ann2)) == 3, "and not again at the next start"


def test_a_crash_neither_loses_words_nor_doubles_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the device dies while it finds out, lives anew or makes its words anew: each is there, once."""
    died, boundary = True, 0
    while died:
        world, hostile = stolen()
        world.relay.logs[world.mailbox].append(hostile)
        ann2, left = world.devices["ann2"], iter(range(boundary, -1, -1))

        def step_on(left: Iterator[int] = left) -> None:
            if next(left, None) == 0:
                raise Crash

        monkeypatch.setattr(ann2, "_boundary", step_on)
        died = False
        try:
            world.sync("ann2")
        except Crash:
            died = True
            ann2.restart()
        world.sync()
        for device in world.devices.values():
            assert [each for each in words(device) if not each.startswith("hostile")] == ["one", "two"], boundary
        boundary += 1
    assert boundary > 20, "finding out, living anew, reading again and making anew each have their boundaries"


def test_words_that_come_to_stand_again_are_not_doubled() -> None:
    """Bob has built on what fell, and comes back late: it stands again, and what was made for it falls instead."""
    world, hostile = stolen()
    bob, ann2 = world.devices["bob"], world.devices["ann2"]
    world.sync("bob")
    bob.cut()
    bob.edit(LIST, *word("bob's"))
    world.relay.logs[world.mailbox].append(hostile)
    world.sync("ann", "ann2")
    assert len(words(ann2)) == 3
    world.sync()
    for device in world.devices.values():
        assert words(device) == ["bob's", "one", "two"], "what bob built on stands, and the copy's word has fallen"
    ann2.edit(LIST, *word("three"))
    world.sync()
    assert words(bob) == ["bob's", "one", "three", "two"]


def test_words_that_hang_on_anothers_branch_are_made_anew() -> None:
    """Ann has built on her second device's words, bob on those of the copy: his choice stands, and ann writes again."""
    world, hostile = stolen()
    ann, bob, ann2 = world.devices["ann"], world.devices["bob"], world.devices["ann2"]
    log = world.relay.logs[world.mailbox]
    world.sync("ann")
    ann.edit(LIST, *word("ann's"))
    life = ann.engine.life
    ann.cut()
    log.append(hostile)
    before = len(log)
    honest = log[before - 3 : before - 1]
    del log[before - 3 : before - 1]
    bob.connect()
    while bob.pump():
        pass
    bob.edit(LIST, *word("bob's"))
    bob.cut()
    log += honest
    for device in world.devices.values():
        device.cut()
    world.sync()
    for device in world.devices.values():
        shown = words(device)
        assert [each for each in shown if not each.startswith("hostile")] == ["ann's", "bob's", "one", "two"]
    assert Renewed(LIST) in ann.told
    assert Renewed(LIST) in ann2.told
    assert Renewed(LIST) not in bob.told
    assert ann.engine.life != life, "what she writes now must not take the places of what fell"
    actors = [(change.actor, change.sequence) for change in bob.engine.library._shelf(LIST)._known.values()]
    assert len(actors) == len(set(actors)) + 1, "of all places only the one that the copy forked holds two changes"


def test_words_without_a_place_are_kept() -> None:
    """Where another's value stands by now, own words do not go over it: they are kept in the store, and it is said."""
    world = family()
    ann2 = world.devices["ann2"]
    clone = Clone(world, ann2)
    for device in world.devices.values():
        device.cut()
    ann2.edit(LIST, Put(("m", "k"), "mine"))
    world.sync("ann2")
    for number in range(1000):
        (sealed,) = clone.write(LIST, (Put(("m", "k"), f"theirs {number}"),))
        if clone.change_in(sealed, ann2) < own_changes(ann2)[-1]:
            break
    world.relay.logs[world.mailbox].append(sealed)
    world.sync()
    assert all(device.view(LIST, ("m", "k")) == f"theirs {number}" for device in world.devices.values())
    assert any(row.table == UNMADE and b"mine" in (row.value or b"") for row in ann2.store.load())
    assert "could not be made anew" in repr(ann2.told)
