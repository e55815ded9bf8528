"""Questions: asked once, opened when it is good for the other, and answered wholly, later, with help, or not.

What is written to a question is kept for its writer before it is shared. If the question is taken back meanwhile, even
on a device far away, the answer stays with them and nobody else sees it.
"""

from typing import TYPE_CHECKING, Final

from troth_app.cards import newest_first, thing_card
from troth_app.conversation import Card, Form, Result
from troth_app.handlers.locking import opened
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    composing,
    names_of,
    share,
    state_of,
    things_page,
    today_of,
    write,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.settings import answer_row
from troth_app.talk import Talk
from troth_couple import Day, Detail, Pen, Place, Response, Stage, State, Thing, days_after, shown, together
from troth_couple.entry import Entry
from troth_wire.errors import LocalError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["ask", "listed", "respond", "waits"]

SOON_DAYS: Final = 7
RESPONSES: Final = (Response.ANSWERED, Response.WITH_HELP, Response.NOT_YET, Response.NO)


async def ask(talk: Talk, keeper: "Keeper") -> None:
    """Ask the other person something."""
    chapter_of(keeper)
    await composing(talk, keeper)
    text = await ask_text(talk, tell("question.text"), form=Form.WORDS)
    details = [tell(f"detail.{detail.name.lower()}") for detail in Detail]
    places = [tell(f"place.{place.name.lower()}") for place in Place]
    detail = [*Detail][await talk.choose(tell("question.detail"), details)]
    place = [*Place][await talk.choose(tell("question.place"), places)]
    day = today_of(keeper)
    wait = await ask_day(talk, tell("question.wait", day=days_after(day, SOON_DAYS)), since=day)
    fields: dict[str, object] = {"text": text, "detail": detail, "place": place, "may_wait_until": wait}
    await share(talk, keeper, text, lambda pen: [pen.write("question", fields, day=day)])


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show what both asked; theirs stays closed until one opens it, and own answers that nobody sees are one's own."""
    state, me = await state_of(keeper), chapter_of(keeper).me
    moved = await _take_home(keeper, state)
    things = newest_first(thing for thing in state.things.values() if thing.kind == "question")
    made = things_page(keeper, state, things, none="question.none")
    answers = opened(keeper).settings.answers
    for card, thing in zip(made["cards"], things, strict=False):
        if waits(thing, me):
            card["lines"] = [tell("question.sealed")]
            if thing.id in answers:
                card["lines"].append(tell("question.yours", text=shown(answers[thing.id])))
    return {**made, "says": [*made["says"], *([tell("question.moved")] if moved else [])]}


def waits(thing: Thing, me: bytes) -> bool:
    """Tell whether somebody asked this person something to which they have said nothing."""
    theirs = thing.kind == "question" and thing.author != me and thing.stage is not Stage.TAKEN_BACK
    return theirs and not thing.beside.get("reply")


async def respond(talk: Talk, keeper: "Keeper", question: Thing) -> None:
    """Open a question and say something to it."""
    day = today_of(keeper)
    card = thing_card(question, names=names_of(keeper), me=chapter_of(keeper).me)
    await talk.show(Card(card["title"], tuple(card["lines"])))
    words = [tell(f"response.{response.name.lower()}") for response in RESPONSES]
    response = RESPONSES[await talk.choose(tell("question.how"), words)]
    if response is Response.ANSWERED:
        await _answer(talk, keeper, question)
        return
    text = await ask_line(talk, tell("answer.text"))
    soon = days_after(day, SOON_DAYS)
    by = await ask_day(talk, tell("question.by", day=soon), since=day) if response is Response.NOT_YET else None
    await talk.safe(tell("safe.maybe"))
    await write(keeper, lambda pen: [_reply(pen, question, response, day=day, text=text, by=by)])
    await talk.say(tell("answer.done"))


async def _answer(talk: Talk, keeper: "Keeper", question: Thing) -> None:
    """Write an answer, privately, and share it after one question; it stays kept, whatever becomes of the question."""
    household, day = opened(keeper), today_of(keeper)
    draft = household.settings.answers.get(question.id, "")
    if draft:
        await talk.say(tell("question.draft", text=shown(draft)))
        text = await ask_line(talk, tell("question.words")) or draft
    else:
        text = await ask_text(talk, tell("question.words"))
    await household.remember(answer_row(question.id, text))
    talk.composed.clear()
    await talk.safe(tell("question.kept"))
    if await talk.choose(tell("ask.share"), [tell("share.yes"), tell("share.mine")]) == 1:
        await talk.say(tell("question.kept"))
        return
    try:
        await write(keeper, lambda pen: [_reply(pen, question, Response.ANSWERED, day=day, text=text)])
    except (RuleError, LocalError) as error:
        raise type(error)(tell("question.aside", why=str(error))) from None
    await talk.say(tell("shared"))


def _reply(
    pen: Pen, question: Thing, response: Response, *, day: Day, text: str | None, by: Day | None = None
) -> Entry:
    """Write to a question as it stands at that moment, and not as it stood when somebody began to write."""
    now = pen.book.state(day).things[question.id]
    return together.reply(pen, now, response, day=day, text=text, by=by)


async def _take_home(keeper: "Keeper", state: State) -> bool:
    """Move own answers to questions that were taken back to what is one's own alone; tell whether there were any."""
    household = opened(keeper)
    gone = {key: text for key, text in household.settings.answers.items() if _taken_back(state, key)}
    try:
        for key, text in gone.items():
            await household.remember(household.settings.mine_row(key, text.encode()), answer_row(key))
    except LocalError:
        # A disk that takes nothing now: it is kept where it is, and the next look tries again.
        return False
    return bool(gone)


def _taken_back(state: State, question: bytes) -> bool:
    return any(thing.id == question and thing.stage is Stage.TAKEN_BACK for thing in state.things.values())
