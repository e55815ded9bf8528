"""Which changes stand where an author wrote two for one place: a pure function of the set (specs/document.md, Forks).

Neither the order of arrival nor how the set is partitioned matters; the cost is in proportion to the set, however
many forks are in it.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from heapq import heappop, heappush
from typing import NamedTuple

from troth_wire.ids import ActorId, ChangeHash, DeviceId, PersonId

__all__ = ["Author", "Fate", "Known", "Outcome", "settle"]

Place = tuple[ActorId, int]
Rank = tuple[bool, bool, bool, ChangeHash]
Names = dict[ChangeHash, "frozenset[Author]"]


class Known(NamedTuple):
    """What the rule knows of a change that a verified record of its author carries."""

    hash: ChangeHash
    actor: ActorId
    sequence: int
    dependencies: tuple[ChangeHash, ...]
    beyond: bool = False
    """Whether every record that carries it is beyond the cut of its author."""


class Author(NamedTuple):
    """Who writes under an actor."""

    device: DeviceId
    person: PersonId


class Fate(Enum):
    """What becomes of a change."""

    STANDS = "it is in the document"
    LOST = "another change stands in its place, or in that of one it builds on"
    REFUSED = "the guard refuses it"
    WAITS = "it builds on a change that is missing or refused"
    DISOWNED = "it is beyond a cut, and nothing that is not builds on it"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands, causes before effects, and what became of every change.

    Attributes:
        stands: The changes that make the document.
        fates: The fate of each known change.
        borrowed: Those that stand beyond a cut and that no device of their person names: they count for no state.
        knotted: Whether places waited for one another in a ring, which only forks of two actors can make.
    """

    stands: tuple[ChangeHash, ...]
    fates: Mapping[ChangeHash, Fate]
    borrowed: frozenset[ChangeHash]
    knotted: bool


def _anything(_: ChangeHash) -> bool:
    return True


def settle(
    known: Iterable[Known],
    authors: Mapping[ActorId, Author],
    accepts: Callable[[ChangeHash], bool] = _anything,
) -> Outcome:
    """Decide what stands.

    Args:
        known: Every change of a document, in any order, each once. One without all its causes waits.
        authors: Who writes under each actor.
        accepts: The guard's verdict on a change; asked only where all its causes stand, and at once taken for
            standing if it is yes.
    """
    whole, orphans = _in_order(known)
    names, kept = _read_back(whole, authors)
    sweep = _Sweep([change for change in whole if change.hash in kept], _Ranks(names, authors), accepts)
    sweep.run()
    fates = dict.fromkeys(orphans, Fate.WAITS)
    fates |= {change.hash: sweep.fates.get(change.hash, Fate.DISOWNED) for change in whole}
    beyond = [change for change in whole if change.beyond and fates[change.hash] is Fate.STANDS]
    borrowed = frozenset(change.hash for change in beyond if not sweep.ranks.is_adopted(change))
    return Outcome(tuple(sweep.stands), fates, borrowed, sweep.knotted)


def _in_order(known: Iterable[Known]) -> tuple[list[Known], list[ChangeHash]]:
    """Return changes whose causes are all here, causes first, and the hashes of the others."""
    changes = {change.hash: change for change in known}
    effects = _effects(changes.values())
    missing = {change.hash: len(set(change.dependencies)) for change in changes.values()}
    whole = [change for change in changes.values() if not change.dependencies]
    for change in whole:
        for effect in effects.get(change.hash, ()):
            missing[effect.hash] -= 1
            if not missing[effect.hash]:
                whole.append(effect)
    return whole, [change for change, count in missing.items() if count]


def _effects(changes: Iterable[Known]) -> dict[ChangeHash, list[Known]]:
    effects: dict[ChangeHash, list[Known]] = defaultdict(list)
    for change in changes:
        for cause in set(change.dependencies):
            effects[cause].append(change)
    return effects


def _read_back(whole: list[Known], authors: Mapping[ActorId, Author]) -> tuple[Names, set[ChangeHash]]:
    """Return which devices name each change, and which changes are not beyond a cut or in the past of such a one.

    A device names what it has in the past of a change that is not beyond a cut.
    """
    names: Names = defaultdict(frozenset)
    kept: set[ChangeHash] = set()
    alone = {actor: frozenset((author,)) for actor, author in authors.items()}
    for change in reversed(whole):
        naming = names[change.hash]
        if not change.beyond:
            kept.add(change.hash)
            naming |= alone[change.actor]
        for cause in change.dependencies:
            names[cause] |= naming
        if change.hash in kept:
            kept.update(change.dependencies)
    return names, kept


class _Ranks:
    """The order among the changes of one place: the smallest stands."""

    def __init__(self, names: Names, authors: Mapping[ActorId, Author]) -> None:
        self._names = names
        self._authors = authors

    def of(self, change: Known) -> Rank:
        """Return where a change stands among its rivals, who all have one author and so one cut."""
        device, person = self._authors[change.actor]
        naming = self._names[change.hash]
        others = any(author.person != person for author in naming)
        own = any(author.person == person and author.device != device for author in naming)
        return change.beyond, not others, not own, change.hash

    def is_adopted(self, change: Known) -> bool:
        """Whether a device of the same person names it."""
        person = self._authors[change.actor].person
        return any(author.person == person for author in self._names[change.hash])


class _Sweep:
    """Decides place after place, each as soon as it is known of all its changes whether their causes stand."""

    def __init__(self, changes: list[Known], ranks: _Ranks, accepts: Callable[[ChangeHash], bool]) -> None:
        self.ranks = ranks
        self.fates: dict[ChangeHash, Fate] = {}
        self.stands: list[ChangeHash] = []
        self.knotted = False
        self._accepts = accepts
        self._changes = changes
        self._effects = _effects(changes)
        self._undecided = {change.hash: len(set(change.dependencies)) for change in changes}
        self._coming = Counter((change.actor, change.sequence) for change in changes)
        self._ready: dict[Place, list[Known]] = defaultdict(list)
        self._ripe = deque(change for change in changes if not change.dependencies)
        self._stuck: list[tuple[Rank, Place]] = []
        self._rivals: dict[Place, list[Known]] = defaultdict(list)
        for change in changes:
            if self._coming[change.actor, change.sequence] > 1:
                self._rivals[change.actor, change.sequence].append(change)

    def run(self) -> None:
        """Decide everything."""
        while True:
            while self._ripe:
                self._ripen(self._ripe.popleft())
            if len(self.fates) == len(self._changes):
                break
            self._cut_knot()
        self._say_why()

    def _ripen(self, change: Known) -> None:
        """Take up a change of which it is known that all its causes stand, or that one fell."""
        if change.hash in self.fates:
            return
        place = change.actor, change.sequence
        self._coming[place] -= 1
        if self._undecided[change.hash] or not all(self.fates[cause] is Fate.STANDS for cause in change.dependencies):
            self._close(change, Fate.WAITS)
        else:
            self._ready[place].append(change)
            if self._coming[place]:
                heappush(self._stuck, (self.ranks.of(change), place))
        if not self._coming[place]:
            self._decide(place)

    def _decide(self, place: Place) -> bool:
        """Let the first in order that the guard accepts stand, and the others fall; tell whether one stands."""
        ready = self._ready.pop(place, [])
        if len(ready) > 1:
            ready.sort(key=self.ranks.of)
        taken = False
        for change in ready:
            if taken:
                self._close(change, Fate.LOST)
                continue
            taken = self._accepts(change.hash)
            self._close(change, Fate.STANDS if taken else Fate.REFUSED)
        return taken

    def _cut_knot(self) -> None:
        """Where places wait for one another, the best that is ready decides its place without those that are not."""
        self.knotted = True
        _, place = heappop(self._stuck)
        if self._decide(place):
            for rival in self._rivals[place]:
                if rival.hash not in self.fates:
                    self._close(rival, Fate.LOST)

    def _close(self, change: Known, fate: Fate) -> None:
        self.fates[change.hash] = fate
        if fate is Fate.STANDS:
            self.stands.append(change.hash)
        for effect in self._effects.get(change.hash, ()):
            self._undecided[effect.hash] -= 1
            if fate is not Fate.STANDS or not self._undecided[effect.hash]:
                self._ripe.append(effect)

    def _say_why(self) -> None:
        """Of what fell with a cause, say whether that was lost or refused: lost, where it was one of each."""
        for change in self._changes:
            if any(self.fates[cause] is Fate.LOST for cause in change.dependencies):
                self.fates[change.hash] = Fate.LOST
