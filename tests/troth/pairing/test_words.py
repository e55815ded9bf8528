"""The words hang on everything that both sides said, and can not be ground by whoever is bound before it knows."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import exactly
from troth.pairing.words import Introduction, Side, draw_positions, fit, words
from troth.testing import entropy_of
from troth_wire.errors import ForgedError, UsageError

CHANNEL = b"c" * 32
HOST = Introduction(Side.HOST, b"the host's card", b"h" * 32)
GUEST = Introduction(Side.GUEST, b"the guest's card", b"g" * 32)
FEW_BITS = 10
TRIES = 1 << 14


@given(exactly(32), st.binary(max_size=20), exactly(32), st.binary(max_size=20), exactly(32))
def test_the_words_hang_on_everything(channel: bytes, host: bytes, one: bytes, guest: bytes, other: bytes) -> None:
    """Four numbers of eleven bits, the same for the same channel and introductions, others for any others."""
    pair = Introduction(Side.HOST, host, one), Introduction(Side.GUEST, guest, other)
    assume((channel, *pair) != (CHANNEL, HOST, GUEST))
    found = words(channel, *pair)
    assert len(found) == 4
    assert all(0 <= word < 2_048 for word in found)
    assert found == words(channel, *pair) != words(CHANNEL, HOST, GUEST)


def test_the_words_are_bound_to_keys_and_nonces() -> None:
    """A key in an introduction, a nonce or the channel that differs gives other words."""
    variants = [
        words(CHANNEL, HOST, GUEST),
        words(b"x" * 32, HOST, GUEST),
        words(CHANNEL, Introduction(Side.HOST, b"another card", HOST.nonce), GUEST),
        words(CHANNEL, Introduction(Side.HOST, HOST.said, b"x" * 32), GUEST),
        words(CHANNEL, HOST, Introduction(Side.GUEST, b"another card", GUEST.nonce)),
        words(CHANNEL, HOST, Introduction(Side.GUEST, GUEST.said, b"x" * 32)),
    ]
    assert len(set(variants)) == len(variants)


@given(st.binary(max_size=20), exactly(32), st.binary(max_size=20), exactly(32))
def test_a_commitment_binds(said: bytes, nonce: bytes, other: bytes, other_nonce: bytes) -> None:
    """What was committed to opens, and nothing else does, nor the same by the other side."""
    bound = Introduction(Side.HOST, said, nonce)
    bound.check(bound.commitment)
    for wrong in (Introduction(Side.GUEST, said, nonce), Introduction(Side.HOST, other, other_nonce)):
        assume(wrong != bound)
        with pytest.raises(ForgedError):
            wrong.check(bound.commitment)


def few(found: tuple[int, ...]) -> int:
    """The first bits of the words: what a test can search in a moment."""
    return found[0] >> 11 - FEW_BITS


def ground(target: int, host: Introduction) -> Introduction | None:
    """An introduction of the guest's for which the words begin as they should, if one is found within the tries."""
    for number in range(TRIES):
        guess = Introduction(Side.GUEST, b"mallory's card", number.to_bytes(32, "big"))
        if few(words(CHANNEL, host, guess)) == target:
            return guess
    return None


def test_without_commitments_words_are_ground() -> None:
    """Whoever may choose after it knows finds matching words: in a moment for few bits, in hours for all of them."""
    found = ground(few(words(CHANNEL, HOST, GUEST)), HOST)
    assert found is not None
    assert found != GUEST
    assert few(words(CHANNEL, HOST, found)) == few(words(CHANNEL, HOST, GUEST))


def test_with_commitments_grinding_finds_nothing() -> None:
    """Whoever is bound before it knows gets one try a pairing, and what it grinds afterwards does not open."""
    target = few(words(CHANNEL, HOST, GUEST))
    bound = [Introduction(Side.GUEST, b"mallory's card", number.to_bytes(32, "big")) for number in range(TRIES)]
    # Each pairing has a host's nonce that nobody knew when the guest was bound, so each try is a throw of the dice.
    fresh = entropy_of("fresh hosts")
    hits = sum(few(words(CHANNEL, Introduction(Side.HOST, HOST.said, fresh(32)), one)) == target for one in bound)
    assert hits < 4 * TRIES >> FEW_BITS
    late = ground(target, HOST)
    assert late is not None
    with pytest.raises(ForgedError):
        late.check(Introduction(Side.GUEST, b"mallory's card", b"bound before".ljust(32)).commitment)


def test_positions_are_any_two_of_four() -> None:
    """Two different positions, ascending; every pair comes up."""
    entropy = entropy_of("positions")
    drawn = {draw_positions(entropy) for _ in range(200)}
    assert drawn == {(one, two) for one in range(4) for two in range(one + 1, 4)}


def test_two_words_are_compared_at_their_positions() -> None:
    """The words asked for fit, in their order; any other does not, and another number of them is a mistake."""
    shown = (10, 20, 30, 40)
    assert fit(shown, (1, 3), [20, 40])
    for typed in ([40, 20], [20, 41], [10, 40], [20, 30]):
        assert not fit(shown, (1, 3), typed)
    for length in (0, 1, 3):
        with pytest.raises(UsageError):
            fit(shown, (1, 3), [20] * length)


def test_an_introduction_is_not_shown() -> None:
    """Nothing that prints an introduction prints its nonce, and the other side of a side is the other one."""
    assert "hhhh" not in repr(HOST)
    assert [side.other for side in Side] == [Side.GUEST, Side.HOST]
