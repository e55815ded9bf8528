"""Epochs: who is given the key, and how a device knows that it is the key that was announced (specs/membership.md).

Which epoch is current follows from the operations (`standing`); the ring does not rotate yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from troth import crypto
from troth.crypto import WRAP_BYTES
from troth.keys import Card, DeviceKeys, Entropy, Epoch
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.ids import DeviceId, MailboxId
from troth_wire.limits import EPOCH_RECIPIENTS_MAX

__all__ = ["ANNOUNCEMENT", "Announcement", "announce"]

_SHAPE: Final = codec.fields(
    codec.natural(),
    codec.raw(32),
    codec.many(codec.fields(codec.raw(32), codec.raw(WRAP_BYTES)), EPOCH_RECIPIENTS_MAX),
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a signed operation says of an epoch: its mailbox, and the key wrapped for each of some devices."""

    generation: int
    mailbox: MailboxId
    wraps: Mapping[DeviceId, bytes]

    def parts(self) -> list[object]:
        """The announcement as a list for encoding."""
        return [
            self.generation,
            self.mailbox,
            [[device, self.wraps[device]] for device in sorted(self.wraps)],
        ]

    def open_(self, keys: DeviceKeys) -> Epoch:
        """Return the epoch, for a device to which its key was wrapped.

        Raises:
            ForgedError: If there is no wrap for it, or what it holds is not the key of the announced mailbox.
        """
        wrapped = self.wraps.get(keys.device)
        if wrapped is None:
            raise ForgedError("the epoch key was not wrapped for this device")
        epoch = Epoch(crypto.unwrap(keys.box_secret, wrapped, context=self.mailbox))
        if epoch.mailbox != self.mailbox:
            raise ForgedError("the epoch key is not that of the mailbox that was announced")
        return epoch


def announce(epoch: Epoch, cards: Iterable[Card], entropy: Entropy, *, generation: int = 0) -> Announcement:
    """Wrap an epoch key for some devices.

    Args:
        epoch: Whose key is wrapped.
        cards: The devices that may read.
        entropy: For one ephemeral secret each.
        generation: 0 for the epoch of a genesis, one more for each that follows.
    """
    wraps = {
        card.device: crypto.wrap(card.box, epoch.key, ephemeral=entropy(32), context=epoch.mailbox) for card in cards
    }
    return Announcement(generation, epoch.mailbox, wraps)


def ANNOUNCEMENT(item: object) -> Announcement:  # noqa: N802 - reads like the other checks
    """Read an announcement.

    Raises:
        MalformedError: If it is none.
    """
    generation, mailbox, wraps = _SHAPE(item)
    if [device for device, _ in wraps] != sorted({device for device, _ in wraps}):
        raise MalformedError("wraps do not ascend")
    return Announcement(generation, mailbox, dict(wraps))
