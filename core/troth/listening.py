"""What a relay says, taken in: frames become records, whole checkpoints, and confirmations; nothing is judged here.

Whatever an entry turns out to be, it costs its slot of the log and nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from troth import envelope, forward
from troth.collecting import Collecting, Whole
from troth.crossing import BAGGED, FIRST, REOFFER
from troth.evidence import Evidence
from troth.follower import Follower, advice
from troth.holding import Holding
from troth.identity import Identity
from troth.passage import Passage
from troth.record import Kind, Record
from troth.retry import Retry
from troth.step import Errand, HangUp, Rebuild, RefusedPush, Row, Step
from troth.unsettled import Unsettled
from troth_wire import messages
from troth_wire.errors import MalformedError, RemoteError, VersionError
from troth_wire.ids import EnvelopeId, MailboxId, RecordId
from troth_wire.log import envelope_id
from troth_wire.messages import Closed, Deliver, MailboxKind, Message, Reason, Refuse, Stored
from troth_wire.said import Said

__all__ = ["Arrival", "Listener"]

NEWER = Said("waits for a newer version: {why}")
NO_WAY_ON = "a mailbox was closed, and what was left there leads nowhere"
BROUGHT_AMISS = "a record of another space, or a part of a checkpoint, in a checkpoint or a forward"
NOT_AN_OPERATION = "between two devices there are operations and nothing else"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record, and where it came from."""

    record: Record
    mailbox: MailboxId | None = None
    """The log in which it stood; None if it came in a checkpoint, a forward or a meeting."""
    position: int = 0
    is_target: bool = False
    """Whether that log is the one to which this device writes."""


@dataclass
class Listener:
    """Takes in what comes over the link."""

    identity: Identity
    passage: Passage
    unsettled: Unsettled
    holding: Holding
    evidence: Evidence
    collecting: Collecting
    retry: Retry = field(default_factory=Retry)
    arrived: list[Arrival] = field(default_factory=list)
    """What came and was not judged yet; whoever judges it empties it."""
    bags: list[tuple[MailboxId, list[Record]]] = field(default_factory=list)
    """Whole checkpoints, with the mailbox in which each lay; their records are among `arrived`."""

    def hear(self, frames: Iterable[bytes], step: Step) -> None:
        """Take in frames."""
        try:
            for frame in frames:
                self._take(messages.parse(frame), step)
        except RemoteError as error:
            step.send.append(HangUp(str(error)))

    def _take(self, message: Message, step: Step) -> None:
        replies, rows, follower = self.passage.line.receive(message)
        step.send += replies
        if follower is None:
            return
        meets = follower.kind is MailboxKind.MEETING
        if not meets:
            step.save += rows
        if follower.disputed is not None:
            self._dispute(follower, step)
        match message:
            case Deliver(_, position, envelopes):
                self._deliver(follower, position, envelopes, step)
            case Stored(mailbox, position, identities) if meets:
                self.passage.meetings[mailbox].check_left(identities)
                follower.cursor.take(position, list(identities))
            case Stored(_, position, identities):
                self._stored(follower, position, list(identities), step)
            case Closed():
                self._closed(message, follower, step)
            case Refuse():
                self._refused(message, follower, step)

    def _is_target(self, follower: Follower) -> bool:
        return follower is self.passage.line.target

    def _deliver(self, follower: Follower, position: int, envelopes: tuple[bytes, ...], step: Step) -> None:
        identities = list(map(envelope_id, envelopes))
        row = follower.cursor.take(position, identities)
        if follower.kind is not MailboxKind.MEETING:
            step.save.append(row)
        for number, (identity, sealed) in enumerate(zip(identities, envelopes, strict=True), position):
            self._open(follower, identity, sealed, number, step)
        self._check_read(follower, step)
        if self._is_target(follower):
            step.note.append(self.passage.tail.grow(sum(map(len, envelopes)), len(envelopes)))
            self.passage.shown(identities, step)

    def _stored(self, follower: Follower, position: int, identities: list[EnvelopeId], step: Step) -> None:
        outbox = self.unsettled.outbox
        pushed = outbox.check_pushed(follower.mailbox, identities)
        # Lost in a crash, it is read again, and the outbox still knows what it was about.
        step.note.append(follower.cursor.take(position, identities))
        self._check_read(follower, step)
        if not self._is_target(follower):
            # Pushed before this device began to write elsewhere: it goes out there as it is.
            step.note += [row for record in pushed if record is not None for row in self.unsettled.show(record)]
            return
        step.note.append(self.passage.tail.grow(outbox.size_of(identities), len(identities)))
        for identity, record in zip(identities, pushed, strict=True):
            if not outbox.let_loose_go(identity):
                self.confirm(record, step)
        self.passage.shown(identities, step)

    def _check_read(self, follower: Follower, step: Step) -> None:
        follower.check_read()
        if follower.disputed is not None:
            self._dispute(follower, step)

    def confirm(self, record: RecordId | None, step: Step) -> None:
        """The log that this device writes to has shown a record of its own."""
        if record is not None:
            step.note += self.unsettled.confirm(record)

    def _open(self, follower: Follower, identity: EnvelopeId, sealed: bytes, position: int, step: Step) -> None:
        """Take in one entry of a log, whatever it turns out to be."""
        own = self.unsettled.outbox.record_of(identity)
        if own is not None and self._is_target(follower):
            self.confirm(own, step)
            return
        if self.unsettled.outbox.let_loose_go(identity):
            return
        try:
            record = envelope.open_(sealed, follower.epoch)
            if record.header.space != self.identity.space:
                raise MalformedError("a record of another space")
            self._sort(record, follower, position, step)
        except VersionError as error:
            self.holding.hold_envelope(identity, sealed, position, NEWER.format(why=error), step)
        except RemoteError as error:
            self.holding.hold_envelope(identity, sealed, position, str(error), step)

    def _sort(self, record: Record, follower: Follower, position: int, step: Step) -> None:
        if follower.kind is MailboxKind.MEETING:
            if record.header.kind != Kind.OPERATION:
                raise MalformedError(NOT_AN_OPERATION)
            if self.passage.inbox.is_signed(record):
                # A spoiled copy is no use to the other device, and must not keep a good one away.
                self.passage.meetings.note(follower.mailbox, record)
            self.arrived.append(Arrival(record))
        elif record.header.kind == Kind.CHECKPOINT_PART:
            self._collect(record, follower, step)
        else:
            self.arrived.append(Arrival(record, follower.mailbox, position, self._is_target(follower)))

    def _collect(self, letter: Record, follower: Follower, step: Step) -> None:
        whole, rows = self.collecting.take(follower.mailbox, letter, self.passage.inbox.key_of)
        step.save += rows
        step.tell += map(self.opening, whole)

    def opening(self, whole: Whole) -> Errand:
        """Return the errand that opens a bag and brings its records."""
        return Errand(
            work=partial(whole.open_, self.identity.space),
            back=lambda engine, found: engine.take_bag(whole, found),
        )

    def take_bag(self, whole: Whole, found: list[Record] | str, step: Step) -> None:
        """Take in the records of a bag that was opened, or hold it with its reason."""
        step.save += self.collecting.close(whole, failed=isinstance(found, str))
        if isinstance(found, str):
            self.holding.hold(found, step)
            return
        self._bring(found, step)
        self.bags.append((whole.mailbox, found))

    def _closed(self, closed: Closed, follower: Follower, step: Step) -> None:
        try:
            letters = forward.open_(closed.forward, follower.epoch)
        except RemoteError:
            self.holding.hold(NO_WAY_ON, step)
        else:
            self._bring(letters, step)

    def _bring(self, letters: Iterable[Record], step: Step) -> None:
        """Take in what a checkpoint or a forward holds, as far as a log could have brought it to be judged."""
        for letter in letters:
            if letter.header.space == self.identity.space and letter.header.kind != Kind.CHECKPOINT_PART:
                self.arrived.append(Arrival(letter))
            else:
                self.holding.hold(BROUGHT_AMISS, step)

    def _refused(self, refusal: Refuse, follower: Follower, step: Step) -> None:
        target = self._is_target(follower)
        if follower.unknown or refusal.reason in (Reason.ROLLED_BACK, Reason.CLOSED):
            # The follower coped with it; and what is closed says so itself.
            return
        if target and follower.refused is not None:
            step.send.append(HangUp(follower.refused))
        elif target and refusal.envelope_ids:
            self.unsettled.outbox.refuse(refusal.envelope_ids, advice(refusal.reason))
            self.retry.ask(refusal.retry_after_s)
            step.tell.append(RefusedPush(advice(refusal.reason)))
        else:
            follower.give_up(refusal.reason, refusal.retry_after_s)

    def _dispute(self, follower: Follower, step: Step) -> None:
        """The relay's log is not the one that was read: keep proof, read the new one, and offer it what it lacks."""
        before, follower.disputed = follower.disputed, None
        assert before is not None, "only called for a dispute"
        self.evidence.against_relay(before, step)
        step.save += self.passage.unsettle()
        if self._is_target(follower):
            step.save += [Row(REOFFER, follower.mailbox, FIRST), Row(BAGGED, follower.mailbox, None)]
            step.tell.append(Rebuild("the relay shows another log"))
