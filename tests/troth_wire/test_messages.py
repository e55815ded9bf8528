"""A frame is a message, or it is malformed; there is nothing between."""

import re
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_wire import codec, messages
from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import (
    CHALLENGE_BYTES,
    ENVELOPE_BYTES_MAX,
    ENVELOPE_BYTES_MIN,
    FORWARD_BYTES,
    FRAME_BYTES_MAX,
    FRAME_ENVELOPES_MAX,
    PASS_BYTES_MAX,
    RETRY_AFTER_S_MAX,
)
from troth_wire.messages import (
    FORMS,
    Close,
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)


def exactly(length: int) -> st.SearchStrategy[bytes]:
    """Bytes of one length."""
    return st.binary(min_size=length, max_size=length)


MAILBOXES = exactly(32).map(MailboxId)
LINEAGES = exactly(16).map(Lineage)
HASHES = exactly(32).map(RunningHash)
NUMBERS = st.integers(0, 2**63 - 1)
PLACES = st.integers(1, 2**63 - 1)
SUCCESSORS = st.none() | MAILBOXES
FORWARDS = st.binary(max_size=4).map(lambda start: start.ljust(FORWARD_BYTES, b"\xf0"))
SIZES = st.sampled_from([ENVELOPE_BYTES_MIN, ENVELOPE_BYTES_MIN + 1, 1000])
ENVELOPES = st.lists(st.builds(bytes, SIZES) | exactly(ENVELOPE_BYTES_MIN), min_size=1, max_size=4).map(tuple)
NAMES = st.lists(exactly(32).map(EnvelopeId), max_size=5).map(tuple)
VERSIONS = st.integers(0, 255)
OF_EACH: dict[type[Message], st.SearchStrategy[Message]] = {
    Hello: st.builds(Hello, VERSIONS, VERSIONS, NUMBERS, exactly(CHALLENGE_BYTES)),
    Prove: st.builds(Prove, MAILBOXES, exactly(64)),
    Create: st.builds(
        Create, MAILBOXES, st.binary(max_size=PASS_BYTES_MAX), st.sampled_from(MailboxKind), st.none() | MAILBOXES
    ),
    Follow: st.builds(Follow, MAILBOXES, LINEAGES, NUMBERS, HASHES),
    Push: st.builds(Push, MAILBOXES, ENVELOPES),
    Head: st.builds(Head, MAILBOXES, LINEAGES, NUMBERS, HASHES),
    Deliver: st.builds(Deliver, MAILBOXES, PLACES, ENVELOPES),
    Stored: st.builds(Stored, MAILBOXES, PLACES, NAMES.filter(bool)),
    Refuse: st.builds(Refuse, st.sampled_from(Reason), st.none() | MAILBOXES, NAMES, st.integers(0, RETRY_AFTER_S_MAX)),
    Close: st.builds(Close, MAILBOXES, SUCCESSORS, FORWARDS),
    Closed: st.builds(Closed, MAILBOXES, LINEAGES, NUMBERS, HASHES, SUCCESSORS, FORWARDS),
}
MESSAGES: st.SearchStrategy[Message] = st.one_of(*OF_EACH.values())
KINDS = sorted(OF_EACH, key=lambda form: form.__name__)

MAILBOX = MailboxId(bytes(32))
ENVELOPE = bytes(ENVELOPE_BYTES_MIN)


def test_every_message_has_a_form_and_a_code_of_its_own() -> None:
    """The table names every class of `Message` once, with one check for each field."""
    assert set(FORMS) == set(get_args(Message)) == set(OF_EACH)
    assert len({code for code, _ in FORMS.values()}) == len(FORMS)
    assert all(len(checks) == len(fields(form)) for form, (_, checks) in FORMS.items())


@pytest.mark.parametrize("form", KINDS, ids=lambda form: form.__name__)
@given(data=st.data())
def test_a_message_comes_back(form: type[Message], data: st.DataObject) -> None:
    """Every message comes out of its frame as it went in."""
    message = data.draw(OF_EACH[form])
    assert messages.parse(messages.encode(message)) == message


@given(MESSAGES.map(messages.encode), MESSAGES.map(messages.encode), st.data())
def test_a_spoiled_frame_is_another_message_or_malformed(one: bytes, other: bytes, data: st.DataObject) -> None:
    """However a frame is cut, joined or changed, it is malformed, or the one frame of some message."""
    start = data.draw(st.integers(0, len(one)))
    end = data.draw(st.integers(start, min(len(one), start + 40)))
    middle = data.draw(st.binary(max_size=4) | st.just(other[start:end]))
    spoiled = one[:start] + middle + one[end:]
    try:
        message = messages.parse(spoiled)
    except MalformedError:
        return
    assert messages.encode(message) == spoiled


ITEMS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 12)
    | exactly(32)
    | exactly(16)
    | st.text(max_size=3)
    | exactly(64)
    | st.just(ENVELOPE),
    lambda items: st.lists(items, max_size=5),
    max_leaves=8,
)


@given(st.integers(0, 33), st.lists(ITEMS, max_size=5))
def test_any_list_is_a_message_or_malformed(code: int, items: list[object]) -> None:
    """A well-formed list of the wrong things is malformed, and nothing worse."""
    frame = codec.pack([code, *items])
    try:
        message = messages.parse(frame)
    except MalformedError:
        return
    assert messages.encode(message) == frame


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_malformed(frame: bytes) -> None:
    """Nothing that arrives raises anything but MalformedError."""
    try:
        message = messages.parse(frame)
    except MalformedError:
        return
    assert messages.encode(message) == frame


OUT_OF_BOUNDS: dict[str, Message] = {
    "deliver at 0": Deliver(MAILBOX, 0, (ENVELOPE,)),
    "stored at 0": Stored(MAILBOX, 0, (EnvelopeId(bytes(32)),)),
    "stored nothing": Stored(MAILBOX, 1, ()),
    "push nothing": Push(MAILBOX, ()),
    "push too small": Push(MAILBOX, (ENVELOPE[:-1],)),
    "push too large": Push(MAILBOX, (bytes(ENVELOPE_BYTES_MAX + 1),)),
    "push too many": Push(MAILBOX, (ENVELOPE,) * (FRAME_ENVELOPES_MAX + 1)),
    "pass too long": Create(MAILBOX, bytes(PASS_BYTES_MAX + 1)),
    "head too far": Head(MAILBOX, Lineage(bytes(16)), 2**63, RunningHash(bytes(32))),
    "head before the log": Head(MAILBOX, Lineage(bytes(16)), -1, RunningHash(bytes(32))),
    "forward too short": Close(MAILBOX, None, bytes(FORWARD_BYTES - 1)),
    "forward too long": Close(MAILBOX, MAILBOX, bytes(FORWARD_BYTES + 1)),
    "forward of the relay too short": Closed(
        MAILBOX, Lineage(bytes(16)), 0, RunningHash(bytes(32)), None, bytes(FORWARD_BYTES - 1)
    ),
    "wait too long": Refuse(Reason.RATE, MAILBOX, (), RETRY_AFTER_S_MAX + 1),
    "version too high": Hello(1, 256, 0, bytes(CHALLENGE_BYTES)),
}


@pytest.mark.parametrize("name", OUT_OF_BOUNDS)
def test_a_value_out_of_bounds_is_malformed(name: str) -> None:
    """Each bound of a field is held to where the frame is read."""
    with pytest.raises(MalformedError):
        messages.parse(messages.encode(OUT_OF_BOUNDS[name]))


def test_a_frame_has_a_largest_size() -> None:
    """A frame of one byte more than allowed is malformed, whatever it holds."""
    frame = messages.encode(Push(MAILBOX, (bytes(65_524),) * 3 + (bytes(FRAME_BYTES_MAX - 37 - 12 - 3 * 65_524),)))
    assert len(frame) == FRAME_BYTES_MAX
    assert isinstance(messages.parse(frame), Push)
    with pytest.raises(MalformedError, match=re.escape(str(FRAME_BYTES_MAX))):
        messages.parse(frame + b"\x00")


@pytest.mark.parametrize("frame", [b"", b"\x90", b"\x01", b"\x91\xc3", b"\x91\x00", b"\x91\x0c", b"\x91\xa1a"])
def test_a_frame_without_a_known_code_is_malformed(frame: bytes) -> None:
    """What begins with no code of this version is refused before its fields are looked at."""
    with pytest.raises(MalformedError, match=r"not a (message of this version|list)|canonical"):
        messages.parse(frame)
