"""From a form to what it does. What somebody typed is never lost by it: it is said, kept, or shown again."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from troth_app.commands import BY_NAME
from troth_app.conversation import Ask, Choose, Result
from troth_app.conversation import Form as How
from troth_app.limits import DRAFT_NAME_LETTERS_MAX
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_app.web import screens
from troth_app.web.filling import fill
from troth_app.web.host import Host, number_of
from troth_app.web.labels import LABELS, label_of
from troth_app.web.replies import CONFLICT, NO_CONTENT, Go, Reply, See
from troth_app.web.rooms import place_of
from troth_app.web.steps import Step
from troth_app.web.visit import begin, read
from troth_app.web.walk import draft_of, go_on, late

__all__ = ["take"]

FILES: Final = {
    "backup make": "copy.vault",
    "export calendar": "days.ics",
    "export full": "notes.md",
    "export own": "notes.md",
    "export therapist": "notes.md",
}
"""What a command that writes a file calls it here; the browser fetches it, and it is gone."""
FILLED: Final[Mapping[str, tuple[str, Mapping[str, str], str]]] = {
    "checkin": ("checkin", {name: f"checkin.{name}" for name in screens.CHECKIN}, "/"),
    "mine": ("mine add", {"text": "mine.write"}, "/4"),
}
"""A form that answers several questions: its command, the key of the question for each field, and where it stands."""
WHICH: Final = re.compile(r"[0-9a-f]{0,128}")
"""What a page names: an id."""
PICKS: Final = {"mine": "share.mine", "share": "share.yes"}

Form = Mapping[str, str]
Take = Callable[[Host, See, Form, str], Awaitable[Reply]]


async def take(host: Host, see: See, form: Form) -> Reply:
    """Do what a form says, and return what comes of it."""
    first, rest = see.place
    act = FORMS.get(first)
    return await act(host, see, form, rest) if act else host.nothing(await host.page(see))


async def go(host: Host, see: See, form: Form, _: str) -> Reply:
    """Begin a command, which may be about one thing that the page named."""
    command, _, which = form.get("command", "").partition(":")
    if command not in LABELS or command not in BY_NAME or not WHICH.fullmatch(which):
        return host.nothing(await host.page(see))
    file = host.room_for(FILES[command]) if command in FILES else ""
    options: Result = {**({"which": which} if which else {}), **({"file": file} if file else {})}
    visit = begin(host.home, command, options)
    return await go_on(host, see, Step(visit, see.before, label_of(command), file=file))


async def answer(host: Host, see: See, form: Form, number: str) -> Reply:
    """Answer what a conversation asks, or end it."""
    step, typed = host.step(see, number), "" if "hidden" in form else form.get("answer", "")
    if step is None or step.visit.done is not None:
        return await _too_late(host, see, step, typed)
    if "stop" in form:
        await step.visit.close()
        browser = host.browser(see)
        browser.steps.drop(int(number))
        browser.told.append(step.visit.safe)
        return Go(step.back)
    if form.get("question") != str(step.visit.number):
        return await late(host, see, typed) if typed.strip() and typed not in step.typed else Go(f"/step/{number}")
    return await _answer(host, see, step, int(number), form)


async def _too_late(host: Host, see: See, step: Step | None, typed: str) -> Reply:
    """Take an answer that nobody waits for; one that was sent twice was taken once."""
    if typed and typed in host.browser(see).taken:
        return Go("/")
    return await late(host, see, typed, step.visit.done.text if step is not None and step.visit.done else "")


async def _answer(host: Host, see: See, step: Step, number: int, form: Form) -> Reply:
    """Answer the question of a step, if the form does; what was typed is let go when something came of it."""
    question, index = step.visit.question, number_of(form.get("index", ""))
    match question:
        case Ask(form=how):
            typed, draft = form.get("answer", ""), draft_of(host, step)
            step.typed += [] if how == How.HIDDEN else [typed]
            await step.visit.answer(typed)
            reply = await go_on(host, see, step, number)
            if how != How.HIDDEN and (step.visit.done is None or step.visit.done.code == Code.OK):
                await host.keep_draft(draft, {})
            return reply
        case Choose(items=items) if index is not None and index < len(items):
            await step.visit.answer(index)
    return await go_on(host, see, step, number)


async def say(host: Host, see: See, form: Form, _: str) -> Reply:
    """Carry out a form that answers several questions at once."""
    name = form.get("form", "")
    if name not in FILLED:
        return host.nothing(await host.page(see))
    command, fields, place = FILLED[name]
    texts = {tell(key): form.get(field, "") for field, key in fields.items()}
    # Whether it is shared is the person's to say: a form that does not say so is asked.
    pick = PICKS.get(form.get("as", ""))
    visit = begin(host.home, command)
    await fill(visit, {**texts, **({tell("ask.share"): tell(pick)} if pick else {})})
    return await go_on(host, see, Step(visit, place, label_of(command), typed=[*texts.values()], draft=name))


async def unlock(host: Host, see: See, form: Form, _: str) -> Reply:
    """Open the vault; where somebody else set it up, a passphrase of one's own is asked for on the next page."""
    back, asked = place_of(form.get("back", "")), tell("unlock.passphrase")
    visit = begin(host.home, "unlock")
    more = False
    try:
        await fill(visit, {asked: form.get("passphrase", "")})
        more = visit.question is not None and visit.question.prompt != asked
    finally:
        if not more:
            await visit.close()
    if more:
        return await go_on(host, see, Step(visit, back, label_of("unlock")))
    if visit.done is not None and visit.done.code == Code.OK:
        host.browser(see).told += visit.said[1:]
        return Go(back)
    again = visit.said if visit.done is None else [visit.done.text]
    return host.outside(await host.page(see), again=" ".join(again), back=back)


async def lock(host: Host, _: See, __: Form, ___: str) -> Reply:
    """Close the vault."""
    await read(host.home, "lock")
    return Go("/")


async def leave(host: Host, _: See, __: Form, ___: str) -> Reply:
    """Close the vault, and go to a page that says nothing."""
    await read(host.home, "lock")
    return Go("/calm")


async def here(host: Host, _: See, __: Form, ___: str) -> Reply:
    """Note that somebody reads."""
    await read(host.home, "pages here")
    return Go(status=NO_CONTENT)


async def draft(host: Host, _: See, form: Form, __: str) -> Reply:
    """Keep what is being typed."""
    try:
        fields = {str(key): str(value) for key, value in json.loads(form.get("fields", "")).items()}
    except (ValueError, AttributeError):
        return Go(status=CONFLICT)
    name = form.get("form", "")
    kept = len(name) <= DRAFT_NAME_LETTERS_MAX and await host.keep_draft(name, fields)
    return Go(status=NO_CONTENT if kept else CONFLICT)


async def search(host: Host, see: See, form: Form, _: str) -> Reply:
    """Note which words to look for; they stand in no address, and what they find on no page that came of a form."""
    host.browser(see).asked = form.get("words", "")
    return Go("/7")


FORMS: Final[dict[str, Take]] = {
    "7": search,
    "draft": draft,
    "exit": leave,
    "go": go,
    "here": here,
    "lock": lock,
    "say": say,
    "step": answer,
    "unlock": unlock,
}
"""What is done by a form at an address."""
