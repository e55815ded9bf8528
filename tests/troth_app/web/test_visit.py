"""A conversation that a page began collects what is said until it is asked, and ends in words, however it ends."""

import asyncio
from pathlib import Path

from tests.troth_app.house import home_at
from tests.troth_app.web.scripted import answering
from troth_app.commands_for_pages import PAUSES
from troth_app.conversation import Ask, Choose, Done, Safe, Say
from troth_app.limits import CONVERSATION_FRAME_BYTES_MAX
from troth_app.outcome import NOTHING_SAFER, Code, RuleError
from troth_app.talk import HungUpError, Talk
from troth_app.web.visit import GONE, Visit, begin, read


async def _talks(talk: Talk) -> dict[str, str]:
    """Ask for a name, and which one."""
    await talk.safe("Nothing was made.")
    await talk.say("Two questions.", "They are short.")
    name = await talk.ask("Name:")
    await talk.say(f"Good, {name}.")
    await talk.choose("Which?", ["this", "that"])
    return {"name": name}


async def test_it_is_said_page_by_page(tmp_path: Path) -> None:
    """What was said since the last answer stands beside the question; each question has its number."""
    async with answering(tmp_path, _talks) as (home, begun):
        visit = begin(home, "status", {"which": "ab"})
        assert await visit.settled()
        assert (visit.said, visit.question, visit.number) == (["Two questions.", "They are short."], Ask("Name:"), 1)
        assert visit.safe == "Nothing was made."
        await visit.answer("Robin")
        assert await visit.settled()
        assert (visit.said, visit.question, visit.number) == (["Good, Robin."], Choose("Which?", ("this", "that")), 2)
        assert not visit.ended
        await visit.answer(1)
        assert await visit.settled()
        assert (visit.ended, visit.done, visit.question) == (True, Done(0, {"name": "Robin"}), None)
        await visit.close()
    assert begun[0].live
    assert begun[0].options == {PAUSES: True, "which": "ab"}


async def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    """What takes longer than a page waits goes on, and is there at the next look."""
    going = asyncio.Event()

    async def slow(talk: Talk) -> None:
        await talk.wait(going.wait())

    async with answering(tmp_path, slow) as (home, _):
        visit = begin(home, "status")
        assert not await visit.settled(0)
        going.set()
        assert await visit.settled()
        await visit.close()


async def test_who_hangs_up_ends_it_in_words(tmp_path: Path) -> None:
    """What is safe is said by what was told last, or by what always holds."""

    async def dies(talk: Talk) -> None:
        await talk.safe("Nothing was shared.")
        await talk.ask("Words:")
        raise HungUpError

    async with answering(tmp_path, dies) as (home, _):
        visit = begin(home, "status")
        await visit.settled()
        await visit.answer("some")
        await visit.settled()
        assert visit.done is not None
        assert (visit.done.code, "Nothing was shared." in visit.done.text) == (Code.HERE, True)
        await visit.answer("more")
        await visit.close()
    assert Visit("status").safe == NOTHING_SAFER


async def test_what_is_too_long_to_be_said_ends_it(tmp_path: Path) -> None:
    """It is told so, and nothing of it is sent."""
    async with answering(tmp_path, _talks) as (home, _):
        visit = begin(home, "status")
        await visit.settled()
        await visit.answer("\x00" * CONVERSATION_FRAME_BYTES_MAX)
        assert await visit.settled()
        assert visit.done is not None
        assert (visit.done.code, "Nothing was shared." in visit.done.text) == (Code.RULE, True)
        await visit.close()


async def test_where_nobody_listens_it_ends_at_once(tmp_path: Path) -> None:
    """That is said, and there is nothing to close."""
    visit = begin(home_at(tmp_path), "status")
    assert await visit.settled()
    assert visit.done == GONE
    await visit.close()


async def test_reading_asks_nothing(tmp_path: Path) -> None:
    """What asks all the same is hung up on, and what ends is there whole."""
    heard = asyncio.Event()

    async def asks(talk: Talk) -> None:
        try:
            await talk.ask("Words:")
        finally:
            heard.set()

    async with answering(tmp_path, asks) as (home, _):
        assert (await read(home, "status")).done is None
        await heard.wait()
    async with answering(tmp_path / "other", _answers) as (home, _):
        assert (await read(home, "status")).done == Done(0, {"found": 1})


async def _answers(_: Talk) -> dict[str, int]:
    return {"found": 1}


async def test_what_is_said_is_told_as_it_comes(tmp_path: Path) -> None:
    """Whoever listens hears each sentence, and the end."""

    async def speaks(talk: Talk) -> None:
        await talk.say("one", "two")
        raise RuleError("no")

    async with answering(tmp_path, speaks) as (home, _):
        visit = begin(home, "status")
        assert [sentence async for sentence in visit.told()] == [Say("one"), Say("two")]
        assert visit.done == Done(Code.RULE, None, "no")
        await visit.close()


def test_a_handler_that_goes_on_wants_no_answer_any_more() -> None:
    """A question that is followed by more is none."""
    visit = Visit("status")
    visit.take(Ask("Words:"))
    visit.take(Safe("All is."))
    assert visit.question == Ask("Words:")
    visit.take(Say("They are here."))
    assert visit.question is None
