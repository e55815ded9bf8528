"""Who stands where, given a set of authorised operations: a pure function of the set (specs/membership.md, Void).

Any set will do that holds the past of each of its members: the whole log, or the past of one operation, so the same
rules say what is so now and what was so where somebody signed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from troth.ancestry import Ancestry, Entry, bits_in
from troth.genesis import Genesis
from troth.operations import OperationKind
from troth_wire.ids import DeviceId, MailboxId, OperationId, PersonId
from troth_wire.limits import PERSON_DEVICES_MAX
from troth_wire.said import Said

__all__ = ["Current", "Standing", "Void", "chosen_removal", "founding", "stand", "step"]


CONFIRMING: Final = frozenset({OperationKind.DEVICE_ADD, OperationKind.DEVICE_REKEY, OperationKind.DEVICE_CONFIRM})
"""What confirms the device that it is about, where a confirmed device signed it."""


class Void(Enum):
    """Why an operation that was authorised has no effect all the same."""

    STRUCK = Said("it came after the point where recovery words cut its author off")
    AUTHOR = Said("the device that signed it was itself never rightly added")
    REMOVED = Said("its author was being removed, or replaced, at the same time")
    FORKED = Said("its author's operations branch, as after a copy of its store")
    TAKEN = Said("these keys are somebody else's already, or have another use")
    FULL = Said("the person has as many devices as there may be")
    UNCONFIRMED = Said("the device that signed it is not confirmed itself")


@dataclass(frozen=True, slots=True)
class Current:
    """The epoch that all who belong may read, and nobody else."""

    operation: OperationId
    generation: int
    mailbox: MailboxId


@dataclass(frozen=True, slots=True)
class Standing:
    """What a set of operations gives."""

    among: int
    """The set."""
    active: Mapping[DeviceId, PersonId]
    """The devices that may write, and whose they are."""
    words: Mapping[PersonId, DeviceId]
    """The recovery words in force."""
    confirmed: frozenset[DeviceId]
    """The devices whose commitments count, removed ones too."""
    highest: int
    """The highest generation that counts."""
    current: Current | None
    void: Mapping[int, Void] = field(default_factory=dict)
    struck: int = 0
    split: bool = False

    def recipients(self) -> frozenset[DeviceId]:
        """Return who may read: the active devices, and the words in force."""
        return frozenset([*self.active, *self.words.values()])


def founding(genesis: Genesis) -> Standing:
    """Return the standing of no operations."""
    current = Current(OperationId(genesis.space), 0, genesis.epoch.mailbox)
    founders = {card.device: PersonId(card.device) for card in genesis.founders}
    return Standing(0, founders, {}, frozenset(founders), 0, current)


def stand(log: Ancestry, genesis: Genesis, among: int) -> Standing:
    """Judge a set of operations from nothing."""
    struck = _struck(log, among)
    live = among & ~struck
    grants = _judge_grants(log, genesis, live)
    active, void = grants.active(), grants.void
    words = {person: found for person in log.word_sets if (found := _words(log, person, live, void))}
    highest, current = _epoch(log, genesis, among, live, frozenset([*active, *words.values()]))
    void |= dict.fromkeys(bits_in(struck), Void.STRUCK)
    confirmed = grants.confirmed()
    return Standing(among, active, words, confirmed, highest, current, void, struck, bool(log.splits & live))


def step(log: Ancestry, genesis: Genesis, before: Standing, entry: Entry) -> Standing | None:
    """Return what follows where one more operation stands on all the others; None where that takes a whole judgement.

    Nothing is concurrent with it, so it voids nothing, unless there is a fork that it may shield or words that strike.
    """
    if before.void or before.struck or log.forked or entry.by_words or entry.past != before.among:
        return None
    active, words, card = dict(before.active), dict(before.words), entry.operation.card
    active.pop(entry.victim or DeviceId(b""), None)
    if entry.operation.kind == OperationKind.RECOVERY_SET:
        words[entry.person] = entry.operation.newcomer.device
    elif card is not None:
        active[card.device] = entry.person
    confirmed = before.confirmed
    if entry.operation.kind in CONFIRMING and entry.operation.author in confirmed:
        confirmed |= {entry.operation.confirmed or entry.operation.newcomer.device}
    among = before.among | 1 << entry.number
    highest, current = _epoch(log, genesis, among, among, frozenset([*active, *words.values()]))
    split = before.split or entry.operation.kind == OperationKind.SPLIT
    return Standing(among, active, words, confirmed, highest, current, split=split)


def _struck(log: Ancestry, among: int) -> int:
    """Return what recovery words took away for good, the elder words first: what they strike strikes no more."""
    struck = accepted = 0
    for entry in sorted((log.entries[number] for number in bits_in(log.final & among)), key=lambda e: _age(log, e)):
        if not struck >> entry.number & 1:
            accepted |= 1 << entry.number
            signed = log.by_author.get(entry.victim or DeviceId(b""), 0) & among
            struck |= signed & ~log.below(entry, among) & ~_roots(log, entry)
            struck = _cascade(log, among, struck & ~accepted) & ~accepted
    return struck


def _roots(log: Ancestry, removal: Entry) -> int:
    """Return what made the words that signed a removal, and its past: words never strike what they stem from."""
    made = log.known.get(removal.operation.author, 0) & removal.past
    roots = made
    for number in bits_in(made):
        roots |= log.entries[number].past
    return roots


def _age(log: Ancestry, removal: Entry) -> tuple[int, int, OperationId]:
    made = log.known.get(removal.operation.author, 0) & removal.past
    elder = min(log.entries[number].past.bit_count() for number in bits_in(made))
    return elder, removal.past.bit_count(), removal.operation.id


def _cascade(log: Ancestry, among: int, struck: int) -> int:
    """Strike also what was signed by whom only struck operations introduced."""
    for number in bits_in(among & ~struck):
        entry = log.entries[number]
        made = log.seats.get((entry.operation.author, entry.person), 0) & entry.past
        if made and not made & ~struck:
            struck |= 1 << number
    return struck


class _Grants:
    """Judges every grant of a set, those with a shorter past first, so authors before what they sign."""

    def __init__(self, log: Ancestry, genesis: Genesis, live: int, forked: int) -> None:
        self._log = log
        self._live = live
        self.seats = {card.device: (PersonId(card.device), False) for card in genesis.founders}
        """Whose every rightly introduced card is, and whether it is recovery words."""
        self.void: dict[int, Void] = {}
        self._founders = frozenset(self.seats)
        self._good = 0
        self._sure = 0
        """What confirms the device that it is about."""
        self._taken = {PersonId(founder): int(not self._is_removed(founder)) for founder in self._founders}
        self._forked = forked
        for _, _, number in log.grants:
            if live >> number & 1:
                self._judge(log.entries[number])

    def active(self) -> dict[DeviceId, PersonId]:
        """Return the devices that are rightly introduced and not removed."""
        return {
            device: person
            for device, (person, are_words) in self.seats.items()
            if not are_words and not self._is_removed(device)
        }

    def confirmed(self) -> frozenset[DeviceId]:
        """Return the devices that are confirmed for those whose they are."""
        confirms = self._log.confirmations
        return self._founders.union(
            device
            for device, (person, are_words) in self.seats.items()
            if not are_words and confirms.get((device, person), 0) & self._sure
        )

    def vouches(self, entry: Entry) -> bool:
        """Whether the author of a removal was rightly introduced, and is not removed itself."""
        author = entry.operation.author
        seats = self._log.seats.get((author, entry.person), 0) & entry.past
        return not self._is_removed(author) and (author in self._founders or bool(seats & self._good))

    def _is_removed(self, device: DeviceId) -> bool:
        return bool(self._log.removals.get(device, 0) & self._live)

    def _judge(self, entry: Entry) -> None:
        if entry.operation.kind == OperationKind.DEVICE_CONFIRM:
            self._judge_confirming(entry)
        else:
            self._judge_introducing(entry)

    def _judge_confirming(self, entry: Entry) -> None:
        why = self._why_void(entry)
        if why is None and not (entry.by_words or self._is_sure(entry)):
            why = Void.UNCONFIRMED
        if why is not None:
            self.void[entry.number] = why
        else:
            self._sure |= 1 << entry.number

    def _is_sure(self, entry: Entry) -> bool:
        """Whether the device that signed something was confirmed by what it knew, as far as that stands."""
        author = entry.operation.author
        confirms = self._log.confirmations.get((author, entry.person), 0) & entry.past
        return author in self._founders or bool(confirms & self._sure)

    def _judge_introducing(self, entry: Entry) -> None:
        device = entry.operation.newcomer.device
        seat = entry.person, entry.operation.kind == OperationKind.RECOVERY_SET
        needs_room = not (seat[1] or device in self.seats or self._is_removed(device))
        why = self._why_void(entry)
        if why is None and self.seats.get(device, seat) != seat:
            why = Void.TAKEN
        if why is None and needs_room and self._taken[entry.person] >= PERSON_DEVICES_MAX:
            why = Void.FULL
        if why is not None:
            self.void[entry.number] = why
            return
        self._taken[entry.person] += needs_room
        self._good |= 1 << entry.number
        self._sure |= (not seat[1] and self._is_sure(entry)) << entry.number
        self.seats[device] = seat

    def _why_void(self, entry: Entry) -> Void | None:
        author, bit = entry.operation.author, 1 << entry.number
        seats = self._log.seats.get((author, entry.person), 0) & entry.past
        if author not in self._founders and not seats & self._good:
            return Void.AUTHOR
        removals = self._log.removals.get(author, 0) & self._live & ~entry.past & ~bit
        if any(not self._log.entries[number].follows(entry.number) for number in bits_in(removals)):
            return Void.REMOVED
        if entry.by_words and self._is_replaced(entry, seats):
            return Void.REMOVED
        # Words are never voided by a fork: whoever holds old words could else undo that they were replaced.
        forked = self._forked & bit and entry.operation.kind != OperationKind.RECOVERY_SET
        return Void.FORKED if forked else None

    def _is_replaced(self, entry: Entry, seats: int) -> bool:
        """Whether other words took the place of the ones that signed this, and neither knew of the other."""
        others = self._log.word_sets.get(entry.person, 0) & self._live & ~entry.past & ~(1 << entry.number)
        found = (self._log.entries[number] for number in bits_in(others))
        return any(other.past & seats and not other.follows(entry.number) for other in found)


def _judge_grants(log: Ancestry, genesis: Genesis, live: int) -> _Grants:
    """Judge what grants, first as if no cut shielded from a fork: who vouches for a cut must stand without it."""
    forked = _forked(log, live) if log.forked else 0
    grants = _Grants(log, genesis, live, forked)
    shield = 0
    for author in log.forked if forked else ():
        for number in bits_in(log.removals.get(author, 0) & live):
            if grants.vouches(log.entries[number]):
                shield |= log.below(log.entries[number], live)
    return _Grants(log, genesis, live, forked & ~shield) if forked & shield else grants


def _forked(log: Ancestry, live: int) -> int:
    """Return what stands on or after a branching of its author's operations, and nobody else built on."""
    found = 0
    for author in log.forked:
        own = log.chain_of(author) & live
        found |= own & ~_trunk(log, own)
    for person, signed in log.by_person.items() if found else ():
        for number in bits_in(signed & live):
            found &= ~(log.entries[number].past & ~log.by_person[person])
    return found


def _trunk(log: Ancestry, own: int) -> int:
    """Return an author's operations before the first branching; all of them, if there is none."""
    depths = sorted(((log.entries[number].past & own).bit_count(), number) for number in bits_in(own))
    trunk = 0
    for place, (depth, number) in enumerate(depths):
        alone = place + 1 == len(depths) or depths[place + 1][0] != depth
        if depth != place or not alone:
            break
        trunk |= 1 << number
    return trunk


def _words(log: Ancestry, person: PersonId, live: int, void: Mapping[int, Void]) -> DeviceId | None:
    """Return the words in force: those that no later ones replace, of several the ones with the smallest id."""
    sets = [log.entries[number] for number in bits_in(log.word_sets.get(person, 0) & live) if number not in void]
    last = [entry for entry in sets if not any(other.follows(entry.number) for other in sets)]
    if not last:
        return None
    return min(last, key=lambda entry: entry.operation.id).operation.newcomer.device


def chosen_removal(log: Ancestry, device: DeviceId, live: int) -> Entry | None:
    """Return the removal whose cut counts: by recovery words if there is one, else the one with the smallest id."""
    removals = log.removals.get(device, 0) & live
    found = [log.entries[number] for number in bits_in(removals & log.final or removals)]
    return min(found, key=lambda entry: entry.operation.id, default=None)


def _epoch(
    log: Ancestry, genesis: Genesis, among: int, live: int, recipients: frozenset[DeviceId]
) -> tuple[int, Current | None]:
    """Return the highest generation, and the epoch of that generation which exactly these may read."""
    highest: int | None = None
    for entry in _epochs(log, live):
        epoch = entry.operation.epoch
        assert epoch is not None, "only what announces an epoch is among the epochs"
        if highest is not None and epoch.generation < highest:
            break
        highest = epoch.generation
        if _readers(log, epoch.wraps.keys(), epoch.mailbox, among) == recipients:
            return highest, Current(entry.operation.id, highest, epoch.mailbox)
    if highest is not None:
        return highest, None
    first = genesis.epoch
    whole = _readers(log, first.wraps.keys(), first.mailbox, among) == recipients
    return 0, Current(OperationId(genesis.space), 0, first.mailbox) if whole else None


def _epochs(log: Ancestry, live: int) -> Iterator[Entry]:
    """Return the valid epochs, the highest generation first, without a removed author's beyond its cut."""
    for _, _, number in log.rotations:
        if live >> number & 1:
            entry = log.entries[number]
            removal = chosen_removal(log, entry.operation.author, live)
            if removal is None or log.below(removal, live) >> number & 1:
                yield entry


def _readers(log: Ancestry, wrapped: Iterable[DeviceId], mailbox: MailboxId, among: int) -> set[DeviceId]:
    """Return who may read an epoch: those it was wrapped for, and newcomers it was shared with, void or not."""
    found = set(wrapped)
    for number in bits_in(log.shares.get(mailbox, 0) & among):
        found.add(log.entries[number].operation.newcomer.device)
    return found
