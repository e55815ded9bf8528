"""The ring, composed: edit → document → record → envelope → outbox → log → inbox → guard → document → view.

Every input returns one `Step`. The rows are the truth; what is in memory is rebuilt from them by `loading.load`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from troth import collecting
from troth.acts import Acts
from troth.beacon import Beacon
from troth.collecting import Whole
from troth.crossing import Crossing
from troth.cursor import contradicted
from troth.document import PoisonedError
from troth.edits import Group, Path, Value, check_document
from troth.evidence import Evidence
from troth.folding import fold
from troth.holding import Holding
from troth.inbox import Judged, Parked
from troth.library import Library, in_order
from troth.listening import Arrival
from troth.mending import Mending, mend
from troth.record import Kind, Record, Verified
from troth.sightings import Sightings
from troth.status import Item, Status
from troth.step import CaughtUp, Changed, Elsewhere, Forked, Offline, Rebuild, RefusedEdit, Row, Step
from troth.touched import Touched
from troth.unsettled import SHOWN_BEFORE
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError
from troth_wire.ids import ChangeHash, DeviceId, DocumentId, Incarnation, MailboxId, PersonId, RecordId

__all__ = ["Engine", "Group"]

IDENTITY: Final = "identity"
LIFE: Final = "life"
FUSE: Final = "fuse"
BLOWN: Final = "blown"


@dataclass(kw_only=True)
class Engine(Acts):
    """One device's end of one space. `troth.loading` makes it from the store's rows."""

    life: Incarnation
    library: Library
    crossing: Crossing
    holding: Holding
    evidence: Evidence
    mending: Mending = field(default_factory=Mending)
    sightings: Sightings = field(default_factory=Sightings)
    beacon: Beacon = field(default_factory=Beacon)
    elsewhere: set[RecordId] = field(default_factory=set)
    _found_at: dict[RecordId, tuple[MailboxId, int]] = field(default_factory=dict)
    _pending: list[Verified] = field(default_factory=list)
    _was_caught_up: bool = False

    # Own writing

    def edit(self, groups: Sequence[Group]) -> Step:
        """Apply edits, and make one change and one record of all that go to one document.

        A group that can not be applied is refused as a whole (`RefusedEdit`); the others stand.
        So is every group where nobody would count what this device writes: it was removed, or the space was left.
        """
        step = Step()
        try:
            self.leaving.check_writer()
            self.inbox.members.check_writer(self.identity.device)
        except UsageError as error:
            return Step(tell=[RefusedEdit(group.ticket, error) for group in groups])
        if self.passage.is_due:
            self.passage.renew(step)
            self.passage.steer(step)
        try:
            for document in dict.fromkeys(group.document for group in groups):
                self._edit(document, [group for group in groups if group.document == document], step)
        except PoisonedError as error:
            return Step(tell=[Rebuild(str(error))])
        self._push(step)
        return step

    def _edit(self, document: DocumentId, groups: Sequence[Group], step: Step) -> None:
        try:
            check_document(document)
        except UsageError as error:
            step.tell += [RefusedEdit(group.ticket, error) for group in groups]
            return
        made = self.writer.make(self.library, document, [fold(group.edits) for group in groups], step)
        step.tell += [RefusedEdit(groups[number].ticket, error) for number, error in made.refused.items()]
        if made.changes:
            step.save += self.beacon.write()
            step.tell.append(Changed(document, local=True))

    # The link

    def connect(self, host: str) -> Step:
        """A link is up.

        Args:
            host: Host and port as they were dialled, for the proof.
        """
        rows = self.passage.meet_relay(host)
        if rows is None:
            return Step(save=self.passage.move(host), tell=[Rebuild("another relay keeps the log from here on")])
        self.passage.connect(host)
        return Step(save=rows)

    def disconnect(self) -> Step:
        """The link is down; what was in flight will be pushed again."""
        self.line.disconnect()
        self.outbox.unsend()
        self._was_caught_up = False
        self.listener.retry.forget()
        return Step(tell=[Offline()])

    def tick(self, now_s: float) -> Step:
        """Time has passed; only what the relay asked to wait for depends on it.

        Args:
            now_s: A monotonic clock.
        """
        step = Step()
        if self.listener.retry.tick(now_s):
            self._push(step)
        return step

    def pass_time(self, wall_s: int) -> Step:
        """Time has passed on the wall: a beacon may be due.

        Args:
            wall_s: The wall clock in seconds; it decides nothing else.
        """
        due, rows = self.beacon.look(wall_s, self.entropy)
        step = Step(save=rows)
        if due and self.line.caught_up and self.identity.device in self.inbox.members.active:
            self._speak(step)
        return step

    def _speak(self, step: Step) -> None:
        self.writer.write(Kind.BEACON, b"", step)
        step.save += self.beacon.write()
        self._push(step)

    def receive(self, frames: Iterable[bytes]) -> Step:
        """Take in frames: verify and save what they bring. `merge` shows it, after this step was committed."""
        step = Step()
        self.listener.hear(frames, step)
        return self._go_on(step)

    def take_bag(self, whole: Whole, found: "list[Record] | str") -> Step:
        """Take in what an errand found in a checkpoint. `merge` shows it, after this step was committed."""
        step = Step()
        self.listener.take_bag(whole, found, step)
        return self._go_on(step)

    def put_bag(self, mailbox: MailboxId, parts: Sequence[Record]) -> Step:
        """Send the parts of a checkpoint, which an errand made, to the mailbox for which it was made."""
        self.passage.put_bag(mailbox, parts)
        step = Step()
        self._push(step)
        return step

    def _go_on(self, step: Step) -> Step:
        """Judge what came, and do what is to be done then."""
        self._take(step)
        self.passage.steer(step)
        if self.line.caught_up:
            self._catch_up(step)
        self._push(step)
        return step

    # Foreign records

    def _take(self, step: Step) -> None:
        """Judge what came."""
        # Copies with different signatures are kept apart: one may prove what another does not.
        fresh: dict[tuple[RecordId, bytes], Record] = {}
        arrived, self.listener.arrived = self.listener.arrived, []
        for arrival in arrived:
            record = arrival.record
            self._show(arrival, step)
            copy = record.id, record.signature
            if copy not in fresh and record not in self.inbox.chains:
                fresh[copy] = record
                if arrival.mailbox is not None:
                    self._found_at[record.id] = arrival.mailbox, arrival.position
                self.writer.keep(record, arrival.position if arrival.is_target else 0, step, own=False)
        self._judge(fresh, step)
        bags, self.listener.bags = self.listener.bags, []
        for mailbox, bag in bags:
            self._show_bag(mailbox, bag, step)

    def _show(self, arrival: Arrival, step: Step) -> None:
        """Note where a record was seen: in the log that is written to, it has arrived."""
        record = arrival.record
        if arrival.is_target and self.crossing.awaits(record.id) and self.inbox.is_signed(record):
            self.crossing.show(record.id)
        if record == self.unsettled.copy(record.id):
            if arrival.is_target:
                self.listener.confirm(record.id, step)
            else:
                step.note += self.unsettled.show(record.id)

    def _show_bag(self, mailbox: MailboxId, bag: Sequence[Record], step: Step) -> None:
        step.save += self.passage.bag(mailbox)
        if mailbox != self.crossing.mailbox:
            return
        for record in collecting.shown(bag, self.inbox.key_of):
            self.crossing.show(record)
            self.listener.confirm(record, step)

    def _judge(self, fresh: Mapping[tuple[RecordId, bytes], Record], step: Step) -> None:
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
            self.beacon.owed |= record.header.device != self.identity.device and record.header.kind != Kind.BEACON
            here = contradicted(self.passage.cursors, record.header.seen, self._found_at.pop(record.id, None))
            if here is not None:
                self.evidence.against_record(record, here, step)
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
            for record in in_order(pending):
                self.apply(record, step)
            self.settle(step)
            if self.library.is_life_lost:
                # Its actor's next change would be a second one in the place of the first that fell.
                self._live_anew("what this device wrote does not stand", step)
            elif self.line.caught_up:
                # Not before: until then nobody knows what the log has shown.
                mend(self.mending, self.library, self.writer, step)
                self._push(step)
        except PoisonedError as error:
            return Step(tell=[Rebuild(str(error))])
        return step

    @property
    def is_merged(self) -> bool:
        """Whether everything that was saved has been applied."""
        return not self._pending

    def settle(self, step: Step) -> None:
        """Decide what stands where an author forked, once for all that came.

        Raises:
            PoisonedError: If everything must be rebuilt.
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
            PoisonedError: If everything must be rebuilt.
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

    def await_proof(self, record: RecordId, mailbox: MailboxId, position: int) -> None:
        """Remember where in a log a record stood that nothing proves yet."""
        self._found_at[record] = mailbox, position

    # After the end of the log, and after its loss

    def _catch_up(self, step: Step) -> None:
        """The log was read to its end: what it lacks of this device goes out, or is made anew."""
        if not self._was_caught_up and self.unsettled.is_stale(self.life):
            self._was_caught_up = True
            step.save += self.unsettled.recall(self.mending.origins)
            step.tell.append(Rebuild("what was not sent is made anew"))
            return
        if self.crossing.is_due and self.passage.is_whole:
            step.save += self.crossing.end()
            for key, record in self.unsettled.give_back():
                self.writer.queue(record, key, SHOWN_BEFORE, step)
        if not self._was_caught_up:
            self._was_caught_up = True
            step.tell.append(CaughtUp())

    # Looking

    def view(self, document: DocumentId, path: Path = ()) -> Value:
        """Return what stands at a path of a document, as plain values.

        Raises:
            UsageError: If nothing stands there, or this is no document's id.
        """
        check_document(document)
        return self.library.view(document, path)

    def said(self, document: DocumentId, path: Path) -> tuple[tuple[PersonId, str], ...]:
        """Return the text at a path, cut where it is another person's: each character is its author's.

        Nobody can write under another's name, so nobody can put words into another's mouth; who copies or replaces
        somebody's words makes them their own.

        Raises:
            UsageError: If no text stands there, or this is no document's id.
        """
        check_document(document)
        return self.library.said(document, path, self.inbox.members.person_of)

    def touched(self, document: DocumentId, since: Collection[ChangeHash] = ()) -> Touched:
        """Tell under which keys at its root a document may show something else than when it had some heads.

        Args:
            document: Which one.
            since: Its heads as of an earlier look (`Touched.heads`), in this life of the engine or another.

        Raises:
            UsageError: If this is no document's id.
        """
        check_document(document)
        return self.library.touched(document, since)

    def close(self) -> Step:
        """Nothing is being applied any more: the fuse may go."""
        return Step(save=[Row(FUSE, b"", None)])

    def status(self) -> Status:
        """Answer why something is not synced."""
        parked: Counter[str] = Counter({reason.value: count for reason, count in self.inbox.parked().items()})
        # Set aside and not thrown away, since a later cut may free it; to people it does not count.
        held = self.holding.reasons + Counter({Parked.REMOVED.value: parked.pop(Parked.REMOVED.value, 0)})
        if self.library.waiting:
            parked[Parked.CAUSE.value] += self.library.waiting
        unsent = self._unsent()
        return Status(
            connected=self.line.up,
            caught_up=self.line.caught_up,
            waiting=len(self.outbox) if unsent == self.unsettled.waiting else len(unsent),
            waiting_bytes=self.outbox.size,
            refused=self.outbox.refused or self.passage.refused,
            read=self.cursor.position,
            parked=parked,
            held=held,
            disputed=self.evidence.count,
            elsewhere=len(self.elsewhere),
            forks=len(self.inbox.chains.forks),
            stuck=self.passage.is_stuck,
            apart=self.passage.meetings.apart,
            lost=self.library.lost,
            renewed=len(self.mending.renewed),
            items=tuple(Item(record.header.document, record.header.sequence) for record in unsent),
            lacking=self.crossing.lacking,
            ended=self.inbox.members.split,
            removed=self.identity.device in self.inbox.members.cuts,
            leaving=self.leaving.payload is not None,
            own={device: self.sightings.behind(device, self.cursor.seen) for device in self._own_others()},
        )

    def _unsent(self) -> tuple[Verified, ...]:
        """What the log has not shown; the end of the space is told by closing it, and no log ever shows that."""
        waiting = self.unsettled.waiting
        if not self.inbox.members.split or self.crossing.mailbox not in self.passage.settled:
            return waiting
        return tuple(record for record in waiting if record.header.kind != Kind.OPERATION)

    def _own_others(self) -> frozenset[DeviceId]:
        members, device = self.inbox.members, self.identity.device
        return members.devices(members.person(device)) - {device} if device in members.active else frozenset()
