"""What differs between two exact texts, in plain words that either person can read aloud."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from troth_couple.messages import Spoken, say
from troth_couple.revision import DETAILS, SORTS, TELLS, WAYS, Clause, Item, Revision
from troth_couple.texts import shown
from troth_wire.ids import PersonId

__all__ = ["lines", "plain_diff", "told_items"]

SUPPORT_ALONE: Final = 2
"""Of the words in `TELLS`: what is told to support, and not to the partner."""


def lines(revision: Revision, *, spoken: Spoken = str) -> list[str]:
    """Return the clauses and items of a revision, each as one readable text."""
    clauses = [_clause(clause, spoken) for clause in revision.clauses]
    return clauses + [_item(item, spoken) for item in revision.items]


def told_items(revision: Revision, *, spoken: Spoken = str) -> Mapping[str, str]:
    """Return the behaviours that a plan says are told to the partner, each with the whole item as a readable text."""
    return {item.behaviour: _item(item, spoken) for item in revision.items if item.tell != SUPPORT_ALONE}


def plain_diff(old: Revision, new: Revision, *, names: Mapping[PersonId, str], spoken: Spoken = str) -> list[str]:
    """Return one sentence for each difference, or the one sentence that there is none."""
    found = [*_fields(old, new, names, spoken), *_lines(lines(old, spoken=spoken), lines(new, spoken=spoken), spoken)]
    return found or [say("diff.same", spoken=spoken)]


def _fields(old: Revision, new: Revision, names: Mapping[PersonId, str], spoken: Spoken) -> Iterator[str]:
    no_day, both = say("diff.no_day", spoken=spoken), say("diff.both", spoken=spoken)

    def who(revision: Revision) -> str:
        return both if revision.applies_to is None else names.get(revision.applies_to, "?")

    pairs = {
        "diff.title": (shown(old.title), shown(new.title)),
        "diff.sort": (SORTS[old.sort], SORTS[new.sort]),
        "diff.applies": (who(old), who(new)),
        "diff.review": (old.review_on or no_day, new.review_on or no_day),
        "diff.expires": (old.expires or no_day, new.expires or no_day),
    }
    for key, (before, after) in pairs.items():
        if before != after:
            yield say(key, spoken=spoken, old=before, new=after)


def _lines(old: Sequence[str], new: Sequence[str], spoken: Spoken) -> Iterator[str]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for before, after in zip_longest(old[a:b], new[c:d]):
            if before is None:
                yield say("diff.added", spoken=spoken, new=after)
            elif after is None:
                yield say("diff.removed", spoken=spoken, old=before)
            else:
                yield say("diff.changed", spoken=spoken, old=before, new=after)


def _clause(clause: Clause, spoken: Spoken) -> str:
    parts = ("behaviour", "value", "why", "noticed_by", "exceptions")
    said = [(part, getattr(clause, part)) for part in parts]
    return " ".join(say(f"part.{part}", spoken=spoken, text=shown(text)) for part, text in said if text)


def _item(item: Item, spoken: Spoken) -> str:
    return say(
        "part.item",
        spoken=spoken,
        behaviour=shown(item.behaviour),
        tell=TELLS[item.tell],
        within=shown(item.within),
        how=WAYS[item.how],
        detail=DETAILS[item.detail],
    )
