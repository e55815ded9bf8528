"""Letters of repair: four parts, offered; received, not now or not taken, and never answered in words."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from troth_app.conversation import Form, Result
from troth_app.handlers import holding, opening
from troth_app.handlers.holding import Sort
from troth_app.handlers.together import ask_line, chapter_of, composing
from troth_app.messages import tell
from troth_app.talk import Talk
from troth_couple import Receiving
from troth_couple.kinds import BY_NAME

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["SORT", "listed", "offer", "read", "receive", "write"]

KIND: Final = "repair_letter"
PARTS: Final = tuple(BY_NAME[KIND].places)
SORT: Final = Sort(
    kind=KIND,
    card="letter_draft",
    needs=PARTS,
    none="letter.none",
    more="letter.more",
    share="held.offer",
    aside="held.letter_aside",
    lacks="letter.parts",
    check=("letter.check", "letter.check_but", "letter.check_asks"),
)
CHOICES: Final = (Receiving.RECEIVED, Receiving.NOT_NOW, Receiving.NOT_TAKEN)


async def write(talk: Talk, keeper: "Keeper") -> None:
    """Write a letter in its four parts, for oneself at first."""
    chapter_of(keeper)
    await composing(talk, keeper)
    await talk.say(tell("letter.intro"))
    await holding.compose(talk, keeper, SORT, {part: _asks(talk, part) for part in PARTS})


async def offer(talk: Talk, keeper: "Keeper") -> None:
    """Look again at a letter that one wrote, and offer it if that is right now."""
    await holding.go_on(talk, keeper, SORT)


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the letters that one keeps, and those that both offered; theirs are sealed."""
    return await holding.listed(keeper, SORT)


async def read(talk: Talk, keeper: "Keeper") -> None:
    """Open a letter of the other, if that is good now."""
    await opening.open_(talk, keeper, KIND)


async def receive(talk: Talk, keeper: "Keeper") -> None:
    """Say of a letter that it is received, not now, or not taken."""
    await opening.receive(talk, keeper, KIND, CHOICES)


def _asks(talk: Talk, part: str) -> Callable[[], Awaitable[str | None]]:
    return lambda: ask_line(talk, tell(f"letter.{part}"), form=Form.TEXT)
