"""One side of a brief mailbox on one link after another: messages in, messages out, and the records in between.

It knows no sockets and no clock.
What ends the meeting is raised as a `MeetingError`, what only costs the link as `AwayError` or `MalformedError`.
"""

from dataclasses import dataclass
from typing import Final

from troth import Signer
from troth_wire import log, proof, session
from troth_wire.errors import (
    CrowdedError,
    ExpiredError,
    MalformedError,
    MeetingError,
    OtherVersionError,
    RefusedError,
    TakenError,
)
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import RENDEZVOUS_RECORDS_MAX, WIRE_VERSION
from troth_wire.messages import (
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)
from troth_wire.said import Said
from troth_wire.session import State

__all__ = ["Attendance", "AwayError", "Heard", "Venue"]

LATER: Final = frozenset({Reason.BUSY, Reason.RATE})
TAKEN: Final = Said("This number is in use. Nothing was joined. Try again; another number is drawn.")
LOST: Final = Said("The relay has lost what was said. Nothing was joined. Begin again with a new code.")
EXPIRED: Final = Said(
    "Nobody waits there: the code is wrong, or its time is over. Nothing was joined. "
    "Look at the code, or ask for a new one."
)
CROWDED: Final = Said(
    "Two devices are there already under this code. Nothing was joined. "
    "If neither is yours, somebody else is using it: begin again with a new code."
)
OTHER_VERSION: Final = Said(
    "This relay speaks another version. Nothing was joined. Bring this device and the relay up to date, or choose "
    "another relay."
)
NO_SPONSOR: Final = Said(
    "The space that invites is not at this relay yet. Nothing was joined. Let it sync there, and invite again."
)
MISNAMED: Final = Said(
    "The relay does not know itself by the name that was dialled. Nothing was joined. Look at the relay's address."
)
SPENT: Final = Said(
    "This space has as many invitations waiting as it may. Nothing was joined. Let one be used, or wait until one is "
    "over."
)
OLDER: Final = Said("This relay keeps no meetings of this kind. Nothing was joined. Choose another relay.")
SOMEBODY: Final = Said(
    "More was said there than fits, so somebody else was there. Nothing was joined. Begin again with a new code."
)
NOT_NOW: Final = Said("The relay can not let devices meet now. Nothing was joined. Try again in {seconds} s.")
UNREADABLE: Final = Said(
    "This relay does not understand what it was asked ({reason}). Nothing was joined. "
    "It may be an older one: choose another, or ask who runs it to bring it up to date."
)
ENDS: Final[dict[tuple[State, Reason], tuple[type[MeetingError], str]]] = {
    (State.PROVING, Reason.BAD_PROOF): (RefusedError, MISNAMED),
    (State.PROVING, Reason.TAKEN): (CrowdedError, CROWDED),
    (State.CREATING, Reason.TAKEN): (TakenError, TAKEN),
    (State.CREATING, Reason.QUOTA): (RefusedError, SPENT),
    (State.CREATING, Reason.UNSPONSORED): (RefusedError, NO_SPONSOR),
    (State.CREATING, Reason.UNKNOWN_KIND): (RefusedError, OLDER),
    (State.ASKING, Reason.ROLLED_BACK): (RefusedError, LOST),
    (State.ASKING, Reason.EXPIRED): (ExpiredError, EXPIRED),
    (State.FOLLOWING, Reason.EXPIRED): (ExpiredError, EXPIRED),
    (State.FOLLOWING, Reason.QUOTA): (
        RefusedError,
        SOMEBODY,
    ),
}
"""What ends a meeting, and in what words."""


class AwayError(Exception):
    """The relay can not serve now: dial again after so many seconds."""

    def __init__(self, retry_after_s: int) -> None:
        """Say how long the relay asks to wait."""
        super().__init__(f"the relay asks to wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Venue:
    """Where to meet, and whether this side opens it.

    The seed gives the mailbox's key; an invitation also names the key of the log that sponsors it.
    """

    seed: bytes
    opens: bool
    kind: MailboxKind = MailboxKind.RENDEZVOUS
    sponsor: Signer | None = None

    def __repr__(self) -> str:
        """Say nothing of the secret."""
        return f"Venue(opens={self.opens}, kind={self.kind.name})"


@dataclass(frozen=True)
class Heard:
    """One record in its place; `own` if this side posted it."""

    position: int
    record: bytes
    own: bool


class Attendance:
    """Where this side stands, what it has read, and what it still has to say."""

    def __init__(self, venue: Venue) -> None:
        """Begin outside."""
        self.heard: list[Heard] = []
        """The records in the order of the log, from its beginning."""
        self.inside = False
        """Whether it has ever read the log to its end."""
        self._venue = venue
        self._signer = Signer(venue.seed)
        self._mailbox = MailboxId(self._signer.public)
        self._sponsor = MailboxId(venue.sponsor.public) if venue.sponsor else None
        self._states: dict[MailboxId, State] = {}
        self._host = ""
        self._challenge = b""
        self._asked = self._opened = False
        self._lineage: Lineage | None = None
        self._running: RunningHash | None = None
        self._end: int | None = None
        self._spoke = False
        self._posts: dict[EnvelopeId, bytes] = {}
        self._stored: set[EnvelopeId] = set()

    @property
    def caught_up(self) -> bool:
        """Whether the last link has read the log to its end."""
        return self._spoke

    def connect(self, host: str) -> None:
        """A link is up to this host, as it was dialled."""
        self._host, self._end, self._spoke = host, None, False
        self._states = dict.fromkeys(filter(None, (self._mailbox, self._sponsor)), State.CONNECTED)

    def post(self, record: bytes) -> list[Message]:
        """Take a record to be said, once; return what to send for it now."""
        name = log.envelope_id(record)
        if name in self._posts or name in self._stored:
            return []
        self._posts[name] = record
        return [Push(self._mailbox, (record,))] if self._spoke else []

    def is_stored(self, record: bytes) -> bool:
        """Tell whether a record was seen in the log."""
        return log.envelope_id(record) in self._stored

    def receive(self, message: Message) -> list[Message]:
        """Take in a message; return what to send.

        Raises:
            MalformedError: If it does not belong here; the link is to be given up.
            AwayError: If the relay asks to wait; the link is to be given up.
            MeetingError: If the meeting has come to nothing.
        """
        match message:
            case Hello():
                return self._greet(message)
            case Refuse(mailbox=None):
                raise _unreadable(message.reason)
            case Head() | Deliver() | Stored() | Refuse():
                return self._take(message)
        raise MalformedError("a relay does not say this")

    def _greet(self, hello: Hello) -> list[Message]:
        if not hello.version_min <= WIRE_VERSION <= hello.version_max:
            raise OtherVersionError(OTHER_VERSION)
        self._states = {mailbox: session.step(state, hello) for mailbox, state in self._states.items()}
        self._challenge = hello.challenge
        opening = self._venue.opens and not self._opened
        return [self._prove(self._sponsor if opening and self._sponsor else self._mailbox)]

    def _prove(self, mailbox: MailboxId) -> Message:
        signer = self._venue.sponsor if mailbox == self._sponsor else self._signer
        assert signer is not None, "a sponsor is proven only where there is one"
        statement = proof.statement(host=self._host, challenge=self._challenge, mailbox=mailbox)
        return self._say(mailbox, Prove(mailbox, signer.sign(statement)))

    def _say(self, mailbox: MailboxId, message: Message) -> Message:
        self._states[mailbox] = session.step(self._states[mailbox], message)
        return message

    def _take(self, message: Head | Deliver | Stored | Refuse) -> list[Message]:
        mailbox = message.mailbox
        if mailbox is None or mailbox not in self._states:
            raise MalformedError("a message about a mailbox that was not asked for")
        before = self._states[mailbox]
        self._states[mailbox] = session.step(before, message)
        if mailbox == self._sponsor:
            return self._take_sponsor(message)
        match message:
            case Head():
                return self._enter(message, before)
            case Deliver():
                return self._read([(log.envelope_id(each), each) for each in message.envelopes], message.position)
            case Stored():
                return self._read([(name, self._own(name)) for name in message.envelope_ids], message.position)
            case Refuse():
                return self._cope(message, before)

    def _take_sponsor(self, message: Message) -> list[Message]:
        if isinstance(message, Head):
            return [self._prove(self._mailbox)]
        if isinstance(message, Refuse) and message.reason in LATER:
            raise self._later(message)
        raise RefusedError(NO_SPONSOR)

    def _enter(self, head: Head, before: State) -> list[Message]:
        if before is State.ASKING:
            self._end = head.position
            return self._speak()
        mine = before is State.CREATING or self._opened or (self._asked and head.position == 0)
        if self._venue.opens and not mine:
            raise TakenError(TAKEN)
        self._opened = True
        if self._lineage is None:
            self._lineage, self._running = head.lineage, log.origin(self._mailbox, head.lineage)
        if head.lineage != self._lineage or self._running is None:
            raise RefusedError(LOST)
        return [self._say(self._mailbox, Follow(self._mailbox, self._lineage, len(self.heard), self._running))]

    def _own(self, name: EnvelopeId) -> bytes:
        if name not in self._posts:
            raise MalformedError("the relay says to have stored what was not pushed")
        return self._posts[name]

    def _read(self, entries: list[tuple[EnvelopeId, bytes]], first: int) -> list[Message]:
        if first != len(self.heard) + 1 or len(self.heard) + len(entries) > RENDEZVOUS_RECORDS_MAX:
            raise MalformedError("records out of their place, or more than there may be")
        for name, record in entries:
            assert self._running is not None, "nothing is read before the lineage is known"
            position = len(self.heard) + 1
            self._running = log.advance(self._running, position, name)
            self.heard.append(Heard(position, record, name in self._posts))
            self._stored.add(name)
        return self._speak()

    def _speak(self) -> list[Message]:
        """Once this link has read to the end, say whatever the log has not shown: a relay stores no record twice."""
        if self._spoke or self._end is None or len(self.heard) < self._end:
            return []
        self._spoke = self.inside = True
        waiting = tuple(record for name, record in self._posts.items() if name not in self._stored)
        return [Push(self._mailbox, waiting)] if waiting else []

    def _cope(self, refusal: Refuse, before: State) -> list[Message]:
        if (before, refusal.reason) == (State.PROVING, Reason.UNKNOWN_MAILBOX):
            return [self._create()]
        if refusal.reason in LATER:
            raise self._later(refusal)
        if refusal.reason is Reason.TAKEN and self.inside:
            # Taken by this side's own last link, which the relay has not given up yet.
            raise AwayError(refusal.retry_after_s)
        kind, words = ENDS.get((before, refusal.reason), (RefusedError, OLDER))
        raise kind(words)

    def _later(self, refusal: Refuse) -> AwayError | RefusedError:
        """Somebody waits for who was inside; who was not yet may as well be told, and choose."""
        if self.inside:
            return AwayError(refusal.retry_after_s)
        wait_s = max(1, refusal.retry_after_s)
        return RefusedError(NOT_NOW.format(seconds=wait_s))

    def _create(self) -> Message:
        if not self._venue.opens or self._opened:
            raise ExpiredError(EXPIRED)
        self._asked = True
        return self._say(self._mailbox, Create(self._mailbox, b"", self._venue.kind, self._sponsor))


def _unreadable(reason: Reason) -> RefusedError:
    return RefusedError(UNREADABLE.format(reason=reason.name.lower()))
