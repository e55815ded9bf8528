"""Slow, pause and stop: one step, no reason, offline; released by nobody but the person who gave it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from troth import Signer
from troth_app.cards import signal_cards
from troth_app.chapter import Write
from troth_app.handlers.locking import opened
from troth_app.handlers.together import admin_of, chapter_of, names_of, state_of, today_of, write
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Day, EntryId, Level, Scope, Signals

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["pause", "release", "slow", "stop"]


async def slow(talk: Talk, keeper: "Keeper") -> None:
    """Ask to go slower."""
    await _give(talk, keeper, Level.SLOW)


async def pause(talk: Talk, keeper: "Keeper") -> None:
    """Pause."""
    await _give(talk, keeper, Level.PAUSE)


async def stop(talk: Talk, keeper: "Keeper") -> None:
    """Stop."""
    await _give(talk, keeper, Level.STOP)


async def release(talk: Talk, keeper: "Keeper") -> None:
    """Release own signals, by name, with the passphrase."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    await talk.safe(tell("safe.nothing"))
    own = [act for act in state.signals.active if act.person == me]
    if not own:
        raise RuleError(tell("release.none"))
    chosen = list(own)
    if len(own) > 1:
        cards = signal_cards(Signals(tuple(own)), names=names, me=me)
        items = [tell("release.item", sentence=card["title"], detail=card["lines"][0]) for card in cards]
        index = await talk.choose(tell("release.which"), [*items, tell("release.all")])
        chosen = own if index == len(own) else [own[index]]
    admin, day = await admin_of(talk, keeper), today_of(keeper)
    for chapter in (*opened(keeper).earlier, chapter_of(keeper)):
        here = [act.id for act in chosen if act.chapter == chapter.id]
        if here:
            await write(keeper, _release(here, day=day, admin=admin), chapter=chapter)
    await talk.say(tell("release.done"))


def _release(signals: Sequence[EntryId], *, day: Day, admin: Signer) -> Write:
    return lambda pen: [pen.release(signals, day=day, admin=admin)]


async def _give(talk: Talk, keeper: "Keeper", level: Level) -> None:
    """Give a signal at once; what else it is about is asked where somebody wants to say so."""
    scope = Scope.TALK
    if talk.begin.options.get("about"):
        await talk.safe(tell("safe.nothing"))
        scope = list(Scope)[await talk.choose(tell("signal.about"), _scopes())]
    day = today_of(keeper)
    await write(keeper, lambda pen: [pen.signal(level, scope, day=day)])
    await talk.say(tell(f"signal.{level.name.lower()}"), tell("signal.given"))


def _scopes() -> Sequence[str]:
    return [tell(f"scope.{scope.name.lower()}") for scope in Scope]
