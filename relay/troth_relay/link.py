"""One connection as the hub sees it: what it has proven, what it follows, and how much waits for it."""

from dataclasses import dataclass, field

from troth_relay.admission import Bucket
from troth_relay.limits import UNSENT_ENTRY_BYTES_MAX
from troth_relay.requests import ConnectionId
from troth_relay.store import LineId
from troth_wire.ids import Lineage, MailboxId
from troth_wire.limits import FRAME_BYTES_MAX
from troth_wire.messages import Follow, MailboxKind
from troth_wire.session import State

__all__ = ["Follower", "KnownLog", "Link"]


@dataclass(slots=True, eq=False, weakref_slot=True)
class KnownLog:
    """What the hub knows of a log that somebody here has proven; one for all of them."""

    line: LineId
    closed: bool


@dataclass(slots=True, eq=False)
class Link:
    """One connection; `unsent` and `unstored` are bytes."""

    connection: ConnectionId
    challenge: bytes
    moved_at_s: float
    states: dict[MailboxId, State] = field(default_factory=dict)
    kinds: dict[MailboxId, MailboxKind] = field(default_factory=dict)
    """The mailboxes that it may use: proven, there, and not at their end."""
    logs: dict[MailboxId, KnownLog] = field(default_factory=dict)
    """The logs among them."""
    followers: dict[MailboxId, "Follower"] = field(default_factory=dict)
    lagging: dict[MailboxId, None] = field(default_factory=dict)
    """Followers that wait for room; a dict, so that they take turns."""
    openings: Bucket | None = None
    """What is left of the brief mailboxes that it may open."""
    paused: bool = False
    moved: bool = False
    faults: int = 0
    unsent: int = 0
    unstored: int = 0
    reads: int = 0
    since_s: float = field(init=False)
    """When it began."""

    def __post_init__(self) -> None:
        """Begin now."""
        self.since_s = self.moved_at_s

    @property
    def proven(self) -> bool:
        """Whether it belongs to a mailbox that there is: anybody can make a key."""
        return bool(self.kinds)

    def has_room(self, weight: int) -> bool:
        """Tell whether entries of this weight may be sent now, with room for what is already being read."""
        return self.unsent + self.reads * FRAME_BYTES_MAX + weight <= UNSENT_ENTRY_BYTES_MAX


@dataclass(slots=True, eq=False)
class Follower:
    """One mailbox read by one connection.

    Everything up to `cursor` was sent to it; everything up to `end` is known to be in the log.
    `closed`: after the last entry Closed is to be sent, and nothing else.
    """

    link: Link
    mailbox: MailboxId
    lineage: Lineage
    cursor: int
    asked: Follow | None
    end: int = 0
    reading: bool = False
    closed: bool = False
