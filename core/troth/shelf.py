"""One document with its past: judges each foreign change before the document sees it, and keeps what must wait."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum

from troth import guard
from troth.document import Document, Made
from troth.edits import Edit, Path, Value
from troth.guard import Accepted, Past, Refused, Wait
from troth_wire.ids import ActorId, ChangeHash, RecordId

__all__ = ["Fork", "Parcel", "Shelf"]


class Fork(Enum):
    """Why a change that the guard accepts is held all the same: its author wrote two for one place."""

    TAKEN = "another change of its author stands in its place"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A foreign change on its way into a document, and the record that a verified author put it in."""

    record: RecordId
    actor: ActorId
    named: ChangeHash
    raw: bytes


class Shelf:
    """A document, the changes that it holds, and the ones that wait for a cause."""

    def __init__(self, actor: ActorId) -> None:
        self._document = Document(actor)
        self._merge: Callable[[bytes], None] = self._document.merge
        self._past = Past()
        self._waiting: dict[ChangeHash, list[Parcel]] = defaultdict(list)

    @property
    def waiting(self) -> tuple[Parcel, ...]:
        """Changes whose causes are not here."""
        return tuple(parcel for parcels in self._waiting.values() for parcel in parcels)

    def edit(self, groups: Sequence[Sequence[Edit]]) -> Made:
        """Make own changes (see `Document.edit`)."""
        made = self._document.edit(groups)
        for change in made.read:
            verdict = guard.weigh(change, past=self._past, actor=change.actor)
            assert isinstance(verdict, Accepted), f"the guard refuses an own change: {verdict}"
            self._past.add(verdict)
        return made

    def take(self, parcel: Parcel) -> list[tuple[Parcel, Refused | Fork | None]]:
        """Judge a change and apply it, and then those that waited for it; return those that are settled.

        Raises:
            PoisonedError, UnappliedError: If the document must be discarded.
        """
        settled: list[tuple[Parcel, Refused | Fork | None]] = []
        ready = [parcel]
        while ready:
            parcel = ready.pop()
            if parcel.named in self._past:
                # The same change in a second record of its author: already here.
                settled.append((parcel, None))
                continue
            verdict = self._judge(parcel)
            if isinstance(verdict, Wait):
                self._waiting[min(verdict.missing)].append(parcel)
                continue
            if isinstance(verdict, Accepted):
                self._merge(parcel.raw)
                self._past.add(verdict)
                ready += reversed(self._waiting.pop(verdict.hash, []))
            settled.append((parcel, None if isinstance(verdict, Accepted) else verdict))
        return settled

    def foresee(self, parcels: Iterable[Parcel]) -> list[bytes]:
        """Return the changes that `take` would apply, in that order, and take none: for a probe."""
        applied: list[bytes] = []
        trial = copy(self)
        trial._merge = applied.append
        trial._past = self._past.copy()
        trial._waiting = defaultdict(list, {cause: list(parcels) for cause, parcels in self._waiting.items()})
        for parcel in parcels:
            trial.take(parcel)
        return applied

    def view(self, path: Path) -> Value:
        """Return plain values (see `Document.view`)."""
        return self._document.view(path)

    def heads(self) -> frozenset[ChangeHash]:
        """Return the hashes of the latest changes."""
        return self._document.heads()

    def save(self) -> bytes:
        """Return the document's saved form, for a probe."""
        return self._document.save()

    def _judge(self, parcel: Parcel) -> guard.Verdict | Fork:
        if guard.change_hash(parcel.raw) != parcel.named:
            return Refused.CHECKSUM
        verdict = guard.judge(parcel.raw, past=self._past, actor=parcel.actor)
        if isinstance(verdict, Accepted) and self._past.standing(parcel.actor, verdict.change.sequence):
            return Fork.TAKEN
        return verdict
