"""The safety number: two people who see the same sixty digits talk to each other and to nobody in between."""

from typing import TYPE_CHECKING, Final

from troth.safety import SafetyNumber
from troth_app.confirmation import compared, to_compare
from troth_app.conversation import Card, Result
from troth_app.handlers.locking import opened
from troth_app.household import Household, Place
from troth_app.outcome import OtherError, RuleError
from troth_app.pairing_talk import WORDS, in_order
from troth_app.talk import Talk
from troth_app.wording import NUMBER, in_rows
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["compare", "number"]

ALONE: Final = Said("A safety number is over two people, and there is no space for two here. Nothing was changed.")
NOTHING_TO_COMPARE: Final = Said("There are no words to compare. Nothing changes.")
BY_VOICE: Final = Said(
    "Let the other person run `troth compare` too, and read the words to each other, by voice or in one room."
)
CAME_BACK: Final = Said(
    "The other person came back with recovery words, and they alone say so. Whoever finds such words can do that too. "
    "So hear each other, in one room or by a voice that you know, and read this number to each other:"
)
THE_SAME: Final = Said("Are they the same on both sides?")
YES: Final = Said("Yes, word for word")
NO: Final = Said("No, or I am not sure")
COMPARED: Final = Said("That is settled: nobody stands in between.")
DIFFERENT: Final = Said(
    "Nothing was changed, and nothing can be agreed there meanwhile. If they differ, somebody may stand in between: "
    "make a space for two in one room instead."
)


async def compare(talk: Talk, keeper: "Keeper") -> None:
    """Compare the four words of a space for two that was made far apart."""
    household = opened(keeper)
    for place in household.places:
        if not place.space.words:
            continue
        await talk.safe(Said("Nothing was changed."))
        await talk.say(BY_VOICE)
        await talk.show(Card(WORDS, (in_order(place.space.words),)))
        if await talk.choose(THE_SAME, [YES, NO]) == 1:
            raise RuleError(DIFFERENT)
        await place.space.compared()
        await talk.say(COMPARED)
        return
    if to_compare(household):
        await _again(talk, household)
        return
    await talk.say(NOTHING_TO_COMPARE)


async def _again(talk: Talk, household: Household) -> None:
    """Compare the number once more, after the other person came back with nothing but recovery words."""
    assert household.shared is not None, "asked where there are two"
    await talk.safe(Said("Nothing was changed."))
    await talk.say(CAME_BACK)
    await talk.show(Card(NUMBER, in_rows(_number_of(household.shared).groups)))
    if await talk.choose(THE_SAME, [YES, NO]) == 1:
        raise RuleError(DIFFERENT)
    await compared(household)
    await talk.say(COMPARED)


async def number(_: Talk, keeper: "Keeper") -> Result:
    """Show the number of the space for two."""
    household = opened(keeper)
    for place in household.places:
        if len(set(place.space.members.person_of.values())) == 2:
            found = _number_of(place)
            return {"groups": list(found.groups), "code": found.text}
    raise OtherError(ALONE)


def _number_of(place: Place) -> SafetyNumber:
    return SafetyNumber.of(set(place.space.members.person_of.values()))
