"""What stands in the clear at the head of a vault: a salt, a cost, and two keys that only the passphrase opens.

The vault key opens the rows. The admin seed is wrapped apart, so that an open vault does not hold it:
whoever adds a device types the passphrase again (specs/vault.md, Header).
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from troth import Cost, Signer, aead_open, aead_seal, derive
from troth.crypto import KEY_BYTES, NONCE_BYTES, TAG_BYTES, digest
from troth_client.machine import Machine, Stretch
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError

__all__ = ["FORMAT", "Header"]

FORMAT: Final = 1
"""The layout of a vault that this release writes and reads."""
ID_BYTES: Final = 16
SALT_BYTES: Final = 16
HEADER_BYTES_MAX: Final = 512
WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES
VAULT: Final = b"troth/vault"
ADMIN: Final = b"troth/admin"

_SHAPE: Final = codec.fields(
    codec.either(FORMAT),
    codec.raw(ID_BYTES),
    codec.raw(SALT_BYTES),
    codec.natural(),
    codec.natural(),
    codec.raw(WRAPPED_BYTES),
    codec.raw(WRAPPED_BYTES),
    codec.raw(32),
)


@dataclass(frozen=True, slots=True)
class Header:
    """The head of one vault."""

    vault: bytes
    salt: bytes
    cost: Cost
    wrapped_key: bytes = b""
    wrapped_admin: bytes = b""

    @classmethod
    def make(cls, passphrase: str, *, admin: bytes, cost: Cost, machine: Machine) -> tuple["Header", bytes]:
        """Draw a new vault's id, salt and key; return its header and, apart, the vault key.

        Args:
            passphrase: What will open it.
            admin: The device's admin seed, kept only here.
            cost: How hard the passphrase is to guess.
            machine: For entropy, and the stretching.

        Raises:
            UsageError: If the passphrase is empty.
        """
        entropy = machine.entropy
        key = entropy(KEY_BYTES)
        bare = cls(entropy(ID_BYTES), entropy(SALT_BYTES), cost)
        stretched = bare._stretched(passphrase, machine.stretch)
        wrapped_key, wrapped_admin = (
            _wrap(derive(stretched, label), secret, bare._context(label), entropy(NONCE_BYTES))
            for label, secret in ((VAULT, key), (ADMIN, admin))
        )
        return cls(bare.vault, bare.salt, cost, wrapped_key, wrapped_admin), key

    def key(self, passphrase: str, *, stretch: Stretch) -> bytes:
        """Return the vault key.

        Raises:
            ForgedError: If this is not the passphrase.
        """
        return self._unwrap(VAULT, self.wrapped_key, passphrase, stretch)

    def admin(self, passphrase: str, *, stretch: Stretch) -> Signer:
        """Return the admin key, for one use.

        Raises:
            ForgedError: If this is not the passphrase.
        """
        return Signer(self._unwrap(ADMIN, self.wrapped_admin, passphrase, stretch))

    def encode(self) -> bytes:
        """Return the bytes that stand in the file."""
        parts = self._parts()
        return codec.pack([*parts, _checksum(parts)])

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """Read what `encode` wrote.

        Raises:
            MalformedError: If a byte of it was altered, or it asks for a cost out of bounds.
        """
        _, vault, salt, memory_mib, passes, key, admin, checksum = codec.decode(
            data, _SHAPE, bytes_max=HEADER_BYTES_MAX
        )
        try:
            header = cls(vault, salt, Cost(memory_mib, passes), key, admin)
        except UsageError as error:
            raise MalformedError(str(error)) from None
        if checksum != _checksum(header._parts()):
            raise MalformedError("its head was altered")
        return header

    def _parts(self) -> list[object]:
        wrapped = [self.wrapped_key, self.wrapped_admin]
        return [FORMAT, self.vault, self.salt, self.cost.memory_mib, self.cost.passes, *wrapped]

    def _context(self, label: bytes) -> bytes:
        return label + b"\x00" + codec.pack([FORMAT, self.vault, self.salt, self.cost.memory_mib, self.cost.passes])

    def _stretched(self, passphrase: str, stretch: Stretch) -> bytes:
        # Keyboards differ in how they write one and the same letter.
        text = unicodedata.normalize("NFC", passphrase)
        if not text or any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError("a passphrase is a text and not empty")
        return stretch(text, self.salt, self.cost)

    def _unwrap(self, label: bytes, wrapped: bytes, passphrase: str, stretch: Stretch) -> bytes:
        try:
            key = derive(self._stretched(passphrase, stretch), label)
        except UsageError:
            raise ForgedError("no passphrase at all") from None
        return aead_open(key, wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._context(label))


def _wrap(key: bytes, secret: bytes, context: bytes, nonce: bytes) -> bytes:
    return nonce + aead_seal(key, nonce, secret, context)


def _checksum(parts: list[object]) -> bytes:
    # Keyless: it tells a damaged head from a wrong passphrase, and protects against nobody.
    return digest(b"troth/head", codec.pack(parts))
