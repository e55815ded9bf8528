"""Twelve words for the day on which every device is gone: made, tried, and what they can do is said before."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from troth.amendments import Second
from troth.recovery import Words
from troth_app.consent import Asked, agreed, ask, forget
from troth_app.conversation import Result
from troth_app.handlers.locking import opened
from troth_app.handlers.pairing import relay_of
from troth_app.household import Household, Place
from troth_app.limits import KNOCK_S
from troth_app.outcome import HereError, OtherError, RuleError
from troth_app.phrases import ask_phrase, show_phrase
from troth_app.signposting import leave
from troth_app.talk import Talk
from troth_app.wording import listed_as, name_of, quoted
from troth_wire.errors import ForgedError, UsageError
from troth_wire.ids import DeviceId, SpaceId
from troth_wire.said import Said, in_context, plural

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["make", "test"]

CAN: Final = Said(
    "With twelve words on paper you come back when every device is lost, and can remove a device that was stolen. "
    "They add one device, and they write nothing and agree to nothing."
)
BEWARE: Final = Said(
    "Whoever has the words reads everything of yours, from anywhere, and nothing shows it: that can not be prevented. "
    "Keep the paper as you would keep the key to your home. If somebody may have seen it, make new words."
)
UNCHANGED: Final = Said("No words were set. Those that you had, if you had some, are as they were.")
AGAIN: Final = Said("Passphrase, once more:")
OLD: Final = Said("The recovery words that you have now:")
OLD_FIRST: Final = Said("You have recovery words. New ones take their place, and the old ones sign that.")
HAVE_OLD: Final = Said("Do you have the words that are in force?")
OLD_HERE: Final = Said("Yes, and I can type them")
OLD_LOST: Final = Said("No, they are lost; another device of mine agrees")
SEVERAL: Final = plural(
    "You have {count} device. One alone is not to be enough to make words, or whoever holds it could take over "
    "everything. So another one of yours has to agree, at the end: have it at hand.",
    "You have {count} devices. One alone is not to be enough to make words, or whoever holds it could take over "
    "everything. So another one of yours has to agree, at the end: have it at hand.",
)
WAITING: Final = Said(
    "Now run `troth recovery agree` on another device of yours. This waits for it. If you stop, no words are set."
)
NOBODY: Final = Said("It locked before another device agreed. No words were set. Begin again when you like.")
NOT_AGREED: Final = Said(
    "What the other device agreed to does not go with what this one knows. `troth recovery test` says whether words "
    "were set anywhere. Let both devices sync, and begin again."
)
NOT_OLD: Final = Said("These are not the words that are in force. No words were set.")
NOT_SYNCED: Final = Said(
    "The relay can not be reached at this moment, and the words lead there. No words were set. Try again later."
)
MAYBE: Final = Said(
    "The new words may be set in some of your spaces; `troth recovery test` says. The same command goes on."
)
SET: Final = Said("The words are set, in {spaces}. Burn older ones. `troth recovery test` tries them.")
TYPE: Final = Said("The twelve words:")
IN_FORCE: Final = in_context("recovery words", "in force")
REPLACED: Final = in_context("recovery words", "other words took their place")
NEVER: Final = in_context("recovery words", "these words were never set here")
ADDRESS: Final = Said("Write this beside them: {address}")


async def make(talk: Talk, keeper: "Keeper") -> None:
    """Draw new words, show them once, and let them belong to this person in every space."""
    household = opened(keeper)
    address = relay_of(household)
    places = [place for place in household.places if not place.ended]
    await talk.safe(UNCHANGED)
    await talk.say(CAN, BEWARE)
    old, together = await _who_signs(talk, places)
    await _check_synced(talk, places)
    passphrase = await talk.hidden(AGAIN)
    await talk.wait(household.vault.admin(household.solo.room, passphrase))
    words = Words.draw(keeper.machine.entropy)
    await show_phrase(talk, words, keeper.machine.entropy)
    await talk.say(ADDRESS.format(address=address.url))
    # Before the words count: whoever has them must find the way from the first moment on.
    await talk.wait(leave(household, words.signposts))
    seconds = await _consent(talk, household, places, words) if together else {}
    await talk.safe(MAYBE)
    for place in places:
        signed = old if _had_words(place) else None
        second = seconds.get(place.space.id)
        try:
            await place.space.set_recovery(words, passphrase=passphrase, old=signed, second=second)
        except (ForgedError, UsageError):
            raise OtherError(NOT_AGREED) from None
    await talk.wait(_lead_on(household, places, words))
    await talk.say(SET.format(spaces=_named(places)))


async def test(talk: Talk, keeper: "Keeper") -> Result:
    """Say whether words are in force, and which spaces they open."""
    household = opened(keeper)
    words = await ask_phrase(talk, TYPE)
    found = [[name_of(place.kind, place.label), _state(place, words)] for place in household.places]
    return {"spaces": found, "in_force": all(state == IN_FORCE for _, state in found)}


def _state(place: Place, words: Words) -> str:
    members, card = place.space.members, _card(place, words)
    if card in members.words.values():
        return IN_FORCE
    return REPLACED if card in members.weak else NEVER


async def _who_signs(talk: Talk, places: Sequence[Place]) -> tuple[Words | None, bool]:
    """Return the words in force, if they sign, and whether another device has to agree.

    Raises:
        RuleError: If what is typed is not in force.
    """
    most = max(len(_own(place)) for place in places)
    had = any(map(_had_words, places))
    if most > 1 and (not had or await talk.choose(HAVE_OLD, [OLD_HERE, OLD_LOST]) == 1):
        await talk.say(SEVERAL.format(count=most))
        return None, True
    if not had:
        return None, False
    await talk.say(OLD_FIRST)
    old = await ask_phrase(talk, OLD)
    if any(_had_words(place) and _state(place, old) != IN_FORCE for place in places):
        raise RuleError(NOT_OLD)
    return old, False


async def _consent(talk: Talk, household: Household, places: Sequence[Place], words: Words) -> Mapping[SpaceId, Second]:
    """Wait until another own device agreed, wherever there is one."""
    asking = Asked(
        household.solo.space.device,
        {place.space.id: (place.space.device, _card(place, words)) for place in places if len(_own(place)) > 1},
    )
    await ask(household, asking)
    await talk.say(WAITING)
    try:
        return await talk.wait(_agreed(household, _card(household.solo, words)))
    finally:
        await forget(household)


async def _agreed(household: Household, words: DeviceId) -> Mapping[SpaceId, Second]:
    notices = household.solo.space.notices()
    while (found := agreed(household, words)) is None:
        if await anext(notices, None) is None:
            raise OtherError(NOBODY)
    return found.seconds


def _card(place: Place, words: Words) -> DeviceId:
    keys, _ = words.keys(place.space.id, place.space.members.person(place.space.device))
    return keys.device


def _own(place: Place) -> frozenset[bytes]:
    members = place.space.members
    return frozenset(members.devices(members.person(place.space.device)))


def _had_words(place: Place) -> bool:
    members = place.space.members
    person = members.person(place.space.device)
    return any(members.person_of[weak] == person for weak in members.weak)


async def _check_synced(talk: Talk, places: Sequence[Place]) -> None:
    """See that every space is at the relay, where the words lead.

    Raises:
        HereError: If it can not be reached.
    """
    try:
        async with asyncio.timeout(KNOCK_S):
            await talk.wait(_stored(places))
    except TimeoutError:
        raise HereError(NOT_SYNCED) from None


async def _stored(places: Sequence[Place]) -> None:
    for place in places:
        await place.space.caught_up()
        await place.space.stored()


async def _lead_on(household: Household, places: Sequence[Place], words: Words) -> None:
    """Leave a signpost to the epochs that began with the words; cut short, `signposting.tend` does it later."""
    await _stored(places)
    await leave(household, words.signposts)


def _named(places: Sequence[Place]) -> str:
    return listed_as([quoted(name_of(place.kind, place.label)) for place in places])
