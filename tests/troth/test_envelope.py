"""An envelope gives back its record to who holds the epoch, and tells everybody else a size class."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.troth.letters import drawn_headers, exactly, keys_of, letter
from troth import crypto, envelope, record
from troth.keys import Epoch
from troth.record import Record
from troth_wire.errors import ForgedError, MalformedError, RemoteError, VersionError
from troth_wire.ids import MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MAX, ENVELOPE_BYTES_MIN, PADDED_BYTES_MIN, RECORD_BYTES_MAX

EPOCH = Epoch(b"e" * 32)
OTHER = Epoch(b"o" * 32)
NONCE = b"n" * 24
NONCES = exactly(24)
AROUND = 2 + 24 + 16
LENGTHS = range(RECORD_BYTES_MAX + 6 + 1)


@st.composite
def letters_of_any_size(draw: st.DrawFn) -> Record:
    """Any record, with a payload of any length that fits."""
    payload = draw(st.binary(max_size=30)) * draw(st.sampled_from([0, 1, 20, 700, 2000]))
    return record.sign(draw(drawn_headers(payload)), payload, keys_of("robin")[0].signer)


def of_length(length: int) -> Record:
    """A record whose bytes are so many, its author's bound or not."""
    written = letter()
    payload = bytes(length - 6 - 64 - len(replace(written.header, kind=99, document=None, changes=()).encode()))
    digest = crypto.digest(b"troth/payload", payload)
    header = replace(written.header, kind=99, document=None, changes=(), payload_hash=digest)
    data = header.encode()
    return Record(header, keys_of("robin")[0].signer.sign(b"troth/record/1\x00" + data), data, payload)


def sealed_as(plaintext: bytes, start: bytes = b"\x01\x01", epoch: Epoch = EPOCH, mailbox: bytes = b"") -> bytes:
    """Whatever somebody who holds the epoch may put into an envelope."""
    context = b"troth/envelope\x00" + start + (mailbox or epoch.mailbox)
    return start + NONCE + crypto.aead_seal(epoch.seal_key, NONCE, plaintext, context)


def padded(content: bytes) -> bytes:
    """A content with its zeros."""
    return content.ljust(envelope.padded_length(len(content)), b"\x00")


@given(letters_of_any_size(), NONCES)
def test_a_record_comes_back(written: Record, nonce: bytes) -> None:
    """A record of any size comes out of its envelope as it went in."""
    sealed = envelope.seal(written, EPOCH, nonce)
    assert ENVELOPE_BYTES_MIN <= len(sealed) <= ENVELOPE_BYTES_MAX
    assert envelope.open_(sealed, EPOCH) == written


@pytest.mark.parametrize("length", [512, 513, 544, 545, 1023, 1024, 1025, RECORD_BYTES_MAX + 5, RECORD_BYTES_MAX + 6])
def test_a_record_at_the_edge_of_a_class_comes_back(length: int) -> None:
    """Where padding changes, and at the largest record, nothing is lost."""
    written = of_length(length)
    sealed = envelope.seal(written, EPOCH, NONCE)
    assert len(sealed) == envelope.padded_length(length) + AROUND
    assert envelope.open_(sealed, EPOCH) == written


def test_padding_follows_the_page_for_every_length() -> None:
    """Every length is padded to no less, by no more than 12 %, in steps of 2^(E-S), and a padded one not again."""
    for length in LENGTHS:
        wide = envelope.padded_length(length)
        if length <= PADDED_BYTES_MIN:
            assert wide == PADDED_BYTES_MIN
            continue
        exponent = len(f"{length:b}") - 1
        step = 2 ** (exponent - len(f"{exponent:b}"))
        assert wide % step == 0
        assert length <= wide < length + step
        assert (wide - length) * 100 <= 12 * length
        assert envelope.padded_length(wide) == wide


def test_a_size_tells_little() -> None:
    """All the lengths that a record may have look like fewer than 256 sizes, and a longer one never looks shorter."""
    sizes = [envelope.padded_length(length) for length in LENGTHS]
    assert len(set(sizes)) < 256
    assert sizes == sorted(sizes)


@given(letters_of_any_size(), letters_of_any_size())
def test_a_size_is_all_that_shows(one: Record, other: Record) -> None:
    """Two records of one padded class make envelopes of one size that begin with the same two bytes."""
    sizes = [envelope.padded_length(len(written.encode())) for written in (one, other)]
    sealed = [envelope.seal(written, EPOCH, NONCE) for written in (one, other)]
    assert [len(each) - AROUND for each in sealed] == sizes
    assert {each[:2] for each in sealed} == {b"\x01\x01"}


@given(letters_of_any_size(), st.data())
def test_every_byte_of_an_envelope_counts(written: Record, data: st.DataObject) -> None:
    """An envelope with one byte changed, or cut, or longer, is refused as nothing but a RemoteError."""
    sealed = envelope.seal(written, EPOCH, NONCE)
    place = data.draw(st.integers(0, len(sealed) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda other: other != sealed[place]))
    for spoiled in (sealed[:place] + bytes([byte]) + sealed[place + 1 :], sealed[:place], sealed + b"\x00"):
        with pytest.raises(RemoteError):
            envelope.open_(spoiled, EPOCH)


@given(st.binary(max_size=40) | st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN + 40))
@example(b"\x01\x01" + bytes(ENVELOPE_BYTES_MIN - 2))
def test_any_bytes_are_only_refused(sealed: bytes) -> None:
    """Bytes that nobody sealed raise nothing but a RemoteError."""
    with pytest.raises(RemoteError):
        envelope.open_(sealed, EPOCH)


@given(
    exactly(PADDED_BYTES_MIN)
    | letters_of_any_size().flatmap(
        lambda written: st.tuples(
            st.just(padded(written.encode())), st.integers(0, 2**16), st.binary(min_size=1, max_size=2)
        ).map(lambda parts: parts[0][: parts[1] % len(parts[0])] + parts[2] + parts[0][parts[1] % len(parts[0]) + 1 :])
    )
)
def test_whatever_opens_has_one_envelope(plaintext: bytes) -> None:
    """Also who holds the epoch can seal only what is refused, or what sealing gives; a record leaves no room."""
    sealed = sealed_as(plaintext)
    try:
        written = envelope.open_(sealed, EPOCH)
    except RemoteError:
        return
    assert envelope.seal(written, EPOCH, NONCE) == sealed


@given(letters_of_any_size(), st.data())
def test_padding_is_zeros(written: Record, data: st.DataObject) -> None:
    """A byte in the padding that is no zero is refused, wherever it stands."""
    content = written.encode()
    plaintext = bytearray(padded(content))
    assume(len(plaintext) > len(content))
    plaintext[data.draw(st.integers(len(content), len(plaintext) - 1))] = data.draw(st.integers(1, 255))
    with pytest.raises(MalformedError, match="padding"):
        envelope.open_(sealed_as(bytes(plaintext)), EPOCH)


@given(letters_of_any_size(), st.integers(1, 600))
def test_padding_has_one_length(written: Record, more: int) -> None:
    """A record with more zeros than its padded length is refused."""
    plaintext = padded(written.encode()) + bytes(more)
    assume(len(plaintext) + AROUND <= ENVELOPE_BYTES_MAX)
    with pytest.raises(MalformedError, match="padding"):
        envelope.open_(sealed_as(plaintext), EPOCH)


@given(letters_of_any_size(), exactly(32))
def test_another_epoch_opens_nothing(written: Record, key: bytes) -> None:
    """An envelope opens under the epoch that sealed it, and no other."""
    assume(key != EPOCH.key)
    with pytest.raises(ForgedError):
        envelope.open_(envelope.seal(written, EPOCH, NONCE), Epoch(key))


@given(letters_of_any_size())
def test_an_envelope_is_for_one_mailbox(written: Record) -> None:
    """A record sealed with the right key in the name of another mailbox is refused."""
    plaintext = padded(written.encode())
    assert envelope.open_(sealed_as(plaintext), EPOCH) == written
    with pytest.raises(ForgedError):
        envelope.open_(sealed_as(plaintext, mailbox=MailboxId(OTHER.mailbox)), EPOCH)


@given(st.binary(min_size=2, max_size=2).filter(lambda start: start != b"\x01\x01"))
def test_another_version_or_algorithm_waits(start: bytes) -> None:
    """Any other version or algorithm raises VersionError, before anything is opened."""
    with pytest.raises(VersionError):
        envelope.open_(sealed_as(padded(letter().encode()), start), EPOCH)


def test_a_record_past_its_bound_is_refused_in_a_legal_envelope() -> None:
    """A record of one byte too much is malformed, though its envelope has a size that is allowed."""
    sealed = sealed_as(padded(of_length(RECORD_BYTES_MAX + 6 + 1).encode()))
    assert len(sealed) <= ENVELOPE_BYTES_MAX
    with pytest.raises(MalformedError, match="lengths"):
        envelope.open_(sealed, EPOCH)
