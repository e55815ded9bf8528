"""The ring, composed: edit → document → record → envelope → outbox → log → inbox → guard → document → view.

Every input returns one `Step`. The rows are the truth; what is in memory is rebuilt from them by `loading.load`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from troth import envelope
from troth.amendments import revoke_device
from troth.crypto import Signer
from troth.cursor import Cursor
from troth.document import PoisonedError, UnappliedError
from troth.edits import Group, Path, Value
from troth.evidence import Evidence
from troth.folding import fold
from troth.follower import Follower, advice
from troth.holding import Holding
from troth.identity import Identity
from troth.inbox import Inbox, Judged, Parked
from troth.joining import Invitation, Request, Welcome, add_device
from troth.library import Library
from troth.mending import Mending, mend
from troth.outbox import Outbox
from troth.ports import Entropy
from troth.record import Kind, Record, Verified
from troth.retry import Retry
from troth.sightings import Sightings
from troth.status import Item, Status
from troth.step import (
    CaughtUp,
    Changed,
    Elsewhere,
    Forked,
    HangUp,
    Offline,
    Rebuild,
    RefusedEdit,
    RefusedPush,
    Row,
    Step,
)
from troth.unsettled import SHOWN_BEFORE, Unsettled
from troth.writer import Writer
from troth_wire import codec, messages
from troth_wire.errors import MalformedError, RemoteError, UsageError, VersionError
from troth_wire.ids import DeviceId, DocumentId, EnvelopeId, Incarnation, RecordId
from troth_wire.log import envelope_id
from troth_wire.messages import Deliver, Message, Refuse, Stored

__all__ = ["Engine", "Group"]

IDENTITY: Final = "identity"
LIFE: Final = "life"
FUSE: Final = "fuse"
REOFFER: Final = "reoffer"
BLOWN: Final = "blown"


@dataclass
class Engine:
    """One device's end of one space. `troth.loading` makes it from the store's rows."""

    identity: Identity
    life: Incarnation
    entropy: Entropy
    inbox: Inbox
    library: Library
    cursor: Cursor
    writer: Writer
    unsettled: Unsettled
    follower: Follower
    holding: Holding = field(default_factory=Holding)
    evidence: Evidence = field(default_factory=Evidence)
    mending: Mending = field(default_factory=Mending)
    sightings: Sightings = field(default_factory=Sightings)
    elsewhere: set[RecordId] = field(default_factory=set)
    _found_at: dict[RecordId, int] = field(default_factory=dict)
    _pending: list[Verified] = field(default_factory=list)
    _was_caught_up: bool = False
    _retry: Retry = field(default_factory=Retry)

    @property
    def outbox(self) -> Outbox:
        """What waits for the relay."""
        return self.unsettled.outbox

    # Own writing

    def edit(self, groups: Sequence[Group]) -> Step:
        """Apply edits, and make one change and one record of all that go to one document.

        A group that can not be applied is refused as a whole (`RefusedEdit`); the others stand.
        So is every group where nobody would count what this device writes: it was removed, or the space was left.
        """
        step = Step()
        try:
            self.inbox.members.check_writer(self.identity.device)
        except UsageError as error:
            return Step(tell=[RefusedEdit(group.ticket, error) for group in groups])
        try:
            for document in dict.fromkeys(group.document for group in groups):
                self._edit(document, [group for group in groups if group.document == document], step)
        except PoisonedError as error:
            return Step(tell=[Rebuild(str(error))])
        self._push(step)
        return step

    def _edit(self, document: DocumentId, groups: Sequence[Group], step: Step) -> None:
        made = self.writer.make(self.library, document, [fold(group.edits) for group in groups], step)
        step.tell += [RefusedEdit(groups[number].ticket, error) for number, error in made.refused.items()]
        if made.changes:
            step.tell.append(Changed(document, local=True))

    def invite(self) -> Invitation:
        """Return what a new device of this person needs to ask to join.

        Raises:
            UsageError: If this device has not read yet that it was added.
        """
        return Invitation(self.identity.space, self.inbox.members.person(self.identity.device))

    def admit(self, asked: Request, admin: Signer) -> tuple[Step, Welcome]:
        """Add an own device.

        Args:
            asked: What the new device answered to an invitation.
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            ForgedError: If the proofs are not for this space and person.
            UsageError: If the device is known already, there are too many, or this one has not read yet that it
                was added.
        """
        members, identity = self.inbox.members, self.identity
        payload = add_device(members, identity.keys, admin, asked, identity.epoch, self.entropy)
        step = Step()
        record = self.writer.write(Kind.OPERATION, payload, step)
        self._push(step)
        return step, Welcome(identity.genesis, record)

    def revoke(self, victim: DeviceId, admin: Signer) -> Step:
        """Remove an own device, for good; what this device has read of it so far is kept, and nothing beyond.

        Args:
            victim: Which one.
            admin: This device's admin key, unwrapped for this one use.

        Raises:
            UsageError: If it is no device of this person, or this one has not read yet that it was added.
        """
        identity, inbox = self.identity, self.inbox
        tips = inbox.chains.ends(victim)
        # Without a key of its own: changing keys is a release of its own, and until then whoever rotates next does it.
        payload = revoke_device(inbox.members, identity.keys, admin, victim, tips, None, self.entropy)
        step = Step(tell=[Rebuild("what counts of a removed device's records is settled now")])
        self.writer.write(Kind.OPERATION, payload, step)
        self._push(step)
        return step

    def _push(self, step: Step) -> None:
        if self.follower.caught_up and not self._retry.waits:
            step.send += [self.follower.say(push) for push in self.outbox.push(self.cursor.mailbox)]

    # The link

    def connect(self, host: str) -> Step:
        """A link is up.

        Args:
            host: Host and port as they were dialled, for the proof.
        """
        self.follower.connect(host)
        return Step()

    def disconnect(self) -> Step:
        """The link is down; what was in flight will be pushed again."""
        self.follower.disconnect()
        self.outbox.unsend()
        self._was_caught_up = False
        self._retry.forget()
        return Step(tell=[Offline()])

    def tick(self, now_s: float) -> Step:
        """Time has passed; only what the relay asked to wait for depends on it.

        Args:
            now_s: A monotonic clock.
        """
        step = Step()
        if self._retry.tick(now_s):
            self._push(step)
        return step

    def receive(self, frames: Iterable[bytes]) -> Step:
        """Take in frames: verify and save what they bring. `merge` shows it, after this step was committed."""
        step = Step()
        arrived: list[tuple[Record, int]] = []
        try:
            for frame in frames:
                self._hear(messages.parse(frame), arrived, step)
        except RemoteError as error:
            step.send.append(HangUp(str(error)))
        self._take(arrived, step)
        if self.follower.caught_up and not self._was_caught_up:
            self._catch_up(step)
        self._push(step)
        return step

    def _hear(self, message: Message, arrived: list[tuple[Record, int]], step: Step) -> None:
        replies, rows = self.follower.receive(message)
        step.save += rows
        step.send += replies
        if self.follower.disputed is not None:
            self._dispute_relay(step)
        match message:
            case Deliver(_, position, envelopes):
                identities = list(map(envelope_id, envelopes))
                step.save.append(self.cursor.take(position, identities))
                for number, (identity, sealed) in enumerate(zip(identities, envelopes, strict=True), position):
                    self._open(identity, sealed, number, arrived, step)
            case Stored(_, position, identities):
                self.outbox.check_pushed(identities)
                # Lost in a crash, it is read again, and the outbox still knows what it was about.
                step.note.append(self.cursor.take(position, list(identities)))
                for identity in identities:
                    self._confirm(self.outbox.record_of(identity), step)
            case Refuse(reason, _, identities, retry_after_s) if identities:
                self.outbox.refuse(identities, advice(reason))
                self._retry.ask(retry_after_s)
                step.tell.append(RefusedPush(advice(reason)))

    def _open(
        self,
        identity: EnvelopeId,
        sealed: bytes,
        position: int,
        arrived: list[tuple[Record, int]],
        step: Step,
    ) -> None:
        """Take in one entry of the log, whatever it turns out to be."""
        own = self.outbox.record_of(identity)
        if own is not None:
            self._confirm(own, step)
            return
        try:
            record = envelope.open_(sealed, self.identity.epoch)
            if record.header.space != self.identity.space:
                raise MalformedError("a record of another space")
        except VersionError as error:
            self.holding.hold_envelope(identity, sealed, position, f"waits for a newer version: {error}", step)
        except RemoteError as error:
            self.holding.hold_envelope(identity, sealed, position, str(error), step)
        else:
            arrived.append((record, position))

    def _confirm(self, record: RecordId | None, step: Step) -> None:
        if record is not None:
            step.note += self.unsettled.confirm(record)

    # Foreign records

    def _take(self, arrived: Sequence[tuple[Record, int]], step: Step) -> None:
        # Copies with different signatures are kept apart: one may prove what another does not.
        fresh: dict[tuple[RecordId, bytes], Record] = {}
        for record, position in arrived:
            if record == self.unsettled.copy(record.id):
                self._confirm(record.id, step)
            copy = record.id, record.signature
            if copy not in fresh and record not in self.inbox.chains:
                fresh[copy] = record
                self._found_at[record.id] = position
                self.writer.keep(record, position, step, own=False)
        if not fresh:
            return
        judged = self.inbox.take(fresh.values())
        self._note(judged, step)
        carriers = [*judged.carriers, *judged.beyond]
        self._pending += carriers
        if judged.recut or any(map(self.library.closes_gap, judged.verified)):
            step.tell.append(Rebuild("what counts of a removed device's records is another part of them now"))
        if carriers:
            step.save.append(Row(FUSE, b"", codec.pack([record.id for record in self._pending])))

    def _note(self, judged: Judged, step: Step) -> None:
        """Look at what verified records say of the log and of this device."""
        for _, why in judged.held:
            self.holding.hold(why, step)
        for record in judged.verified:
            self.sightings.note(record)
            found_at = self._found_at.pop(record.id, None)
            seen = record.header.seen
            if seen is not None and self.cursor.contradicts(seen, found_at or None):
                assert self.cursor.seen is not None, "a contradiction needs a log that was read"
                self.evidence.against_record(record, self.cursor.seen, step)
            if record.header.device == self.identity.device and record.id not in self.writer.remembered:
                self._meet_oneself(record, step)

    def _meet_oneself(self, record: Verified, step: Step) -> None:
        """A record with this device's signature that its vault does not remember."""
        header = record.header
        self.elsewhere.add(record.id)
        self.mending.meet(self.library, header.document, header.changes)
        step.tell.append(Elsewhere(record.id))
        if header.incarnation == self.life:
            # Two stores live the same life; from here on this one lives another.
            self._live_anew("this device's vault was restored or copied", step)

    def _live_anew(self, why: str, step: Step) -> None:
        self.life = Incarnation(self.entropy(16))
        step.save.append(Row(LIFE, b"", self.life))
        step.tell.append(Rebuild(why))

    def merge(self) -> Step:
        """Apply what `receive` verified and saved.

        A `Rebuild` in the step means that the document is spoiled; the saved fuse tells the next load what to suspect.
        """
        step = Step()
        pending, self._pending = self._pending, []
        try:
            for record in pending:
                self.apply(record, step)
            self.settle(step)
            if self.library.is_life_lost:
                # Its actor's next change would be a second one in the place of the first that fell.
                self._live_anew("what this device wrote does not stand", step)
            elif self.follower.caught_up:
                # Not before: until then nobody knows what the log has shown.
                mend(self.mending, self.library, self.writer, step)
                self._push(step)
        except (PoisonedError, UnappliedError) as error:
            return Step(tell=[Rebuild(str(error))])
        return step

    def settle(self, step: Step) -> None:
        """Decide what stands where an author forked, once for all that came.

        Raises:
            PoisonedError, UnappliedError: If everything must be rebuilt.
        """
        for document, new, refused in self.library.settle(self.inbox.members.person_of):
            for reason in refused:
                self.holding.hold(reason.value, step)
            step.tell.append(Forked(document))
            if new and Changed(document, local=False) not in step.tell:
                step.tell.append(Changed(document, local=False))

    def apply(self, record: Verified, step: Step) -> None:
        """Bring the changes of a verified record into their document, or hold them with a reason.

        Raises:
            PoisonedError, UnappliedError: If everything must be rebuilt.
        """
        try:
            document, parcels = self.library.unpack(record)
        except MalformedError as error:
            self.holding.hold(str(error), step)
            return
        new, refused = self.library.take(document, parcels)
        for reason in refused:
            self.holding.hold(reason.value, step)
        if new and Changed(document, local=False) not in step.tell:
            step.tell.append(Changed(document, local=False))

    def await_proof(self, record: RecordId, position: int) -> None:
        """Remember where in the log a record stood that nothing proves yet."""
        self._found_at[record] = position

    # After the end of the log, and after its loss

    def _dispute_relay(self, step: Step) -> None:
        """The relay's log is not the one that was read: keep proof, read the new one, and offer it what it lacks."""
        before, self.follower.disputed = self.follower.disputed, None
        assert before is not None, "only called for a dispute"
        self.evidence.against_relay(before, step)
        step.save.append(Row(REOFFER, self.cursor.mailbox, b""))
        step.tell.append(Rebuild("the relay shows another log"))

    def _catch_up(self, step: Step) -> None:
        """The log was read to its end: what it lacks of this device goes out, or is made anew."""
        self._was_caught_up = True
        if self.unsettled.is_stale(self.life):
            step.save += self.unsettled.recall(self.mending.origins)
            step.tell.append(Rebuild("what was not sent is made anew"))
            return
        if self.unsettled.lacking:
            step.save.append(Row(REOFFER, self.cursor.mailbox, None))
        for key, record in self.unsettled.give_back():
            self.writer.queue(record, key, SHOWN_BEFORE, step)
        step.tell.append(CaughtUp())

    # Looking

    def view(self, document: DocumentId, path: Path = ()) -> Value:
        """Return what stands at a path of a document, as plain values.

        Raises:
            UsageError: If nothing stands there.
        """
        return self.library.view(document, path)

    def close(self) -> Step:
        """Nothing is being applied any more: the fuse may go."""
        return Step(save=[Row(FUSE, b"", None)])

    def status(self) -> Status:
        """Answer why something is not synced."""
        parked = Counter({reason.value: count for reason, count in self.inbox.parked().items()})
        # Set aside and not thrown away, since a later cut may free it; to people it does not count.
        held = self.holding.reasons + Counter({Parked.REMOVED.value: parked.pop(Parked.REMOVED.value, 0)})
        if self.library.waiting:
            parked[Parked.CAUSE.value] += self.library.waiting
        return Status(
            connected=self.follower.up,
            caught_up=self.follower.caught_up,
            waiting=len(self.outbox),
            waiting_bytes=self.outbox.size,
            refused=self.outbox.refused or self.follower.refused,
            read=self.cursor.position,
            parked=parked,
            held=held,
            disputed=self.evidence.count,
            elsewhere=len(self.elsewhere),
            forks=len(self.inbox.chains.forks),
            lost=self.library.lost,
            renewed=len(self.mending.renewed),
            items=tuple(Item(record.header.document, record.header.sequence) for record in self.unsettled.waiting),
            own={device: self.sightings.behind(device, self.cursor.seen) for device in self._own_others()},
        )

    def _own_others(self) -> frozenset[DeviceId]:
        members, device = self.inbox.members, self.identity.device
        return members.devices(members.person(device)) - {device} if device in members.active else frozenset()
