"""The signed beginning of a space: who its one or two persons are, for good (specs/membership.md, Genesis).

Persons are fixed here, and no founder has more rights than another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from troth import crypto
from troth.crypto import Signer
from troth.epochs import ANNOUNCEMENT, Announcement, announce
from troth.keys import CARD, PROOFS, Card, DeviceKeys, Entropy, Epoch
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import SpaceId
from troth_wire.limits import WIRE_VERSION
from troth_wire.said import Said

__all__ = ["GENESIS_BYTES_MAX", "PERSONS_MAX", "Genesis", "countersign", "found"]

PERSONS_MAX: Final = 2
GENESIS_BYTES_MAX: Final = 4_096


@dataclass(frozen=True)
class Genesis:
    """The signed beginning of a space of one or two persons."""

    body: bytes
    signatures: tuple[tuple[bytes, bytes] | None, ...]
    founders: tuple[Card, ...]
    epoch: Announcement

    @cached_property
    def space(self) -> SpaceId:
        """The space id: the hash of the body."""
        return SpaceId(crypto.digest(b"troth/space", self.body))

    @property
    def complete(self) -> bool:
        """Whether every founder has signed."""
        return None not in self.signatures

    def encode(self) -> bytes:
        """Return the bytes that travel to the other founder, or to a new device."""
        return codec.pack([self.body, self.signatures])

    @classmethod
    def parse(cls, data: bytes) -> "Genesis":
        """Read a genesis and check every signature that it has.

        Raises:
            MalformedError: If its shape does not hold.
            VersionError: If its body is of another version.
            ForgedError: If a signature does not fit.
        """
        shape = codec.fields(codec.blob(GENESIS_BYTES_MAX), codec.many(codec.maybe(PROOFS), PERSONS_MAX, minimum=1))
        body, signatures = codec.decode(data, shape, bytes_max=GENESIS_BYTES_MAX)
        _, _, founders, epoch = codec.decode(body, _GENESIS_BODY, bytes_max=GENESIS_BYTES_MAX)
        devices = [card.device for card in founders]
        if devices != sorted(set(devices)) or list(epoch.wraps) != devices or len(signatures) != len(devices):
            raise MalformedError("founders, wraps and signatures do not match")
        if epoch.generation != 0:
            raise MalformedError("a space begins with generation 0")
        for card, pair in zip(founders, signatures, strict=True):
            if pair is not None:
                crypto.verify(card.everyday, _genesis_statement(body), pair[0])
                crypto.verify(card.admin, _genesis_statement(body), pair[1])
        return cls(body, signatures, founders, epoch)


_GENESIS_BODY: Final = codec.known(
    WIRE_VERSION,
    then=codec.fields(
        codec.either(WIRE_VERSION), codec.raw(32), codec.many(CARD, PERSONS_MAX, minimum=1), ANNOUNCEMENT
    ),
)


def found(cards: Iterable[Card], entropy: Entropy) -> Genesis:
    """Draft a genesis for the founding devices of one or two persons; nobody has signed it yet."""
    founders = tuple(sorted(cards, key=lambda card: card.device))
    salt, epoch = entropy(32), announce(Epoch(entropy(32)), founders, entropy)
    body = codec.pack([WIRE_VERSION, salt, [card.parts() for card in founders], epoch.parts()])
    return Genesis(body, (None,) * len(founders), founders, epoch)


def countersign(genesis: Genesis, keys: DeviceKeys, admin: Signer) -> Genesis:
    """Return the genesis with this founder's signatures.

    Raises:
        UsageError: If the device is not a founder.
        ForgedError: If the epoch key inside does not open, so signing would consent to an unreadable space.
    """
    if keys.card not in genesis.founders:
        raise UsageError(Said("this device does not found this space"))
    genesis.epoch.open_(keys)
    statement = _genesis_statement(genesis.body)
    signatures = list(genesis.signatures)
    signatures[genesis.founders.index(keys.card)] = (keys.signer.sign(statement), admin.sign(statement))
    return Genesis(genesis.body, tuple(signatures), genesis.founders, genesis.epoch)


def _genesis_statement(body: bytes) -> bytes:
    return b"troth/genesis/1\x00" + body
