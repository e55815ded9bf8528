"""A new chapter: both open it, what was agreed in the old one ends, and what goes along is said anew."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from troth_app.cards import bar, page, preview, thing_card
from troth_app.chapter import Write
from troth_app.conversation import Card, Result
from troth_app.handlers.locking import opened
from troth_app.handlers.together import (
    admin_of,
    ask_line,
    chapter_of,
    composing,
    earlier_of,
    names_of,
    pick,
    state_of,
    today_of,
    write,
)
from troth_app.messages import capital, tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import ChapterId, Day, Pen, Revision, Thing, document_of, shown
from troth_couple.entry import Entry
from troth_couple.kinds import BY_NAME
from troth_couple.turns import Carry, carry, turn
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["agree", "carry_over", "listed", "open_", "withdraw"]

CHAPTER_BYTES: Final = 16
LISTED_MAX: Final = 20
"""So much of what is left is offered at once, the latest first."""
LABEL_LETTERS: Final = 60


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show which chapters are suggested, who said yes to them, and whether something of the last one is left there."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    cards = [_card(thing, names, me) for thing in turn(state).listed]
    ends = [tell("chapter.left")] if await _offered(keeper) else []
    closed = [tell("chapter.closed")] if state.opened else []
    later = [tell("chapter.later")] if opened(keeper).earlier else [tell("chapter.first")]
    return page(cards, says=[*bar(state, me), *closed, *later], ends=ends)


async def open_(talk: Talk, keeper: "Keeper") -> None:
    """Suggest a new chapter, and say yes to it with the passphrase."""
    chapter_of(keeper)
    await talk.safe(tell("safe.nothing"))
    if not await _sure(talk):
        return
    words = await ask_line(talk, tell("chapter.words"))
    admin, day = await admin_of(talk, keeper), today_of(keeper)
    fields: dict[str, object] = {"next": keeper.machine.entropy(CHAPTER_BYTES), "words": words}

    def make(pen: Pen) -> Sequence[Entry]:
        thing = pen.write("chapter", fields, day=day)
        return [thing, pen.assent(thing.subject, thing.id, day=day, admin=admin)]

    await talk.safe(tell("safe.maybe"))
    await write(keeper, make)
    await talk.say(tell("chapter.waits"))


async def agree(talk: Talk, keeper: "Keeper") -> None:
    """Say yes to a chapter that the other suggested; it is opened at once if nothing stands in its way."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    await talk.safe(tell("safe.nothing"))
    waiting = [thing for thing in turn(state).listed if me not in thing.assents]
    here = chapter_of(keeper)
    fresh = [thing for thing in waiting if not here.space.view(document_of(ChapterId(thing.says("next"))))]
    if waiting and not fresh:
        # An id that was in use would bring what was agreed there into force again.
        raise RuleError(tell("chapter.used"))
    chapter = await _pick(talk, fresh, names)
    card = _card(chapter, names, me)
    await talk.show(Card(card["title"], tuple(card["lines"])))
    if not await _sure(talk):
        return
    admin, day = await admin_of(talk, keeper), today_of(keeper)
    await talk.safe(tell("safe.maybe"))
    await write(keeper, lambda pen: [pen.assent(chapter.id, chapter.versions[0].id, day=day, admin=admin)])
    await opened(keeper).follow(day)
    await talk.say(tell("chapter.waits") if chapter_of(keeper) is here else tell("chapter.opened"))


async def withdraw(talk: Talk, keeper: "Keeper") -> None:
    """Take a yes to a chapter back: one step, no reason."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    await talk.safe(tell("safe.nothing"))
    chapter = await _pick(talk, [thing for thing in turn(state).listed if me in thing.assents], names)
    day = today_of(keeper)
    await write(keeper, lambda pen: [pen.withdraw(chapter.id, day=day)])
    await opened(keeper).follow(day)
    await talk.say(tell("chapter.withdrawn"))


async def carry_over(talk: Talk, keeper: "Keeper") -> None:
    """Say anew what one picks of what is left in the last chapter, one after the other; an agreement is proposed."""
    me, day = chapter_of(keeper).me, today_of(keeper)
    await composing(talk, keeper)
    if not await _offered(keeper):
        raise RuleError(tell("chapter.nothing"))
    while found := await _offered(keeper):
        labels = [preview(_label(item, names_of(keeper), me), LABEL_LETTERS) for item in found]
        choice = await talk.choose(tell("chapter.anew"), [*labels, tell("chapter.enough")])
        if choice == len(found):
            return
        await write(keeper, _say_anew(found[choice], day))
        await talk.say(tell("chapter.proposed") if isinstance(found[choice], Revision) else tell("shared"))


async def _offered(keeper: "Keeper") -> list[Revision | Thing]:
    """Return what one may say anew: texts that both had agreed to, and own words, the latest first."""
    left = await _left(keeper) or Carry()
    found: list[Revision | Thing] = [*left.agreements]
    return [*found, *reversed(left.things)][:LISTED_MAX]


async def _left(keeper: "Keeper") -> Carry | None:
    """Return what of the last chapter, and of others that both had opened from it, is not here; None in the first."""
    chapters, day = opened(keeper).chapters, today_of(keeper)
    if len(chapters) == 1:
        return None
    last, new = [await chapter.look(day) for chapter in chapters[-2:]]
    beside = [state for chapter, state in await earlier_of(keeper) if chapter.id in last.opened]
    return carry([last, *beside], new, chapter_of(keeper).me)


def _label(item: Revision | Thing, names: Mapping[PersonId, str], me: PersonId) -> str:
    if isinstance(item, Revision):
        return shown(item.title)
    card = thing_card(item, names=names, me=me)
    return " ".join([f"{card['title']}:", *card["lines"]])


def _say_anew(item: Revision | Thing, day: Day) -> Write:
    """Return what writes the same words into the current chapter, as an own new entry of today."""
    if isinstance(item, Revision):
        return lambda pen: [pen.propose(item, day=day)]
    fields = {field: item.versions[0].said(field) for field in BY_NAME[item.kind].places}
    return lambda pen: [pen.write(item.kind, fields, day=day)]


async def _sure(talk: Talk) -> bool:
    """Say what a chapter ends and what it keeps, and ask; not now stands first."""
    await talk.say(tell("chapter.ends"), tell("chapter.keeps"))
    if await talk.choose(tell("chapter.sure"), [tell("assent.not_now"), tell("chapter.yes")]) == 1:
        return True
    await talk.say(tell("safe.nothing"))
    return False


async def _pick(talk: Talk, chapters: Sequence[Thing], names: Mapping[PersonId, str]) -> Thing:
    if not chapters:
        raise RuleError(tell("chapter.none"))
    return await pick(
        talk,
        tell("pick.which"),
        chapters,
        lambda thing: shown(thing.says("words") or "") or tell("card.chapter", name=names[thing.author], day=thing.day),
    )


def _card(thing: Thing, names: Mapping[PersonId, str], me: PersonId) -> Result:
    card = thing_card(thing, names=names, me=me)
    said = [tell("chapter.said", name=names[person]) for person in sorted(thing.assents)]
    return {**card, "lines": [*card["lines"], *map(capital, said)]}
