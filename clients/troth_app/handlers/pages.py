"""What pages ask for beside the commands of a person: what stands on every one of them, drafts, and what is new.

A draft is this device's alone: it is kept in the vault's own room and goes nowhere.
"""

import json
from typing import TYPE_CHECKING, Final

from troth_app.cards import signal_cards
from troth_app.conversation import Form, Result, Say
from troth_app.handlers.devices import new_devices
from troth_app.handlers.locking import opened
from troth_app.handlers.status import line
from troth_app.handlers.together import names_of, state_of
from troth_app.limits import DRAFT_NAME_LETTERS_MAX, ENTRY_BYTES_MAX
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.settings import draft_row, pages_row
from troth_app.talk import Talk
from troth_couple import clean
from troth_wire.errors import TrothError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["choose", "drafts", "frame", "here", "keep", "news"]

NEW: Final = "new"
CHOICES: Final = ("blank", "no_shift", "notices")
"""What is off unless somebody turns it on."""
ON: Final = "on"
NAME_LETTERS_MAX: Final = 32


async def frame(_: Talk, keeper: "Keeper") -> Result:
    """Return what stands on every page: which signals are on, a new device, and the calm line."""
    household = opened(keeper)
    found: Result = {
        "line": line(household),
        "two": household.chapter is not None,
        "told": [tell("today.device", name=name) for name in new_devices(household)],
        "signals": [],
        "news": household.news.count,
        "pages": dict(household.settings.pages),
    }
    if household.chapter is not None:
        try:
            state = await state_of(keeper)
        except TrothError as error:
            # A space that stopped, or that this device has not read yet, is no reason to show no page.
            return {**found, "two": False, "told": [*found["told"], str(error)]}
        found["signals"] = signal_cards(state.signals, names=names_of(keeper), me=household.chapter.me)
    return found


async def here(_: Talk, __: "Keeper") -> None:
    """Count as use: somebody reads, and locks later."""


async def choose(talk: Talk, keeper: "Keeper") -> None:
    """Choose how the pages look and behave on this device."""
    household = opened(keeper)
    await talk.safe(tell("safe.nothing"))
    chosen = household.settings.pages
    items = [tell(f"pages.{choice}.{'off' if choice in chosen else 'on'}") for choice in CHOICES]
    picked = await talk.choose(tell("pages.what"), [tell("pages.name"), *items])
    if picked == 0:
        name = clean(" ".join((await talk.ask(tell("pages.which_name"))).split()))
        if len(name) > NAME_LETTERS_MAX:
            raise RuleError(tell("pages.long"))
        await household.remember(pages_row("name", name))
    else:
        choice = CHOICES[picked - 1]
        await household.remember(pages_row(choice, "" if choice in chosen else ON))
    await talk.say(tell("pages.kept"))


async def drafts(_: Talk, keeper: "Keeper") -> Result:
    """Return what was typed and not sent, by the form that it was typed into."""
    return {"drafts": dict(opened(keeper).settings.drafts)}


async def keep(talk: Talk, keeper: "Keeper") -> None:
    """Keep what is being typed into a form; nothing, once it was sent or emptied.

    Raises:
        RuleError: If it is longer than a form can be.
    """
    name = str(talk.begin.options.get("form", ""))
    text = await talk.ask(tell("draft.text"), form=Form.TEXT)
    # The browser has it still, and sends all of it again.
    talk.composed.clear()
    if not 0 < len(name) <= DRAFT_NAME_LETTERS_MAX or len(text.encode(errors="replace")) > ENTRY_BYTES_MAX:
        raise RuleError(tell("text.long"))
    if opened(keeper).settings.drafts.get(name, "") != text:
        await opened(keeper).remember(draft_row(name, text))


async def news(talk: Talk, keeper: "Keeper") -> None:
    """Say so each time more is new than a page was written with, for as long as somebody listens."""
    news = opened(keeper).news
    after = int(talk.begin.options.get("after", news.count))
    # A count from before a lock is higher than one that begins anew; what is new since then is not known.
    count = after if after <= news.count else -1
    while True:
        count = await talk.wait(news.after(count))
        await talk.show(Say(json.dumps({NEW: count})))
