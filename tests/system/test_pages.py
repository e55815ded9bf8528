"""The pages in a real browser, with ninety days in them: what a person sees, types and leaves behind."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.system.browser import PATIENCE_MS, Person, chromium, commands_of, furnished, person
from troth_app.demo.furnish import PASSPHRASE, Homes

ROOT: Final = Path(__file__).resolve().parents[2]
PICTURES: Final = ROOT / "build" / "pages"
WIDTHS: Final = {"phone": (360, 740), "tablet": (820, 1180), "desktop": (1280, 900)}
SCREENS: Final = {
    "today": "/",
    "agreements": "/2",
    "notes": "/3",
    "mine": "/4",
    "safety": "/5",
    "support": "/6",
    "search": "/7",
    "steady": "/8",
}
WEIGHT_BYTES_MAX: Final = 100_000
KEYS_MIN: Final = 15
KEYS_MAX: Final = 200
BODY: Final = 0
"""What has no place of its own: the page, once the keys went through it."""
WHERE: Final = """() => {
    const now = document.activeElement, look = getComputedStyle(now);
    if (now === document.body) return [0, true];
    const seen = look.outlineStyle !== 'none' || look.boxShadow !== 'none';
    return [[...document.querySelectorAll('*')].indexOf(now), seen];
}"""
"""Where the focus is in the page as it is read, and whether it can be seen."""
CUT: Final = """all => all.filter(e => e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).overflowX !== 'visible').length"""
"""How many of some elements hide a part of what they say."""
AXE: Final = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
SERIOUS: Final = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Robin's home and Sasha's, with ninety days that end today."""
    return furnished(tmp_path_factory.mktemp("homes"))


@pytest.fixture
def robin(homes: Homes, browser: Browser) -> Iterator[Person]:
    """Robin at the pages, unlocked."""
    with person(homes.robin, browser) as who:
        unlock(who)
        yield who


def unlock(who: Person) -> None:
    """Open the vault by the pages."""
    who.page.locator("#passphrase").fill(PASSPHRASE)
    who.page.locator("main button.main").click()
    expect(who.page.locator("h1")).to_have_text("Today")


def places(who: Person) -> Iterator[tuple[str, str]]:
    """Every screen, with an agreement and a note."""
    yield from SCREENS.items()
    for name, path in (("agreement", "/2"), ("note", "/3")):
        who.go(path)
        yield name, str(who.page.locator("main a[href*='/']").nth(1 if path == "/2" else 0).get_attribute("href"))


def complaints_of(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong with a page."""
    page.evaluate(AXE)
    return list(page.evaluate("axe.run().then(found => found.violations)"))


def seen(page: Page, *, script: str) -> Any:
    """What a script finds out about a page."""
    return page.evaluate(script)


def test_every_screen_is_usable_by_everybody(robin: Person) -> None:
    """No serious finding of axe, one level-one heading, a title that says nothing, and nothing from elsewhere."""
    asked: list[str] = []
    robin.page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    robin.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for name, path in [*places(robin)]:
        for scheme in ("light", "dark"):
            robin.page.emulate_media(color_scheme=scheme)
            robin.go(path)
            found = complaints_of(robin.page)
            assert [(name, scheme, one["id"]) for one in found if one["impact"] in SERIOUS] == []
            assert robin.page.locator("h1").count() == 1, name
            assert robin.page.title() == "Notes"
    assert {url for url in asked if not url.startswith(robin.address)} == set()
    assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_screen_fits(robin: Person, width: str) -> None:
    """Nothing scrolls sideways at any width, in either scheme; a picture of each is kept to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    columns, rows = WIDTHS[width]
    robin.page.set_viewport_size({"width": columns, "height": rows})
    for name, path in [*places(robin)]:
        for scheme in ("light", "dark"):
            robin.page.emulate_media(color_scheme=scheme)
            robin.go(path)
            robin.page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
            assert sideways(robin.page) <= 0, (name, width)


@pytest.mark.parametrize(("columns", "type_px"), [(320, 16), (640, 16), (640, 32)], ids=["320", "zoomed", "large-type"])
def test_large_type_and_small_screens_lose_nothing(homes: Homes, browser: Browser, columns: int, type_px: int) -> None:
    """At 320 pixels, at twice the zoom and with letters of twice the size, nothing scrolls sideways or is cut."""
    with person(homes.robin, browser) as who:
        unlock(who)
        session = who.context.new_cdp_session(who.page)
        session.send("Page.setFontSizes", {"fontSizes": {"standard": type_px, "fixed": type_px}})
        who.page.set_viewport_size({"width": columns, "height": 640})
        for name, path in [*places(who)]:
            who.go(path)
            assert sideways(who.page) <= 0, (name, columns, type_px)
            assert who.page.eval_on_selector_all("main button, main a", CUT) == 0, name


def sideways(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(seen(page, script="document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_page_is_light(robin: Person) -> None:
    """All that a first page needs is less than 100 kB."""
    came: list[Response] = []
    robin.page.on("response", lambda one: came.append(one))
    robin.go("/")
    robin.page.wait_for_load_state("load")
    # By what it says of itself: a page that looked again meanwhile has no bodies of the one before it.
    weight = sum(int(one.headers["content-length"]) for one in came if one.ok and "/news" not in one.url)
    assert 0 < weight < WEIGHT_BYTES_MAX


def test_everything_is_reached_by_keys_in_reading_order(robin: Person) -> None:
    """Tab goes through a page as it is read; where one is can be seen; nothing traps, and the first key skips ahead."""
    for path in ("/", "/2", "/5"):
        robin.go(path)
        robin.page.keyboard.press("Tab")
        assert robin.page.evaluate("document.activeElement.className") == "skip"
        places: list[tuple[int, bool]] = []
        while len(places) < KEYS_MAX and (place := tuple(robin.page.evaluate(WHERE))) not in places[-1:] + places[:1]:
            places.append((int(place[0]), bool(place[1])))
            robin.page.keyboard.press("Tab")
        assert len(places) > KEYS_MIN
        numbers = [place for place, _ in places if place > BODY]
        assert numbers == sorted(numbers), path
        assert all(visible for place, visible in places if place > BODY), path
    robin.go("/")
    robin.page.keyboard.press("Tab")
    robin.page.keyboard.press("Enter")
    assert robin.page.evaluate("document.activeElement.id") == "main"


def is_locked(homes: Homes) -> bool:
    """Whether Robin's vault is closed."""
    return "locked" in commands_of(homes.robin, "today").stdout


@pytest.mark.parametrize("way", ["button", "keys"])
def test_leaving_at_once(robin: Person, homes: Homes, way: str) -> None:
    """The way out locks, shows a calendar, and Back shows nothing of what was there."""
    robin.go("/2")
    robin.follow("How we")
    words = robin.page.locator("main article").first.inner_text()
    began = time.perf_counter()
    if way == "button":
        robin.click("Leave this page")
    else:
        for _ in range(3):
            robin.page.keyboard.press("Shift")
    robin.page.wait_for_url(re.compile(r"/calm$"))
    print(f"left after {1_000 * (time.perf_counter() - began):.0f} ms")
    expect(robin.page).to_have_title("Calendar")
    assert is_locked(homes)
    robin.page.go_back()
    robin.page.wait_for_load_state()
    assert words.split("\n")[-1] not in robin.page.content()
    assert "How we" not in robin.page.content()


def test_a_lock_elsewhere_closes_every_tab(robin: Person, homes: Homes) -> None:
    """What is locked at a terminal is gone from every tab at once, without a touch."""
    other = robin.context.new_page()
    other.goto(robin.address + "/4")
    assert commands_of(homes.robin, "lock").returncode == 0
    for page in (other, robin.page):
        page.bring_to_front()
        expect(page.locator("#passphrase")).to_be_visible(timeout=PATIENCE_MS)


def test_what_is_typed_survives_a_crash(homes: Homes, browser: Browser) -> None:
    """A browser that is gone and a keeper that is killed cost no typed word; it stands in the form again."""
    with person(homes.robin, browser) as who:
        unlock(who)
        with who.page.expect_response(re.compile("/draft$")):
            who.page.locator("textarea[name=feelings]").fill("Half a sentence that I")
        who.context.close()
        kill_keepers(homes.robin)
        who = Person(homes.robin, browser.new_context())
        unlock(who)
        expect(who.page.locator("textarea[name=feelings]")).to_have_value("Half a sentence that I")
        who.page.locator("textarea[name=feelings]").fill("")
        who.context.close()


def test_the_last_words_before_a_lock_are_kept(robin: Person) -> None:
    """Whoever types and locks in the same moment finds every letter in the form again."""
    robin.go("/4")
    robin.page.locator("#text").press_sequentially("Up to the last letter")
    robin.click("Lock")
    expect(robin.page.locator("#passphrase")).to_be_visible(timeout=PATIENCE_MS)
    unlock(robin)
    robin.go("/4")
    expect(robin.page.locator("#text")).to_have_value("Up to the last letter")
    with robin.page.expect_response(re.compile("/draft$")):
        robin.page.locator("#text").fill("")


def test_a_page_whose_agent_is_gone_says_what_is_safe(homes: Homes, browser: Browser) -> None:
    """With nobody left to serve even the lock, the page shows nothing of the vault, and how to open it again."""
    with person(homes.robin, browser) as who:
        unlock(who)
        who.page.locator("textarea[name=need]").evaluate("field => field.closest('details').open = true")
        with who.page.expect_response(re.compile("/draft$")):
            who.page.locator("textarea[name=need]").fill("A quiet hour")
        found = subprocess.run(["fuser", homes.robin / "agent.lock"], capture_output=True, text=True, check=False)
        for number in found.stdout.split():
            os.kill(int(number), signal.SIGKILL)
        who.sees("Nothing answers any more.")
        who.sees("What was saved before is safe")
        who.never_sees("A quiet hour")
    with person(homes.robin, browser) as who:
        unlock(who)
        expect(who.page.locator("textarea[name=need]")).to_have_value("A quiet hour")
        who.page.locator("textarea[name=need]").evaluate("field => field.closest('details').open = true")
        with who.page.expect_response(re.compile("/draft$")):
            who.page.locator("textarea[name=need]").fill("")


def test_search_shows_own_words_agreements_and_notes(robin: Person) -> None:
    """What is looked for stands in no address; of the other's check-ins nothing is found."""
    robin.go("/7")
    robin.page.locator("#words").fill("lake")
    robin.page.locator("main button.main").click()
    robin.sees("Lake weekend")
    assert robin.page.url == robin.address + "/7"
    robin.page.locator("#words").fill("with my coat off")
    robin.page.locator("main button.main").click()
    robin.sees("It is not in your own words, agreements or notes.")


def kill_keepers(folder: Path) -> None:
    """Kill what has the keys of a home, as a power cut would."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().split(b"\0")
            home = f"TROTH_HOME={folder}".encode() in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"keeper" in line and home:
            os.kill(int(process.name), signal.SIGKILL)


def test_a_form_that_came_too_late_loses_nothing(robin: Person, homes: Homes) -> None:
    """What is sent after it locked is sealed for its writer, and stands under Mine after unlocking."""
    robin.page.route("**/news*", lambda route: route.abort())
    robin.go("/")
    robin.page.locator("textarea[name=feelings]").fill("Written while it locked")
    assert commands_of(homes.robin, "lock").returncode == 0
    robin.click("Share")
    robin.sees("It locked meanwhile.")
    expect(robin.page).to_have_url(robin.address + "/")
    robin.page.locator("#passphrase").fill(PASSPHRASE)
    robin.page.locator("main button.main").click()
    robin.go("/4")
    robin.sees("Written while it locked")


def test_a_yes_is_never_the_first_thing_under_a_finger(robin: Person) -> None:
    """After the text comes "not now", nothing has the focus beforehand, and a wrong passphrase agrees to nothing."""
    robin.go("/2")
    for link in robin.page.locator("main a[href^='/2/']").all():
        title = link.inner_text().split("\n")[0]
        link.click()
        if robin.page.locator('main button[value^="agree assent"]').count():
            break
        robin.go("/2")
    else:
        pytest.fail("nothing in the ninety days waits for a yes")
    robin.press("agree assent")
    while robin.page.locator("button[name=index]", has_text="Read on").count():
        robin.choose("Read on")
    robin.sees("That is the end of the text.")
    assert robin.page.locator("button[name=index]").first.inner_text() == "Not now"
    assert robin.page.evaluate("document.activeElement.tagName") != "BUTTON"
    robin.choose("I agree to exactly this text")
    while robin.page.locator("#ask[type=password]").count() == 0:
        robin.page.locator("button[name=index]").first.click()
    robin.type("not the passphrase")
    robin.sees("not the passphrase")
    robin.go("/2")
    robin.follow(title)
    expect(robin.page.locator('main button[value^="agree assent"]')).to_be_visible()


def test_taking_a_yes_back_is_one_press_and_needs_no_relay(robin: Person) -> None:
    """From the page that shows an agreement, one press takes the own yes back, at once and offline."""
    robin.go("/2")
    robin.follow("The money window")
    robin.click("Withdraw")
    robin.sees("is taken back. You need no reason.")
    robin.go("/2")
    row = robin.page.locator("main a", has_text="The money window")
    expect(row).not_to_contain_text("In force")


def test_help_is_near_while_it_is_locked(homes: Homes, browser: Browser) -> None:
    """Support and rest are one press away from the lock, without a passphrase; it says what a browser may do."""
    with person(homes.robin, browser) as who:
        commands_of(homes.robin, "lock")
        who.go("/")
        expect(who.page.locator("#passphrase")).to_be_visible()
        who.sees("Say no where somebody else can use this computer.")
        who.click("Get support")
        who.sees("1800RESPECT")
        who.click("Steady")
        expect(who.page.locator("h1")).to_have_text("Steady")


def test_it_works_without_scripts(homes: Homes, browser: Browser) -> None:
    """Everything but what is live works in a browser that runs no script: unlock, check in, read, lock, leave."""
    context = browser.new_context(java_script_enabled=False)
    try:
        who = Person(homes.robin, context)
        unlock(who)
        who.page.locator("textarea[name=feelings]").fill("No script was needed.")
        who.click("Share")
        who.sees("It is kept, and goes to the other person")
        who.sees("No script was needed.")
        who.go("/2")
        who.follow("How we")
        who.press("agree why")
        who.sees("agreed to this text")
        who.click("Back")
        who.click("Leave this page")
        expect(who.page).to_have_title("Calendar")
        assert is_locked(homes)
    finally:
        context.close()


def test_history_learns_nothing(robin: Person) -> None:
    """Every address is a number or a code, every title the same, and the name can be another one."""
    for _, path in [*places(robin)]:
        robin.go(path)
        assert re.fullmatch(r"/(\d(/[0-9a-f]{10})?)?", path), path
        assert robin.page.title() == "Notes"
        assert robin.page.locator("link[rel=icon]").get_attribute("href") == "/static/mark.svg"
    call(robin, "Shopping")
    assert re.fullmatch(r"/5|/step/\d+", robin.page.url.removeprefix(robin.address))
    expect(robin.page).to_have_title("Shopping")
    call(robin, "")
    expect(robin.page).to_have_title("Notes")


def call(who: Person, name: str) -> None:
    """Choose what the pages are called."""
    who.go("/5")
    who.press("pages choose")
    who.choose("What the pages are called")
    who.type(name)
    who.sees("It is so from now on")


def test_nothing_shows_while_another_window_is_in_front(robin: Person) -> None:
    """By choice a page is blank as soon as its window is left, and there again with it."""
    robin.go("/5")
    robin.press("pages choose")
    robin.choose("Show nothing while another window is in front")
    robin.sees("It is so from now on")
    robin.page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(robin.page.locator("main")).to_have_css("opacity", "0")
    robin.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(robin.page.locator("main")).to_have_css("opacity", "1")
    robin.press("pages choose")
    robin.choose("Show everything also while")
    robin.sees("It is so from now on")


def test_a_tab_behind_another_one_is_blank(robin: Person, homes: Homes) -> None:
    """A browser shows small pictures of tabs, also after a lock; in front a page is there again, as it was typed."""
    robin.page.add_init_script('Object.defineProperty(document, "hidden", { get: () => window.behind ?? false });')
    robin.go("/4")
    robin.page.locator("#text").fill("Half of it")
    put(robin.page, behind=True)
    expect(robin.page.locator("body")).to_have_css("opacity", "0")
    put(robin.page, behind=False)
    expect(robin.page.locator("body")).to_have_css("opacity", "1")
    expect(robin.page.locator("#text")).to_have_value("Half of it")
    robin.page.locator("#text").fill("")
    put(robin.page, behind=True)
    assert commands_of(homes.robin, "lock").returncode == 0
    expect(robin.page.locator("body")).to_have_css("opacity", "0")
    put(robin.page, behind=False)
    expect(robin.page.locator("#passphrase")).to_be_visible(timeout=PATIENCE_MS)


def put(page: Page, *, behind: bool) -> None:
    """Put a tab behind another one, or in front: a browser without a window has all of them in front."""
    page.evaluate("behind => { window.behind = behind; document.dispatchEvent(new Event('visibilitychange')) }", behind)


def test_an_agreement_on_paper_is_its_text_alone(robin: Person) -> None:
    """Printed, an agreement is black on white, without the ways and buttons of the page."""
    robin.go("/2")
    robin.follow("How we")
    robin.page.emulate_media(media="print")
    for gone in ("header", "nav", "footer", "main button"):
        for part in robin.page.locator(gone).all():
            expect(part).not_to_be_visible()
    expect(robin.page.locator("main article").first).to_be_visible()
