"""The ring, composed: edit → document → record → envelope → outbox → log → inbox → guard → document → view.

Every input returns one `Step`. The rows are the truth; what is in memory is rebuilt from them by `loading.load`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from troth import envelope, guard
from troth import record as records
from troth.crypto import NONCE_BYTES, Signer
from troth.cursor import Cursor
from troth.document import PoisonedError, UnappliedError
from troth.edits import Edit, Path, Value
from troth.folding import fold
from troth.follower import Follower, advice
from troth.identity import Identity
from troth.inbox import Inbox, Judged, Parked
from troth.joining import Invitation, Request, Welcome, add_device
from troth.journal import write_edits
from troth.library import Library
from troth.outbox import Outbox
from troth.ports import Entropy
from troth.record import Kind, Record, Verified
from troth.scribe import Scribe
from troth.status import Status
from troth.step import (
    CaughtUp,
    Changed,
    Disputed,
    Elsewhere,
    HangUp,
    Held,
    Offline,
    Rebuild,
    RefusedEdit,
    RefusedPush,
    Row,
    Step,
)
from troth.unsettled import NO_EDITS, RECORDS, SHOWN_BEFORE, Unsettled
from troth_wire import codec, messages
from troth_wire.errors import MalformedError, RemoteError, VersionError
from troth_wire.ids import ChangeHash, DocumentId, EnvelopeId, Incarnation, RecordId
from troth_wire.limits import (
    HELD_BYTES_MAX,
)
from troth_wire.log import envelope_id
from troth_wire.messages import Deliver, Message, Refuse, Stored

__all__ = ["Engine", "Group"]

IDENTITY: Final = "identity"
LIFE: Final = "life"
HELD: Final = "held"
FUSE: Final = "fuse"
EVIDENCE: Final = "evidence"
REOFFER: Final = "reoffer"
BLOWN: Final = "blown"

RETRY_S: Final = 60
"""How long what was refused waits where the relay names no time, as for a full mailbox: each try costs its bytes."""


@dataclass(frozen=True, slots=True)
class Group:
    """Edits of one document that a caller wants applied as a whole, under a ticket to hear about them by."""

    ticket: int
    document: DocumentId
    edits: tuple[Edit, ...]


@dataclass
class Engine:
    """One device's end of one space. `troth.loading` makes it from the store's rows."""

    identity: Identity
    life: Incarnation
    entropy: Entropy
    inbox: Inbox
    library: Library
    cursor: Cursor
    scribe: Scribe
    unsettled: Unsettled
    follower: Follower
    arrivals: int = 0
    """Records that were ever saved; the next row key."""
    remembered: set[RecordId] = field(default_factory=set)
    """Own records that this vault wrote."""
    held: Counter[str] = field(default_factory=Counter)
    held_bytes: int = 0
    disputed: int = 0
    elsewhere: set[RecordId] = field(default_factory=set)
    _found_at: dict[RecordId, int] = field(default_factory=dict)
    _pending: list[Verified] = field(default_factory=list)
    _was_caught_up: bool = False
    _retry_in_s: int | None = None
    _retry_at_s: float | None = None

    @property
    def outbox(self) -> Outbox:
        """What waits for the relay."""
        return self.unsettled.outbox

    # Own writing

    def edit(self, groups: Sequence[Group]) -> Step:
        """Apply edits, and make one change and one record of all that go to one document.

        A group that can not be applied is refused as a whole (`RefusedEdit`); the others stand.
        """
        step = Step()
        try:
            for document in dict.fromkeys(group.document for group in groups):
                self._edit(document, [group for group in groups if group.document == document], step)
        except PoisonedError as error:
            return Step(tell=[Rebuild(str(error))])
        self._push(step)
        return step

    def _edit(self, document: DocumentId, groups: Sequence[Group], step: Step) -> None:
        folded = [fold(group.edits) for group in groups]
        made = self.library.edit(document, folded)
        step.tell += [RefusedEdit(groups[number].ticket, error) for number, error in made.refused.items()]
        accepted = tuple(edit for number, edits in enumerate(folded) if number not in made.refused for edit in edits)
        for number, share in enumerate(records.share_out(made.changes)):
            payload = codec.pack(share)
            changes = tuple(map(guard.change_hash, share))
            # The edits stand beside the first of their records: made anew, they make all of them anew.
            journal = write_edits(accepted if number == 0 else ())
            self._write(Kind.CHANGES, payload, step, document=document, changes=changes, journal=journal)
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
        record = self._write(Kind.OPERATION, payload, step)
        self._push(step)
        return step, Welcome(identity.genesis, record)

    def _write(
        self,
        kind: Kind,
        payload: bytes,
        step: Step,
        *,
        document: DocumentId | None = None,
        changes: tuple[ChangeHash, ...] = (),
        journal: bytes = NO_EDITS,
    ) -> Verified:
        """Sign a record, seal it, and queue it."""
        record = self.scribe.write(kind, payload, document=document, changes=changes)
        self.remembered.add(record.id)
        key = self._keep(record, 0, step, own=True)
        self._queue(record, key, journal, step)
        return record

    def _queue(self, record: Verified, key: bytes, journal: bytes, step: Step) -> None:
        sealed = envelope.seal(record, self.identity.epoch, self.entropy(NONCE_BYTES))
        step.save += self.unsettled.add(record, key, sealed, journal)

    def _keep(self, record: Record, position: int, step: Step, *, own: bool) -> bytes:
        """Save a record under the next row key."""
        self.arrivals += 1
        key = self.arrivals.to_bytes(8, "big")
        step.save.append(Row(RECORDS, key, codec.pack([own, position, record.encode()])))
        return key

    def _push(self, step: Step) -> None:
        if self.follower.caught_up and self._retry_in_s is None and self._retry_at_s is None:
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
        self._retry_in_s = self._retry_at_s = None
        return Step(tell=[Offline()])

    def tick(self, now_s: float) -> Step:
        """Time has passed; only what the relay asked to wait for depends on it.

        Args:
            now_s: A monotonic clock.
        """
        step = Step()
        if self._retry_in_s is not None:
            self._retry_at_s, self._retry_in_s = now_s + self._retry_in_s, None
        if self._retry_at_s is not None and now_s >= self._retry_at_s:
            self._retry_at_s = None
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
                self._retry_in_s = retry_after_s or RETRY_S
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
            self._hold_envelope(identity, sealed, position, f"waits for a newer version: {error}", step)
        except RemoteError as error:
            self._hold_envelope(identity, sealed, position, str(error), step)
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
                self._keep(record, position, step, own=False)
        if not fresh:
            return
        judged = self.inbox.take(fresh.values())
        self._note(judged, step)
        self._pending += judged.carriers
        if judged.carriers:
            step.save.append(Row(FUSE, b"", codec.pack([record.id for record in self._pending])))

    def _note(self, judged: Judged, step: Step) -> None:
        """Look at what verified records say of the log and of this device."""
        for identity, why in judged.held:
            self.hold(identity, why, step)
        for record in judged.verified:
            found_at = self._found_at.pop(record.id, None)
            seen = record.header.seen
            if seen is not None and self.cursor.contradicts(seen, found_at or None):
                self._dispute(record, step)
            if record.header.device == self.identity.device and record.id not in self.remembered:
                self._meet_oneself(record, step)

    def _meet_oneself(self, record: Verified, step: Step) -> None:
        """A record with this device's signature that its vault does not remember."""
        self.elsewhere.add(record.id)
        step.tell.append(Elsewhere(record.id))
        if record.header.incarnation == self.life:
            # Two stores live the same life; from here on this one lives another.
            self.life = Incarnation(self.entropy(16))
            step.save.append(Row(LIFE, b"", self.life))
            step.tell.append(Rebuild("this device's vault was restored or copied"))

    def merge(self) -> Step:
        """Apply what `receive` verified and saved.

        A `Rebuild` in the step means that the document is spoiled; the saved fuse tells the next load what to suspect.
        """
        step = Step()
        pending, self._pending = self._pending, []
        try:
            for record in pending:
                self.apply(record, step)
        except (PoisonedError, UnappliedError) as error:
            return Step(tell=[Rebuild(str(error))])
        return step

    def apply(self, record: Verified, step: Step) -> None:
        """Bring the changes of a verified record into their document, or hold them with a reason.

        Raises:
            PoisonedError, UnappliedError: If everything must be rebuilt.
        """
        try:
            document, parcels = self.library.unpack(record)
        except MalformedError as error:
            self.hold(record.id, str(error), step)
            return
        new, refused = self.library.take(document, parcels)
        for identity, reason in refused:
            self.hold(identity, reason.value, step)
        if new and Changed(document, local=False) not in step.tell:
            step.tell.append(Changed(document, local=False))

    def hold(self, _record: RecordId, why: str, step: Step) -> None:
        """Count something that does not count; the record itself is kept among the records."""
        self.held[why] += 1
        step.tell.append(Held(why))

    def _hold_envelope(self, identity: EnvelopeId, sealed: bytes, position: int, why: str, step: Step) -> None:
        kept = sealed if self.held_bytes + len(sealed) <= HELD_BYTES_MAX else b""
        self.held_bytes += len(kept)
        step.save.append(Row(HELD, identity, codec.pack([why, position, kept])))
        self.held[why] += 1
        step.tell.append(Held(why))

    def await_proof(self, record: RecordId, position: int) -> None:
        """Remember where in the log a record stood that nothing proves yet."""
        self._found_at[record] = position

    def rewrite(self, kind: Kind, payload: bytes, step: Step) -> None:
        """Sign and queue a payload again that an earlier life never sent."""
        self._write(kind, payload, step)

    # Disputes, and going on after them

    def _dispute(self, record: Verified, step: Step) -> None:
        self.disputed += 1
        seen = self.cursor.seen
        assert seen is not None, "a contradiction needs a log that was read"
        here = [seen.lineage, seen.position, seen.running]
        step.save.append(Row(EVIDENCE, record.id, codec.pack(["record", here, record.encode()])))
        step.tell.append(Disputed(record.header.device))

    def _dispute_relay(self, step: Step) -> None:
        """The relay's log is not the one that was read: keep proof, read the new one, and offer it what it lacks."""
        before, self.follower.disputed = self.follower.disputed, None
        assert before is not None, "only called for a dispute"
        self.disputed += 1
        proof = codec.pack(["relay", [before.lineage, before.position, before.running], None])
        step.save.append(Row(EVIDENCE, before.lineage + before.position.to_bytes(8, "big"), proof))
        step.save.append(Row(REOFFER, self.cursor.mailbox, b""))
        step.tell += [Disputed(None), Rebuild("the relay shows another log")]

    def _catch_up(self, step: Step) -> None:
        """The log was read to its end: what it lacks of this device goes out, or is made anew."""
        self._was_caught_up = True
        if self.unsettled.is_stale(self.life):
            step.save += self.unsettled.recall()
            step.tell.append(Rebuild("what was not sent is made anew"))
            return
        if self.unsettled.lacking:
            step.save.append(Row(REOFFER, self.cursor.mailbox, None))
        for key, record in self.unsettled.give_back():
            self._queue(record, key, SHOWN_BEFORE, step)
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
            held=self.held,
            disputed=self.disputed,
            elsewhere=len(self.elsewhere),
            forks=len(self.inbox.chains.forks),
        )
