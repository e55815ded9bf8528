"""Promises: made by oneself, called kept or not by oneself, and told of by the other, whose words stand beside them."""

from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, preview
from troth_app.conversation import Form, Result
from troth_app.handlers.together import (
    ask_day,
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
from troth_couple import Outcome, Stage, days_after, shown

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "listed", "told"]

SOON_DAYS: Final = 7
LABEL_LETTERS: Final = 60
OUTCOMES: Final = (Outcome.KEPT, Outcome.PARTLY, Outcome.NOT_THIS_TIME, Outcome.LET_GO)


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Promise something; a day may go with it, and nobody is reminded of it."""
    chapter_of(keeper)
    await composing(talk, keeper)
    what = await ask_text(talk, tell("promise.what"), form=Form.WORDS)
    day = today_of(keeper)
    by = await ask_day(talk, tell("promise.by", day=days_after(day, SOON_DAYS)), since=day)
    fields: dict[str, object] = {"what": what, "by": by}
    await share(talk, keeper, what, lambda pen: [pen.write("promise", fields, day=day)])


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the promises of both, each with what became of it as its author says, and how it was for the other."""
    state = await state_of(keeper)
    things = newest_first(thing for thing in state.things.values() if thing.kind == "promise")
    return things_page(keeper, state, things, none="promise.none")


async def told(talk: Talk, keeper: "Keeper") -> None:
    """Say what became of an own promise, or how one of theirs was for oneself."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await composing(talk, keeper)
    things = newest_first(thing for thing in state.things.values() if thing.kind == "promise")
    left = [thing for thing in things if thing.stage is not Stage.TAKEN_BACK]
    if not left:
        raise RuleError(tell("promise.none"))
    promise = await pick(
        talk, tell("pick.which"), left, lambda thing: preview(shown(thing.says("what")), LABEL_LETTERS)
    )
    if promise.author == me:
        words = [tell(f"outcome.{outcome.name.lower()}") for outcome in OUTCOMES]
        outcome = OUTCOMES[await talk.choose(tell("promise.outcome"), words)]
        text = await ask_line(talk, tell("promise.words"))
        await write(keeper, lambda pen: [pen.outcome(promise.id, outcome, day=day, text=text)])
        await talk.say(tell("shared"))
        return
    said = await ask_text(talk, tell("promise.how"), form=Form.WORDS)
    await share(talk, keeper, said, lambda pen: [pen.told(promise.id, said, day=day)])
