"""What the other told or offers, for its reader: sealed until they choose, opened without a trace, spoken of or not.

No list shows the words, opening writes nothing, and that something is there is said on one day.
"""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, thing_card
from troth_app.conversation import Card, Result
from troth_app.former import former
from troth_app.handlers.locking import opened
from troth_app.handlers.support import rest
from troth_app.handlers.together import (
    ask_day,
    chapter_of,
    earlier_of,
    former_of,
    names_in,
    names_of,
    pick,
    state_of,
    today_of,
    write,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.settings import noticed_row
from troth_app.talk import Talk
from troth_couple import Day, Receiving, Stage, State, Thing, days_after, together
from troth_couple.kinds import BY_NAME
from troth_wire.errors import LocalError
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["noticed", "open_", "receive"]

SOON_DAYS: Final = 7
UNSPOKEN: Final = (Stage.SAID, Stage.AMENDED, Stage.OFFERED)
"""Where something stands of which its reader has said nothing."""


async def open_(talk: Talk, keeper: "Keeper", kind: str) -> None:
    """Let the reader choose, and show the words if they do; what they say of it then is up to them."""
    await talk.safe(tell("safe.nothing"))
    here, earlier = await _theirs(keeper, kind), await _earlier(keeper, kind)
    thing = await _pick(talk, keeper, [*here, *earlier])
    await _show(talk, keeper, thing)
    await talk.say(tell("open.choice"))
    if not await _chosen(talk):
        await talk.say(tell("open.left"))
        return
    await _show(talk, keeper, thing, chosen=True)
    if thing in here:
        await _speak(talk, keeper, thing)
    else:
        await talk.say(tell("open.earlier"))


async def receive(talk: Talk, keeper: "Keeper", kind: str, choices: Sequence[Receiving]) -> None:
    """Say how it is to receive something: in one word, without a reason; where there is one word, nobody is asked."""
    day = today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    thing = await _pick(talk, keeper, await _theirs(keeper, kind))
    words = [tell(f"receiving.{choice.name.lower()}") for choice in choices]
    choice = choices[await talk.choose(tell("receive.how"), words) if len(choices) > 1 else 0]
    later = choice is Receiving.NOT_NOW
    by = await ask_day(talk, tell("receive.by", day=days_after(day, SOON_DAYS)), since=day) if later else None
    await _say(talk, keeper, thing, choice, by=by)


async def noticed(keeper: "Keeper", state: State) -> list[str]:
    """Return the kinds of which there is something to open that this device has not spoken of before today."""
    household, me, day = opened(keeper), chapter_of(keeper).me, today_of(keeper)
    there = [thing for thing in _sealed(state, me) if thing.stage in UNSPOKEN and not thing.thanks]
    due = [thing for thing in there if household.settings.noticed.get(thing.id, day) == day]
    fresh = [noticed_row(thing.id, day) for thing in due if thing.id not in household.settings.noticed]
    if fresh:
        # On a disk that takes nothing now it is said all the same, and perhaps once more.
        with suppress(LocalError):
            await household.remember(*fresh)
    return sorted({thing.kind for thing in due})


def _sealed(state: State, me: bytes) -> list[Thing]:
    """Return what is sealed for a person, the latest first; of what was taken back there is nothing to open."""
    things = [thing for thing in state.things.values() if BY_NAME[thing.kind].sealed and thing.author != me]
    return newest_first(thing for thing in things if thing.versions)


async def _theirs(keeper: "Keeper", kind: str) -> list[Thing]:
    state = await state_of(keeper)
    return [thing for thing in _sealed(state, chapter_of(keeper).me) if thing.kind == kind]


async def _earlier(keeper: "Keeper", kind: str) -> list[Thing]:
    """Return what stands where nobody writes any more: it can be opened there, and nothing is said to it."""
    earlier = await earlier_of(keeper)
    over = [(chapter, state) for _, chapter, state, _ in await former_of(keeper, former(opened(keeper)))]
    found = [thing for chapter, state in (*earlier, *over) for thing in _sealed(state, chapter.me)]
    return [thing for thing in found if thing.kind == kind]


def _names(keeper: "Keeper") -> Mapping[PersonId, str]:
    """Return how the two are called, in every space for two: in each they have other ids."""
    there = [names_in(chapter, space.names[1]) for space in former(opened(keeper)) for chapter in space.chapters]
    return ChainMap(dict(names_of(keeper)), *map(dict, there))


async def _pick(talk: Talk, keeper: "Keeper", things: Sequence[Thing]) -> Thing:
    if not things:
        raise RuleError(tell("open.none"))
    names, me = _names(keeper), chapter_of(keeper).me
    return await pick(talk, tell("pick.which"), things, lambda thing: _title(thing_card(thing, names=names, me=me)))


def _title(card: Result) -> str:
    return str(card["title"])


async def _show(talk: Talk, keeper: "Keeper", thing: Thing, *, chosen: bool = False) -> None:
    card = thing_card(thing, names=_names(keeper), me=chapter_of(keeper).me, letters=None, opened=chosen)
    await talk.show(Card(card["title"], tuple(card["lines"])))


async def _chosen(talk: Talk) -> bool:
    """Ask whether to open it; not now stands first, and coming to rest before it."""
    not_now, rest_first, open_it = (tell(key) for key in ("open.not_now", "open.rest", "open.open"))
    choice = (not_now, rest_first, open_it)[await talk.choose(tell("open.how"), [not_now, rest_first, open_it])]
    if choice == rest_first:
        for card in rest():
            await talk.show(Card(card["title"], tuple(card["lines"])))
        choice = (not_now, open_it)[await talk.choose(tell("open.how"), [not_now, open_it])]
    return choice == open_it


async def _speak(talk: Talk, keeper: "Keeper", thing: Thing) -> None:
    """Ask what to say of it; nothing stands first, and then nothing is written."""
    thanks = thing.kind in BY_NAME["thanks"].about
    words = [tell("open.nothing"), tell("receiving.received"), *([tell("open.thanks")] if thanks else [])]
    choice = await talk.choose(tell("open.say"), words)
    if choice == 1:
        await _say(talk, keeper, thing, Receiving.RECEIVED)
    elif choice == 2:
        day = today_of(keeper)
        await write(keeper, lambda pen: [pen.write("thanks", day=day, about=thing.id)])
        await talk.say(tell("thanks.said"))


async def _say(talk: Talk, keeper: "Keeper", thing: Thing, choice: Receiving, *, by: Day | None = None) -> None:
    day = today_of(keeper)
    await talk.safe(tell("safe.maybe"))
    await write(keeper, lambda pen: [together.receive(pen, thing, choice, day=day, by=by)])
    await talk.say(tell("receive.not_now") if choice is Receiving.NOT_NOW else tell("receive.said"))
