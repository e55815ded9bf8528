"""What a past writes down, another past takes up: it then knows the same, and judges the same."""

import sys
from array import array
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.guard.plain import accepted
from tests.troth.histories import history
from troth import guard
from troth.guard import RULES, Extent, Past, Portion
from troth.guard import portion as portions
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import ActorId, ChangeHash


def known(past: Past) -> Any:
    """All that a past knows, with the order in which it came."""
    changes = [(change, past._horizon(change)) for change in past]
    told = past.kinds, past.objects, past.slots, past.keys, past.heads, past._actors, changes
    return [*told, [(one.starts, one.lasts, one.firsts, one.hashes) for one in past._streams]]


def raws(dice: Random) -> list[bytes]:
    """The changes of a history."""
    return [raw for _, raw in history(dice).changes]


def written(dice: Random, made: Iterable[bytes]) -> tuple[Past, list[bytes]]:
    """A past, and what it wrote down now and then on the way."""
    past, extent, told = Past(), Past().extent, []
    for raw in made:
        accepted(past, raw)
        if dice.random() < 0.3:
            told.append(past.portion(extent).encode(RULES))
            extent = past.extent
    return past, [*told, past.portion(extent).encode(RULES)]


def taken_up(told: list[bytes]) -> Past:
    """A past that took these portions up."""
    past = Past()
    for data in told:
        past.extend(Portion.parse(data, RULES))
    return past


@given(st.randoms())
def test_what_is_taken_up_is_what_was_known(dice: Random) -> None:
    """In however many portions it was written down, and whatever is judged afterwards."""
    made = raws(dice)
    cut = dice.randint(0, len(made))
    past, told = written(dice, made[:cut])
    again = taken_up(told)
    assert known(again) == known(past)
    for raw in made[cut:]:
        change = guard.read(raw)
        assert isinstance(change, guard.Change)
        assert guard.judge(raw, past=again, actor=change.actor) == guard.judge(raw, past=past, actor=change.actor)
        accepted(past, raw)
        accepted(again, raw)
    assert known(again) == known(past)
    assert known(taken_up([*told, past.portion(taken_up(told).extent).encode(RULES)])) == known(past)


def test_a_portion_of_another_past_is_refused() -> None:
    """Two portions out of order, one twice, or one that is missing: none of it is taken for a past."""
    past, told = written(Random(2), raws(Random(2)))
    assert len(told) > 2
    assert known(taken_up(told)) == known(past)
    for wrong in (told[1:], [*told[:1], *told], told[::-1]):
        with pytest.raises(MalformedError):
            taken_up(wrong)


def test_other_rules_are_not_these() -> None:
    """What was judged by other rules, or is written in another form, says so before it is looked at."""
    (told,) = written(Random(1), [])[1]
    with pytest.raises(VersionError):
        Portion.parse(told, RULES + 1)
    with pytest.raises(VersionError):
        Portion.parse(told[:1] + b"\x02" + told[2:], RULES)


WRONG: dict[str, dict[str, Any]] = {
    "a change without an author": {"authors": array("I")},
    "a change of nobody": {"authors": array("I", [7])},
    "a change too many": {"hashes": (b"1" * 32, b"2" * 32)},
    "half a hash": {"hashes": (b"1" * 16,)},
    "a reach that is none": {"reached": array("I", [1])},
    "more operations than there are": {"counts": array("I", [2])},
    "an operation without an object": {"objects": array("I")},
    "an operation that does nothing": {"kinds": b""},
    "an actor that is none": {"actors": (b"actor",)},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_columns_that_do_not_fit_are_refused(wrong: dict[str, Any]) -> None:
    """One change of one operation, of which one thing is said otherwise."""
    past = Past()
    accepted(past, raws(Random(3))[0])
    zero, one_each = array("I", [0]), array("I", [1])
    one = past.portion(past.extent)._replace(
        since=Extent(0, 1, 0, 0),
        actors=(ActorId(bytes(16)),),
        hashes=(ChangeHash(bytes(32)),),
        reaches=((),),
        kinds=b"\x00",
        objects=zero,
        slots=zero,
        authors=zero,
        reached=zero,
        starts=one_each,
        counts=one_each,
    )
    assert Portion.parse(one.encode(RULES), RULES) == one
    with pytest.raises(MalformedError):
        Portion.parse(one._replace(**wrong).encode(RULES), RULES)


def test_what_does_not_unfold_is_refused() -> None:
    """Bytes that are no packing, a number that is cut off, and a packing that would not end."""
    (told,) = written(Random(1), [])[1]
    for spoilt in (told[:-8], told[:9] + b"words" + told[14:]):
        with pytest.raises(MalformedError):
            Portion.parse(spoilt, RULES)
    with pytest.raises(MalformedError, match="cut off"):
        portions._numbers_in(b"12345")


def test_numbers_are_written_alike_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lowest byte first; a machine that has it last turns each around, and back."""
    numbers = array("I", [1, 2**31])
    assert portions._bytes_of(numbers) == bytes([1, 0, 0, 0, 0, 0, 0, 128])
    monkeypatch.setattr(sys, "byteorder", "big")
    turned = portions._bytes_of(numbers)
    assert turned == bytes([0, 0, 0, 1, 128, 0, 0, 0])
    assert portions._numbers_in(turned) == numbers
