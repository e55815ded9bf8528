"""Who belongs follows from the genesis and the set of operations, and from nothing else."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import (
    adding,
    asked_by,
    carried,
    device,
    epoch_of,
    keys_of,
    operation_in,
    person,
    space_of,
)
from troth import crypto, membership, record
from troth.crypto import Signer
from troth.epochs import announce
from troth.joining import Welcome, add_device
from troth.keys import Epoch
from troth.membership import Genesis, Members, Operation, Roll, evaluate
from troth.testing import entropy_of
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, RemoteError, UsageError, VersionError
from troth_wire.ids import OperationId
from troth_wire.limits import HEADER_BYTES_MAX, HEADER_HEADS_MAX, PERSON_DEVICES_MAX

COUPLE = space_of("robin", "sasha")
ALONE = space_of("robin")
ROOT = OperationId(COUPLE.space)
ROLES = {"robin": "sasha", "sasha": "robin"}


@dataclass(frozen=True)
class Act:
    """Somebody adds a device that wants to join one person: rightly, without its consent, or without the admin key."""

    by: str
    newcomer: str
    parents: tuple[int, ...]
    flaw: str


def owner(name: str) -> str:
    """Whose device it is by its name, or wants to be."""
    return name.rpartition(" of ")[2]


def mirrored(name: str) -> str:
    """The device that plays a device's part with the roles exchanged."""
    return name.removesuffix(owner(name)) + ROLES.get(owner(name), owner(name))


def carry_out(acts: Sequence[Act], *, mirror: bool = False) -> list[Operation]:
    """Write the operations of some acts, in the space of two, with the roles exchanged if asked."""
    role: Callable[[str], str] = mirrored if mirror else str
    written: list[Operation] = []
    for act in acts:
        by, newcomer = role(act.by), role(act.newcomer)
        parents = list({written[place].id for place in act.parents}) or [ROOT]
        proven_by = by if act.flaw == "unproven" else None
        payload = adding(COUPLE, newcomer, by=by, person=owner(newcomer), parents=parents, proven_by=proven_by)
        if act.flaw == "unsigned":
            payload = payload[:-1] + bytes([payload[-1] ^ 1])
        written.append(operation_in(payload, by=by, space=COUPLE.space))
    return written


@st.composite
def lives(draw: st.DrawFn) -> list[Act]:
    """A few acts, each by a founder, a stranger, or a device that an earlier act was about."""
    acts: list[Act] = []
    names = ["robin", "sasha", "stranger"]
    for number in range(draw(st.integers(1, 5))):
        parents = tuple(sorted(draw(st.sets(st.integers(0, number - 1), max_size=2)))) if number else ()
        newcomer = f"device {draw(st.integers(0, number))} of {draw(st.sampled_from(['robin', 'sasha']))}"
        flaw = draw(st.sampled_from(["", "", "", "unproven", "unsigned"]))
        acts.append(Act(draw(st.sampled_from(names)), newcomer, parents, flaw))
        names.append(newcomer)
    return acts


@given(lives(), st.data())
def test_order_means_nothing(acts: list[Act], data: st.DataObject) -> None:
    """The same set of operations gives the same members, in any order and with any repeats."""
    operations = carry_out(acts)
    shuffled = data.draw(st.permutations(operations))
    repeated = data.draw(st.lists(st.sampled_from(operations)))
    assert evaluate(COUPLE, [*shuffled, *repeated]) == evaluate(COUPLE, operations)


@given(lives(), st.data())
def test_what_counts_goes_on_counting(acts: list[Act], data: st.DataObject) -> None:
    """An operation that counts is not undone by others that arrive later."""
    operations = carry_out(acts)
    some = data.draw(st.lists(st.sampled_from(operations), unique_by=lambda operation: operation.id))
    before, after = evaluate(COUPLE, some), evaluate(COUPLE, operations)
    assert before.counting.keys() <= after.counting.keys()
    assert before.cards.keys() <= after.cards.keys()


@given(lives())
def test_a_device_belongs_only_where_it_asked_to(acts: list[Act]) -> None:
    """Every device that counts was added by its own person, has proven to want that, and signed with good keys."""
    operations = carry_out(acts)
    members = evaluate(COUPLE, operations)
    rightful = {
        operation.id
        for act, operation in zip(acts, operations, strict=True)
        if not act.flaw and owner(act.by) == owner(act.newcomer)
    }
    assert members.counting.keys() - {ROOT} <= rightful
    people = {device(name): person(owner(name)) for act in acts for name in (act.newcomer, "robin", "sasha")}
    assert members.person_of.keys() == members.cards.keys()
    assert members.person_of.items() <= people.items()


@given(st.permutations(["robin", "sasha"]))
def test_whose_a_device_is_does_not_depend_on_order(order: list[str]) -> None:
    """A device that asks both persons and is added by both at once belongs to the same one everywhere."""
    both = [operation_in(adding(COUPLE, "tablet", by=name, person=name), by=name, space=COUPLE.space) for name in order]
    assert evaluate(COUPLE, both) == evaluate(COUPLE, both[::-1])
    assert len(evaluate(COUPLE, both).heads) == 2


@given(lives())
def test_both_persons_have_the_same_rights(acts: list[Act]) -> None:
    """With the roles exchanged the same acts count, for the other person."""
    plain, mirror = carry_out(acts), carry_out(acts, mirror=True)
    here, there = evaluate(COUPLE, plain), evaluate(COUPLE, mirror)
    assert [operation.id in here.counting for operation in plain] == [
        operation.id in there.counting for operation in mirror
    ]
    names = {name for act in acts for name in (act.by, act.newcomer)}
    assert {mirrored(name) for name in names if device(name) in here.cards} == {
        mirrored(name) for name in names if device(mirrored(name)) in there.cards
    }


@given(lives())
def test_heads_are_what_nothing_builds_on(acts: list[Act]) -> None:
    """The heads are the operations that count and that no other that counts names, ascending."""
    operations = carry_out(acts)
    members = evaluate(COUPLE, operations)
    named = {parent for operation in operations if operation.id in members.counting for parent in operation.parents}
    assert members.heads == tuple(sorted(members.counting.keys() - named))


@pytest.mark.parametrize("by", ["robin", "sasha"])
def test_nobody_adds_a_device_for_the_other(by: str) -> None:
    """A device that has proven to want to be the other's does not become this one's, nor by this one the other's."""
    for intended in ("robin", "sasha"):
        operation = operation_in(adding(COUPLE, "tablet", by=by, person=intended), by=by, space=COUPLE.space)
        members = evaluate(COUPLE, [operation])
        assert (device("tablet") in members.cards) == (by == intended)
        with pytest.raises(ForgedError) if by != intended else nullcontext():
            asked = asked_by("tablet", to=COUPLE, joins=intended)
            add_device(evaluate(COUPLE, []), *keys_of(by), asked, epoch_of(COUPLE, by), entropy_of("adding"))


def test_a_proof_is_for_one_space() -> None:
    """What a device has signed for one space adds it to no other, not even of the same person."""
    elsewhere = asked_by("tablet", to=ALONE, joins="robin")
    robin, admin = keys_of("robin")
    epoch = epoch_of(COUPLE, "robin")
    with pytest.raises(ForgedError):
        add_device(evaluate(COUPLE, []), robin, admin, elsewhere, epoch, entropy_of("adding"))
    announcement = announce(epoch, [elsewhere.card], entropy_of("adding"))
    body = codec.pack([1, 1, [ROOT], elsewhere.card.parts(), elsewhere.proofs, announcement.parts()])
    signature = admin.sign(b"troth/operation/1\x00" + COUPLE.space + robin.device + body)
    operation = operation_in(codec.pack([body, signature]), by="robin", space=COUPLE.space)
    assert device("tablet") not in evaluate(COUPLE, [operation]).cards


def test_an_operation_is_its_authors() -> None:
    """The same payload in another device's record, or signed for another space, does not count."""
    payload = adding(COUPLE, "tablet", by="robin")
    assert device("tablet") in evaluate(COUPLE, [operation_in(payload, by="robin", space=COUPLE.space)]).cards
    by_another = operation_in(payload, by="sasha", space=COUPLE.space)
    assert evaluate(COUPLE, [by_another]).counting.keys() == {ROOT}
    elsewhere = operation_in(payload, by="robin", space=ALONE.space)
    assert evaluate(COUPLE, [elsewhere]).counting.keys() == {ROOT}


def test_a_spoiled_copy_does_not_stand_for_an_operation() -> None:
    """A copy of an operation under another signature neither counts nor keeps the good one from counting."""
    good = operation_in(adding(COUPLE, "tablet", by="robin"), by="robin", space=COUPLE.space)
    spoiled = replace(good, signature=bytes(64))
    assert spoiled.id == good.id
    for operations in ([good, spoiled], [spoiled, good]):
        assert evaluate(COUPLE, operations).counting.keys() == {ROOT, good.id}
    assert evaluate(COUPLE, [spoiled]).counting.keys() == {ROOT}


def test_an_operation_waits_for_its_parents() -> None:
    """What an added device does counts once the operation that added it is known, and not before."""
    first = operation_in(adding(COUPLE, "tablet", by="robin"), by="robin", space=COUPLE.space)
    second = operation_in(
        adding(COUPLE, "phone", by="tablet", person="robin", parents=[first.id]), by="tablet", space=COUPLE.space
    )
    orphan = operation_in(
        adding(COUPLE, "watch", by="tablet", person="robin", parents=[ROOT]), by="tablet", space=COUPLE.space
    )
    assert evaluate(COUPLE, [second]).counting.keys() == {ROOT}
    members = evaluate(COUPLE, [second, first, orphan])
    assert members.counting.keys() == {ROOT, first.id, second.id}
    assert members.heads == (second.id,)
    assert members.person_of[device("phone")] == person("robin")


def crowd(by: str, count: int, *, in_a_row: bool) -> list[Operation]:
    """So many devices added by one, each after the one before it or all at once."""
    operations: list[Operation] = []
    for number in range(count):
        parents = [operations[-1].id] if operations and in_a_row else [ROOT]
        payload = adding(COUPLE, f"{by}'s device {number}", by=by, parents=parents)
        operations.append(operation_in(payload, by=by, space=COUPLE.space))
    return operations


def test_a_person_has_so_many_devices() -> None:
    """One device past the bound does not count, can not be asked for, and takes nothing from the other person."""
    operations = crowd("robin", PERSON_DEVICES_MAX, in_a_row=True)
    members = evaluate(COUPLE, operations)
    assert list(members.person_of.values()).count(person("robin")) == PERSON_DEVICES_MAX
    assert operations[-1].id not in members.counting
    with pytest.raises(UsageError):
        add(members, "robin", "one more")
    assert (
        add(members, "sasha", "tablet").id in evaluate(COUPLE, [*operations, add(members, "sasha", "tablet")]).counting
    )


def add(members: Members, by: str, newcomer: str, joins: str = "") -> Operation:
    """What a device writes that honestly adds another."""
    asked = asked_by(newcomer, to=COUPLE, joins=joins or by)
    epoch = epoch_of(COUPLE, joins or by)
    payload = add_device(members, *keys_of(by), asked, epoch, entropy_of(newcomer))
    return operation_in(payload, by=by, space=COUPLE.space)


def test_a_known_device_is_not_added_again() -> None:
    """Who is a member already can not be added, by whoever it is."""
    members = evaluate(COUPLE, [add(evaluate(COUPLE, []), "robin", "tablet")])
    for known in ("tablet", "robin"):
        with pytest.raises(UsageError):
            add(members, "robin", known)


@pytest.mark.parametrize("by", ["robin", "tablet"])
def test_many_heads_do_not_stop_anybody(by: str) -> None:
    """However many operations one person makes at once, the others' headers and operations stay within their bounds."""
    tablet = add(evaluate(COUPLE, []), "robin", "tablet")
    members = evaluate(COUPLE, [tablet, *crowd("sasha", 40, in_a_row=False)])
    assert len(members.heads) == 41
    named = members.heads_for(device(by))
    assert len(named) == HEADER_HEADS_MAX
    assert list(named) == sorted(set(named))
    operation = add(members, by, "phone", joins="robin")
    after = evaluate(COUPLE, [tablet, *crowd("sasha", 40, in_a_row=False), operation])
    assert after.person_of[device("phone")] == person("robin")


@given(lives(), st.sampled_from(["robin", "sasha"]))
def test_few_heads_are_all_named(acts: list[Act], by: str) -> None:
    """Where they fit, an author names all the heads."""
    members = evaluate(COUPLE, carry_out(acts))
    assert members.heads_for(device(by)) == members.heads


# The genesis


@pytest.mark.parametrize("names", [("robin",), ("robin", "sasha"), ("sasha", "robin")])
def test_a_genesis_comes_back(names: tuple[str, ...]) -> None:
    """A genesis is read as it was written, and every founder can open its epoch."""
    genesis = space_of(*names)
    read = Genesis.parse(genesis.encode())
    assert (read, read.space, read.complete) == (genesis, genesis.space, True)
    assert len({epoch_of(read, name).key for name in names}) == 1
    assert evaluate(read, []).person_of == {device(name): person(name) for name in names}


@given(st.data())
def test_a_spoiled_genesis_is_only_refused(data: st.DataObject) -> None:
    """However a genesis is changed, reading it raises nothing but a RemoteError, unless it leaves signatures out."""
    encoded = COUPLE.encode()
    start = data.draw(st.integers(0, len(encoded)))
    end = data.draw(st.integers(start, min(len(encoded), start + 40)))
    spoiled = encoded[:start] + data.draw(st.binary(max_size=8)) + encoded[end:]
    try:
        genesis = Genesis.parse(spoiled)
    except RemoteError:
        return
    assert genesis.encode() == spoiled
    assert not genesis.complete or genesis == COUPLE


def test_a_draft_becomes_a_genesis_by_every_signature() -> None:
    """Nobody can begin on a draft until every founder has signed it, in whichever order."""
    for order in (("robin", "sasha"), ("sasha", "robin")):
        genesis = membership.found([keys_of(name)[0].card for name in order], entropy_of("draft"))
        for name in order:
            read = Genesis.parse(genesis.encode())
            assert not read.complete
            for founder in order:
                with pytest.raises(ForgedError):
                    Welcome(read, None).epoch(keys_of(founder)[0])
            genesis = membership.countersign(read, *keys_of(name))
        assert Genesis.parse(genesis.encode()).complete
        assert Welcome(genesis, None).epoch(keys_of("robin")[0]).mailbox == genesis.epoch.mailbox


def test_only_a_founder_signs() -> None:
    """Who does not found a space has nothing to sign."""
    with pytest.raises(UsageError):
        membership.countersign(COUPLE, *keys_of("stranger"))


def test_nobody_signs_a_space_that_they_could_not_read() -> None:
    """A founder whose wrap holds another key, or none, refuses to sign."""
    keys, admin = keys_of("robin")
    other = announce(Epoch(b"o" * 32), [keys.card], entropy_of("other"))
    mixed = replace(ALONE.epoch, wraps=other.wraps)
    unreadable = replace(ALONE.epoch, wraps={keys.device: bytes(80)})
    for epoch in (mixed, unreadable):
        with pytest.raises(ForgedError):
            membership.countersign(replace(ALONE, epoch=epoch, signatures=(None,)), keys, admin)


def test_another_salt_is_another_space() -> None:
    """The same founders can found as many spaces as they like."""
    assert space_of("robin", "sasha", salt="again").space != COUPLE.space


# The form of an operation


@given(st.lists(st.integers(0, 40), max_size=3), st.data())
def test_an_operation_of_another_number_or_version_waits(rest: list[int], data: st.DataObject) -> None:
    """Another version, or another number under this one, raises VersionError whatever else the body holds."""
    other = st.integers(-(2**63), 2**64 - 1).filter(lambda number: number != 1)
    body = data.draw(st.sampled_from([[data.draw(other)], [1, data.draw(other)]]))
    with pytest.raises(VersionError):
        operation_in(codec.pack([codec.pack([*body, *rest]), bytes(64)]), by="robin", space=COUPLE.space)


@given(st.data())
def test_a_spoiled_operation_is_only_refused(data: st.DataObject) -> None:
    """However a payload is changed, reading it raises nothing but a RemoteError, and what is read does not count."""
    payload = adding(COUPLE, "tablet", by="robin")
    start = data.draw(st.integers(0, len(payload)))
    end = data.draw(st.integers(start, min(len(payload), start + 40)))
    spoiled = payload[:start] + data.draw(st.binary(max_size=8)) + payload[end:]
    assume(spoiled != payload)
    try:
        operation = operation_in(spoiled, by="robin", space=COUPLE.space)
    except RemoteError:
        return
    assert evaluate(COUPLE, [operation]).counting.keys() == {ROOT}


def test_the_largest_genesis_and_header_fit() -> None:
    """A space of two, and a header with as many heads as an author names, are within their bounds."""
    assert len(COUPLE.encode()) <= membership.GENESIS_BYTES_MAX
    members = evaluate(COUPLE, crowd("sasha", 30, in_a_row=False))
    header = carried(b"", by="robin", genesis=COUPLE).header
    named = replace(header, heads=members.heads_for(device("robin")))
    assert len(named.encode()) <= HEADER_BYTES_MAX
    read, _ = record.parse(record.sign(named, b"", keys_of("robin")[0].signer).encode())
    assert read.header == named


@pytest.mark.parametrize("parents", [[], [b"b" * 32, b"a" * 32], [b"a" * 32] * 2, [b"a" * 31]])
def test_parents_ascend_and_are_not_missing(parents: list[bytes]) -> None:
    """An operation names at least one parent, each once and in order."""
    robin, admin = keys_of("robin")
    asked = asked_by("tablet", to=COUPLE, joins="robin")
    announcement = announce(epoch_of(COUPLE, "robin"), [asked.card], entropy_of("parents"))
    body = codec.pack([1, 1, parents, asked.card.parts(), asked.proofs, announcement.parts()])
    signature = Signer.sign(admin, b"troth/operation/1\x00" + COUPLE.space + robin.device + body)
    with pytest.raises(MalformedError):
        operation_in(codec.pack([body, signature]), by="robin", space=COUPLE.space)


def test_an_operation_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many operations somebody signs, each costs the others its own signatures and no more, in any order."""
    operations = crowd("sasha", 12, in_a_row=False)
    checked = []
    verify = crypto.verify

    def check(public: bytes, message: bytes, signature: bytes) -> None:
        checked.append(signature)
        verify(public, message, signature)

    monkeypatch.setattr(crypto, "verify", check)
    roll = Roll(COUPLE)
    for operation in [*operations[::-1], *operations]:
        roll.add(operation)
    assert len(roll) == 13
    assert len(checked) == 3 * len(operations)
    assert roll.members() == evaluate(COUPLE, operations)
    assert roll.knows(roll.members().heads)
