"""A day: how each is, what changed in the plan, what one is thankful for, and what happened."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from troth_app.alone import Alone, alone_card, kept
from troth_app.cards import newest_first, page, signal_cards, thing_card
from troth_app.conversation import Form, Result
from troth_app.handlers import holding, letters, telling
from troth_app.handlers.agreeing import title_of
from troth_app.handlers.devices import new_devices
from troth_app.handlers.locking import opened
from troth_app.handlers.opening import noticed
from troth_app.handlers.questions import waits
from troth_app.handlers.status import line
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    composing,
    is_over,
    meant,
    names_of,
    share,
    state_of,
    today_of,
    write,
)
from troth_app.limits import TOLD_DAYS
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Day, Group, Reason, Shown, Stage, State, Thing, agreements, days_after
from troth_couple.kinds import BY_NAME
from troth_couple.views import by_age

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["checkin", "heads_up", "milestone", "thanks", "today"]

SHOWN_DAYS: Final = 1
"""So many days back something is of today: a day that was written late at night is read in the morning."""
BEGINNING_MAX: Final = 10
"""With more between two people than this they have begun."""
UNANSWERED: Final = (Stage.SAID, Stage.AMENDED)
OPEN: Final = (*UNANSWERED, Stage.LATER)
OPENED: Final = {"disclosure": "today.told", "repair_letter": "today.letter"}
HELD: Final = {"today.told_held": telling.SORT, "today.letter_held": letters.SORT}
NEWER: Final = (Reason.NEWER_KIND, Reason.NEWER_FORMAT)
UNTIL: Final = ("headsup.today", "headsup.tomorrow", "headsup.after")


async def today(_: Talk, keeper: "Keeper") -> Result:
    """Show what is here today: signals first, then what each said, and what waits for a look."""
    household, day = opened(keeper), today_of(keeper)
    found = {"state": "open", "line": line(household), "entries": len(household.settings.mine)}
    new = [tell("today.device", name=name) for name in new_devices(household)]
    planned = [alone_card(one) for one in kept(household.settings.alone, "event") if _is_planned(one, day)]
    if household.chapter is None:
        return page(planned, says=new, ends=[found["line"]], **found)
    state, names = await state_of(keeper), names_of(keeper)
    quiet = household.settings.quiet_until if household.settings.quiet_until >= day else ""
    signals = signal_cards(state.signals, names=names, me=household.chapter.me)
    things = [] if quiet else list(newest_first(_of_today(state)))
    cards = [thing_card(thing, names=names, me=household.chapter.me, today=day) for thing in things]
    cards += [] if quiet else planned
    over = [*([tell("today.ended")] if is_over(household) else []), *_no_longer(state)]
    calm = [tell("today.quiet", day=quiet)] if quiet else [] if signals or cards or over else [tell("today.nothing")]
    first = _first_steps(state, named=any(household.names))
    hints = (
        []
        if quiet or is_over(household)
        else [*first, *await _told(keeper, state), *_hints(state, things, household.chapter.me)]
    )
    return page([*signals, *cards], says=[*new, *over, *calm], ends=[*hints, str(found["line"])], quiet=quiet, **found)


def _no_longer(state: State) -> list[str]:
    """Say of which text a yes was taken back lately: the same to both, and not by whom."""
    return [
        tell("today.no_longer", title=title_of(agreement))
        for agreement in by_age(state)
        if agreement.shown is Shown.NO_LONGER
        and any(days_after(act.day, TOLD_DAYS) > state.today for act in agreement.acts if act.id in agreement.because)
    ]


async def checkin(talk: Talk, keeper: "Keeper") -> None:
    """Say how one is: six lines, of which each may stay empty."""
    chapter_of(keeper)
    await composing(talk, keeper)
    await talk.say(tell("checkin.intro"))
    fields: dict[str, object] = {
        field: await ask_line(talk, tell(f"checkin.{field}")) for field in BY_NAME["check_in"].places
    }
    said = [str(text) for text in fields.values() if text]
    if not said:
        raise RuleError(tell("text.empty"))
    day = today_of(keeper)
    await share(talk, keeper, "\n".join(said), lambda pen: [pen.write("check_in", fields, day=day)])


async def heads_up(talk: Talk, keeper: "Keeper") -> None:
    """Tell that a plan changed; it shows for two days at most."""
    chapter_of(keeper)
    await composing(talk, keeper)
    text = await ask_text(talk, tell("headsup.text"), form=Form.WORDS)
    day = today_of(keeper)
    until = days_after(day, await talk.choose(tell("headsup.until"), [tell(key) for key in UNTIL]))
    await share(talk, keeper, text, lambda pen: [pen.plan_note(text, day=day, until=until)])


async def thanks(talk: Talk, keeper: "Keeper") -> None:
    """Say thank you: for something that the other told, or for anything else."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    await composing(talk, keeper)
    told = [thing for thing in newest_first(_of_today(state)) if thing.author != me and _thankable(thing)]
    if named := talk.begin.options.get("which") is not None:
        told = list(meant(talk, told))
    items = [thing_card(thing, names=names, me=me)["title"] for thing in told]
    choice = await talk.choose(tell("thanks.what"), [*items, tell("thanks.own")]) if told and not named else 0
    day = today_of(keeper)
    if choice < len(told):
        about = told[choice].id
        await write(keeper, lambda pen: [pen.write("thanks", day=day, about=about)])
        await talk.say(tell("thanks.said"))
        return
    text = await ask_text(talk, tell("thanks.text"))
    await share(talk, keeper, text, lambda pen: [pen.write("gratitude", {"text": text}, day=day)])


async def milestone(talk: Talk, keeper: "Keeper") -> None:
    """Mark something that happened: one's own, or both persons' once both say so."""
    chapter_of(keeper)
    await composing(talk, keeper)
    what = await ask_text(talk, tell("milestone.what"), form=Form.WORDS)
    day = today_of(keeper)
    on = await ask_day(talk, tell("ask.day", day=day)) or day
    ours = await talk.choose(tell("milestone.whose"), [tell("milestone.mine"), tell("milestone.ours")]) == 1
    fields: dict[str, object] = {"what": what, "on": on, "ours": ours}
    made = await share(talk, keeper, what, lambda pen: [pen.write("milestone", fields, day=day)])
    if made and ours:
        await talk.say(tell("milestone.waits"))


def _of_today(state: State) -> Iterable[Thing]:
    """Yield what belongs to this day: what was said lately, notes that have not passed, requests that are open."""
    for thing in state.things.values():
        # First what lets go of nearly all of ten years.
        lately = days_after(thing.day, SHOWN_DAYS) >= state.today
        here = thing.kind == "event" and thing.says("on") == state.today
        lasts = lately or here or thing.kind == "plan_note" or (thing.kind == "request" and thing.stage in OPEN)
        if lasts and thing.stage is not Stage.PAST and "today" in BY_NAME[thing.kind].views:
            yield thing


def _is_planned(one: Alone, day: Day) -> bool:
    """Tell whether a day of one's own alone is this one, and nothing was said of it yet."""
    return one.fields["on"] == day and not one.became


def _thankable(thing: Thing) -> bool:
    return thing.kind in BY_NAME["thanks"].about and thing.stage is not Stage.TAKEN_BACK and not thing.thanks


def _first_steps(state: State, *, named: bool) -> list[str]:
    """Return what two people could begin with, as long as there is next to nothing between them; nothing pushes."""
    if state.agreements or len(state.things) > BEGINNING_MAX:
        return []
    blind = any(thing.kind == "blind" for thing in state.things.values())
    steps = {"first.names": named, "first.blind": blind, "first.agree": False}
    return [tell(key) for key, done in steps.items() if not done]


async def _told(keeper: "Keeper", state: State) -> list[str]:
    """Return that there is something to open, on the first day on which this device says so, and own held words."""
    found = [tell(OPENED[kind]) for kind in await noticed(keeper, state)]
    return found + [tell(key) for key, sort in HELD.items() if holding.ready(keeper, sort)]


def _hints(state: State, things: Sequence[Thing], me: bytes) -> list[str]:
    asked = any(thing.kind == "request" and thing.author != me and thing.stage in UNANSWERED for thing in things)
    listed = agreements(state)
    looked_at = len(listed[Group.WAITING]) + len(listed[Group.LOOKING_AGAIN])
    newer = any(held.reason in NEWER for held in state.held.values())
    opens = any(waits(thing, me) for thing in state.things.values())
    waiting = [tell("today.agree", count=looked_at)] if looked_at else []
    hints = [*([tell("today.request")] if asked else []), *([tell("today.question")] if opens else [])]
    return [*hints, *_wishes(state, me), *waiting, *([tell("today.newer")] if newer else [])]


def _wishes(state: State, me: bytes) -> list[str]:
    """Say of which text the other asked for a change lately, where nothing else of it waits for a look."""
    return [
        tell("today.wish", title=title_of(agreement))
        for agreement in by_age(state)
        if agreement.shown is Shown.NOT_AGREED
        and any(act.person != me and days_after(act.day, TOLD_DAYS) > state.today for act in agreement.asked)
    ]
