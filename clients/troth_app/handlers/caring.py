"""Small kindness: what one did, and what one would enjoy. Nobody is thanked by it, compared, or counted."""

from typing import TYPE_CHECKING

from troth_app.cards import newest_first
from troth_app.conversation import Form, Result
from troth_app.handlers.together import ask_text, chapter_of, composing, share, state_of, things_page, today_of
from troth_app.messages import tell
from troth_app.talk import Talk
from troth_couple.kinds import BY_NAME

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "listed", "wish"]


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Note something kind that one did."""
    await _note(talk, keeper, "care_act")


async def wish(talk: Talk, keeper: "Keeper") -> None:
    """Say what one would enjoy."""
    await _note(talk, keeper, "care_menu")


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show what both would enjoy, and what was done."""
    state = await state_of(keeper)
    things = newest_first(thing for thing in state.things.values() if "care" in BY_NAME[thing.kind].views)
    return things_page(keeper, state, sorted(things, key=lambda thing: thing.kind != "care_menu"), none="care.none")


async def _note(talk: Talk, keeper: "Keeper", kind: str) -> None:
    chapter_of(keeper)
    await composing(talk, keeper)
    text = await ask_text(talk, tell(f"care.{kind}"), form=Form.WORDS)
    day = today_of(keeper)
    await share(talk, keeper, text, lambda pen: [pen.write(kind, {"text": text}, day=day)])
