"""What stands where nobody writes any more, in earlier chapters and in spaces that were ended: whole, to be read."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from troth_app.cards import agreement_card, newest_first, page, thing_card, wish_line
from troth_app.chapter import Chapter
from troth_app.conversation import Result
from troth_app.former import called, ended
from troth_app.handlers.locking import opened
from troth_app.handlers.together import chapter_of, earlier_of, former_of, names_of, pick
from troth_app.messages import tell
from troth_app.outcome import OtherError
from troth_app.talk import Talk
from troth_couple import State, Thing, shown
from troth_couple.kinds import BY_NAME
from troth_couple.views import by_age
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["chapters", "space"]

Names = Mapping[PersonId, str]


async def chapters(_: Talk, keeper: "Keeper") -> Result:
    """Show what stands in the chapters before this one: to read, and nothing of it holds."""
    chapter_of(keeper)
    names = names_of(keeper)
    cards = _cards((chapter, state, names) for chapter, state in await earlier_of(keeper))
    return page(cards, says=[tell("chapter.old") if cards else tell("chapter.none_old")])


async def space(talk: Talk, keeper: "Keeper") -> Result:
    """Show what stands in a space for two that was ended; where there are several, one is picked."""
    spaces = ended(opened(keeper))
    if not spaces:
        raise OtherError(tell("space.none"))
    chosen = await pick(talk, tell("pick.which"), spaces, called)
    cards = _cards((chapter, state, names) for _, chapter, state, names in await former_of(keeper, [chosen]))
    return page(cards, says=[called(chosen), tell("space.old") if cards else tell("space.empty")])


def _cards(found: Iterable[tuple[Chapter, State, Names]]) -> list[Result]:
    """Return a card for all that stands in chapters, of which nothing can be done about any."""
    return [{**card, "earlier": True} for one in found for card in _written(*one)]


def _written(chapter: Chapter, state: State, names: Names) -> list[Result]:
    wish = partial(wish_line, names=names)
    cards = [card for found in by_age(state) for card in agreement_card(found, names=names, wish=wish)]
    for thing in newest_first(_readable(state)):
        card = thing_card(thing, names=names, me=chapter.me, letters=None)
        text = shown("".join(text for _, text in chapter.said(thing.id))) if thing.kind == "note" else ""
        cards.append({**card, "lines": [*card["lines"], *text.split("\n")]} if text else card)
    return cards


def _readable(state: State) -> list[Thing]:
    return [thing for thing in state.things.values() if not (BY_NAME[thing.kind].apart or BY_NAME[thing.kind].joint)]
