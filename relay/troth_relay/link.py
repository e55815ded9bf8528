"""One connection as the hub sees it: what it has proven, what it follows, and how much waits for it."""

from dataclasses import dataclass, field

from troth_relay.admission import Bucket
from troth_relay.limits import UNSENT_ENTRY_BYTES_MAX
from troth_relay.requests import ConnectionId
from troth_relay.shares import NOWHERE, Share
from troth_relay.store import LineId
from troth_wire.ids import Lineage, MailboxId
from troth_wire.limits import FRAME_BYTES_MAX
from troth_wire.messages import Follow, MailboxKind
from troth_wire.session import State

__all__ = ["Follower", "KnownLog", "Link", "Party"]

Party = tuple[LineId, bool] | MailboxId
"""Those who have one rate and one number of places: at a line's open logs, at its closed ones, at a brief mailbox."""


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
    share: Share = NOWHERE
    """Where it comes from, under a name of one day."""
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

    @property
    def settled(self) -> bool:
        """Whether it follows anything but a rendezvous, which anybody may open."""
        return any(self.kinds.get(mailbox) is not MailboxKind.RENDEZVOUS for mailbox in self.followers)

    def party(self, mailbox: MailboxId) -> Party:
        """Return with whom this link shares what it may do with a mailbox."""
        known = self.logs.get(mailbox)
        # Apart, so that who was left behind with an old log takes nothing from those who have the open one.
        return mailbox if known is None else (known.line, known.closed)

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
    party: Party
    """As it was when it began to follow."""
    end: int = 0
    reading: bool = False
    closed: bool = False
