"""The accepted changes of a document, told by what each operation makes and where: nine bytes for an operation.

Operations stand in three arrays, in the order in which they came; the root stands first. That order is nobody's
business: what a change may refer to is asked by actor and counter, within the horizon of that change.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Final, NamedTuple

from troth.guard.change import MAKE_MAP, Change
from troth.guard.portion import Extent, Portion
from troth.guard.reasons import Refused, UnfitError
from troth_wire.errors import MalformedError
from troth_wire.ids import ActorId, ChangeHash

__all__ = ["Accepted", "Horizon", "Past"]

ROOT: Final = 0


class Horizon(NamedTuple):
    """The causal past of a change: how far into each actor's sequence it reaches, and its largest operation."""

    reach: tuple[int, ...]
    """By number of actor; what it says of the author may be too little, and `own` is right."""
    author: int
    """The author's number; one more than there are, if this is its first change."""
    own: int
    last_op: int


class Accepted(NamedTuple):
    """The verdict on a change that may be applied, and where each of its operations stands."""

    change: Change
    horizon: Horizon
    first: int
    """The place of its first operation in the past that it was judged against."""
    kinds: bytearray
    """What each operation does, as an action."""
    objects: "array[int]"
    """The operation that made the object that it is in."""
    slots: "array[int]"
    """The map key's number, or the insertion of the list element."""
    keys: tuple[str, ...]
    """Map keys that the past had none of."""

    @property
    def hash(self) -> ChangeHash:
        """The hash of the change."""
        return self.change.hash


@dataclass(slots=True)
class _Stream:
    """The changes of one actor, in the order of its sequence."""

    starts: "array[int]" = field(default_factory=lambda: array("I"))
    lasts: "array[int]" = field(default_factory=lambda: array("I"))
    firsts: "array[int]" = field(default_factory=lambda: array("I"))
    hashes: list[ChangeHash] = field(default_factory=list)

    def add(self, change: ChangeHash, start: int, last: int, first: int) -> None:
        self.starts.append(start)
        self.lasts.append(last)
        self.firsts.append(first)
        self.hashes.append(change)

    def copy(self) -> "_Stream":
        return _Stream(self.starts[:], self.lasts[:], self.firsts[:], self.hashes[:])


class Past:
    """Every change of a document that has been accepted; one for each place in an actor's sequence."""

    def __init__(self) -> None:
        self.kinds = bytearray((MAKE_MAP,))
        self.objects = array("I", (ROOT,))
        self.slots = array("I", (0,))
        self.keys: dict[str, int] = {}
        self.heads: set[ChangeHash] = set()
        """The changes that no other one here builds on."""
        self._actors: dict[ActorId, int] = {}
        self._streams: list[_Stream] = []
        # The changes in the order in which they came, and of each, by its number, what makes its horizon.
        self._numbers: dict[ChangeHash, int] = {}
        self._reaches: list[tuple[int, ...]] = []
        self._authors = array("I")
        self._owns = array("I")

    def __contains__(self, change: ChangeHash) -> bool:
        return change in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[ChangeHash]:
        """Yield the changes in the order in which they came."""
        return iter(self._numbers)

    @property
    def extent(self) -> Extent:
        """How much it holds."""
        return Extent(len(self._numbers), len(self.kinds), len(self._streams), len(self.keys))

    def is_by(self, change: ChangeHash, actor: ActorId) -> bool:
        """Tell whether a change is here, and by this actor."""
        number = self._numbers.get(change)
        return number is not None and self._authors[number] == self._actors.get(actor)

    def standing(self, actor: ActorId, sequence: int) -> ChangeHash | None:
        """Return the change that stands in a place of an actor's sequence."""
        author = self._actors.get(actor)
        if author is None or not 1 <= sequence <= len(self._streams[author].hashes):
            return None
        return self._streams[author].hashes[sequence - 1]

    def missing(self, change: Change) -> frozenset[ChangeHash]:
        """Return the dependencies that are not here."""
        return frozenset([dependency for dependency in change.dependencies if dependency not in self._numbers])

    def horizon(self, change: Change) -> Horizon:
        """Return the causal past of a change whose dependencies are all here."""
        author = self._actors.get(change.actor, len(self._actors))
        causes = [self._horizon(dependency) for dependency in change.dependencies]
        if len(causes) == 1 and causes[0].author == author:
            return causes[0]
        reach = list(map(max, zip_longest(*(_full(cause) for cause in causes), fillvalue=0))) if causes else []
        own = reach[author] if author < len(reach) else 0
        return Horizon(tuple(reach), author, own, max([cause.last_op for cause in causes], default=0))

    def number(self, actor: ActorId) -> int:
        """Return an actor's number; one that nobody reaches, if no change here is by this actor."""
        return self._actors.get(actor, len(self._actors) + 1)

    def find(self, actor: int, counter: int, horizon: Horizon) -> int:
        """Return the place of an operation within a horizon.

        Raises:
            UnfitError: If there is none.
        """
        return self.stretch(actor, counter, horizon)[0]

    def stretch(self, actor: int, counter: int, horizon: Horizon) -> tuple[int, int]:
        """Return the place of an operation within a horizon, and how many of its change stand from there on.

        Raises:
            UnfitError: If there is none.
        """
        reach = horizon.own if actor == horizon.author else self._reach(actor, horizon)
        if reach:
            stream = self._streams[actor]
            at = bisect_right(stream.starts, counter, 0, reach) - 1
            if at >= 0 and counter <= stream.lasts[at]:
                return stream.firsts[at] + counter - stream.starts[at], stream.lasts[at] - counter + 1
        raise UnfitError(Refused.REFERENCE)

    def holds_elements(self, thing: int, place: int, count: int) -> bool:
        """Tell whether so many operations from a place on each inserted an element into a list or text."""
        objects, slots = self.objects[place : place + count], self.slots[place : place + count]
        return objects == array("I", (thing,)) * count and slots == array("I", range(place, place + count))

    def beyond(self, changes: Iterable[ChangeHash]) -> Iterator[range]:
        """Yield the places of the operations that are in none of some changes that are here, nor before one of them."""
        reach = [max(far) for far in zip_longest(*(_full(self._horizon(change)) for change in changes), fillvalue=0)]
        for author, stream in enumerate(self._streams):
            known = reach[author] if author < len(reach) else 0
            for first, start, last in zip(
                stream.firsts[known:], stream.starts[known:], stream.lasts[known:], strict=True
            ):
                yield range(first, first + last - start + 1)

    def add(self, accepted: Accepted) -> None:
        """Make an accepted change part of the past, before anything else is."""
        change, before = accepted.change, accepted.horizon
        assert accepted.first == len(self.kinds), "something was added since the change was judged"
        assert self.standing(change.actor, change.sequence) is None, "another change stands in this place"
        if before.author == len(self._streams):
            self._actors[change.actor] = before.author
            self._streams.append(_Stream())
        self._note(change.hash, before.reach, before.author, change.sequence)
        self.heads.difference_update(change.dependencies)
        self.heads.add(change.hash)
        self._streams[before.author].add(change.hash, change.start_op, change.max_op, accepted.first)
        self.kinds += accepted.kinds
        self.objects.extend(accepted.objects)
        self.slots.extend(accepted.slots)
        for key in accepted.keys:
            self.keys[key] = len(self.keys)

    def portion(self, since: Extent) -> Portion:
        """Return what was added after it held so much."""
        hashes, authors = tuple(islice(self._numbers, since.changes, None)), self._authors[since.changes :]
        reaches = {reach: number for number, reach in enumerate(dict.fromkeys(self._reaches[since.changes :]))}
        places = [
            (self._streams[author], own - 1) for author, own in zip(authors, self._owns[since.changes :], strict=True)
        ]
        return Portion(
            since,
            tuple(islice(self._actors, since.actors, None)),
            tuple(islice(self.keys, since.keys, None)),
            tuple(sorted(self.heads)),
            hashes,
            authors,
            array("I", [stream.starts[place] for stream, place in places]),
            array("I", [stream.lasts[place] - stream.starts[place] + 1 for stream, place in places]),
            tuple(reaches),
            array("I", [reaches[reach] for reach in self._reaches[since.changes :]]),
            bytes(self.kinds[since.operations :]),
            self.objects[since.operations :],
            self.slots[since.operations :],
        )

    def extend(self, portion: Portion) -> None:
        """Take up a portion again that another past of the same extent gave.

        Raises:
            MalformedError: If it goes on from another extent.
        """
        if portion.since != self.extent:
            raise MalformedError("a portion of another past")
        first = len(self.kinds)
        for actor in portion.actors:
            self._actors[actor] = len(self._streams)
            self._streams.append(_Stream())
        columns = portion.hashes, portion.authors, portion.starts, portion.counts, portion.reached
        for change, author, start, count, reached in zip(*columns, strict=True):
            stream, last = self._streams[author], start + count - 1
            stream.add(change, start, last, first)
            self._note(change, portion.reaches[reached], author, len(stream.hashes))
            first += count
        self.heads = set(portion.heads)
        self.kinds += portion.kinds
        self.objects.extend(portion.objects)
        self.slots.extend(portion.slots)
        self.keys |= {key: number for number, key in enumerate(portion.keys, len(self.keys))}

    def copy(self) -> "Past":
        """Return a past that goes on by itself."""
        twin = Past()
        twin.kinds, twin.objects, twin.slots = self.kinds[:], self.objects[:], self.slots[:]
        twin.keys, twin._actors, twin._numbers = dict(self.keys), dict(self._actors), dict(self._numbers)
        twin._reaches, twin._authors, twin._owns = self._reaches[:], self._authors[:], self._owns[:]
        twin.heads = set(self.heads)
        twin._streams = [stream.copy() for stream in self._streams]
        return twin

    def _note(self, change: ChangeHash, reach: tuple[int, ...], author: int, own: int) -> None:
        self._numbers[change] = len(self._numbers)
        self._reaches.append(reach)
        self._authors.append(author)
        self._owns.append(own)

    def _horizon(self, change: ChangeHash) -> Horizon:
        """Return how far a change that is here reaches, itself included."""
        number = self._numbers[change]
        author, own = self._authors[number], self._owns[number]
        return Horizon(self._reaches[number], author, own, self._streams[author].lasts[own - 1])

    @staticmethod
    def _reach(actor: int, horizon: Horizon) -> int:
        return horizon.reach[actor] if actor < len(horizon.reach) else 0


def _full(cause: Horizon) -> Iterable[int]:
    """Return how far a change reaches when it is a cause: itself included."""
    reach = list(cause.reach)
    reach += [0] * (cause.author + 1 - len(reach))
    reach[cause.author] = cause.own
    return reach
