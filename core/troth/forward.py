"""What a closed mailbox leaves behind for good: the operations that lead on, sealed for whoever could read it.

A forward is a lead and no authority: each record in it is judged as if it had been delivered (specs/epochs.md).
"""

from collections.abc import Iterable
from typing import Final

from troth import crypto
from troth import record as records
from troth.crypto import NONCE_BYTES, TAG_BYTES
from troth.keys import Epoch
from troth.record import Record
from troth_wire import codec
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import MailboxId
from troth_wire.limits import FORWARD_BYTES, RECORD_BYTES_MAX, WIRE_VERSION

__all__ = ["open_", "seal"]

_PREFIX: Final = bytes([1, 1])
_SEALED_AT: Final = len(_PREFIX) + NONCE_BYTES
_ROOM: Final = FORWARD_BYTES - _SEALED_AT - TAG_BYTES
_LENGTH_BYTES: Final = 4
LIST_OVERHEAD_BYTES: Final = 16
RECORD_OVERHEAD_BYTES: Final = 5
RECORDS_MAX: Final = 256

_SHAPE: Final = codec.known(
    WIRE_VERSION,
    then=codec.fields(codec.either(WIRE_VERSION), codec.many(codec.blob(RECORD_BYTES_MAX + 64), RECORDS_MAX)),
)


def seal(letters: Iterable[Record], epoch: Epoch, nonce: bytes) -> bytes:
    """Return the forward of a mailbox that is being closed.

    Args:
        letters: Records of operations, the most needed first; as many as fit are taken, and the first always fits.
        epoch: Of the mailbox that is closed.
        nonce: 24 fresh random bytes.
    """
    room = _ROOM - _LENGTH_BYTES - LIST_OVERHEAD_BYTES
    taken: list[bytes] = []
    for letter in letters:
        data = letter.encode()
        room -= len(data) + RECORD_OVERHEAD_BYTES
        if room < 0 or len(taken) == RECORDS_MAX:
            break
        taken.append(data)
    content = codec.pack([WIRE_VERSION, taken])
    plaintext = (len(content).to_bytes(_LENGTH_BYTES, "big") + content).ljust(_ROOM, b"\x00")
    return _PREFIX + nonce + crypto.aead_seal(epoch.seal_key, nonce, plaintext, _context(epoch.mailbox))


def open_(forward: bytes, epoch: Epoch) -> list[Record]:
    """Return the records in a forward, not yet verified.

    Raises:
        VersionError: If it is of a version that is not known here.
        ForgedError: If it was not sealed under this epoch, for its mailbox.
        MalformedError: If what was sealed is no list of records.
    """
    if len(forward) != FORWARD_BYTES:
        raise MalformedError("a forward of impossible length")
    if not forward.startswith(_PREFIX):
        raise VersionError("the forward was sealed by a newer version")
    nonce, sealed = forward[len(_PREFIX) : _SEALED_AT], forward[_SEALED_AT:]
    plaintext = crypto.aead_open(epoch.seal_key, nonce, sealed, _context(epoch.mailbox))
    end = _LENGTH_BYTES + int.from_bytes(plaintext[:_LENGTH_BYTES], "big")
    if end > len(plaintext) or plaintext.count(0, end) != len(plaintext) - end:
        raise MalformedError("the padding is not what it should be")
    _, found = codec.decode(plaintext[_LENGTH_BYTES:end], _SHAPE, bytes_max=FORWARD_BYTES)
    return [_record(data) for data in found]


def _record(data: bytes) -> Record:
    record, length = records.parse(data)
    if length != len(data):
        raise MalformedError("bytes after a record")
    return record


def _context(mailbox: MailboxId) -> bytes:
    return b"troth/forward\x00" + _PREFIX + mailbox
