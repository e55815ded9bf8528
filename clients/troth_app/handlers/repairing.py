"""Repairs: what something did, as its author heard it, and what follows; both close one, and either opens it again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, preview, thing_card
from troth_app.conversation import Form, Result
from troth_app.handlers import settling
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    composing,
    meant,
    names_of,
    pick,
    share,
    state_of,
    things_page,
    today_of,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Stage, State, Thing, days_after, shown, together

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["close", "listed", "open_", "reopen", "step", "told"]

LATER_DAYS: Final = 30
LABEL_LETTERS: Final = 60


async def open_(talk: Talk, keeper: "Keeper") -> None:
    """Begin a repair of something that one did."""
    await composing(talk, keeper)
    of = await _of(talk, keeper)
    impact = await ask_text(talk, tell("repair.impact"), form=Form.WORDS)
    support = await ask_line(talk, tell("repair.support"))
    day = today_of(keeper)
    review = await ask_day(talk, tell("repair.review", day=days_after(day, LATER_DAYS)), since=day)
    fields: dict[str, object] = {"impact": impact, "support": support, "review_on": review}
    text = "\n".join(filter(None, [impact, support]))
    await share(talk, keeper, text, lambda pen: together.begin_repair(pen, fields, day=day, of=of))


async def step(talk: Talk, keeper: "Keeper") -> None:
    """Note a step of an own repair."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await composing(talk, keeper)
    repair = await _pick(talk, [found for found in _repairs(state, Stage.OPEN) if found.author == me])
    text = await ask_text(talk, tell("repair.step"), form=Form.WORDS)
    await share(talk, keeper, text, lambda pen: [pen.write("step", {"text": text}, day=day, about=repair.id)])


async def told(talk: Talk, keeper: "Keeper") -> None:
    """Say how it was for oneself, beside a repair of the other person."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await composing(talk, keeper)
    repair = await _pick(talk, [found for found in _repairs(state, Stage.OPEN, Stage.CLOSED) if found.author != me])
    text = await ask_text(talk, tell("repair.how"), form=Form.WORDS)
    await share(talk, keeper, text, lambda pen: [pen.told(repair.id, text, day=day)])


async def close(talk: Talk, keeper: "Keeper") -> None:
    """Close a repair for oneself; it is closed once both have."""
    state = await state_of(keeper)
    await talk.safe(tell("safe.nothing"))
    repair = await _pick(talk, _repairs(state, Stage.OPEN))
    told = settling.left(_told(state, repair))
    await settling.close(talk, keeper, repair, *told)
    await talk.say(*([tell("told.closed_too")] if told else []))


async def reopen(talk: Talk, keeper: "Keeper") -> None:
    """Open a repair again: one step, no reason."""
    state = await state_of(keeper)
    await talk.safe(tell("safe.nothing"))
    repair = await _pick(talk, _repairs(state, Stage.CLOSED) or _repairs(state, Stage.OPEN))
    told = _told(state, repair)
    await settling.reopen(talk, keeper, repair, *told)
    await talk.say(*([tell("told.reopened_too")] if told else []))


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the repairs, with what they are about, their steps and how it was."""
    state = await state_of(keeper)
    things = [thing for thing in newest_first(state.things.values()) if thing.kind == "repair"]
    made = things_page(keeper, state, things, none="repair.none")
    for card, thing in zip(made["cards"], things, strict=False):
        card["lines"] = [*(tell("repair.of", day=told.day) for told in _told(state, thing)), *card["lines"]]
    return made


def _repairs(state: State, *stages: Stage) -> list[Thing]:
    things = newest_first(state.things.values())
    return [thing for thing in things if thing.kind == "repair" and thing.stage in stages]


def _told(state: State, repair: Thing) -> list[Thing]:
    """Return what was told of which a repair has begun, as its author says."""
    things = [thing for thing in newest_first(state.things.values()) if thing.author == repair.author]
    return [thing for thing in things if any(act.said("repair") == repair.id for act in thing.beside.get("lead", ()))]


async def _of(talk: Talk, keeper: "Keeper") -> Thing | None:
    """Return the own told thing that a repair is about, if it is about one of which none has begun."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    own = [thing for thing in newest_first(state.things.values()) if thing.kind == "disclosure" and thing.author == me]
    told = [thing for thing in settling.left(own) if not thing.beside.get("lead")]
    if talk.begin.options.get("which") is not None:
        return meant(talk, told)[0]
    titles = [str(thing_card(thing, names=names, me=me)["title"]) for thing in told]
    choice = await talk.choose(tell("repair.which"), [tell("repair.else"), *titles]) if told else 0
    return told[choice - 1] if choice else None


async def _pick(talk: Talk, repairs: Sequence[Thing]) -> Thing:
    if not repairs:
        raise RuleError(tell("repair.none_here"))
    return await pick(
        talk, tell("pick.which"), repairs, lambda repair: preview(shown(repair.says("impact")), LABEL_LETTERS)
    )
