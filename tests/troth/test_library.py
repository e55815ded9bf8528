"""A library finds the document of each change, and holds its author to one actor for each document and life."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.anatomy import Anatomy
from troth import document_id, guard, keys
from troth import record as records
from troth.crypto import digest
from troth.edits import Put
from troth.guard import Refused, change_hash
from troth.library import Library, in_order
from troth.record import Header, Kind, Verified, changes_in
from troth.testing import World
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import DeviceId, DocumentId, Incarnation, PersonId, RecordId, SpaceId

DEVICES = [DeviceId(bytes([number]) * 32) for number in range(3)]
LIFE = Incarnation(b"L" * 16)
ONE, TWO = document_id("one"), document_id("two")
SIGNER = World("ann").devices["ann"].keys.signer


def letter(device: DeviceId, document: DocumentId, changes: list[bytes], named: int | None = None) -> Verified:
    """A record of changes, taken for verified."""
    payload = codec.pack(changes)
    header = Header(
        kind=Kind.CHANGES,
        space=SpaceId(bytes(32)),
        device=device,
        incarnation=LIFE,
        sequence=1,
        document=document,
        changes=tuple(map(change_hash, changes))[:named],
        payload_hash=digest(b"troth/payload", payload),
    )
    return records.sign(header, payload, SIGNER)


def deliver(to: Library, record: Verified) -> tuple[bool, list[Refused]]:
    """Bring a record into its document."""
    document, parcels = to.unpack(record)
    return to.take(document, parcels)


@given(st.randoms(), st.lists(st.tuples(st.integers(0, 2), st.sampled_from((ONE, TWO)), st.booleans()), max_size=12))
def test_the_order_of_arrival_does_not_show(dice: Random, script: list[tuple[int, DocumentId, bool]]) -> None:
    """Records of several devices and documents, delivered in any order and twice, end in the same documents."""
    writers = [Library(device, LIFE) for device in DEVICES]
    written: list[Verified] = []
    for number, (writer, document, meet) in enumerate(script):
        made = writers[writer].edit(document, [[Put(("k",), number)], [Put((f"k{number}",), writer)]])
        written.append(letter(DEVICES[writer], document, list(made.changes)))
        for record in written if meet else ():
            for other in writers:
                deliver(other, record)
    readers = [Library(DeviceId(b"r" * 32), LIFE) for _ in range(2)]
    for reader in readers:
        for record in dice.sample(written * 2, 2 * len(written)):
            assert deliver(reader, record)[1] == []
        assert reader.waiting == 0
    for document in (ONE, TWO):
        assert readers[0].view(document, ()) == readers[1].view(document, ())
    assert readers[0].documents == tuple(sorted({document for _, document, _ in script}))


def test_only_what_is_new_is_news() -> None:
    """A change shows something new the first time, and nothing when it comes again or waits."""
    writer, reader = Library(DEVICES[0], LIFE), Library(DEVICES[1], LIFE)
    first, second = (
        letter(DEVICES[0], ONE, list(writer.edit(ONE, [[Put(("k",), value)]]).changes)) for value in (1, 2)
    )
    assert deliver(reader, second) == (False, [])
    assert reader.waiting == 1
    assert deliver(reader, first) == (True, [])
    assert deliver(reader, second) == (False, [])
    assert reader.waiting == 0


def test_each_document_has_its_own_actor() -> None:
    """A change that is taken from one document into another, or from one device to another, is refused."""
    writer, reader = Library(DEVICES[0], LIFE), Library(DEVICES[1], LIFE)
    changes = list(writer.edit(ONE, [[Put(("k",), 1)]]).changes)
    assert Anatomy.of(changes[0]).actor == keys.actor(DEVICES[0], ONE, LIFE)
    assert deliver(reader, letter(DEVICES[0], TWO, changes)) == (False, [Refused.ACTOR])
    assert deliver(reader, letter(DEVICES[2], ONE, changes)) == (False, [Refused.ACTOR])
    assert deliver(reader, letter(DEVICES[0], ONE, changes)) == (True, [])


def test_a_refused_change_does_not_spoil_its_neighbours() -> None:
    """Of the changes in one record the good ones are taken and the others refused, each with its reason."""
    writer, reader = Library(DEVICES[0], LIFE), Library(DEVICES[1], LIFE)
    good = writer.edit(ONE, [[Put(("k",), 1)]]).changes[0]
    timed = replace(Anatomy.of(good), time=1, sequence=2).raw()
    assert deliver(reader, letter(DEVICES[0], ONE, [timed, b"junk", good])) == (True, [Refused.EXTRA, Refused.FORM])
    assert reader.view(ONE, ()) == {"k": 1}


def test_a_payload_that_is_not_what_the_header_says_is_malformed() -> None:
    """A record with another number of changes than its header names is malformed, and nothing of it is taken."""
    with pytest.raises(MalformedError):
        Library(DEVICES[1], LIFE).unpack(letter(DEVICES[0], ONE, [b"one", b"two"], named=1))


def test_refused_changes_make_no_document() -> None:
    """A document is there once something in it was accepted."""
    reader = Library(DEVICES[1], LIFE)
    assert deliver(reader, letter(DEVICES[0], ONE, [b"junk"])) == (False, [Refused.FORM])
    assert reader.documents == ()


def test_looking_makes_nothing() -> None:
    """A document that nobody has written to shows an empty map and does not come into being by being looked at."""
    reader = Library(DEVICES[0], LIFE)
    assert reader.view(ONE, ()) == {}
    with pytest.raises(UsageError):
        reader.view(ONE, ("k",))
    assert reader.documents == ()


def put(writer: Library, device: DeviceId, value: object, key: str = "k") -> Verified:
    """A record of one change."""
    return letter(device, ONE, list(writer.edit(ONE, [[Put((key,), value)]]).changes))


def quarrel() -> tuple[Verified, Verified]:
    """Two records with different changes for one place, the smaller hash first."""
    one, two = sorted((put(Library(DEVICES[0], LIFE), DEVICES[0], value) for value in (1, 2)), key=changed)
    return one, two


def changed(record: Verified) -> bytes:
    """The change in a record."""
    return record.header.changes[0]


PERSONS = {DEVICES[0]: PersonId(b"a"), DEVICES[1]: PersonId(b"b"), DEVICES[2]: PersonId(b"b")}


def test_a_fork_is_settled_once_for_all_that_came() -> None:
    """Whatever came, only documents with a fork are settled, once; and what fell is counted."""
    small, large = quarrel()
    reader = Library(DEVICES[1], LIFE)
    for record in (large, small):
        deliver(reader, record)
    deliver(reader, letter(DEVICES[2], TWO, list(Library(DEVICES[2], LIFE).edit(TWO, [[Put(("x",), 1)]]).changes)))
    assert list(reader.settle(PERSONS)) == [(ONE, True, ())]
    assert list(reader.settle(PERSONS)) == []
    assert (reader.lost, reader.waiting, reader.fallen(), reader.is_life_lost) == (1, 0, [], False)
    assert reader.stands(ONE, small.header.changes[0])
    assert not reader.stands(ONE, large.header.changes[0])
    assert reader.knows(ONE, large.header.changes[0])


def test_nothing_is_decided_before_it_is_known_whose_this_device_is() -> None:
    """A device that has not read its own admission waits with it, and asks again if persons change."""
    small, large = quarrel()
    reader, friend = Library(DEVICES[1], LIFE), Library(DEVICES[2], LIFE)
    for record in (large, small):
        deliver(reader, record)
    deliver(friend, large)
    deliver(reader, put(friend, DEVICES[2], True, "friend"))
    assert list(reader.settle({DEVICES[0]: PersonId(b"a")})) == []
    assert [document for document, *_ in reader.settle(PERSONS)] == [ONE]
    assert reader.stands(ONE, large.header.changes[0]), "the other person named it"
    all_one = dict.fromkeys(PERSONS, PersonId(b"a"))
    assert [document for document, *_ in reader.settle(all_one)] == [ONE]
    assert reader.stands(ONE, large.header.changes[0]), "an own other device named it"


def test_a_device_whose_own_changes_fell_knows_it() -> None:
    """Its own changes that fell are told; while its life goes on under their actor, it must not write."""
    small, large = quarrel()
    author = Library(DEVICES[0], LIFE)
    for record in (large, small):
        deliver(author, record)
    list(author.settle(PERSONS))
    assert [(document, [change.hash for change in own]) for document, own in author.fallen()] == [
        (ONE, [large.header.changes[0]])
    ]
    assert author.is_life_lost
    assert [retraced.after for retraced in author.retrace(ONE, [large.header.changes[0]])] != []
    later = Library(DEVICES[0], Incarnation(b"M" * 16))
    for record in (small, large):
        deliver(later, record)
    list(later.settle(PERSONS))
    assert later.fallen() == author.fallen()
    assert not later.is_life_lost


def test_a_cut_decides_before_names_and_hashes() -> None:
    """Of a device that was cut off, the branch at or below the cut stands, also where the other was built on."""
    small, large = quarrel()
    for kept, fallen in ((small, large), (large, small)):
        reader = Library(DEVICES[1], LIFE, {DEVICES[0]: frozenset([kept.id])})
        friend = Library(DEVICES[2], LIFE)
        deliver(friend, fallen)
        for record in (fallen, put(friend, DEVICES[2], True, "friend"), kept):
            deliver(reader, record)
        list(reader.settle(PERSONS))
        assert reader.view(ONE, ()).keys() == {"k"}
        assert reader.stands(ONE, kept.header.changes[0])
        assert not reader.stands(ONE, fallen.header.changes[0])


def test_a_record_that_closes_a_gap_below_a_cut_is_noticed() -> None:
    """A record that the cut reaches, naming one before it that it did not, moves the reach of the cut."""
    writer = Library(DEVICES[0], LIFE)
    record = put(writer, DEVICES[0], 1)
    before = RecordId(b"b" * 32)
    header = replace(record.header, sequence=2, prev=before)
    late = records.sign(header, record.payload, SIGNER)
    assert Library(DEVICES[1], LIFE, {DEVICES[0]: frozenset([late.id])}).closes_gap(late)
    assert not Library(DEVICES[1], LIFE, {DEVICES[0]: frozenset([late.id, before])}).closes_gap(late)
    assert not Library(DEVICES[1], LIFE, {DEVICES[0]: frozenset()}).closes_gap(late)
    assert not Library(DEVICES[1], LIFE).closes_gap(late)


@given(st.randoms(use_true_random=False))
def test_records_are_put_in_the_order_in_which_they_build_on_each_other(dice: Random) -> None:
    """Whatever order records come in, none is put before one that it builds on; what is no change comes first."""
    world = World("ann", "bob")
    for number in range(12):
        world.devices[dice.choice(["ann", "bob"])].edit(ONE, Put((f"{number}",), number))
        if dice.random() < 0.5:
            world.sync()
    world.sync()
    carriers = [one for one in world.devices["ann"].engine.inbox.chains.proven if one.header.kind == Kind.CHANGES]
    dice.shuffle(carriers)
    seen: set[bytes] = set()
    for one in in_order(carriers):
        (raw,) = changes_in(one)
        change = guard.read(raw)
        assert isinstance(change, guard.Change)
        assert seen.issuperset(change.dependencies)
        seen.add(change.hash)


@given(st.binary(max_size=80))
def test_what_is_no_change_has_no_place(junk: bytes) -> None:
    """Bytes that are no change raise nothing where records are put in order."""
    assert guard.start_op(guard.MAGIC + junk) >= 0
