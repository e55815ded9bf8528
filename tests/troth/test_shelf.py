"""A shelf comes to the same document whatever arrives first, and says of each change once what became of it."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import VALUE, Anatomy
from tests.troth.histories import actor, history, spelled
from troth import guard
from troth.document import UnappliedError
from troth.edits import Put
from troth.guard import Refused
from troth.shelf import Fork, Parcel, Shelf
from troth_wire.ids import RecordId


def parcel(writer: int, raw: bytes, record: int = 0) -> Parcel:
    """A change on its way, in a record of its writer."""
    return Parcel(RecordId(record.to_bytes(32, "big")), actor(writer), guard.change_hash(raw), raw)


@given(st.randoms())
def test_the_order_of_arrival_does_not_show(dice: Random) -> None:
    """Changes in any order at all end in the same document, each is settled exactly once, and nothing waits on."""
    made = history(dice)
    parcels = [parcel(writer, raw, number) for number, (writer, raw) in enumerate(made.changes)]
    settled = []
    mixed = Shelf(actor(9))
    for item in dice.sample(parcels, len(parcels)):
        settled += mixed.take(item)
    ordered = Shelf(actor(8))
    for item in parcels:
        assert ordered.take(item) == [(item, None)]
    assert spelled(mixed.view(())) == spelled(ordered.view(()))
    assert mixed.heads() == ordered.heads()
    assert sorted((item.record, reason) for item, reason in settled) == [(item.record, None) for item in parcels]
    assert mixed.waiting == ()


@given(st.randoms())
def test_what_a_probe_is_shown_is_what_is_applied(dice: Random) -> None:
    """`foresee` names exactly the changes that `take` then applies, in that order, and takes none itself."""
    made = history(dice)
    parcels = [parcel(writer, raw) for writer, raw in made.changes]
    dice.shuffle(parcels)
    cut = dice.randint(0, len(parcels))
    shelf = Shelf(actor(9))
    for item in parcels[:cut]:
        shelf.take(item)
    heads, waiting = shelf.heads(), shelf.waiting
    foreseen = shelf.foresee(parcels[cut:])
    assert (shelf.heads(), shelf.waiting) == (heads, waiting)
    applied = [item.raw for arrived in parcels[cut:] for item, reason in shelf.take(arrived) if reason is None]
    assert foreseen == applied


def test_a_change_in_two_records_is_taken_once() -> None:
    """The same change in a second record is settled without a reason, before and after its cause is here."""
    made = history(Random(1), writers=1)
    first, second = (parcel(0, raw) for _, raw in made.changes[:2])
    again = replace(second, record=RecordId(b"2" * 32))
    shelf = Shelf(actor(9))
    assert shelf.take(second) == []
    assert shelf.take(again) == []
    assert len(shelf.waiting) == 2
    assert shelf.take(first) == [(first, None), (second, None), (again, None)]
    assert shelf.take(again) == [(again, None)]
    assert shelf.view(("l",)) is not None


def test_a_refused_change_is_settled_once_with_its_reason() -> None:
    """A change that is refused when its cause arrives is reported then, once, and changes nothing."""
    made = history(Random(1), writers=1)
    first, second = (raw for _, raw in made.changes[:2])
    spoilt = parcel(0, replace(Anatomy.of(second), start_op=99).raw())
    shelf = Shelf(actor(9))
    assert shelf.take(spoilt) == []
    assert shelf.take(parcel(0, first)) == [(parcel(0, first), None), (spoilt, Refused.START)]
    assert shelf.waiting == ()
    assert shelf.take(parcel(0, second)) == [(parcel(0, second), None)], "its place in the sequence is still free"


def test_a_change_that_its_record_does_not_name_is_refused() -> None:
    """A record names its changes by hash; other bytes under that name are refused."""
    raw = history(Random(1), writers=1).changes[0][1]
    other = Anatomy.of(raw).column(VALUE, b"x").raw()
    swapped = replace(parcel(0, raw), raw=other)
    assert Shelf(actor(9)).take(swapped) == [(swapped, Refused.CHECKSUM)]


def test_of_two_changes_in_one_place_the_first_stands() -> None:
    """Where a writer forks its own sequence, the change that came first stands and the other is refused."""
    shelf = Shelf(actor(9))
    (one,), (two,) = (Shelf(actor(0)).edit([[Put(("k",), value)]]).changes for value in (1, 2))
    assert shelf.take(parcel(0, one)) == [(parcel(0, one), None)]
    assert shelf.take(parcel(0, two)) == [(parcel(0, two), Fork.TAKEN)]
    assert shelf.view(("k",)) == 1


def test_own_changes_are_part_of_the_past() -> None:
    """What others build on own changes is accepted, and own changes that come round are taken as known."""
    mine, theirs = Shelf(actor(0)), Shelf(actor(1))
    (raw,) = mine.edit([[Put(("k",), 1)]]).changes
    theirs.take(parcel(0, raw))
    (answer,) = theirs.edit([[Put(("k",), 2)]]).changes
    assert mine.take(parcel(1, answer)) == [(parcel(1, answer), None)]
    assert mine.take(parcel(0, raw)) == [(parcel(0, raw), None)]
    assert mine.view(("k",)) == 2


def test_a_document_that_can_not_go_on_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that the library does not apply is no verdict on the change: the shelf must be discarded."""
    shelf = Shelf(actor(9))

    def pass_over(_: bytes) -> None:
        raise UnappliedError

    monkeypatch.setattr(shelf, "_merge", pass_over)
    with pytest.raises(UnappliedError):
        shelf.take(parcel(0, history(Random(1), writers=1).changes[0][1]))
