"""Boundaries: what one will do oneself. They ask nobody's consent, are shared or not, and are let go by their owner."""

from typing import TYPE_CHECKING

from troth_app.cards import newest_first, preview
from troth_app.conversation import Form, Result
from troth_app.handlers.together import (
    ask_line,
    ask_text,
    chapter_of,
    composing,
    pick,
    share,
    state_of,
    things_page,
    today_of,
    write,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Stage, shown

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "listed", "retire"]


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Write a boundary of one's own, for oneself or to be seen by both."""
    chapter_of(keeper)
    await composing(talk, keeper)
    statement = await ask_text(talk, tell("boundary.statement"), form=Form.WORDS)
    because = await ask_line(talk, tell("boundary.because"))
    fields: dict[str, object] = {"statement": statement, "because": because}
    day, text = today_of(keeper), "\n".join(filter(None, [statement, because]))
    await share(talk, keeper, text, lambda pen: [pen.write("boundary", fields, day=day)])


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the boundaries of both."""
    state = await state_of(keeper)
    things = newest_first(thing for thing in state.things.values() if thing.kind == "boundary")
    return things_page(keeper, state, things, none="boundary.none")


async def retire(talk: Talk, keeper: "Keeper") -> None:
    """Let a boundary of one's own go."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    own = newest_first(thing for thing in state.things.values() if thing.kind == "boundary" and thing.author == me)
    left = [thing for thing in own if thing.stage in (Stage.SAID, Stage.AMENDED)]
    if not left:
        raise RuleError(tell("boundary.none"))
    thing = await pick(talk, tell("boundary.which"), left, lambda thing: preview(shown(thing.says("statement")), 60))
    await write(keeper, lambda pen: [pen.write("retire", day=day, about=thing.id)])
    await talk.say(tell("boundary.retired"))
