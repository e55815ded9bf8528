"""A log is read once, in order, and what others say of it is held against what was read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import exactly
from troth.cursor import LINEAGE, SLOTS, Cursor
from troth.record import Seen
from troth.step import Row
from troth_wire import log
from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash

MAILBOX = MailboxId(b"m" * 32)
LIFE = Lineage(b"l" * 16)
OTHER_LIFE = Lineage(b"o" * 16)
ENTRIES = st.lists(exactly(32).map(EnvelopeId), max_size=12)


def hashes(entries: list[EnvelopeId]) -> list[RunningHash]:
    """The running hash at every position of a log, from 0 on."""
    found = [log.origin(MAILBOX, LIFE)]
    for position, entry in enumerate(entries, 1):
        found.append(log.advance(found[-1], position, entry))
    return found


def at(entries: list[EnvelopeId], position: int) -> Seen:
    """What an author says who has read a log up to a position."""
    return Seen(MAILBOX, LIFE, position, hashes(entries)[position])


@st.composite
def batches(draw: st.DrawFn, entries: list[EnvelopeId]) -> list[list[EnvelopeId]]:
    """The same entries, cut into deliveries."""
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(entries) - 1)), max_size=4)))
    edges = [0, *(cut for cut in cuts if cut < len(entries)), len(entries)]
    return [entries[start:end] for start, end in pairwise(edges) if start < end]


def read(deliveries: list[list[EnvelopeId]]) -> tuple[Cursor, list[Row]]:
    """A cursor that has taken in deliveries, and the rows that remember it."""
    cursor = Cursor(MAILBOX)
    rows = cursor.adopt(LIFE)
    for delivery in deliveries:
        rows.append(cursor.take(cursor.position + 1, delivery))
    return cursor, rows


def slots(rows: list[Row]) -> dict[bytes, bytes]:
    """What a store holds of positions after these rows."""
    table: dict[bytes, bytes] = {}
    for row in rows:
        if row.table == SLOTS and row.value is not None:
            table[row.key] = row.value
        elif row.table == SLOTS:
            del table[row.key]
    return table


@given(ENTRIES.flatmap(lambda entries: st.tuples(st.just(entries), batches(entries))))
def test_deliveries_add_up_to_the_log(given_log: tuple[list[EnvelopeId], list[list[EnvelopeId]]]) -> None:
    """However entries are delivered, the cursor ends at the last one with the hash of the whole log."""
    entries, deliveries = given_log
    cursor, _ = read(deliveries)
    assert cursor.position == len(entries)
    assert cursor.seen == at(entries, len(entries))


@given(ENTRIES, st.integers(0, 20), st.lists(exactly(32).map(EnvelopeId), min_size=1, max_size=3))
def test_a_position_is_taken_once_and_in_turn(entries: list[EnvelopeId], position: int, more: list[EnvelopeId]) -> None:
    """Only the position after the last one is taken; a repeated or skipped one is malformed and changes nothing."""
    cursor, _ = read([entries] if entries else [])
    before = cursor.seen
    if position == len(entries) + 1:
        cursor.take(position, more)
        assert cursor.seen == at(entries + more, len(entries + more))
    else:
        with pytest.raises(MalformedError):
            cursor.take(position, more)
        assert cursor.seen == before


def test_nothing_is_taken_of_a_log_that_is_not_known() -> None:
    """Before the lineage of the log is known nothing was seen, and nothing can be taken in."""
    cursor = Cursor(MAILBOX)
    assert (cursor.seen, cursor.position) == (None, 0)
    with pytest.raises(MalformedError):
        cursor.take(1, [EnvelopeId(bytes(32))])


@given(ENTRIES.flatmap(lambda entries: st.tuples(st.just(entries), batches(entries))), ENTRIES)
def test_a_restored_cursor_is_the_same(
    given_log: tuple[list[EnvelopeId], list[list[EnvelopeId]]], more: list[EnvelopeId]
) -> None:
    """What a cursor remembers makes one that stands at the same place, knows the same past and goes on alike."""
    entries, deliveries = given_log
    cursor, rows = read(deliveries)
    restored = Cursor(MAILBOX)
    restored.restore(LIFE, slots(rows))
    assert restored.seen == cursor.seen
    changed = [EnvelopeId(bytes(32)), *entries[1:]] if entries else entries
    for position in range(len(entries) + 1):
        assert not restored.contradicts(at(entries, position), None)
        assert restored.contradicts(at(changed, position), None) == cursor.contradicts(at(changed, position), None)
    if more:
        assert restored.take(len(entries) + 1, more) == cursor.take(len(entries) + 1, more)
    assert restored.adopt(OTHER_LIFE) == cursor.adopt(OTHER_LIFE)


@given(st.lists(exactly(32).map(EnvelopeId), min_size=2, max_size=8), st.data())
def test_a_missing_row_is_noticed(entries: list[EnvelopeId], data: st.DataObject) -> None:
    """Rows with a gap, or cut short, restore nothing."""
    _, rows = read([[entry] for entry in entries])
    table = slots(rows)
    keys = sorted(table)
    gone = data.draw(st.sampled_from(keys[:-1]))
    with pytest.raises(MalformedError):
        Cursor(MAILBOX).restore(LIFE, {key: value for key, value in table.items() if key != gone})
    with pytest.raises(MalformedError):
        Cursor(MAILBOX).restore(LIFE, table | {keys[-1]: table[keys[-1]][:-1]})


@given(ENTRIES.flatmap(batches))
def test_another_log_starts_at_its_beginning(deliveries: list[list[EnvelopeId]]) -> None:
    """Adopting another lineage forgets every position, in memory and in the store."""
    cursor, rows = read(deliveries)
    forgotten = cursor.adopt(OTHER_LIFE)
    assert slots(rows + forgotten) == {}
    assert Row(LINEAGE, MAILBOX, OTHER_LIFE) in forgotten
    assert cursor.seen == Seen(MAILBOX, OTHER_LIFE, 0, log.origin(MAILBOX, OTHER_LIFE))


@given(ENTRIES, st.data())
def test_an_honest_history_is_never_accused(entries: list[EnvelopeId], data: st.DataObject) -> None:
    """Whoever has read a part of the same log, less or more than was read here, contradicts nothing.

    An author pushes after reading, so the record stands after the position that it names.
    """
    read_here = data.draw(st.integers(0, len(entries)))
    read_there = data.draw(st.integers(0, len(entries)))
    cursor, _ = read([entries[:read_here]] if read_here else [])
    found_at = data.draw(st.none() | st.integers(read_there + 1, len(entries) + 5))
    assert not cursor.contradicts(at(entries, read_there), found_at)


@given(st.lists(exactly(32).map(EnvelopeId), min_size=1, max_size=8, unique=True), st.data())
def test_a_changed_history_is_found(entries: list[EnvelopeId], data: st.DataObject) -> None:
    """An entry that was hidden, exchanged or moved shows at every position from there on that both have read."""
    place = data.draw(st.integers(0, len(entries) - 1))
    hidden = entries[:place] + entries[place + 1 :]
    exchanged = [*entries[:place], EnvelopeId(bytes(32)), *entries[place + 1 :]]
    moved = [*hidden, entries[place]]
    cursor, _ = read([entries])
    for shown in (hidden, exchanged, moved):
        for position in range(len(shown) + 1):
            assert cursor.contradicts(at(shown, position), None) == (entries[:position] != shown[:position])


@given(st.lists(exactly(32).map(EnvelopeId), min_size=1, max_size=8), st.data())
def test_a_record_can_not_have_read_itself(entries: list[EnvelopeId], data: st.DataObject) -> None:
    """A record that stands at or before the position that it names was put where it does not belong."""
    cursor, _ = read([entries])
    position = data.draw(st.integers(1, len(entries)))
    assert cursor.contradicts(at(entries, position), data.draw(st.integers(1, position)))


@given(ENTRIES, exactly(32), exactly(32))
def test_another_log_is_no_contradiction(entries: list[EnvelopeId], mailbox: bytes, running: bytes) -> None:
    """What is said of another mailbox, or of another life of it, is not held against what was read here."""
    cursor, _ = read([entries] if entries else [])
    assert not cursor.contradicts(Seen(MailboxId(mailbox), LIFE, 0, RunningHash(running)), None)
    assert not cursor.contradicts(Seen(MAILBOX, OTHER_LIFE, 0, RunningHash(running)), None)
