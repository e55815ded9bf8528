"""What is said inside frames: an introduction is opened, items are handed over (specs/pairing.md, Frame)."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from troth.pairing.channel import PART_BYTES
from troth_wire import codec
from troth_wire.limits import INTRODUCTION_BYTES_MAX, PAIRING_ITEMS_MAX, RENDEZVOUS_RECORDS_MAX

__all__ = ["ITEM_HEAD_BYTES", "OFFER_HEAD_BYTES", "Message", "Offer", "Open", "parse"]

MESSAGE_BYTES_MAX: Final = RENDEZVOUS_RECORDS_MAX * PART_BYTES
OPEN: Final = 1
OFFER: Final = 2
STEPS_MAX: Final = 15
OFFER_HEAD_BYTES: Final = 6
"""At most this much stands before the items."""
ITEM_HEAD_BYTES: Final = 5
"""At most this much stands before each item."""


@dataclass(frozen=True)
class Open:
    """Opens an introduction."""

    said: bytes = field(repr=False)
    nonce: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return its bytes."""
        return codec.pack([OPEN, self.said, self.nonce])


@dataclass(frozen=True)
class Offer:
    """Hands over what a step of the purpose names."""

    step: int
    items: tuple[bytes, ...] = field(repr=False)

    def encode(self) -> bytes:
        """Return its bytes."""
        return codec.pack([OFFER, self.step, self.items])


Message: TypeAlias = Open | Offer

_NUMBER: Final = codec.either(OPEN, OFFER)
_OPEN: Final = codec.fields(_NUMBER, codec.blob(INTRODUCTION_BYTES_MAX), codec.raw(32))
_ITEMS: Final = codec.many(codec.blob(MESSAGE_BYTES_MAX), PAIRING_ITEMS_MAX, minimum=1)
_OFFER: Final = codec.fields(_NUMBER, codec.natural(STEPS_MAX), _ITEMS)


def _any_message(item: object) -> Message:
    if type(item) is not list or not item or _NUMBER(item[0]) == OPEN:
        return Open(*_OPEN(item)[1:])
    return Offer(*_OFFER(item)[1:])


def parse(message: bytes) -> Message:
    """Read a message.

    Raises:
        MalformedError: If it is none.
    """
    read: Message = codec.decode(message, _any_message, bytes_max=MESSAGE_BYTES_MAX)
    return read
