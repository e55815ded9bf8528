"""A device is its card; an epoch key gives a mailbox and a sealing key; secrets do not show."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import exactly, keys_of
from troth.crypto import Signer, box_public, verify
from troth.keys import CARD, Card, DeviceKeys, Epoch, actor
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.ids import DeviceId, DocumentId, Incarnation

KEYS = exactly(32)


@given(KEYS, KEYS, KEYS)
def test_a_device_is_known_by_all_three_keys(everyday: bytes, admin: bytes, box: bytes) -> None:
    """Each key of a card, and which is which, is part of the device id."""
    assume(len({everyday, admin, box}) == 3)
    card = Card(everyday, admin, box)
    others = [Card(admin, everyday, box), Card(everyday, box, admin), Card(everyday, admin, everyday)]
    assert card.device not in {other.device for other in others}
    assert card.device == Card(*card.parts()).device


@given(KEYS, KEYS, KEYS)
def test_a_card_comes_back(everyday: bytes, admin: bytes, box: bytes) -> None:
    """A card of honest keys is read as it was written."""
    card = Card(Signer(everyday).public, Signer(admin).public, box_public(box))
    assert CARD(card.parts()) == card


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("weak", [bytes(32), b"\x01" + bytes(31), bytes(31), b"", "a" * 32, None])
def test_a_card_with_one_weak_key_is_refused(place: int, weak: object) -> None:
    """Each of the three keys is judged, and a card with one that is none is malformed."""
    parts: list[object] = [*keys_of("robin")[0].card.parts()]
    parts[place] = weak
    with pytest.raises(MalformedError):
        CARD(parts)


@given(st.lists(KEYS, max_size=5))
def test_any_list_is_a_card_or_malformed(parts: list[bytes]) -> None:
    """Whatever is read as a card holds exactly what was read."""
    try:
        card = CARD(parts)
    except MalformedError:
        return
    assert card.parts() == parts


@given(st.binary(min_size=96, max_size=96))
def test_keys_follow_from_entropy_alone(drawn: bytes) -> None:
    """Three secrets are drawn, each used for one key, and the admin seed is handed over apart."""
    left = [drawn[:32], drawn[32:64], drawn[64:]]
    asked: list[int] = []

    def entropy(length: int) -> bytes:
        asked.append(length)
        return left[len(asked) - 1]

    keys, admin = DeviceKeys.make(entropy)
    assert asked == [32, 32, 32]
    public = [Signer(keys.everyday_seed).public, Signer(admin).public, box_public(keys.box_secret)]
    assert keys.card.parts() == public
    assert [keys.everyday_seed, admin, keys.box_secret] == left
    assert keys.device == keys.card.device


def test_the_everyday_key_signs_for_the_card() -> None:
    """What a device signs every day is verified by the key on its card, and not by its admin key."""
    keys, _ = keys_of("robin")
    signature = keys.signer.sign(b"a letter")
    verify(keys.card.everyday, b"a letter", signature)
    with pytest.raises(ForgedError):
        verify(keys.card.admin, b"a letter", signature)


@given(KEYS, KEYS)
def test_an_epoch_gives_keys_of_its_own(one: bytes, other: bytes) -> None:
    """Two epochs share neither mailbox nor sealing key, and one epoch always gives the same."""
    assume(one != other)
    assert Epoch(one).mailbox != Epoch(other).mailbox
    assert Epoch(one).seal_key != Epoch(other).seal_key
    assert (Epoch(one).mailbox, Epoch(one).seal_key) == (Epoch(one).mailbox, Epoch(one).seal_key)
    assert len({one, Epoch(one).mailbox, Epoch(one).seal_key}) == 3
    verify(Epoch(one).mailbox, b"a challenge", Epoch(one).mailbox_signer.sign(b"a challenge"))


def test_no_secret_shows() -> None:
    """Nothing that prints keys prints a secret."""
    keys, _ = keys_of("robin")
    epoch = Epoch(b"\xabsecret of an epoch that is long"[:32])
    shown = repr(keys) + str(keys) + repr(epoch) + repr(keys.signer) + repr([keys, epoch])
    for secret in (keys.everyday_seed, keys.box_secret, epoch.key, epoch.seal_key):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


@given(KEYS, KEYS, exactly(16), exactly(16), exactly(16), exactly(16))
def test_an_actor_is_one_life_of_one_device_in_one_document(
    device: bytes, other_device: bytes, document: bytes, other_document: bytes, life: bytes, other_life: bytes
) -> None:
    """No two of them share an actor, so no two ever write the same stream of changes."""
    assume(device != other_device and document != other_document and life != other_life)
    actors = {
        actor(DeviceId(who), DocumentId(where), Incarnation(when))
        for who in (device, other_device)
        for where in (document, other_document)
        for when in (life, other_life)
    }
    assert len(actors) == 8
    assert {len(found) for found in actors} == {16}
