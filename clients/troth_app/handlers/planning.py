"""A calendar: days that are one's own alone, seen by the other, or both persons' once both say so.

What stands on a screen is an alias, where there is one. A day that passed is in no list, and nobody says why it did.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from troth_app.alone import Alone, stage_of
from troth_app.cards import preview, time_of
from troth_app.conversation import Result
from troth_app.handlers.alone import alone_of, here, label, me, page_of, put, say_alone
from troth_app.handlers.locking import opened
from troth_app.handlers.together import ask_day, ask_short, composing, pick, today_of, write
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Came, Day, Occasion, Stage, State, Thing, days_after, living, shown
from troth_couple.entry import Entry
from troth_couple.write import Pen

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["listed", "mark", "plan", "show"]

KIND: Final = "event"
SOON_DAYS: Final = 7
LABEL_LETTERS: Final = 60
AHEAD: Final = (Stage.PLANNED, Stage.OURS, Stage.WAITING)
SAID: Final = (Stage.DONE, Stage.ELSEWHEN, Stage.DROPPED)
Planned = Alone | Thing


async def plan(talk: Talk, keeper: "Keeper") -> None:
    """Plan a day: alone, seen by the other, or both persons' once both say so."""
    opened(keeper)
    await composing(talk, keeper)
    sort = [*Occasion][await talk.choose(tell("event.sort"), [tell(f"sort.{one.name.lower()}") for one in Occasion])]
    title = await ask_short(talk, tell("event.title"))
    if title is None:
        raise RuleError(tell("text.empty"))
    alias = await ask_short(talk, tell("event.alias"))
    on, at = await _when(talk, keeper)
    await put(talk, keeper, KIND, {"title": title, "alias": alias, "sort": sort, "on": on, "at": at})
    if sort is Occasion.DATE:
        await talk.say(tell("event.date"))


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the days to come, the next one first, with one's own alone among them; then what was said of late ones."""
    state = await here(keeper)
    day = today_of(keeper)
    days = [one for one in _all(keeper, state) if _on(one) >= day and _stage(one) in AHEAD]
    late = [one for one in _all(keeper, state) if _stage(one) in SAID and days_after(_on(one), SOON_DAYS) >= day]
    return page_of(keeper, state, [*days, *reversed(late)], none="event.none")


async def show(talk: Talk, keeper: "Keeper") -> Result:
    """Show one day whole, with what an alias stands for."""
    state = await here(keeper)
    one = await _pick(talk, keeper, state, lambda _: True)
    return page_of(keeper, state, [one], whole=True)


async def mark(talk: Talk, keeper: "Keeper") -> None:
    """Say what came of a day: done, moved or dropped; no reason is asked for."""
    state = await here(keeper)
    await talk.safe(tell("safe.nothing"))
    one = await _pick(talk, keeper, state, lambda one: _stage(one) not in SAID and _mine(keeper, one))
    word = [*reversed(Came)][
        await talk.choose(tell("event.came"), [tell(f"came.{word.name.lower()}") for word in reversed(Came)])
    ]
    moved = await _when(talk, keeper) if word is Came.MOVED else None
    if isinstance(one, Alone):
        fields = {**one.fields, **({"on": moved[0], "at": moved[1]} if moved else {})}
        await say_alone(keeper, replace(one, fields=fields, became=0 if moved else int(word)))
        await talk.say(tell("kept.mine"))
        return
    day, event = today_of(keeper), one
    said = {name: event.says(name) for name in ("title", "alias", "sort", "ours")}

    def make(pen: Pen) -> list[Entry]:
        now = pen.book.state(day).things[event.id]
        acts = [living.came(pen, now, word, day=day)]
        if moved:
            acts.append(pen.write(KIND, {**said, "on": moved[0], "at": moved[1]}, day=day))
        return acts

    await talk.safe(tell("safe.maybe"))
    await write(keeper, make)
    await talk.say(tell("event.said"), *([tell("whose.waits")] if moved and said["ours"] else []))


async def _when(talk: Talk, keeper: "Keeper") -> tuple[Day, str | None]:
    soon = days_after(today_of(keeper), SOON_DAYS)
    on = await ask_day(talk, tell("window.on", day=soon)) or soon
    return on, await ask_short(talk, tell("window.at"))


def _all(keeper: "Keeper", state: State) -> list[Planned]:
    """Return every day that was planned, in the order of days; windows stand among them."""
    found: list[Planned] = [*alone_of(keeper, KIND)]
    things = (thing for thing in state.things.values() if thing.versions)
    found += [thing for thing in things if thing.kind == KIND or (thing.at and thing.stage is not Stage.SKIPPED)]
    return sorted(found, key=lambda one: (_time(one), one.id))


def _time(one: Planned) -> str:
    if isinstance(one, Alone):
        return " ".join(filter(None, [one.fields["on"], one.fields["at"]]))
    return time_of(one.at[0] if one.at else one.versions[0])


def _on(one: Planned) -> Day:
    return Day(_time(one)[:10])


def _stage(one: Planned) -> Stage:
    """Return where a day stands; a window that is not over counts as planned."""
    if isinstance(one, Alone):
        return stage_of(one)
    return Stage.PLANNED if one.at and one.stage is not Stage.HELD else one.stage


def _mine(keeper: "Keeper", one: Planned) -> bool:
    """Tell whether one may say what came of a day: of one's own, and of what is to be both persons'."""
    return isinstance(one, Alone) or (one.kind == KIND and (one.author == me(keeper) or bool(one.says("ours"))))


async def _pick(talk: Talk, keeper: "Keeper", state: State, fits: Callable[[Planned], bool]) -> Planned:
    """Return the day that is meant; those to come stand first."""
    day = today_of(keeper)
    found = sorted(filter(fits, _all(keeper, state)), key=lambda one: _on(one) < day)
    if not found:
        raise RuleError(tell("event.none_here"))
    return await pick(talk, tell("pick.which"), found, _label)


def _label(one: Planned) -> str:
    if isinstance(one, Alone):
        return label(one)
    what = one.says("topics") if one.at else one.says("alias") or one.says("title")
    return preview(f"{_time(one)}: {shown(what)}", LABEL_LETTERS)
