"""What the agent answers itself, without keys: that nothing is here yet, that the vault is locked, and the lock."""

from typing import TYPE_CHECKING, Final

from troth_app.conversation import Result
from troth_app.home import OTHERS, Home
from troth_app.outcome import HereError, LockedError
from troth_app.talk import Talk
from troth_wire.said import Said, in_context

if TYPE_CHECKING:
    from troth_app.agent import Agent

__all__ = ["doctor", "files", "lock", "status", "today", "web"]

LOCKED_NOW: Final = Said("It is locked. Nothing is sent and nothing arrives until you unlock.")
LOCKED_BEFORE: Final = Said("It was locked before. Nothing changes.")
FIRST_UNLOCK: Final = Said(
    "It is locked, and what is kept as evidence lies inside. Nothing was written. `troth unlock` opens it."
)

NO_PAGES: Final = Said("Nothing that stays runs here, so there is nobody to serve the pages. Nothing was changed.")
NOT_THERE: Final = in_context("a file", "not there")
OTHERS_READ: Final = in_context("a file", "others on this machine may read it")
YOURS: Final = in_context("a file", "yours alone")
PLACES: Final = (in_context("a file", "folder"), in_context("a file", "vault"), in_context("a file", "log"))
EMPTY: Final = "empty"
LOCKED: Final = "locked"


async def lock(talk: Talk, agent: "Agent") -> None:
    """Close the vault: the process that had its keys is gone before the answer."""
    await talk.say(LOCKED_NOW if await agent.lock() else LOCKED_BEFORE)


async def today(_: Talk, agent: "Agent") -> Result:
    """Say which step is next."""
    return {"state": _state(agent)}


async def status(_: Talk, agent: "Agent") -> Result:
    """Say that nothing is open."""
    return {"state": _state(agent), "spaces": []}


async def doctor(talk: Talk, agent: "Agent") -> Result:
    """Say what can be seen of the files from outside.

    Raises:
        LockedError: If evidence is asked for, which lies in the vault.
    """
    if talk.begin.options.get("evidence"):
        raise LockedError(FIRST_UNLOCK)
    return {"state": _state(agent), "files": files(agent.home), "relay": None, "spaces": []}


async def web(_: Talk, agent: "Agent") -> Result:
    """Open the pages: return an address that lets one browser in, once."""
    if agent.pages is None:
        raise HereError(NO_PAGES)
    return {"address": await agent.pages.invite()}


def files(home: Home) -> list[list[str]]:
    """Return what is to be seen of each file without opening it: its name, and what is noticed about it."""
    found = []
    for name, path in zip(PLACES, (home.folder, home.vault, home.log), strict=True):
        if not path.exists():
            found.append([name, str(path), NOT_THERE])
        elif path.stat().st_mode & OTHERS:
            found.append([name, str(path), OTHERS_READ])
        else:
            found.append([name, str(path), YOURS])
    return found


def _state(agent: "Agent") -> str:
    return LOCKED if agent.home.vault.exists() else EMPTY
