"""Every cryptographic act has one name here; the only importer of nacl.

Nothing here draws random bytes: keys, nonces and ephemeral secrets are arguments.
Hashes and key derivation are BLAKE2b with a label as its personalisation (specs/README.md, Conventions).
"""

import hashlib
import hmac
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id

from troth_wire.errors import ForgedError, MalformedError, UsageError

__all__ = [
    "KEY_BYTES",
    "NONCE_BYTES",
    "SIGNATURE_BYTES",
    "TAG_BYTES",
    "WRAP_BYTES",
    "Cost",
    "Signer",
    "aead_open",
    "aead_seal",
    "agree",
    "box_public",
    "check_box_key",
    "check_sign_key",
    "derive",
    "digest",
    "same",
    "sha512",
    "stretch",
    "unwrap",
    "verify",
    "wrap",
]

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 24
TAG_BYTES: Final = 16
SIGNATURE_BYTES: Final = 64
SALT_BYTES: Final = 16
WRAP_BYTES: Final = KEY_BYTES + KEY_BYTES + TAG_BYTES
_FIXED_NONCE: Final = bytes(NONCE_BYTES)

MIB: Final = 1024 * 1024


def digest(label: bytes, message: bytes) -> bytes:
    """Return `H(label, message)`: 32 bytes."""
    return blake2b(message, digest_size=32, person=label).digest()


def derive(key: bytes, label: bytes, message: bytes = b"") -> bytes:
    """Return `K(key, label, message)`: 32 bytes."""
    return blake2b(message, digest_size=32, key=key, person=label).digest()


def sha512(message: bytes) -> bytes:
    """Return the 64 bytes of SHA-512, for protocols that others defined over it."""
    return hashlib.sha512(message).digest()


def same(one: bytes, other: bytes) -> bool:
    """Tell whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


class Signer:
    """An Ed25519 key pair made from a 32-byte seed; never shows its secret."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        self.public, self._secret = bindings.crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature (RFC 8032)."""
        return bindings.crypto_sign(message, self._secret)[:SIGNATURE_BYTES]


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check an Ed25519 signature.

    Raises:
        ForgedError: If it does not fit.
    """
    if len(signature) != SIGNATURE_BYTES or len(public) != KEY_BYTES:
        raise ForgedError("a signature or key of impossible length")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except CryptoError:
        raise ForgedError("the signature does not fit") from None


def check_sign_key(public: bytes) -> None:
    """Refuse an Ed25519 key of low or mixed order, or one that is no point at all.

    Raises:
        MalformedError: If the key is not in the main subgroup.
    """
    if len(public) != KEY_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise MalformedError("not a signing key of full order")


def check_box_key(public: bytes) -> None:
    """Refuse an X25519 key with which every shared secret is zero.

    Raises:
        MalformedError: If the key is of low order.
    """
    if len(public) != KEY_BYTES:
        raise MalformedError("not a box key")
    try:
        bindings.crypto_scalarmult(b"\x01" * KEY_BYTES, public)
    except (CryptoError, RuntimeError):
        raise MalformedError("a box key of low order") from None


def box_public(secret: bytes) -> bytes:
    """Return the X25519 public key of a 32-byte secret."""
    return bindings.crypto_scalarmult_base(secret)


def agree(secret: bytes, public: bytes) -> bytes:
    """Return X25519 of a 32-byte secret and a point (RFC 7748): no key yet, derive one from it.

    Raises:
        ForgedError: If the point has not 32 bytes, or is of low order, so that everyone knows the result.
    """
    if len(public) != KEY_BYTES:
        raise ForgedError("a key of impossible length")
    try:
        return bindings.crypto_scalarmult(secret, public)
    except (CryptoError, RuntimeError):
        raise ForgedError("a key of low order") from None


def aead_seal(key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal with XChaCha20-Poly1305; `context` is authenticated and not sent."""
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, context, nonce, key)


def aead_open(key: bytes, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open what `aead_seal` sealed.

    Raises:
        ForgedError: If key, nonce, context or a byte of it differ.
    """
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, context, nonce, key)
    except (CryptoError, ValueError):
        raise ForgedError("does not open with this key") from None


def wrap(recipient: bytes, key: bytes, *, ephemeral: bytes, context: bytes) -> bytes:
    """Seal a 32-byte key to a device's box key (specs/envelope.md, Wrap).

    Args:
        recipient: X25519 public key.
        key: What is sealed.
        ephemeral: 32 fresh random bytes, used once.
        context: Authenticated and not sent.
    """
    public = box_public(ephemeral)
    return public + aead_seal(_shared(ephemeral, recipient, public, recipient), _FIXED_NONCE, key, context)


def unwrap(secret: bytes, wrapped: bytes, *, context: bytes) -> bytes:
    """Open what `wrap` sealed to this X25519 secret.

    Raises:
        MalformedError: If it has not the length of a wrap.
        ForgedError: If it was not sealed to this key in this context.
    """
    if len(wrapped) != WRAP_BYTES:
        raise MalformedError("a wrap of impossible length")
    public, sealed = wrapped[:KEY_BYTES], wrapped[KEY_BYTES:]
    return aead_open(_shared(secret, public, public, box_public(secret)), _FIXED_NONCE, sealed, context)


def _shared(secret: bytes, public: bytes, ephemeral_public: bytes, recipient: bytes) -> bytes:
    return derive(agree(secret, public), b"troth/wrap", ephemeral_public + recipient)


@dataclass(frozen=True, slots=True)
class Cost:
    """How hard a passphrase is to guess: Argon2id's memory and passes."""

    memory_mib: int = 256
    passes: int = 3

    def __post_init__(self) -> None:
        """Refuse what is too cheap to protect anything, or too dear to open again."""
        if not 64 <= self.memory_mib <= 1024 or not 1 <= self.passes <= 16:
            raise UsageError("a passphrase costs 64 to 1024 MiB and 1 to 16 passes")


def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Return the 32-byte key of a passphrase (Argon2id, RFC 9106).

    Args:
        passphrase: Any text, used as its UTF-8 bytes.
        salt: 16 random bytes, kept beside the vault.
        cost: Memory and passes.
    """
    return argon2id.kdf(KEY_BYTES, passphrase.encode(), salt, opslimit=cost.passes, memlimit=cost.memory_mib * MIB)
