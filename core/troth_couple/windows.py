"""When a window is: either person moves it once alone, and where two wish for different times the old time stands.

A move names the entry whose time it moves, so what follows what is in the set and not in the order in which it came.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from troth_couple.entry import Entry
from troth_couple.roster import EntryId
from troth_wire.ids import PersonId

__all__ = ["Timing", "timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """The time that stands, and the times that wait for the other person."""

    at: tuple[Entry, ...]
    """What says the time that stands: the window itself, or the moves to one and the same time."""
    suggested: tuple[Entry, ...]
    """Moves that nobody has taken up: one that clashes with another, or a second one of the same person."""


def timing(root: Entry, moves: Sequence[Entry]) -> Timing:
    """Follow the moves from the time that was planned, as far as they are clear.

    Args:
        root: The window as it was planned.
        moves: The moves that stand, each person's as they said it last.
    """
    ahead: dict[EntryId, list[Entry]] = defaultdict(list)
    for move in moves:
        ahead[move.said("from")].append(move)
    at: tuple[Entry, ...] = (root,)
    taken: set[EntryId] = set()
    alone: set[PersonId] = set()
    while clear := _clear([move for entry in at for move in ahead[entry.id]], alone):
        at = clear
        taken.update(move.id for move in at)
        if len(_movers(at)) == 1:
            alone |= _movers(at)
    return Timing(at, tuple(move for move in moves if move.id not in taken))


def _clear(wishes: Sequence[Entry], alone: set[PersonId]) -> tuple[Entry, ...]:
    """Return the moves to take up: to one time, and by both unless it is the one move that a person has alone."""
    if len({(wish.said("on"), wish.said("at")) for wish in wishes}) != 1:
        return ()
    first = all(not wish.after for wish in wishes) and not _movers(wishes) <= alone
    return tuple(wishes) if first or len(_movers(wishes)) > 1 else ()


def _movers(moves: Sequence[Entry]) -> set[PersonId]:
    return {move.person for move in moves}
