"""Where help is, with the people whom one named oneself: they are shown while the vault is open, on this device alone.

Nothing is asked of them, nobody is told that they are here, and looking is written nowhere.
"""

from typing import TYPE_CHECKING, Final

from troth_app.alone import alone_card, kept
from troth_app.cards import newest_first, thing_card
from troth_app.conversation import Result
from troth_app.handlers.alone import keep
from troth_app.handlers.locking import opened
from troth_app.handlers.support import found
from troth_app.handlers.together import ask_line, ask_short, names_of, today_of
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Helper, Stage
from troth_wire.errors import TrothError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "support"]

KIND: Final = "support_person"
FIRST: Final = 2
"""So many cards, for whoever is in danger or afraid, stand before everything else."""


async def support(_: Talk, keeper: "Keeper") -> Result:
    """Show where help is, and who of one's own people helps; what is wrong with the record keeps nothing of it back."""
    page = found()
    household = keeper.household
    own = kept(household.settings.alone, KIND) if household else []
    cards = page["cards"]
    people = [*map(alone_card, own), *(await _shared(keeper))]
    return {**page, "cards": [*cards[:FIRST], *people, *cards[FIRST:]]}


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Note somebody who helps; it is one's own alone, and shared by choice."""
    opened(keeper)
    await talk.safe(tell("safe.nothing"))
    words = [tell(f"helps.{helper.name.lower()}") for helper in Helper]
    helps = [*Helper][await talk.choose(tell("helper.helps"), words)]
    name = await ask_short(talk, tell("helper.name"))
    if name is None:
        raise RuleError(tell("text.empty"))
    reach = await ask_short(talk, tell("helper.reach"))
    tells = await ask_line(talk, tell("helper.tells"))
    await keep(keeper, KIND, {"helps": helps, "name": name, "reach": reach, "tells": tells})
    await talk.say(tell("kept.mine"), tell("helper.where"))


async def _shared(keeper: "Keeper") -> list[Result]:
    """Return those whom either of the two chose to share."""
    if keeper.household is None or keeper.household.chapter is None:
        return []
    chapter = keeper.household.chapter
    try:
        state, names = await chapter.look(today_of(keeper)), names_of(keeper)
    except TrothError:
        # A space that stopped says so elsewhere; who needs help reads the rest now.
        return []
    things = [thing for thing in state.things.values() if thing.kind == KIND and thing.stage is not Stage.TAKEN_BACK]
    return [thing_card(thing, names=names, me=chapter.me) for thing in newest_first(things)]
