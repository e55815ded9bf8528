"""Whether a record is complete: every device numbers its entries, and each names the one before it.

A number that is missing or stands twice puts commitments on hold, and nothing else; whoever hides an entry can lower
what is agreed by it and never raise it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from troth_couple.entry import Entry
from troth_couple.roster import Cut, EntryId, Tail
from troth_wire.ids import DeviceId, Incarnation, PersonId

__all__ = ["Chain", "Gap", "Hold"]


class Gap(Enum):
    """Why what a person agreed to is on hold."""

    MISSING = "an entry is missing"
    FORK = "two entries stand in one place"
    NEWER = "an entry needs a newer version"


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason for commitments to be on hold."""

    why: Gap
    person: PersonId | None
    entries: tuple[EntryId, ...]
    """Where it shows: what stands beside the gap, in the fork, or can not be read."""


@dataclass(slots=True)
class Chain:
    """The entries of one life of one device, by number."""

    device: DeviceId
    incarnation: Incarnation
    person: PersonId
    _places: dict[int, Entry] = field(default_factory=dict)
    """What came first of each number."""
    _others: dict[int, list[Entry]] = field(default_factory=dict)
    """What else stands in its place, in a fork."""
    _complete: int = 0
    """All places up to this one hold a single entry, each naming the one before."""
    _highest: int = 0
    _forked: int | None = None

    def add(self, entry: Entry) -> None:
        """Take in an entry that is its device's own."""
        self._highest = max(self._highest, entry.sequence)
        if self._places.setdefault(entry.sequence, entry) is not entry:
            self._others.setdefault(entry.sequence, []).append(entry)
            self._forked = min(self._forked or entry.sequence, entry.sequence)
        while self._complete < self._highest and self._follows(self._complete + 1):
            self._complete += 1

    def tail(self) -> Tail | None:
        """Return the last entry, which the device's next one names; in a fork the smaller hash."""
        if not self._highest:
            return None
        return Tail(self._highest, min(entry.id for entry in self._at(self._highest)))

    def hold(self, cut: Cut | None) -> Hold | None:
        """Return what is wrong with it, as far as its cut takes it in."""
        if cut is not None:
            return self._hold_below(cut.tails.get(self.incarnation))
        if self._forked is not None:
            return Hold(Gap.FORK, self.person, tuple(sorted(entry.id for entry in self._at(self._forked))))
        if self._complete < self._highest:
            after = min(number for number in self._places if number > self._complete)
            return Hold(Gap.MISSING, self.person, tuple(sorted(entry.id for entry in self._at(after))))
        return None

    def below(self, tail: Tail | None) -> frozenset[EntryId]:
        """Return the entries on the one way from the start to a tail, as far as they are here."""
        return frozenset(entry.id for entry in self._back(tail))

    def _hold_below(self, tail: Tail | None) -> Hold | None:
        way = list(self._back(tail))
        if tail is None or len(way) == tail.sequence:
            return None
        return Hold(Gap.MISSING, self.person, (tail.entry,))

    def _back(self, tail: Tail | None) -> Iterator[Entry]:
        wanted = tail and tail.entry
        for number in range(tail.sequence if tail else 0, 0, -1):
            found = next((entry for entry in self._at(number) if entry.id == wanted), None)
            if found is None:
                return
            yield found
            wanted = found.prev

    def _follows(self, number: int) -> bool:
        here = self._at(number)
        if len(here) != 1:
            return False
        return number == 1 or [here[0].prev] == [entry.id for entry in self._at(number - 1)]

    def _at(self, number: int) -> list[Entry]:
        first = self._places.get(number)
        return [] if first is None else [first, *self._others.get(number, ())]
