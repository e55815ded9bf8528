"""A conversation, page by page: what is asked has a page, and where all is said it leads back to where it began."""

from typing import Final

from troth_app.commands import BY_NAME
from troth_app.conversation import Ask, Card, Done, Qr, Table
from troth_app.limits import PAGE_WAIT_S
from troth_app.outcome import Code
from troth_app.presenting import presenter
from troth_app.web import screens
from troth_app.web.host import Host
from troth_app.web.replies import CONFLICT, Context, Go, Page, Reply, See
from troth_app.web.steps import Step
from troth_app.web.telling import tell

__all__ = ["draft_of", "go_on", "late", "page_of"]

CARDS: Final = "page"
"""How a command is presented whose result is cards."""
LOOKED_AT: Final = (Card, Qr, Table)
"""What is more than a sentence on the next page."""


async def go_on(host: Host, see: See, step: Step, number: int = 0) -> Reply:
    """Go on with a conversation until it asks or is done; one that has no number yet gets one where it needs a page."""
    await step.visit.settled(PAGE_WAIT_S)
    if step.visit.ended and step.lost:
        return await _unsaid(host, see, step)
    if step.visit.ended and not step.file:
        return await _conclude(host, see, step, number)
    return Go(f"/step/{number or await _numbered(host, see, step)}")


async def _conclude(host: Host, see: See, step: Step, number: int = 0) -> Reply:
    """End a conversation that is done: what is to be looked at has a page, and the rest is said on the next one."""
    visit, done = step.visit, step.visit.done
    assert done is not None, "that is why"
    await visit.close()
    browser = host.browser(see)
    if done.code == Code.OK:
        browser.taken = step.typed
        if step.draft:
            await host.keep_draft(step.draft, {})
    if done.result is not None:
        command = BY_NAME[visit.command]
        step.cards = screens.found(done.result) if command.present == CARDS else []
        visit.shown += [] if step.cards else presenter(command)(done.result)
        visit.done = Done(done.code, None, done.text)
    if _is_looked_at(step):
        return Go(f"/step/{number or await _numbered(host, see, step)}")
    browser.steps.drop(number)
    browser.told += [*visit.said, *filter(None, [done.text])]
    return Go(step.back)


async def page_of(host: Host, see: See, page: Context, number: str) -> Reply:
    """Return the page of a conversation."""
    step = host.step(see, number)
    if step is None:
        return Go("/")
    await step.visit.settled(PAGE_WAIT_S)
    if step.visit.ended and not step.file and not see.live:
        if step.lost:
            return await _unsaid(host, see, step)
        if not _is_looked_at(step):
            return await _conclude(host, see, step, int(number))
    draft, value = "", ""
    if isinstance(step.visit.question, Ask):
        draft = draft_of(host, step)
        value = (await host.drafts()).get(draft, {}).get("answer", "")
    context = screens.step(step.visit, int(number), title=step.title, value=value, cards=step.cards)
    fetch = f"/file/{number}" if host.file(see, number) else ""
    context["step"] |= {"draft": draft, "back": step.back, "file": fetch}
    return Page("step", {"page": page, **context})


def draft_of(host: Host, step: Step) -> str:
    """Return under which name an answer is kept while it is typed: the same question has the same one another day."""
    assert step.visit.question is not None, "something is asked"
    return host.visitors.code(f"{step.visit.command}\n{step.visit.question.prompt}")


def _is_looked_at(step: Step) -> bool:
    return bool(step.cards) or any(isinstance(sentence, LOOKED_AT) for sentence in step.visit.shown)


async def _unsaid(host: Host, see: See, step: Step) -> Reply:
    await step.visit.close()
    done = step.visit.done
    assert done is not None, "that is why"
    return await late(host, see, step.lost, "" if done.code == Code.LOCKED else done.text)


async def late(host: Host, see: See, typed: str, why: str = "") -> Reply:
    """Keep what was typed and could not be taken: sealed for its writer where it is locked, else on the page."""
    page = await host.page(see)
    if not typed.strip():
        host.browser(see).told += [*page["told"], why or tell("web.late.why")]
        return Go("/")
    if page["state"] == "locked" and await host.seal(typed):
        return host.outside(page, again=" ".join(filter(None, [why, tell("web.kept_sealed")])))
    return Page("late", {"page": page, "typed": typed, "why": why or tell("web.late.why")}, CONFLICT)


async def _numbered(host: Host, see: See, step: Step) -> int:
    number, ended = host.browser(see).steps.add(step, now_s=host.clock())
    for old in ended:
        await old.visit.close()
    return number
