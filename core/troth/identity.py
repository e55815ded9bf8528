"""Who this device is in one space: its keys, the genesis, and the epoch key that it was given."""

from dataclasses import dataclass
from typing import Final

from troth.crypto import digest
from troth.genesis import GENESIS_BYTES_MAX, Genesis
from troth.joining import Welcome
from troth.keys import CARD, DeviceKeys, Epoch
from troth_wire import codec
from troth_wire.ids import DeviceId, DocumentId, SpaceId

__all__ = ["Identity", "document_id"]

IDENTITY_BYTES_MAX: Final = 16_384


@dataclass(frozen=True)
class Identity:
    """What a device must keep to be itself. Holds secrets: it goes into the vault and nowhere else."""

    keys: DeviceKeys
    genesis: Genesis
    epoch: Epoch

    @property
    def space(self) -> SpaceId:
        """The space id."""
        return self.genesis.space

    @property
    def device(self) -> DeviceId:
        """The device id."""
        return self.keys.device

    @classmethod
    def welcomed(cls, keys: DeviceKeys, welcome: Welcome, *, expected: SpaceId | None = None) -> "Identity":
        """Take up a place in a space, as a founder or as a device that was added.

        Args:
            keys: The device's keys.
            welcome: The genesis, and the record that added this device unless it is a founder.
            expected: The space that was asked for, so that no other can be handed over instead.

        Raises:
            ForgedError: If the welcome is not to this space, not for this device, or not signed by all founders.
        """
        return cls(keys, welcome.genesis, welcome.epoch(keys, expected))

    def encode(self) -> bytes:
        """Return the bytes for the vault."""
        keys = self.keys
        parts = [
            keys.card.parts(),
            keys.everyday_seed,
            keys.box_secret,
            self.epoch.key,
            self.genesis.encode(),
        ]
        return codec.pack(parts)

    @classmethod
    def parse(cls, data: bytes) -> "Identity":
        """Read what `encode` wrote.

        Raises:
            MalformedError, ForgedError: If it was not written by it.
        """
        secret = codec.raw(32)
        shape = codec.fields(CARD, secret, secret, secret, codec.blob(GENESIS_BYTES_MAX))
        card, everyday, box, key, genesis = codec.decode(data, shape, bytes_max=IDENTITY_BYTES_MAX)
        return cls(DeviceKeys(card, everyday, box), Genesis.parse(genesis), Epoch(key))


def document_id(name: str) -> DocumentId:
    """Return the id of the document that an app calls by this name (specs/document.md)."""
    return DocumentId(digest(b"troth/document", name.encode())[:16])
