"""What helps now, without keys: also locked, offline, and before there is a vault. It is written nowhere."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from troth_app.conversation import Result
from troth_app.helplines import REGIONS, Helpline, is_checked
from troth_app.language import spoken
from troth_app.messages import ENGLISH, tell
from troth_app.talk import Talk
from troth_app.wording import listed_as

if TYPE_CHECKING:
    from troth_app.agent import Agent

__all__ = ["calm", "found", "rest", "steady", "support", "without"]


async def steady(_: Talk, __: "Agent") -> Result:
    """Show how to come to rest: breath, senses, somebody to call."""
    return calm()


def rest() -> list[Result]:
    """Return the cards by which somebody comes to rest."""
    return [_card(key) for key in ("steady.breathe", "steady.senses", "steady.call")]


async def support(_: Talk, __: object) -> Result:
    """Show where help is, and what this tool can not do."""
    return found()


def without() -> Result:
    """Return where help is, for whoever's vault does not answer."""
    page = found()
    return {**page, "ends": [tell("support.without"), *page["ends"]]}


def calm() -> Result:
    """Return how somebody comes to rest."""
    return {"says": [], "cards": rest(), "ends": [tell("steady.nothing")]}


def found() -> Result:
    """Return where help is."""
    day = date.today()
    lines = [
        {"title": tell("support.lines", region=region), "lines": _said(helplines, day)}
        for region, helplines in REGIONS.items()
    ]
    first = [_card("support.danger"), _card("support.afraid")]
    cards = [*first, *lines, _elsewhere(), _card("support.guided"), _card("support.limits")]
    return {"says": [], "cards": cards, "ends": [tell("support.record")]}


def _card(key: str) -> dict[str, Any]:
    """Return a card of the catalogue: its title, and the sentences that are numbered under it."""
    return {"title": tell(key), "lines": [tell(name) for name in ENGLISH if name.startswith(f"{key}.")]}


def _elsewhere() -> dict[str, Any]:
    """Say of which places there is a list: of a place that has none nobody is to look for it."""
    regions = listed_as([spoken(region) for region in REGIONS])
    card = _card("support.elsewhere")
    return {**card, "lines": [tell("support.elsewhere.1", regions=regions), *card["lines"][1:]]}


def _said(helplines: Sequence[Helpline], today: date) -> list[str]:
    checked = [is_checked(helpline, today) for helpline in helplines]
    keys = ["support.line" if known else "support.unchecked" for known in checked]
    lines = [
        tell(key, name=helpline.name, number=helpline.number, what=helpline.what)
        for key, helpline in zip(keys, helplines, strict=True)
    ]
    return lines if all(checked) else [*lines, tell("support.unchecked_all")]
