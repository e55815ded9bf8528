"""The conventions of the pages: lists, hashes, signatures, seals, and the layers that refuse.

A second implementation, written from the pages alone.
It imports none of the packages: the standard library, msgpack, PyNaCl, and what stands beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, TypeAlias, cast

import msgpack  # type: ignore[import-untyped]
from nacl import bindings, exceptions

Layer = Literal["malformed", "version", "forged"]
Value: TypeAlias = "bool | int | str | bytes | list[Value] | None"

LIST_LEVELS_MAX = 8
NUMBER_MAX = 2**63 - 1
NONCE_BYTES = 24
TAG_BYTES = 16


class RefusedError(Exception):
    """Something is refused, at a layer."""

    def __init__(self, layer: Layer, why: str) -> None:
        super().__init__(f"{layer}: {why}")
        self.layer: Layer = layer


def malformed(why: str) -> RefusedError:
    """Say that something has not the form that the page gives."""
    return RefusedError("malformed", why)


def parked(why: str) -> RefusedError:
    """Say that something waits for a release that knows it."""
    return RefusedError("version", why)


def forged(why: str) -> RefusedError:
    """Say that a signature, hash, tag or key is none."""
    return RefusedError("forged", why)


def u16(number: int) -> bytes:
    """Two bytes, big-endian."""
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    """Four bytes, big-endian."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Eight bytes, big-endian."""
    return number.to_bytes(8, "big")


def hashed(label: str, data: bytes) -> bytes:
    """`H(label, data)`."""
    return hashlib.blake2b(data, digest_size=32, person=label.encode("ascii")).digest()


def derived(key: bytes, label: str, data: bytes = b"") -> bytes:
    """`K(key, label, data)`."""
    return hashlib.blake2b(data, digest_size=32, key=key, person=label.encode("ascii")).digest()


# Lists


def encode(value: Value) -> bytes:
    """The one encoding of a list."""
    return cast(bytes, msgpack.packb(value, use_bin_type=True))


def decode(data: bytes) -> list[Value]:
    """The list that these bytes are, or a refusal."""
    try:
        value = msgpack.unpackb(data, raw=False, strict_map_key=False)
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise malformed("not MessagePack") from error
    if not isinstance(value, list):
        raise malformed("no list")
    _check(value, 1)
    if encode(value) != data:
        raise malformed("not the one encoding")
    return value


def _check(value: object, level: int) -> None:
    """Refuse what no list holds, and lists too deep in one another."""
    if isinstance(value, list):
        if level > LIST_LEVELS_MAX:
            raise malformed("too deep")
        for item in value:
            _check(item, level + 1)
    elif not (value is None or type(value) in (bool, int, str, bytes)):
        raise malformed("a type that no list holds")


# Forms of the items of a list


def items(value: Value, low: int, high: int | None = None) -> list[Value]:
    """A list of so many items; of exactly `low` where no `high` is given."""
    if not isinstance(value, list) or not low <= len(value) <= (low if high is None else high):
        raise malformed("not a list of that length")
    return value


def octets(value: Value, low: int, high: int | None = None) -> bytes:
    """So many bytes; exactly `low` where no `high` is given."""
    if not isinstance(value, bytes) or not low <= len(value) <= (low if high is None else high):
        raise malformed("not bytes of that length")
    return value


def any_octets(value: Value) -> bytes:
    """Bytes of any length."""
    if not isinstance(value, bytes):
        raise malformed("not bytes")
    return value


def integer(value: Value) -> int:
    """An integer of any sign; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise malformed("no number")
    return value


def number(value: Value, low: int = 0, high: int = NUMBER_MAX) -> int:
    """A number within bounds."""
    found = integer(value)
    if not low <= found <= high:
        raise malformed("a number out of its bounds")
    return found


def known_version(value: Value, version: int = 1) -> None:
    """Park any other version; what is no number is malformed."""
    if integer(value) != version:
        raise parked("another version")


def ascending(names: Sequence[bytes]) -> None:
    """Refuse what does not ascend, or stands twice."""
    if any(left >= right for left, right in pairwise(names)):
        raise malformed("not ascending")


# Signatures and seals


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Refuse what is not signed by the key."""
    try:
        bindings.crypto_sign_open(signature + message, public)
    except (exceptions.BadSignatureError, ValueError) as error:
        raise forged("a signature that is none") from error


def signed(seed: bytes, message: bytes) -> bytes:
    """The signature of a message by the key of a seed."""
    return bindings.crypto_sign(message, bindings.crypto_sign_seed_keypair(seed)[1])[:64]


def public_of_seed(seed: bytes) -> bytes:
    """The public half of the Ed25519 key of a seed."""
    return bindings.crypto_sign_seed_keypair(seed)[0]


def public_of_secret(secret: bytes) -> bytes:
    """The public half of an X25519 secret."""
    return bindings.crypto_scalarmult_base(secret)


def shared(secret: bytes, public: bytes) -> bytes:
    """X25519 of both; refused where it is zero."""
    try:
        point = bindings.crypto_scalarmult(secret, public)
    except (exceptions.CryptoError, RuntimeError) as error:
        raise forged("a point of low order") from error
    if not any(point):
        raise forged("a shared point of zero")
    return point


def sealed(key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
    """XChaCha20-Poly1305."""
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, context, nonce, key)


def opened(key: bytes, nonce: bytes, ciphertext: bytes, context: bytes) -> bytes:
    """What was sealed, or a refusal."""
    if len(ciphertext) < TAG_BYTES:
        raise forged("shorter than a tag")
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, context, nonce, key)
    except exceptions.CryptoError as error:
        raise forged("a tag that does not fit") from error
