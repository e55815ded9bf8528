"""A vault and a space in it for one person: useful alone, and at once."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from troth import Row
from troth_app.conversation import Card
from troth_app.handlers.devices import introduce
from troth_app.handlers.locking import new_passphrase
from troth_app.household import Household
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.settings import prepared_row
from troth_app.talk import Talk
from troth_app.wording import named
from troth_app.words import different, draw_passphrase
from troth_client import Machine, create_space
from troth_client.calibration import calibrate
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["init"]

EXISTS: Final = Said(
    "There is a vault here. Nothing was changed. `troth unlock` opens it; TROTH_HOME names a place for another."
)
PLAN: Final = Said(
    "This makes a vault: one file on this computer, sealed under a passphrase. "
    "In it is a space that is yours alone, and nobody else needs to do anything. "
    "Nobody can open it without the passphrase, so nobody can help you if you forget it."
)
WHOSE: Final = Said(
    "Whoever will use it types from here on: let nobody set it up for you, and set it up for nobody else."
)
CHOOSE: Final = Said("Which passphrase?")
OWN: Final = Said("One that I think of")
DRAWN: Final = Said("Six words, drawn for me by chance")
WORDS: Final = Said("Your passphrase")
WRITE_DOWN: Final = Said("Write the six words on paper and keep it where you alone find it. They are not shown again.")
TYPE_BACK: Final = Said("Type the six words:")
NOT_THESE: Final = Said("Not as they were shown: {which}. The others are right.")
WORD: Final = Said("Word {place}:")
NOT_TYPED: Final = Said("The words were not typed as they were shown. Nothing was made. Begin again when you like.")
NOT_MADE: Final = Said("Nothing was made.")
MAYBE_MADE: Final = Said("The vault may be made; `troth status` says.")
MAKING: Final = Said("Making it. This takes a few seconds.")
MADE: Final = Said("It is made, and it is open.")
NEXT: Final = Said(
    "`troth mine add` writes something down. `troth lock` closes it. `troth relay use` names a relay, if you have one."
)


async def init(talk: Talk, keeper: "Keeper") -> None:
    """Make a vault with a space for one, and open it."""
    path = keeper.home.vault
    if path.exists():
        raise RuleError(EXISTS)
    await talk.safe(NOT_MADE)
    await talk.say(PLAN, WHOSE, tell("init.afraid"))
    passphrase, prepared = await _choose_passphrase(talk, keeper)
    await talk.safe(MAYBE_MADE)
    await talk.say(MAKING)
    await asyncio.to_thread(_make, path, passphrase, keeper.machine, [prepared_row()] if prepared else [])
    if prepared:
        await talk.say(tell("prepared.made"))
        return
    household = await Household.open(path, passphrase=passphrase, machine=keeper.machine)
    await introduce(household, name=socket.gethostname(), day=keeper.today().isoformat())
    keeper.admit(household)
    await talk.say(MADE, NEXT)


def _make(path: Path, passphrase: str, machine: Machine, settings: Sequence[Row]) -> None:
    """Make the vault, at what a passphrase costs on this computer."""
    create_space(path, passphrase=passphrase, settings=settings, cost=calibrate(machine=machine), machine=machine)


async def _choose_passphrase(talk: Talk, keeper: "Keeper") -> tuple[str, bool]:
    """Return a passphrase, and whether it is for somebody else, who is asked for one of their own."""
    how = await talk.choose(CHOOSE, [OWN, DRAWN, tell("prepared.choice")])
    if how != 1:
        if how:
            await talk.say(tell("prepared.how"))
        return await new_passphrase(talk), bool(how)
    words = draw_passphrase(keeper.machine.entropy)
    await talk.show(Card(WORDS, (" ".join(words),)))
    await talk.say(WRITE_DOWN)
    await _type_back(talk, words)
    return " ".join(words), False


async def _type_back(talk: Talk, words: Sequence[str]) -> None:
    """Let the words be typed; those that are right stay, and the others are asked for one by one.

    Raises:
        RuleError: If some of them are not typed as they were shown.
    """
    wrong = different(await talk.ask(TYPE_BACK), words)
    for left in reversed(range(talk.tries)):
        if not wrong:
            return
        if not left:
            raise RuleError(NOT_TYPED)
        await talk.say(NOT_THESE.format(which=named(wrong)))
        typed = [(place, await talk.ask(WORD.format(place=place))) for place in wrong]
        wrong = [place for place, word in typed if different(word, words[place - 1 : place])]
