"""What the hub asks of the world, as frozen values: send this, drop that, look in the store."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

from troth_relay import limits
from troth_relay.store import Appended, Denial, LineId, Log, Page
from troth_wire.errors import StoreError
from troth_wire.ids import EnvelopeId, MailboxId
from troth_wire.messages import MailboxKind, Message

__all__ = [
    "Append",
    "Asked",
    "ConnectionId",
    "Drop",
    "DropReason",
    "Look",
    "Note",
    "Open",
    "Output",
    "Pause",
    "Read",
    "Resume",
    "Send",
    "Settled",
    "Shut",
    "Sweep",
]

ConnectionId = NewType("ConnectionId", int)
"""One connection; never used twice in the life of a relay."""


class DropReason(Enum):
    """Why the relay ends a connection."""

    MISUSE = "misuse"
    """It broke the protocol, and was told so."""
    SLOW = "slow"
    """It did not read what was waiting for it."""
    SILENT = "silent"
    """It proved nothing in time."""
    TROUBLE = "trouble"
    """The store failed; the client may come again."""
    CROWDED = "crowded"
    """There was no place for it, or it made place for another."""
    OPERATOR = "operator"
    """The operator deleted or blocked a mailbox that it used."""
    LEAVING = "leaving"
    """The relay is shutting down."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write this message to each of these connections, after all that was sent to it before."""

    connections: tuple[ConnectionId, ...]
    message: Message


@dataclass(frozen=True, slots=True)
class Drop:
    """End this connection; the hub has forgotten it already."""

    connection: ConnectionId
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Pause:
    """Read nothing more from this connection for now."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Resume:
    """Read from this connection again."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Look:
    """Is there such a mailbox?"""

    connection: ConnectionId
    mailbox: MailboxId


@dataclass(frozen=True, slots=True)
class Open:
    """Create this mailbox, with a lineage fresh from the entropy of the one who carries this out."""

    connection: ConnectionId
    mailbox: MailboxId
    kind: MailboxKind = MailboxKind.LOG
    sponsor: MailboxId | None = None
    pass_hash: bytes | None = None
    """The pass that the store must find; None where none is needed."""


@dataclass(frozen=True, slots=True)
class Append:
    """Append these, as far as the quota allows."""

    connection: ConnectionId
    mailbox: MailboxId
    envelopes: tuple[tuple[EnvelopeId, bytes], ...]
    quota_bytes: int


@dataclass(frozen=True, slots=True)
class Read:
    """Read one page after this position."""

    connection: ConnectionId
    mailbox: MailboxId
    after: int


@dataclass(frozen=True, slots=True)
class Shut:
    """Close this log, towards the successor or for good."""

    connection: ConnectionId
    mailbox: MailboxId
    successor: MailboxId | None
    forward: bytes


@dataclass(frozen=True, slots=True)
class Sweep:
    """Delete mailboxes that have ended, and say which; and entries of logs that were closed so many days ago."""

    closed_log_days: int = limits.CLOSED_LOG_DAYS


@dataclass(frozen=True, slots=True)
class Note:
    """Note who uses what, then delete what nobody has used for so many days of service, and say which.

    Without those days forget what was noted.
    """

    idle_days: int | None = None
    used: frozenset[LineId] = frozenset()
    hours: int = 0
    """Hours of service that are over."""


Asked = Look | Open | Append | Read | Shut | Sweep | Note
Output = Send | Drop | Pause | Resume | Asked
Settled = tuple[Asked, Log | Page | Appended | Denial | tuple[MailboxId, ...] | StoreError | None]
"""A request to the store, and what came of it."""
