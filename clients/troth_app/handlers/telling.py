"""Telling something hard the way that both agreed on: written for oneself, held or shared, and opened by choice."""

from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, preview, thing_card
from troth_app.conversation import Form, Result
from troth_app.handlers import holding, opening, settling
from troth_app.handlers.holding import Sort
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    composing,
    names_of,
    pick,
    state_of,
    today_of,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.recounting import told_items
from troth_app.talk import Talk
from troth_couple import Receiving, State, Thing
from troth_couple.views import by_age

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["SORT", "close", "later", "listed", "read", "reopen", "share", "write"]

KIND: Final = "disclosure"
SORT: Final = Sort(
    kind=KIND,
    card="told_draft",
    needs=("what",),
    none="told.none",
    more="told.more",
    share="held.share",
    aside="held.told_aside",
)
LABEL_LETTERS: Final = 200


async def write(talk: Talk, keeper: "Keeper") -> None:
    """Write something down that is to be told, for oneself at first."""
    state, day = await state_of(keeper), today_of(keeper)
    await composing(talk, keeper)
    await talk.say(tell("told.intro"))
    asks = {
        "item": lambda: _item(talk, state),
        "what": lambda: ask_text(talk, tell("told.what")),
        "on": lambda: ask_day(talk, tell("told.on", day=day)),
        "support": lambda: ask_line(talk, tell("told.support"), form=Form.TEXT),
        "feeling": lambda: ask_line(talk, tell("told.feeling"), form=Form.TEXT),
        "next_step": lambda: ask_line(talk, tell("told.next_step"), form=Form.TEXT),
    }
    await holding.compose(talk, keeper, SORT, asks)


async def share(talk: Talk, keeper: "Keeper") -> None:
    """Look again at something that one wrote and holds."""
    await holding.go_on(talk, keeper, SORT)


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show what one holds, and what both told; theirs is sealed."""
    return await holding.listed(keeper, SORT)


async def read(talk: Talk, keeper: "Keeper") -> None:
    """Open something that the other told, if that is good now."""
    await opening.open_(talk, keeper, KIND)


async def later(talk: Talk, keeper: "Keeper") -> None:
    """Say that it is not now, and perhaps by which day."""
    await opening.receive(talk, keeper, KIND, (Receiving.NOT_NOW,))


async def close(talk: Talk, keeper: "Keeper") -> None:
    """Close something that was told for oneself; it is closed once both have."""
    await talk.safe(tell("safe.nothing"))
    await settling.close(talk, keeper, await _pick(talk, keeper, settling.left(_told(await state_of(keeper)))))


async def reopen(talk: Talk, keeper: "Keeper") -> None:
    """Open something that was told again: one step, no reason."""
    await talk.safe(tell("safe.nothing"))
    told = _told(await state_of(keeper))
    await settling.reopen(talk, keeper, await _pick(talk, keeper, settling.over(told) or settling.left(told)))


def _told(state: State) -> list[Thing]:
    return newest_first(thing for thing in state.things.values() if thing.kind == KIND)


async def _item(talk: Talk, state: State) -> str | None:
    """Return the words of the item that it belongs to, of a plan in force; the item says how it is told, too."""
    plans = [found.wordings[found.in_force].revision for found in by_age(state) if found.in_force is not None]
    items = {words: line for plan in plans for words, line in told_items(plan).items()}
    if not items:
        return None
    labels = [preview(line, LABEL_LETTERS) for line in items.values()]
    choice = await talk.choose(tell("told.item"), [*labels, tell("told.no_item")])
    return [*items, None][choice]


async def _pick(talk: Talk, keeper: "Keeper", told: list[Thing]) -> Thing:
    if not told:
        raise RuleError(tell("told.none_here"))
    names, me = names_of(keeper), chapter_of(keeper).me
    return await pick(talk, tell("pick.which"), told, lambda thing: str(thing_card(thing, names=names, me=me)["title"]))
