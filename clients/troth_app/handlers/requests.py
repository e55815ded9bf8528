"""Asking for something, and answering: yes, another way, later or no, and no reason is needed for any of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from troth_app.cards import REPLIES, newest_first, preview
from troth_app.conversation import Form, Result
from troth_app.handlers.questions import respond
from troth_app.handlers.together import (
    ask_day,
    ask_line,
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
from troth_app.messages import inert, tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Reply, Stage, Thing, days_after, shown
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["answer", "ask_for", "listed"]

SOON_DAYS: Final = 7
ASKED: Final = ("request", "question")


async def ask_for(talk: Talk, keeper: "Keeper") -> None:
    """Ask the other person for something."""
    chapter_of(keeper)
    await composing(talk, keeper)
    ask = await ask_text(talk, tell("request.ask"), form=Form.WORDS)
    why = await ask_line(talk, tell("request.why"))
    day = today_of(keeper)
    good_by = await ask_day(talk, tell("request.good_by", day=days_after(day, SOON_DAYS)), since=day)
    fields: dict[str, object] = {"ask": ask, "why": why, "good_by": good_by}
    text = "\n".join(filter(None, [ask, why]))
    await share(talk, keeper, text, lambda pen: [pen.write("request", fields, day=day)])


async def answer(talk: Talk, keeper: "Keeper") -> None:
    """Answer something that the other asked, or asked for, or answer it otherwise than before."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    theirs = newest_first(thing for thing in state.things.values() if thing.kind in ASKED and thing.author != me)
    left = [thing for thing in theirs if thing.stage is not Stage.TAKEN_BACK]
    if not left:
        raise RuleError(tell("answer.none"))
    names = names_of(keeper)
    request = await pick(talk, tell("answer.which"), left, lambda thing: _label(thing, names))
    if request.kind == "question":
        await respond(talk, keeper, request)
        return
    await talk.say(inert(shown(request.says("ask"))))
    replies = sorted(REPLIES, reverse=True)
    reply: Reply = replies[await talk.choose(tell("answer.reply"), [tell(REPLIES[reply]) for reply in replies])]
    text = await ask_line(talk, tell("answer.text"))
    await talk.safe(tell("safe.maybe"))
    await write(keeper, lambda pen: [pen.answer(request.id, reply, day=day, text=text)])
    await talk.say(tell("answer.done"))


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show what both asked for, and the answers."""
    state = await state_of(keeper)
    things = newest_first(thing for thing in state.things.values() if thing.kind == "request")
    return things_page(keeper, state, things, none="request.none")


def _label(thing: Thing, names: Mapping[PersonId, str]) -> str:
    """Return what a thing is called in a list; what a question asks is seen once it is opened."""
    if thing.kind == "question":
        return tell("card.question", name=names[thing.author], day=thing.day)
    return preview(shown(thing.says("ask")), 60)
