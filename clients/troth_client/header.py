"""What stands in the clear at the head of a vault: a salt, a cost, and two keys that only the passphrase opens.

The vault key opens the rows. The admin secret is wrapped apart, and the admin seed of every room is sealed under it,
so that an open vault holds none of them: whoever adds a device types the passphrase again (specs/vault.md, Header).
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from troth import Cost, Entropy, aead_open, aead_seal, derive
from troth.crypto import KEY_BYTES, NONCE_BYTES, TAG_BYTES, digest
from troth_client.machine import Machine, Stretch
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError

__all__ = ["FORMAT", "Header", "Secrets", "checksum"]

FORMAT: Final = 2
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


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What the passphrase opens."""

    key: bytes
    """The vault key: it opens the rows."""
    admin: bytes
    """The admin secret: it opens the admin seed of every room."""

    @classmethod
    def draw(cls, entropy: Entropy) -> "Secrets":
        """Draw those of a new vault."""
        return cls(entropy(KEY_BYTES), entropy(KEY_BYTES))


@dataclass(frozen=True, slots=True)
class Header:
    """The head of one vault."""

    vault: bytes
    salt: bytes
    cost: Cost
    wrapped_key: bytes = b""
    wrapped_admin: bytes = b""

    @classmethod
    def make(cls, passphrase: str, *, cost: Cost, machine: Machine) -> tuple["Header", Secrets]:
        """Draw a new vault's id, salt and secrets; return its header and, apart, the secrets.

        Args:
            passphrase: What will open it.
            cost: How hard the passphrase is to guess.
            machine: For entropy, and the stretching.

        Raises:
            UsageError: If the passphrase is empty.
        """
        vault, secrets = machine.entropy(ID_BYTES), Secrets.draw(machine.entropy)
        return cls.wrap(vault, secrets, passphrase, cost=cost, machine=machine), secrets

    @classmethod
    def wrap(cls, vault: bytes, secrets: Secrets, passphrase: str, *, cost: Cost, machine: Machine) -> "Header":
        """Return a header, under a fresh salt, that this passphrase opens.

        Raises:
            UsageError: If the passphrase is empty.
        """
        bare = cls(vault, machine.entropy(SALT_BYTES), cost)
        stretched = bare.stretched(passphrase, machine.stretch)
        wrapped_key, wrapped_admin = (
            _wrap(derive(stretched, label), secret, bare._context(label), machine.entropy(NONCE_BYTES))
            for label, secret in ((VAULT, secrets.key), (ADMIN, secrets.admin))
        )
        return cls(bare.vault, bare.salt, cost, wrapped_key, wrapped_admin)

    def key(self, passphrase: str, *, stretch: Stretch) -> bytes:
        """Return the vault key.

        Raises:
            ForgedError: If this is not the passphrase.
        """
        return self._unwrap(VAULT, self.wrapped_key, self.guess(passphrase, stretch))

    def admin(self, passphrase: str, *, stretch: Stretch) -> bytes:
        """Return the admin secret, for one use.

        Raises:
            ForgedError: If this is not the passphrase.
        """
        return self._unwrap(ADMIN, self.wrapped_admin, self.guess(passphrase, stretch))

    def secrets(self, passphrase: str, *, stretch: Stretch) -> Secrets:
        """Return both, for the cost of one.

        Raises:
            ForgedError: If this is not the passphrase.
        """
        stretched = self.guess(passphrase, stretch)
        key = self._unwrap(VAULT, self.wrapped_key, stretched)
        return Secrets(key, self._unwrap(ADMIN, self.wrapped_admin, stretched))

    def encode(self) -> bytes:
        """Return the bytes that stand in the file."""
        parts = self._parts()
        return codec.pack([*parts, checksum(parts)])

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """Read what `encode` wrote.

        Raises:
            MalformedError: If a byte of it was altered, or it asks for a cost out of bounds.
        """
        _, vault, salt, memory_mib, passes, key, admin, written = codec.decode(data, _SHAPE, bytes_max=HEADER_BYTES_MAX)
        try:
            header = cls(vault, salt, Cost(memory_mib, passes), key, admin)
        except UsageError as error:
            raise MalformedError(str(error)) from None
        if written != checksum(header._parts()):
            raise MalformedError("its head was altered")
        return header

    def _parts(self) -> list[object]:
        wrapped = [self.wrapped_key, self.wrapped_admin]
        return [FORMAT, self.vault, self.salt, self.cost.memory_mib, self.cost.passes, *wrapped]

    def _context(self, label: bytes) -> bytes:
        return label + b"\x00" + codec.pack([FORMAT, self.vault, self.salt, self.cost.memory_mib, self.cost.passes])

    def stretched(self, passphrase: str, stretch: Stretch) -> bytes:
        """Return the key that this head's salt and cost make of a passphrase.

        Raises:
            UsageError: If it is empty, or no text.
        """
        # Keyboards differ in how they write one and the same letter.
        text = unicodedata.normalize("NFC", passphrase)
        if not text or any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError("a passphrase is a text and not empty")
        return stretch(text, self.salt, self.cost)

    def guess(self, passphrase: str, stretch: Stretch) -> bytes:
        """Return the key of what may not be the passphrase, nor any.

        Raises:
            ForgedError: If it can not be one.
        """
        try:
            return self.stretched(passphrase, stretch)
        except UsageError:
            raise ForgedError("no passphrase at all") from None

    def _unwrap(self, label: bytes, wrapped: bytes, stretched: bytes) -> bytes:
        key = derive(stretched, label)
        return aead_open(key, wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._context(label))


def _wrap(key: bytes, secret: bytes, context: bytes, nonce: bytes) -> bytes:
    return nonce + aead_seal(key, nonce, secret, context)


def checksum(parts: list[object]) -> bytes:
    """Return the keyless checksum of a head: it tells damage from a wrong passphrase, and protects against nobody."""
    return digest(b"troth/head", codec.pack(parts))
