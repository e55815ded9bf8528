"""What ends a chapter: both say yes to one new document, and that ends it for good, whatever becomes of the yeses.

To close is a caution inside a commitment: a yes that was taken back or disowned, or is of a device that was removed or
not confirmed, opens nothing any more and has closed all the same. So nobody brings the agreements of an old chapter
into force again by a word about their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from troth_couple.entry import ChapterId, Entry
from troth_couple.ground import Ground
from troth_couple.kinds import BY_NAME
from troth_couple.roster import EntryId

__all__ = ["KIND", "closes", "is_turn"]

KIND: Final = "chapter"
_NUMBER: Final = BY_NAME[KIND].number


def is_turn(entries: Iterable[Entry]) -> bool:
    """Tell whether some entries are about a chapter to come."""
    return any(entry.kind == _NUMBER for entry in entries)


def closes(turns: Iterable[Sequence[Entry]], ground: Ground) -> Mapping[ChapterId, Sequence[EntryId]]:
    """Return the chapters to come to which everybody ever said yes, and the assents to each; none if this one is open.

    Args:
        turns: What was said of each chapter to come.
        ground: Who is who.
    """
    return {ChapterId(root.said("next")): given for acts in turns for root, given in _opened(acts, ground)}


def _opened(acts: Sequence[Entry], ground: Ground) -> Iterator[tuple[Entry, Sequence[EntryId]]]:
    """Yield what opened a chapter with everybody's assents to it, living or not, unless somebody's are missing."""
    for root in acts:
        if root.name == KIND and root.about is None:
            yes = [act for act in acts if act.name == "assent" and act.said("text") == root.id and not ground.void(act)]
            given = {act.person: act.id for act in sorted(yes, key=lambda act: act.id)}
            if given.keys() >= set(ground.roster.persons):
                yield root, tuple(given.values())
