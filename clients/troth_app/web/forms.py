"""From a form to what it does. What somebody typed is never lost by it: it is said, kept, or shown again."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from troth_app.commands import BY_NAME
from troth_app.conversation import Ask, Result
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_app.web import screens
from troth_app.web.filling import fill
from troth_app.web.host import Host
from troth_app.web.labels import LABELS, label_of
from troth_app.web.replies import CONFLICT, NO_CONTENT, Go, Page, Reply, See
from troth_app.web.steps import Step
from troth_app.web.telling import ENGLISH
from troth_app.web.visit import Visit, begin, read
from troth_app.web.walk import conclude, draft_of, go_on

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
    if command not in LABELS or command not in BY_NAME:
        return host.nothing(await host.page(see))
    file = host.room_for(FILES[command]) if command in FILES else ""
    options: Result = {**({"which": which} if which else {}), **({"file": file} if file else {})}
    visit = begin(host.home, command, options)
    return await go_on(host, see, Step(visit, see.before, label_of(command), file=file))


async def answer(host: Host, see: See, form: Form, number: str) -> Reply:
    """Answer what a conversation asks, or end it."""
    step, typed = host.step(see, number), form.get("answer", "")
    if step is None or step.visit.ended:
        return await _late(host, see, "" if "hidden" in form else typed)
    if "stop" in form:
        await step.visit.close()
        browser = host.browser(see)
        browser.steps.drop(int(number))
        browser.told.append(step.visit.safe)
        return Go(step.back)
    if form.get("question") != str(step.visit.number) or not await _answered(host, step, form, typed):
        return Go(f"/step/{number}")
    return await go_on(host, see, step, int(number))


async def _answered(host: Host, step: Step, form: Form, typed: str) -> bool:
    """Answer the question of a step; false if the form does not answer it."""
    question, index = step.visit.question, form.get("index", "")
    if isinstance(question, Ask):
        if "hidden" not in form:
            await host.keep_draft(draft_of(host, step), {})
        await step.visit.answer(typed)
        return True
    if question is None or not index.isdecimal() or int(index) >= len(question.items):
        return False
    await step.visit.answer(int(index))
    return True


async def say(host: Host, see: See, form: Form, _: str) -> Reply:
    """Carry out a form that answers several questions at once."""
    name = form.get("form", "")
    if name not in FILLED:
        return host.nothing(await host.page(see))
    command, fields, place = FILLED[name]
    texts = {tell(key): form.get(field, "") for field, key in fields.items()}
    visit = begin(host.home, command)
    await fill(visit, {**texts, tell("ask.share"): tell(PICKS.get(form.get("as", ""), "share.yes"))})
    step = Step(visit, place, label_of(command))
    if not visit.ended:
        return await go_on(host, see, step)
    typed = "\n".join(text for text in texts.values() if text.strip())
    if typed and visit.done is not None and visit.done.code != Code.OK:
        await visit.close()
        return await _unsaid(host, see, visit, typed)
    await host.keep_draft(name, {})
    return await conclude(host, see, step)


async def _unsaid(host: Host, see: See, visit: Visit, typed: str) -> Reply:
    """Keep what could not be said: sealed for its writer where it locked meanwhile, else on the page."""
    assert visit.done is not None, "that is why"
    if visit.done.code == Code.LOCKED:
        sealing = begin(host.home, "mine add")
        await fill(sealing, {tell("mine.write"): typed})
        await sealing.close()
        if sealing.done is not None and sealing.done.code == Code.OK:
            return host.outside(await host.page(see), again=ENGLISH["web.kept_sealed"])
    return await _late(host, see, typed, why=visit.done.text)


async def _late(host: Host, see: See, typed: str, why: str = "") -> Reply:
    """Show what was typed into a form that nobody waits for any more."""
    if not typed.strip():
        return Go("/")
    context = {"page": await host.page(see), "typed": typed, "why": why or ENGLISH["web.late.why"]}
    return Page("late", context, CONFLICT)


async def unlock(host: Host, see: See, form: Form, _: str) -> Reply:
    """Open the vault."""
    back = form.get("back", "/")
    visit = begin(host.home, "unlock")
    try:
        await fill(visit, {tell("unlock.passphrase"): form.get("passphrase", "")})
    finally:
        await visit.close()
    if visit.done is not None and visit.done.code == Code.OK:
        host.browser(see).told += visit.said[1:]
        return Go(back if back.startswith("/") and not back.startswith("//") else "/")
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
    return Go(status=NO_CONTENT if await host.keep_draft(form.get("form", ""), fields) else CONFLICT)


async def search(host: Host, see: See, form: Form, _: str) -> Reply:
    """Look for words; they stand in no address."""
    asked = form.get("words", "")
    visit = begin(host.home, "search")
    try:
        await fill(visit, {tell("search.what"): asked})
    finally:
        await visit.close()
    page = await host.page(see)
    if page["state"] != "open" or visit.done is None:
        return host.outside(page, back="/7")
    found = visit.done.result or {}
    says = [*found.get("says", ()), *filter(None, [visit.done.text])]
    shown = [*({"kind": "say", "text": said} for said in says), *screens.things(found)]
    return Page("search", {"page": {**page, "here": "search"}, "shown": shown, "asked": asked})


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
