"""What is fine for both now: the lines that both chose, for as long as both stand by them; never a yes to an act.

Nothing here says what either chose alone, and what has passed is nowhere: there is no history of closeness.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from troth_couple.derive import State
from troth_couple.roster import EntryId
from troth_couple.things import Stage, Thing
from troth_wire.ids import PersonId

__all__ = ["Pace", "of_both", "own"]

KIND: Final = "intimacy_pace"
OVER: Final = (Stage.TAKEN_BACK, Stage.PAST)


@dataclass(frozen=True, slots=True)
class Pace:
    """What both chose, and the entries by which they did."""

    fine: tuple[str, ...] = ()
    because: tuple[EntryId, ...] = ()


def of_both(state: State) -> Pace:
    """Return the lines that every person calls fine and nobody puts off; none where somebody has set nothing.

    While a signal is on nothing is fine; nor while an entry is missing, which may be one that took a pace back.
    """
    said = [version for pace in own(state.things.values()) for version in pace.versions]
    by_person = [[version for version in said if version.person == person] for person in state.persons]
    if state.signals.active or state.holds or not by_person or not all(by_person):
        return Pace()
    # Of one person's two devices the narrower word counts: a line is fine where all of them say so.
    fine = set.intersection(*(set(version.said("fine")) for version in said))
    put_off = {line for version in said for line in version.said("not_now")}
    both = sorted(fine - put_off)
    return Pace(tuple(both), tuple(sorted(version.id for version in said)) if both else ())


def own(things: Iterable[Thing], person: PersonId | None = None) -> list[Thing]:
    """Return the paces that stand now, of one person or of all."""
    set_now = [thing for thing in things if thing.kind == KIND and thing.stage not in OVER]
    return [thing for thing in set_now if person in (None, thing.author)]
