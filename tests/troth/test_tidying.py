"""Tidying makes the next load cheaper piece by piece, and is done at some point."""

from tests.troth.test_filing import tables
from tests.troth.test_loading import LIST
from tests.troth.test_recalling import begun, judged
from troth import Put
from troth.engine import FUSE
from troth.filing import PAGES
from troth.recalling import JUDGED
from troth.testing import World
from troth.tidying import tidy
from troth_wire import messages
from troth_wire.limits import JUDGED_CHANGES_MIN


def test_what_is_being_applied_stays_a_suspect() -> None:
    """What is written down is no suspect any more, unless something was saved and not merged yet."""
    world, ann, bob = begun()
    bob.edit(LIST, Put(("c",), 1))
    world.sync()
    assert [row.table for row in tidy(ann.engine, 1).save] == [JUDGED, FUSE]
    bob.edit(LIST, Put(("c",), 2))
    ann.edit(LIST, Put(("a",), "more"))
    bob.pump()
    assert ann.session is not None
    frames = [messages.encode(message) for message in ann.session.flush(None)]
    ann._carry_out(ann.engine.receive(frames))
    assert [row.table for row in tidy(ann.engine, 1).save] == [JUDGED]


def test_little_is_not_written_down() -> None:
    """Before there is enough nothing is written, and what is written once is not written again."""
    world = World("ann")
    ann = world.devices["ann"]
    for number in range(3):
        ann.edit(LIST, Put(("a",), number))
    assert tidy(ann.engine).save == []
    assert [row.table for row in tidy(ann.engine, 3).save] == [JUDGED, FUSE]
    assert tidy(ann.engine, 1).save == []
    assert JUDGED_CHANGES_MIN > 3


def test_it_is_done_at_some_point() -> None:
    """First what was judged, then the records, a step each; then nothing more, until something comes."""
    world, ann, bob = begun()
    bob.edit(LIST, Put(("c",), 1))
    world.sync()
    steps = 0
    while (step := tidy(ann.engine, 1, 1)).save:
        ann._carry_out(step)
        steps += 1
    assert steps == 2
    assert set(tables(ann)) == {PAGES}
    assert len(judged(ann)) == 2
    bob.edit(LIST, Put(("c",), 2))
    world.sync()
    assert tidy(ann.engine, 1, 1).save != []
