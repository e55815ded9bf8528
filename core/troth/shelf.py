"""One document with its past: judges each foreign change before the document sees it, and keeps what must wait.

Where an author forks, `settle` decides from the whole set which changes stand, and builds the document again if one
that it holds no longer does. As long as nobody forks, nothing is looked at twice.
What stands is known from the guard alone, so what it accepted may be put off until somebody looks at the document.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum

from troth import forks, guard
from troth.document import Document, Made
from troth.edits import Edit, Path, Value
from troth.forks import Author, Fate, Known
from troth.guard import Accepted, Past, Portion, Refused, Wait
from troth.retracing import Retraced, retrace
from troth.touched import Touched, touched
from troth_wire.ids import ActorId, ChangeHash, RecordId
from troth_wire.said import Said

__all__ = ["Fork", "Parcel", "Shelf"]


class Fork(Enum):
    """Why a change that the guard accepts may not stand: its author, or that of one it builds on, wrote two."""

    TAKEN = Said("another change of its author stands in its place")
    HANGS = Said("it builds on a change that does not stand")
    BEYOND = Said("its author was cut off before it")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A foreign change on its way into a document, and the record that a verified author put it in."""

    record: RecordId
    actor: ActorId
    named: ChangeHash
    raw: bytes
    beyond: bool = False
    """Whether that record is beyond a cut."""


class Shelf:
    """A document, the changes that it holds, those that do not stand, and those that wait for a cause."""

    def __init__(self, actor: ActorId) -> None:
        self.unsettled = False
        """Whether something came that may change what stands."""
        self.puts_off = False
        """Whether the document takes in what is accepted when somebody looks at it, and not at once."""
        self._put_off: deque[bytes] = deque()
        self._fresh: Callable[[], Document] = lambda: Document(actor)
        self._held = self._fresh()
        """The document without what was put off."""
        self._past = Past()
        self._waiting: dict[ChangeHash, list[Parcel]] = defaultdict(list)
        self._forked = False
        self._knotted = False
        self._known: dict[ChangeHash, Known] = {}
        """What does not stand; and what does, once there is a fork."""
        self._aside: dict[ChangeHash, bytes] = {}
        """What the guard did not refuse, and does not stand all the same."""
        self._refused: dict[ChangeHash, Refused] = {}
        self.lost: tuple[Known, ...] = ()
        """What does not stand because of a fork, each author's in order."""
        self.disowned = 0
        """How many changes are beyond a cut and in the past of none that is not."""
        self._written = self._past.extent
        """How much of the past is written down."""

    @property
    def waiting(self) -> int:
        """How many changes build on what is not here, or is refused."""
        orphans = sum(len(parcels) for parcels in self._waiting.values())
        return orphans + len(self._aside) - len(self.lost) - self.disowned

    @property
    def _document(self) -> Document:
        self.bring_in(len(self._put_off))
        return self._held

    def bring_in(self, changes_max: int) -> int:
        """Take so many changes that were put off into the document, or all; return how many are left.

        Raises:
            PoisonedError: If the document must be discarded; asked again, it says so again.
        """
        for _ in range(min(changes_max, len(self._put_off))):
            self._held.merge(self._put_off[0])
            self._put_off.popleft()
        return len(self._put_off)

    def recall(self, past: Past, raws: Iterable[bytes]) -> None:
        """Go on from a past that was written down, of a document in which nothing was taken in yet.

        Args:
            past: What was judged.
            raws: Its changes, in order.
        """
        self._past, self._written = past, past.extent
        self._put_off.extend(raws)

    def write_down(self, changes_min: int) -> Portion | None:
        """Return what was judged since this was asked last; nothing if it is less than so many changes, or in a fork.

        After a fork another order may stand, so there is nothing to go on from until the next start.
        """
        if self._forked or len(self._past) - self._written.changes < changes_min:
            return None
        portion, self._written = self._past.portion(self._written), self._past.extent
        return portion

    def edit(self, groups: Sequence[Sequence[Edit]]) -> Made:
        """Make own changes (see `Document.edit`)."""
        made = self._document.edit(groups)
        for change in made.read:
            verdict = guard.weigh(change, past=self._past, actor=change.actor)
            assert isinstance(verdict, Accepted), f"the guard refuses an own change: {verdict}"
            self._stand(verdict)
        return made

    def take(self, parcel: Parcel) -> list[tuple[Parcel, Refused | Fork | None]]:
        """Judge a change and apply it, and then those that waited for it; return those that are settled.

        Raises:
            PoisonedError: If the document must be discarded.
        """
        settled: list[tuple[Parcel, Refused | Fork | None]] = []
        ready = [parcel]
        while ready:
            parcel = ready.pop()
            verdict = self._judge(parcel)
            if isinstance(verdict, Wait):
                self._waiting[min(verdict.missing)].append(parcel)
                continue
            settled.append((parcel, verdict))
            if self._waiting and self.knows(parcel.named):
                ready += reversed(self._waiting.pop(parcel.named, []))
        return settled

    def settle(self, authors: Mapping[ActorId, Author]) -> tuple[Refused, ...]:
        """Decide what stands, and build the document again if what it holds no longer does.

        Args:
            authors: Who writes under each actor.

        Returns:
            Why changes are refused that nothing was known of before.

        Raises:
            PoisonedError: If the document must be discarded.
        """
        if not self.unsettled:
            return ()
        self.unsettled = False
        outcome = forks.settle(self._known.values(), authors, lambda change: change not in self._refused)
        self._note(outcome)
        if len(outcome.stands) == len(self._past) and all(change in self._past for change in outcome.stands):
            return ()
        return self._rebuild(authors)

    def doubt(self) -> None:
        """Whose a device is turned out otherwise, so what stands may change."""
        self.unsettled = self._forked

    def stands(self, change: ChangeHash) -> bool:
        """Tell whether the document holds a change."""
        return change in self._past

    def knows(self, change: ChangeHash) -> bool:
        """Tell whether a change is here, with all its causes."""
        return change in self._past or change in self._known

    def retrace(self, changes: Iterable[ChangeHash]) -> Iterator[Retraced]:
        """Yield, for changes that do not stand, what the document was before and after each."""
        return retrace(self._raws(), changes)

    def foresee(self, parcels: Iterable[Parcel], authors: Mapping[ActorId, Author]) -> tuple[bytes, list[bytes]]:
        """Return a saved document and the changes that `take` and `settle` would apply to it, in order; take none."""
        script = _Script(self._document)
        trial = copy(self)
        trial._held, trial._fresh, trial.puts_off = script, script.begin_again, False
        trial._past, trial._known = self._past.copy(), dict(self._known)
        trial._waiting = defaultdict(list, {cause: list(parcels) for cause, parcels in self._waiting.items()})
        trial._aside, trial._refused = dict(self._aside), dict(self._refused)
        for parcel in parcels:
            trial.take(parcel)
        trial.settle(authors)
        return script.base.save(), script.applied

    def view(self, path: Path) -> Value:
        """Return plain values (see `Document.view`)."""
        return self._document.view(path)

    def typed(self, path: Path) -> list[tuple[ActorId, str]]:
        """Return a text with who typed it (see `Document.typed`)."""
        return self._document.typed(path)

    def touched(self, since: Collection[ChangeHash]) -> Touched:
        """Tell where the document was written to since it had some heads."""
        return Touched(self.heads(), touched(self._past, since))

    def heads(self) -> frozenset[ChangeHash]:
        """Return the hashes of the latest changes."""
        return frozenset(self._past.heads)

    def save(self) -> bytes:
        """Return the document's saved form, for a probe."""
        return self._document.save()

    def _judge(self, parcel: Parcel) -> Refused | Wait | Fork | None:
        if guard.change_hash(parcel.raw) != parcel.named:
            return Refused.CHECKSUM
        change = guard.read(parcel.raw)
        if isinstance(change, Refused):
            return change
        if change.actor != parcel.actor:
            # Not remembered: its own author may bring it yet; and nobody else lifts what is here over its cut.
            return Refused.ACTOR
        if self.knows(parcel.named):
            return self._meet_again(parcel)
        missing = self._past.missing(change)
        if missing:
            missing = missing.difference(self._known)
            return Wait(missing) if missing else self._put_aside(change, parcel, Fork.HANGS)
        verdict = guard.weigh(change, past=self._past, actor=parcel.actor)
        assert not isinstance(verdict, Wait), "all its causes are here"
        if isinstance(verdict, Refused):
            self._known[change.hash] = _known(change, beyond=parcel.beyond)
            self._refused[change.hash] = verdict
            return verdict
        if parcel.beyond:
            return self._put_aside(change, parcel, Fork.BEYOND)
        if self._past.standing(parcel.actor, change.sequence):
            return self._put_aside(change, parcel, Fork.TAKEN)
        if self.puts_off:
            self._put_off.append(parcel.raw)
        else:
            self._document.merge(parcel.raw)
        self._stand(verdict)
        return None

    def _stand(self, verdict: Accepted) -> None:
        """Count a change that the document has taken in.

        It names what stands already and nothing else, so no fork is decided otherwise by it, unless in a knot.
        """
        self._past.add(verdict)
        if self._forked:
            self._known[verdict.hash] = _known(verdict.change)
            self.unsettled = self.unsettled or self._knotted

    def _put_aside(self, change: guard.Change, parcel: Parcel, why: Fork) -> Fork:
        """Keep a change that may not stand; what does, is decided when everything that came was looked at."""
        if why is not Fork.HANGS and not self._forked:
            self._forked = True
            readings = map(guard.read, self._document.changes())
            self._known |= {held.hash: _known(held) for held in readings if not isinstance(held, Refused)}
        self._known[change.hash] = _known(change, beyond=parcel.beyond)
        self._aside[change.hash] = parcel.raw
        self.unsettled = self.unsettled or self._forked
        return why

    def _meet_again(self, parcel: Parcel) -> Refused | None:
        """The same change in another record of its author; not beyond a cut, if one of them is not."""
        known = self._known.get(parcel.named)
        if known is not None and known.beyond and not parcel.beyond:
            self._known[parcel.named] = known._replace(beyond=False)
            self.unsettled = True
        return self._refused.get(parcel.named)

    def _note(self, outcome: forks.Outcome) -> None:
        lost = (self._known[change] for change, fate in outcome.fates.items() if fate is Fate.LOST)
        self.lost = tuple(sorted(lost, key=lambda change: (change.actor, change.sequence, change.hash)))
        self.disowned = sum(fate is Fate.DISOWNED for fate in outcome.fates.values())
        self._knotted = outcome.knotted

    def _raws(self) -> dict[ChangeHash, bytes]:
        return {guard.change_hash(raw): raw for raw in self._document.changes()} | self._aside

    def _rebuild(self, authors: Mapping[ActorId, Author]) -> tuple[Refused, ...]:
        """Begin with an empty document, and take in what stands, judged again on the way."""
        raws, past, before = self._raws(), Past(), len(self._refused)

        def accepts(candidate: ChangeHash) -> bool:
            if candidate in self._refused:
                return False
            change = guard.read(raws[candidate])
            assert isinstance(change, guard.Change), "it was read when it came"
            verdict = guard.weigh(change, past=past, actor=change.actor)
            if isinstance(verdict, Accepted):
                past.add(verdict)
                return True
            assert isinstance(verdict, Refused), "all its causes stand"
            self._refused[candidate] = verdict
            return False

        outcome = forks.settle(self._known.values(), authors, accepts)
        self._note(outcome)
        self._held, self._past = self._fresh(), past
        for change in outcome.stands:
            self._held.merge(raws[change])
        self._aside = {change: raw for change, raw in raws.items() if not (change in past or change in self._refused)}
        return tuple(self._refused.values())[before:]


class _Script(Document):
    """Stands in for a document where it is only asked what would be applied to it."""

    def __init__(self, base: Document) -> None:
        super().__init__(ActorId(bytes(16)))
        self.base = base
        self.applied: list[bytes] = []

    def merge(self, raw: bytes) -> None:
        self.applied.append(raw)

    def changes(self) -> tuple[bytes, ...]:
        return (*self.base.changes(), *self.applied)

    def begin_again(self) -> "_Script":
        self.base = Document(ActorId(bytes(16)))
        self.applied.clear()
        return self


def _known(change: guard.Change, *, beyond: bool = False) -> Known:
    return Known(change.hash, change.actor, change.sequence, change.dependencies, beyond)
