"""Who belongs and what counts depends on the records that came, never on the order in which they came."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import Put, document_id, inbox
from troth import envelope as envelopes
from troth import record as records
from troth.crypto import digest
from troth.inbox import Inbox, Parked
from troth.record import Header, Kind, Record, Verified
from troth.testing import Device, World
from troth_wire.ids import Incarnation, OperationId, RecordId

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


def forge(device: Device, kind: int, payload: bytes = b"", heads: tuple[OperationId, ...] = ()) -> Verified:
    """A well-signed record of a life of its own."""
    header = Header(
        kind=kind,
        space=device.engine.identity.space,
        device=device.keys.device,
        incarnation=Incarnation(digest(b"test", payload + b"".join(heads))[:16]),
        sequence=1,
        heads=heads,
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
    return (members.person_of, members.heads, dict(members.counting)), box.parked(), set(carriers), set(verified)


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


@pytest.mark.parametrize("kind", [3, 4, 9, 255])
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
def test_what_is_no_operation_is_held(payload: bytes) -> None:
    """A record of kind OPERATION with anything else inside is held with its reason, and membership stays."""
    box = Inbox(GENESIS)
    before = box.members
    record = forge(WORLD.devices["ann"], Kind.OPERATION, payload)
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
