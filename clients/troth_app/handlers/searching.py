"""Looking for words: in what one wrote oneself, in agreements and in notes that both write.

Not in the other's check-ins: nobody is to be read by a list of their moods.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from troth_app.alone import alone_card
from troth_app.cards import agreement_card, newest_first, page, preview, thing_card
from troth_app.chapter import Chapter
from troth_app.conversation import Form, Result
from troth_app.former import called, former
from troth_app.handlers.alone import alone_of
from troth_app.handlers.locking import opened
from troth_app.handlers.together import ask_line, chapter_of, earlier_of, former_of, names_of, state_of
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import State, shown
from troth_couple.kinds import BY_NAME
from troth_couple.views import by_age
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["search"]

Pair = tuple[Result, str]
"""What is shown of something, and the words in which is looked."""


async def search(talk: Talk, keeper: "Keeper") -> Result:
    """Look for words."""
    wanted = await ask_line(talk, tell("search.what"), form=Form.LINE)
    if not wanted:
        raise RuleError(tell("search.empty"))
    mine: list[Pair] = [
        _pair({"title": tell("card.mine"), "lines": [shown(entry)], "kind": "mine"})
        for entry in opened(keeper).settings.entries
    ]
    mine += [
        _pair(alone_card(one, letters=None), alone_card(one, letters=None, whole=True)) for one in alone_of(keeper)
    ]
    pairs = [*mine, *(await _together(keeper) if opened(keeper).chapter else [])]
    found = [card for card, words in pairs if wanted.casefold() in words.casefold()]
    shorter = [{**card, "lines": [preview(line) for line in card["lines"]]} for card in found]
    return page(shorter, says=[] if found else [tell("search.none")])


def _pair(card: Result, whole: Result | None = None) -> Pair:
    """Return what is shown of something, and all of its words: what an alias stands for is found and not shown."""
    return card, _words(whole or card)


async def _together(keeper: "Keeper") -> list[Pair]:
    """Return a card for each own thing, each agreement and each note, whole; what is over comes last, named so."""
    names, found = names_of(keeper), _found(chapter_of(keeper), await state_of(keeper), names_of(keeper))
    for chapter, state in await earlier_of(keeper):
        found += [
            ({**card, "title": tell("export.earlier", title=card["title"]), "earlier": True}, words)
            for card, words in _found(chapter, state, names)
        ]
    for space, chapter, state, called_there in await former_of(keeper, former(opened(keeper))):
        found += [
            ({**card, "title": tell("space.title", title=card["title"], space=called(space)), "earlier": True}, words)
            for card, words in _found(chapter, state, called_there)
        ]
    return found


def _found(chapter: Chapter, state: State, names: Mapping[PersonId, str]) -> list[Pair]:
    """Return what of one chapter is looked through."""
    things = newest_first(state.things.values())
    own = [thing for thing in things if thing.author == chapter.me and _searched(thing.kind)]
    card_of = partial(thing_card, names=names, me=chapter.me, letters=None, theirs="")
    cards = [_pair(card_of(thing), card_of(thing, whole=True)) for thing in own]
    for agreement in by_age(state):
        parts = agreement_card(agreement, names=names)
        lines = [line for part in parts for line in (part["title"], *part["lines"])]
        cards.append(_pair({**parts[0], "lines": lines[1:], "kind": "agreement"}))
    notes = [thing for thing in state.things.values() if thing.kind == "note" and thing.versions]
    for note in notes:
        text = shown("".join(text for _, text in chapter.said(note.id)))
        cards.append(_pair({"title": shown(note.says("title")), "lines": text.split("\n"), "kind": "note"}))
    return cards


def _searched(kind: str) -> bool:
    """Tell whether own things of a kind are looked through; a note is by itself, and what felt fine has no history."""
    return kind != "note" and not BY_NAME[kind].apart


def _words(card: Result) -> str:
    return "\n".join([card["title"], *card["lines"]])
