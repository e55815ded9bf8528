"""What a terminal or a page shows, as plain values: the same for both persons, but for whose each thing is.

Nothing here counts, compares or lists what a person did not do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from troth_couple.agreements import Agreement, Shown
from troth_couple.days import Day
from troth_couple.derive import State
from troth_couple.entry import SubjectId
from troth_couple.kinds import BY_NAME, KINDS
from troth_couple.things import Stage, Thing
from troth_wire.ids import PersonId

__all__ = ["GROUPS", "Card", "Group", "agreements", "by_age", "cards"]


class Group(Enum):
    """Under which heading an agreement is listed."""

    AGREED = "agreed"
    WAITING = "waiting"
    LOOKING_AGAIN = "looking again"
    ENDED = "ended"


GROUPS: Final = {
    Shown.IN_FORCE: Group.AGREED,
    Shown.CHANGE_PROPOSED: Group.LOOKING_AGAIN,
    Shown.REVIEW_DAY: Group.LOOKING_AGAIN,
    Shown.TWO_VERSIONS: Group.LOOKING_AGAIN,
    Shown.ON_HOLD: Group.LOOKING_AGAIN,
    Shown.WAITING: Group.WAITING,
    Shown.PROPOSED: Group.WAITING,
    Shown.NO_TEXT: Group.WAITING,
    Shown.NO_LONGER: Group.ENDED,
    Shown.NOT_AGREED: Group.ENDED,
    Shown.LAPSED: Group.ENDED,
    Shown.ENDED: Group.ENDED,
}


@dataclass(frozen=True, slots=True)
class Card:
    """One thing as a screen shows it."""

    id: SubjectId
    kind: str
    author: PersonId
    day: Day
    stage: Stage
    says: tuple[Mapping[str, Any], ...] = field(repr=False)
    """Each version, by field; empty once taken back."""
    sealed: bool
    """Whether the other person is shown its words once they chose to open it, and in no list."""
    thanked: bool
    ahead: bool
    """Whether it is dated later than today here, as happens between zones or with a wrong clock."""


def cards(state: State, view: str) -> list[Card]:
    """Return the cards of a view, the latest day first; what is past is not shown, nor what is its author's to see."""
    kinds = {kind.name for kind in KINDS.values() if view in kind.views and not kind.apart}
    found = [thing for thing in state.things.values() if thing.kind in kinds and thing.stage is not Stage.PAST]
    newest_first = sorted(found, key=lambda thing: thing.id)
    newest_first.sort(key=lambda thing: thing.day, reverse=True)
    return [_card(thing, state.today) for thing in newest_first]


def agreements(state: State) -> dict[Group, list[Agreement]]:
    """Return the agreements under their headings."""
    listed: dict[Group, list[Agreement]] = {group: [] for group in Group}
    for agreement in by_age(state):
        listed[_group(agreement)].append(agreement)
    return listed


def by_age(state: State) -> list[Agreement]:
    """Return the agreements by the day of their first act, in one order wherever they are looked at."""
    return sorted(state.agreements.values(), key=lambda found: (found.acts[0].day if found.acts else "", found.id))


def _group(agreement: Agreement) -> Group:
    """Return where to look for an agreement; one that ended and has another text proposed waits for an answer."""
    group = GROUPS[agreement.shown]
    return Group.WAITING if group is Group.ENDED and agreement.open else group


def _card(thing: Thing, today: Day) -> Card:
    kind = BY_NAME[thing.kind]
    return Card(
        id=thing.id,
        kind=thing.kind,
        author=thing.author,
        day=thing.day,
        stage=thing.stage,
        says=tuple({name: version.said(name) for name in kind.places} for version in thing.versions),
        sealed=kind.sealed,
        thanked=bool(thing.thanks),
        ahead=thing.day > today,
    )
