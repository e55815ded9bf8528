"""Recovery words: the keys that they give, and the signposts that they find.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.second.conventions import (
    NONCE_BYTES,
    TAG_BYTES,
    Value,
    any_octets,
    decode,
    derived,
    encode,
    hashed,
    items,
    known_version,
    malformed,
    octets,
    opened,
    parked,
    public_of_secret,
    public_of_seed,
    sealed,
    u16,
)
from tests.second.envelope import epoch_of
from tests.second.membership import Card, begun, device_id

SIGNPOST_BYTES = 16384
SIGNPOST_SPACES_MAX = 16
ADDRESS_BYTES_MAX = 512
HEAD = b"\x01\x01"


@dataclass(frozen=True)
class Keys:
    """The secrets of words in one space, and their card."""

    everyday_seed: bytes
    admin_seed: bytes
    box_secret: bytes
    card: Card


@dataclass(frozen=True)
class Way:
    """How words get into a space."""

    genesis: bytes
    person: bytes
    epoch: bytes


@dataclass(frozen=True)
class Signpost:
    """What is said in a signpost."""

    relay: str
    ways: tuple[Way, ...]


def signpost_epoch(entropy: bytes) -> bytes:
    """The epoch key of the signposts' mailbox."""
    return derived(hashed("troth/recovery", entropy), "troth/signpost")


def keys_of(entropy: bytes, space: bytes, person: bytes) -> Keys:
    """What words are in a space, for a person."""
    seed = derived(hashed("troth/recovery", entropy), "troth/weak", space + person)
    everyday, admin, box = (derived(seed, label) for label in ("troth/everyday", "troth/admin", "troth/box"))
    return Keys(everyday, admin, box, Card(public_of_seed(everyday), public_of_seed(admin), public_of_secret(box)))


def _context(epoch: bytes) -> bytes:
    """What is bound into a signpost."""
    return b"troth/signpost\0" + HEAD + epoch_of(epoch).mailbox


def write(epoch: bytes, nonce: bytes, found: Signpost) -> bytes:
    """The signpost that says this."""
    ways: list[Value] = [[way.genesis, way.person, way.epoch] for way in found.ways]
    body = encode([1, found.relay, ways])
    return seal(epoch, nonce, (u16(len(body)) + body).ljust(SIGNPOST_BYTES, b"\0"))


def seal(epoch: bytes, nonce: bytes, plaintext: bytes) -> bytes:
    """The signpost around a plaintext."""
    return HEAD + nonce + sealed(epoch_of(epoch).sealing_key, nonce, plaintext, _context(epoch))


def read(epoch: bytes, data: bytes) -> Signpost:
    """What a signpost says, or a refusal."""
    if len(data) != len(HEAD) + NONCE_BYTES + SIGNPOST_BYTES + TAG_BYTES:
        raise malformed("not the size of a signpost")
    if data[:2] != HEAD:
        raise parked("another version or algorithm")
    nonce, ciphertext = data[2 : 2 + NONCE_BYTES], data[2 + NONCE_BYTES :]
    plaintext = opened(epoch_of(epoch).sealing_key, nonce, ciphertext, _context(epoch))
    length = int.from_bytes(plaintext[:2], "big")
    body, filling = plaintext[2 : 2 + length], plaintext[2 + length :]
    if len(body) != length or any(filling):
        raise malformed("a length or filling that is none")
    return _said(decode(body))


def _said(fields: list[Value]) -> Signpost:
    """What the fields of a body say."""
    if not fields:
        raise malformed("a body without a version")
    known_version(fields[0])
    _, relay, ways = items(fields, 3)
    if not isinstance(relay, str) or len(relay.encode()) > ADDRESS_BYTES_MAX:
        raise malformed("no address")
    return Signpost(relay, tuple(_way(way) for way in items(ways, 1, SIGNPOST_SPACES_MAX)))


def _way(value: Value) -> Way:
    """One space, whose genesis all founders signed and of whom the person is one."""
    genesis, person, epoch = items(value, 3)
    way = Way(any_octets(genesis), octets(person, 32), octets(epoch, 32))
    if way.person not in [device_id(card) for card in begun(way.genesis).founders]:
        raise malformed("a person that the space does not have")
    return way
