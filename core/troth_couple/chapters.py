"""What ends a chapter: both say yes to one new document, and what closed it stays closed, whatever is taken back later.

So nobody brings the agreements of an old chapter into force again by a word of their own.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from troth_couple.entry import Entry
from troth_couple.ground import Ground, disowned
from troth_couple.kinds import BY_NAME
from troth_couple.roster import EntryId
from troth_wire.ids import PersonId

__all__ = ["KIND", "closes", "is_turn"]

KIND: Final = "chapter"
_NUMBER: Final = BY_NAME[KIND].number


def is_turn(entries: Iterable[Entry]) -> bool:
    """Tell whether some entries are about a chapter to come."""
    return any(entry.kind == _NUMBER for entry in entries)


def closes(turns: Iterable[Sequence[Entry]], ground: Ground) -> tuple[EntryId, ...]:
    """Return the assents by which everybody closed this chapter, whatever they took back since; none if it is open."""
    return tuple(sorted({act for entries in turns for act in _given(entries, ground)}))


def _given(entries: Sequence[Entry], ground: Ground) -> Iterable[EntryId]:
    """Return everybody's assents to one chapter to come, living or not, unless somebody's are missing."""
    not_mine, _ = disowned(entries, ground)
    roots = {entry.id for entry in entries if entry.name == KIND and entry.about is None}
    given: dict[PersonId, EntryId] = {}
    for act in sorted(entries, key=lambda act: act.id):
        mine = act.name == "assent" and act.said("text") in roots and (act.person, act.id) not in not_mine
        if mine and ground.judge(act) is None:
            given[act.person] = act.id
    return given.values() if given.keys() >= set(ground.roster.persons) else ()
