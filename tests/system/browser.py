"""A person at a browser: a home of their own with its agent, and a real Chromium that shows its pages.

Waits are for something that a page shows, and bounded by Playwright; nothing here waits for time to pass.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.system.proxies import program
from troth_app.demo.furnish import Homes, furnish

__all__ = ["PASSPHRASE", "Person", "chromium", "commands_of", "furnished", "person"]

PASSPHRASE: Final = "three plain words"
TROTH: Final = (sys.executable, "-m", "troth_app.main")
PATIENCE_MS: Final = 30_000
END_S: Final = 60


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


def furnished(folder: Path) -> Homes:
    """Robin's home and Sasha's, with ninety days that end today; Playwright has the event loop of this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(furnish(folder, last_day=date.today()))).result()


def commands_of(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of the app in a home."""
    environment = {**os.environ, "TROTH_HOME": str(folder), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("XDG_RUNTIME_DIR", None)
    return subprocess.run(
        [*TROTH, *words], input=typed, env=environment, capture_output=True, text=True, timeout=END_S, check=False
    )


class Person:
    """Somebody with a home and a browser."""

    def __init__(self, folder: Path, context: BrowserContext) -> None:
        """Open the pages of a home in a browser that nobody else has."""
        self.folder = folder
        self.context = context
        self.page = self.enter()

    @property
    def address(self) -> str:
        """Where the pages are."""
        return re.match(r"http://[^/]+", self.page.url)[0]  # type: ignore[index]

    def invited(self) -> str:
        """An address that opens the pages once."""
        done = commands_of(self.folder, "web", "--json")
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["address"])

    def enter(self) -> Page:
        """Open the pages in a new tab."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(self.invited())
        page.wait_for_url(re.compile(r"/$"))
        return page

    def go(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.address + path)

    def press(self, command: str) -> None:
        """Press the button that begins a command."""
        self.page.locator(f'main button[name=command][value^="{command}"]').first.click()

    def click(self, label: str) -> None:
        """Press a button, or follow a link, by what it says."""
        self.page.get_by_role("button", name=label, exact=True).or_(
            self.page.get_by_role("link", name=label, exact=True)
        ).first.click()

    def follow(self, text: str) -> None:
        """Follow a link of this page by words in it."""
        self.page.locator("main a", has_text=text).first.click()

    def choose(self, item: str) -> None:
        """Pick one of several."""
        self.page.locator("button[name=index]", has_text=re.compile(re.escape(item))).first.click()

    def type(self, text: str, *, asked: str = "") -> None:
        """Answer a question by typing."""
        field = self.page.locator("#ask")
        expect(field).to_be_visible(timeout=PATIENCE_MS)
        if asked:
            expect(self.page.locator("label[for=ask]")).to_contain_text(asked)
        field.fill(text)
        self.page.locator("#answer button.main").click()

    def sees(self, text: str) -> None:
        """Wait until the page shows a text."""
        expect(self.page.locator("body")).to_contain_text(text, timeout=PATIENCE_MS)

    def never_sees(self, text: str) -> None:
        """Make sure that what stands here now does not have a text."""
        expect(self.page.locator("body")).not_to_contain_text(text)

    def begin(self) -> None:
        """Make a vault, by the pages."""
        self.press("init")
        self.choose("One that I think of")
        self.type(PASSPHRASE, asked="New passphrase")
        self.type(PASSPHRASE, asked="The same again")
        self.sees("It is made, and it is open.")

    def name_relay(self, relay: str) -> None:
        """Name a relay, by the pages."""
        self.go("/5")
        self.press("relay use")
        self.type(relay)
        self.type("")


@contextmanager
def person(folder: Path, browser: Browser) -> Iterator[Person]:
    """Somebody at the pages of a home; its agent is ended with the block."""
    context = browser.new_context(locale="en-AU", timezone_id="Australia/Sydney")
    try:
        yield Person(folder, context)
    finally:
        context.close()
        pid = subprocess.run(["fuser", str(folder / "agent.lock")], capture_output=True, text=True, check=False).stdout
        for number in pid.split():
            os.kill(int(number), 15)
