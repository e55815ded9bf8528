"""Who a device is, and what an epoch key opens; secrets never show in a repr.

Everyday and admin keys are two, so that a borrowed unlocked device can not add a device (specs/membership.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from troth import crypto
from troth.crypto import Signer
from troth_wire import codec
from troth_wire.ids import ActorId, DeviceId, DocumentId, Incarnation, MailboxId

__all__ = ["CARD", "PROOFS", "Card", "DeviceKeys", "Entropy", "Epoch", "actor"]

Entropy = Callable[[int], bytes]
"""Returns so many fresh random bytes."""


@dataclass(frozen=True)
class Card:
    """A device's three public keys."""

    everyday: bytes
    admin: bytes
    box: bytes

    @cached_property
    def device(self) -> DeviceId:
        """The device id: the hash of the three keys."""
        return DeviceId(crypto.digest(b"troth/device", self.everyday + self.admin + self.box))

    def parts(self) -> list[bytes]:
        """The keys as a list for encoding."""
        return [self.everyday, self.admin, self.box]


PROOFS: Final = codec.fields(codec.raw(64), codec.raw(64))
"""Reads a pair of signatures, by the everyday key and by the admin key."""
_CARD_FIELDS: Final = codec.fields(codec.raw(32), codec.raw(32), codec.raw(32))


def CARD(item: object) -> Card:  # noqa: N802 - reads like the other checks where shapes are declared
    """Read a card and refuse keys of low or mixed order.

    Raises:
        MalformedError: If it is no card, or a key is weak.
    """
    everyday, admin, box = _CARD_FIELDS(item)
    crypto.check_sign_key(everyday)
    crypto.check_sign_key(admin)
    crypto.check_box_key(box)
    return Card(everyday, admin, box)


@dataclass(frozen=True, repr=False)
class DeviceKeys:
    """What a device needs every day: its card, its signing key, and the secret that opens wraps.

    The admin key is not here: it is handed over for one use (`admin` arguments) and forgotten.
    """

    card: Card
    everyday_seed: bytes
    box_secret: bytes

    @staticmethod
    def make(entropy: Entropy) -> tuple["DeviceKeys", bytes]:
        """Draw a device's keys; return them and, apart, the admin seed."""
        everyday, admin, box = entropy(32), entropy(32), entropy(32)
        card = Card(Signer(everyday).public, Signer(admin).public, crypto.box_public(box))
        return DeviceKeys(card, everyday, box), admin

    @cached_property
    def signer(self) -> Signer:
        """The everyday signing key."""
        return Signer(self.everyday_seed)

    @property
    def device(self) -> DeviceId:
        """The device id."""
        return self.card.device


@dataclass(frozen=True, repr=False)
class Epoch:
    """An epoch key and what derives from it (specs/envelope.md, Keys)."""

    key: bytes = field(repr=False)
    meets: bool = False
    """Whether it is the key of a meeting; its mailbox is another one then, which nobody can announce as a log."""

    @cached_property
    def mailbox_signer(self) -> Signer:
        """Proves the right to use the mailbox."""
        if self.meets:
            return Signer(crypto.derive(self.key, b"troth/meetbox"))
        return Signer(crypto.derive(self.key, b"troth/mailbox"))

    @property
    def mailbox(self) -> MailboxId:
        """The mailbox id, which commits to the key."""
        return MailboxId(self.mailbox_signer.public)

    @cached_property
    def seal_key(self) -> bytes:
        """Seals the envelopes of the mailbox."""
        return crypto.derive(self.key, b"troth/seal")


def actor(device: DeviceId, document: DocumentId, incarnation: Incarnation) -> ActorId:
    """Return the one actor that this life of this device uses in this document (specs/document.md)."""
    return ActorId(crypto.digest(b"troth/actor", device + document + incarnation)[:16])
