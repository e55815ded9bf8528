"""The client's side of one mailbox on one link: prove, follow, read to the end, and only then push or close.

States are `troth_wire.session.NEXT`; a message that does not belong raises and costs the link, never the device.
"""

from typing import Final

from troth.cursor import Cursor
from troth.keys import Epoch
from troth.record import Seen
from troth.step import Row
from troth_wire import log, proof, session
from troth_wire.errors import MalformedError
from troth_wire.ids import MailboxId
from troth_wire.messages import (
    Close,
    Closed,
    Create,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Reason,
    Refuse,
)
from troth_wire.said import Said
from troth_wire.session import State

__all__ = ["Follower", "advice"]

_ADVICE: Final = {
    Reason.BAD_PROOF: Said("the relay does not know itself by the name that was dialled"),
    Reason.BAD_PASS: Said("the relay asks for a pass"),
    Reason.QUOTA: Said("the mailbox is full"),
    Reason.RATE: Said("too much in too short a time"),
    Reason.TOO_LARGE: Said("larger than the relay takes"),
    Reason.BUSY: Said("the relay can not store anything now"),
    Reason.CLOSED: Said("the mailbox was closed, and the next one is being looked for"),
}
SAYS: Final = Said("the relay says {word}")
_SPONSORS: Final = frozenset({State.PROVEN, State.ASKING, State.FOLLOWING, State.ENDED})


def advice(reason: Reason) -> str:
    """Return a refusal as part of a sentence for people."""
    return _ADVICE.get(reason) or SAYS.format(word=reason.name.lower().replace("_", " "))


class Follower:
    """Where one mailbox stands on this link, and how far its log goes that must be read before anything is pushed."""

    def __init__(
        self, epoch: Epoch, cursor: Cursor, *, kind: MailboxKind = MailboxKind.LOG, wary: bool = False
    ) -> None:
        self.epoch = epoch
        self.cursor = cursor
        self.kind = kind
        self._wary = wary
        """Whether this device drew the key: what is there already may be a squatter's."""
        self.refused: str | None = None
        """Why the relay does not serve this mailbox; on this link nothing more is tried."""
        self.retry_after_s = 0
        self.disputed: Seen | None = None
        """How far a log had been read of which the relay now shows another; whoever takes note clears it."""
        self.reset()

    def reset(self) -> None:
        """The link is another one, or none."""
        self._state = State.CONNECTED
        self._end: int | None = None
        self._closing = False
        self._stuck = False
        self._squatted = False
        self.closed: Closed | None = None
        """What the relay says of its end, where it has been closed and everything before was read."""

    @property
    def _is_log(self) -> bool:
        return self.kind is MailboxKind.LOG

    @property
    def mailbox(self) -> MailboxId:
        """The mailbox."""
        return self.epoch.mailbox

    @property
    def unknown(self) -> bool:
        """Whether the relay has no such mailbox, as far as is known."""
        return (self._state is State.UNKNOWN or self._squatted) and not self._stuck

    @property
    def sponsors(self) -> bool:
        """Whether it is proven on this link, so that others may be opened in its name."""
        return self._is_log and self._state in _SPONSORS

    @property
    def open_(self) -> bool:
        """Whether the log was read to its end and takes entries."""
        at_end = self._end is not None and self.cursor.position >= self._end
        return self._state is State.FOLLOWING and at_end and not self._stuck

    @property
    def read(self) -> bool:
        """Whether there is nothing more to be had of it on this link, as far as the relay has said."""
        return self.open_ or self._stuck or self.unknown or self._state is State.ENDED

    def greet(self, hello: Hello, host: str) -> Message:
        """Prove the right to use the mailbox.

        Args:
            hello: With the challenge.
            host: As it was dialled.
        """
        self._state = session.step(self._state, hello)
        statement = proof.statement(host=host, challenge=hello.challenge, mailbox=self.mailbox)
        return self.say(Prove(self.mailbox, self.epoch.mailbox_signer.sign(statement)))

    def receive(self, message: Message) -> tuple[list[Message], list[Row]]:
        """Take in a message; return what to say and what to remember.

        Raises:
            MalformedError: If the message does not belong here.
        """
        before = self._state
        self._state = session.step(before, message)
        match message:
            case Head() if before is State.ASKING:
                self._check_head(message)
                self._end = message.position
            case Head() if before is State.PROVING and self._wary and self.cursor.is_new:
                self._squatted = True
            case Head():
                return self._follow(message)
            case Closed() if before is State.FOLLOWING and message.position != self.cursor.position:
                raise MalformedError("the relay closed a mailbox before it showed all of it")
            case Closed():
                self.closed = message
            case Refuse() if before is not State.FOLLOWING:
                return self._cope(message)
        return [], []

    def create(self, admission: bytes, sponsor: MailboxId | None) -> Message:
        """Ask for the mailbox to be opened.

        Args:
            admission: The pass, for a relay that asks for one.
            sponsor: A proven log in whose name it is opened.
        """
        self._squatted = False
        return self.say(Create(self.mailbox, admission, self.kind, sponsor))

    def close(self, successor: MailboxId | None, forward: bytes) -> list[Message]:
        """Ask for the mailbox to be closed, once on a link."""
        if self._closing:
            return []
        self._closing = True
        return [self.say(Close(self.mailbox, successor, forward))]

    @property
    def closing(self) -> bool:
        """Whether its closing is under way."""
        return self._closing

    def say(self, message: Message) -> Message:
        """Note that a message is being sent; an impossible one is a mistake of ours."""
        self._state = session.step(self._state, message)
        return message

    def give_up(self, reason: Reason, retry_after_s: int = 0) -> None:
        """Try nothing more with it on this link."""
        self.refused, self.retry_after_s, self._stuck = advice(reason), retry_after_s, True

    def _follow(self, head: Head) -> tuple[list[Message], list[Row]]:
        """Go on from the cursor, or begin anew where this is not the log that was read."""
        self.refused = None
        rows: list[Row] = []
        if self.cursor.lineage != head.lineage or head.position < self.cursor.position:
            if self.cursor.position:
                self.disputed = self.cursor.seen
            rows = self.cursor.adopt(head.lineage)
        self.disputed = self.disputed or self.cursor.check_known(head.lineage, head.position)
        return [self._ask()], rows

    def check_read(self) -> None:
        """Look, now that entries were read, whether a log that is read again is the one that it was."""
        if self.cursor.lineage is not None and self._end is not None:
            self.disputed = self.disputed or self.cursor.check_known(self.cursor.lineage, self._end)

    def _ask(self) -> Message:
        seen = self.cursor.seen
        assert seen is not None, "a cursor has a lineage once it was adopted"
        return self.say(Follow(seen.mailbox, seen.lineage, seen.position, seen.running))

    def _check_head(self, head: Head) -> None:
        empty = head.position == 0 and head.running != log.origin(head.mailbox, head.lineage)
        if head.lineage != self.cursor.lineage or head.position < self.cursor.position or empty:
            raise MalformedError("the relay answers for another log than it was asked for")

    def _cope(self, refusal: Refuse) -> tuple[list[Message], list[Row]]:
        if refusal.reason is Reason.UNKNOWN_MAILBOX or (
            self.unknown and refusal.reason is Reason.TAKEN and self._is_log
        ):
            return [], []
        if refusal.reason is Reason.ROLLED_BACK and self.cursor.position and self.cursor.lineage is not None:
            self.disputed = self.cursor.seen
            rows = self.cursor.adopt(self.cursor.lineage)
            return [self._ask()], rows
        self.give_up(refusal.reason, refusal.retry_after_s)
        return [], []
