"""A keyring holds what was wrapped for its device and fits the mailbox it was announced for, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import epoch_of, exactly, keys_of, space_of
from troth import crypto
from troth.crypto import WRAP_BYTES
from troth.epochs import Announcement, announce
from troth.keyring import Keyring
from troth.keys import Epoch
from troth.testing import entropy_of
from troth_wire.ids import MailboxId, OperationId

COUPLE = space_of("robin", "sasha")
FIRST, NEXT = epoch_of(COUPLE, "robin"), Epoch(b"n" * 32)
ROBIN = keys_of("robin")[0]


def keyring() -> Keyring:
    """What Robin's device begins with."""
    return Keyring(ROBIN, FIRST)


def announced(
    epoch: Epoch, *names: str, operation: bytes = b"o" * 32, mailbox: MailboxId | None = None
) -> tuple[OperationId, Announcement]:
    """An operation that gives the key of an epoch to some devices, perhaps in the name of another mailbox."""
    said = announce(epoch, [keys_of(name)[0].card for name in names], entropy_of("wraps"), generation=1)
    return OperationId(operation), Announcement(1, mailbox or said.mailbox, said.wraps)


def test_what_was_wrapped_for_it_is_held() -> None:
    """The first key is there from the beginning, and each that is announced to this device comes after it."""
    ring = keyring()
    assert ring.open_([announced(NEXT, "robin", "sasha")]) == [NEXT]
    assert list(ring) == [FIRST.mailbox, NEXT.mailbox]
    assert ring[NEXT.mailbox] == NEXT
    assert NEXT.mailbox in ring


def test_a_key_is_found_once() -> None:
    """The same announcement, and another one of the same mailbox, bring nothing new."""
    ring = keyring()
    first, again = announced(NEXT, "robin"), announced(NEXT, "robin", operation=b"p" * 32)
    assert ring.open_([first]) == [NEXT]
    assert ring.open_([first, again]) == []


def test_what_is_for_others_is_none_of_its_business() -> None:
    """An epoch that was wrapped for others gives this device nothing."""
    ring = keyring()
    assert ring.open_([announced(NEXT, "sasha")]) == []
    assert NEXT.mailbox not in ring


def test_a_key_that_does_not_fit_its_mailbox_is_none() -> None:
    """A wrap that opens to the key of another mailbox gives neither that mailbox nor the one that was announced."""
    ring, other = keyring(), Epoch(b"x" * 32)
    said = announce(other, [ROBIN.card], entropy_of("wraps"))
    sealed_for_next = Announcement(1, NEXT.mailbox, said.wraps)
    assert ring.open_([(OperationId(b"o" * 32), sealed_for_next)]) == []
    assert NEXT.mailbox not in ring
    assert other.mailbox not in ring


def test_a_key_that_was_wrapped_for_the_name_of_another_mailbox_is_none() -> None:
    """Also where the wrap itself was made for the announced mailbox, the key in it must be that mailbox's."""
    ring, other = keyring(), Epoch(b"x" * 32)
    wrap = crypto.wrap(ROBIN.card.box, other.key, ephemeral=bytes([7]) * 32, context=NEXT.mailbox)
    assert ring.open_([(OperationId(b"o" * 32), Announcement(1, NEXT.mailbox, {ROBIN.device: wrap}))]) == []
    assert list(ring) == [FIRST.mailbox]


@given(st.lists(exactly(WRAP_BYTES), max_size=5))
def test_spoiled_wraps_stop_nothing(spoiled: list[bytes]) -> None:
    """Whatever somebody wraps for this device, the good key beside it is found."""
    ring = keyring()
    false = [
        (OperationId(bytes([number]) * 32), Announcement(1, MailboxId(bytes([number]) * 32), {ROBIN.device: wrap}))
        for number, wrap in enumerate(spoiled)
    ]
    assert ring.open_([*false, announced(NEXT, "robin")]) == [NEXT]
    assert list(ring) == [FIRST.mailbox, NEXT.mailbox]


def test_a_good_wrap_is_taken_though_a_false_one_came_first() -> None:
    """Whoever announces a mailbox falsely does not keep its key from a device to which another gives it."""
    ring = keyring()
    false = Announcement(1, NEXT.mailbox, {ROBIN.device: bytes(WRAP_BYTES)})
    assert ring.open_([(OperationId(b"f" * 32), false)]) == []
    assert ring.open_([announced(NEXT, "robin")]) == [NEXT]


def test_a_key_that_was_drawn_here_is_held() -> None:
    """A device holds the key of the epoch that it begins itself, before its own announcement is read."""
    ring = keyring()
    ring.add(NEXT)
    assert ring[NEXT.mailbox] == NEXT


def test_a_key_that_is_not_held_is_an_error() -> None:
    """Asking for the key of a mailbox that is not held is a mistake of the program."""
    with pytest.raises(KeyError):
        keyring()[NEXT.mailbox]
