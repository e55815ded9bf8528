"""A look back over a week or a year: what was written, day by day, with nothing counted and no line to reach.

What one writes to it oneself is one's own alone; the other sees the parts that one shares.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from troth_app.alone import Alone, stage_of
from troth_app.cards import page
from troth_app.conversation import Result
from troth_app.handlers.agreeing import stands, title_of
from troth_app.handlers.alone import alone_of, here, keep, me, page_of
from troth_app.handlers.locking import opened
from troth_app.handlers.together import ask_line, earlier_of, today_of
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Day, Stage, State, Thing, days_after
from troth_couple.kinds import BY_NAME
from troth_couple.views import by_age

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["week", "write_", "year"]

KIND: Final = "reflection"
YEAR_DAYS: Final = 366
WEEK_DAYS: Final = 7
VIEW: Final = "year"
GONE: Final = (Stage.TAKEN_BACK, Stage.DROPPED, Stage.ELSEWHEN, Stage.PLANNED, Stage.PAST)
"""What is no part of a look back: what is over without a word, or is still to come."""
Found = tuple[Day, bytes, Alone | Thing]


async def year(_: Talk, keeper: "Keeper") -> Result:
    """Show what a year holds: milestones, promises, what was kept on and done, what both wrote back, agreements."""
    return await _page(keeper, YEAR_DAYS, own=False, end="year.end")


async def week(_: Talk, keeper: "Keeper") -> Result:
    """Show what one wrote in the last seven days, with what the year holds of them."""
    return await _page(keeper, WEEK_DAYS, own=True, end="week.end")


async def write_(talk: Talk, keeper: "Keeper") -> None:
    """Write a look back of one's own; each part may stay empty, and all of it is one's own alone."""
    opened(keeper)
    await talk.safe(tell("safe.nothing"))
    fields = {name: await ask_line(talk, tell(f"reflection.{name}")) for name in BY_NAME[KIND].places}
    if not any(fields.values()):
        raise RuleError(tell("text.empty"))
    await keep(keeper, KIND, fields)
    await talk.say(tell("kept.mine"), tell("reflection.where"))


async def _page(keeper: "Keeper", days: int, *, own: bool, end: str) -> Result:
    """Return what some days hold, the earliest first; a day on which nothing was written is not there."""
    state, since = await here(keeper), today_of(keeper)
    found = [*_alone(keeper)]
    earlier = await earlier_of(keeper) if state.persons else []
    for one in (*reversed([past for _, past in earlier]), state):
        found += _things(one, keeper, own=own)
    in_order = sorted(
        {_same(one): (day, key, one) for day, key, one in found if _lately(day, since, days)}.values(),
        key=lambda item: item[:2],
    )
    made = page_of(keeper, state, [one for _, _, one in in_order], none="year.none")
    agreed = [
        {"title": title_of(agreement), "lines": [stands(agreement)], "kind": "agreement"}
        for agreement in by_age(state)
        if agreement.in_force and _lately(max(act.day for act in agreement.acts if act.name == "assent"), since, days)
    ]
    cards = [*agreed, *made["cards"]]
    says = made["says"][:-1] if agreed and not made["cards"] else made["says"]
    return page(cards, says=says, ends=[*made.get("ends", ()), tell(end)])


def _alone(keeper: "Keeper") -> Iterator[Found]:
    for one in alone_of(keeper):
        if VIEW in BY_NAME[one.kind].views and stage_of(one) not in GONE:
            yield Day(one.fields.get("on", one.day)), one.id, one


def _things(state: State, keeper: "Keeper", *, own: bool) -> Iterator[Found]:
    for thing in state.things.values():
        kind = BY_NAME[thing.kind]
        mine = own and thing.author == me(keeper) and not (kind.apart or kind.joint)
        if (mine or VIEW in kind.views) and thing.stage not in GONE:
            yield Day(thing.says("on")) if "on" in kind.places else thing.day, bytes(thing.id), thing


def _lately(day: Day, today: Day, days: int) -> bool:
    return day <= today < days_after(day, days)


def _same(one: Alone | Thing) -> object:
    """Return by what a thing is known that was said anew in a later chapter: once is enough."""
    if isinstance(one, Alone):
        return one.id
    return one.author, one.kind, *(version.body for version in one.versions)
