"""Leaving the space for two: what the other person will see is shown first, and for ten seconds it never happened."""

import asyncio
from typing import TYPE_CHECKING, Final

from troth_app.handlers.locking import opened
from troth_app.household import Household, Place
from troth_app.messages import tell
from troth_app.outcome import OtherError, RuleError
from troth_app.talk import Talk
from troth_app.wording import name_of
from troth_wire.errors import PassphraseError
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["leave"]

NONE: Final = Said("There is no space for two to leave. Nothing was changed.")
STAYS: Final = Said(
    "What stays: everything in {name} stays readable on your devices and on theirs. Nothing is deleted, and nobody can "
    "take away what the other holds. `troth space read` shows it, also beside a new space for two, and `troth search` "
    "and the exports hold it, now and afterwards. Your own notes and your other spaces are not touched."
)
THEY_SEE: Final = Said(
    "What the other person sees, when their device syncs next: “This space was ended.” No reason goes with it. From "
    "then on neither of you writes in it. If you want a space for two again, you make a new one, together."
)
WHEN: Final = Said(
    "It takes effect here at once. The other person is told ten seconds later, and until then you can take it back."
)
UNCHANGED: Final = Said("Nothing was changed.")
BY_NAME: Final = Said("To leave, type the name of the space, “{name}”:")
NOT_NAMED: Final = Said("That is another name. Nothing was changed.")
AGAIN: Final = Said("Passphrase, once more:")
LEFT: Final = Said("You have left {name}. The other person is told in a few seconds, or when you unlock next.")
HERE: Final = Said("You have left {name}. Nothing goes out for ten seconds.")
TAKE_BACK: Final = Said("Do you want to take it back?")
COME_BACK: Final = Said("Take it back, as if it had never been")
STAY_AWAY: Final = Said("Leave it so")
BACK: Final = Said("It never happened: {name} is as it was, and nobody was told.")
SENT: Final = Said("It is final now. The other person is told when both devices have reached the relay.")


async def leave(talk: Talk, keeper: "Keeper") -> None:
    """Leave the space for two."""
    household = opened(keeper)
    place = household.shared
    if place is None or place.ended:
        raise OtherError(NONE)
    name = name_of(place.kind, place.label)
    await talk.safe(UNCHANGED)
    await talk.say(STAYS.format(name=name), THEY_SEE, WHEN)
    await _named(talk, name)
    sent = await _left(talk, household, place, name)
    await talk.say(HERE.format(name=name))
    if await talk.wait(_taken_back(talk, household, place, sent)):
        await talk.say(BACK.format(name=name))
    else:
        await talk.say(SENT, *([tell("invitations.after")] if household.settings.invites else []))


async def _named(talk: Talk, name: str) -> None:
    """Have the name of the space typed.

    Raises:
        RuleError: If it is another one, as often as may be asked.
    """
    for left in reversed(range(talk.tries)):
        if (await talk.ask(BY_NAME.format(name=name))).casefold().split() == name.casefold().split():
            return
        if not left:
            raise RuleError(NOT_NAMED)
        await talk.say(NOT_NAMED)


async def _left(talk: Talk, household: Household, place: Place, name: str) -> "asyncio.Task[None]":
    """Leave with the passphrase; return what ends when the other person is told.

    Raises:
        PassphraseError: If it is another one, as often as may be asked.
    """
    for left in reversed(range(talk.tries)):
        passphrase = await talk.hidden(AGAIN)
        await talk.safe(LEFT.format(name=name))
        try:
            return await talk.wait(household.leave(place, passphrase=passphrase))
        except PassphraseError:
            await talk.safe(UNCHANGED)
            if not left:
                raise
            await talk.say(tell("passphrase.not"))
    raise AssertionError("it was asked for at least once")


async def _taken_back(talk: Talk, household: Household, place: Place, sent: "asyncio.Task[None]") -> bool:
    """Wait until the other person is told, or it is taken back; a question is for somebody at a keyboard."""
    if talk.begin.live:
        asking = asyncio.create_task(talk.choose(TAKE_BACK, [COME_BACK, STAY_AWAY]))
        try:
            await asyncio.wait({sent, asking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asking.cancel()
        if asking.done() and await asking == 0 and await household.come_back(place.room):
            return True
    await sent
    return False
