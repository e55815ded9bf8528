"""Questions that both answer blind: each seals an answer first, and both open once both have sealed.

What was sealed stands in the vault of the device where it was written, and nowhere else, until it is opened.
"""

from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, preview, thing_card
from troth_app.conversation import Card, Form, Result
from troth_app.handlers.locking import opened
from troth_app.handlers.together import (
    ask_text,
    chapter_of,
    composing,
    names_of,
    pick,
    share,
    state_of,
    things_page,
    today_of,
    write,
)
from troth_app.messages import capital, inert, tell
from troth_app.outcome import RuleError
from troth_app.recounting import sentence
from troth_app.settings import sealed_row
from troth_app.talk import Talk
from troth_couple import Stage, State, Thing, shown

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "answer", "listed", "open_"]

SALT_BYTES: Final = 16
LABEL_LETTERS: Final = 60


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Ask something that both answer blind."""
    chapter_of(keeper)
    await composing(talk, keeper)
    question = await ask_text(talk, tell("blind.question"), form=Form.WORDS)
    day = today_of(keeper)
    await share(talk, keeper, question, lambda pen: [pen.write("blind", {"question": question}, day=day)])


async def answer(talk: Talk, keeper: "Keeper") -> None:
    """Seal an answer: the other learns that there is one, and nothing of it."""
    state, household, day = await state_of(keeper), opened(keeper), today_of(keeper)
    await composing(talk, keeper)
    me = chapter_of(keeper).me
    question = await _pick(talk, [thing for thing in _open(state) if not _by(keeper, thing, "seal", mine=me)])
    await talk.say(inert(shown(question.says("question"))))
    text, salt = await ask_text(talk, tell("blind.answer")), keeper.machine.entropy(SALT_BYTES)
    # Kept before anybody learns of the seal: one that could not be opened any more would close the other's too.
    await household.remember(sealed_row(question.id, salt, text))
    if await share(talk, keeper, text, lambda pen: [pen.seal(question.id, text, salt=salt, day=day)]):
        await talk.say(tell("blind.sealed"))
    else:
        await household.remember(sealed_row(question.id))


async def open_(talk: Talk, keeper: "Keeper") -> None:
    """Open one's own answer, once both have sealed theirs."""
    state, household, day = await state_of(keeper), opened(keeper), today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    me = chapter_of(keeper).me
    kept = [thing for thing in _open(state) if thing.id in household.settings.sealed]
    ready = [thing for thing in kept if _by(keeper, thing, "seal", mine=me) and _by(keeper, thing, "seal", other=me)]
    question = await _pick(talk, [thing for thing in ready if not _by(keeper, thing, "reveal", mine=me)])
    salt, text = household.settings.sealed[question.id]
    fields: dict[str, object] = {"salt": salt, "text": text}
    await write(keeper, lambda pen: [pen.write("reveal", fields, day=day, about=question.id)])
    await household.remember(sealed_row(question.id))
    thing = (await state_of(keeper)).things[question.id]
    card = thing_card(thing, names=names_of(keeper), me=me)
    await talk.show(Card(card["title"], tuple(card["lines"])))
    if not thing.opened:
        await talk.say(tell("blind.waits"))


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show the questions: who sealed an answer, and both answers once they are open."""
    state, names = await state_of(keeper), names_of(keeper)
    things = newest_first(thing for thing in state.things.values() if thing.kind == "blind")
    made = things_page(keeper, state, things, none="blind.none")
    for card, thing in zip(made["cards"], things, strict=False):
        acts = [] if thing.opened else chapter_of(keeper).book.ledger.about(thing.id)
        card["lines"] += [capital(sentence(act, names=names)) for act in acts if act.name in ("seal", "reveal")]
    return made


def _open(state: State) -> list[Thing]:
    things = newest_first(thing for thing in state.things.values() if thing.kind == "blind")
    return [thing for thing in things if thing.stage is not Stage.CLOSED and not thing.opened]


def _by(keeper: "Keeper", thing: Thing, act: str, *, mine: bytes = b"", other: bytes = b"") -> bool:
    """Tell whether a person, or anybody but a person, did something about a question."""
    acts = (entry for entry in chapter_of(keeper).book.ledger.about(thing.id) if entry.name == act)
    return any(entry.person == mine if mine else entry.person != other for entry in acts)


async def _pick(talk: Talk, questions: list[Thing]) -> Thing:
    if not questions:
        raise RuleError(tell("blind.none_here"))
    labels = {thing.id: preview(shown(thing.says("question")), LABEL_LETTERS) for thing in questions}
    return await pick(talk, tell("pick.which"), questions, lambda thing: labels[thing.id])
