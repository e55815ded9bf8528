"""What a device must keep to be itself comes back whole, or not at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import adding, epoch_of, keys_of, operation_in, space_of
from troth.identity import Identity, document_id
from troth.joining import Welcome
from troth.keys import Epoch
from troth.record import Header, Kind, sign
from troth_wire.errors import ForgedError, RemoteError
from troth_wire.ids import Incarnation

COUPLE = space_of("robin", "sasha")
ROBIN = Identity.welcomed(keys_of("robin")[0], Welcome(COUPLE, None))


def tablet() -> Identity:
    """An identity that came by an operation."""
    payload = adding(COUPLE, "tablet", by="robin")
    operation = operation_in(payload, by="robin", space=COUPLE.space)
    header = Header(
        kind=Kind.OPERATION,
        space=COUPLE.space,
        device=operation.author,
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=b"",
    )
    record = sign(header, payload, keys_of("robin")[0].signer)
    return Identity.welcomed(keys_of("tablet")[0], Welcome(COUPLE, record), expected=COUPLE.space)


@pytest.mark.parametrize("identity", [ROBIN, tablet()], ids=["founder", "added"])
def test_an_identity_comes_back(identity: Identity) -> None:
    """A device is after a restart who it was before, with everything that it could do."""
    read = Identity.parse(identity.encode())
    assert read == identity
    assert (read.space, read.device) == (COUPLE.space, identity.keys.device)
    assert read.epoch == epoch_of(COUPLE, "sasha")
    assert read.keys.signer.sign(b"a letter") == identity.keys.signer.sign(b"a letter")


def test_a_place_is_taken_only_in_the_space_that_was_asked_for() -> None:
    """A welcome to another space, or to another device, gives no identity."""
    other = space_of("robin")
    with pytest.raises(ForgedError):
        Identity.welcomed(keys_of("robin")[0], Welcome(other, None), expected=COUPLE.space)
    with pytest.raises(ForgedError):
        Identity.welcomed(keys_of("stranger")[0], Welcome(COUPLE, None))


def test_the_key_may_be_that_of_a_later_epoch() -> None:
    """Who was added after the key was changed keeps the key that was given then, and not that of the genesis."""
    later = replace(tablet(), epoch=Epoch(b"o" * 32))
    assert Identity.parse(later.encode()).epoch == Epoch(b"o" * 32)


@given(st.data())
def test_a_spoiled_identity_is_only_refused(data: st.DataObject) -> None:
    """However the kept bytes are changed, reading them raises nothing but a RemoteError."""
    whole = ROBIN.encode()
    start = data.draw(st.integers(0, len(whole)))
    spoiled = whole[:start] + data.draw(st.binary(max_size=8)) + whole[data.draw(st.integers(start, len(whole))) :]
    try:
        read = Identity.parse(spoiled)
    except RemoteError:
        return
    assert read.encode() == spoiled


def test_an_identity_does_not_show_its_secrets() -> None:
    """Nothing that prints an identity prints a secret of it."""
    shown = repr(ROBIN) + str(ROBIN)
    for secret in (ROBIN.keys.everyday_seed, ROBIN.keys.box_secret, ROBIN.epoch.key):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_name_is_one_document(one: str, other: str) -> None:
    """Every device calls the same document by the same name, and two names are two documents."""
    assert (document_id(one) == document_id(other)) == (one == other)
    assert len(document_id(one)) == 16
