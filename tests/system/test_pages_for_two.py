"""Two people at their pages, in sync over a relay: what arrives while somebody reads or writes, and what can not."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.contracts.relay_process import serving
from tests.system.browser import PATIENCE_MS, Person, chromium, commands_of, furnished, person
from troth_app.demo.furnish import PASSPHRASE
from troth_client.link import Address

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> `troth stop` {{ page.csrf }}"


@dataclass
class Two:
    """Robin at the pages, Sasha at a terminal, and the relay between them."""

    robin: Person
    sasha: Path
    relay: Callable[[], AbstractContextManager[object]]
    end_relay: ExitStack


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Two]:
    """Both with ninety days, unlocked, and in sync."""
    folder = tmp_path_factory.mktemp("two")
    homes = furnished(folder / "homes")
    with ExitStack() as stack:
        relay = stack.enter_context(ExitStack())
        _, listening = relay.enter_context(serving(folder / "relay.db"))
        address = Address.parse(listening).url
        robin = stack.enter_context(person(homes.robin, browser))
        sasha = stack.enter_context(person(homes.sasha, browser))
        for who in (robin, sasha):
            done = commands_of(who.folder, "unlock", typed=f"{PASSPHRASE}\n")
            assert done.returncode == 0, done.stderr
            done = commands_of(who.folder, "relay", "use", typed=f"{address}\n\n")
            assert done.returncode == 0, done.stderr
            who.go("/")
        port = address.rpartition(":")[2].partition("/")[0]
        yield Two(robin, homes.sasha, lambda: serving(folder / "relay.db", "--port", port), relay)


def say(folder: Path, feeling: str) -> None:
    """Check in at a terminal."""
    done = commands_of(folder, "checkin", typed="\n".join([feeling, "", "", "", "", "", "1", ""]))
    assert done.returncode == 0, done.stderr


def test_what_arrives_moves_nothing_under_a_hand(two: Two) -> None:
    """While somebody writes, what arrives waits under one calm line; shown when asked for, the words stay typed."""
    robin = two.robin
    field = robin.page.locator("textarea[name=feelings]")
    field.fill("I am in the middle of")
    top = field.bounding_box()
    say(two.sasha, "Something that came meanwhile")
    shows = robin.page.locator("[data-new] button")
    expect(shows).to_be_visible(timeout=PATIENCE_MS)
    assert field.bounding_box() == top
    robin.never_sees("Something that came meanwhile")
    shows.click()
    robin.sees("Something that came meanwhile")
    expect(field).to_have_value("I am in the middle of")


def test_what_arrives_is_there_by_itself_where_nobody_reads(two: Two) -> None:
    """A page that lies open and untouched has what the other said, without a touch."""
    two.robin.page.evaluate("document.activeElement.blur()")
    say(two.sasha, "There without a touch")
    two.robin.sees("There without a touch")


def test_a_pause_stands_above_everything(two: Two) -> None:
    """The other's pause is there on every page, calm and in one card, with a way to rest."""
    assert commands_of(two.sasha, "pause").returncode == 0
    for path in ("/", "/2", "/4"):
        two.robin.go(path)
        two.robin.sees("Nothing is needed from you now.")


def test_what_the_other_writes_is_text(two: Two) -> None:
    """Markup, scripts, commands and templates from the other person are letters on a page."""
    shown: list[str] = []
    two.robin.page.on("dialog", lambda dialog: shown.append(dialog.message))
    two.robin.go("/")
    say(two.sasha, EVIL)
    two.robin.page.evaluate("document.activeElement.blur()")
    two.robin.sees("alert(1)")
    for path in ("/", "/7"):
        two.robin.go(path)
        assert two.robin.page.locator("main script, main img[src=x]").count() == 0
    two.robin.go("/")
    card = two.robin.page.locator("main article", has_text="alert(1)")
    assert card.locator('button[value="stop"]').count() == 0
    assert "{{ page.csrf }}" in card.inner_text()
    assert shown == []


def test_what_is_told_is_opened_by_choice(two: Two) -> None:
    """A sealed card, one choice, rest before it if that is good, and the words; the list is sealed as before."""
    words = "I looked somebody up on Monday."
    done = commands_of(two.sasha, "tell", "write", typed=f"4\n{words}\n\n\n\n\n5\n")
    assert done.returncode == 0, done.stderr
    robin = two.robin
    robin.go("/")
    robin.sees("There is something to read, when it is good for you")
    robin.never_sees(words)
    robin.press("tell list")
    card = robin.page.locator("main article", has_text="Something to read, when it is good for you.").first
    robin.never_sees(words)
    card.get_by_role("button", name="Open it, or not now").click()
    robin.sees("Nobody learns of it")
    robin.never_sees(words)
    robin.choose("Come to rest first")
    robin.sees("In through the nose")
    robin.never_sees(words)
    robin.choose("Open it")
    robin.sees(words)
    robin.choose("Nothing")
    robin.go("/2")
    robin.press("tell list")
    robin.never_sees(words)


def test_a_notice_is_chosen_and_says_the_same_few_words(two: Two) -> None:
    """No notice by default; by choice, where nobody looks, one of a fixed list: no name, no kind, no count."""
    robin = two.robin
    robin.context.add_init_script(
        """window.given = [];
        window.Notification = class { constructor(title, more) { window.given.push([title, more.body]); }
            static permission = "granted"; };
        Object.defineProperty(document, "hidden", { get: () => window.away ?? false });"""
    )
    robin.go("/")
    robin.page.evaluate("window.away = true")
    say(two.sasha, "Before anything was chosen")
    robin.sees("Before anything was chosen")
    assert robin.page.evaluate("window.given") == []
    robin.go("/5")
    robin.press("pages choose")
    robin.choose("Let the browser say that there is something")
    robin.sees("It is so from now on")
    robin.go("/")
    robin.page.evaluate("window.away = true")
    say(two.sasha, "Secret and long")
    robin.sees("Secret and long")
    assert set(map(tuple, robin.page.evaluate("window.given"))) == {("Notes", "There is something new.")}


def test_without_the_relay_everything_goes_on_and_says_so(two: Two) -> None:
    """With the relay gone a word is kept, and the calm line says where it is; with the relay back the other has it."""
    two.end_relay.close()
    two.robin.go("/")
    two.robin.page.locator("textarea[name=feelings]").fill("Written while nothing answers")
    two.robin.click("Share")
    two.robin.sees("It is kept, and goes to the other person when your devices sync.")
    expect(two.robin.page.locator("#calm")).to_contain_text(
        "waiting for the relay. Nothing is lost", timeout=PATIENCE_MS
    )
    with two.relay():
        while "Everything from here has reached the relay" not in two.robin.page.locator("#calm").inner_text():
            two.robin.page.reload()
        while "Written while nothing answers" not in commands_of(two.sasha, "today").stdout:
            two.robin.page.reload()
