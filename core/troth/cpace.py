"""Two who share a short secret agree on a long one: CPACE-X25519-SHA512 (draft-irtf-cfrg-cpace, specs/pairing.md).

Whoever does not know the secret learns nothing but whether one guess was right.
The map to the curve is in Python's integers, so its time depends on the secret (decision 13).
"""

from typing import Final

from troth import crypto
from troth_wire.errors import ForgedError

__all__ = ["Side", "generator", "lv", "session_key", "share"]

PRIME: Final = 2**255 - 19
CURVE_A: Final = 486_662
NONSQUARE: Final = 2
DOMAIN: Final = b"CPace255"
HASH_BLOCK_BYTES: Final = 128
TOP_BIT: Final = 1 << 255

Side = tuple[bytes, bytes]
"""A side's share and the associated bytes that travel beside it."""


def lv(*parts: bytes) -> bytes:
    """Join parts, each behind its length in LEB128 (the draft's `lv_cat`)."""
    return b"".join(_leb128(len(part)) + part for part in parts)


def generator(secret: bytes, *, channel: bytes, session: bytes) -> bytes:
    """Return the point that a secret gives in this channel and session: the u-coordinate in 32 bytes."""
    # Zeros fill the first block of the hash, so that its time does not tell the secret's length.
    fill = max(0, HASH_BLOCK_BYTES - 1 - len(lv(secret)) - len(lv(DOMAIN)))
    hashed = crypto.sha512(lv(DOMAIN, secret, bytes(fill), channel, session))[:32]
    return _elligator2(int.from_bytes(hashed, "little") % TOP_BIT).to_bytes(32, "little")


def share(point: bytes, scalar: bytes) -> bytes:
    """Return what a side sends: its generator times its 32 fresh random bytes."""
    return crypto.agree(scalar, point)


def session_key(scalar: bytes, *, session: bytes, initiator: Side, responder: Side, mine: bytes) -> bytes:
    """Return the 64 bytes that both sides share if both began with the same secret.

    Args:
        scalar: This side's random bytes.
        session: The session id.
        initiator: Share and associated bytes of the side that began.
        responder: Those of the side that answered.
        mine: This side's share; the other one is taken from the two sides.

    Raises:
        ForgedError: If the other share is this side's own, is not written in the one canonical way, or is of low order.
    """
    other = responder[0] if mine == initiator[0] else initiator[0]
    _check(other, mine)
    shared = crypto.agree(scalar, other)
    return crypto.sha512(lv(DOMAIN + b"_ISK", session, shared) + lv(*initiator) + lv(*responder))


def _check(other: bytes, mine: bytes) -> None:
    if other == mine:
        raise ForgedError("this side's own share came back")
    # Stricter than the draft: an honest share is always canonical, and so no point has a second spelling.
    if len(other) != 32 or int.from_bytes(other, "little") >= PRIME:
        raise ForgedError("a share that no honest side sends")


def _elligator2(u: int) -> int:
    """Map a number to the u-coordinate of a point of Curve25519 (the draft's `elligator2_curve25519`)."""
    v = -CURVE_A * pow(1 + NONSQUARE * u * u, -1, PRIME) % PRIME
    on_curve = pow(v**3 + CURVE_A * v**2 + v, (PRIME - 1) // 2, PRIME) in (0, 1)
    return v if on_curve else (-v - CURVE_A) % PRIME


def _leb128(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
