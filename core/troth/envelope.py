"""One sealing of one record: padded, sealed for one mailbox, and nothing else to be seen (specs/envelope.md)."""

from typing import Final

from troth import crypto, record
from troth.crypto import NONCE_BYTES, TAG_BYTES
from troth.keys import Epoch
from troth.record import Record
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MAX, ENVELOPE_BYTES_MIN, PADDED_BYTES_MIN

__all__ = ["open_", "padded_length", "seal"]

ALGORITHM: Final = 1
_PREFIX: Final = bytes([1, ALGORITHM])
_SEALED_AT: Final = len(_PREFIX) + NONCE_BYTES
OVERHEAD_BYTES: Final = _SEALED_AT + TAG_BYTES


def padded_length(length: int) -> int:
    """Return the length to which so many bytes are filled: 512, then PADMÉ (Nikitin et al., 2019)."""
    if length <= PADDED_BYTES_MIN:
        return PADDED_BYTES_MIN
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def seal(letter: Record, epoch: Epoch, nonce: bytes) -> bytes:
    """Return an envelope of a record.

    Args:
        letter: What is sealed; whoever seals it need not have written it.
        epoch: The epoch whose mailbox it goes to.
        nonce: 24 fresh random bytes.
    """
    content = letter.encode()
    plaintext = content.ljust(padded_length(len(content)), b"\x00")
    return _PREFIX + nonce + crypto.aead_seal(epoch.seal_key, nonce, plaintext, _context(epoch.mailbox))


def open_(envelope: bytes, epoch: Epoch) -> Record:
    """Return the record in an envelope, not yet verified.

    Raises:
        VersionError: If envelope or record are of a version or algorithm unknown here.
        ForgedError: If it was not sealed under this epoch for its mailbox, or the payload was exchanged.
        MalformedError: If what was sealed is no well-formed, well-padded record.
    """
    if not ENVELOPE_BYTES_MIN <= len(envelope) <= ENVELOPE_BYTES_MAX:
        raise MalformedError("an envelope of impossible length")
    if not envelope.startswith(_PREFIX):
        raise VersionError("the envelope was sealed by a newer version")
    nonce, sealed = envelope[len(_PREFIX) : _SEALED_AT], envelope[_SEALED_AT:]
    plaintext = crypto.aead_open(epoch.seal_key, nonce, sealed, _context(epoch.mailbox))
    letter, length = record.parse(plaintext)
    if len(plaintext) != padded_length(length) or plaintext.count(0, length) != len(plaintext) - length:
        raise MalformedError("the padding is not what it should be")
    return letter


def _context(mailbox: MailboxId) -> bytes:
    return b"troth/envelope\x00" + _PREFIX + mailbox
