"""What stands between browsers and the agent: each has its own, a draft is durable, a door says what is there."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.house import home_at
from tests.troth_app.web.desk import desk_for_one, desk_for_two, empty_desk
from troth_app.home import Home
from troth_app.limits import DRAFT_NAME_LETTERS_MAX, ENTRY_BYTES_MAX
from troth_app.web.host import Host, number_of
from troth_app.web.replies import See
from troth_app.web.steps import Step
from troth_app.web.visit import Visit
from troth_app.web.visitors import Visitors


def host(home: Home) -> Host:
    """Return one whose clock stands still."""
    return Host(home, Visitors(bytes(32), os.urandom), lambda: 0.0)


def seen(cookie: str) -> See:
    """Come with a cookie."""
    return See("/", cookie)


def test_each_browser_has_its_own(tmp_path: Path) -> None:
    """A conversation of one is none of another, whatever number it asks for; nor is a file of it."""
    home = home_at(tmp_path)
    home.prepare()
    at = host(home)
    file = at.room_for("notes.md")
    Path(file).write_text("words")
    at.browser(seen("one")).steps.add(Step(Visit("export own"), "/", "All", file=file), now_s=0)
    assert at.step(seen("one"), "1") is not None
    assert at.file(seen("one"), "1") == Path(file)
    assert at.step(seen("two"), "1") is None
    assert at.file(seen("two"), "1") is None


@given(text=st.text())
def test_a_number_is_a_short_one(text: str) -> None:
    """Whatever stands in an address, it is a number or none."""
    assert number_of(text) in (None, *([int(text)] if text.isdecimal() else []))
    assert number_of("9" * 5_000) is number_of("") is number_of("-1") is number_of("1.0") is None
    assert number_of("12") == 12


def test_a_file_is_not_there_before_it_is_written(tmp_path: Path) -> None:
    """A conversation that writes none has none, and nobody else can look into the folder."""
    home = home_at(tmp_path)
    home.prepare()
    at = host(home)
    at.browser(seen("one")).steps.add(Step(Visit("status"), "/", "Why?"), now_s=0)
    file = at.room_for("notes.md")
    at.browser(seen("one")).steps.add(Step(Visit("export own"), "/", "All", file=file), now_s=0)
    assert at.file(seen("one"), "1") is at.file(seen("one"), "2") is at.file(seen("one"), "3") is None
    assert Path(file).parent.stat().st_mode & 0o077 == 0


def test_what_was_not_fetched_goes(tmp_path: Path) -> None:
    """With the process that wrote it, or with the next one that begins."""
    home = home_at(tmp_path)
    home.prepare()
    first = host(home)
    file = Path(first.room_for("notes.md"))
    file.write_text("words")
    first.clear()
    assert not file.parent.exists()
    file = Path(first.room_for("notes.md"))
    file.write_text("words")
    host(home)
    assert not file.parent.exists()


async def test_a_page_says_how_it_stands(tmp_path: Path) -> None:
    """Open, locked or empty; with the signals and the calm line where it is open."""
    async with desk_for_two(tmp_path / "two") as at:
        page = await at.host.page(at.see("/"))
        assert (page["state"], page["two"], page["bar"]) == ("open", True, [])
        assert page["calm"]
        await at.lock()
        page = await at.host.page(at.see("/"))
        assert (page["state"], page["two"], page["calm"]) == ("locked", False, "")
        assert page["csrf"] == at.host.visitors.token(at.cookie)
    async with empty_desk(tmp_path / "none") as at:
        assert (await at.host.page(at.see("/")))["state"] == "empty"
    assert (await host(home_at(tmp_path)).page(seen("one")))["state"] == "locked"


async def test_what_is_told_is_told_once(tmp_path: Path) -> None:
    """On the next page that somebody asks for, and not on one that asks for itself."""
    async with desk_for_two(tmp_path) as at:
        at.host.browser(at.see("/")).told.append("It is kept.")
        assert (await at.page("/8", live=True)).context["page"]["told"] == []
        assert await at.told() == ["It is kept."]
        assert await at.told() == []


@pytest.mark.parametrize("live", [True, False])
async def test_a_page_that_looks_by_itself_is_no_use(tmp_path: Path, live: bool) -> None:
    """The idle time goes on, whatever it looks at; what somebody asks for begins it anew."""
    async with desk_for_two(tmp_path) as at:
        watch = at.inside.keeper.watch
        at.inside.clocks.go(watch.idle_s - 1)
        for path in ("/", "/2", "/3", "/4", "/5"):
            assert (await at.page(path, live=live)).context["page"]["state"] == "open"
        at.inside.clocks.go(1)
        assert (watch.look() is not None) == live


async def test_drafts_are_kept_until_they_are_let_go(tmp_path: Path) -> None:
    """By form, each of its fields; an empty one is none; and a lock keeps them."""
    async with desk_for_two(tmp_path) as at:
        assert await at.host.keep_draft("mine", {"text": "half a"})
        assert await at.host.keep_draft("checkin", {"feelings": "tired", "need": ""})
        assert await at.host.drafts() == {"mine": {"text": "half a"}, "checkin": {"feelings": "tired", "need": ""}}
        assert (await at.page("/4")).context["value"] == "half a"
        assert await at.host.keep_draft("mine", {"text": "  "})
        assert list(await at.host.drafts()) == ["checkin"]
        await at.lock()
        assert not await at.host.keep_draft("mine", {"text": "more"})
        assert await at.host.drafts() == {}


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("", {"text": "words"}),
        ("x" * (DRAFT_NAME_LETTERS_MAX + 1), {"text": "words"}),
        ("mine", {"text": "x" * ENTRY_BYTES_MAX}),
        ("mine", {"text": "\x00" * ENTRY_BYTES_MAX}),
    ],
    ids=["no name", "a long name", "too long", "too long when written"],
)
async def test_a_draft_that_is_not_kept_says_so(tmp_path: Path, form: str, fields: dict[str, str]) -> None:
    """Nothing is promised that is not durable, and what was kept before stays."""
    async with desk_for_two(tmp_path) as at:
        assert await at.host.keep_draft("mine", {"text": "before"})
        assert not await at.host.keep_draft(form, fields)
        assert await at.host.drafts() == {"mine": {"text": "before"}}


async def test_a_draft_that_is_none_is_passed_over(tmp_path: Path) -> None:
    """What a later version kept differently hides no other."""
    async with desk_for_two(tmp_path) as at:
        household = at.inside.keeper.household
        assert household is not None
        from troth_app.settings import draft_row

        await household.remember(draft_row("odd", json.dumps(["no fields"])))
        await household.remember(draft_row("broken", "{"))
        assert await at.host.keep_draft("mine", {"text": "whole"})
        assert await at.host.drafts() == {"mine": {"text": "whole"}}


async def test_the_door_is_the_lock_or_a_welcome(tmp_path: Path) -> None:
    """By whether there is something to open; an address at which there is nothing says so."""
    async with desk_for_one(tmp_path / "one") as at:
        page = await at.page("/")
        assert (page.name, page.context["back"], page.context["again"]) == ("lock", "/", "")
        assert (await at.page("/2/abcdef")).context["back"] == "/2/abcdef"
    async with empty_desk(tmp_path / "none") as at:
        page = await at.page("/")
        assert page.name == "welcome"
        assert len(page.context["right_tool"]) == 3
        assert len(page.context["private"]) == 5
        assert at.host.nothing(page.context["page"]).status == 404
