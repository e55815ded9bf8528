"""A line is written once everything that it leans on is, and put off where that is on the other side of a cut."""

import asyncio
from datetime import date
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.demo.world import act
from troth_app.demo.line import Act
from troth_app.demo.reach import Reach

WAIT_S = 10
ROBIN, SASHA = ("Robin", 1), ("Sasha", 1)
PLACES = [(by, on) for by in ("Robin", "Sasha") for on in (1, 2)]


async def test_it_waits_for_what_a_line_leans_on() -> None:
    """Nothing is asked of a device before what its line leans on is written by another."""
    first, second = act(1), act(2, by="Sasha", about=1)
    reach = Reach([first, second])
    waiting = asyncio.ensure_future(reach.can_write(second))
    assert await reach.can_write(first)
    assert not waiting.done()
    await reach.wrote(first)
    assert await asyncio.wait_for(waiting, WAIT_S)
    assert reach.leaned_on == {1}


async def test_what_is_across_a_cut_is_put_off_until_it_is_mended() -> None:
    """A line that leans on the other side is put off, and with it what leans on it; what was there before is not."""
    before, across, on_it = act(1), act(2), act(3, by="Sasha", about=2)
    after, old = act(4, by="Sasha", about=3), act(5, by="Sasha", about=1)
    reach = Reach([before, across, on_it, after, old])
    await reach.wrote(before)
    reach.cut([ROBIN])
    await reach.wrote(across)
    assert [await reach.can_write(edit) for edit in (on_it, after, old)] == [False, False, True]
    reach.mend()
    assert await reach.can_write(on_it)
    await reach.wrote(on_it)
    assert await reach.can_write(after)


async def test_one_side_goes_on_with_its_own() -> None:
    """Who is apart may lean on what was written there, and the others on what they wrote."""
    reach = Reach([act(1), act(2, about=1), act(3, by="Sasha"), act(4, by="Sasha", on=2, about=3)])
    reach.cut([ROBIN])
    for edit in (act(1), act(3, by="Sasha")):
        await reach.wrote(edit)
    assert await reach.can_write(act(2, about=1))
    assert await reach.can_write(act(4, by="Sasha", on=2, about=3))


@given(st.data())
def test_everything_is_written_in_the_end(data: st.DataObject) -> None:
    """However lines lean on one another and whoever is apart, four who write at once end, and order is kept."""
    edits = list[Act]()
    for n in range(1, data.draw(st.integers(1, 12)) + 1):
        by, on = data.draw(st.sampled_from(PLACES))
        about = data.draw(st.none() | st.integers(1, n - 1)) if n > 1 else None
        edits.append(act(n, by=by, on=on, about=about))
    apart = data.draw(st.sets(st.sampled_from(PLACES)))
    written = asyncio.run(asyncio.wait_for(lived(edits, apart), WAIT_S))
    assert sorted(written) == [edit.n for edit in edits]
    assert all(written[edit.about] < written[edit.n] for edit in edits if edit.about)


async def lived(edits: list[Act], apart: set[tuple[str, int]]) -> dict[int, int]:
    """Let every place write its lines, first with some apart, then all together; give when each was written."""
    reach, turn, written = Reach(edits), count(), dict[int, int]()

    async def write(place: tuple[str, int]) -> None:
        for edit in edits:
            if (edit.by, edit.on) == place and edit.n not in written and await reach.can_write(edit):
                written[edit.n] = next(turn)
                await reach.wrote(edit)

    reach.cut(apart)
    await asyncio.gather(*map(write, PLACES))
    reach.mend()
    await asyncio.gather(*map(write, PLACES))
    return written


def test_days_are_no_matter() -> None:
    """A line of another day leans the same way."""
    assert Reach([act(1), act(2, about=1, day=date(2027, 1, 1))]).leaned_on == {1}
