"""Where each operation of a change stands: its object, its place in there, and what it replaces, found in the past.

What is typed, or removed, in a row stands at once where that is certain; all else is placed operation by operation.
"""

from array import array
from itertools import repeat
from typing import Final

from troth.guard.change import DELETE, MAKE_LIST, MAKE_MAP, MAKE_TEXT, Change, Reference
from troth.guard.past import ROOT, Accepted, Horizon, Past
from troth.guard.reasons import Refused, UnfitError
from troth.guard.spans import COUNTER, Row

__all__ = ["place"]

_SEQUENCES: Final = (MAKE_LIST, MAKE_TEXT)


def place(change: Change, past: Past, horizon: Horizon) -> Accepted:
    """Place every operation of a change.

    Raises:
        UnfitError: If one can not stand, or refers to what is not there for it.
    """
    scene = _Scene(change, past, horizon)
    for times, step, row in change.table.spans:
        if times == 1:
            scene.place(*row)
        else:
            scene.place_span(times, step, row)
    return scene.accepted()


class _Scene:
    """The past of a change with those of its operations that are placed."""

    def __init__(self, change: Change, past: Past, horizon: Horizon) -> None:
        self._change = change
        self._past = past
        self._horizon = horizon
        self._start = change.start_op
        self._first = len(past.kinds)
        self._actors = [horizon.author, *map(past.number, change.table.actors[1:])]
        self._kinds = bytearray()
        self._objects = array("I")
        self._slots = array("I")
        self._keys: dict[str, int] = {}
        self._replaced = 0
        self._named: Reference = (None, None)
        self._object = (ROOT, MAKE_MAP)

    def accepted(self) -> Accepted:
        return Accepted(
            self._change,
            self._horizon,
            self._first,
            self._kinds,
            self._objects,
            self._slots,
            tuple(self._keys),
        )

    def place_span(self, times: int, step: int, row: Row) -> None:
        """Place the next operations."""
        while times > 1:
            placed = self._place_some(row, times) if step == 1 else 0
            if not placed:
                self.place(*row)
                placed = 1
            times -= placed
            if times and step:
                row = (*row[:COUNTER], row[COUNTER] + placed * step, *row[COUNTER + 1 :])
        if times:
            self.place(*row)

    def _place_some(self, row: Row, times: int) -> int:
        """Place as many operations of a span that grows by one as is certain to be right; return how many."""
        object_actor, object_counter, actor, counter, text, insert, action, replaces, character = row
        thing, kind = self._object
        if self._named != (object_actor, object_counter) or kind == MAKE_MAP or text is not None:
            return 0
        if insert:
            fits = not replaces and action != DELETE and (character or kind != MAKE_TEXT)
            return self._insert_some(thing, (actor, counter), action, times) if fits else 0
        return self._remove_some(thing, (actor, counter), times) if action == DELETE and replaces == 1 else 0

    def _insert_some(self, thing: int, after: Reference, action: int, times: int) -> int:
        """Place insertions each of which is after the one before it, if the first is after the last one placed."""
        count = len(self._kinds)
        last = self._first + count - 1
        # The last one is in the same object, or the object would not be the one that was entered last.
        if not count or after != (0, self._start + count - 1) or self._slots[-1] != last:
            return 0
        self._append(action, thing, range(last + 1, last + 1 + times))
        return times

    def _remove_some(self, thing: int, first: Reference, times: int) -> int:
        """Place removals of elements that one change inserted one after the other."""
        actor, counter = first
        if actor is None or counter is None or (not actor and counter >= self._start):
            return 0
        place, count = self._past.stretch(self._actors[actor], counter, self._horizon)
        count = min(count, times)
        removed = self._change.table.predecessors[self._replaced : self._replaced + count]
        elements = list(zip(repeat(actor, count), range(counter, counter + count), strict=True))
        if removed != elements or not self._past.holds_elements(thing, place, count):
            return 0
        self._replaced += count
        self._append(DELETE, thing, range(place, place + count))
        return count

    def _append(self, action: int, thing: int, slots: range) -> None:
        self._kinds += bytes((action,)) * len(slots)
        self._objects += array("I", (thing,)) * len(slots)
        self._slots.extend(slots)

    def place(
        self,
        object_actor: int | None,
        object_counter: int | None,
        key_actor: int | None,
        key_counter: int | None,
        text: str | None,
        insert: bool,
        action: int,
        replaces: int,
        character: bool,
    ) -> None:
        """Place the next operation."""
        if self._named != (object_actor, object_counter):
            self._enter(object_actor, object_counter)
        thing, kind = self._object
        if kind == MAKE_MAP:
            if not text or insert or key_actor is not None or key_counter is not None:
                raise UnfitError(Refused.OPERATION)
            slot = self._key(text)
        elif text is not None:
            raise UnfitError(Refused.OPERATION)
        else:
            slot = self._element(thing, key_actor, key_counter, insert)
            if kind == MAKE_TEXT and not (character if insert else action == DELETE):
                raise UnfitError(Refused.VALUE)
        if insert and (replaces or action == DELETE):
            raise UnfitError(Refused.OPERATION)
        if not (insert or replaces) and (kind != MAKE_MAP or action == DELETE):
            raise UnfitError(Refused.OPERATION)
        if replaces:
            self._check_replaced(replaces, thing, slot)
        self._kinds.append(action)
        self._objects.append(thing)
        self._slots.append(slot)

    def _enter(self, actor: int | None, counter: int | None) -> None:
        """Find the object that an operation is in; most are in that of the one before."""
        if actor is None and counter is None:
            thing, kind = ROOT, MAKE_MAP
        else:
            thing = self._find(actor, counter)
            kind = self._at(thing)[0]
        if kind != MAKE_MAP and kind not in _SEQUENCES:
            raise UnfitError(Refused.REFERENCE)
        self._named = (actor, counter)
        self._object = (thing, kind)

    def _key(self, text: str) -> int:
        known = self._past.keys.get(text)
        return self._keys.setdefault(text, len(self._past.keys) + len(self._keys)) if known is None else known

    def _element(self, thing: int, actor: int | None, counter: int | None, insert: bool) -> int:
        """Find the place in a list or text that an operation is at; the insertion of an element stands for it."""
        if not (insert and actor is None and counter == 0):
            element = self._find(actor, counter)
            if self._at(element)[1:] != (thing, element):
                raise UnfitError(Refused.REFERENCE)
            if not insert:
                return element
        return self._first + len(self._kinds)

    def _check_replaced(self, replaces: int, thing: int, slot: int) -> None:
        """Refuse to replace what is not in this place, or twice, or not in order."""
        replaced = self._change.table.predecessors[self._replaced : self._replaced + replaces]
        self._replaced += replaces
        before = (0, b"")
        for actor, counter in replaced:
            kind, *where = self._at(self._find(actor, counter))
            if kind == DELETE or where != [thing, slot]:
                raise UnfitError(Refused.SLOT)
            rank = (counter or 0, self._change.table.actors[actor or 0])
            if rank <= before:
                raise UnfitError(Refused.OPERATION)
            before = rank

    def _find(self, actor: int | None, counter: int | None) -> int:
        """Find an earlier operation, of this change or of its past."""
        if actor is None or counter is None:
            raise UnfitError(Refused.OPERATION)
        if actor or counter < self._start:
            return self._past.find(self._actors[actor], counter, self._horizon)
        if counter >= self._start + len(self._kinds):
            raise UnfitError(Refused.REFERENCE)
        return self._first + counter - self._start

    def _at(self, found: int) -> tuple[int, int, int]:
        """Return what an operation does, in which object, and in which place."""
        here = found - self._first
        if here >= 0:
            return self._kinds[here], self._objects[here], self._slots[here]
        return self._past.kinds[found], self._past.objects[found], self._past.slots[found]
