"""One sealing of one row: its room, table, key and value, padded, bound to its vault and to its place in it.

A row that is exchanged for another, altered, or carried in from another vault does not open.
"""

from typing import Final

from troth import Entropy, aead_open, aead_seal, derive
from troth.crypto import NONCE_BYTES
from troth.envelope import padded_length
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError

__all__ = ["Content", "Sealer", "pad", "unpad"]

LENGTH_BYTES: Final = 4
TABLE_BYTES_MAX: Final = 64
KEY_BYTES_MAX: Final = 1_024
ROW_BYTES_MAX: Final = 2**28
"""One row with everything: well beyond the edits of one record."""

ROOM_BYTES: Final = 16

Content = tuple[bytes, str, bytes, bytes]
"""Room, table, key and value of a row."""

_SHAPE: Final = codec.fields(
    codec.raw(ROOM_BYTES), codec.text(TABLE_BYTES_MAX), codec.blob(KEY_BYTES_MAX), codec.blob(ROW_BYTES_MAX)
)


class Sealer:
    """Seals and opens the rows of one vault."""

    def __init__(self, vault_key: bytes, vault: bytes, entropy: Entropy) -> None:
        """Take the vault's key and id."""
        self._key = derive(vault_key, b"troth/row/2")
        self._vault = vault
        self._entropy = entropy

    def seal(self, number: int, content: Content) -> bytes:
        """Return the sealed form of a row that stands under this number."""
        nonce = self._entropy(NONCE_BYTES)
        return nonce + aead_seal(self._key, nonce, pad(codec.pack(list(content))), self._context(number))

    def open_(self, number: int, sealed: bytes) -> Content:
        """Return room, table, key and value of the row under this number.

        Raises:
            ForgedError: If it was not sealed for this place in this vault.
            MalformedError: If it was, and is no row that this version writes.
        """
        if number < 0:
            raise ForgedError("a number that no row is given")
        framed = aead_open(self._key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._context(number))
        room, table, key, value = codec.decode(unpad(framed), _SHAPE, bytes_max=ROW_BYTES_MAX)
        return room, table, key, value

    def _context(self, number: int) -> bytes:
        return b"troth/row/2\x00" + self._vault + number.to_bytes(8, "big")


def pad(content: bytes) -> bytes:
    """Return a content with its length in front and zeros behind, in one of few lengths."""
    framed = len(content).to_bytes(LENGTH_BYTES, "big") + content
    return framed.ljust(padded_length(len(framed)), b"\x00")


def unpad(framed: bytes) -> bytes:
    """Return what `pad` was given.

    Raises:
        MalformedError: If it claims to be longer than it is.
    """
    end = LENGTH_BYTES + int.from_bytes(framed[:LENGTH_BYTES], "big")
    if end > len(framed):
        raise MalformedError("a row that is longer than it is")
    return framed[LENGTH_BYTES:end]
