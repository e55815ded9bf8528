"""Under which keys at its root a document may show something else than it did at some heads.

What stands under a key follows from the changes that write there, and from no other. So whoever knows what a document
showed at some heads looks again where changes beyond them write, and nowhere else; as long as those heads stand, it
is no matter how the document was built since, or by whom it was changed.
"""

from collections.abc import Collection
from dataclasses import dataclass

from troth.guard import Past
from troth.guard.past import ROOT
from troth_wire.ids import ChangeHash

__all__ = ["Touched", "touched"]


@dataclass(frozen=True, slots=True)
class Touched:
    """Where a document was written to since some heads."""

    heads: frozenset[ChangeHash]
    """What it builds on now: those to ask with the next time."""
    keys: frozenset[str] | None
    """The keys at its root; none if it is not known what was otherwise at those heads, so that all may be."""


def touched(past: Past, since: Collection[ChangeHash]) -> frozenset[str] | None:
    """Return the keys at the root under which changes write that are not in the past of some others, or themselves.

    Args:
        past: The changes that stand.
        since: Heads that the document once had; none of them is known to be left where one does not stand any more.
    """
    if not all(change in past for change in since):
        return None
    slots: set[int] = set()
    known: dict[int, int] = {}
    for places in past.beyond(since):
        things = set(past.objects[places.start : places.stop])
        if ROOT in things:
            slots.update(past.slots[place] for place in places if past.objects[place] == ROOT)
        slots.update(_slot(past, thing, known) for thing in things - {ROOT})
    names = list(past.keys) if slots else []
    return frozenset(names[slot] for slot in slots)


def _slot(past: Past, thing: int, known: dict[int, int]) -> int:
    """Return the key at the root under which a container stands, however deep; each is looked for once."""
    passed = []
    while thing not in known and past.objects[thing] != ROOT:
        passed.append(thing)
        thing = past.objects[thing]
    slot = known.setdefault(thing, past.slots[thing])
    known.update(dict.fromkeys(passed, slot))
    return slot
