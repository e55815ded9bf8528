"""Captured traffic says how many envelopes went to which mailbox, and of what size."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.demo.world import HEAD, frame
from troth_app.demo.traffic import pushed
from troth_wire.ids import MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.messages import Deliver, Push, encode

MAILBOX = MailboxId(b"\x0a" * 32)
ENVELOPES = st.lists(
    st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN + 3), min_size=1, max_size=4, unique=True
)


def push(*envelopes: bytes, mailbox: MailboxId = MAILBOX) -> bytes:
    """Give the masked frame of a push."""
    return frame(encode(Push(mailbox, envelopes)), b"mask")


@given(st.lists(ENVELOPES, max_size=4), st.binary(max_size=125))
def test_every_envelope_counts_once(pushes: list[list[bytes]], ping: bytes) -> None:
    """However often and on whichever line it was pushed, an envelope is counted once, by its size."""
    lines = [HEAD + push(*envelopes) + frame(ping) for envelopes in pushes]
    sizes, mailboxes = pushed(lines + lines[:1])
    different = {envelope for envelopes in pushes for envelope in envelopes}
    assert sizes == Counter(map(len, different))
    assert mailboxes == (["0a0a0a0a"] if pushes else [])


def test_only_pushes_count() -> None:
    """What the relay delivers, what is no message, and a push that broke off are passed over."""
    envelope = bytes(ENVELOPE_BYTES_MIN)
    delivered = frame(encode(Deliver(MAILBOX, 1, (envelope,))))
    assert pushed([HEAD + delivered + frame(b"") + frame(b"\xc1"), HEAD + push(envelope)[:-1]]) == (Counter(), [])


def test_mailboxes_are_in_order() -> None:
    """Each mailbox is named once, shortened."""
    envelope = bytes(ENVELOPE_BYTES_MIN)
    other = MailboxId(b"\x01" * 32)
    captured = [HEAD + push(envelope) + push(envelope, mailbox=other) + push(envelope)]
    assert pushed(captured) == (Counter({ENVELOPE_BYTES_MIN: 1}), ["01010101", "0a0a0a0a"])
