"""The ledger knows each row's number, and finds out when a row is missing that must be there."""

import pytest

from troth import Row
from troth_client.ledger import ADMIN, PLACE, SHORT_BYTES_MAX, Ledger
from troth_client.room import OWN, SETTINGS, RoomId
from troth_wire.errors import MalformedError

ROOM = RoomId(b"r" * 16)
WHOLE = [(4, (OWN, PLACE, ROOM, b"here")), (2, (OWN, ADMIN, ROOM, b"seed")), (7, (ROOM, "b", b"", b"1"))]


def test_it_takes_stock() -> None:
    """Places, seeds, settings and the rows of rooms are known, and handed out once."""
    ledger = Ledger.of([*WHOLE, (8, (ROOM, "a", b"", b"2")), (9, (SETTINGS, "page", b"k", b"v"))])
    assert ledger.places == {ROOM: b"here"}
    assert ledger.seeds == {ROOM: b"seed"}
    assert ledger.settings == {("page", b"k"): b"v"}
    assert ledger.take(ROOM) == [Row("a", b"", b"2"), Row("b", b"", b"1")]
    assert ledger.take(ROOM) is None


def test_a_long_row_of_the_settings_is_handed_out_once() -> None:
    """Then its number is, as long as it stands; a row of a table that is passed over is not let go."""
    name, other, long = ("page", b"k"), ("other", b""), bytes(SHORT_BYTES_MAX + 1)
    ledger = Ledger.of([*WHOLE, (8, (SETTINGS, *name, long)), (9, (SETTINGS, *other, long))])
    assert ledger.settings == {}
    assert ledger.take_long("other") == {name: long}
    assert ledger.take_long("") == {name: 8, other: long}
    after: dict[tuple[bytes, str, bytes], bytes | None] = {(SETTINGS, *name): b"short", (SETTINGS, *other): None}
    ledger.keep(after, ledger.plan(after)[0])
    assert (ledger.settings, ledger.take_long("")) == ({name: b"short"}, {})
    after = {(SETTINGS, *name): long}
    ledger.keep(after, ledger.plan(after)[0])
    assert (ledger.settings, ledger.take_long("")) == ({}, {name: 8})


@pytest.mark.parametrize("missing", [0, 1, slice(0, 2)])
def test_a_missing_row_is_found(missing: int | slice) -> None:
    """A room has a place and a seed, or is none."""
    left = list(WHOLE)
    del left[missing]
    with pytest.raises(MalformedError, match="missing"):
        Ledger.of(left)


def test_rows_keep_their_numbers() -> None:
    """What is replaced keeps its number, what is new gets a higher one than any before, what is gone is forgotten."""
    ledger = Ledger.of(WHOLE)
    old, new = (ROOM, "b", b""), (ROOM, "c", b"")
    after: dict[tuple[bytes, str, bytes], bytes | None] = {old: b"2", new: b"3", (ROOM, "never", b""): None}
    put, gone = ledger.plan(after)
    assert (put, gone) == ({old: 7, new: 8}, [])
    ledger.keep(after, put)
    assert ledger.plan({old: None}) == ({}, [7])
    ledger.keep({old: None}, {})
    assert ledger.plan({old: b"4"}) == ({old: 9}, [])


def test_what_was_read_before_a_commit_is_not_handed_out_after() -> None:
    """A change makes the rows of its room, and of no other, old."""
    other = RoomId(b"o" * 16)
    others = [(10, (OWN, PLACE, other, b"")), (11, (OWN, ADMIN, other, b"")), (12, (other, "b", b"", b"1"))]
    ledger = Ledger.of([*WHOLE, *others])
    after: dict[tuple[bytes, str, bytes], bytes | None] = {(ROOM, "b", b""): b"2"}
    ledger.keep(after, ledger.plan(after)[0])
    assert ledger.take(ROOM) is None
    assert ledger.take(other) == [Row("b", b"", b"1")]


def test_a_plan_alone_changes_nothing() -> None:
    """Until a commit returned, everything stands as it did."""
    ledger = Ledger.of(WHOLE)
    ledger.plan({(OWN, PLACE, ROOM): b"there", (SETTINGS, "page", b""): b"x"})
    assert ledger.places == {ROOM: b"here"}
    assert ledger.settings == {}
