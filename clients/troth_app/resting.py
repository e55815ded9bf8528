"""After the other person left, nobody far away is invited from here for a while, and then once.

It binds this person's own app, and is no rule of the engine. Two who are in one room can begin anew at any time: there
both say so.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from troth.operations import Operation, OperationKind
from troth.record import Kind, Record
from troth_app.limits import REST_DAYS
from troth_app.outcome import RuleError
from troth_app.settings import Rest, end_row, rest_row
from troth_client import Space
from troth_client.room import SHARED
from troth_wire.errors import LocalError, RemoteError
from troth_wire.ids import DeviceId
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.household import Household

__all__ = ["check_rested", "note_ends", "note_invited"]

TOO_SOON: Final = Said(
    "The other person left, and is left in peace for a while: an invitation can go out from here on {day} or later. "
    "Nothing was changed. With somebody in the same room, `troth pair here` makes a space for two on any day."
)
WENT_OUT: Final = Said(
    "One invitation went out since the other person left, and what comes next is theirs to say. Nothing was changed. "
    "With somebody in the same room, `troth pair here` makes a space for two on any day."
)


async def note_ends(household: "Household", today: date) -> None:
    """Remember of each space for two that was ended on which day this device learned of it, and by whom it was."""
    for place in household.places:
        if place.kind == SHARED and place.room not in household.settings.ends and place.ended:
            with suppress(LocalError):
                await household.remember(end_row(place.room, today.isoformat()))
        if place.kind == SHARED and place.room not in household.settings.rests and place.ended:
            by_other = _ended_by_other(place.space)
            with suppress(LocalError):  # A disk that takes nothing now is asked again at the next command.
                await household.remember(rest_row(place.room, Rest(today.isoformat() if by_other else "")))


def check_rested(household: "Household", today: date) -> None:
    """See that somebody far away may be invited.

    Raises:
        RuleError: If the other person left a short while ago, or was invited since.
    """
    rest = _rest_of(household)
    if rest is None or not rest.since:
        return
    until = date.fromisoformat(rest.since) + timedelta(days=REST_DAYS)
    if today < until:
        raise RuleError(TOO_SOON.format(day=until.isoformat()))
    if rest.invited:
        raise RuleError(WENT_OUT)


async def note_invited(household: "Household") -> None:
    """Remember that an invitation went out."""
    rest = _rest_of(household)
    if rest is not None and rest.since and household.shared is not None:
        await household.remember(rest_row(household.shared.room, Rest(rest.since, invited=True)))


def _rest_of(household: "Household") -> Rest | None:
    return household.settings.rests.get(household.shared.room) if household.shared is not None else None


def _ended_by_other(space: Space) -> bool:
    """Tell whether somebody else's device ended a space; where nobody can tell, this person did not."""
    members = space.members
    authors = {members.person_of.get(author) for author in _splitters(space.records)}
    return members.person(space.device) not in authors


def _splitters(records: Iterable[Record]) -> set[DeviceId]:
    """Return the devices that signed the end of a space."""
    found: set[DeviceId] = set()
    for record in records:
        if record.header.kind == Kind.OPERATION:
            with suppress(RemoteError):  # One that can not be read ends nothing.
                operation = Operation.of(record)
                found |= {operation.author} if operation.kind == OperationKind.SPLIT else set()
    return found
