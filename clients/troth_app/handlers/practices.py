"""What somebody tries for a while: alone, or both of them; looked back on, then kept on or let go.

Nothing notes on which days it was done, and a day to look back on is a day to remember and nothing that anybody owes.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from troth_app.alone import Alone, stage_of
from troth_app.cards import newest_first, preview
from troth_app.conversation import Form, Result
from troth_app.handlers.alone import alone_of, here, label, me, page_of, put, say_alone
from troth_app.handlers.locking import opened
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_short,
    ask_text,
    composing,
    pick,
    share,
    today_of,
    write,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Stage, State, Thing, Trial, days_after, living, shown
from troth_couple.entry import Entry
from troth_couple.write import Pen

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "listed", "look"]

KIND: Final = "practice"
LOOK_BACK_DAYS: Final = 30
"""What is suggested as the day to look back on: a month is long enough to tell."""
LABEL_LETTERS: Final = 60
OVER: Final = (Stage.TAKEN_BACK, Stage.DROPPED)


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Begin to try something: alone, seen by the other, or both of them."""
    opened(keeper)
    await composing(talk, keeper)
    what = await ask_text(talk, tell("practice.what"), form=Form.WORDS)
    when = await ask_short(talk, tell("practice.when"))
    day = today_of(keeper)
    look_back = await ask_day(talk, tell("practice.look_back", day=days_after(day, LOOK_BACK_DAYS)), since=day)
    await put(talk, keeper, KIND, {"what": what, "when": when, "look_back": look_back})


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show what is tried and kept on: one's own alone first, then what both see; what was let go is not listed."""
    state = await here(keeper)
    return page_of(keeper, state, _tried(keeper, state), none="practice.none")


async def look(talk: Talk, keeper: "Keeper") -> None:
    """Look back on something: keep it on, or let it go without a reason."""
    state = await here(keeper)
    await talk.safe(tell("safe.nothing"))
    left = [one for one in _tried(keeper, state) if _is_mine(keeper, one)]
    if not left:
        raise RuleError(tell("practice.none_here"))
    one = await pick(talk, tell("pick.which"), left, _label)
    trial = (Trial.KEEP, Trial.DROP)[await talk.choose(tell("practice.then"), [tell("trial.keep"), tell("trial.drop")])]
    if isinstance(one, Alone):
        await say_alone(keeper, replace(one, became=int(trial)))
        await talk.say(tell("kept.mine"))
        return
    await _say(talk, keeper, one, trial)


async def _say(talk: Talk, keeper: "Keeper", practice: Thing, trial: Trial) -> None:
    """Say it between the two; letting go is one step, and words to it are shared after one question."""
    day = today_of(keeper)
    text = await ask_line(talk, tell("practice.words"))

    def make(pen: Pen) -> list[Entry]:
        return [living.keep_or_drop(pen, pen.book.state(day).things[practice.id], trial, day=day, text=text)]

    if text is not None and not await share(talk, keeper, text, make):
        return
    if text is None:
        await write(keeper, make)
    both = practice.says("ours") and trial is Trial.KEEP
    await talk.say(tell("practice.both" if both else f"looked.{trial.name.lower()}"))


def _tried(keeper: "Keeper", state: State) -> list[Alone | Thing]:
    """Return what was not let go: one's own alone first."""
    own = [one for one in alone_of(keeper, KIND) if stage_of(one) not in OVER]
    things = newest_first(state.things.values())
    return [*own, *(thing for thing in things if thing.kind == KIND and thing.stage not in OVER)]


def _is_mine(keeper: "Keeper", one: Alone | Thing) -> bool:
    """Tell whether one may say what becomes of it: of one's own, and of what is to be both persons'."""
    return isinstance(one, Alone) or one.author == me(keeper) or bool(one.says("ours"))


def _label(one: Alone | Thing) -> str:
    return label(one) if isinstance(one, Alone) else preview(shown(one.says("what")), LABEL_LETTERS)
