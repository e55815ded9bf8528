"""Spaces for two that were ended: what stands in them stays with each of the two, to be read beside whatever follows.

A space is named by the other person and the day on which this device learned that it was ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from troth_app.chapter import Chapter
from troth_app.language import spoken
from troth_app.messages import tell
from troth_app.wording import name_of
from troth_client.room import SHARED

if TYPE_CHECKING:
    from troth_app.household import Household, Place

__all__ = ["Former", "called", "ended", "former", "name_of_place"]


@dataclass(frozen=True, slots=True)
class Former:
    """One space for two that is not the current one, or was ended.

    Attributes:
        id: Its room.
        day: When this device learned that it was ended.
        names: What this person and the other one are called in it.
        chapters: All of them, the latest first.
    """

    id: bytes
    day: str
    names: tuple[str, str]
    chapters: Sequence[Chapter]


def former(household: "Household") -> list[Former]:
    """Return the spaces for two beside the current one, the latest first."""
    return [_former(household, place) for place in _for_two(household) if place is not household.shared]


def ended(household: "Household") -> list[Former]:
    """Return every space for two in which nobody writes any more, the latest first."""
    return [_former(household, place) for place in _for_two(household) if place.ended or place is not household.shared]


def called(space: Former, *, other: str = "") -> str:
    """Return what a space is called: by the name that was chosen for the other person, or by another one."""
    return _called(other or space.names[1], space.day)


def name_of_place(household: "Household", place: "Place") -> str:
    """Return what any space is called: one in which nobody writes any more is told from the current one."""
    if place.kind != SHARED or (place is household.shared and not place.ended):
        return name_of(place.kind, place.label)
    return _called(household.names_in(place)[1], household.settings.ends.get(place.room, ""))


def _called(name: str, day: str) -> str:
    key = "space.with" if name and day else "space.until" if day else "space.former"
    return spoken(tell(key, **({"name": name, "day": day} if name else {"day": day} if day else {})))


def _for_two(household: "Household") -> list["Place"]:
    """Return the spaces for two, the latest first; of one that this device never read there is nothing to show."""
    return [
        place
        for place in reversed(household.places)
        if place.kind == SHARED and place.space.device in place.space.members.person_of
    ]


def _former(household: "Household", place: "Place") -> Former:
    chapters = tuple(reversed(household.written_in(place)))
    day = household.settings.ends.get(place.room, "")
    return Former(place.room, day, household.names_in(place), chapters)
