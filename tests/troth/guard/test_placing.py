"""Every operation is in an object that is there, at a place that is there, and replaces what stands in that place."""

from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import Anatomy
from tests.troth.guard.mutations import ids_in, mutate
from tests.troth.guard.plain import BEGUN, accepted, after, begun
from tests.troth.guard.rows import DELETE, FRONT, MAKE_LIST, MAKE_MAP, PUT, Id, Row, rows_of, with_rows
from tests.troth.histories import History, actor, history, typing
from troth import guard
from troth.edits import Insert, Splice
from troth.guard import Accepted, Change, Past, Refused, Verdict
from troth.guard.placing import _Scene
from troth.guard.spans import COUNTER

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
    "characters after what removed one": (
        [
            Row(T, H, action=DELETE, replaces=(H,)),
            *(Row(T, (actor(1), number), True, kind=6, value=b"x") for number in range(14, 34)),
        ],
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


def apart(change: Change) -> Change:
    """The same change, with each operation in a span of its own, so that none is placed together with others."""
    spans = []
    for times, step, row in change.table.spans:
        for number in range(times):
            counter = row[COUNTER] + number * step if number and step else row[COUNTER]
            spans.append((1, 0, (*row[:COUNTER], counter, *row[COUNTER + 1 :])))
    return replace(change, table=change.table._replace(spans=spans))


def told(verdict: Verdict) -> Any:
    """A verdict with all that it says, but for the change itself."""
    return verdict[1:] if isinstance(verdict, Accepted) else verdict


@given(st.randoms(), st.sampled_from([history, typing, typing]))
def test_at_once_is_one_by_one(dice: Random, make: Any) -> None:
    """Honest or spoilt, a change is judged alike whether what is typed in a row is placed at once or one by one."""
    changes = make(dice, writers=dice.randint(1, 3)).changes
    ids, hashes = ids_in([raw for _, raw in changes]), [guard.change_hash(raw) for _, raw in changes]
    past = Past()
    for writer, raw in changes:
        for each in (raw, *(mutate(raw, dice, ids, hashes) for _ in range(6))):
            change = guard.read(each)
            if isinstance(change, Change):
                together = guard.weigh(change, past=past, actor=actor(writer))
                assert told(together) == told(guard.weigh(apart(change), past=past, actor=actor(writer)))
        accepted(past, raw)


SPOILT: Final[dict[str, tuple[int, dict[str, Any], Refused]]] = {
    "an element of another object": (4, {"key": (actor(0), 8)}, Refused.REFERENCE),
    "an element that is not there": (4, {"key": NOT_THERE}, Refused.REFERENCE),
    "a removal that replaces another element": (4, {"replaces": ((actor(0), 8),)}, Refused.SLOT),
    "a removal that replaces nothing": (4, {"replaces": ()}, Refused.OPERATION),
    "a removal of the front": (0, {"key": FRONT}, Refused.OPERATION),
    "a character that is put and not inserted": (2, {"action": PUT}, Refused.VALUE),
    "a removal in another object": (3, {"object": L}, Refused.REFERENCE),
}


@pytest.mark.parametrize(("place", "spoil", "reason"), SPOILT.values(), ids=SPOILT)
def test_one_wrong_operation_in_a_row_is_found(place: int, spoil: dict[str, Any], reason: Refused) -> None:
    """Where many operations are placed at once, one among them that can not stand is refused for its own reason."""
    elements = [(actor(0), number) for number in range(2, 7)]
    rows = [Row(T, element, action=DELETE, replaces=(element,)) for element in elements]
    assert isinstance(judged(*rows), Accepted)
    rows[place] = replace(rows[place], **spoil)
    assert judged(*rows) is reason


def test_what_others_wrote_in_between_is_not_removed_with_it() -> None:
    """A row of counters that an author did not use up is no row of elements, though other operations fill the gap."""
    past, before, last = begun(), guard.change_hash(BEGUN), (actor(0), 6)
    for writer, sequence, start_op, count in ((0, 2, 14, 2), (1, 1, 16, 1), (0, 3, 17, 1)):
        typed = [(actor(writer), start_op + number) for number in range(count)]
        rows = [Row(T, after, True, kind=6, value=b"x") for after in [last, *typed][:count]]
        header = Anatomy(dependencies=(before,), actor=actor(writer), sequence=sequence, start_op=start_op)
        change = accepted(past, with_rows(header, rows).raw())
        before, last = change.hash, typed[-1]
    header = Anatomy(dependencies=(before,), actor=actor(2), start_op=18)
    for numbers, verdict in (((14, 15, 17), Accepted), ((14, 15, 16, 17), Refused)):
        elements = [(actor(0), number) for number in numbers]
        rows = [Row(T, element, action=DELETE, replaces=(element,)) for element in elements]
        assert isinstance(guard.judge(with_rows(header, rows).raw(), past=past, actor=actor(2)), verdict)


def test_what_is_typed_or_removed_in_a_row_is_placed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand characters cost no more than a few: only where a row begins is an operation placed by itself."""
    made = History.begin(1)
    made.edit(0, Splice(("t",), 2, 0, "x" * 1_000))
    made.edit(0, Splice(("t",), 4, 900))
    made.edit(0, *[Insert(("l",), 1 + offset, offset) for offset in range(50)])
    past, alone, place = Past(), list[int](), _Scene.place
    accepted(past, made.changes[0][1])

    def counted(scene: _Scene, *row: Any) -> None:
        alone.append(1)
        place(scene, *row)

    monkeypatch.setattr(_Scene, "place", counted)
    for _, raw in made.changes[1:]:
        accepted(past, raw)
        assert len(alone) <= 2
        alone.clear()
