"""Who belongs and what counts depends on the records that came, never on the order in which they came."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, document_id, inbox
from troth import envelope as envelopes
from troth import record as records
from troth.amendments import payload, revoke_device, second_for, set_recovery, words_proofs
from troth.crypto import Signer, digest
from troth.inbox import Inbox, Parked
from troth.keys import DeviceKeys
from troth.membership import Members
from troth.operations import Ends, Operation, OperationKind
from troth.record import Header, Kind, Record, Tip, Verified
from troth.step import Step
from troth.testing import Device, World, entropy_of
from troth_wire.errors import UsageError
from troth_wire.ids import ChangeHash, DeviceId, Incarnation, OperationId, RecordId

LIST = document_id("list")


def letters(world: World) -> list[Record]:
    """Every record in the world's log, in its order."""
    epoch = world.devices["ann"].engine.identity.epoch
    return [envelopes.open_(sealed, epoch) for sealed in world.relay.logs[world.mailbox]]


def busy() -> World:
    """A world in which devices were added by added devices, and all have written."""
    world = World("ann", "bob")
    world.sync()
    for name, by in (("ann2", "ann"), ("ann3", "ann2"), ("bob2", "bob")):
        world.add(name, by=by)
        world.sync()
    for name in world.devices:
        world.devices[name].edit(LIST, Put((name,), 1))
        world.devices[name].edit(LIST, Put((name,), 2))
    world.devices["bob2"].restart(moved=True)
    world.devices["bob2"].edit(LIST, Put(("again",), 1))
    world.sync()
    return world


WORLD = busy()
LETTERS = letters(WORLD)
GENESIS = WORLD.devices["ann"].engine.identity.genesis


def test_what_would_count_nowhere_is_not_written() -> None:
    """An own operation that would be refused is no operation, says why, and changes nothing."""
    world = World("ann", "bob")
    ann = world.devices["ann"]
    members, records_before = ann.engine.inbox.members, len(ann.engine.inbox.chains.proven)
    spoiled = payload(members, ann.keys.device, ann.keys.signer, OperationKind.SPLIT)
    with pytest.raises(UsageError, match="count nowhere: the signature"):
        ann.engine.passage.enact(spoiled, None, Step())
    assert ann.engine.inbox.members == members
    assert len(ann.engine.inbox.chains.proven) == records_before


def forge(
    device: Device, kind: int, payload: bytes = b"", heads: tuple[OperationId, ...] = (), *, changes: bool = False
) -> Verified:
    """A well-signed record of a life of its own."""
    header = Header(
        kind=kind,
        space=device.engine.identity.space,
        device=device.keys.device,
        incarnation=Incarnation(digest(b"test", payload + b"".join(heads))[:16]),
        sequence=1,
        heads=heads,
        document=LIST if changes else None,
        changes=(ChangeHash(bytes(32)),) if changes else (),
        payload_hash=digest(b"troth/payload", payload),
    )
    return records.sign(header, payload, device.keys.signer)


def outcome(portions: Sequence[Sequence[Record]]) -> tuple[object, Counter[Parked], set[RecordId], set[RecordId]]:
    """What an inbox makes of records that arrive in portions; nothing may be named twice."""
    box = Inbox(GENESIS)
    carriers: list[RecordId] = []
    verified: list[RecordId] = []
    for portion in portions:
        judged = box.take(portion)
        carriers += [record.id for record in judged.carriers]
        verified += [record.id for record in judged.verified]
        assert judged.held == []
    assert len(set(carriers)) == len(carriers), "no record's changes are handed on twice"
    assert len(set(verified)) == len(verified)
    members = box.members
    return (members.person_of, members.heads, members.authorised), box.parked(), set(carriers), set(verified)


@given(st.randoms(), st.integers(0, len(LETTERS)))
def test_order_and_portions_of_arrival_do_not_show(dice: Random, left_out: int) -> None:
    """However records are shuffled, cut into portions and repeated, members, what is parked and what counts agree."""
    chosen = dice.sample(LETTERS, len(LETTERS) - left_out)
    expected = outcome([chosen])
    shuffled = dice.sample(chosen, len(chosen)) + dice.sample(chosen, len(chosen) // 3)
    portions, at = [], 0
    while at < len(shuffled):
        size = dice.randint(1, 4)
        portions.append(shuffled[at : at + size])
        at += size
    assert outcome(portions) == expected


def test_in_the_end_everything_counts() -> None:
    """With every record of an honest log nothing is parked, and every device and every change counts."""
    _, parked, carriers, verified = outcome([LETTERS])
    assert not parked
    assert verified == {record.id for record in LETTERS}
    assert carriers == {record.id for record in LETTERS if record.header.kind == Kind.CHANGES}
    box = Inbox(GENESIS)
    box.take(LETTERS)
    assert box.members.person_of.keys() == {device.keys.device for device in WORLD.devices.values()}


def test_membership_that_comes_late_releases_what_waited() -> None:
    """Records of a device that is not known yet are parked, and count as soon as its adding arrives."""
    box = Inbox(GENESIS)
    adding = [record for record in LETTERS if record.header.kind == Kind.OPERATION]
    rest = [record for record in LETTERS if record.header.kind != Kind.OPERATION]
    before = box.take(rest)
    founders = set(GENESIS.epoch.wraps)
    strangers = [record for record in rest if record.header.device not in founders]
    assert strangers
    assert box.parked()[Parked.AUTHOR] == len(strangers)
    after = box.take(adding)
    assert {record.id for record in [*before.carriers, *after.carriers]} == {record.id for record in rest}
    assert not box.parked()


@pytest.mark.parametrize("kind", [3, 5, 9, 255])
def test_a_newer_kind_is_parked(kind: int) -> None:
    """A kind of record that is not known is verified and parked, not thrown away."""
    box = Inbox(GENESIS)
    judged = box.take([forge(WORLD.devices["ann"], kind)])
    assert (len(judged.verified), judged.carriers, judged.held) == (1, [], [])
    assert box.parked() == Counter({Parked.KIND: 1})


def test_unknown_heads_are_waited_for() -> None:
    """A record that names a membership operation that is not here is parked for it."""
    box = Inbox(GENESIS)
    judged = box.take([forge(WORLD.devices["ann"], 9, heads=(OperationId(b"?" * 32),))])
    assert (len(judged.verified), judged.held) == (1, [])
    assert box.parked() == Counter({Parked.HEADS: 1})


def test_what_waits_for_an_operation_that_waits_is_released_with_it() -> None:
    """An operation that had to wait itself releases, when it counts, everything that came before it and names it."""
    box = Inbox(GENESIS)
    operations = [record for record in LETTERS if record.header.kind == Kind.OPERATION]
    first = next(record for record in operations if record.header.device in GENESIS.epoch.wraps)
    box.take([record for record in LETTERS if record is not first])
    assert box.parked()[Parked.HEADS] > 1
    box.take([first])
    assert not box.parked()


def test_a_bad_signature_is_parked_until_something_proves_it() -> None:
    """A record with a wrong signature is parked as unproven, and its good copy counts all the same."""
    good = forge(WORLD.devices["ann"], 9)
    bad = Record(good.header, bytes(64), good.header_bytes, good.payload)
    box = Inbox(GENESIS)
    assert box.take([bad]).verified == []
    assert box.parked() == Counter({Parked.SIGNATURE: 1})
    assert [record.id for record in box.take([good]).verified] == [good.id]
    assert box.parked() == Counter({Parked.KIND: 1})


@given(st.binary(max_size=80))
def test_what_is_no_operation_is_held(junk: bytes) -> None:
    """A record of kind OPERATION with anything else inside is held with its reason, and membership stays."""
    box = Inbox(GENESIS)
    before = box.members
    record = forge(WORLD.devices["ann"], Kind.OPERATION, junk)
    ((identity, why),) = box.take([record]).held
    assert (identity, box.members) == (record.id, before)
    assert why.startswith("not an operation")


def test_a_device_that_starts_over_too_often_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lives of a device beyond the bound do not count, and the others' go on."""
    monkeypatch.setattr(inbox, "DEVICE_INCARNATIONS_MAX", 2)
    box = Inbox(GENESIS)
    held = [box.take([forge(WORLD.devices["ann"], 9, bytes([life]))]).held for life in range(4)]
    assert [len(items) for items in held] == [0, 0, 1, 1]
    assert box.take([forge(WORLD.devices["bob"], 9)]).held == []


# Devices that were removed


def removing(tips: Sequence[Tip], *, victim: str = "bob2", by: str = "bob", members: Members | None = None) -> Verified:
    """The record by which one device removes another, in a life of its own."""
    device, gone = WORLD.devices[by], WORLD.devices[victim].keys.device
    known = members or full().members
    signed = revoke_device(known, device.keys, device.admin, gone, tips, None, entropy_of("removal"))
    return forge(device, Kind.OPERATION, signed)


def full() -> Inbox:
    """An inbox that has read the whole log."""
    box = Inbox(GENESIS)
    box.take(LETTERS)
    return box


def written_by(name: str) -> list[Record]:
    """The changes of one device, in the order of the log."""
    device = WORLD.devices[name].keys.device
    return [found for found in LETTERS if found.header.device == device and found.header.kind == Kind.CHANGES]


def tip_of(record: Record) -> Tip:
    """The place of a record as a tip."""
    return Tip(record.header.incarnation, record.header.sequence, record.id)


@given(st.randoms())
def test_what_is_beyond_a_cut_is_parked_and_the_rest_counts(dice: Random) -> None:
    """In whatever order a removal and the removed device's records come, in the end those up to the cut count."""
    first, *rest = written_by("bob2")
    records = [*LETTERS, removing([tip_of(first)])]
    box = Inbox(GENESIS)
    box.take(dice.sample(records, dice.randint(0, len(records))))
    box.take(records)
    again = Inbox(GENESIS)
    judged = again.take(dice.sample(records, len(records)))
    assert {record.id for record in judged.carriers if record in written_by("bob2")} == {first.id}
    assert {record.id for record in again.beyond} == {record.id for record in judged.beyond}
    assert {record.id for record in again.beyond} == {record.id for record in rest}
    assert again.parked() == Counter({Parked.REMOVED: len(rest)})
    assert again.members == box.members


def test_a_removal_that_comes_late_says_so() -> None:
    """Where records had been handed on that are beyond a new cut, the documents have to be made anew."""
    box = full()
    judged = box.take([removing([])])
    assert judged.recut
    assert not box.take([]).recut


def test_another_cut_releases_what_was_parked() -> None:
    """Where a cut turns up that reaches further and comes before, what waited beyond the other one counts."""
    rest = written_by("bob2")
    known = full().members
    low = removing([], members=known)
    # Which cut counts is decided by ids: look for one that reaches further and comes before.
    lives = [Tip(Incarnation(bytes([number]) * 16), 1, RecordId(bytes(32))) for number in range(40)]
    far = [removing([tip_of(rest[-1]), life], members=known) for life in lives]
    further = next(cut for cut in far if Operation.of(cut).id < Operation.of(low).id)
    box = Inbox(GENESIS)
    box.take([*LETTERS, low])
    assert set(rest) <= set(box.beyond)
    judged = box.take([further])
    assert judged.recut
    assert rest[-1] in judged.carriers
    assert rest[-1] not in box.beyond
    assert box.parked() == Counter({Parked.REMOVED: len(box.beyond)})


def test_who_knows_of_its_removal_writes_nothing() -> None:
    """A record that names, with its heads, the removal of its own device is held, also below the cut."""
    bob2 = WORLD.devices["bob2"]
    lives = {record.header.incarnation: record for record in written_by("bob2")}
    removal = removing([tip_of(record) for record in lives.values()])
    box = full()
    box.take([removal])
    letter = forge(bob2, Kind.CHANGES, heads=box.members.heads, changes=True)
    assert [why for _, why in box.take([letter]).held] == ["its device knew that it had been removed"]


def test_what_builds_on_what_does_not_count_is_held() -> None:
    """A record that names an operation which counts nowhere does not wait for it."""
    ann = WORLD.devices["ann"]
    box, fields = full(), (device_of("bob2"), Ends().parts(), None)
    crossing = payload(box.members, ann.keys.device, ann.admin, OperationKind.DEVICE_REVOKE, *fields)
    box.take([forge(ann, Kind.OPERATION, crossing)])
    (refused,) = box.members.refused
    letter = forge(ann, Kind.CHANGES, heads=(refused,), changes=True)
    ((_, why),) = box.take([letter]).held
    assert why == "it builds on a membership operation that does not count"


def test_recovery_words_write_nothing() -> None:
    """What is signed with the keys of recovery words counts as an operation, and never as a change."""
    ann = WORLD.devices["bob"]
    words, admin = DeviceKeys.make(entropy_of("words"))
    box = full()
    members, person = box.members, box.members.person(ann.keys.device)
    second = device_of("bob2"), second_for(members, ann.keys.device, words.device, WORLD.devices["bob2"].admin)
    proofs = words_proofs(members, person, words, Signer(admin))
    fields = words.card, proofs, second, None, entropy_of("set")
    box.take([forge(ann, Kind.OPERATION, set_recovery(members, ann.keys, ann.admin, *fields))])
    assert box.members.words == {person: words.device}
    header = replace(forge(ann, Kind.CHANGES, changes=True).header, device=words.device)
    letter = records.sign(header, b"", words.signer)
    judged = box.take([letter])
    assert (judged.carriers, judged.beyond, judged.held) == ([], [letter], [])
    assert box.parked()[Parked.WEAK] == 1


def device_of(name: str) -> DeviceId:
    """The id of a device of the world."""
    return WORLD.devices[name].keys.device
