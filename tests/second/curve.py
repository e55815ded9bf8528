"""The map from a secret to a point of Curve25519, and the session key, of CPACE-X25519-SHA512.

A second implementation, written from the pages and the draft that they name; it imports none of the packages.
"""

from __future__ import annotations

import hashlib

from tests.second.conventions import forged, shared

PRIME = 2**255 - 19
MONTGOMERY_A = 486662
HASH_BLOCK_BYTES = 128
FIELD_BYTES = 32


def with_length(data: bytes) -> bytes:
    """Bytes behind their length in LEB128."""
    rest, prefix = len(data), bytearray()
    while rest >= 128:
        prefix.append(rest & 127 | 128)
        rest >>= 7
    return bytes(prefix) + bytes([rest]) + data


def with_lengths(*parts: bytes) -> bytes:
    """Each part behind its length."""
    return b"".join(with_length(part) for part in parts)


def elligator(field: int) -> int:
    """The map Elligator 2, with the non-square 2: the u of a point."""
    first = -MONTGOMERY_A * pow(1 + 2 * field * field, -1, PRIME) % PRIME
    square = (first**3 + MONTGOMERY_A * first**2 + first) % PRIME
    on_curve = pow(square, (PRIME - 1) // 2, PRIME) in (0, 1)
    return first if on_curve else (-first - MONTGOMERY_A) % PRIME


def generator(secret: bytes, channel: bytes, session: bytes) -> bytes:
    """The point of a secret, in one channel and session."""
    name = with_length(b"CPace255")
    filling = bytes(max(0, HASH_BLOCK_BYTES - 1 - len(with_length(secret)) - len(name)))
    text = name + with_lengths(secret, filling, channel, session)
    digest = hashlib.sha512(text).digest()[:FIELD_BYTES]
    field = int.from_bytes(digest, "little") & (2**255 - 1)
    return elligator(field).to_bytes(FIELD_BYTES, "little")


def share(scalar: bytes, point: bytes) -> bytes:
    """What a side with this scalar shows."""
    return shared(scalar, point)


def agreed(scalar: bytes, own: bytes, theirs: bytes) -> bytes:
    """The shared point, or a refusal of the other's share."""
    if len(theirs) != FIELD_BYTES or int.from_bytes(theirs, "little") >= PRIME:
        raise forged("a share that is not canonical")
    if theirs == own:
        raise forged("a side's own share")
    return shared(scalar, theirs)


def session_key(session: bytes, point: bytes, host: tuple[bytes, bytes], guest: tuple[bytes, bytes]) -> bytes:
    """The `ISK` of share and associated data of both sides."""
    text = with_lengths(b"CPace255_ISK", session, point) + with_lengths(*host) + with_lengths(*guest)
    return hashlib.sha512(text).digest()
