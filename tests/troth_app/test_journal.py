"""Whatever rows the journal stands in, it holds the same entries, and a start has few of them to open."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from troth import Row
from troth_app.journal import JOURNAL, PAGE_ENTRIES, PAGES, Kept
from troth_client.room import RoomId
from troth_couple import EntryId

ROOM, OTHER = RoomId(b"r" * 16), RoomId(b"o" * 16)
Rows = dict[tuple[str, bytes], bytes]


def entries(dice: Random, count: int) -> dict[EntryId, bytes]:
    """Some entries, as the journal sees them: bytes under a hash."""
    return {EntryId(dice.randbytes(32)): dice.randbytes(40) for _ in range(count)}


def commit(rows: Rows, changed: list[Row]) -> None:
    """Do what a vault does with rows."""
    for row in changed:
        rows.pop((row.table, row.key), None)
        if row.value is not None:
            rows[row.table, row.key] = row.value


def read(rows: Rows, room: RoomId = ROOM) -> Kept:
    """Begin anew with what was committed."""
    return Kept.of((Row(*name, value) for name, value in rows.items()), room)


@given(st.integers(0, 2**32).map(Random), st.lists(st.integers(0, 3 * PAGE_ENTRIES), max_size=4))
def test_what_was_kept_is_there(dice: Random, counts: list[int]) -> None:
    """However many came at once, and whenever they were put together; of another space, nothing."""
    rows: Rows = {}
    kept, other, whole = Kept(ROOM), Kept(OTHER), dict[EntryId, bytes]()
    for count in counts:
        fresh = entries(dice, count)
        made = kept.add(fresh)
        commit(rows, made)
        kept.note(fresh, made)
        commit(rows, other.add(entries(dice, 3)))
        whole |= fresh
        if dice.random() < 0.5:
            folded = kept.fold()
            commit(rows, folded)
            kept.folded(folded)
        if dice.random() < 0.5:
            kept = read(rows)
        assert kept.entries == whole
        assert read(rows) == kept


def test_many_entries_stand_in_few_rows() -> None:
    """A batch at once, and what came one by one as soon as it is put together."""
    dice, kept = Random(1), Kept(ROOM)
    batch = entries(dice, 2 * PAGE_ENTRIES + 5)
    assert sorted(row.table for row in kept.add(batch)) == [JOURNAL] * 5 + [PAGES] * 2
    rows: Rows = {}
    for number in range(PAGE_ENTRIES + 1):
        assert kept.fold() == [] or number > PAGE_ENTRIES - 1
        made = kept.add(one := entries(dice, 1))
        kept.note(one, made)
        commit(rows, made)
    assert len(rows) == PAGE_ENTRIES + 1
    commit(rows, kept.fold())
    assert sorted(table for table, _ in rows) == [JOURNAL, PAGES]
