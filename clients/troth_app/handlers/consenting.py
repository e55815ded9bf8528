"""Saying yes to one exact text, and every way of saying no, or no longer.

A yes takes the whole text, its end, and the own passphrase typed now; there is no default and none for several texts.
A no is one step: at once, offline, without a reason.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from troth_app.cards import thing_card
from troth_app.conversation import Card
from troth_app.exact import Text, parts_of, texts_in
from troth_app.handlers.agreeing import stands, title_of
from troth_app.handlers.locking import opened
from troth_app.handlers.together import admin_of, ask_line, chapter_of, names_of, pick, state_of, today_of, write
from troth_app.messages import capital, tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Shown, Stage, State, key_of, say, sentence, shown
from troth_couple.entry import Entry, SubjectId
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
    keeps = me not in text.agreed or await talk.choose(tell("ask.keeps"), [tell("ask.keep"), tell("ask.lower")]) == 0
    day = today_of(keeper)
    revision = RevisionId(text.text)
    await write(keeper, lambda pen: [pen.ask_change(text.about, revision, day=day, wish=wish, keeps=keeps)])
    await talk.say(tell("ask.done"), *await _how_it_stands(keeper, text.about))


async def not_me(talk: Talk, keeper: "Keeper") -> None:
    """Say of a yes, or of a release, that stands under one's own name: that was not me."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    acts = _commitments(chapter_of(keeper).book.ledger.known.values(), me)
    if not acts:
        raise RuleError(tell("notme.none"))
    names = names_of(keeper)
    act = await pick(talk, tell("notme.which"), acts, lambda act: _act_label(act, state, names))
    await write(keeper, lambda pen: [pen.repudiate(act.id, day=day)])
    await talk.say(tell("notme.done"))


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
        if me in thing.assents and thing.stage in STANDING:
            card = thing_card(thing, names=names, me=me)
            yield thing.id, next(iter(card["lines"]), card["title"])


def _commitments(acts: Iterable[Entry], me: PersonId) -> list[Entry]:
    """Return the own yeses and releases of which one has not said yet that they were somebody else's."""
    own = [act for act in acts if act.person == me and act.readable]
    disowned = {act.said("act") for act in own if act.name == "repudiate"}
    found = [act for act in own if act.weight == Weight.COMMITMENT and act.id not in disowned]
    return sorted(found, key=lambda act: (act.day, act.sequence, act.id), reverse=True)


def _act_label(act: Entry, state: State, names: Mapping[PersonId, str]) -> str:
    agreement = state.agreements.get(AgreementId(act.subject))
    said = capital(sentence(act, names=names))
    return tell("notme.about", title=title_of(agreement), sentence=said) if agreement else said
