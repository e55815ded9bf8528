"""The frames that client and relay exchange, as frozen values; the table `FORMS` is the whole grammar.

A frame is one canonical MessagePack list: a code, then the fields in the order of the class.
"""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

from troth_wire import codec
from troth_wire.codec import Check
from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import (
    CHALLENGE_BYTES,
    ENVELOPE_BYTES_MAX,
    ENVELOPE_BYTES_MIN,
    FORWARD_BYTES,
    FRAME_BYTES_MAX,
    FRAME_ENVELOPES_MAX,
    PASS_BYTES_MAX,
    RETRY_AFTER_S_MAX,
)

__all__ = [
    "FORMS",
    "Close",
    "Closed",
    "Create",
    "Deliver",
    "Follow",
    "Head",
    "Hello",
    "MailboxKind",
    "Message",
    "Prove",
    "Push",
    "Reason",
    "Refuse",
    "Stored",
    "encode",
    "parse",
]


class Reason(IntEnum):
    """Why a relay refuses."""

    MALFORMED = 1
    """The frame could not be read."""
    UNEXPECTED = 2
    """The message does not fit the state of the session."""
    BAD_PROOF = 3
    """The mailbox's key did not sign this challenge for this host."""
    UNKNOWN_MAILBOX = 4
    """The proof is good; there is no such mailbox."""
    BAD_PASS = 5
    """The relay creates mailboxes only for those who hold a pass."""
    ROLLED_BACK = 6
    """The log does not hold what the client has read of it."""
    QUOTA = 7
    """The mailbox is full."""
    RATE = 8
    """Too much in too short a time."""
    TOO_LARGE = 9
    """An envelope is larger than this relay takes."""
    BUSY = 10
    """The relay can not store anything now."""
    TAKEN = 11
    """Creating: there is such a mailbox already. Proving: as many take part in it as may."""
    EXPIRED = 12
    """The mailbox has come to its end and is gone."""
    UNSPONSORED = 13
    """The sponsor is no log that this connection has proven."""
    UNKNOWN_KIND = 14
    """The relay keeps no mailboxes of this kind."""
    CLOSED = 15
    """The log is closed and takes nothing more."""
    BAD_SUCCESSOR = 16
    """The successor is no open log that this connection has proven, or the mailbox is no log."""


class MailboxKind(IntEnum):
    """What a mailbox is for, and so who may open it and how long it stays."""

    LOG = 0
    """A space's log; it stays."""
    RENDEZVOUS = 1
    """Two devices meet here for minutes; opened without a pass."""
    INVITATION = 2
    """As a rendezvous, for days; sponsored by a log."""
    MEETING = 3
    """Operations for one device, from one other; sponsored by a log, for months."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Relay, first: the versions it speaks, its largest envelope, and the challenge of this connection."""

    version_min: int
    version_max: int
    envelope_bytes_max: int
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Prove:
    """Client: I hold the key of this mailbox."""

    mailbox: MailboxId
    signature: bytes


@dataclass(frozen=True, slots=True)
class Create:
    """Client: open this mailbox, of which the relay knew nothing, sponsored by a log or with a pass."""

    mailbox: MailboxId
    admission: bytes
    kind: MailboxKind = MailboxKind.LOG
    sponsor: MailboxId | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """Client: send every entry after this position, now and from now on; I have read up to this running hash."""

    mailbox: MailboxId
    lineage: Lineage
    after: int
    running: RunningHash


@dataclass(frozen=True, slots=True)
class Push:
    """Client: append these."""

    mailbox: MailboxId
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Relay: how far the log goes; answers Prove, Create and Follow."""

    mailbox: MailboxId
    lineage: Lineage
    position: int
    running: RunningHash


@dataclass(frozen=True, slots=True)
class Deliver:
    """Relay: the entries at `position` and the ones after it."""

    mailbox: MailboxId
    position: int
    envelopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """Relay: the entries at `position` and after it are those that this connection pushed."""

    mailbox: MailboxId
    position: int
    envelope_ids: tuple[EnvelopeId, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """Relay: not done, and why; `envelope_ids` names the pushed envelopes that were not taken."""

    reason: Reason
    mailbox: MailboxId | None
    envelope_ids: tuple[EnvelopeId, ...]
    retry_after_s: int


@dataclass(frozen=True, slots=True)
class Close:
    """Client: end this log for good, towards another one or none, and leave this behind for who comes."""

    mailbox: MailboxId
    successor: MailboxId | None
    forward: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """Relay: there is nothing after this position, nor will be; where the log leads, and what was left behind."""

    mailbox: MailboxId
    lineage: Lineage
    position: int
    running: RunningHash
    successor: MailboxId | None
    forward: bytes


Message = Hello | Prove | Create | Follow | Push | Head | Deliver | Stored | Refuse | Close | Closed

_KEY: Final = codec.raw(32)
_HASH: Final = codec.raw(32)
_LINEAGE: Final = codec.raw(16)
_VERSION: Final = codec.natural(255)
_ENVELOPES: Final = codec.many(
    codec.blob(ENVELOPE_BYTES_MAX, minimum=ENVELOPE_BYTES_MIN), FRAME_ENVELOPES_MAX, minimum=1
)
_POSITION: Final = codec.natural()
_FIRST: Final = codec.natural(minimum=1)
_FORWARD: Final = codec.raw(FORWARD_BYTES)
_RETRY: Final = codec.natural(RETRY_AFTER_S_MAX)


def _reason(item: object) -> Reason:
    return Reason(codec.either(*Reason)(item))


def _kind(item: object) -> MailboxKind:
    return MailboxKind(codec.either(*MailboxKind)(item))


FORMS: Final[dict[type[Any], tuple[int, tuple[Check, ...]]]] = {
    Hello: (1, (_VERSION, _VERSION, codec.natural(), codec.raw(CHALLENGE_BYTES))),
    Prove: (2, (_KEY, codec.raw(64))),
    Create: (3, (_KEY, codec.blob(PASS_BYTES_MAX), _kind, codec.maybe(_KEY))),
    Follow: (4, (_KEY, _LINEAGE, _POSITION, _HASH)),
    Push: (5, (_KEY, _ENVELOPES)),
    Head: (6, (_KEY, _LINEAGE, _POSITION, _HASH)),
    Deliver: (7, (_KEY, _FIRST, _ENVELOPES)),
    Stored: (8, (_KEY, _FIRST, codec.many(_HASH, FRAME_ENVELOPES_MAX, minimum=1))),
    Refuse: (9, (_reason, codec.maybe(_KEY), codec.many(_HASH, FRAME_ENVELOPES_MAX), _RETRY)),
    Close: (10, (_KEY, codec.maybe(_KEY), _FORWARD)),
    Closed: (11, (_KEY, _LINEAGE, _POSITION, _HASH, codec.maybe(_KEY), _FORWARD)),
}
"""Class → its code and the check of each field."""

_BY_CODE: Final = {code: (form, codec.fields(codec.either(code), *checks)) for form, (code, checks) in FORMS.items()}
_NAMES: Final = {form: tuple(field.name for field in fields(form)) for form in FORMS}


def encode(message: Message) -> bytes:
    """Return the frame of a message."""
    form = type(message)
    return codec.pack([FORMS[form][0], *(getattr(message, name) for name in _NAMES[form])])


def parse(frame: bytes) -> Message:
    """Read a frame.

    Raises:
        MalformedError: If it is no message of this version.
    """
    items = codec.decode(frame, _as_list, bytes_max=FRAME_BYTES_MAX)
    known = _BY_CODE.get(items[0]) if items and type(items[0]) is int else None
    if known is None:
        raise MalformedError("not a message of this version")
    form, check = known
    message: Message = form(*check(items)[1:])
    return message


def _as_list(item: object) -> list[object]:
    if type(item) is not list:
        raise MalformedError("not a list")
    return item
