"""Windows: a time to look at things together, which either moves once alone and skips without a reason.

Nobody is shown a list of what was not held.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from troth_app.cards import REPLIES, preview, thing_card, time_of
from troth_app.conversation import Card, Form, Result
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    composing,
    names_of,
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
from troth_couple import Day, Reply, Stage, State, Thing, days_after, shown, together

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["agenda", "answer", "hold", "listed", "move", "plan", "skip"]

SOON_DAYS: Final = 7
LABEL_LETTERS: Final = 60
OVER: Final = (Stage.SKIPPED, Stage.HELD)


async def plan(talk: Talk, keeper: "Keeper") -> None:
    """Suggest a window: what to look at, and when."""
    chapter_of(keeper)
    await composing(talk, keeper)
    topics = await ask_text(talk, tell("window.topics"), form=Form.WORDS)
    day = today_of(keeper)
    soon = days_after(day, SOON_DAYS)
    on = await ask_day(talk, tell("window.on", day=soon), since=day) or soon
    at, length = await ask_line(talk, tell("window.at")), await ask_line(talk, tell("window.length"))
    fields: dict[str, object] = {"topics": topics, "on": on, "at": at, "length": length}
    await share(talk, keeper, topics, lambda pen: [pen.write("window", fields, day=day)])


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the windows that are to come, and those that were held or skipped, the next one first."""
    state = await state_of(keeper)
    ahead = [window for window in _windows(state) if window.stage not in OVER and _day(window) >= state.today]
    over = [window for window in _windows(state) if window.stage in OVER]
    return things_page(keeper, state, [*ahead, *reversed(over)], none="window.none")


async def answer(talk: Talk, keeper: "Keeper") -> None:
    """Say whether a window that the other suggested suits."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    window = await _pick(talk, keeper, [found for found in _open(state) if found.author != me])
    replies = sorted(REPLIES, reverse=True)
    reply: Reply = replies[await talk.choose(tell("window.answer"), [tell(REPLIES[reply]) for reply in replies])]
    text = await ask_line(talk, tell("answer.text"))
    await talk.safe(tell("safe.maybe"))
    await write(keeper, lambda pen: [pen.answer(window.id, reply, day=day, text=text)])
    await talk.say(tell("answer.done"))


async def agenda(talk: Talk, keeper: "Keeper") -> None:
    """Note a point for a window, beside those that both noted before."""
    state, day = await state_of(keeper), today_of(keeper)
    await composing(talk, keeper)
    window = await _pick(talk, keeper, _open(state))
    text = await ask_text(talk, tell("window.point"), form=Form.WORDS)
    await share(talk, keeper, text, lambda pen: [pen.write("agenda", {"text": text}, day=day, about=window.id)])


async def move(talk: Talk, keeper: "Keeper") -> None:
    """Move a window: the first time at once, and later once the other wishes for the same."""
    state, day = await state_of(keeper), today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    window = await _pick(talk, keeper, _open(state))
    soon = days_after(day, SOON_DAYS)
    on = await ask_day(talk, tell("window.to", day=soon), since=day) or soon
    at = await ask_line(talk, tell("window.at"))
    await talk.safe(tell("safe.maybe"))
    (wish,) = await write(
        keeper, lambda pen: [together.move(pen, pen.book.state(day).things[window.id], on=on, at=at, day=day)]
    )
    now = (await state_of(keeper)).things[window.id]
    clash = any(other.person != wish.person for other in now.suggested)
    key = "window.moved" if wish in now.at else "window.both" if clash else "window.waits"
    await talk.say(tell(key, time=time_of(now.at[0])))


async def skip(talk: Talk, keeper: "Keeper") -> None:
    """Skip a window: one step, no reason."""
    state, day = await state_of(keeper), today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    window = await _pick(talk, keeper, _open(state), shows=False)
    await write(keeper, lambda pen: [pen.write("skip", day=day, about=window.id)])
    await talk.say(tell("window.skipped"))


async def hold(talk: Talk, keeper: "Keeper") -> None:
    """Note that a window was held, and what both take from it."""
    state, day = await state_of(keeper), today_of(keeper)
    await composing(talk, keeper)
    window = await _pick(talk, keeper, [found for found in _windows(state) if found.stage is not Stage.SKIPPED])
    text = await ask_line(talk, tell("window.note"))
    if text is None:
        await write(keeper, lambda pen: [pen.write("hold", {"text": None}, day=day, about=window.id)])
    elif not await share(talk, keeper, text, lambda pen: [pen.write("hold", {"text": text}, day=day, about=window.id)]):
        return
    await talk.say(tell("window.held"))


def _windows(state: State) -> list[Thing]:
    """Return the windows by the time that stands."""
    return sorted(
        (thing for thing in state.things.values() if thing.at), key=lambda thing: (time_of(thing.at[0]), thing.id)
    )


def _open(state: State) -> list[Thing]:
    return [window for window in _windows(state) if window.stage not in OVER]


def _day(window: Thing) -> Day:
    day: Day = window.at[0].said("on")
    return day


async def _pick(talk: Talk, keeper: "Keeper", windows: Sequence[Thing], *, shows: bool = True) -> Thing:
    """Return the window that is meant, after showing it whole; the next one stands first."""
    if not windows:
        raise RuleError(tell("window.none_here"))
    today = today_of(keeper)
    in_order = sorted(windows, key=lambda window: _day(window) < today)
    window = await pick(
        talk,
        tell("pick.which"),
        in_order,
        lambda found: preview(f"{time_of(found.at[0])}: {shown(found.says('topics'))}", LABEL_LETTERS),
    )
    if shows:
        card = thing_card(window, names=names_of(keeper), me=chapter_of(keeper).me)
        await talk.show(Card(card["title"], tuple(card["lines"])))
    return window
