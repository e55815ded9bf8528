"""Envelopes: one sealing of one record, its key, and the wrap of that key.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.second.conventions import (
    NONCE_BYTES,
    derived,
    forged,
    hashed,
    malformed,
    opened,
    parked,
    public_of_secret,
    public_of_seed,
    sealed,
    shared,
)
from tests.second.record import Record, joined, parted

ENVELOPE_BYTES_MIN = 554
ENVELOPE_BYTES_MAX = 67626
PADDED_BYTES_MIN = 512
WRAP_BYTES = 80
HEAD = b"\x01\x01"


@dataclass(frozen=True)
class Epoch:
    """What an epoch key gives."""

    mailbox_seed: bytes
    mailbox: bytes
    sealing_key: bytes


def epoch_of(key: bytes) -> Epoch:
    """Derive what an epoch key gives."""
    seed = derived(key, "troth/mailbox")
    return Epoch(seed, public_of_seed(seed), derived(key, "troth/seal"))


def padded_length(length: int) -> int:
    """The length to which a content is filled."""
    if length <= PADDED_BYTES_MIN:
        return PADDED_BYTES_MIN
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def filled(content: bytes) -> bytes:
    """A content with its zeros."""
    return content.ljust(padded_length(len(content)), b"\0")


def check_filling(content_length: int, filling: bytes) -> None:
    """Refuse a filling that is not zeros up to the padded length."""
    if content_length + len(filling) != padded_length(content_length):
        raise malformed("not the padded length")
    if any(filling):
        raise malformed("a filling that is not zeros")


def envelope_id(envelope: bytes) -> bytes:
    """The id of an envelope."""
    return hashed("troth/envelope", envelope)


def _context(mailbox: bytes) -> bytes:
    """What is bound into an envelope."""
    return b"troth/envelope\0" + HEAD + mailbox


def seal(epoch: bytes, mailbox: bytes, nonce: bytes, record: Record) -> bytes:
    """The envelope of a record."""
    return HEAD + nonce + sealed(epoch_of(epoch).sealing_key, nonce, filled(joined(record)), _context(mailbox))


def open_envelope(epoch: bytes, mailbox: bytes, envelope: bytes) -> Record:
    """The record in an envelope, or a refusal."""
    if not ENVELOPE_BYTES_MIN <= len(envelope) <= ENVELOPE_BYTES_MAX:
        raise malformed("no length of an envelope")
    if envelope[:2] != HEAD:
        raise parked("another version or algorithm")
    nonce, ciphertext = envelope[2 : 2 + NONCE_BYTES], envelope[2 + NONCE_BYTES :]
    plaintext = opened(epoch_of(epoch).sealing_key, nonce, ciphertext, _context(mailbox))
    record, filling = parted(plaintext)
    check_filling(len(plaintext) - len(filling), filling)
    return record


def wrap(ephemeral_secret: bytes, recipient: bytes, key: bytes, context: bytes) -> bytes:
    """A key wrapped to one device."""
    ephemeral = public_of_secret(ephemeral_secret)
    wrapping = derived(shared(ephemeral_secret, recipient), "troth/wrap", ephemeral + recipient)
    return ephemeral + sealed(wrapping, bytes(NONCE_BYTES), key, context)


def unwrap(secret: bytes, recipient: bytes, wrapped: bytes, context: bytes) -> bytes:
    """The key in a wrap, or a refusal."""
    if len(wrapped) != WRAP_BYTES:
        raise malformed("no length of a wrap")
    ephemeral = wrapped[:32]
    wrapping = derived(shared(secret, ephemeral), "troth/wrap", ephemeral + recipient)
    return opened(wrapping, bytes(NONCE_BYTES), wrapped[32:], context)


def unwrap_epoch(secret: bytes, recipient: bytes, mailbox: bytes, wrapped: bytes) -> bytes:
    """The epoch key in a wrap, which derives the mailbox that was announced."""
    key = unwrap(secret, recipient, wrapped, mailbox)
    if epoch_of(key).mailbox != mailbox:
        raise forged("the key of another mailbox")
    return key
