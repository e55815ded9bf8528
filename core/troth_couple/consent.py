"""Consent is a signed act about one exact text, and lives until its own person takes it back.

An assent lives if it counts, its person has not let it go, and it names every reduction that the same person made for
that text: whoever assents without having seen an own withdrawal has not taken it back.
So a person's consent never grows by what somebody else does, nor by anything but a new assent of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from troth_couple.entry import Entry
from troth_couple.ground import Ground, disowned
from troth_couple.limits import ENTRY_AFTER_MAX
from troth_couple.roster import EntryId
from troth_couple.verdict import Reason
from troth_wire.ids import PersonId

__all__ = ["Consent", "applies", "consent", "reduces"]

REDUCTIONS: Final = ("withdraw", "decline", "ask_change")


@dataclass(frozen=True, slots=True)
class Consent:
    """Whose assent to which text lives, and what keeps the others from it."""

    live: Mapping[bytes, Mapping[PersonId, Entry]] = field(default_factory=dict)
    """By the hash of a text, the assents that live."""
    taken: Mapping[bytes, Mapping[PersonId, Sequence[Entry]]] = field(default_factory=dict)
    """By the hash of a text, whose assent would live but for these reductions."""
    idle: Mapping[EntryId, Reason] = field(default_factory=dict)

    def full(self, persons: Sequence[PersonId]) -> set[bytes]:
        """Return the texts to which everybody's assent lives."""
        return {text for text, assents in self.live.items() if len(assents) == len(persons)}


def reduces(act: Entry) -> bool:
    """Tell whether an act takes an own assent back."""
    return act.name in REDUCTIONS and not (act.name == "ask_change" and act.said("keeps"))


def applies(reduction: Entry, text: bytes) -> bool:
    """Tell whether a reduction is about a text; a withdrawal is about all texts of its subject."""
    return reduction.name == "withdraw" or bool(reduction.said("text") == text)


def consent(acts: Iterable[Entry], ground: Ground) -> Consent:
    """Weigh the acts of one subject."""
    here = list(acts)
    not_mine, idle = disowned(here, ground)
    live: dict[bytes, dict[PersonId, Entry]] = defaultdict(dict)
    taken: dict[bytes, dict[PersonId, Sequence[Entry]]] = defaultdict(dict)
    reductions = _reductions(here, ground, idle)
    # What an assent lets go of is a caution inside a commitment: it stands even where the assent does not.
    assents = sorted((act for act in here if act.name == "assent"), key=lambda act: act.id)
    dropped = {(act.person, drop) for act in assents if not ground.void(act) for drop in act.said("drops")}
    for act in assents:
        if reason := ground.judge(act) or (Reason.DISOWNED if (act.person, act.id) in not_mine else None):
            idle[act.id] = reason
        elif (act.person, act.id) not in dropped:
            text, unseen = act.said("text"), _unseen(act, reductions[act.person])
            if not unseen:
                live[text][act.person] = act
            elif act.person not in taken[text] or len(unseen) < len(taken[text][act.person]):
                # Of several assents the one that comes nearest to living shows best what is in its way.
                taken[text][act.person] = unseen
    return Consent(live, {text: by_person for text, by_person in taken.items() if by_person}, idle)


def _reductions(
    acts: Sequence[Entry], ground: Ground, idle: dict[EntryId, Reason]
) -> Mapping[PersonId, Mapping[bytes, list[Entry]]]:
    """Return each person's reductions by the text they are about; those about all texts under no text."""
    found: dict[PersonId, dict[bytes, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for act in acts:
        if not reduces(act):
            continue
        if reason := ground.judge(act):
            idle[act.id] = reason
        else:
            found[act.person][b"" if act.name == "withdraw" else act.said("text")].append(act)
    return found


def _unseen(assent: Entry, reductions: Mapping[bytes, Sequence[Entry]]) -> Sequence[Entry]:
    """Return the own reductions that an assent does not name."""
    about = [*reductions.get(b"", ()), *reductions.get(assent.said("text"), ())]
    if len(about) > ENTRY_AFTER_MAX:
        # More than anybody can name: no use in looking which, and nobody can make this slow.
        return about[:ENTRY_AFTER_MAX]
    return [reduction for reduction in about if reduction.id not in assent.after]
