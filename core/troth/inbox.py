"""What comes out of the log: who wrote it, whether they belong, what must wait, and what does not count.

Nothing here raises at a hostile record, and nothing is thrown away: it is parked or held with its reason.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from troth.chain import Chains
from troth.cuts import Cut
from troth.epochs import Announcement
from troth.genesis import Genesis
from troth.keys import Card
from troth.membership import Members
from troth.operations import Operation, OperationKind
from troth.record import Kind, Record, Verified, is_signed
from troth.roll import Roll
from troth_wire.errors import MalformedError, RemoteError, UsageError, VersionError
from troth_wire.ids import DeviceId, DocumentId, Incarnation, MailboxId, OperationId, RecordId
from troth_wire.limits import DEVICE_DOCUMENTS_MAX, DEVICE_INCARNATIONS_MAX
from troth_wire.said import Said

__all__ = ["Inbox", "Judged", "Parked"]

TOO_OFTEN: Final = Said("its device has started over more often than is counted")
NOWHERE: Final = Said("not written, since it would count nowhere: {why}")
NO_OPERATION: Final = Said("not an operation: {why}")
TOO_MANY: Final = Said("more documents than one device may write in")


class Parked(Enum):
    """Why a record can not be judged yet."""

    AUTHOR = Said("its author is not known here yet")
    SIGNATURE = Said("nothing proves yet who wrote it")
    HEADS = Said("it builds on a membership operation that has not arrived")
    KIND = Said("it needs a newer version")
    CAUSE = Said("it builds on a change that has not arrived")
    REMOVED = Said("its device was removed")
    WEAK = Said("recovery words write nothing")


@dataclass(slots=True)
class Judged:
    """What became of some records: those whose changes are ready for a document, and those that do not count."""

    carriers: list[Verified] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)
    held: list[tuple[RecordId, str]] = field(default_factory=list)
    beyond: list[Verified] = field(default_factory=list)
    """Changes beyond a cut: no part of a document, unless one that counts has them in its past."""
    recut: bool = False
    """Whether another record of a removed device counts now than before, so that documents are made anew."""


class Inbox:
    """Records of a space, their authors, and the membership that they make."""

    def __init__(self, genesis: Genesis, own: Card | None = None) -> None:
        """Begin with what a space began with.

        Args:
            genesis: Of the space.
            own: This device, which knows its own key also before it has read that it was added.
        """
        self._own = own
        self.chains = Chains()
        self._roll = Roll(genesis)
        self._headless: list[Verified] = []
        self._newer: list[Verified] = []
        self._beyond: list[Verified] = []
        self._came = 0
        self._carriers: dict[tuple[OperationId, bytes], Verified] = {}
        # By signature, since a spoiled copy of an operation has the same id.
        self._knowledge: defaultdict[DeviceId, int] = defaultdict(int)
        self.members: Members = self._roll.members()

    def parked(self) -> Counter[Parked]:
        """Count what can not be judged yet, by reason."""
        unproven = self.chains.parked
        strangers = sum(record.header.device not in self.members.cards for record in unproven)
        weak = sum(record.header.device in self.members.weak for record in self._beyond)
        counts = {
            Parked.AUTHOR: strangers,
            Parked.SIGNATURE: len(unproven) - strangers,
            Parked.HEADS: len(self._headless),
            Parked.KIND: len(self._newer),
            Parked.REMOVED: len(self._beyond) - weak,
            Parked.WEAK: weak,
        }
        return Counter({reason: count for reason, count in counts.items() if count})

    @property
    def beyond(self) -> tuple[Verified, ...]:
        """What is set aside as beyond a cut, for a document that is made anew."""
        return tuple(self._beyond)

    def why_uncounted(self, device: DeviceId, life: Incarnation, document: DocumentId) -> str | None:
        """Say why nobody would count what a device writes now; None if it counts, as far as is known here."""
        if self.chains.rank(device, life) >= DEVICE_INCARNATIONS_MAX:
            return TOO_OFTEN
        return TOO_MANY if self.chains.rank_document(device, document) >= DEVICE_DOCUMENTS_MAX else None

    def add_own(self, record: Verified) -> None:
        """Take in a record that this device has just signed."""
        self.chains.add_own(record)
        if record.header.kind == Kind.OPERATION:
            self._enroll(record)
            self._refresh()

    def check_own(self, device: DeviceId, payload: bytes) -> None:
        """Check an operation before it is written, on heads that are known here.

        Raises:
            UsageError: If it would count nowhere.
        """
        why = self._roll.refusal(Operation.parse(self.members.space, device, payload))
        if why is not None:
            raise UsageError(NOWHERE.format(why=why.value))

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All that is authorised, parents before children."""
        return self._roll.beyond(0)

    def unknown_to(self, device: DeviceId) -> list[Verified]:
        """Return the records of operations of which nothing that a device wrote shows that it knows them."""
        return self._carried(self._news_to(device))

    def is_news_to(self, device: DeviceId, newcomer: DeviceId) -> bool:
        """Tell whether nothing that a device wrote shows that it knows what let another one in."""
        cards = (operation.card for operation in self._news_to(device))
        return any(card is not None and card.device == newcomer for card in cards)

    def _news_to(self, device: DeviceId) -> Iterable[Operation]:
        return self._roll.beyond(self._knowledge[device] | self._roll.signed_by(device))

    def since(self, mailbox: MailboxId, first: OperationId | None) -> list[Verified]:
        """Return the records of operations that lead on from a mailbox, parents before children.

        Args:
            mailbox: Of an epoch.
            first: An operation that stands before all others.
        """
        return self._carried(sorted(self._roll.since(mailbox), key=lambda operation: operation.id != first))

    def leads(self, nearest: Collection[DeviceId]) -> tuple[tuple[OperationId, Announcement], ...]:
        """Return the epochs of operations that wait for a parent (`Roll.leads`)."""
        return self._roll.leads(nearest)

    def announced_by(self, device: DeviceId) -> set[MailboxId]:
        """Return the mailboxes of the epochs in a device's own operations."""
        own = {identity for (identity, _), letter in self._carriers.items() if letter.header.device == device}
        return {announced.mailbox for identity, announced in self.members.announced if identity in own}

    def is_cheap(self, letter: Record, device: DeviceId) -> bool:
        """Tell whether an operation cost its author nothing, and comes from the other person than a device's."""
        persons = self.members.person_of
        try:
            kind = Operation.of(letter).kind
        except RemoteError:
            # It is judged like any other, and takes the room of what costs something.
            return False
        return kind == OperationKind.EPOCH and persons.get(device) != persons.get(letter.header.device)

    def take(self, arrived: Iterable[Record]) -> Judged:
        """Judge records in the order of the log, and again whatever waited for what they bring."""
        judged, cuts = Judged(), self.members.cuts
        waiting: list[Record] = list(arrived)
        while True:
            proven = self.chains.settle(waiting, self.key_of)
            judged.verified += proven
            for record in proven:
                self._place(record, judged)
            known = self.members.cards
            if not self._refresh():
                break
            headless, self._headless = self._headless, []
            for record in headless:
                self._place(record, judged)
            # Whoever became known may have written what is parked; for all others nothing changed.
            waiting = [record for record in self.chains.parked if record.header.device not in known]
        self._sift(judged, cuts)
        judged.recut = cuts != self.members.cuts
        return judged

    def _sift(self, judged: Judged, cuts: Mapping[DeviceId, Cut]) -> None:
        """Set aside what is beyond a cut, now that all the cuts are known that came with it.

        Args:
            judged: What came.
            cuts: Those before; as long as they are the same, nothing that was set aside is looked at again.
        """
        arrived, judged.carriers, judged.beyond = judged.carriers, [], []
        for record in arrived:
            (judged.beyond if self._is_beyond(record) else judged.carriers).append(record)
        if self.members.cuts != cuts:
            released = [record for record in self._beyond if not self._is_beyond(record)]
            judged.carriers = released + judged.carriers
            self._beyond = [record for record in self._beyond if self._is_beyond(record)]
        self._beyond += judged.beyond

    def _is_beyond(self, record: Verified) -> bool:
        """Whether its place is beyond a cut. In branches of one life the chain decides, and the library looks at it."""
        header, cut = record.header, self.members.cuts.get(record.header.device)
        if cut is None:
            return False
        tips = (tip for tip in cut.tips if tip.incarnation == header.incarnation)
        return not any(header.sequence < tip.sequence or record.id == tip.record for tip in tips)

    def _refresh(self) -> bool:
        """Bring the members up to date; tell whether that changed anything."""
        if self._roll.came == self._came:
            return False
        self._came = self._roll.came
        self.members = self._roll.members()
        return True

    def key_of(self, device: DeviceId) -> bytes | None:
        """Return the everyday key of a device, if it was ever introduced or is this one."""
        own = self._own if self._own is not None and self._own.device == device else None
        card = self.members.cards.get(device, own)
        return card.everyday if card else None

    def is_signed(self, record: Record) -> bool:
        """Tell whether this very copy proves by itself who wrote it: a spoiled one is no use to who reads it alone."""
        key = self.key_of(record.header.device)
        return key is not None and is_signed(record, key)

    def _place(self, record: Verified, judged: Judged) -> None:
        header = record.header
        if self._roll.refuses(header.heads):
            judged.held.append((record.id, Said("it builds on a membership operation that does not count")))
        elif not self._roll.knows(header.heads):
            self._headless.append(record)
        elif self.chains.rank(header.device, header.incarnation) >= DEVICE_INCARNATIONS_MAX:
            judged.held.append((record.id, TOO_OFTEN))
        else:
            self._knowledge[header.device] |= self._roll.past(header.heads)
            self._place_payload(record, judged)

    def _place_payload(self, record: Verified, judged: Judged) -> None:
        header = record.header
        if header.kind == Kind.CHANGES:
            self._place_changes(record, judged)
        elif header.kind == Kind.OPERATION:
            self._place_operation(record, judged)
        elif header.kind != Kind.BEACON:
            self._newer.append(record)

    def _place_changes(self, record: Verified, judged: Judged) -> None:
        header = record.header
        assert header.document is not None, "records of changes name their document"
        if self.chains.rank_document(header.device, header.document) >= DEVICE_DOCUMENTS_MAX:
            judged.held.append((record.id, TOO_MANY))
        elif self._roll.was_removed(header.device, header.heads):
            judged.held.append((record.id, Said("its device knew that it had been removed")))
        else:
            judged.carriers.append(record)

    def _place_operation(self, record: Verified, judged: Judged) -> None:
        try:
            self._enroll(record)
        except VersionError:
            self._newer.append(record)
        except MalformedError as error:
            judged.held.append((record.id, NO_OPERATION.format(why=error)))

    def _enroll(self, record: Verified) -> None:
        operation = Operation.of(record)
        self._carriers.setdefault((operation.id, operation.signature), record)
        self._roll.add(operation)

    def _carried(self, operations: Iterable[Operation]) -> list[Verified]:
        return [self._carriers[operation.id, operation.signature] for operation in operations]
