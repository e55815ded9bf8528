"""Repairs: what something did, as its author heard it, and what follows; both close one, and either opens it again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, preview
from troth_app.conversation import Form, Result
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
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
from troth_couple import Stage, State, Thing, days_after, key_of, say, shown, together

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["close", "listed", "open_", "reopen", "step", "told"]

LATER_DAYS: Final = 30
LABEL_LETTERS: Final = 60


async def open_(talk: Talk, keeper: "Keeper") -> None:
    """Begin a repair of something that one did."""
    chapter_of(keeper)
    await talk.safe(tell("safe.unshared"))
    impact = await ask_text(talk, tell("repair.impact"), form=Form.LINE)
    support = await ask_line(talk, tell("repair.support"))
    day = today_of(keeper)
    review = await ask_day(talk, tell("repair.review", day=days_after(day, LATER_DAYS)))
    fields: dict[str, object] = {"impact": impact, "support": support, "review_on": review}
    await share(talk, keeper, impact, lambda pen: [pen.write("repair", fields, day=day)])


async def step(talk: Talk, keeper: "Keeper") -> None:
    """Note a step of an own repair."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.unshared"))
    repair = await _pick(talk, [found for found in _repairs(state, Stage.OPEN) if found.author == me])
    text = await ask_text(talk, tell("repair.step"), form=Form.LINE)
    await share(talk, keeper, text, lambda pen: [pen.write("step", {"text": text}, day=day, about=repair.id)])


async def told(talk: Talk, keeper: "Keeper") -> None:
    """Say how it was for oneself, beside a repair of the other person."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.unshared"))
    repair = await _pick(talk, [found for found in _repairs(state, Stage.OPEN, Stage.CLOSED) if found.author != me])
    text = await ask_text(talk, tell("repair.how"), form=Form.LINE)
    await share(talk, keeper, text, lambda pen: [pen.told(repair.id, text, day=day)])


async def close(talk: Talk, keeper: "Keeper") -> None:
    """Close a repair for oneself; it is closed once both have."""
    state, day = await state_of(keeper), today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    repair = await _pick(talk, _repairs(state, Stage.OPEN))
    await write(keeper, lambda pen: [together.close(pen, repair, day=day)])
    now = (await state_of(keeper)).things[repair.id].stage
    await talk.say(say(key_of(now)) if now is Stage.CLOSED else tell("repair.closed"))


async def reopen(talk: Talk, keeper: "Keeper") -> None:
    """Open a repair again: one step, no reason."""
    state, day = await state_of(keeper), today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    repair = await _pick(talk, _repairs(state, Stage.CLOSED) or _repairs(state, Stage.OPEN))
    await write(keeper, lambda pen: [together.reopen(pen, repair, day=day)])
    await talk.say(tell("repair.reopened"))


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the repairs, with their steps and how it was."""
    state = await state_of(keeper)
    things = [thing for thing in newest_first(state.things.values()) if thing.kind == "repair"]
    return things_page(keeper, state, things, none="repair.none")


def _repairs(state: State, *stages: Stage) -> list[Thing]:
    things = newest_first(state.things.values())
    return [thing for thing in things if thing.kind == "repair" and thing.stage in stages]


async def _pick(talk: Talk, repairs: Sequence[Thing]) -> Thing:
    if not repairs:
        raise RuleError(tell("repair.none_here"))
    return await pick(
        talk, tell("pick.which"), repairs, lambda repair: preview(shown(repair.says("impact")), LABEL_LETTERS)
    )
