"""What is said inside frames is read as it was written, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import exactly
from troth.pairing import messages
from troth.pairing.messages import ITEM_HEAD_BYTES, OFFER_HEAD_BYTES, Message, Offer, Open
from troth_wire import codec
from troth_wire.errors import MalformedError
from troth_wire.limits import INTRODUCTION_BYTES_MAX, PAIRING_ITEMS_MAX

drawn = st.builds(Open, st.binary(max_size=200), exactly(32)) | st.builds(
    Offer, st.integers(0, 15), st.lists(st.binary(max_size=300), min_size=1, max_size=PAIRING_ITEMS_MAX).map(tuple)
)


@given(drawn)
def test_a_message_comes_back(message: Message) -> None:
    """A message is read as it was written, and the room that heads take is never more than is reckoned."""
    encoded = message.encode()
    assert messages.parse(encoded) == message
    if isinstance(message, Offer):
        room = OFFER_HEAD_BYTES + sum(len(item) + ITEM_HEAD_BYTES for item in message.items)
        assert len(encoded) <= room


def test_a_message_shows_nothing_of_what_it_says() -> None:
    """What is printed of a message holds neither introduction, nonce nor items."""
    assert "secret" not in repr(Open(b"secret", b"secret")) + repr(Offer(1, (b"secret",)))


@pytest.mark.parametrize(
    "value",
    [
        [],
        [3, b"", bytes(32)],
        [True, b"", bytes(32)],
        [1, b"", bytes(31)],
        [1, bytes(INTRODUCTION_BYTES_MAX + 1), bytes(32)],
        [2, 0, []],
        [2, 16, [b""]],
        [2, 0, [b""] * (PAIRING_ITEMS_MAX + 1)],
        [2, 0, ["text"]],
        7,
    ],
    ids=repr,
)
def test_another_shape_is_no_message(value: object) -> None:
    """Whatever breaks one rule of a message is malformed."""
    with pytest.raises(MalformedError):
        messages.parse(codec.pack(value))


@given(st.binary(max_size=60))
def test_any_bytes_are_only_malformed(message: bytes) -> None:
    """Bytes that nobody wrote raise nothing but MalformedError."""
    try:
        read = messages.parse(message)
    except MalformedError:
        return
    assert read.encode() == message
