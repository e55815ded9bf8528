"""Operations are judged once, in whatever order they come, and the members follow from the set alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.drawn_tales import drawn_tales
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
from tests.troth.tales import Tale
from troth import crypto, record
from troth import roll as roll_module
from troth.joining import add_device
from troth.membership import Members
from troth.operations import Operation, OperationKind
from troth.roll import Roll, evaluate
from troth.testing import entropy_of
from troth_wire.errors import UsageError
from troth_wire.ids import OperationId
from troth_wire.limits import HEADER_BYTES_MAX, HEADER_HEADS_MAX, PERSON_DEVICES_MAX

COUPLE = space_of("robin", "sasha")
ALONE = space_of("robin")
ROOT = OperationId(COUPLE.space)


def test_an_operation_is_its_authors() -> None:
    """The same payload in another device's record, or signed for another space, does not count."""
    payload = adding(COUPLE, "tablet", by="robin")
    assert device("tablet") in evaluate(COUPLE, [operation_in(payload, by="robin", space=COUPLE.space)]).cards
    by_another = operation_in(payload, by="sasha", space=COUPLE.space)
    assert evaluate(COUPLE, [by_another]).authorised == {ROOT}
    elsewhere = operation_in(payload, by="robin", space=ALONE.space)
    assert evaluate(COUPLE, [elsewhere]).authorised == {ROOT}


def test_a_spoiled_copy_does_not_stand_for_an_operation() -> None:
    """A copy of an operation under another signature neither counts nor keeps the good one from counting."""
    good = operation_in(adding(COUPLE, "tablet", by="robin"), by="robin", space=COUPLE.space)
    spoiled = replace(good, signature=bytes(64))
    assert spoiled.id == good.id
    for operations in ([good, spoiled], [spoiled, good]):
        assert evaluate(COUPLE, operations).authorised == {ROOT, good.id}
    assert evaluate(COUPLE, [spoiled]).authorised == {ROOT}


def test_an_operation_waits_for_its_parents() -> None:
    """What an added device does counts once the operation that added it is known, and not before."""
    first = operation_in(adding(COUPLE, "tablet", by="robin"), by="robin", space=COUPLE.space)
    second = operation_in(
        adding(COUPLE, "phone", by="tablet", person="robin", parents=[first.id]), by="tablet", space=COUPLE.space
    )
    orphan = operation_in(
        adding(COUPLE, "watch", by="tablet", person="robin", parents=[ROOT]), by="tablet", space=COUPLE.space
    )
    assert evaluate(COUPLE, [second]).authorised == {ROOT}
    members = evaluate(COUPLE, [second, first, orphan])
    assert members.authorised == {ROOT, first.id, second.id}
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
    assert operations[-1].id not in members.authorised
    with pytest.raises(UsageError):
        add(members, "robin", "one more")
    assert (
        add(members, "sasha", "tablet").id
        in evaluate(COUPLE, [*operations, add(members, "sasha", "tablet")]).authorised
    )


def test_an_operation_is_judged_before_it_is_written() -> None:
    """What asking says of an operation is what becomes of it, and asking alone changes nothing."""
    roll, operations = Roll(COUPLE), crowd("robin", PERSON_DEVICES_MAX, in_a_row=True)
    for operation in operations:
        before = roll.members()
        why = roll.refusal(operation)
        assert roll.members() == before
        roll.add(operation)
        assert roll.members().refused == ({} if why is None else {operation.id: why.value})
    assert why is not None


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


@given(drawn_tales(), st.sampled_from(["robin", "sasha"]))
def test_few_heads_are_all_named(tale: Tale, by: str) -> None:
    """Where they fit, an author names all the heads."""
    members = tale.members()
    assert members.heads_for(device(by)) == members.heads


def test_an_author_names_its_own_chain_first() -> None:
    """However many heads there are, an author's next operation follows its last, so nobody makes its chain branch."""
    own = add(evaluate(COUPLE, []), "robin", "tablet")
    members = evaluate(COUPLE, [own, *crowd("sasha", 40, in_a_row=False)])
    assert own.id in members.heads_for(device("robin"))


def test_the_largest_header_fits() -> None:
    """A header with as many heads as an author names is within its bound."""
    members = evaluate(COUPLE, crowd("sasha", 30, in_a_row=False))
    header = carried(b"", by="robin", genesis=COUPLE).header
    named = replace(header, heads=members.heads_for(device("robin")))
    assert len(named.encode()) <= HEADER_BYTES_MAX
    read, _ = record.parse(record.sign(named, b"", keys_of("robin")[0].signer).encode())
    assert read.header == named


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


def test_few_standings_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is forgotten is found again: with room for one standing the members are the same."""
    operations = [*crowd("sasha", 5, in_a_row=False), *crowd("robin", 5, in_a_row=True)]
    expected = evaluate(COUPLE, operations)
    monkeypatch.setattr(roll_module, "STANDINGS_KEPT", 1)
    assert evaluate(COUPLE, operations) == expected


@given(drawn_tales(), st.data())
def test_order_means_nothing(tale: Tale, data: st.DataObject) -> None:
    """The same set of operations gives the same members, in any order, with any repeats and looks in between."""
    shuffled = data.draw(st.permutations(tale.told))
    roll = Roll(tale.genesis)
    for operation in shuffled:
        roll.add(operation)
        if data.draw(st.booleans()):
            roll.members()
            roll.add(operation)
    assert roll.members() == tale.members()


@given(drawn_tales(), st.data())
def test_what_is_authorised_stays_so(tale: Tale, data: st.DataObject) -> None:
    """What comes later may make an operation void; that it was authorised, or that it counts nowhere, stands."""
    some = evaluate(tale.genesis, [item for item in tale.told if data.draw(st.booleans())])
    every = tale.members()
    assert some.authorised <= every.authorised
    assert some.refused.keys() <= every.refused.keys()
    assert some.cards.keys() <= every.cards.keys()


@given(drawn_tales())
def test_heads_are_what_nothing_builds_on(tale: Tale) -> None:
    """The heads are the operations that were authorised and that no other such names, ascending."""
    members = tale.members()
    named = {parent for item in tale.told if item.id in members.authorised for parent in item.parents}
    assert members.heads == tuple(sorted(members.authorised - named))


@given(drawn_tales())
def test_everything_has_a_reason_or_stands(tale: Tale) -> None:
    """Whatever was signed is authorised or refused with a reason, and only what is authorised can be void."""
    members = tale.members()
    assert {item.id for item in tale.told} == (members.authorised | members.refused.keys()) - {
        OperationId(tale.genesis.space)
    }
    assert members.voided.keys() <= members.authorised
    assert not members.refused.keys() & members.authorised
    assert all(len(why.split()) > 3 for why in [*members.refused.values(), *members.voided.values()])


def test_who_named_its_removal_knew_of_it() -> None:
    """Heads in whose past a device was removed tell so, unless recovery words struck the removal."""
    tale = Tale()
    words = tale.words("words 1 of robin", "robin")
    tablet = tale.add("tablet of robin", "robin")
    removal = tale.revoke("robin", "tablet of robin", at=[tablet])
    final = tale.revoke("tablet of robin", "words 1 of robin", at=[removal], keeps=[])
    roll = Roll(tale.genesis)
    for operation in tale.told:
        roll.add(operation)
    assert not roll.was_removed(device("robin"), [words.id])
    assert roll.was_removed(device("robin"), [removal.id])
    assert not roll.was_removed(device("robin"), [final.id])
    assert roll.was_removed(device("tablet of robin"), [final.id])


def test_what_builds_on_nothing_that_counts_does_not_wait() -> None:
    """An operation on one that counts nowhere is refused as well, and a record that names it need not wait."""
    tale = Tale()
    bad = tale.add("tablet of robin", "robin", proven_by="stranger")
    after = tale.add("phone of robin", "robin", at=[bad])
    roll = Roll(tale.genesis)
    for operation in (after, bad):
        roll.add(operation)
    assert roll.refuses([after.id])
    assert not roll.knows([after.id])
    assert roll.members().refused.keys() == {bad.id, after.id}


@pytest.mark.parametrize("words_first", [False, True])
def test_what_is_words_and_device_at_once_is_cut_alike_in_any_order(words_first: bool) -> None:
    """Of a card that is added as a device and as words, it follows from the set what it is, and that its cut fits."""
    tale, found = Tale(), device("tablet of robin")
    if words_first:
        tale.words("tablet of robin", "robin", at=[])
    tale.add("tablet of robin", "robin", at=[])
    if not words_first:
        tale.words("tablet of robin", "robin", at=[])
    members = tale.members()
    assert (found in members.weak) == (found in members.cuts) == (found not in members.active)
    assert evaluate(tale.genesis, tale.told[::-1]) == members
    only_words = evaluate(tale.genesis, [item for item in tale.told if item.kind == OperationKind.RECOVERY_SET])
    assert only_words.cuts[found].tips == ()
