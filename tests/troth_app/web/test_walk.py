"""A conversation goes page by page; what was typed into it is never lost, however it ends."""

import asyncio
from pathlib import Path

import pytest

from tests.troth_app.web.desk import Desk, desk_for_two
from tests.troth_app.web.scripted import hosting
from troth_app.conversation import Form
from troth_app.limits import PAGE_STEPS_MAX
from troth_app.messages import tell
from troth_app.outcome import LockedError, RuleError
from troth_app.talk import HungUpError, Talk
from troth_app.web import walk
from troth_app.web.forms import take
from troth_app.web.pages import Pages
from troth_app.web.replies import CONFLICT, Go, Page, See
from troth_app.web.steps import Step
from troth_app.web.telling import ENGLISH
from troth_app.web.visit import begin

SEE = See("/step/1", "robin")


async def test_a_question_has_a_page(tmp_path: Path) -> None:
    """It shows what was said, what is asked, and what is safe; and there it can be answered."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", "/4", command="mine add")
        page = await at.page(step)
        shown = page.context["step"]
        assert (step, page.name, shown["back"], shown["title"]) == ("/step/1", "step", "/4", "Write something down")
        assert shown["question"]["prompt"] == tell("mine.write")
        assert shown["safe"] == "Nothing was kept."
        assert await at.answer(step, answer="words") == Go("/4")
        assert tell("kept.mine") in await at.told()
        assert await at.get(step) == Go("/")


async def test_what_is_to_be_looked_at_has_a_page_too(tmp_path: Path) -> None:
    """A table or a card is shown before one goes on, once it is done."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", "/5", command="status")
        page = await at.page(step)
        assert page.context["step"]["done"] is not None
        assert {shown["kind"] for shown in page.context["step"]["shown"]} & {"table", "card"}
        assert Pages().write(page.name, page.context)


async def test_what_takes_long_says_so_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits a moment; the next look finds where it stands."""
    monkeypatch.setattr(walk, "PAGE_WAIT_S", 0)
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="mine add")
        page = await at.page(step)
        while page.context["step"]["waiting"]:
            assert Pages().write(page.name, page.context)
            page = await at.page(step)
        assert page.context["step"]["question"]["prompt"] == tell("mine.write")
        await at.answer(step, answer="words")
        while isinstance(found := await at.get(step), Page):
            assert found.context["step"]["waiting"]
        assert found == Go("/")
        assert await at.mine() == ["words"]


async def test_a_page_that_looks_by_itself_ends_nothing(tmp_path: Path) -> None:
    """What is done is concluded where somebody looks."""

    async def says(talk: Talk) -> None:
        await talk.say("It is kept.")

    async with hosting(tmp_path, says) as at:
        visit = begin(at.home, "mine add")
        await visit.settled()
        at.browser(SEE).steps.add(Step(visit, "/4", "Write"), now_s=0)
        page = await at.page(SEE)
        live = See("/step/1", "robin", live=True)
        assert isinstance(await walk.page_of(at, live, page, "1"), Page)
        assert await walk.page_of(at, SEE, page, "1") == Go("/4")
        assert at.browser(SEE).told == ["It is kept."]


@pytest.mark.parametrize("form", Form.ALL)
async def test_what_is_hidden_is_kept_nowhere(tmp_path: Path, form: str) -> None:
    """A passphrase is no draft, and is not shown again whatever comes of it; everything else is."""

    async def asks(talk: Talk) -> None:
        await talk.ask("What?", form=form)
        raise RuleError("That is too long. Nothing was shared.")

    async with hosting(tmp_path, asks) as at:
        visit = begin(at.home, "mine add")
        await walk.go_on(at, SEE, Step(visit, "/4", "Write"))
        found = await take(at, SEE, {"question": "1", "answer": "canary"})
        if form == Form.HIDDEN:
            assert found == Go("/4")
            assert at.browser(SEE).told == ["That is too long. Nothing was shared."]
        else:
            assert isinstance(found, Page)
            assert (found.name, found.status, found.context["typed"]) == ("late", CONFLICT, "canary")
            assert found.context["why"] == "That is too long. Nothing was shared."
            assert "canary" in Pages().write(found.name, found.context)


async def test_everything_that_was_typed_comes_back(tmp_path: Path) -> None:
    """Also what an earlier question of the same conversation was answered with, and after a look at it."""

    async def asks(talk: Talk) -> None:
        for prompt in ("Title:", "Text:", "Passphrase:"):
            await talk.ask(prompt, form=Form.HIDDEN if prompt == "Passphrase:" else Form.TEXT)
        await talk.safe("Nothing was shared.")
        raise HungUpError

    async with hosting(tmp_path, asks) as at:
        await walk.go_on(at, SEE, Step(begin(at.home, "agree propose"), "/2", "Propose"))
        for number, typed in enumerate(("Evenings", "No phones", "secret"), 1):
            found = await take(at, SEE, {"question": str(number), "answer": typed})
        again = await walk.page_of(at, SEE, await at.page(SEE), "1")
        for page in (found, again):
            assert isinstance(page, Page)
            assert page.context["typed"] == "Evenings\nNo phones"
            assert "Nothing was shared." in page.context["why"]
            assert "secret" not in Pages().write(page.name, page.context)


async def test_what_was_typed_while_it_locked_is_sealed(tmp_path: Path) -> None:
    """It lies with what is one's own, and the lock says so; nothing of it stands on the page."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="mine add")
        number = (await at.page(step)).context["step"]["question"]["number"]
        await at.lock()
        found = await at.post(step, question=str(number), answer="half a sentence")
        assert isinstance(found, Page)
        assert found.name == "lock"
        assert ENGLISH["web.kept_sealed"] in found.context["again"]
        assert "half a sentence" not in Pages().write(found.name, found.context)
        assert await at.mine() == ["half a sentence"]


async def test_a_step_of_a_process_that_is_gone(tmp_path: Path) -> None:
    """What was typed is sealed where it is locked, and shown where it is open; a pick says that it was not taken."""
    async with desk_for_two(tmp_path) as at:
        found = await at.post("/step/7", question="1", answer="words")
        assert isinstance(found, Page)
        assert (found.name, found.context["typed"]) == ("late", "words")
        assert await at.post("/step/7", question="1", index="0") == Go("/")
        assert await at.told() == [ENGLISH["web.late.why"]]
        assert await at.post("/step/7", question="1", answer="secret", hidden="1") == Go("/")
        await at.lock()
        found = await at.post("/step/7", question="1", answer="sealed")
        assert isinstance(found, Page)
        assert (found.name, found.context["again"]) == ("lock", ENGLISH["web.kept_sealed"])
        assert await at.mine() == ["sealed"]


async def test_what_can_not_be_sealed_stays_on_the_page(tmp_path: Path) -> None:
    """Words are shown again where nothing takes them."""

    async def locked(talk: Talk) -> None:
        if talk.begin.command == "today":
            return {"state": "locked"}  # type: ignore[return-value]
        raise LockedError("It is locked.")

    async with hosting(tmp_path, locked) as at:
        found = await walk.late(at, SEE, "words")
        assert isinstance(found, Page)
        assert (found.name, found.context["typed"], found.context["why"]) == ("late", "words", ENGLISH["web.late.why"])


async def test_the_oldest_of_too_many_is_hung_up_on(tmp_path: Path) -> None:
    """The vault is not held up by what nobody looks at."""
    async with desk_for_two(tmp_path) as at:
        for _ in range(PAGE_STEPS_MAX + 1):
            await at.go("/go", command="mine add")
        assert await at.get("/step/1") == Go("/")
        assert isinstance(await at.get("/step/2"), Page)
        # The one that was hung up on ends, and the page that looks and the others go on.
        assert await _conversations(at) == PAGE_STEPS_MAX


async def _conversations(at: Desk) -> int:
    tasks = at.inside.keeper._tasks
    while len(tasks) > PAGE_STEPS_MAX:
        await asyncio.sleep(0)
    return len(tasks)


async def test_what_was_typed_survives_the_end_of_the_pages(tmp_path: Path) -> None:
    """A conversation that is not done when its process ends leaves its words sealed, once."""
    async with desk_for_two(tmp_path) as at:
        step = await at.go("/go", command="note add")
        await at.answer(step, answer="Shopping")
        await at.lock()
        await at.host.close()
        await at.host.close()
        assert await at.mine() == ["Shopping"]


async def test_what_was_said_is_not_kept_twice(tmp_path: Path) -> None:
    """A conversation that ended well leaves nothing to seal."""
    async with desk_for_two(tmp_path) as at:
        await at.go("/go", "/5", command="status")
        step = await at.go("/go", command="mine add")
        await at.answer(step, answer="words")
        await at.host.close()
        assert await at.mine() == ["words"]
