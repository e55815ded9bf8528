"""Frames open in their order, in their direction, under their key, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth import crypto
from troth.pairing.channel import PART_BYTES, Channel, frames_for
from troth.pairing.posts import PLAIN_BYTES, Frame
from troth.pairing.words import Side
from troth_wire.errors import ForgedError, MalformedError, RemoteError

KEY, OPENLY = b"k" * 64, b"o" * 32


def both(key: bytes = KEY, openly: bytes = OPENLY) -> tuple[Channel, Channel]:
    """The two ends of a channel."""
    return Channel.of(key, openly, Side.HOST), Channel.of(key, openly, Side.GUEST)


@given(st.lists(st.binary(max_size=100) | st.integers(1, 3 * PART_BYTES).map(bytes), max_size=4))
def test_messages_come_back(said: list[bytes]) -> None:
    """Messages of every length come back, each in as many frames as are reckoned."""
    host, guest = both()
    for message in said:
        frames = host.seal(message)
        assert len(frames) == frames_for(len(message))
        assert [guest.open_(frame) for frame in frames] == [None] * (len(frames) - 1) + [message]


def test_a_tag_proves_the_other_side() -> None:
    """A side takes the other's proof, and neither its own nor that of another key or another conversation."""
    host, guest = both()
    host.check(guest.tag())
    guest.check(host.tag())
    for wrong in (host.tag(), both(key=b"x" * 64)[1].tag(), both(openly=b"x" * 32)[1].tag(), b""):
        with pytest.raises(ForgedError):
            host.check(wrong)


def test_a_frame_has_one_place() -> None:
    """A frame that comes again, too early, in the other direction or under another key does not open."""
    host, guest = both()
    first, second = *host.seal(b"first"), *host.seal(b"second")
    for channel, frame in ((guest, second), (host, first), (both(key=b"x" * 64)[1], first)):
        with pytest.raises(ForgedError):
            channel.open_(frame)
    assert guest.open_(first) == b"first"
    with pytest.raises(ForgedError):
        guest.open_(first)


def test_the_same_again_is_the_same_frame_and_anything_else_another_nonce() -> None:
    """A side that starts again repeats its frames, and what differs in a byte has another nonce."""
    assert both()[0].seal(b"said") == both()[0].seal(b"said")
    assert both()[0].seal(b"said")[0].nonce != both()[0].seal(b"sajd")[0].nonce


def sealed(plain: bytes, nonce: bytes | None = None) -> Frame:
    """The host's first frame around this plaintext, by somebody who holds the key."""
    key = both()[0]._key(Side.HOST)
    nonce = nonce or crypto.derive(key, b"troth/nonce", bytes(4) + plain)[:24]
    return Frame(nonce, crypto.aead_seal(key, nonce, plain, bytes(4)))


@pytest.mark.parametrize(
    "head",
    [b"\x02\x00\x00", b"\x00\xff\xff", b"\x01\x00\x01", b"\x00\x00\x00\x01"],
    ids=["unknown mark", "longer than the frame", "a part that is not full", "filling that is not zero"],
)
def test_a_part_has_its_form(head: bytes) -> None:
    """Even the holder of the key can not send a part of another form."""
    with pytest.raises(MalformedError):
        both()[1].open_(sealed(head.ljust(PLAIN_BYTES, b"\x00")))


def test_a_nonce_is_the_one_that_the_page_gives() -> None:
    """A good frame under a nonce that was chosen otherwise is refused."""
    plain = bytes(PLAIN_BYTES)
    assert both()[1].open_(sealed(plain)) == b""
    with pytest.raises(ForgedError):
        both()[1].open_(sealed(plain, nonce=b"n" * 24))


@given(st.binary(max_size=24), st.binary(max_size=60))
def test_any_frame_is_only_refused(nonce: bytes, sealed_bytes: bytes) -> None:
    """Bytes that nobody sealed raise nothing but a RemoteError."""
    with pytest.raises(RemoteError):
        both()[1].open_(Frame(nonce.ljust(24), sealed_bytes))
