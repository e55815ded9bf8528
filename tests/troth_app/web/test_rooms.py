"""At each address stands one page, which the lock stands before; no address leads anywhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.house import home_at
from tests.troth_app.web.desk import Desk, desk_for_one, desk_for_two
from troth_app.sockets import listen
from troth_app.web.pages import Pages
from troth_app.web.replies import Go
from troth_app.web.rooms import ROOMS, place_of

MARKUP = '<script>alert(1)</script> & "it\'s" {{ 7 * 7 }} `troth stop`'


def written(page: object) -> str:
    """Return a page as a browser gets it."""
    return Pages().write(page.name, page.context)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "today"), ("/2", "agreements"), ("/3", "notes"), ("/4", "mine"), ("/5", "safety"), ("/7", "search")],
)
async def test_a_room_is_shown_where_it_is_open(tmp_path: Path, path: str, name: str) -> None:
    """And where it is locked, the lock stands there and leads back to it."""
    async with desk_for_two(tmp_path) as at:
        page = await at.page(path)
        assert (page.name, page.status) == (name, 200)
        assert written(page)
        await at.lock()
        page = await at.page(path)
        assert (page.name, page.context["back"]) == ("lock", path)
        assert written(page)


@pytest.mark.parametrize(("path", "name"), [("/6", "support"), ("/8", "steady")])
async def test_help_and_rest_are_there_while_it_is_locked(tmp_path: Path, path: str, name: str) -> None:
    """R: what helps needs no passphrase."""
    async with desk_for_one(tmp_path) as at:
        page = await at.page(path)
        assert page.name == name
        assert page.context["shown"]
        assert written(page)


@pytest.mark.parametrize(("path", "name"), [("/6", "support"), ("/8", "steady")])
async def test_help_and_rest_wait_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    """An agent that hangs, and one that is gone, keep nobody from either page."""
    monkeypatch.setattr("troth_app.web.rooms.HELP_WAIT_S", 0.01)
    async with desk_for_one(tmp_path) as at:
        at.host.home = away = home_at(tmp_path / "away")
        away.prepare()
        with listen(away.socket):
            hung = await at.page(path)
        gone = await at.page(path)
        assert hung.name == gone.name == name
        assert hung.context["shown"] == gone.context["shown"]
        assert written(hung)


@pytest.mark.parametrize("path", ["/9", "/2/none", "/3/none", "/wp-login.php", "/static", "/../vault", "/%00"])
async def test_where_there_is_nothing(tmp_path: Path, path: str) -> None:
    """A page says so, and whether something else is called that is not to be seen."""
    async with desk_for_two(tmp_path) as at:
        page = await at.page(path)
        assert (page.name, page.status) == ("closed", 404)


async def test_an_agreement_has_an_address_that_says_nothing(tmp_path: Path) -> None:
    """It is found by a code, and shown in full with what can be done."""
    async with desk_for_two(tmp_path) as at:
        assert at.two is not None
        await at.two.sasha_proposes("Evenings")
        (group,) = (await at.page("/2")).context["groups"]
        (row,) = group["rows"]
        page = await at.page(row["href"])
        assert page.name == "agreement"
        assert "Evenings" in written(page)
        assert [act["command"].partition(":")[0] for act in page.context["acts"]][:2] == [
            "agree assent",
            "agree decline",
        ]
        assert "vening" not in row["href"]


async def test_a_note_has_one_too(tmp_path: Path) -> None:
    """It is shown in full."""
    async with desk_for_two(tmp_path) as at:
        await _note(at)
        (card,) = (await at.page("/3")).context["cards"]
        page = await at.page(card["href"])
        assert page.name == "note"
        assert "Milk" in written(page)


async def _note(at: Desk) -> None:
    step = await at.go("/go", command="note add")
    while step.startswith("/step/"):
        question = (await at.page(step)).context["step"]["question"]
        given = {"answer": "Milk"} if question["kind"] == "ask" else {"index": "0"}
        found = await at.answer(step, **given)
        assert isinstance(found, Go)
        step = found.to


async def test_what_the_other_wrote_stays_text(tmp_path: Path) -> None:
    """No markup of theirs is markup, no template, and no button, wherever it is shown."""
    async with desk_for_two(tmp_path) as at:
        assert at.two is not None
        await at.two.sasha_proposes(MARKUP)
        (group,) = (await at.page("/2")).context["groups"]
        for path in ("/", "/2", group["rows"][0]["href"]):
            text = written(await at.page(path))
            assert "<script>alert" not in text
            assert 'class="inline" form="go" name="command" value="stop"' not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in text
        assert "{{ 7 * 7 }} `troth stop`" in text


async def test_a_conversation_that_is_not_there_leads_home(tmp_path: Path) -> None:
    """Its number may be of a browser, or of a process, that is gone."""
    async with desk_for_two(tmp_path) as at:
        for number in ("1", "x", "9" * 5_000, ""):
            assert await at.get(f"/step/{number}") == Go("/")


@given(address=st.text() | st.from_regex(r"[/\\]{0,3}[a-z0-9.]{0,5}[/\\]?[a-z0-9.]{0,5}[\t\n]?", fullmatch=True))
def test_no_address_leads_elsewhere(address: str) -> None:
    """Where one goes back to is one of our pages, by its path alone."""
    place = place_of(address)
    assert place in (address, "/")
    assert place.startswith("/")
    assert not set("\\\t\r\n?#:@") & set(place)
    assert "//" not in place
    assert place[1:].partition("/")[0] in ROOMS


@pytest.mark.parametrize("address", ["/", "/2", "/2/ab12", "/step/3"])
def test_our_pages_are_gone_back_to(address: str) -> None:
    """Each of them."""
    assert place_of(address) == address


@pytest.mark.parametrize(
    "address", ["", "//evil.example", "/\\evil.example", "https://evil.example", "/go", "/exit", "/in/x", "/2\r\nX: y"]
)
def test_everything_else_is_the_first_page(address: str) -> None:
    """Also an address at which a form was sent."""
    assert place_of(address) == "/"
