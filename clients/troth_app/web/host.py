"""What every page and every form needs: the agent of this home to ask, and what is remembered of each browser.

Nothing of it outlives the process, and the process ends when the vault closes.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from troth_app.commands_for_pages import GLANCE
from troth_app.conversation import Result
from troth_app.home import Home
from troth_app.messages import tell
from troth_app.outcome import Code
from troth_app.web import screens
from troth_app.web.filling import fill
from troth_app.web.replies import NOT_FOUND, Context, Page, See
from troth_app.web.steps import Step, Steps
from troth_app.web.telling import ENGLISH
from troth_app.web.telling import tell as say
from troth_app.web.visit import begin, read
from troth_app.web.visitors import Visitors

__all__ = ["Browser", "Host", "number_of"]

NUMBER_LETTERS_MAX: Final = 9
LOOK: Final = ("blank", "no_shift", "notices")
OUT: Final = "out-"
"""How a folder begins in which a file waits for the browser that asked for it."""


@dataclass
class Browser:
    """What is remembered of one browser.

    Attributes:
        steps: The conversations that it has open.
        told: What its next page says first.
        taken: What was typed into the conversation that ended well last: sent twice, it was taken once.
        asked: Which words its next page of a search looks for.
    """

    steps: Steps = field(default_factory=Steps)
    told: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    asked: str = ""


class Host:
    """Stands between the browsers and the agent."""

    def __init__(self, home: Home, visitors: Visitors, clock: Callable[[], float]) -> None:
        """Begin; what an earlier process left to be fetched goes."""
        self.home = home
        self.visitors = visitors
        self.clock = clock
        self._browsers: dict[str, Browser] = {}
        self._glances = False
        self._sealed: list[str] = []
        self.clear()

    def clear(self) -> None:
        """Remove the files that nobody fetched."""
        for left in self.home.runtime.glob(f"{OUT}*"):
            shutil.rmtree(left, ignore_errors=True)

    async def close(self) -> None:
        """Hang up on every conversation, keep what was typed into those that are not done, and leave no file behind."""
        self.clear()
        for browser in self._browsers.values():
            for step in browser.steps.open.values():
                await step.visit.close()
                if step.lost:
                    await self.seal(step.lost)

    async def seal(self, typed: str) -> bool:
        """Keep what was typed and can not be said, for its writer alone; whether that is durable."""
        if typed in self._sealed:
            return True
        visit = begin(self.home, "mine add")
        try:
            await fill(visit, {tell("mine.write"): typed})
        finally:
            await visit.close()
        if visit.done is None or visit.done.code != Code.OK:
            return False
        self._sealed.append(typed)
        return True

    def glancing(self) -> "Host":
        """Return the same for a page that looks by itself: that is no use, and what is told once stays untold."""
        host = copy(self)
        host._glances = True
        return host

    def browser(self, see: See) -> Browser:
        """Return what is remembered of whoever asks."""
        return self._browsers.setdefault(see.cookie, Browser())

    def step(self, see: See, number: str) -> Step | None:
        """Return a conversation of whoever asks, if there is one of that number."""
        found = number_of(number)
        return None if found is None else self.browser(see).steps.look(found, now_s=self.clock())

    def room_for(self, name: str) -> str:
        """Return a path, in a folder that nobody else has, for a file that the browser then fetches."""
        folder = self.home.runtime / f"{OUT}{os.urandom(8).hex()}"
        folder.mkdir(mode=0o700)
        return str(folder / name)

    def file(self, see: See, number: str) -> Path | None:
        """Return the file that a conversation wrote for this browser, if there is one."""
        step = self.step(see, number)
        found = Path(step.file) if step is not None and step.file else None
        return found if found is not None and found.is_file() else None

    async def found(self, command: str, *, wait_s: float | None = None, **options: str) -> Result:
        """Return what a reading command found out; nothing, where it found nothing.

        Raises:
            TimeoutError: If nothing came in the time that one waits.
        """
        given = {**options, **({GLANCE: True} if self._glances else {})}
        visit = await read(self.home, command, given, wait_s=wait_s)
        if visit.done is None and wait_s is not None:
            raise TimeoutError
        return (visit.done.result if visit.done else None) or {}

    async def page(self, see: See, *, wait_s: float | None = None) -> Context:
        """Return what stands on every page; what was told once is told now. What does not answer is as locked."""
        browser = self.browser(see)
        told: list[str] = []
        if not see.live:
            told, browser.told = browser.told, []
        token = self.visitors.token(see.cookie)
        page = {"name": say("web.name"), "here": "", "csrf": token, "two": False, "bar": [], "calm": "", "told": told}
        try:
            frame = await self.found("pages frame", wait_s=wait_s)
            state = {} if frame else await self.found("today", wait_s=wait_s)
        except TimeoutError:
            frame, state = {}, {}
        if not frame:
            return {**page, "state": state.get("state", "locked")}
        chosen = frame["pages"]
        look = {"name": chosen.get("name") or say("web.name"), **{choice: choice in chosen for choice in LOOK}}
        shown = {**look, "two": frame["two"], "bar": screens.bar(frame), "calm": frame["line"]}
        shown["news"] = frame["news"]
        return {**page, **shown, "state": "open", "told": [*told, *frame["told"]]}

    def outside(self, page: Context, *, again: str = "", back: str = "/") -> Page:
        """Return what stands before the door: the lock, or how to begin where there is no vault."""
        if page["state"] == "empty":
            texts = {"right_tool": _numbered("web.tool."), "private": _numbered("web.private.")}
            return Page("welcome", {"page": page, **texts})
        return Page("lock", {"page": page, "again": again, "back": back})

    def nothing(self, page: Context) -> Page:
        """Return the page of an address at which there is nothing."""
        lines = [say("web.nothing.safe"), say("web.nothing.do")]
        context = {"page": page, "title": say("web.nothing"), "lines": lines, "onward": ""}
        return Page("closed", context, NOT_FOUND)

    async def drafts(self) -> Mapping[str, Mapping[str, str]]:
        """Return what was typed and not sent: by form, its fields."""
        found = {}
        for name, text in (await self.found("pages drafts")).get("drafts", {}).items():
            with suppress(ValueError, AttributeError):
                found[name] = {str(key): str(value) for key, value in json.loads(text).items()}
        return found

    async def keep_draft(self, form: str, fields: Mapping[str, str]) -> bool:
        """Keep what is being typed into a form, or let it go where nothing is; whether that is durable."""
        text = json.dumps(dict(fields)) if any(value.strip() for value in fields.values()) else ""
        visit = begin(self.home, "pages keep", {"form": form})
        try:
            await fill(visit, {tell("draft.text"): text})
            return visit.done is not None and visit.done.code == Code.OK
        finally:
            await visit.close()


def number_of(text: str) -> int | None:
    """Return a number that stands in an address or a form, or None if it is none."""
    return int(text) if text.isdecimal() and len(text) <= NUMBER_LETTERS_MAX else None


def _numbered(start: str) -> list[str]:
    return [say(key) for key in ENGLISH if key.startswith(start)]
