"""Every operation is in an object that is there, at a place that is there, and replaces what stands in that place."""

from dataclasses import replace
from typing import Final

import pytest

from tests.troth.anatomy import Anatomy
from tests.troth.guard.plain import BEGUN, accepted, after, begun
from tests.troth.guard.rows import DELETE, FRONT, MAKE_LIST, MAKE_MAP, PUT, Id, Row, rows_of, with_rows
from tests.troth.histories import actor
from troth import guard
from troth.guard import Accepted, Refused, Verdict

T, H, E, L, ONE, TWO, M, A, B = ((actor(0), number) for number in (1, 2, 3, 7, 8, 9, 11, 12, 13))
"""The text with its first two characters, the list with its first two items, the maps m and a, and the value b."""
NOT_THERE: Final[Id] = (actor(0), 99)
NOBODYS: Final[Id] = (actor(5), 1)
FIRST, SECOND = (actor(1), 14), (actor(1), 15)
"""The operations of the change itself."""

REFUSED: Final[dict[str, tuple[list[Row], Refused]]] = {
    "an object that is not there": ([Row(NOT_THERE, "k")], Refused.REFERENCE),
    "an object of nobody": ([Row(NOBODYS, "k")], Refused.REFERENCE),
    "an object that is a value": ([Row(B, "k")], Refused.REFERENCE),
    "an object that is a character": ([Row(H, FRONT, True)], Refused.REFERENCE),
    "an object that is a removal": ([Row(None, "m", action=DELETE, replaces=(M,)), Row(FIRST, "k")], Refused.REFERENCE),
    "an operation inside itself": ([Row(FIRST, "k", action=MAKE_MAP)], Refused.REFERENCE),
    "an operation inside a later one": ([Row(SECOND, "k"), Row(None, "k", action=MAKE_MAP)], Refused.REFERENCE),
    "no key in the root": ([Row(None, FRONT, True)], Refused.OPERATION),
    "an empty key": ([Row(None, "")], Refused.OPERATION),
    "an element in a map": ([Row(M, ONE, replaces=(ONE,))], Refused.OPERATION),
    "an insertion at a key": ([Row(M, "k", True)], Refused.OPERATION),
    "a key in a list": ([Row(L, "k")], Refused.OPERATION),
    "a key in a text": ([Row(T, "k", kind=6, value=b"x")], Refused.OPERATION),
    "an element that is not there": ([Row(L, NOT_THERE, True)], Refused.REFERENCE),
    "an element of nobody": ([Row(L, NOBODYS, True)], Refused.REFERENCE),
    "an element of another object": ([Row(L, H, True)], Refused.REFERENCE),
    "an element that is the list itself": ([Row(L, L, True)], Refused.REFERENCE),
    "an element that was only put": ([Row(L, ONE, replaces=(ONE,)), Row(L, FIRST, True)], Refused.REFERENCE),
    "an element that was removed by that": (
        [Row(L, ONE, action=DELETE, replaces=(ONE,)), Row(L, FIRST, True)],
        Refused.REFERENCE,
    ),
    "a put at the front": ([Row(L, FRONT, replaces=(ONE,))], Refused.OPERATION),
    "a put at an element that replaces nothing": ([Row(L, ONE)], Refused.OPERATION),
    "an insertion that replaces": ([Row(L, ONE, True, replaces=(ONE,))], Refused.OPERATION),
    "an insertion that removes": ([Row(L, ONE, True, DELETE)], Refused.OPERATION),
    "a removal of nothing": ([Row(None, "m", action=DELETE)], Refused.OPERATION),
    "a removal of no element": ([Row(L, ONE, action=DELETE)], Refused.OPERATION),
    "a predecessor that is not there": ([Row(None, "m", replaces=(NOT_THERE,))], Refused.REFERENCE),
    "a predecessor of nobody": ([Row(None, "m", replaces=(NOBODYS,))], Refused.REFERENCE),
    "an operation that replaces itself": ([Row(None, "m", replaces=(FIRST,))], Refused.REFERENCE),
    "a predecessor in another key": ([Row(None, "k", replaces=(M,))], Refused.SLOT),
    "a predecessor in another object": ([Row(M, "b", replaces=(B,))], Refused.SLOT),
    "a predecessor in another element": ([Row(L, ONE, replaces=(TWO,))], Refused.SLOT),
    "a predecessor in another text": ([Row(T, H, action=DELETE, replaces=(ONE,))], Refused.SLOT),
    "a predecessor that is a removal": (
        [Row(None, "m", action=DELETE, replaces=(M,)), Row(None, "m", replaces=(FIRST,))],
        Refused.SLOT,
    ),
    "a predecessor twice": ([Row(None, "m", replaces=(M, M))], Refused.OPERATION),
    "predecessors out of order": ([Row(None, "m"), Row(None, "m", replaces=(FIRST, M))], Refused.OPERATION),
    "a map in a text": ([Row(T, FRONT, True, MAKE_MAP)], Refused.VALUE),
    "a number in a text": ([Row(T, FRONT, True, kind=4, value=b"\x01")], Refused.VALUE),
    "two characters at once": ([Row(T, FRONT, True, kind=6, value=b"xy")], Refused.VALUE),
    "no character": ([Row(T, FRONT, True, kind=6)], Refused.VALUE),
    "a character over another": ([Row(T, H, replaces=(H,), kind=6, value=b"x")], Refused.VALUE),
}


def judged(*rows: Row) -> Verdict:
    """The verdict on a change of these operations after `BEGUN`."""
    return guard.judge(after(*rows).raw(), past=begun(), actor=actor(1))


@pytest.mark.parametrize(("rows", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_stand_is_refused(rows: list[Row], reason: Refused) -> None:
    """Each reference to what is not there, or not there for this operation, is refused, and for its own reason."""
    assert judged(*rows) is reason


ACCEPTED: Final[dict[str, list[Row]]] = {
    "a value in the root": [Row(None, "k")],
    "a value in place of another": [Row(A, "b", replaces=(B,))],
    "a value beside another": [Row(A, "b")],
    "a value in a map of its own": [Row(None, "k", action=MAKE_MAP), Row(FIRST, "k")],
    "an item at the front": [Row(L, FRONT, True)],
    "an item after another": [Row(L, TWO, True), Row(L, FIRST, True), Row(L, SECOND, True, MAKE_LIST)],
    "an item over another, twice": [Row(L, ONE, replaces=(ONE,)), Row(L, ONE, replaces=(ONE, FIRST))],
    "an item after a removed one": [Row(L, ONE, action=DELETE, replaces=(ONE,)), Row(L, ONE, True)],
    "a character": [Row(T, H, True, kind=6, value=b"x"), Row(T, FIRST, action=DELETE, replaces=(FIRST,))],
    "in what is removed": [Row(None, "m", action=DELETE, replaces=(M,)), Row(M, "k")],
}


@pytest.mark.parametrize("rows", ACCEPTED.values(), ids=ACCEPTED)
def test_what_can_stand_is_accepted(rows: list[Row]) -> None:
    """What edits make, alone or against each other, is accepted."""
    assert isinstance(judged(*rows), Accepted)


def test_what_is_outside_the_past_is_not_there() -> None:
    """An operation that is here, but not in the past of the change, is refused; with it in the past it stands."""
    past = begun()
    other = after(Row(None, "k", action=MAKE_MAP))
    accepted(past, other.raw())
    rows = [Row((actor(1), 14), "x")]
    third = replace(after(Row(None, "a"), Row(None, "b")), actor=actor(3)).raw()
    accepted(past, third)
    beside = with_rows(Anatomy(dependencies=(guard.change_hash(third),), actor=actor(2), start_op=16), rows)
    assert guard.judge(beside.raw(), past=past, actor=actor(2)) is Refused.REFERENCE
    behind = with_rows(Anatomy(dependencies=(guard.change_hash(other.raw()),), actor=actor(2), start_op=15), rows)
    assert isinstance(guard.judge(behind.raw(), past=past, actor=actor(2)), Accepted)


def test_rows_and_columns_are_the_same() -> None:
    """The rows that these tests spoil are those of the change, and put back they are its bytes."""
    anatomy = Anatomy.of(BEGUN)
    rows = rows_of(anatomy)
    assert with_rows(anatomy, rows).raw() == BEGUN
    assert (rows[0].key, rows[1].object, rows[1].key, rows[-1]) == ("t", T, FRONT, Row(A, "b", False, PUT, 7, b"c"))
