"""The bounds fit one another: what one allows, no other forbids."""

from troth_wire import codec, messages
from troth_wire.ids import EnvelopeId, MailboxId
from troth_wire.limits import (
    CHANGE_BYTES_MAX,
    EDIT_KEY_BYTES_MAX,
    EDIT_VALUE_BYTES_MAX,
    ENVELOPE_BYTES_MAX,
    ENVELOPE_BYTES_MIN,
    EPOCH_RECIPIENTS_MAX,
    FORWARD_BYTES,
    FRAME_BYTES_MAX,
    FRAME_ENVELOPES_MAX,
    HEADER_BYTES_MAX,
    HEADER_CHANGES_MAX,
    HEADER_HEADS_MAX,
    HEADER_TIPS_MAX,
    HELD_BYTES_MAX,
    MEETINGS_MAX,
    OPERATION_BYTES_MAX,
    PADDED_BYTES_MIN,
    PERSON_DEVICES_MAX,
    PUSH_BYTES_IN_FLIGHT_MAX,
    RECORD_BYTES_MAX,
    RETRY_AFTER_S_MAX,
)
from troth_wire.messages import Deliver, Push, Reason, Refuse, Stored

MAILBOX = MailboxId(bytes(32))
SIGNATURE_BYTES = 64
LENGTHS_BYTES = 6
AROUND_BYTES = 2 + 24 + 16
"""Version and algorithm, nonce, tag (specs/envelope.md)."""
FAR = 2**63 - 1
HASH = bytes(32)


def padded(length: int) -> int:
    """PADMÉ, counted with logarithms as the paper does (specs/envelope.md)."""
    exponent = len(bin(length)) - 3
    mask_bits = exponent - (len(bin(exponent)) - 2)
    return (length + (1 << mask_bits) - 1) >> mask_bits << mask_bits


def header_bytes(*, changes: int, tips: int, heads: int) -> int:
    """The size of a header whose numbers are at their widest, with so many items in its lists."""
    seen = [HASH, bytes(16), FAR, HASH]
    lists = [[[bytes(16), FAR, HASH]] * tips, [HASH] * heads]
    where = [1, 255, HASH, HASH, bytes(16), FAR, HASH, *lists]
    return len(codec.pack([*where, seen, bytes(16), [HASH] * changes, 65_535, HASH]))


def test_the_smallest_envelope_follows_from_the_padding() -> None:
    """The smallest envelope is the least padded plaintext and what stands around it."""
    assert ENVELOPE_BYTES_MIN == PADDED_BYTES_MIN + AROUND_BYTES


def test_the_largest_envelope_follows_from_the_largest_record() -> None:
    """The largest envelope is the largest record with its lengths, padded, and what stands around it."""
    assert padded(RECORD_BYTES_MAX + LENGTHS_BYTES) + AROUND_BYTES == ENVELOPE_BYTES_MAX


def test_a_header_may_have_every_list_at_its_longest() -> None:
    """No honest device can write a header that is too large, whatever it has to name."""
    longest = header_bytes(changes=HEADER_CHANGES_MAX, tips=HEADER_TIPS_MAX, heads=HEADER_HEADS_MAX)
    assert longest <= HEADER_BYTES_MAX


def test_the_largest_change_fits_a_record() -> None:
    """One change of the largest size fits a record under every header that names one change."""
    header = header_bytes(changes=1, tips=HEADER_TIPS_MAX, heads=HEADER_HEADS_MAX)
    payload = len(codec.pack([bytes(CHANGE_BYTES_MAX)]))
    assert SIGNATURE_BYTES + header + payload <= RECORD_BYTES_MAX


def test_the_largest_value_fits_a_change() -> None:
    """A value that can not be cut leaves room for its key and the rest of a change."""
    assert EDIT_VALUE_BYTES_MAX + EDIT_KEY_BYTES_MAX + 1024 <= CHANGE_BYTES_MAX


def test_an_operation_fits_a_record() -> None:
    """The largest operation fits a record under every header without changes."""
    header = header_bytes(changes=0, tips=HEADER_TIPS_MAX, heads=HEADER_HEADS_MAX)
    assert SIGNATURE_BYTES + header + OPERATION_BYTES_MAX + 128 <= RECORD_BYTES_MAX


def test_three_of_the_largest_envelopes_fit_a_frame() -> None:
    """A frame holds three envelopes of the largest size, either way."""
    largest = (bytes(ENVELOPE_BYTES_MAX),) * 3
    assert len(messages.encode(Push(MAILBOX, largest))) <= FRAME_BYTES_MAX
    assert len(messages.encode(Deliver(MAILBOX, FAR, largest))) <= FRAME_BYTES_MAX


def test_as_many_smallest_envelopes_fit_a_frame_as_may_stand_in_it() -> None:
    """The bound on envelopes and the bound on bytes allow the same frame of the smallest ones."""
    smallest = (bytes(ENVELOPE_BYTES_MIN),) * FRAME_ENVELOPES_MAX
    assert len(messages.encode(Deliver(MAILBOX, FAR, smallest))) <= FRAME_BYTES_MAX


def test_what_names_envelopes_by_their_ids_always_fits_a_frame() -> None:
    """Stored and Refuse never outgrow a frame."""
    names = (EnvelopeId(HASH),) * FRAME_ENVELOPES_MAX
    assert len(messages.encode(Stored(MAILBOX, FAR, names))) <= FRAME_BYTES_MAX
    assert len(messages.encode(Refuse(Reason.RATE, MAILBOX, names, RETRY_AFTER_S_MAX))) <= FRAME_BYTES_MAX


def test_every_envelope_can_be_pushed_and_kept() -> None:
    """The largest envelope fits what may be in flight, and what may be held."""
    assert min(PUSH_BYTES_IN_FLIGHT_MAX, HELD_BYTES_MAX) >= ENVELOPE_BYTES_MAX + 5


def test_a_forward_holds_the_largest_operation() -> None:
    """Whoever closes a log can leave the largest operation behind, and the page of it fits a frame."""
    assert OPERATION_BYTES_MAX + 4_096 <= FORWARD_BYTES <= FRAME_BYTES_MAX - 256


def test_every_two_devices_can_meet() -> None:
    """A line has a meeting for every two of the devices of two persons."""
    devices = 2 * PERSON_DEVICES_MAX
    assert devices <= EPOCH_RECIPIENTS_MAX
    assert devices * (devices - 1) // 2 <= MEETINGS_MAX
