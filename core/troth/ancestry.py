"""Who came before whom: every authorised operation has a number, and its past is one integer with a bit for each.

Numbers are given as operations arrive and mean nothing to anybody else; parents always have smaller ones.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from troth.operations import Operation, OperationKind
from troth_wire.ids import DeviceId, MailboxId, OperationId, PersonId

__all__ = ["GRANTS", "INTRODUCING", "REMOVING", "Ancestry", "Entry", "bits_in"]

INTRODUCING: Final = frozenset({OperationKind.DEVICE_ADD, OperationKind.DEVICE_REKEY, OperationKind.RECOVERY_SET})
"""What brings a card in."""
GRANTS: Final = INTRODUCING | {OperationKind.DEVICE_CONFIRM}
"""What gives somebody more than they had."""
REMOVING: Final = frozenset({OperationKind.DEVICE_REVOKE, OperationKind.DEVICE_REKEY})


@dataclass(frozen=True, slots=True)
class Entry:
    """An authorised operation: its number, its past, and what was found when it was judged."""

    number: int
    operation: Operation
    person: PersonId
    past: int
    by_words: bool = False
    """Whether recovery words signed it."""
    rotates: bool = False
    """Whether its epoch was valid at its own heads."""
    shares: bool = False
    """Whether it gives the epoch that was current at its own heads to its newcomer."""

    @property
    def victim(self) -> DeviceId | None:
        """The device that it removes: a rekey removes its own author."""
        operation = self.operation
        return operation.author if operation.kind == OperationKind.DEVICE_REKEY else operation.victim

    def follows(self, number: int) -> bool:
        """Whether the operation of a number is in its past."""
        return bool(self.past >> number & 1)


def bits_in(bits: int) -> Iterator[int]:
    """Return the numbers in a set of bits, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@dataclass(slots=True)
class Ancestry:
    """The authorised operations that came, and where to find them by what they do. It only grows."""

    entries: list[Entry] = field(default_factory=list)
    numbers: dict[OperationId, int] = field(default_factory=dict)
    everyone: int = 0
    heads: int = 0
    by_author: defaultdict[DeviceId, int] = field(default_factory=lambda: defaultdict(int))
    by_person: defaultdict[PersonId, int] = field(default_factory=lambda: defaultdict(int))
    seats: defaultdict[tuple[DeviceId, PersonId], int] = field(default_factory=lambda: defaultdict(int))
    """What introduces a device, or recovery words, for a person."""
    known: defaultdict[DeviceId, int] = field(default_factory=lambda: defaultdict(int))
    """What introduces a device for anybody."""
    confirmations: defaultdict[tuple[DeviceId, PersonId], int] = field(default_factory=lambda: defaultdict(int))
    """What may confirm a device of a person: what introduces it as one, or says that it is in that person's hands."""
    removals: defaultdict[DeviceId, int] = field(default_factory=lambda: defaultdict(int))
    word_sets: defaultdict[PersonId, int] = field(default_factory=lambda: defaultdict(int))
    mailboxes: defaultdict[MailboxId, int] = field(default_factory=lambda: defaultdict(int))
    shares: defaultdict[MailboxId, int] = field(default_factory=lambda: defaultdict(int))
    final: int = 0
    """Removals that recovery words signed."""
    splits: int = 0
    epochs: int = 0
    """What the everyday key signed: it is no step of a chain, so that who holds that key alone can fork none."""
    forked: set[DeviceId] = field(default_factory=set)
    """Authors whose chain forks: with two operations of which neither is in the other's past."""
    grants: list[tuple[int, OperationId, int]] = field(default_factory=list)
    """Length of the past, id and number of what grants, ascending: parents before children everywhere."""
    rotations: list[tuple[int, OperationId, int]] = field(default_factory=list)
    """Minus the generation, id and number of valid epochs, ascending."""

    def past_of(self, operation: Operation) -> int:
        """Return the past of an operation whose parents are all here, or the genesis."""
        past = 0
        for parent in operation.parents:
            number = self.numbers.get(parent)
            if number is not None:
                past |= self.entries[number].past | 1 << number
        return past

    def chain_of(self, author: DeviceId) -> int:
        """Return what an author signed with its admin key."""
        return self.by_author.get(author, 0) & ~self.epochs

    def add(self, entry: Entry) -> None:
        """Take in what `authority` found authorised."""
        operation, bit = entry.operation, 1 << entry.number
        if operation.kind == OperationKind.EPOCH:
            self.epochs |= bit
        elif self.chain_of(operation.author) & ~entry.past:
            self.forked.add(operation.author)
        self.entries.append(entry)
        self.numbers[operation.id] = entry.number
        self.everyone |= bit
        self.heads = self.heads & ~entry.past | bit
        self.by_author[operation.author] |= bit
        self.by_person[entry.person] |= bit
        if operation.kind in GRANTS:
            insort(self.grants, (entry.past.bit_count(), operation.id, entry.number))
        if operation.kind in INTRODUCING:
            self._introduce(entry, bit)
        elif operation.confirmed is not None:
            self.confirmations[operation.confirmed, entry.person] |= bit
        if entry.victim is not None:
            self.removals[entry.victim] |= bit
            self.final |= bit if entry.by_words else 0
        if operation.kind == OperationKind.SPLIT:
            self.splits |= bit
        self._announce(entry, bit)

    def _introduce(self, entry: Entry, bit: int) -> None:
        operation, device = entry.operation, entry.operation.newcomer.device
        self.seats[device, entry.person] |= bit
        self.known[device] |= bit
        if operation.kind == OperationKind.RECOVERY_SET:
            self.word_sets[entry.person] |= bit
        else:
            self.confirmations[device, entry.person] |= bit

    def _announce(self, entry: Entry, bit: int) -> None:
        epoch = entry.operation.epoch
        if epoch is not None and entry.rotates:
            self.mailboxes[epoch.mailbox] |= bit
            insort(self.rotations, (-epoch.generation, entry.operation.id, entry.number))
        elif epoch is not None and entry.shares:
            self.shares[epoch.mailbox] |= bit

    def below(self, removal: Entry, among: int) -> int:
        """Return which of the victim's operations are not beyond a removal's cut; one that removes itself is not.

        Args:
            removal: What cuts.
            among: The set that is judged; what the cut names outside of it says nothing.
        """
        victim, cut = removal.victim, removal.operation.cut
        assert cut is not None, "only asked of what removes"
        reached = 1 << removal.number if removal.operation.author == victim else 0
        for named in cut.operations:
            number = self.numbers.get(named)
            if number is not None and among >> number & 1 and self.entries[number].operation.author == victim:
                reached |= self.entries[number].past | 1 << number
        return reached & among & self.by_author.get(victim or DeviceId(b""), 0)
