"""What a device wrote falls into stretches in the order in which it wrote, and a cut before one ends all from there."""

from itertools import pairwise

import pytest

from tests.troth.journeys import copied
from tests.troth_app.test_standing import DOCUMENT, said, state
from troth import Put
from troth.cuts import Cut, reach
from troth.record import Tip
from troth.testing import Device, World
from troth_app.stretches import Stretch, stretches
from troth_couple import Book, Day, Pen, entries_in, entry_edits, roster_of
from troth_couple.entry import Entry
from troth_couple.kinds import Level, Scope
from troth_wire.errors import UsageError
from troth_wire.ids import OperationId

FIRST, SECOND, THIRD = Day("2026-11-01"), Day("2026-11-02"), Day("2026-11-03")


def book_of(device: Device) -> Book:
    """What a device knows."""
    book = Book(roster_of(device.engine.inbox.members))
    book.add(entries_in(device.view(DOCUMENT)))
    return book


def write(device: Device, *feelings: str, day: Day, pause: bool = False) -> Entry:
    """Let a device say how its person is, or take care."""
    pen = Pen(book_of(device), device.engine.identity.device, device.engine.life, device.keys.signer)
    for feeling in feelings:
        entry = pen.write("check_in", {"feelings": feeling}, day=day)
        device.edit(DOCUMENT, *entry_edits([entry]))
    if pause:
        entry = pen.signal(Level.PAUSE, Scope.TALK, day=day)
        device.edit(DOCUMENT, *entry_edits([entry]))
    return entry


def seen(by: Device, of: Device, *, by_words: bool = False) -> list[Stretch]:
    """The stretches of a device as another one sees them."""
    victim = of.engine.identity.device
    return stretches(
        victim,
        by.engine.ends(victim),
        by.engine.inbox.chains.proven,
        DOCUMENT,
        book_of(by).ledger.known,
        by_words=by_words,
    )


def world() -> World:
    """Robin with a laptop and a tablet, and Sasha."""
    made = World("robin", "sasha")
    made.add("robin2", by="robin")
    made.sync()
    return made


def test_stretches_are_in_the_order_of_writing() -> None:
    """Days name them and do not order them; a caution is none; what is no entry belongs to what was there before."""
    made = world()
    robin, tablet = made.devices["robin"], made.devices["robin2"]
    write(robin, "mine", day=FIRST)
    made.sync()
    write(tablet, "one", "two", day=SECOND)
    tablet.edit(DOCUMENT, Put(("other",), 1))
    write(tablet, day=THIRD, pause=True)
    write(tablet, "three", day=SECOND)
    write(tablet, "backdated", day=FIRST)
    made.sync()
    found = seen(robin, tablet)
    assert [(stretch.day, stretch.things, stretch.yeses) for stretch in found] == [(SECOND, 3, 0), (FIRST, 1, 0)]
    assert found == seen(made.devices["sasha"], tablet)
    with_cautions = seen(robin, tablet, by_words=True)
    assert [(stretch.day, stretch.things) for stretch in with_cautions] == [
        (SECOND, 2),
        (THIRD, 1),
        (SECOND, 1),
        (FIRST, 1),
    ]


def test_a_cut_keeps_what_is_before_a_stretch() -> None:
    """Each cut reaches less than the one after it, and all reach less than everything."""
    made = world()
    robin, tablet = made.devices["robin"], made.devices["robin2"]
    for number, day in enumerate((FIRST, SECOND, THIRD)):
        write(tablet, f"{number}", day=day)
        made.sync()
    before = {record.id: record.header.prev for record in robin.engine.inbox.chains.proven}
    whole = robin.engine.ends(tablet.keys.device)
    cuts = [stretch.before for stretch in seen(robin, tablet)] + [whole]
    kept = [reach(Cut(OperationId(bytes(32)), by_words=False, tips=tips), before) for tips in cuts]
    assert all(less < more for less, more in pairwise(kept))


@pytest.mark.parametrize("moved", [False, True])
def test_what_was_chosen_counts_no_more_for_anybody(*, moved: bool) -> None:
    """The others' devices see the same, also where the victim began a new life in between; cautions go on counting."""
    made = world()
    robin, tablet = made.devices["robin"], made.devices["robin2"]
    write(tablet, "true", day=FIRST)
    made.sync()
    tablet.cut()
    tablet.restart(moved=moved)
    made.sync()
    write(tablet, "not mine", day=FIRST)
    write(tablet, "not mine either", day=SECOND)
    pause = write(tablet, day=SECOND, pause=True)
    made.sync()
    first, *_ = found = seen(robin, tablet)
    assert sum(stretch.things for stretch in found) == 3
    tablet.cut()
    del made.devices["robin2"]
    robin._carry_out(robin.engine.revoke(tablet.keys.device, robin.admin, tips=found[-1].before))
    made.sync()
    for name in ("robin", "sasha"):
        there = state(made.devices[name], pause)
        assert said(there) == {"true", "not mine"}, name
        assert pause.id.hex() not in there.held
    assert first.day == FIRST


def test_a_cut_keeps_nothing_that_would_not_be_kept() -> None:
    """Another device's record, a place that is not there, or one that was never read is no end of its word."""
    made = world()
    robin, tablet = made.devices["robin"], made.devices["robin2"]
    write(tablet, "one", day=FIRST)
    write(robin, "mine", day=FIRST)
    made.sync()
    (tip,) = robin.engine.ends(tablet.keys.device)
    (own,) = robin.engine.ends(robin.keys.device)
    tablet.cut()
    unread = write(tablet, "unread", day=FIRST)
    assert unread.id not in book_of(robin).ledger.known
    (later,) = tablet.engine.ends(tablet.keys.device)
    for wrong in (own, later, Tip(tip.incarnation, tip.sequence + 1, tip.record)):
        with pytest.raises(UsageError, match="kept"):
            robin.engine.revoke(tablet.keys.device, robin.admin, tips=[wrong])
    robin.engine.revoke(tablet.keys.device, robin.admin, tips=[tip])


def test_a_copys_branch_is_not_chosen() -> None:
    """Where a key was copied and both wrote on from one point, what came here second is no end that can be kept."""
    made = world()
    robin, tablet = made.devices["robin"], made.devices["robin2"]
    write(tablet, "owner and copy", day=FIRST)
    made.sync()
    tablet.cut()
    copy = copied(tablet, moved=False)
    write(tablet, "owner", day=FIRST)
    made.sync("robin2", "robin")
    tablet.cut()
    write(copy, "copy", "copy again", day=SECOND)
    theirs = copy.engine.ends(tablet.keys.device)
    _, *branch = [one for one in copy.engine.inbox.chains.proven if one.header.device == tablet.keys.device][-3:]
    robin.cut()
    robin.engine.inbox.take(branch)
    assert {tip.record for tip in theirs} <= {record.id for record in robin.engine.inbox.chains.proven}
    with pytest.raises(UsageError, match="kept"):
        robin.engine.revoke(tablet.keys.device, robin.admin, tips=theirs)
    assert said(state(robin)) >= {"owner", "owner and copy"}
