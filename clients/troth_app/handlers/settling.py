"""Closing what both settle, and opening it again: each says so for themselves, and who opens it needs nobody."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from troth_app.handlers.together import state_of, today_of, write
from troth_app.messages import tell
from troth_app.talk import Talk
from troth_couple import Stage, Thing, key_of, say, together

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["close", "left", "over", "reopen"]

SETTLED: Final = (Stage.CLOSED, Stage.TAKEN_BACK)


async def close(talk: Talk, keeper: "Keeper", *things: Thing) -> None:
    """Close something for oneself, and what belongs to it, in one turn of the pen."""
    day = today_of(keeper)
    await write(keeper, lambda pen: [together.close(pen, thing, day=day) for thing in things])
    now = (await state_of(keeper)).things[things[0].id].stage
    await talk.say(say(key_of(now)) if now is Stage.CLOSED else tell("repair.closed"))


async def reopen(talk: Talk, keeper: "Keeper", *things: Thing) -> None:
    """Open something again, and what belongs to it."""
    day = today_of(keeper)
    await write(keeper, lambda pen: [together.reopen(pen, thing, day=day) for thing in things])
    await talk.say(tell("repair.reopened"))


def left(things: Iterable[Thing]) -> list[Thing]:
    """Return those that are not settled yet."""
    return [thing for thing in things if thing.stage not in SETTLED]


def over(things: Iterable[Thing]) -> list[Thing]:
    """Return those that both have closed."""
    return [thing for thing in things if thing.stage is Stage.CLOSED]
