"""What a change did that does not stand: the document before it and after it, made again from its causal past alone.

The guard judges everything once more on the way, so nothing reaches the library that it has not accepted.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from troth import guard
from troth.document import Document
from troth.edits import Value
from troth.guard import Accepted, Change, Past
from troth_wire.ids import ActorId, ChangeHash

__all__ = ["Retraced", "retrace"]


class Retraced(NamedTuple):
    """What a change did."""

    change: ChangeHash
    before: Value
    after: Value


def retrace(raws: Mapping[ChangeHash, bytes], changes: Iterable[ChangeHash]) -> Iterator[Retraced]:
    """Yield what changes did, in their order; one that can not be made again is passed over.

    Where each change has the one before it in its past, as those of one actor in order do, all of them cost as much
    as their document once; otherwise each costs that much.

    Args:
        raws: The changes asked for, and those in their past.
        changes: Their hashes.
    """
    path = _Path(raws)
    for change in changes:
        retraced = path.follow(change)
        if retraced is None:
            path = _Path(raws)
            retraced = path.follow(change)
        if retraced is not None:
            yield retraced


class _Path:
    """A document that is led along the causal past of one actor's changes."""

    def __init__(self, raws: Mapping[ChangeHash, bytes]) -> None:
        self._document = Document(ActorId(bytes(16)))
        self._raws = raws
        self._past = Past()
        self._last: tuple[ActorId, int] | None = None

    def follow(self, change: ChangeHash) -> Retraced | None:
        """Go on to a change; none if it does not go on from here, or can not be made again at all."""
        reading = self._read(change)
        if self._last not in (None, (reading.actor, reading.sequence - 1)):
            return None
        # The author's change before it has all the others in its past; if that is not here, this does not succeed.
        self._last = reading.actor, reading.sequence
        if not self._walk(reading.dependencies):
            return None
        before = self._document.view()
        return Retraced(change, before, self._document.view()) if self._walk((change,)) else None

    def _walk(self, changes: Iterable[ChangeHash]) -> bool:
        """Take in changes and whatever they need; tell whether all could be."""
        ahead, readings = list(changes), dict[ChangeHash, Change]()
        while ahead:
            if ahead[-1] in self._past:
                ahead.pop()
                continue
            if ahead[-1] not in readings:
                readings[ahead[-1]] = self._read(ahead[-1])
            change = readings[ahead[-1]]
            missing = [cause for cause in change.dependencies if cause not in self._past]
            if not missing and not self._take(readings.pop(change.hash)):
                return False
            ahead += missing
        return True

    def _take(self, change: Change) -> bool:
        verdict = guard.weigh(change, past=self._past, actor=change.actor)
        if not isinstance(verdict, Accepted) or self._past.standing(change.actor, change.sequence):
            return False
        self._past.add(verdict)
        self._document.merge(self._raws[change.hash])
        return True

    def _read(self, change: ChangeHash) -> Change:
        reading = guard.read(self._raws[change])
        assert isinstance(reading, Change), "it was read when it came"
        return reading
