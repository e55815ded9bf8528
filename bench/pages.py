"""The pages in a real browser: the first screen after unlocking, an entry saved and shown, and what a page weighs.

Debian's Chromium without a window; the clock is the browser's own. Ninety days of two made-up people, and ten years.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Page, sync_playwright

from bench import chapter
from bench.figures import Figures
from troth_app.demo import furnish

__all__ = ["BROWSER", "measure"]

BROWSER: Final = shutil.which("chromium")
TROTH: Final = (sys.executable, "-m", "troth_app.main")
ENTRIES: Final = 5
WEIGHT: Final = """performance.getEntries().reduce((sum, one) => sum + (one.decodedBodySize ?? 0), 0)"""
LOADED: Final = "performance.getEntriesByType('navigation')[0].loadEventEnd"
SHOWN: Final = """async text => {
    const began = performance.now();
    const form = document.querySelector('form[data-draft=checkin]');
    form.querySelector('textarea').value = text;
    const fields = new URLSearchParams(new FormData(form, form.querySelector('[value=share]')));
    const answer = await fetch(form.action, {method: 'POST', body: fields});
    if (!(await answer.text()).includes(text)) throw new Error('it is not shown: ' + answer.url);
    return performance.now() - began;
}"""
"""From sending a check-in until the page that shows it is here, in milliseconds."""


def measure() -> Figures:
    """Return milliseconds and bytes, of ninety days and of ten years."""
    with TemporaryDirectory(prefix="troth-bench-") as folder:
        ninety = asyncio.run(furnish.furnish(Path(folder, "ninety"), last_day=date.today())).robin
        years = Path(folder, "years")
        years.mkdir(mode=0o700)
        asyncio.run(chapter.fill(years / "vault"))
        found = {"ninety": (ninety, furnish.PASSPHRASE), "years": (years, chapter.PASSPHRASE)}
        return {f"{name}_{key}": value for name, home in found.items() for key, value in _visit(*home).items()}


def _visit(home: Path, passphrase: str) -> Figures:
    environment = {**os.environ, "TROTH_HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("XDG_RUNTIME_DIR", None)
    told = subprocess.run([*TROTH, "web", "--json"], env=environment, capture_output=True, check=True, text=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(json.loads(told.stdout)["address"])
            page.wait_for_url("**/")
            return _look(page, passphrase)
    finally:
        subprocess.run([*TROTH, "lock"], env=environment, capture_output=True, check=False)
        subprocess.run(["fuser", "-k", "-TERM", str(home / "agent.lock")], capture_output=True, check=False)


def _look(page: Page, passphrase: str) -> Figures:
    page.fill("#passphrase", passphrase)
    page.click("main button.main")
    page.wait_for_selector("form[data-draft=checkin]")
    page.wait_for_load_state("load")
    first = page.evaluate(LOADED)
    weight = page.evaluate(WEIGHT)
    again = min(_loaded(page) for _ in range(ENTRIES))
    shown = sorted(page.evaluate(SHOWN, f"Measured, and calm, {number}.") for number in range(ENTRIES))
    return {
        "unlock_and_first_ms": first,
        "screen_ms": again,
        "entry_ms": shown[ENTRIES // 2],
        "weight_kb": weight / 1e3,
    }


def _loaded(page: Page) -> float:
    page.reload()
    page.wait_for_load_state("load")
    return float(page.evaluate(LOADED))
