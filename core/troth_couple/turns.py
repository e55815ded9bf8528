"""From one chapter to the next: a new document in the same space, into which nothing of the old one comes by itself.

An entry names its chapter, so a copy in another document counts for nothing. Whoever wants to keep something says it
anew; an agreement needs both anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from troth_couple import wordings
from troth_couple.agreements import Agreement, Shown
from troth_couple.chapters import KIND
from troth_couple.derive import State
from troth_couple.entry import FIRST_CHAPTER, ChapterId
from troth_couple.kinds import BY_NAME
from troth_couple.revision import Revision
from troth_couple.signals import Signals
from troth_couple.things import Stage, Thing
from troth_wire.ids import PersonId

__all__ = ["Carry", "Turn", "carry", "current", "over", "turn", "unreleased"]

OVER: Final = (Stage.TAKEN_BACK, Stage.CLOSED, Stage.PAST, Stage.DROPPED, Stage.ELSEWHEN, Stage.DONE)


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said in a chapter of the ones that could follow it."""

    listed: tuple[Thing, ...] = ()
    """Every one that somebody proposed, the earliest day first."""
    next: ChapterId | None = None
    """The one that both opened; none where there are two of them, which is as good as none."""


@dataclass(frozen=True, slots=True)
class Carry:
    """What one person may want to say anew in the next chapter; nothing of it goes there by itself."""

    things: tuple[Thing, ...] = ()
    agreements: tuple[Revision, ...] = ()
    """Texts that both had agreed to, to be proposed and agreed anew."""


def turn(state: State) -> Turn:
    """Return what follows a chapter."""
    listed = sorted((thing for thing in state.things.values() if thing.kind == KIND), key=_age)
    opened = [thing for thing in listed if thing.stage is Stage.OURS]
    return Turn(tuple(listed), ChapterId(opened[0].says("next")) if len(opened) == 1 else None)


def current(turn_of: Callable[[ChapterId], Turn]) -> ChapterId:
    """Return the last of the chapters that follow one another; one that was there before is never opened again."""
    here = FIRST_CHAPTER
    seen = {here}
    while (ahead := turn_of(here).next) is not None and ahead not in seen:
        here = ahead
        seen.add(here)
    return here


def carry(old: Iterable[State], new: State, person: PersonId) -> Carry:
    """Return what of closed chapters is not in the next one: one's own words, and what both had agreed to."""
    left = list(old)
    own = (thing for state in left for thing in state.things.values() if thing.author == person and _lasts(thing))
    words = {_words(thing): thing for thing in sorted(own, key=_age)}
    said = {_words(thing) for thing in new.things.values() if thing.author == person}
    agreed = {
        text.id: text
        for state in left
        for key, found in sorted(state.agreements.items())
        if key not in new.agreements
        for text in _full(found, state)
    }
    return Carry(tuple(thing for key, thing in words.items() if key not in said), tuple(agreed.values()))


def over(state: State) -> State:
    """Return what stands in a chapter that is not the current one: it can be read, and nothing of it holds."""
    ended = {
        key: replace(found, shown=Shown.ENDED, in_force=None, versions=(), open=(), crossed=False)
        for key, found in state.agreements.items()
    }
    return replace(state, agreements=ended)


def unreleased(states: Iterable[State]) -> Signals:
    """Return the signals that are on in any of some chapters: a new page releases nothing."""
    on = [signal for state in states for signal in state.signals.active]
    return Signals(tuple(sorted(on, key=lambda entry: (-entry.said("level"), entry.id))))


def _age(thing: Thing) -> tuple[str, bytes]:
    return thing.day, thing.id


def _lasts(thing: Thing) -> bool:
    """Tell whether its author may say a thing anew.

    Not what passes, nor what the other's words stand in too, nor what the other opens when it is good for them: nobody
    is offered that twice.
    """
    kind = BY_NAME[thing.kind]
    alone = thing.kind in BY_NAME["take_back"].about and not kind.sealed
    return alone and thing.stage not in OVER and not kind.days_max


def _words(thing: Thing) -> tuple[object, ...]:
    return (thing.kind, *(version.body for version in thing.versions))


def _full(agreement: Agreement, state: State) -> list[Revision]:
    """Return the texts that held when the chapter closed: both assents live, nobody ended it, and it has not lapsed."""
    if any(act.name == "end" for act in agreement.acts):
        return []
    full = frozenset(text for text, live in agreement.assents.items() if len(live) == len(state.persons))
    held = wordings.top(full, wordings.before(full, agreement.wordings))
    revisions = [agreement.wordings[text].revision for text in held]
    return [text for text in revisions if text.expires is None or text.expires >= state.today]
