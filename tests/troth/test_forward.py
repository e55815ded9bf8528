"""A forward brings records to whoever could read a closed mailbox, looks like any other, and proves nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import SPACE, exactly, letter, letters
from troth import crypto, forward
from troth.keys import Epoch
from troth.record import Record
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, RemoteError, VersionError
from troth_wire.limits import FORWARD_BYTES, OPERATION_BYTES_MAX

EPOCH, OTHER = Epoch(b"e" * 32), Epoch(b"o" * 32)
NONCE = b"n" * 24
ROOM = FORWARD_BYTES - 2 - 24 - 16


def content(plaintext: bytes, *, epoch: Epoch = EPOCH, prefix: bytes = b"\x01\x01") -> bytes:
    """A forward in which this was sealed, whatever it is."""
    context = b"troth/forward\x00" + prefix + epoch.mailbox
    return prefix + NONCE + crypto.aead_seal(epoch.seal_key, NONCE, plaintext, context)


def padded(data: bytes) -> bytes:
    """Data with its length before it, as long as the plaintext of a forward is."""
    return (len(data).to_bytes(4, "big") + data).ljust(ROOM, b"\x00")


@given(st.integers(0, 40), exactly(24))
def test_a_forward_comes_back(count: int, nonce: bytes) -> None:
    """What was sealed is read as it was, in its order, and every forward is as long as any other."""
    written = letters(count)
    sealed = forward.seal(written, EPOCH, nonce)
    assert len(sealed) == FORWARD_BYTES
    assert forward.open_(sealed, EPOCH) == written


@given(st.lists(st.sampled_from((1, 500, 5_000, OPERATION_BYTES_MAX)), max_size=60))
def test_as_many_as_fit_are_taken_from_the_front(sizes: list[int]) -> None:
    """However much there is, the forward has its length, and holds the first of it; the first one always fits."""
    written = [letter(text=bytes(size)) for size in sizes]
    sealed = forward.seal(written, EPOCH, NONCE)
    found = forward.open_(sealed, EPOCH)
    assert len(sealed) == FORWARD_BYTES
    assert found == written[: len(found)]
    assert bool(found) == bool(written)
    left = ROOM - sum(len(record.encode()) + 5 for record in found) - 20
    assert len(found) == len(written) or left < len(written[len(found)].encode()) + 5


def test_no_more_records_than_are_read() -> None:
    """A forward of many small records holds no more of them than a reader takes."""
    small = letters(3) * 200
    sealed = forward.seal(iter(small), EPOCH, NONCE)
    assert len(forward.open_(sealed, EPOCH)) <= 256


def test_a_forward_is_for_one_mailbox() -> None:
    """Under another key, or for another mailbox, it does not open: nobody can move one."""
    sealed = forward.seal(letters(2), EPOCH, NONCE)
    with pytest.raises(ForgedError):
        forward.open_(sealed, OTHER)
    moved = (
        b"\x01\x01"
        + NONCE
        + crypto.aead_seal(EPOCH.seal_key, NONCE, padded(b""), b"troth/forward\x00\x01\x01" + OTHER.mailbox)
    )
    with pytest.raises(ForgedError):
        forward.open_(moved, EPOCH)


@given(st.data())
def test_a_spoiled_forward_is_only_refused(data: st.DataObject) -> None:
    """However a forward is changed, reading it raises nothing but a RemoteError."""
    whole = forward.seal(letters(2), EPOCH, NONCE)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    spoiled = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    if spoiled != whole:
        with pytest.raises(RemoteError):
            forward.open_(spoiled, EPOCH)


@given(st.binary(max_size=200))
def test_what_a_reader_of_the_mailbox_sealed_is_only_refused(junk: bytes) -> None:
    """Whoever holds the key can seal anything: it is read as records or refused, and nothing else happens."""
    for plaintext in (padded(junk), junk.ljust(ROOM, b"\x00"), junk.ljust(ROOM, b"\xff")):
        try:
            found = forward.open_(content(plaintext), EPOCH)
        except RemoteError:
            continue
        assert found == []


FALSE: list[tuple[str, bytes, type[RemoteError]]] = [
    ("too short", bytes(FORWARD_BYTES - 1), MalformedError),
    ("too long", bytes(FORWARD_BYTES + 1), MalformedError),
    ("nothing", bytes(FORWARD_BYTES), VersionError),
    ("a newer version", content(padded(b""), prefix=b"\x02\x01"), VersionError),
    ("a newer list", content(padded(codec.pack([2, "whatever"]))), VersionError),
    ("a length beyond the end", content(b"\xff" * 4 + bytes(ROOM - 4)), MalformedError),
    ("padding that says something", content(padded(codec.pack([1, []]))[:-1] + b"x"), MalformedError),
    ("a plaintext of another length", content(padded(codec.pack([1, []]))[:-1]), MalformedError),
    ("no list", content(padded(codec.pack("records"))), MalformedError),
    ("what is no record", content(padded(codec.pack([1, [b"a record"]]))), MalformedError),
    (
        "bytes after a record",
        content(padded(codec.pack([1, [letter().encode() + b"x"]]))),
        MalformedError,
    ),
]


@pytest.mark.parametrize(("false", "error"), [case[1:] for case in FALSE], ids=[case[0] for case in FALSE])
def test_a_false_forward_is_refused_for_what_it_is(false: bytes, error: type[RemoteError]) -> None:
    """A forward of another version is told apart from one that nobody can read."""
    with pytest.raises(error):
        forward.open_(false, EPOCH)


def test_nothing_in_a_forward_is_believed() -> None:
    """What comes out was read and not verified: also a record that nobody signed comes out, for others to judge."""
    written = letter()
    forged = Record(written.header, bytes(64), written.header_bytes, written.payload)
    (found,) = forward.open_(forward.seal([forged], EPOCH, NONCE), EPOCH)
    assert found.signature == bytes(64)
    assert found.header.space == SPACE
