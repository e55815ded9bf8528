"""Whether an operation was authorised follows from its own past: each rule is met, and each is refused by its name."""

from collections.abc import Callable

import pytest

from tests.troth.letters import keys_of, operation_in, space_of
from tests.troth.tales import Tale
from troth import authority
from troth.authority import Refusal
from troth.operations import Operation
from troth_wire import codec

TABLET, PHONE, WATCH = "tablet of robin", "phone of robin", "watch of robin"
ONE, TWO = "words 1 of robin", "words 2 of robin"


def by_a_stranger(tale: Tale) -> Operation:
    """Somebody who does not belong adds a device."""
    return tale.add(PHONE, "stranger of robin")


def by_a_removed(tale: Tale) -> Operation:
    """A device that knows of its removal removes another."""
    tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin")
    return tale.revoke("robin", TABLET)


def on_nothing(tale: Tale) -> Operation:
    """A device adds another on what counts nowhere."""
    return tale.add(PHONE, "robin", at=[by_a_stranger(tale)])


def after_the_end(tale: Tale) -> Operation:
    """A device is added after the space was ended."""
    tale.split("sasha")
    return tale.add(TABLET, "robin")


def words_write(tale: Tale) -> Operation:
    """Recovery words end the space."""
    tale.words(ONE, "robin")
    return tale.split(ONE)


def words_rotate(tale: Tale) -> Operation:
    """Recovery words begin an epoch."""
    tale.words(ONE, "robin")
    return tale.rotate(ONE)


def known(tale: Tale) -> Operation:
    """A device is added that belongs already."""
    tale.add(TABLET, "robin")
    return tale.add(TABLET, "robin")


def unproven(tale: Tale) -> Operation:
    """A device is added that has not agreed."""
    return tale.add(TABLET, "robin", proven_by="stranger")


def words_as_device(tale: Tale) -> Operation:
    """Words are set whose proofs say that they join as a device."""
    return tale.words(ONE, "robin", proven_by="stranger")


def twice_by_words(tale: Tale) -> Operation:
    """Recovery words add a second device."""
    tale.words(ONE, "robin")
    tale.add(TABLET, ONE)
    return tale.add(PHONE, ONE)


def of_the_other(tale: Tale) -> Operation:
    """A device of the other person is removed."""
    return tale.revoke("sasha", "robin")


def of_words(tale: Tale) -> Operation:
    """Recovery words are removed as if they were a device."""
    tale.words(ONE, "robin")
    return tale.revoke(ONE, "robin")


def alone_of_two(tale: Tale) -> Operation:
    """One of two devices sets words by itself."""
    tale.add(TABLET, "robin")
    return tale.words(ONE, "robin")


def again_alone(tale: Tale) -> Operation:
    """The only device replaces words without them."""
    tale.words(ONE, "robin")
    return tale.words(TWO, "robin")


def with_the_other(tale: Tale) -> Operation:
    """Words are set with the consent of the other person."""
    tale.add(TABLET, "robin")
    return tale.words(ONE, "robin", second="sasha")


def with_oneself(tale: Tale) -> Operation:
    """A device consents to what it does itself."""
    tale.add(TABLET, "robin")
    return tale.words(ONE, "robin", second="robin")


def badly_followed(tale: Tale) -> Operation:
    """An epoch leaves out a generation."""
    return tale.rotate("robin", generation=5)


def confirmed_by_itself(tale: Tale) -> Operation:
    """A device that words added says that it is in its person's hands."""
    tale.words(ONE, "robin")
    tale.add(TABLET, ONE)
    return tale.confirm(TABLET, TABLET)


def confirmed_by_the_other(tale: Tale) -> Operation:
    """A device is confirmed by the other person."""
    tale.words(ONE, "robin")
    tale.add(TABLET, ONE)
    return tale.confirm(TABLET, "sasha")


def confirmed_though_removed(tale: Tale) -> Operation:
    """A device is confirmed that was removed."""
    tale.add(TABLET, "robin")
    tale.revoke(TABLET, "robin")
    return tale.confirm(TABLET, "robin")


def confirmed_by_its_own(tale: Tale) -> Operation:
    """A device that words added is confirmed by one that it added itself."""
    tale.words(ONE, "robin")
    tale.add(TABLET, ONE)
    tale.add(PHONE, TABLET)
    return tale.confirm(TABLET, PHONE)


def words_beside_a_device(tale: Tale) -> Operation:
    """Words confirm a device though another one could."""
    tale.words(ONE, "robin")
    tale.add(TABLET, ONE)
    return tale.confirm(TABLET, ONE)


def confirmed_after_the_end(tale: Tale) -> Operation:
    """A device is confirmed in a space that was ended."""
    tale.add(TABLET, "robin")
    tale.split("sasha")
    return tale.confirm(TABLET, "robin")


REFUSED: dict[Callable[[Tale], Operation], Refusal] = {
    by_a_stranger: Refusal.AUTHOR,
    by_a_removed: Refusal.AUTHOR,
    on_nothing: Refusal.PARENT,
    after_the_end: Refusal.SPLIT,
    words_write: Refusal.WEAK,
    words_rotate: Refusal.WEAK,
    known: Refusal.KNOWN,
    unproven: Refusal.PROOFS,
    words_as_device: Refusal.PROOFS,
    twice_by_words: Refusal.USED,
    of_the_other: Refusal.VICTIM,
    of_words: Refusal.VICTIM,
    alone_of_two: Refusal.SECOND,
    again_alone: Refusal.SECOND,
    with_the_other: Refusal.SECOND,
    with_oneself: Refusal.SECOND,
    badly_followed: Refusal.EPOCH,
    confirmed_by_itself: Refusal.OTHER,
    confirmed_by_the_other: Refusal.OTHER,
    confirmed_though_removed: Refusal.OTHER,
    confirmed_by_its_own: Refusal.CONFIRM,
    words_beside_a_device: Refusal.CONFIRM,
    confirmed_after_the_end: Refusal.SPLIT,
}


@pytest.mark.parametrize("deed", REFUSED, ids=lambda deed: deed.__name__)
def test_what_may_not_be_done_is_refused_by_its_name(deed: Callable[[Tale], Operation]) -> None:
    """Whoever does what they may not changes nothing, and the reason is kept."""
    tale = Tale()
    operation = deed(tale)
    assert tale.members().refused[operation.id] == REFUSED[deed].value


def test_a_space_of_one_has_no_other_side() -> None:
    """In a space of one person there is nobody to part from."""
    tale = Tale("robin")
    end = tale.split("robin")
    assert tale.members().refused == {end.id: Refusal.ALONE.value}


def test_an_operation_is_of_one_space() -> None:
    """What was signed for another space counts nowhere here."""
    tale = Tale()
    written = tale.add(TABLET, "robin")
    moved = operation_in(codec.pack([written.body, written.signature]), by="robin", space=space_of("robin").space)
    tale.told = [moved]
    assert tale.members().refused == {moved.id: Refusal.SPACE.value}


def test_a_person_signs_no_more_than_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the bound a person's own operations count nowhere, and the other person goes on."""
    monkeypatch.setattr(authority, "PERSON_OPERATIONS_MAX", 3)
    tale = Tale()
    for newcomer in (TABLET, PHONE, WATCH):
        tale.add(newcomer, "robin")
    late = tale.revoke(TABLET, "robin")
    assert tale.members().refused == {late.id: Refusal.MANY.value}
    tale.add("tablet of sasha", "sasha")
    tale.rotate("robin")
    assert tale.members().refused == {late.id: Refusal.MANY.value}


def test_who_begins_epochs_without_end_spends_no_more_than_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stolen everyday key runs out of epochs, and neither the device's removal nor the others' epochs do."""
    monkeypatch.setattr(authority, "DEVICE_EPOCHS_MAX", 2)
    monkeypatch.setattr(authority, "PERSON_OPERATIONS_MAX", 2)
    tale = Tale()
    tale.add(TABLET, "robin")
    for _ in range(2):
        tale.rotate(TABLET)
    late = tale.rotate(TABLET)
    tale.rotate("robin")
    tale.revoke(TABLET, "robin")
    members = tale.members()
    assert members.refused == {late.id: Refusal.MANY.value}
    assert (members.highest, members.rotate_needed) == (4, False)


def test_an_epoch_is_signed_with_the_everyday_key() -> None:
    """The everyday key signs epochs and nothing else, the admin key all but epochs."""
    tale = Tale()
    everyday, admin = keys_of("robin")[0].signer, keys_of("robin")[1]
    for right, wrong in ((tale.rotate("robin"), admin), (tale.add(TABLET, "robin", at=[]), everyday)):
        payload = codec.pack([right.body, wrong.sign(right.statement)])
        tale.told = [operation_in(payload, by="robin", space=tale.genesis.space)]
        assert tale.members().refused == {right.id: Refusal.SIGNATURE.value}
        tale.told.append(right)
        assert tale.members().refused == {}


def test_no_more_devices_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device past the bound is refused where its author knew of the others."""
    monkeypatch.setattr(authority, "PERSON_DEVICES_MAX", 2)
    tale = Tale()
    tale.add(TABLET, "robin")
    late = tale.add(PHONE, "robin")
    assert tale.members().refused == {late.id: Refusal.ROOM.value}


def test_old_words_or_two_devices_set_new_ones() -> None:
    """Words are replaced by the old ones alone, or by two own devices; the first of a lone device by itself."""
    tale = Tale()
    tale.words(ONE, "robin")
    tale.words(TWO, ONE)
    tale.add(TABLET, "robin")
    tale.words("words 3 of robin", TABLET, second="robin")
    assert tale.members().refused == {}
    assert len(tale.members().weak) == 3


def test_a_consent_is_for_one_moment() -> None:
    """What a second device agreed to on some heads does not hold on others."""
    tale = Tale()
    tablet = tale.add(TABLET, "robin")
    agreed = tale.words(ONE, "robin", second=TABLET, at=[tablet])
    later = tale.rotate("sasha", at=[tablet])
    assert agreed.second is not None
    fields = agreed.newcomer.parts(), agreed.proofs, list(agreed.second), None
    replayed = tale.write("robin", agreed.kind, *fields, at=[later])
    assert tale.members().refused == {replayed.id: Refusal.SECOND.value}
