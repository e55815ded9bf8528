"""The world at one moment: what everybody knows, and what the relay holds; nothing in it is ever changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.model.book import Bits, Device, OpId

__all__ = ["Box", "Meeting", "World"]

Meeting = tuple[Device, Device]
"""Who leaves operations, for whom."""


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """What the relay holds of one epoch's mailbox."""

    closed: bool = False
    log: Bits = 0
    """Operations."""
    records: Bits = 0
    forward: Bits = 0
    """The operations that were left behind at its end; whoever closed it may have left nothing."""


Relay = tuple[tuple[tuple[OpId, Box], ...], tuple[tuple[Meeting, Bits], ...]]


@dataclass(frozen=True, slots=True)
class World:
    """Everything at one moment; actors and records have numbers."""

    known: tuple[Bits, ...]
    """The operations that each actor knows."""
    held: tuple[Bits, ...]
    """The records that each actor has."""
    relay: Relay
    openings: int
    """How many mailboxes the line may open before it has to wait."""
    saved: Relay | None = None
    restored: bool = False
    flooded: bool = False
    """No meeting can be opened that is not there."""
    acknowledged: Bits = 0
    written: int = 0
    leaked: bool = False
    """Somebody who knew of a removal wrote where the removed device reads."""
    gone: Bits = 0
    """Actors that never come back."""
    spent: int = 0
    """Operations that the adversary signed."""
    done: frozenset[str] = field(default_factory=frozenset)
    """What happens once, and did."""

    @property
    def boxes(self) -> dict[OpId, Box]:
        """The mailboxes."""
        return dict(self.relay[0])

    @property
    def meetings(self) -> dict[Meeting, Bits]:
        """The operations that lie where only two devices look."""
        return dict(self.relay[1])

    def learned(self, actor: int, known: Bits, held: Bits = 0) -> "World":
        """Return the world in which an actor knows more."""
        knowing = tuple(one | known if n == actor else one for n, one in enumerate(self.known))
        holding = tuple(one | held if n == actor else one for n, one in enumerate(self.held))
        return replace(self, known=knowing, held=holding)

    def stored(self, boxes: Mapping[OpId, Box], meetings: Mapping[Meeting, Bits] | None = None) -> "World":
        """Return the world in which the relay holds this."""
        left = self.relay[1] if meetings is None else tuple(sorted(meetings.items()))
        return replace(self, relay=(tuple(sorted(boxes.items())), left))

    def put(self, number: OpId, box: Box) -> "World":
        """Return the world with one mailbox in another state; one that is opened is counted."""
        boxes = self.boxes
        opened = number not in boxes
        return replace(self.stored(boxes | {number: box}), openings=self.openings - opened)

    def did(self, what: str) -> "World":
        """Return the world in which something happened that happens once."""
        return replace(self, done=self.done | {what})
