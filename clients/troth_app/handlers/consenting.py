"""Saying yes to one exact text, and every way of saying no, or no longer.

A yes takes the whole text, its end, and the own passphrase typed now; there is no default and none for several texts.
A no is one step: at once, offline, without a reason.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from troth_app.cards import thing_card
from troth_app.chapter import Chapter
from troth_app.conversation import Card
from troth_app.exact import Text, parts_of, texts_in
from troth_app.handlers.agreeing import stands, title_of
from troth_app.handlers.locking import opened
from troth_app.handlers.together import (
    admin_of,
    ask_line,
    chapter_of,
    earlier_of,
    names_of,
    pick,
    state_of,
    today_of,
    write,
)
from troth_app.messages import capital, tell
from troth_app.outcome import RuleError
from troth_app.recounting import say, sentence
from troth_app.talk import Talk
from troth_couple import Shown, Stage, State, key_of, shown
from troth_couple.chapters import KIND as CHAPTER
from troth_couple.entry import ChapterId, Entry, SubjectId
from troth_couple.kinds import Weight
from troth_couple.revision import AgreementId, RevisionId
from troth_couple.roster import EntryId
from troth_couple.views import by_age
from troth_couple.wordings import before
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["ask_change", "assent", "decline", "not_me", "withdraw"]


STANDING: Final = (Stage.WAITING, Stage.OURS, Stage.KEEPING)
"""Where a thing of both stands while a yes to it can be taken back; what is over is none to choose from."""


async def assent(talk: Talk, keeper: "Keeper") -> None:
    """Read a text to its end, and then, apart from that, say yes to it with the passphrase."""
    state, me = await state_of(keeper), chapter_of(keeper).me
    await talk.safe(tell("assent.unread"))
    waiting = [text for text in texts_in(state, names_of(keeper), me) if me not in text.agreed]
    if not waiting:
        raise RuleError(tell("assent.none"))
    _check_unhurried(keeper, me)
    text = await pick(talk, tell("assent.which"), waiting, lambda text: text.title)
    if not await _read(talk, text) or not await _sure(talk):
        await talk.say(tell("assent.unread"))
        return
    drops = [drop async for drop in _let_go(talk, text, me)]
    admin, day = await admin_of(talk, keeper), today_of(keeper)
    await talk.safe(tell("safe.agreed"))
    await write(keeper, lambda pen: [pen.assent(text.about, text.text, day=day, admin=admin, drops=drops)])
    await talk.say(tell("assent.done"), *await _how_it_stands(keeper, text.about))


def _check_unhurried(keeper: "Keeper", me: PersonId) -> None:
    """See that a yes is not the first that its person does between two who met a moment ago.

    Raises:
        RuleError: If it would be.
    """
    written = chapter_of(keeper).book.ledger.known.values()
    if opened(keeper).met_just_now and not any(act.person == me for act in written):
        raise RuleError(tell("assent.met"))


async def withdraw(talk: Talk, keeper: "Keeper") -> None:
    """Take one's yes back: one step where there is one agreement, and a choice before it where there are several."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    given = list(_given(state, names_of(keeper), me))
    if not given:
        raise RuleError(tell("withdraw.none"))
    about, title = await pick(talk, tell("withdraw.which"), given, lambda item: item[1])
    await write(keeper, lambda pen: [pen.withdraw(about, day=day)])
    await talk.say(tell("withdraw.done", title=title), *await _how_it_stands(keeper, about))


async def decline(talk: Talk, keeper: "Keeper") -> None:
    """Say no to a text of the other's; no reason is asked for."""
    text = await _asked_about(talk, keeper, "decline.which", Text.may_decline)
    day = today_of(keeper)
    await write(keeper, lambda pen: [pen.decline(text.about, RevisionId(text.text), day=day)])
    await talk.say(say(key_of(Shown.NOT_AGREED)))


async def ask_change(talk: Talk, keeper: "Keeper") -> None:
    """Ask for another text, with or without words; an own yes stands meanwhile or not, as one says."""
    me = chapter_of(keeper).me
    text = await _asked_about(talk, keeper, "ask.which", Text.may_ask_change)
    await talk.safe(tell("safe.nothing"))
    wish = await ask_line(talk, tell("ask.wish"))
    # Where there is no yes to keep, a later one decides this anew, and so settles it.
    keeps = me in text.agreed and await talk.choose(tell("ask.keeps"), [tell("ask.keep"), tell("ask.lower")]) == 0
    day = today_of(keeper)
    revision = RevisionId(text.text)
    await write(keeper, lambda pen: [pen.ask_change(text.about, revision, day=day, wish=wish, keeps=keeps)])
    await talk.say(tell("ask.done"), *await _how_it_stands(keeper, text.about))


async def not_me(talk: Talk, keeper: "Keeper") -> None:
    """Say of a yes, or of a release, that stands under one's own name in any chapter: that was not me."""
    here, day, names = chapter_of(keeper), today_of(keeper), names_of(keeper)
    await talk.safe(tell("safe.nothing"))
    places = {chapter.id: (chapter, state) for chapter, state in await earlier_of(keeper)}
    places = {here.id: (here, await state_of(keeper)), **places}
    acts = [act for chapter, _ in places.values() for act in _commitments(chapter)]
    if not acts:
        raise RuleError(tell("notme.none"))
    act = await pick(talk, tell("notme.which"), acts, lambda act: _act_label(act, places[act.chapter][1], names, here))
    chapter, state = places[act.chapter]
    if _opened_by(act, state) in state.opened and not await _sure_of_chapter(talk):
        return
    await write(keeper, lambda pen: [pen.repudiate(act.id, day=day)], chapter=chapter)
    await opened(keeper).follow(day)
    over = act.chapter != here.id and AgreementId(act.subject) in state.agreements
    await talk.say(tell("notme.done"), *([tell("notme.earlier")] if over else []))


async def _read(talk: Talk, text: Text) -> bool:
    """Show a text part by part; tell whether its end was reached."""
    parts = parts_of(text.lines)
    for number, part in enumerate(parts, 1):
        if number > 1 and await talk.choose(tell("assent.next"), [tell("assent.on"), tell("assent.stop")]) == 1:
            return False
        mark = [tell("assent.part", number=f"{number}", count=f"{len(parts)}")] if len(parts) > 1 else []
        await talk.show(Card(" · ".join([text.title, *mark]), tuple(part)))
    return True


async def _sure(talk: Talk) -> bool:
    """Ask for the yes by itself, after the text; what is offered first is no."""
    await talk.say(tell("assent.end"))
    return await talk.choose(tell("assent.what"), [tell("assent.not_now"), tell("assent.yes")]) == 1


async def _let_go(talk: Talk, text: Text, me: PersonId) -> AsyncIterator[EntryId]:
    """Ask of each other yes to the same agreement that would stand beside this one, whether it goes."""
    if text.agreement is None:
        return
    known = text.agreement.wordings
    passed = before([RevisionId(text.text)], known)[RevisionId(text.text)]
    for other, assents in sorted(text.agreement.assents.items()):
        if me in assents and other not in passed:
            prompt = tell("assent.other", title=shown(known[other].revision.title))
            if await talk.choose(prompt, [tell("assent.keep"), tell("assent.drop")]) == 1:
                yield assents[me].id


async def _how_it_stands(keeper: "Keeper", about: SubjectId) -> list[str]:
    state = await state_of(keeper)
    agreement = state.agreements.get(AgreementId(about))
    return [stands(agreement)] if agreement else [say(key_of(state.things[about].stage))]


async def _asked_about(talk: Talk, keeper: "Keeper", key: str, fits: Callable[[Text, PersonId], bool]) -> Text:
    state, me = await state_of(keeper), chapter_of(keeper).me
    found = [text for text in texts_in(state, names_of(keeper), me) if fits(text, me)]
    if not found:
        raise RuleError(tell("decline.none"))
    return await pick(talk, tell(key), found, lambda text: text.title)


def _given(state: State, names: Mapping[PersonId, str], me: PersonId) -> Iterator[tuple[SubjectId, str]]:
    """Yield what one said yes to: agreements, and things that are to be both persons'."""
    for agreement in by_age(state):
        if agreement.shown is not Shown.ENDED and any(me in by for by in agreement.assents.values()):
            yield SubjectId(agreement.id), title_of(agreement)
    for thing in state.things.values():
        if me in thing.assents and thing.stage in STANDING and thing.kind != CHAPTER:
            card = thing_card(thing, names=names, me=me)
            yield thing.id, next(iter(card["lines"]), card["title"])


def _commitments(chapter: Chapter) -> list[Entry]:
    """Return the own yeses and releases of which one has not said yet that they were somebody else's."""
    own = [act for act in chapter.book.ledger.known.values() if act.person == chapter.me and act.readable]
    disowned = {act.said("act") for act in own if act.name == "repudiate"}
    found = [act for act in own if act.weight == Weight.COMMITMENT and act.id not in disowned]
    return sorted(found, key=lambda act: (act.day, act.sequence, act.id), reverse=True)


def _opened_by(act: Entry, state: State) -> ChapterId | None:
    """Return the chapter to come to which an act says yes, if it is such an act."""
    thing = state.things.get(act.subject)
    return ChapterId(thing.says("next")) if thing is not None and thing.kind == CHAPTER else None


async def _sure_of_chapter(talk: Talk) -> bool:
    """Say what becomes of a chapter that both had opened, and ask: it can not be had back."""
    await talk.say(tell("notme.chapter"))
    if await talk.choose(tell("chapter.sure"), [tell("assent.not_now"), tell("notme.was_not")]) == 1:
        return True
    await talk.say(tell("safe.nothing"))
    return False


def _act_label(act: Entry, state: State, names: Mapping[PersonId, str], here: Chapter) -> str:
    agreement = state.agreements.get(AgreementId(act.subject))
    said = capital(sentence(act, names=names))
    label = tell("notme.about", title=title_of(agreement), sentence=said) if agreement else said
    return label if act.chapter == here.id else tell("export.earlier", title=label)
