"""Who stands where follows from the set of operations, by the rules of the page, in any order."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.drawn_tales import Deed, drawn_deeds, drawn_tales, known, mirrored, tell
from tests.troth.letters import device, person
from tests.troth.oracle import Oracle
from tests.troth.tales import Tale, owner
from troth import authority, standing
from troth.membership import Members
from troth.operations import Operation
from troth.roll import evaluate
from troth.standing import Void
from troth_wire.ids import PersonId

TABLET, PHONE, WATCH = "tablet of robin", "phone of robin", "watch of robin"
ONE, TWO = "words 1 of robin", "words 2 of robin"
WORDS: dict[str, str] = {why.value: why.name.lower() for why in Void}


def seen_by(oracle: Oracle) -> dict[str, object]:
    """What the oracle finds, in the words of the engine."""
    state = oracle.final()
    return {
        "authorised": oracle.everything | {oracle.genesis.space},
        "refused": {name for name in oracle.copies if oracle.verdict(name) not in ("", "missing")},
        "active": state.active,
        "words": state.words,
        "void": state.void,
        "split": state.split,
        "highest": state.highest,
        "current": state.current,
        "cuts": state.cuts,
        "confirmed": state.confirmed,
    }


def seen_in(members: Members) -> dict[str, object]:
    """What the engine finds."""
    return {
        "authorised": members.authorised,
        "refused": set(members.refused),
        "active": {found: members.person_of[found] for found in members.active},
        "words": dict(members.words),
        "void": {name: WORDS[why] for name, why in members.voided.items()},
        "split": members.split,
        "highest": members.highest,
        "current": members.current and members.current.operation,
        "cuts": {found: cut.operation for found, cut in members.cuts.items()},
        "confirmed": members.confirmed,
    }


def void(tale: Tale) -> dict[bytes, str]:
    """What is void, and in a word why."""
    return {name: WORDS[why] for name, why in tale.members().voided.items()}


def names(tale: Tale) -> set[str]:
    """The devices that belong, by name."""
    known = ("robin", "sasha", *(f"{spare} of {who}" for who in ("robin", "sasha") for spare in SPARE))
    return {name for name in known if device(name) in tale.members().active}


SPARE = ("tablet", "phone", "watch", *(f"device {number}" for number in range(24)))


@given(drawn_tales(), st.data())
def test_the_rules_are_those_of_the_page(tale: Tale, data: st.DataObject) -> None:
    """Whatever was signed, and whatever of it is missing, the engine finds what the rules say, read word for word."""
    some = [operation for operation in tale.told if data.draw(st.integers(0, 9))]
    assert seen_in(evaluate(tale.genesis, some)) == seen_by(Oracle(tale.genesis, some))


@given(drawn_tales())
def test_the_rules_are_those_of_the_page_where_there_is_little_room(tale: Tale) -> None:
    """The same holds where a person may have no more than two devices, so that the bound is met all the time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (authority, standing):
            patch.setattr(module, "PERSON_DEVICES_MAX", 2)
        found = seen_in(evaluate(tale.genesis, tale.told))
    assert found == seen_by(Oracle(tale.genesis, tale.told, devices_max=2))


# Properties over any tale


@given(drawn_deeds())
def test_both_persons_have_the_same_rights(told: tuple[Tale, list[Deed]]) -> None:
    """With the roles exchanged the same operations count, and the same devices belong, of the other person."""
    tale, deeds = told
    mirror = Tale("robin", "sasha")
    for deed in deeds:
        tell(mirror, deed, known(mirror, deed), mirrored)
    here, there = tale.members(), mirror.members()
    # Where ids break ties, a roll of the dice decides: exchanged roles are other dice.
    assume(len([deed for deed in deeds if deed.kind == "words"]) < 2)
    assume(not {"taken", "full", "struck"} & {WORDS[why] for why in [*here.voided.values(), *there.voided.values()]})
    assert [item.id in here.authorised for item in tale.told] == [item.id in there.authorised for item in mirror.told]
    assert [item.id in here.voided for item in tale.told] == [item.id in there.voided for item in mirror.told]
    assert {mirrored(name) for name in names(tale)} == names(mirror)


def alone(tale: Tale, deeds: list[Deed], who: str) -> Tale:
    """What one person signed that was authorised, told as if the other one had never signed anything."""
    authorised, own, kept = tale.members().authorised, Tale("robin", "sasha"), dict[int, Operation]()
    for place, (deed, written) in enumerate(zip(deeds, tale.told, strict=True)):
        if written in tale.told[:place]:
            continue
        if owner(deed.by) == who and written.id in authorised and deed.kind not in ("rotate", "split"):
            before = {item.id for item in tale.past([written])}
            kept[place] = tell(own, deed, [item for at, item in kept.items() if tale.told[at].id in before])
    return own


@given(drawn_deeds(10), st.sampled_from(["robin", "sasha"]))
def test_nobody_touches_the_others_devices(told: tuple[Tale, list[Deed]], who: str) -> None:
    """A person's devices are what that person's own operations make them, whatever the other one signs."""
    tale, deeds = told
    own = alone(tale, deeds, who)
    assume(len([deed for deed in deeds if deed.kind == "words" and owner(deed.by) == who]) < 2)
    # A device that agreed to be the other's is the other's; and what the other knows shields from a fork, no more.
    assume(all(owner(deed.about) == owner(deed.by) for deed in deeds if deed.kind in ("add", "rekey")))
    assume("forked" not in [*void(tale).values(), *void(own).values()])
    assert {name for name in names(tale) if owner(name) == who} == {name for name in names(own) if owner(name) == who}


@given(drawn_tales(), st.data())
def test_what_is_signed_late_brings_nobody_back(tale: Tale, data: st.DataObject) -> None:
    """Whatever a device signs on what it knew before its removal, no device is added or comes back by it."""
    before = tale.members()
    gone = [name for name in ("robin", TABLET, PHONE) if device(name) in before.cuts]
    assume(gone)
    assume(not before.words)
    by = data.draw(st.sampled_from(gone))
    at = [tale.told[place] for place in data.draw(st.sets(st.integers(0, len(tale.told) - 1), max_size=2))]
    kind = data.draw(st.sampled_from(["add", "rekey", "revoke"]))
    about = {"add": "watch of robin", "rekey": "device 1 of robin", "revoke": "robin"}[kind]
    tell(tale, Deed(kind, by, about, "", (), ""), at)
    after = tale.members()
    assert not {found for found in after.active if found in before.cuts}
    if kind != "revoke":
        assert after.active <= before.active
    assert {found for found in before.active if before.person_of[found] == person("sasha")} <= after.active


# Grants


def test_a_grant_beside_a_removal_of_its_author_is_void() -> None:
    """What a device adds while another own device removes it does not belong, nor what that one adds."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin", at=[tablet])
    phone = tale.add(PHONE, TABLET, at=[tablet])
    watch = tale.add(WATCH, PHONE, at=[phone])
    assert names(tale) == {"robin", "sasha"}
    assert void(tale) == {phone.id: "removed", watch.id: "author"}


def test_a_grant_before_a_removal_of_its_author_stands() -> None:
    """What a device added before it was removed goes on belonging, also beyond the cut of a device's removal."""
    tale = Tale()
    tale.add(TABLET, "robin")
    tale.add(PHONE, TABLET)
    tale.revoke(TABLET, "robin", keeps=[])
    assert names(tale) == {"robin", "sasha", PHONE}


def test_two_own_devices_that_remove_each_other_are_both_out() -> None:
    """A removal is never void, so neither of two that remove each other wins."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin", at=[tablet])
    tale.revoke("robin", TABLET, at=[tablet])
    assert names(tale) == {"sasha"}
    assert void(tale) == {}


def test_a_removal_by_a_device_that_was_never_rightly_added_stands() -> None:
    """Reductions are never void: the worst that a thief's device can do is to remove, and words undo that."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin", at=[tablet])
    phone = tale.add(PHONE, TABLET, at=[tablet])
    tale.revoke("robin", PHONE, at=[phone])
    assert names(tale) == {"sasha"}


def test_who_was_removed_is_never_added_again() -> None:
    """An id that was removed is dead: added again it is refused, and added at the same time it does not belong."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.add(PHONE, "robin")
    tale.revoke(TABLET, "robin")
    again = tale.add(TABLET, "robin")
    aside = tale.add(TABLET, PHONE, at=[item for item in tale.told[:2] if item is not tablet])
    assert again.id in tale.members().refused
    assert aside.id in tale.members().refused
    assert TABLET not in names(tale)


def test_added_twice_at_once_and_removed_once_is_removed() -> None:
    """A device that two own devices add at once is one device, and one removal removes it."""
    tale = Tale()
    phone = tale.add(PHONE, "robin")
    first = tale.add(TABLET, "robin", at=[phone])
    tale.add(TABLET, PHONE, at=[phone])
    assert TABLET in names(tale)
    tale.revoke(TABLET, "robin", at=[first])
    assert TABLET not in names(tale)


# Forks


def forked() -> tuple[Tale, list[Operation]]:
    """A tablet that adds a phone, and a copy of its store that adds a watch."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    phone = tale.add(PHONE, TABLET, at=[tablet])
    watch = tale.add(WATCH, TABLET, at=[tablet])
    return tale, [tablet, phone, watch]


def test_a_fork_voids_what_is_added_from_there_on() -> None:
    """Where a device's operations branch, none of what it adds in or after a branch stands; what was before does."""
    tale, (_, phone, watch) = forked()
    later = tale.add("device 1 of robin", TABLET)
    assert void(tale) == {phone.id: "forked", watch.id: "forked", later.id: "forked"}
    assert names(tale) == {"robin", "sasha", TABLET}


def test_a_fork_voids_no_epoch() -> None:
    """Epochs of a device whose operations branch go on counting."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.add(PHONE, TABLET, at=[tablet])
    tale.add(WATCH, TABLET, at=[tablet])
    assert set(void(tale).values()) == {"forked"}
    heads = tale.told[:]
    one, other = tale.rotate(TABLET), tale.rotate(TABLET, at=heads)
    current = tale.members().current
    assert current is not None
    assert current.operation == min(one.id, other.id)


def test_epochs_make_no_fork() -> None:
    """Whoever holds an everyday key alone, on whatever heads, voids nothing that the device added or will add."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.rotate(TABLET, at=[tablet])
    tale.add(PHONE, TABLET, at=[tablet])
    tale.rotate(TABLET, at=[tablet], label="beside")
    tale.rotate("robin", at=[])
    tale.add(WATCH, TABLET)
    assert void(tale) == {}


def test_a_cut_shields_from_a_fork() -> None:
    """What a removal of the device keeps is not voided by a branch that turns up."""
    tale, (_, phone, watch) = forked()
    tale.revoke(TABLET, "robin", at=[phone], keeps=[phone])
    assert void(tale)[watch.id] == "removed"
    assert names(tale) == {"robin", "sasha", PHONE}


def test_what_the_other_person_built_on_is_shielded_from_a_fork() -> None:
    """A branch that turns up late takes away nothing that the other person had seen."""
    tale, (_, phone, watch) = forked()
    tale.rotate("sasha", at=[phone])
    assert void(tale) == {watch.id: "forked"}
    assert names(tale) == {"robin", "sasha", TABLET, PHONE}


def test_nobody_vouches_for_the_cut_that_they_need() -> None:
    """A device that a fork voids can not save itself by removing its maker with a cut that keeps its own adding."""
    tale, (_, phone, watch) = forked()
    tale.revoke(TABLET, PHONE, at=[phone], keeps=[phone])
    assert set(void(tale)) == {phone.id, watch.id}
    tale.revoke(TABLET, TABLET, at=[phone], keeps=[phone])
    assert set(void(tale)) == {phone.id, watch.id}


def test_ones_own_devices_are_no_shield() -> None:
    """What a person's own device built on is voided all the same: a thief's own device would shield anything."""
    tale, (_, phone, watch) = forked()
    tale.rotate("robin", at=[phone])
    assert void(tale) == {phone.id: "forked", watch.id: "forked"}


# Recovery words


def stolen() -> tuple[Tale, Operation, list[Operation]]:
    """Words, and a tablet with its passphrase in a thief's hands: it adds a phone, removes robin and ends the space."""
    tale = Tale()
    words = tale.words(ONE, "robin")
    tablet = tale.add(TABLET, "robin", at=[words])
    phone = tale.add(PHONE, TABLET, at=[tablet])
    removal = tale.revoke("robin", PHONE, at=[phone])
    end = tale.split(TABLET, at=[removal])
    return tale, tablet, [phone, removal, end]


def test_words_are_final() -> None:
    """Nothing that a device signed beyond a cut by recovery words counts, nor what hangs on it: no removal, no end."""
    tale, _, theft = stolen()
    assert names(tale) == {"sasha", TABLET, PHONE}
    assert tale.members().split
    tale.revoke(TABLET, ONE, keeps=[])
    assert names(tale) == {"robin", "sasha"}
    assert not tale.members().split
    assert void(tale) == {item.id: "struck" for item in theft}
    cuts = tale.members().cuts
    assert cuts[device(TABLET)].by_words
    assert cuts[device(PHONE)].tips == ()


def test_words_do_not_strike_what_they_stem_from() -> None:
    """Words that remove the device which set them go on being in force, however low the cut."""
    tale = Tale()
    tale.words(ONE, "robin")
    tale.add(TABLET, "robin")
    tale.revoke("robin", ONE, keeps=[])
    assert names(tale) == {"sasha"}
    assert tale.members().words == {person("robin"): device(ONE)}
    tale.add(PHONE, ONE)
    assert names(tale) == {"sasha", PHONE}


def test_a_cut_by_words_comes_first() -> None:
    """Of several cuts of one device that of recovery words counts, and else the one with the smallest id."""
    tale = Tale()
    tale.words(ONE, "robin")
    tablet = tale.add(TABLET, "robin")
    plain = [tale.revoke(TABLET, "robin", at=[tablet]), tale.revoke(TABLET, "robin", at=[tablet], rotate=False)]
    assert tale.members().cuts[device(TABLET)].operation == min(item.id for item in plain)
    final = tale.revoke(TABLET, ONE, at=[tablet])
    assert tale.members().cuts[device(TABLET)].operation == final.id


def test_elder_words_come_first() -> None:
    """A thief who makes words of its own with a device of its own can not strike those who have the elder words."""
    tale = Tale()
    words = tale.words(ONE, "robin")
    tablet = tale.add(TABLET, "robin", at=[words])
    phone = tale.add(PHONE, TABLET, at=[tablet])
    theirs = tale.words(TWO, TABLET, second=PHONE, at=[phone])
    tale.revoke("robin", TWO, at=[theirs], keeps=[tablet])
    assert names(tale) == {"sasha", TABLET, PHONE}
    tale.revoke(TABLET, ONE, at=[tablet], keeps=[])
    assert names(tale) == {"robin", "sasha"}


def test_words_that_were_replaced_add_nobody() -> None:
    """Old words that add a device as if they knew nothing of the new ones add none."""
    tale = Tale()
    words = tale.words(ONE, "robin")
    tale.words(TWO, ONE, at=[words])
    late = tale.add(WATCH, ONE, at=[words])
    assert void(tale) == {late.id: "removed"}
    assert tale.members().words == {person("robin"): device(TWO)}


def test_of_words_set_at_once_those_with_the_smallest_id_are_in_force() -> None:
    """Two sets of words at one time leave one in force, the same everywhere."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    one = tale.words(ONE, "robin", second=TABLET, at=[tablet])
    two = tale.words(TWO, TABLET, second="robin", at=[tablet])
    expected = ONE if one.id < two.id else TWO
    assert tale.members().words == {person("robin"): device(expected)}


# Confirmed


def sure(tale: Tale) -> set[str]:
    """The active devices of robin that are confirmed."""
    confirmed = tale.members().confirmed
    return {name for name in names(tale) if owner(name) == "robin" and device(name) in confirmed}


def returned(*, lost: bool = True) -> Tale:
    """Robin came back on a phone with the words, and the founding device is lost or not."""
    tale = Tale()
    tale.words(ONE, "robin")
    tale.add(PHONE, ONE)
    if lost:
        tale.revoke("robin", ONE)
    return tale


def test_a_device_of_the_words_is_confirmed_by_another_own_one() -> None:
    """It belongs from its adding on; that its commitments count, another own device has to say."""
    tale = returned(lost=False)
    assert (names(tale), sure(tale)) == ({"robin", "sasha", PHONE}, {"robin"})
    tale.confirm(PHONE, "robin")
    assert sure(tale) == {"robin", PHONE}
    assert tale.members().vouched == {}
    tale.revoke("robin", PHONE)
    assert sure(tale) == {PHONE}


def test_the_words_confirm_where_no_device_is_left() -> None:
    """Whoever has lost every device says it with the words, in an operation of its own: the adding does not."""
    tale = returned()
    assert sure(tale) == set()
    said = tale.confirm(PHONE, ONE)
    assert sure(tale) == {PHONE}
    assert tale.members().refused == {}
    assert tale.members().vouched == {said.id: person("robin")}


def test_what_an_unconfirmed_device_adds_is_confirmed_by_itself_alone() -> None:
    """What a device added before it was confirmed does not become so with it; what it adds after does."""
    tale = returned(lost=False)
    tale.add(TABLET, PHONE)
    tale.confirm(PHONE, "robin")
    assert sure(tale) == {"robin", PHONE}
    tale.add(WATCH, PHONE)
    assert sure(tale) == {"robin", PHONE, WATCH}
    tale.confirm(TABLET, WATCH)
    assert sure(tale) == {"robin", PHONE, TABLET, WATCH}


def test_new_keys_are_worth_what_the_old_ones_were() -> None:
    """A device does not become confirmed by taking new keys, nor does it lose that."""
    tale = returned(lost=False)
    tale.rekey(PHONE, TABLET)
    assert sure(tale) == {"robin"}
    tale.confirm(TABLET, "robin")
    tale.rekey(TABLET, WATCH)
    assert sure(tale) == {"robin", WATCH}


def test_a_confirming_beside_a_removal_of_its_author_is_void() -> None:
    """What a device says while it is being removed does not count, nor what hangs on that."""
    tale = returned(lost=False)
    tablet = tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin", at=[tablet])
    said = tale.confirm(PHONE, TABLET, at=[tablet])
    hangs = tale.add(WATCH, PHONE, at=[said])
    assert void(tale) == {said.id: "removed"}
    assert hangs.id in tale.members().authorised
    assert sure(tale) == {"robin"}
    further = tale.confirm(WATCH, PHONE, at=[hangs])
    assert void(tale)[further.id] == "unconfirmed"
    assert sure(tale) == {"robin"}


def test_a_fork_voids_a_confirming() -> None:
    """A copy of a device's store confirms nothing that stands, unless the other person has built on it."""
    tale = returned(lost=False)
    heads = tale.told[-1:]
    said = tale.confirm(PHONE, "robin", at=heads)
    tale.add(TABLET, "robin", at=heads)
    assert void(tale)[said.id] == "forked"
    assert sure(tale) == {"robin"}
    tale.rotate("sasha", at=[said])
    assert sure(tale) == {"robin", PHONE}


def test_words_strike_a_confirming() -> None:
    """Words that remove a stolen device take back whom it confirmed beyond the cut."""
    tale = Tale()
    words = tale.words(ONE, "robin")
    tablet = tale.add(TABLET, "robin")
    tale.add(PHONE, ONE)
    said = tale.confirm(PHONE, TABLET)
    tale.revoke(TABLET, ONE, at=[tablet], keeps=[words])
    assert void(tale)[said.id] == "struck"
    assert sure(tale) == {"robin"}


def test_words_that_were_replaced_confirm_nobody() -> None:
    """Old words that confirm as if they knew nothing of the new ones confirm nothing."""
    tale = returned()
    heads = tale.told[-1:]
    tale.words(TWO, ONE, at=heads)
    late = tale.confirm(PHONE, ONE, at=heads)
    assert late.id in void(tale)
    assert sure(tale) == set()
    assert tale.members().vouched == {}
    tale.confirm(PHONE, TWO)
    assert sure(tale) == {PHONE}


def test_nobody_confirms_what_is_anothers() -> None:
    """Of a device that asked both persons, and became the one's, the other's word says nothing."""
    tale = Tale()
    tale.words("words 1 of sasha", "sasha")
    heads = tale.told[:]
    theirs = tale.add("tablet of both", "words 1 of sasha", at=heads, person_="sasha")
    later = tale.add(TABLET, "robin", at=heads)
    mine = tale.add("tablet of both", "robin", at=[later], person_="robin")
    tale.confirm("tablet of both", "robin", at=[mine])
    members = tale.members()
    assert void(tale) == {mine.id: "taken"}
    assert members.person_of[device("tablet of both")] == person("sasha")
    assert theirs.id in members.authorised
    assert device("tablet of both") not in members.confirmed


# Room


def test_at_one_time_as_many_are_added_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound on a person's devices holds over the set, and the other person loses nothing by it."""
    for module in (authority, standing):
        monkeypatch.setattr(module, "PERSON_DEVICES_MAX", 4)
    tale = Tale()
    tale.add(TABLET, "robin")
    tale.add(PHONE, "robin")
    by = {"robin": 5, TABLET: 6, PHONE: 7}
    added = [tale.add(f"device {number} of robin", name, at=tale.told[:2]) for name, number in by.items()]
    theirs = tale.add("tablet of sasha", "sasha", at=[])
    kept = min(added, key=lambda item: item.id)
    assert void(tale) == {item.id: "full" for item in added if item is not kept}
    assert len([name for name in names(tale) if owner(name) == "robin"]) == 4
    assert theirs.id not in void(tale)


def test_a_removal_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that was removed takes up no room."""
    for module in (authority, standing):
        monkeypatch.setattr(module, "PERSON_DEVICES_MAX", 2)
    tale = Tale()
    tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin")
    tale.add(PHONE, "robin")
    assert names(tale) == {"robin", "sasha", PHONE}


def test_a_device_is_a_member_through_one_person() -> None:
    """A device that asked both persons, and that both add at once, belongs to one, the same everywhere."""
    tale = Tale()
    both = [tale.add("tablet of both", who, at=[], person_=who) for who in ("robin", "sasha")]
    first = min(both, key=lambda item: item.id)
    assert tale.members().person_of[device("tablet of both")] == PersonId(first.author)
    assert list(void(tale).values()) == ["taken"]
    assert evaluate(tale.genesis, tale.told[::-1]) == tale.members()


# Epochs


def test_the_epoch_that_stands_is_shared_with_a_newcomer() -> None:
    """Adding a device within an epoch keeps it current, also where both persons do so at one time."""
    tale = Tale()
    tale.add(TABLET, "robin", at=[])
    tale.add("tablet of sasha", "sasha", at=[])
    members = tale.members()
    assert members.current is not None
    assert (bytes(members.current.operation), members.current.generation) == (tale.genesis.space, 0)
    assert not members.rotate_needed


def test_who_has_the_key_and_does_not_belong_makes_a_rotation_due() -> None:
    """After a removal without an epoch, or with a void newcomer, no epoch is current, and the next has one more."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin", at=[tablet], rotate=False)
    assert tale.members().rotate_needed
    tale.rotate("sasha")
    assert not tale.members().rotate_needed
    assert tale.members().highest == 1


def test_a_removal_and_its_epoch_are_one_operation() -> None:
    """Who is removed is no recipient of the epoch that the removal begins."""
    tale = Tale()
    tale.add(TABLET, "robin")
    removal = tale.revoke(TABLET, "robin")
    members = tale.members()
    assert members.current is not None
    assert (members.current.operation, members.current.generation) == (removal.id, 1)
    assert device(TABLET) not in {card.device for card in members.recipients}


@pytest.mark.parametrize(
    ("generation", "readers"),
    [(0, None), (2, None), (1, ["robin"]), (1, ["robin", "sasha", "stranger"])],
    ids=["repeated", "skipped", "without one", "with a stranger"],
)
def test_an_epoch_follows_for_exactly_those_who_belong(generation: int, readers: list[str] | None) -> None:
    """An epoch of another generation than the next, or for others than those who belong, counts nowhere."""
    tale = Tale()
    bad = tale.rotate("robin", generation=generation, readers=readers)
    assert bad.id in tale.members().refused
    assert tale.members().highest == 0


def test_a_mailbox_is_announced_once() -> None:
    """An epoch under the key of an earlier one is no rotation."""
    tale = Tale()
    tale.rotate("robin", label="same")
    again = tale.rotate("sasha", label="same")
    assert again.id in tale.members().refused


def test_the_smallest_id_breaks_ties_between_epochs() -> None:
    """Of two epochs of one generation that both give, the same one is current everywhere."""
    tale = Tale()
    both = [tale.rotate(who, at=[]) for who in ("robin", "sasha")]
    current = tale.members().current
    assert current is not None
    assert current.operation == min(item.id for item in both)


def test_a_generation_counts_though_its_operation_is_void() -> None:
    """An epoch that went with a void newcomer is not current, and the next generation comes after it."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin", at=[tablet], keeps=[], rotate=False)
    assert tale.members().highest == 0
    phone = tale.add(PHONE, "robin", at=[tablet], rotate=True)
    watch = tale.add(WATCH, "robin", at=[tablet], rotate=True)
    assert {phone.id, watch.id} <= void(tale).keys()
    assert tale.members().highest == 1
    assert tale.members().rotate_needed


def test_an_epoch_of_a_removed_device_beyond_the_cut_counts_nothing() -> None:
    """Who was removed can not run away with the generation; what the cut keeps goes on counting."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    kept = tale.rotate(TABLET, at=[tablet])
    beyond = tale.rotate(TABLET, at=[kept])
    assert tale.members().highest == 2
    tale.revoke(TABLET, "robin", at=[beyond], keeps=[kept], rotate=False)
    assert tale.members().highest == 1


# The end


def test_a_split_is_the_same_for_both() -> None:
    """Either ends the space, twice is once, and nobody loses a device by it."""
    for who in ("robin", "sasha"):
        tale = Tale()
        tale.add(TABLET, "robin")
        tale.split(who)
        tale.split("robin")
        assert tale.members().split
        assert tale.members().refused == {}
        assert names(tale) == {"robin", "sasha", TABLET}
        assert tale.members().current is not None


def test_what_is_ended_takes_no_grants() -> None:
    """After the end nothing is added and no epoch begins; a removal still counts, and so does what did not know."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin", at=[])
    tale.split("sasha", at=[])
    late = [tale.add(PHONE, "robin"), tale.rotate("robin"), tale.words(ONE, "robin")]
    assert {item.id for item in late} == set(tale.members().refused)
    assert tablet.id in tale.members().authorised
    tale.revoke(TABLET, "robin")
    assert names(tale) == {"robin", "sasha"}
