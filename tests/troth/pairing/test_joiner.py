"""A partner far away proves all its keys, for one invitation."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.crypto import Signer
from troth.keys import DeviceKeys
from troth.pairing.joiner import introduce_joiner, read_joiner
from troth.testing import entropy_of
from troth_wire import codec
from troth_wire.errors import ForgedError, RemoteError
from troth_wire.ids import MailboxId

MAILBOX = MailboxId(b"m" * 32)
KEYS, ADMIN = DeviceKeys.make(entropy_of("joiner"))
OTHER, OTHER_ADMIN = DeviceKeys.make(entropy_of("other"))
SAID = introduce_joiner(MAILBOX, KEYS, Signer(ADMIN))


def test_a_joiner_comes_back() -> None:
    """The card is read as it was written."""
    assert read_joiner(MAILBOX, SAID) == KEYS.card


def swapped(at: int, key: bytes) -> bytes:
    """The same introduction with another key in the card."""
    whole = SAID.replace(KEYS.card.parts()[at], key)
    assert whole != SAID
    return whole


@pytest.mark.parametrize(
    "said",
    [
        lambda: introduce_joiner(MailboxId(b"x" * 32), KEYS, Signer(ADMIN)),
        lambda: introduce_joiner(MAILBOX, KEYS, Signer(OTHER_ADMIN)),
        *(lambda at=at, key=key: swapped(at, key) for at, key in enumerate(OTHER.card.parts())),
    ],
    ids=["another invitation", "another admin key", "everyday swapped", "admin swapped", "box swapped"],
)
def test_the_proofs_sign_every_key_and_the_invitation(said: Callable[[], bytes]) -> None:
    """An introduction for another invitation, or with any of the three keys swapped, is forged."""
    with pytest.raises(ForgedError):
        read_joiner(MAILBOX, said())


@given(st.integers(0, len(SAID)), st.binary(max_size=6), st.integers(0, 6))
def test_any_change_is_refused(start: int, instead: bytes, length: int) -> None:
    """However an introduction is changed, reading it raises nothing but a RemoteError."""
    spoiled = SAID[:start] + instead + SAID[start + length :]
    if spoiled == SAID:
        return
    with pytest.raises(RemoteError):
        read_joiner(MAILBOX, spoiled)


def test_a_card_alone_is_no_joiner() -> None:
    """Without proofs there is nothing to read."""
    with pytest.raises(RemoteError):
        read_joiner(MAILBOX, codec.pack(KEYS.card.parts()))
