"""An announcement gives the epoch key to those it names, and nobody can announce one mailbox and hand over another."""

from dataclasses import replace

import pytest
from hypothesis import given

from tests.troth.letters import exactly, keys_of, space_of
from troth import crypto
from troth.epochs import ANNOUNCEMENT, announce
from troth.keys import Epoch
from troth.testing import entropy_of
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError

ALONE = space_of("robin")
NAMES = ("robin", "sasha", "tablet")


@given(exactly(32))
def test_those_that_are_named_get_the_key(key: bytes) -> None:
    """Every device to which the key was wrapped opens it, nobody else does, and the bytes come back as they were."""
    cards = [keys_of(name)[0].card for name in NAMES]
    announcement = announce(Epoch(key), cards, entropy_of("wraps"))
    read = codec.decode(codec.pack(announcement.parts()), ANNOUNCEMENT, bytes_max=4096)
    assert read == announcement
    assert {read.open_(keys_of(name)[0]).key for name in NAMES} == {key}
    with pytest.raises(ForgedError):
        read.open_(keys_of("stranger")[0])


def test_wraps_ascend() -> None:
    """Wraps in another order, or twice for one device, and a generation that is no number are malformed."""
    cards = [keys_of(name)[0].card for name in NAMES]
    generation, mailbox, wraps = announce(Epoch(bytes(32)), cards, entropy_of("wraps")).parts()
    assert isinstance(wraps, list)
    for spoiled in ([generation, mailbox, wraps[::-1]], [generation, mailbox, wraps[:1] * 2], [-1, mailbox, wraps]):
        with pytest.raises(MalformedError):
            codec.decode(codec.pack(spoiled), ANNOUNCEMENT, bytes_max=4096)


def test_the_key_in_a_wrap_is_that_of_the_announced_mailbox() -> None:
    """A key that was wrapped for the announced mailbox, and derives another, is refused."""
    keys, _ = keys_of("robin")
    wrong = crypto.wrap(keys.card.box, b"w" * 32, ephemeral=b"e" * 32, context=ALONE.epoch.mailbox)
    with pytest.raises(ForgedError, match="announced"):
        replace(ALONE.epoch, wraps={keys.device: wrong}).open_(keys)
