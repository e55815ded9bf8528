"""Operations by number, and what a set of them says: the rules of membership as far as rotation needs them.

Sets of operations and of devices are the bits of an integer. Who belongs is judged as on the page, without forks of a
chain, words that replace others, and bounds; which epoch is current is judged as on the page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

__all__ = ["GENESIS", "NONE", "Bits", "Book", "Device", "OpId", "Operation", "State", "bits", "members_of"]

Device = int
OpId = int
Bits = int

NONE: Final = -1
GENESIS: Final = 0


def bits(found: Iterable[int]) -> Bits:
    """Return a set of numbers."""
    made = 0
    for number in found:
        made |= 1 << number
    return made


@cache
def members_of(found: Bits) -> tuple[int, ...]:
    """Return the numbers in a set, ascending."""
    return tuple(number for number in range(found.bit_length()) if found >> number & 1)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; with recipients it embeds an epoch, whose mailbox has the operation's number."""

    kind: str
    author: Device
    past: Bits
    generation: int = 0
    recipients: Bits = 0
    spoiled: Bits = 0
    """Recipients whose wrap does not open."""
    subject: Device = NONE
    """Whom it adds or removes."""
    cut: Bits = 0
    """Of a removal: the victim's operations that are kept."""
    shared: OpId = NONE
    """Of an add: the epoch that stands and is given to the newcomer."""

    @property
    def newcomer(self) -> Device:
        """Whom it brings in."""
        return self.subject if self.kind in ("add", "rekey") else NONE

    @property
    def victim(self) -> Device:
        """Whom it removes: a rekey removes its author."""
        return self.author if self.kind == "rekey" else self.subject if self.kind == "revoke" else NONE


@dataclass(frozen=True, slots=True)
class State:
    """What a set of operations says."""

    active: Bits
    words: Bits
    top: int
    current: OpId
    ended: bool

    @property
    def readers(self) -> Bits:
        """Who may read."""
        return self.active | self.words


class Book:
    """Every operation that was ever thought of; a number is an identity, and breaks ties."""

    def __init__(self, founders: Bits, words: Bits = 0, *, first: Bits = 0) -> None:
        """Begin a space.

        Args:
            founders: Its first devices.
            words: Recovery words that are in force from the beginning.
            first: Whose identities are low, since whoever signs may try until they are.
        """
        self.founders, self.words = founders, words
        self._first = first
        self.operations = [Operation("genesis", NONE, 0, recipients=founders | words)]
        self._numbers = {self.operations[0]: GENESIS}
        self._states: dict[Bits, State] = {}
        self._counting: dict[OpId, bool] = {}

    def number(self, operation: Operation) -> OpId:
        """Return an operation's number."""
        if operation not in self._numbers:
            self._numbers[operation] = len(self.operations)
            self.operations.append(operation)
        return self._numbers[operation]

    def by(self, devices: Bits, known: Bits) -> Bits:
        """Return which of some operations these devices signed."""
        return self._where(known, lambda at: at.author >= 0 and bool(devices >> at.author & 1))

    def introduced(self, known: Bits) -> Bits:
        """Return every device, and words, that some operations speak of."""
        added = (self.operations[number].newcomer for number in members_of(known))
        return self.founders | self.words | bits(device for device in added if device != NONE)

    def holds(self, devices: Bits, epoch: OpId, known: Bits) -> bool:
        """Tell whether whoever has these devices' keys, and knows these operations, has an epoch's key."""
        at = self.operations[epoch]
        if at.recipients & ~at.spoiled & devices or (at.author != NONE and devices >> at.author & 1):
            return True
        return any(
            self.operations[n].shared == epoch and devices >> self.operations[n].subject & 1 for n in members_of(known)
        )

    def without(self, known: Bits, doubted: Bits) -> Bits:
        """Leave out some operations and all that has one of them in its past."""
        return bits(n for n in members_of(known & ~doubted) if not self.operations[n].past & doubted)

    def state(self, known: Bits) -> State:
        """Judge a set of operations that holds the past of each; the genesis is always among them."""
        known |= 1
        if known not in self._states:
            self._states[known] = self._judge(known)
        return self._states[known]

    def left_by(self, operation: Operation) -> Bits:
        """Return whom the epoch of an operation is for, by what it says itself of its past."""
        before = self.state(operation.past)
        gone, new = (bits([n] if n != NONE else []) for n in (operation.victim, operation.newcomer))
        return before.active & ~gone | new | before.words

    def counts(self, number: OpId) -> bool:
        """Tell whether an operation was authorised at its own heads."""
        if number not in self._counting:
            self._counting[number] = number == GENESIS or self._authorised(self.operations[number])
        return self._counting[number]

    def _authorised(self, at: Operation) -> bool:
        before = self.state(at.past)
        if before.words >> at.author & 1:
            return at.kind in ("add", "revoke")
        if not before.active >> at.author & 1 or (before.ended and at.kind in ("add", "rekey", "epoch")):
            return False
        return at.kind != "epoch" or self._follows(at)

    def _follows(self, at: Operation) -> bool:
        """Whether an epoch is valid at its own heads."""
        before = self.state(at.past)
        return (
            bool(at.recipients)
            and not before.ended
            and ((at.generation, at.recipients) == (before.top + 1, self.left_by(at)))
        )

    def _where(self, known: Bits, holds: Callable[[Operation], bool]) -> Bits:
        return bits(number for number in members_of(known) if holds(self.operations[number]))

    def _judge(self, known: Bits) -> State:
        counting = bits(number for number in members_of(known) if self.counts(number))
        live = counting & ~self._struck(counting)
        removals = self._where(live, lambda at: at.victim != NONE)
        gone = bits(self.operations[number].victim for number in members_of(removals))
        active = self._seated(live, removals) & ~gone
        ended = bool(self._where(live, lambda at: at.kind == "split"))
        top, current = self._epoch(counting, live, removals, active | self.words)
        return State(active, self.words, top, current, ended)

    def _concurrent(self, one: OpId, other: OpId) -> bool:
        past = self.operations[one].past, self.operations[other].past
        return one != other and not past[0] >> other & 1 and not past[1] >> one & 1

    def _made(self, author: Device, past: Bits) -> Bits:
        """What introduced an author, in a past; nothing for a founder."""
        return self._where(past, lambda at: at.newcomer == author)

    def _seated(self, live: Bits, removals: Bits) -> Bits:
        """Who is rightly introduced: no grant of one that is not, and none beside a removal of its author."""
        good, seats = 0, self.founders
        grants = members_of(self._where(live, lambda at: at.newcomer != NONE))
        for number in sorted(grants, key=lambda n: (self.operations[n].past.bit_count(), n)):
            at = self.operations[number]
            known = (self.founders | self.words) >> at.author & 1 or self._made(at.author, at.past) & good
            beside = (r for r in members_of(removals) if self.operations[r].victim == at.author)
            if known and not any(self._concurrent(r, number) for r in beside):
                good |= 1 << number
                seats |= 1 << at.newcomer
        return seats

    def _below(self, removal: OpId) -> Bits:
        """What is at or below the cut of a removal."""
        at = self.operations[removal]
        reached = at.cut | 1 << removal
        for number in members_of(at.cut):
            reached |= self.operations[number].past
        return reached

    def _struck(self, counting: Bits) -> Bits:
        """What recovery words took away for good."""
        struck = 0
        for removal in members_of(
            self._where(counting, lambda at: at.kind == "revoke" and bool(self.words >> at.author & 1))
        ):
            struck |= self.by(1 << self.operations[removal].victim, counting) & ~self._below(removal)
        grown = bool(struck)
        while grown:
            hangs = [
                number
                for number in members_of(counting & ~struck)
                if (made := self._made(self.operations[number].author, self.operations[number].past))
                and not made & ~struck
            ]
            struck |= bits(hangs)
            grown = bool(hangs)
        return struck

    def _epoch(self, counting: Bits, live: Bits, removals: Bits, belong: Bits) -> tuple[int, OpId]:
        """The highest generation, and the epoch of it that exactly these may read."""
        found = [n for n in members_of(live) if n == GENESIS or self._follows(self.operations[n])]
        valid = [n for n in found if not self._is_beyond(n, removals)]
        top = max(self.operations[number].generation for number in valid)
        fitting = [n for n in valid if self.operations[n].generation == top and self._readers(n, counting) == belong]
        return top, min(fitting, key=self._rank, default=NONE)

    def _is_beyond(self, number: OpId, removals: Bits) -> bool:
        author = self.operations[number].author
        found = [r for r in members_of(removals) if self.operations[r].victim == author]
        if not found:
            return False
        chosen = min(found, key=lambda r: (not self.words >> self.operations[r].author & 1, r))
        return not self._below(chosen) >> number & 1

    def _readers(self, epoch: OpId, counting: Bits) -> Bits:
        shares = self._where(counting, lambda at: at.shared == epoch and self.state(at.past).current == epoch)
        return self.operations[epoch].recipients | bits(self.operations[n].subject for n in members_of(shares))

    def _rank(self, number: OpId) -> tuple[bool, OpId]:
        author = self.operations[number].author
        return author == NONE or not self._first >> author & 1, number
