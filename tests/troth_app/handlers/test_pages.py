"""What stands on every page, what was typed and not sent, and what is new: for pages alone, from an open vault."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.troth_app.house import Played, open_keeper, play
from tests.troth_app.two import TODAY, two
from troth_app.conversation import Say
from troth_app.handlers import pages
from troth_app.limits import DRAFT_NAME_LETTERS_MAX, ENTRY_BYTES_MAX
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_couple import Level, Scope
from troth_wire.errors import LocalError


async def test_one_alone_has_no_signals(tmp_path: Path) -> None:
    """The calm line is there, and nothing for two."""
    async with open_keeper(tmp_path) as keeper:
        found = (await play(pages.frame, keeper)).result
        assert (found["two"], found["signals"], found["told"]) == (False, [], [])
        assert found["line"]


async def test_signals_that_are_on_stand_on_every_page(tmp_path: Path) -> None:
    """Whose they are, and which."""
    async with two(tmp_path) as couple:
        assert (await play(pages.frame, couple.keeper)).result["signals"] == []
        await couple.sasha(lambda pen: pen.signal(Level.PAUSE, Scope.TALK, day=TODAY))
        (signal,) = (await play(pages.frame, couple.keeper)).result["signals"]
        assert (signal["level"], signal["mine"]) == ("pause", False)


async def test_a_space_that_stopped_is_no_reason_for_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says why, and the rest of the vault is there."""

    async def stopped(_: object) -> None:
        raise LocalError("This space stopped.")

    async with two(tmp_path) as couple:
        monkeypatch.setattr(pages, "state_of", stopped)
        found = (await play(pages.frame, couple.keeper)).result
        assert (found["two"], found["told"]) == (False, ["This space stopped."])


async def test_somebody_is_here(tmp_path: Path) -> None:
    """Nothing is said of it, and nothing kept."""
    async with open_keeper(tmp_path) as keeper:
        played = await play(pages.here, keeper)
        assert (played.code, played.sentences[:-1]) == (Code.OK, [])


async def test_a_draft_is_kept_and_let_go(tmp_path: Path) -> None:
    """Under the form's name, in this vault alone; the same again writes nothing."""
    async with open_keeper(tmp_path) as keeper:
        assert keeper.household is not None
        for text in ("half", "half a sentence", "half a sentence"):
            assert (await play(pages.keep, keeper, text, options={"form": "mine"})).code == Code.OK
        assert (await play(pages.drafts, keeper)).result == {"drafts": {"mine": "half a sentence"}}
        assert (await play(pages.keep, keeper, "", options={"form": "mine"})).code == Code.OK
        assert (await play(pages.drafts, keeper)).result == {"drafts": {}}


@pytest.mark.parametrize(
    ("form", "text"),
    [("", "x"), ("x" * (DRAFT_NAME_LETTERS_MAX + 1), "x"), ("mine", "ä" * (ENTRY_BYTES_MAX // 2 + 1))],
)
async def test_a_draft_has_bounds(tmp_path: Path, form: str, text: str) -> None:
    """Beyond them it is refused in words."""
    async with open_keeper(tmp_path) as keeper:
        assert (await play(pages.keep, keeper, text, options={"form": form})).code == Code.RULE
        assert (await play(pages.drafts, keeper)).result == {"drafts": {}}


async def test_a_draft_goes_to_nobody(tmp_path: Path) -> None:
    """Nothing of it is in what both have."""
    async with two(tmp_path) as couple:
        before = couple.space.view(couple.chapter.document)
        await play(pages.keep, couple.keeper, "a canary", options={"form": "mine"})
        assert couple.space.view(couple.chapter.document) == before


async def test_news_is_told_as_it_comes(tmp_path: Path) -> None:
    """Each time something is new, for as long as somebody listens."""
    async with two(tmp_path) as couple:
        played = Played()
        listening = asyncio.ensure_future(play(pages.news, couple.keeper, played=played))
        household = couple.keeper.household
        assert household is not None
        while not household.news._waiting:
            await asyncio.sleep(0)
        await couple.sasha(lambda pen: pen.signal(Level.SLOW, Scope.TALK, day=TODAY))
        while not played.sentences:
            played.more.clear()
            await played.more.wait()
        assert played.sentences[0] == Say(json.dumps({"new": household.news.count}))
        listening.cancel()
        await asyncio.wait({listening})


@pytest.mark.parametrize(("index", "choice"), [*enumerate(pages.CHOICES, 1)])
async def test_how_the_pages_behave_is_chosen(tmp_path: Path, index: int, choice: str) -> None:
    """What is off is turned on, and off again; every page is told."""
    async with open_keeper(tmp_path) as keeper:
        for expected in ({choice}, set()):
            played = await play(pages.choose, keeper, index)
            assert played.said == tell("pages.kept")
            assert set((await play(pages.frame, keeper)).result["pages"]) == expected


async def test_what_the_pages_are_called_is_chosen(tmp_path: Path) -> None:
    """In one short line; an empty one is the first name again, and a long one changes nothing."""
    async with open_keeper(tmp_path) as keeper:
        await play(pages.choose, keeper, 0, "  Garden \t book ")
        assert (await play(pages.frame, keeper)).result["pages"] == {"name": "Garden book"}
        assert (await play(pages.choose, keeper, 0, "x" * (pages.NAME_LETTERS_MAX + 1))).code == Code.RULE
        assert (await play(pages.frame, keeper)).result["pages"] == {"name": "Garden book"}
        await play(pages.choose, keeper, 0, "")
        assert (await play(pages.frame, keeper)).result["pages"] == {}
