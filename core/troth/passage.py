"""From one mailbox to the next: which epoch this device writes under, and what brings everybody to the same one.

The operations decide, the relay never does: whether a mailbox exists, or is closed, says only that there is work to do.
One rule covers lost races, thieves who close, and a relay restored around a closing: read everything, rotate if the
current epoch can not be used, close every other mailbox towards it, and leave every operation where only two devices
look (specs/epochs.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from troth import amendments, collecting, forward
from troth.crossing import BAGGED, FIRST, REOFFER, Crossing
from troth.crypto import NONCE_BYTES
from troth.cursor import Cursor
from troth.follower import Follower
from troth.identity import Identity
from troth.inbox import Inbox
from troth.keyring import Keyring
from troth.keys import Entropy, Epoch
from troth.line import Line
from troth.meeting import Meetings
from troth.record import Kind, Record, Verified
from troth.scribe import Scribe
from troth.step import Errand, HangUp, Row, Step
from troth.tail import TAIL, Tail
from troth.writer import Writer
from troth_wire.errors import UsageError
from troth_wire.ids import EnvelopeId, MailboxId, OperationId
from troth_wire.messages import Message
from troth_wire.said import Said

__all__ = ["SETTLED", "Passage"]

HOST: Final = "host"
"""The relay whose logs were read, as it was dialled."""
SETTLED: Final = "settled"
"""By mailbox: it was seen closed and read to its end, so nothing is left to do with it."""
CURSORS_KEPT: Final = 2
"""Settled mailboxes of which it is remembered what was read."""
LINKS_PER_ROTATION: Final = 16
"""Links that were in vain, after which the key may be changed once more."""
OTHERS_MAX: Final = 96
"""Old mailboxes that one link looks into; the others have their turn when these are settled."""
ROTATIONS_MAX: Final = 4
"""Changes of key on one link: a race needs two, and a relay that closes all must not use up what a device may sign."""
NO_STAY: Final = Said("the relay closes whatever is opened")
OTHERS_TURN: Final = Said("the key has to be changed first, by another device")


@dataclass
class Passage:
    """Which mailboxes there are, and what is to be done with each."""

    identity: Identity
    inbox: Inbox
    keyring: Keyring
    line: Line
    writer: Writer
    crossing: Crossing
    entropy: Entropy
    meetings: Meetings
    settled: set[MailboxId] = field(default_factory=set)
    cursors: dict[MailboxId, Cursor] = field(default_factory=dict)
    """Of mailboxes other than meetings, how far each was read."""
    host: bytes | None = None
    """The relay whose logs were read."""
    _packing: bool = False
    """Whether a checkpoint is being made."""
    _bagging: frozenset[EnvelopeId] = frozenset()
    """The parts of a checkpoint of ours that the log has not shown."""
    tail: Tail = field(default_factory=lambda: Tail(MailboxId(b"")))
    """How long the log has become to which this device writes."""
    admission: bytes = b""
    """The pass, for a relay that asks for one before it opens a first mailbox."""
    quiet: bool = False
    """Whether it reads and does nothing else, as recovery words do."""
    _barred_at: tuple[OperationId, ...] | None = None
    """The heads on which an epoch of this device would count nowhere."""
    _drawn: set[MailboxId] = field(default_factory=set)
    """The mailboxes of epochs whose keys this device drew."""
    _rotations: int = 0
    """How often it had to change the key since it was last caught up."""
    _links: int = 0
    """How many links there were since then."""
    _may_bag: MailboxId | None = None
    """The mailbox in which a checkpoint is missed if there is none: ours, or one that was there when the link came."""

    # What the operations say

    @property
    def epoch(self) -> Epoch | None:
        """The epoch under which this device writes; None where nobody would read it, or somebody has to rotate."""
        members, device = self.inbox.members, self.identity.device
        if members.split:
            return self.keyring[self.crossing.mailbox] if self._waits else None
        if device in members.cuts:
            return None
        if device not in members.active:
            # It has not read yet that it was added: it writes where it was told to read.
            return self.identity.epoch
        current = members.current
        return self.keyring[current.mailbox] if current is not None and current.mailbox in self.keyring else None

    @property
    def _waits(self) -> bool:
        """Whether words that were written before the space was ended can still go out."""
        target = self.line.target
        return target is not None and target.closed is None and len(self.writer.unsettled.outbox) > 0

    def _others(self) -> Iterator[MailboxId]:
        """The mailboxes that may still lead somewhere, the latest epochs first."""
        target = self.line.target
        for mailbox in reversed(list(self.keyring)):
            if mailbox not in self.settled and (target is None or mailbox != target.mailbox):
                yield mailbox

    def refresh(self, step: Step) -> None:
        """Take up what new operations say: keys, the mailbox to write to, and who is to be met."""
        self._open_keys()
        epoch = self.epoch
        if epoch is not None and epoch.mailbox != self.crossing.mailbox:
            self._cross(epoch, step)
        if epoch is None:
            self.line.aim(None)
        elif self.line.target is None:
            step.send += self._follow(epoch.mailbox)
            self.line.aim(epoch.mailbox)
        if self.line.up:
            for mailbox in [*self._others()][:OTHERS_MAX]:
                step.send += self._follow(mailbox)
            for other in self.meetings.meet():
                step.send += self.line.follow(other)

    def _open_keys(self) -> None:
        members, me = self.inbox.members, self.identity.device
        own = [device for device, person in members.person_of.items() if person == members.person_of.get(me)]
        self.keyring.open_([*members.announced, *self.inbox.leads(own)])

    def _cross(self, epoch: Epoch, step: Step) -> None:
        """Write to another mailbox from here on; whatever its log lacks, comes after."""
        step.save += [*self.crossing.begin(epoch, self.known()), Row(TAIL, self.tail.mailbox, None)]
        self.tail = Tail(epoch.mailbox)
        self.writer.move(epoch, step)
        self._bagging = frozenset()
        step.send += self._follow(epoch.mailbox)
        self.line.aim(epoch.mailbox)
        self.writer.scribe.cursor = self.line[epoch.mailbox].cursor

    def resume(self, pending: bytes | None, step: Step) -> None:
        """Take up where the store left off, once its records are judged.

        Args:
            pending: What it says of the mailbox that is written to (`crossing.REOFFER`); None where that lacks nothing.
            step: What follows is added.
        """
        mailbox = self.crossing.mailbox
        self._open_keys()
        # Whoever was told of a key before it was used may have been at the relay first, also while this device slept.
        self._drawn |= self.inbox.announced_by(self.identity.device)
        if pending is not None:
            self.tail = Tail(mailbox)
            # What of it the log has shown was not kept, so it is read again from its beginning.
            known = self.cursors[mailbox]
            step.save += known.forget()
            self.cursors[mailbox] = self.writer.scribe.cursor = Cursor(mailbox, known=known.seen)
            self.crossing.resume(pending, self.known())
        self.line.begin(self.follower(mailbox))
        self.refresh(step)

    def known(self) -> list[tuple[Verified, bytes]]:
        """Every record of which is known who wrote it, with its row key."""
        return [(record, self.writer.filed[record.id]) for record in self.inbox.chains.read_each()]

    def follower(self, mailbox: MailboxId) -> Follower:
        """Return a follower of one of the logs, from where it was read to."""
        cursor = self.cursors.setdefault(mailbox, Cursor(mailbox))
        return Follower(self.keyring[mailbox], cursor, wary=mailbox in self._drawn)

    def _follow(self, mailbox: MailboxId) -> list[Message | HangUp]:
        return [*self.line.follow(self.follower(mailbox))] if mailbox not in self.line else []

    @property
    def refused(self) -> str | None:
        """Why the relay does not serve the mailbox that is written to."""
        target = self.line.target
        if self.is_stuck:
            return OTHERS_TURN
        return target.refused if target is not None else None

    # The link

    def meet_relay(self, host: str) -> list[Row] | None:
        """Note to which relay a link is up; return rows, or None if it is another one, with logs of its own.

        Args:
            host: As it was dialled.
        """
        if self.host is not None:
            return [] if self.host == host.encode() else None
        self.host = host.encode()
        return [Row(HOST, b"", self.host)]

    def move(self, host: str) -> list[Row]:
        """Return the rows after which this device knows nothing of what a relay keeps: another one does from here on.

        Its log lacks everything that is known here, and nobody is accused of that.
        """
        rows = [row for cursor in self.cursors.values() for row in cursor.forget()]
        rows += [Row(BAGGED, mailbox, None) for mailbox in self.crossing.bagged]
        return [*rows, *self.unsettle(), Row(REOFFER, self.crossing.mailbox, FIRST), Row(HOST, b"", host.encode())]

    def connect(self, host: str) -> None:
        """A link is up."""
        self._bagging = frozenset()
        self._links += 1
        target = self.line.target
        self._may_bag = target.mailbox if target is not None else None
        others = [self.follower(mailbox) for mailbox in [*self._others()][:OTHERS_MAX]]
        self.line.connect(host, [*others, *self.meetings.begin()])

    def steer(self, step: Step) -> None:
        """Do what is to be done now that something came, or changed."""
        self.refresh(step)
        for other in self.line.others:
            if other.closed is not None:
                self._settle(other, step)
        if not self.line.read or self.quiet:
            return
        if self._must_rotate() and not self.is_barred:
            self._rotate_on(step)
            return
        target = self.line.target
        if target is not None and target.unknown:
            step.send.append(target.create(self.admission, self.line.sponsor))
        if self.inbox.members.split:
            if target is None or target.open_:
                self._close_all(step)
        elif self.line.caught_up:
            self._close_others(step)
        step.send += self.meetings.tell(self.line.sponsor)
        if self.line.caught_up:
            self._rotations = self._links = 0
            self._bag(step)

    def _must_rotate(self) -> bool:
        members, target = self.inbox.members, self.line.target
        if members.split or self.identity.device not in members.active:
            return False
        return target is None or target.closed is not None

    def _rotate_on(self, step: Step) -> None:
        """Change the key because the mailbox can not be used, as often as a link may cause that."""
        if self._rotations >= ROTATIONS_MAX + self._links // LINKS_PER_ROTATION:
            step.send.append(HangUp(NO_STAY))
            return
        self._rotations += 1
        self.renew(step)

    def renew(self, step: Step) -> None:
        """Change the key if this device may; if not, note that another one has to."""
        heads = self.inbox.members.heads
        try:
            self.rotate(step)
        except UsageError:
            self._barred_at = heads

    @property
    def is_barred(self) -> bool:
        """Whether this device may not change the key: not on these heads, and it asks again once there are others."""
        return self._barred_at == self.inbox.members.heads

    @property
    def is_stuck(self) -> bool:
        """Whether this device can not write before another one has changed the key."""
        return self.is_barred and self._must_rotate()

    def rotate(self, step: Step) -> None:
        """Begin a new epoch for all who belong.

        Raises:
            UsageError: If it would count nowhere, since this device has begun as many as are counted.
        """
        epoch = Epoch(self.entropy(32))
        members, keys = self.inbox.members, self.identity.keys
        self.enact(amendments.rotate(members, keys, epoch, self.entropy), epoch, step)

    def enact(self, payload: bytes, epoch: Epoch | None, step: Step, *, by: Scribe | None = None) -> Record:
        """Write an operation, and follow where it leads.

        Args:
            payload: What it says.
            epoch: The one that it announces, drawn here.
            step: What it asks for is added.
            by: Who signs it, if not this device: recovery words that were typed here.

        Raises:
            UsageError: If it would count nowhere; then nothing is written.
        """
        self.inbox.check_own(by.device if by is not None else self.identity.device, payload)
        if epoch is not None:
            self.keyring.add(epoch)
            self._drawn.add(epoch.mailbox)
            self._may_bag = epoch.mailbox
        record = self.writer.write(Kind.OPERATION, payload, step) if by is None else self.writer.lend(by, payload, step)
        self.refresh(step)
        return record

    def _close_others(self, step: Step) -> None:
        """Close every log but the one that is written to, towards that."""
        for follower in self.line.others:
            if follower.unknown:
                # A relay that was restored, or never heard of it: whoever comes there is led on.
                step.send.append(follower.create(b"", self.crossing.mailbox))
            elif follower.open_ and not follower.closing:
                step.send += follower.close(self.crossing.mailbox, self._forward(follower))

    def _close_all(self, step: Step) -> None:
        """Close every log of a space that was ended; the one that was written to when nothing waits for it any more."""
        if self._waits:
            return
        for follower in self.line.logs:
            if follower.open_ and not follower.closing:
                step.send += follower.close(None, self._forward(follower))

    def _forward(self, follower: Follower) -> bytes:
        """What leads on from a mailbox: first what announced the current epoch, then all that its readers may lack."""
        current = self.inbox.members.current
        letters = self.inbox.since(follower.mailbox, current.operation if current is not None else None)
        return forward.seal(letters, follower.epoch, self.entropy(NONCE_BYTES))

    # Checkpoints

    def _bag(self, step: Step) -> None:
        """Put a checkpoint into a log that holds none, or lacks what others wrote, when nobody else is about to."""
        mailbox = self.crossing.mailbox
        if self._packing or self._bagging or self._may_bag != mailbox:
            return
        if any(not at.read or at.open_ for at in self.line.others):
            return
        if not self.crossing.lacking and self.is_whole:
            return
        self._packing = True
        chains, me = self.inbox.chains, self.identity
        work = partial(collecting.make, me.space, chains.read_each(), tuple(chains.parked), me.keys)
        step.tell.append(Errand(work=work, back=lambda engine, parts: engine.put_bag(mailbox, parts)))

    def put_bag(self, mailbox: MailboxId, parts: Iterable[Record]) -> None:
        """Queue the parts of a checkpoint, if it is still missed where it was to go."""
        self._packing = False
        if mailbox == self.crossing.mailbox and self.line.caught_up:
            self._bagging = self.writer.unsettled.outbox.add_loose(map(self.writer.seal, parts))

    @property
    def is_whole(self) -> bool:
        """Whether the log that is written to holds everything from the beginning: it is the first, or has a bag."""
        current, mailbox = self.inbox.members.current, self.crossing.mailbox
        return current is None or current.generation == 0 or mailbox in self.crossing.bagged

    def bag(self, mailbox: MailboxId) -> list[Row]:
        """Note that a log holds a whole checkpoint."""
        if mailbox == self.tail.mailbox:
            return [*self.crossing.bag(mailbox), self.tail.bag()]
        return self.crossing.bag(mailbox)

    @property
    def is_due(self) -> bool:
        """Whether another key is due before this device writes, since the log has become long."""
        return self.tail.is_long and not self.is_barred and self.line.caught_up and self.is_whole

    def shown(self, envelopes: Iterable[EnvelopeId], step: Step) -> None:
        """Note that the log has shown envelopes: a checkpoint of ours may be whole there."""
        if self._bagging and not self._bagging.difference(envelopes):
            step.save += self.bag(self.crossing.mailbox)
            self.crossing.show_all()
        self._bagging = self._bagging.difference(envelopes)

    def _settle(self, follower: Follower, step: Step) -> None:
        """A mailbox was closed and read to its end: nothing is left to do with it.

        Where the relay says that entries are gone which were not read, it is asked again.
        """
        mailbox, closed = follower.mailbox, follower.closed
        assert closed is not None, "only asked of what was closed"
        if mailbox in self.settled or closed.position > follower.cursor.position:
            return
        self.settled.add(mailbox)
        step.save.append(Row(SETTLED, mailbox, b""))
        # What others say of the last few is still compared with what was read there.
        for old in [at for at in self.cursors if at in self.settled][:-CURSORS_KEPT]:
            step.save += self.cursors.pop(old).forget()

    def unsettle(self) -> list[Row]:
        """The relay may have been restored: every mailbox is looked at again."""
        rows = [Row(SETTLED, mailbox, None) for mailbox in self.settled]
        self.settled.clear()
        return rows
