"""One input, one step: what to commit, then what to transmit, then what to show, in that order and no other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from troth_wire.errors import UsageError
from troth_wire.ids import DeviceId, DocumentId, RecordId
from troth_wire.messages import Message

__all__ = [
    "CaughtUp",
    "Changed",
    "Disputed",
    "Elsewhere",
    "Errand",
    "Event",
    "Forked",
    "HangUp",
    "Held",
    "Notice",
    "Offline",
    "Rebuild",
    "RefusedEdit",
    "RefusedPush",
    "Renewed",
    "Row",
    "Step",
]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the vault's one table; `value` None removes it."""

    table: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the link; the driver comes back later."""

    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A document shows something new."""

    document: DocumentId
    local: bool


@dataclass(frozen=True, slots=True)
class RefusedEdit:
    """A group of edits could not be applied; nothing of it was."""

    ticket: int
    error: UsageError


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Everything in the mailbox has been read; what waited is on its way."""


@dataclass(frozen=True, slots=True)
class Offline:
    """The link is down."""


@dataclass(frozen=True, slots=True)
class RefusedPush:
    """The relay did not take some envelopes; they stay queued."""

    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """Something foreign was judged and does not count."""

    why: str


@dataclass(frozen=True, slots=True)
class Forked:
    """Where someone wrote two things in one place, it was decided what stands in a document."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class Renewed:
    """Words of this device that fell with a branch were made anew, as far as they fit."""

    document: DocumentId


@dataclass(frozen=True, slots=True)
class Disputed:
    """The relay or a device shows another history; both sides of it are kept."""

    device: DeviceId | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A record of this very device that its vault does not remember: restored, copied, or not by its person."""

    record: RecordId


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Discard the engine and load it again from the store; the state in memory is no longer what the rows say."""

    why: str


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that takes long and touches nothing: to be done beside everything else, and what it gives handed back.

    Attributes:
        work: Returns what is handed back; never raises.
        back: Takes the engine as it is by then, which may be another one, and what was found; returns a step.
    """

    work: Callable[[], Any]
    back: Callable[[Any, Any], "Step"]


Notice = CaughtUp | Changed | Disputed | Elsewhere | Forked | Held | Offline | RefusedPush | Renewed
"""What an app may want to show."""

Event = Notice | Errand | Rebuild | RefusedEdit
"""What the driver hears; Errand, Rebuild and RefusedEdit are for itself."""


@dataclass(slots=True)
class Step:
    """What one input asks of the driver.

    Attributes:
        note: Rows that may wait for the next step that saves something, and go before its rows. They say only what
            a crash would let the device learn again, so they need no commit of their own.
        save: Rows that must be durable before anything is sent or told.
        send: What to transmit, in order.
        tell: What to show.
    """

    note: list[Row] = field(default_factory=list)
    save: list[Row] = field(default_factory=list)
    send: list[Message | HangUp] = field(default_factory=list)
    tell: list[Event] = field(default_factory=list)

    def __iadd__(self, other: "Step") -> "Step":
        """Append another step to this one."""
        self.note += other.note
        self.save += other.save
        self.send += other.send
        self.tell += other.tell
        return self
