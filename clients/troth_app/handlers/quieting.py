"""Quiet time: until a day, nothing of the other's is shown but signals. It is private, and nothing is sent."""

from typing import TYPE_CHECKING, Final

from troth_app.handlers.locking import opened
from troth_app.handlers.together import ask_day, today_of
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.settings import quiet_row
from troth_app.talk import Talk
from troth_couple import days_after

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["off", "until"]

SOON_DAYS: Final = 3


async def until(talk: Talk, keeper: "Keeper") -> None:
    """Have quiet until a day."""
    await talk.safe(tell("safe.nothing"))
    today = today_of(keeper)
    day = await ask_day(talk, tell("quiet.until", day=days_after(today, SOON_DAYS))) or days_after(today, SOON_DAYS)
    if day < today:
        raise RuleError(tell("quiet.past"))
    await opened(keeper).remember(quiet_row(day))
    await talk.say(tell("quiet.on", day=day))


async def off(talk: Talk, keeper: "Keeper") -> None:
    """End the quiet time."""
    await opened(keeper).remember(quiet_row(""))
    await talk.say(tell("quiet.off"))
