"""What somebody wrote is not lost by how a command ends: it is kept for its writer alone, and they are told where.

It goes for a text that is too long or can not be shown, for a rule or a disk that says no, for input that ends in the
middle, and for a terminal that is gone. Whoever stops with Ctrl-C keeps nothing.
"""

from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from troth_app.commands_for_pages import PAUSES
from troth_app.handlers.together import keep_aside
from troth_app.messages import tell
from troth_app.outcome import AsideError, Code, done_of
from troth_app.talk import HungUpError, NoAnswerError, Talk
from troth_wire.errors import TrothError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["words_kept"]


async def words_kept(talk: Talk, keeper: "Keeper", work: Awaitable[Any]) -> Any:
    """Return what comes of a command; where nothing does, keep what was written in it.

    Raises:
        AsideError: What went wrong, and where the words are.
        HungUpError: If the terminal is gone.
    """
    try:
        return await work
    except Exception as error:
        if not await _kept(talk, keeper, error) or type(error) is HungUpError:
            raise
        code, why = (Code.USAGE, str(error)) if isinstance(error, NoAnswerError) else _ending(error)
        raise AsideError(tell("text.aside", why=why), code) from error


async def _kept(talk: Talk, keeper: "Keeper", error: Exception) -> bool:
    """Keep what was written; a page keeps by itself what it typed into a conversation that was hung up on."""
    written = "\n".join(talk.composed)
    if not written or (isinstance(error, HungUpError) and talk.begin.options.get(PAUSES)):
        return False
    # Where it can not be kept, what went wrong first is what is said.
    with suppress(TrothError, OSError):
        await keep_aside(talk, keeper, written)
        return True
    return False


def _ending(error: Exception) -> tuple[Code, str]:
    done = done_of(error)
    return Code(done.code), done.text
