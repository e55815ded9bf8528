"""From an address to a page. Where the vault is locked, the lock stands in place of all but a few."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from troth_app.commands import BY_NAME
from troth_app.conversation import Result
from troth_app.handlers.support import calm, without
from troth_app.limits import HELP_WAIT_S
from troth_app.messages import tell
from troth_app.presenting import presenter
from troth_app.web import screens
from troth_app.web.filling import fill
from troth_app.web.host import Host
from troth_app.web.replies import Context, Page, Reply, See
from troth_app.web.visit import begin
from troth_app.web.walk import page_of

__all__ = ["place_of", "show"]

HELPS: Final = ("6", "8")
"""Where help and rest are: nothing that does not answer is waited for there."""
LOCKED_TOO: Final = (*HELPS, "step")
"""What is shown while the vault is locked: help, rest, and a conversation that goes on."""

Show = Callable[[Host, See, Context, str], Awaitable[Reply]]


async def show(host: Host, see: See) -> Reply:
    """Return the page at an address."""
    first, rest = see.place
    page = await host.page(see, wait_s=HELP_WAIT_S if first in HELPS else None)
    if page["state"] != "open" and first not in LOCKED_TOO:
        return host.outside(page, back=see.path)
    room = ROOMS.get(first)
    return await room(host, see, page, rest) if room else host.nothing(page)


async def today(host: Host, _: See, page: Context, __: str) -> Reply:
    """Show what is here today."""
    drafts = (await host.drafts()).get("checkin", {})
    context = screens.today(await host.found("today"), drafts, two=page["two"])
    return Page("today", {"page": {**page, "here": "today"}, **context})


async def agreements(host: Host, see: See, page: Context, code: str) -> Reply:
    """Show every agreement, or one."""
    page = {**page, "here": "agreements"}
    listed = await host.found("agree list")
    if not code:
        return Page("agreements", {"page": page, **screens.agreements(listed, host.visitors.code)})
    found = await _shown(host, "agree show", listed.get("rows", ()), code)
    return Page("agreement", {"page": page, **screens.agreement(found)}) if found else host.nothing(page)


async def notes(host: Host, see: See, page: Context, code: str) -> Reply:
    """Show the notes that both write, or one."""
    page = {**page, "here": "notes"}
    listed = await host.found("note list")
    if not code:
        return Page("notes", {"page": page, **screens.notes(listed, host.visitors.code)})
    found = await _shown(host, "note show", listed.get("cards", ()), code)
    return Page("note", {"page": page, **screens.note(found)}) if found else host.nothing(page)


async def _shown(host: Host, command: str, listed: Iterable[Result], code: str) -> Result:
    """Return what a command shows of the one among several that a code in an address means; nothing if none."""
    for one in listed:
        if host.visitors.code(one["id"]) == code:
            return await host.found(command, which=one["id"])
    return {}


async def mine(host: Host, _: See, page: Context, __: str) -> Reply:
    """Show what is this person's alone."""
    drafts = (await host.drafts()).get("mine", {})
    return Page("mine", {"page": {**page, "here": "mine"}, **screens.mine(await host.found("mine list"), drafts)})


async def safety(host: Host, _: See, page: Context, __: str) -> Reply:
    """Show devices, relay, copies and the ways out."""
    reading = {"devices": "devices list", "relay": "status"}
    found = {key: (command, await host.found(command)) for key, command in reading.items()}
    shown = {key: presenter(BY_NAME[command])(result) for key, (command, result) in found.items() if result}
    return Page("safety", {"page": {**page, "here": "safety"}, **screens.safety(shown, two=page["two"])})


async def support(host: Host, _: See, page: Context, __: str) -> Reply:
    """Show where help is."""
    return await _help(host, page, "support", without)


async def steady(host: Host, _: See, page: Context, __: str) -> Reply:
    """Show how to come to rest."""
    return await _help(host, page, "steady", calm)


async def search(host: Host, see: See, page: Context, __: str) -> Reply:
    """Show what is found of the words that were just asked for, or where to look for some."""
    browser, page = host.browser(see), {**page, "here": "search"}
    asked = "" if see.live else browser.asked
    if not asked:
        return Page("search", {"page": page, "shown": [], "asked": ""})
    browser.asked = ""
    visit = begin(host.home, "search")
    try:
        await fill(visit, {tell("search.what"): asked})
    finally:
        await visit.close()
    if visit.done is None:
        return host.outside(page, back="/7")
    found = visit.done.result or {}
    says = [*found.get("says", ()), *filter(None, [visit.done.text])]
    shown = [*({"kind": "say", "text": said} for said in says), *screens.things(found)]
    return Page("search", {"page": page, "shown": shown, "asked": asked})


async def _help(host: Host, page: Context, name: str, instead: Callable[[], Result]) -> Reply:
    """Show what helps, with what lies in the vault if that answers."""
    try:
        found = await host.found(name, wait_s=HELP_WAIT_S)
    except TimeoutError:
        found = {}
    shown = screens.sentences(presenter(BY_NAME[name])(found or instead()), ours=True)
    return Page(name, {"page": {**page, "here": name}, "shown": shown})


def place_of(address: str) -> str:
    """Return an address to go back to, if a page stands there, else the first page's: no address leads elsewhere."""
    found = PLACE.fullmatch(address)
    return address if found and (found[1] or "") in ROOMS else "/"


PLACE: Final = re.compile(r"/(?:([0-9a-z]+)(?:/[0-9a-z]+)?)?")
ROOMS: Final[dict[str, Show]] = {
    "": today,
    "2": agreements,
    "3": notes,
    "4": mine,
    "5": safety,
    "6": support,
    "7": search,
    "8": steady,
    "step": page_of,
}
"""What stands at an address; none of them says what it is."""
