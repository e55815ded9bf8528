"""What a device writes about who belongs counts, opens for those it should open for, or is refused early."""

import pytest

from tests.troth.letters import device, keys_of, operation_in, person
from tests.troth.tales import Tale
from troth.amendments import confirm_device, rekey, revoke_device, rotate, second_for, set_recovery, split, words_proofs
from troth.joining import Invitation, request
from troth.keys import Epoch
from troth.membership import Members
from troth.record import Tip
from troth.testing import entropy_of
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import Incarnation, RecordId
from troth_wire.limits import HEADER_HEADS_MAX

TABLET, PHONE, ONE, TWO = "tablet of robin", "phone of robin", "words 1 of robin", "words 2 of robin"
NEXT = Epoch(b"n" * 32)
TIP = Tip(Incarnation(b"l" * 16), 3, RecordId(b"r" * 32))


def told(tale: Tale, payload: bytes, by: str = "robin") -> Members:
    """The members after a payload, which has to count."""
    operation = operation_in(payload, by=by, space=tale.genesis.space)
    tale.told.append(operation)
    members = tale.members()
    assert operation.id in members.authorised
    assert operation.id not in members.voided
    return members


def opened(tale: Tale, name: str) -> Epoch:
    """The epoch of the last operation, opened by one device."""
    epoch = tale.told[-1].epoch
    assert epoch is not None
    return epoch.open_(keys_of(name)[0])


def test_a_removal_cuts_and_rotates() -> None:
    """A removal names what is kept, and begins an epoch for all who remain; without one somebody has to rotate."""
    tale = Tale()
    tale.add(TABLET, "robin")
    last = tale.rotate(TABLET)
    payload = revoke_device(tale.members(), *keys_of("robin"), device(TABLET), [TIP], NEXT, entropy_of("removal"))
    members = told(tale, payload)
    assert members.cuts[device(TABLET)].tips == (TIP,)
    assert tale.told[-1].cut is not None
    assert tale.told[-1].cut.operations == (last.id,)
    assert (members.highest, members.rotate_needed) == (2, False)
    assert opened(tale, "sasha") == NEXT
    with pytest.raises(ForgedError):
        opened(tale, TABLET)
    plain = revoke_device(members, *keys_of("robin"), device("robin"), [], None, entropy_of("leave"))
    assert told(tale, plain).rotate_needed


def test_only_own_devices_can_be_removed() -> None:
    """The other's devices, recovery words and strangers are refused before anything is signed."""
    tale = Tale()
    tale.words(ONE, "robin")
    for victim in ("sasha", "stranger", ONE):
        with pytest.raises(UsageError, match="own"):
            revoke_device(tale.members(), *keys_of("robin"), device(victim), [], None, entropy_of("no"))


def test_only_another_own_device_can_be_confirmed() -> None:
    """One's own is confirmed; oneself, the other's devices, words and what was removed are refused before signing."""
    tale = Tale()
    tale.words(ONE, "robin")
    tale.add(TABLET, ONE)
    tale.add(PHONE, "robin")
    tale.revoke(PHONE, "robin")
    assert device(TABLET) not in tale.members().confirmed
    for about in ("robin", "sasha", ONE, PHONE):
        with pytest.raises(UsageError, match="confirmed"):
            confirm_device(tale.members(), *keys_of("robin"), device(about))
    members = told(tale, confirm_device(tale.members(), *keys_of("robin"), device(TABLET)))
    assert device(TABLET) in members.confirmed


def test_a_device_renews_its_keys() -> None:
    """New keys take the place of the old ones in one operation, and the old id is dead."""
    tale = Tale()
    tale.add(TABLET, "robin")
    members = tale.members()
    proofs = request(Invitation(tale.genesis.space, person("robin")), *keys_of(PHONE)).proofs
    card = keys_of(PHONE)[0].card
    payload = rekey(members, *keys_of(TABLET), card, proofs, [TIP], NEXT, entropy_of("rekey"))
    after = told(tale, payload, by=TABLET)
    assert after.devices(person("robin")) == {device("robin"), device(PHONE)}
    assert after.cuts.keys() == {device(TABLET)}
    assert opened(tale, PHONE) == NEXT
    with pytest.raises(UsageError, match="known"):
        rekey(after, *keys_of("robin"), card, proofs, [], None, entropy_of("again"))


def test_words_are_set_and_replaced() -> None:
    """Words may read from the epoch that begins with them; the old ones not from the one that replaces them."""
    tale = Tale()
    tale.add(TABLET, "robin")
    members = tale.members()
    words, words_admin = keys_of(ONE)
    proofs = words_proofs(members, person("robin"), words, words_admin)
    second = device(TABLET), second_for(members, device("robin"), words.device, keys_of(TABLET)[1])
    payload = set_recovery(members, *keys_of("robin"), words.card, proofs, second, NEXT, entropy_of("words"))
    members = told(tale, payload)
    assert members.words == {person("robin"): words.device}
    assert opened(tale, ONE) == NEXT
    following, other = Epoch(b"o" * 32), keys_of(TWO)
    proofs = words_proofs(members, person("robin"), *other)
    payload = set_recovery(members, words, words_admin, other[0].card, proofs, None, following, entropy_of("two"))
    assert told(tale, payload, by=ONE).words == {person("robin"): device(TWO)}
    assert opened(tale, TWO) == following
    with pytest.raises(ForgedError):
        opened(tale, ONE)


def test_a_rotation_is_for_all_who_belong() -> None:
    """A new epoch opens for every device and all words in force."""
    tale = Tale()
    tale.words(ONE, "robin")
    members = told(tale, rotate(tale.members(), keys_of("sasha")[0], NEXT, entropy_of("next")), by="sasha")
    assert {opened(tale, name).key for name in ("robin", "sasha", ONE)} == {NEXT.key}
    assert members.current is not None
    assert members.current.mailbox == NEXT.mailbox


def test_a_split_ends_the_space() -> None:
    """Either may end the space; whoever is alone in it can not."""
    tale = Tale()
    assert told(tale, split(tale.members(), *keys_of("sasha")), by="sasha").split
    with pytest.raises(UsageError, match="one person"):
        split(Tale("robin").members(), *keys_of("robin"))


@pytest.mark.parametrize("by", ["robin", ONE])
def test_epochs_beside_it_push_nothing_out_of_a_removal(by: str) -> None:
    """However many epochs a stolen everyday key signs, what the device added before stays at or below the cut."""
    tale = Tale()
    tale.words(ONE, "robin")
    tablet = tale.add(TABLET, "robin")
    phone, beside = tale.add(PHONE, TABLET), 0
    while beside <= HEADER_HEADS_MAX:
        beside += tale.rotate(TABLET, at=[tablet]).id < phone.id
    payload = revoke_device(tale.members(), *keys_of(by), device(TABLET), [], None, entropy_of("removal"))
    members = told(tale, payload, by=by)
    assert phone.id not in members.voided
    assert device(PHONE) in members.active
