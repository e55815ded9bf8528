"""The client's side of one mailbox on one link: greet, prove, follow, read to the end, and only then push.

States are `troth_wire.session.NEXT`; a message that does not belong raises and costs the link, never the device.
"""

from typing import Final

from troth.cursor import Cursor
from troth.keys import Epoch
from troth.record import Seen
from troth.step import HangUp, Row
from troth_wire import log, proof, session
from troth_wire.errors import MalformedError
from troth_wire.limits import WIRE_VERSION
from troth_wire.messages import Create, Follow, Head, Hello, Message, Prove, Reason, Refuse
from troth_wire.session import State

__all__ = ["Follower", "advice"]

_ADVICE: Final = {
    Reason.BAD_PROOF: "the relay does not know itself by the name that was dialled",
    Reason.BAD_PASS: "the relay asks for a pass",
    Reason.QUOTA: "the mailbox is full",
    Reason.RATE: "too much in too short a time",
    Reason.TOO_LARGE: "larger than the relay takes",
    Reason.BUSY: "the relay can not store anything now",
}


def advice(reason: Reason) -> str:
    """Return a refusal as part of a sentence for people."""
    return _ADVICE.get(reason, f"the relay says {reason.name.lower().replace('_', ' ')}")


class Follower:
    """Where this link stands, and how far the log goes that it must read before it may push."""

    def __init__(self, epoch: Epoch, cursor: Cursor, *, admission: bytes = b"") -> None:
        self._epoch = epoch
        self._cursor = cursor
        self._admission = admission
        self._host: str | None = None
        self._state = State.CONNECTED
        self._end: int | None = None
        self.refused: str | None = None
        self.disputed: Seen | None = None
        """How far a log had been read of which the relay now shows another; whoever takes note clears it."""

    @property
    def up(self) -> bool:
        """Whether there is a link."""
        return self._host is not None

    @property
    def caught_up(self) -> bool:
        """Whether the log was read to its end, so that pushing is allowed."""
        return self._state is State.FOLLOWING and self._end is not None and self._cursor.position >= self._end

    def connect(self, host: str) -> None:
        """A link is up to this host, as it was dialled."""
        self._host = host
        self._state = State.CONNECTED
        self._end = None

    def disconnect(self) -> None:
        """The link is down."""
        self._host = None
        self._state = State.CONNECTED
        self._end = None

    def receive(self, message: Message) -> tuple[list[Message | HangUp], list[Row]]:
        """Take in a message; return what to say and what to remember.

        Raises:
            MalformedError: If the message does not belong here.
        """
        if getattr(message, "mailbox", None) not in (None, self._epoch.mailbox):
            raise MalformedError("a message about a mailbox that was not asked for")
        before = self._state
        self._state = session.step(before, message)
        match message:
            case Hello():
                return [self._prove(message)], []
            case Head() if before is State.ASKING:
                self._check_head(message)
                self._end = message.position
                return [], []
            case Head():
                return self._follow(message)
            case Refuse() if before is not State.FOLLOWING:
                return self._cope(message)
        return [], []

    def say(self, message: Message) -> Message:
        """Note that a message is being sent; an impossible one is a mistake of ours."""
        self._state = session.step(self._state, message)
        return message

    def _prove(self, hello: Hello) -> Message | HangUp:
        if not hello.version_min <= WIRE_VERSION <= hello.version_max or self._host is None:
            return HangUp("this relay speaks another version")
        mailbox = self._epoch.mailbox
        statement = proof.statement(host=self._host, challenge=hello.challenge, mailbox=mailbox)
        return self.say(Prove(mailbox, self._epoch.mailbox_signer.sign(statement)))

    def _follow(self, head: Head) -> tuple[list[Message | HangUp], list[Row]]:
        """Go on from the cursor, or begin anew where this is not the log that was read."""
        self.refused = None
        rows: list[Row] = []
        if self._cursor.lineage != head.lineage or head.position < self._cursor.position:
            if self._cursor.position:
                self.disputed = self._cursor.seen
            rows = self._cursor.adopt(head.lineage)
        return [self._ask()], rows

    def _ask(self) -> Message:
        seen = self._cursor.seen
        assert seen is not None, "a cursor has a lineage once it was adopted"
        return self.say(Follow(seen.mailbox, seen.lineage, seen.position, seen.running))

    def _check_head(self, head: Head) -> None:
        empty = head.position == 0 and head.running != log.origin(head.mailbox, head.lineage)
        if head.lineage != self._cursor.lineage or head.position < self._cursor.position or empty:
            raise MalformedError("the relay answers for another log than it was asked for")

    def _cope(self, refusal: Refuse) -> tuple[list[Message | HangUp], list[Row]]:
        if refusal.reason is Reason.UNKNOWN_MAILBOX:
            return [self.say(Create(self._epoch.mailbox, self._admission))], []
        if refusal.reason is Reason.ROLLED_BACK and self._cursor.position and self._cursor.lineage is not None:
            self.disputed = self._cursor.seen
            rows = self._cursor.adopt(self._cursor.lineage)
            return [self._ask()], rows
        self.refused = advice(refusal.reason)
        return [HangUp(self.refused)], []
