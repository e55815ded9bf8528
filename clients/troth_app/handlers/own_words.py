"""Saying one's own words anew, or taking them back; what was said before stays visible, and nobody else can do it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from troth_app.cards import newest_first, preview, thing_card
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    chapter_of,
    composing,
    meant,
    names_of,
    pick,
    share,
    state_of,
    today_of,
    write,
)
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.recounting import say
from troth_app.talk import Talk
from troth_app.wording import quoted
from troth_couple import Stage, Thing, key_of, shown
from troth_couple.kinds import BY_NAME

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["amend", "anew", "take_back"]

LISTED_MAX: Final = 20
"""So many of one's own words are offered at a time, the latest first."""
LABEL_LETTERS: Final = 60
DAYS: Final = ("on", "until", "good_by", "by", "review_on", "look_back")


async def amend(talk: Talk, keeper: "Keeper") -> None:
    """Say something of one's own anew, field by field."""
    thing = await _pick_own(talk, keeper, "amend")
    await composing(talk, keeper)
    kind, before = BY_NAME[thing.kind], thing.versions[0]
    fields: dict[str, object] = {}
    for field in kind.places:
        fields[field] = await anew(talk, field, before.said(field))
    day = today_of(keeper)
    text = "\n".join(value for value in fields.values() if isinstance(value, str))
    if await share(talk, keeper, text, lambda pen: [pen.amend(thing.id, fields, day=day)]):
        await talk.say(tell("amend.done"))


async def take_back(talk: Talk, keeper: "Keeper") -> None:
    """Take something of one's own back."""
    thing = await _pick_own(talk, keeper, "back")
    day = today_of(keeper)
    await write(keeper, lambda pen: [pen.take_back(thing.id, day=day)])
    await talk.say(say(key_of(Stage.TAKEN_BACK)))


async def _pick_own(talk: Talk, keeper: "Keeper", what: str) -> Thing:
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    able = {kind for kind in BY_NAME["take_back"].about if what == "back" or _amended(kind)}
    own = newest_first(thing for thing in state.things.values() if thing.author == me and thing.kind in able)
    left = [thing for thing in own if thing.stage not in (Stage.TAKEN_BACK, Stage.PAST)]
    if not left:
        raise RuleError(tell(f"{what}.none"))

    def label(thing: Thing) -> str:
        card = thing_card(thing, names=names, me=me)
        return preview(" ".join([card["title"] + ":", *card["lines"]]), LABEL_LETTERS)

    return await _pick_in_parts(talk, tell(f"{what}.which"), left, label)


async def _pick_in_parts(talk: Talk, prompt: str, things: Sequence[Thing], label: Callable[[Thing], str]) -> Thing:
    """Return the one that is picked: of many the latest are offered first, and then those before them."""
    things = meant(talk, things)
    while len(things) > LISTED_MAX:
        latest = [label(thing) for thing in things[:LISTED_MAX]]
        choice = await talk.choose(prompt, [*latest, tell("pick.earlier")])
        if choice < LISTED_MAX:
            return things[choice]
        things = things[LISTED_MAX:]
    return await pick(talk, prompt, things, label)


async def anew(talk: Talk, field: str, before: Any) -> object:
    """Ask for a field of what is said anew; what is left empty stays as it was, also what is no text."""
    if not isinstance(before, str | None):
        return before
    old, label = quoted(preview(shown(before or ""), LABEL_LETTERS)), tell(f"label.{field}")
    prompt = tell("amend.keep", label=label, text=old) if before else tell("amend.empty", label=label)
    if field in DAYS:
        return await ask_day(talk, prompt) or before
    return await ask_line(talk, prompt) or before


def _amended(kind: str) -> bool:
    """Tell whether things of a kind are said anew field by field; others have acts, or a command, of their own."""
    return not (BY_NAME[kind].fixed or BY_NAME[kind].apart)
