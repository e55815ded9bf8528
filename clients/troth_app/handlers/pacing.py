"""A pace: what feels fine to offer for a while; of both, what both chose is shown, and it is never a yes."""

from typing import TYPE_CHECKING, Final

from troth_app.cards import bar, page, thing_card
from troth_app.conversation import Form, Result
from troth_app.handlers.glossary import pointed_to
from troth_app.handlers.together import (
    ask_day,
    ask_line,
    ask_text,
    chapter_of,
    composing,
    names_of,
    share,
    state_of,
    today_of,
    write,
)
from troth_app.messages import inert, tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Thing, days_after, shown, together
from troth_couple.glossary import words
from troth_couple.limits import PACE_DAYS_MAX
from troth_couple.pace import of_both, own

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["lapse", "set_", "show"]

SOON_DAYS: Final = 7


async def set_(talk: Talk, keeper: "Keeper") -> None:
    """Say what feels fine, and what does not, in place of what one said before."""
    chapter_of(keeper)
    await composing(talk, keeper)
    fine = _parts(await ask_text(talk, tell("pace.fine"), form=Form.WORDS))
    not_now = _parts(await ask_line(talk, tell("pace.not_now")) or "")
    day = today_of(keeper)
    last = days_after(day, PACE_DAYS_MAX)
    until = min(
        await ask_day(talk, tell("pace.until", day=days_after(day, SOON_DAYS)), since=day) or last,
        last,
    )
    made = await share(
        talk,
        keeper,
        ", ".join(fine),
        lambda pen: together.set_pace(
            pen, [*pen.book.state(day).things.values()], fine=fine, not_now=not_now, day=day, until=until
        ),
    )
    if made:
        await talk.say(tell("pace.set", day=until), tell("pace.no_yes"))


async def lapse(talk: Talk, keeper: "Keeper") -> None:
    """Take back what one set: one step, no reason."""
    state, me, day = await state_of(keeper), chapter_of(keeper).me, today_of(keeper)
    await talk.safe(tell("safe.nothing"))
    if not own(state.things.values(), me):
        raise RuleError(tell("pace.none"))
    await write(keeper, lambda pen: together.lapse(pen, [*pen.book.state(day).things.values()], day=day))
    await talk.say(tell("pace.lapsed"))


async def show(_: Talk, keeper: "Keeper") -> Result:
    """Show what is fine for both now, and one's own; while a signal is on nothing is fine."""
    state, names, me = await state_of(keeper), names_of(keeper), chapter_of(keeper).me
    fine = of_both(state).fine
    lines = [inert(shown(line)) for line in fine] or [tell("pace.none_both")]
    ours = own(state.things.values(), me)
    mine = [thing_card(thing, names=names, me=me) for thing in ours]
    cards: list[Result] = [{"title": tell("pace.both"), "lines": lines, "kind": "pace", "fine": [*fine]}]
    cards += [{**card, "title": tell("pace.yours")} for card in mine]
    # Of the other's alone nothing is looked at: a word that is pointed to would tell of it.
    cards += pointed_to([*fine, *(line for thing in ours for line in _words_of(thing))], words(state), names)
    return page(cards, says=bar(state, me), ends=[tell("pace.no_yes")])


def _words_of(thing: Thing) -> list[str]:
    return [line for version in thing.versions for name in ("fine", "not_now") for line in version.said(name)]


def _parts(text: str) -> list[str]:
    """Return what stands between commas, each once."""
    return list(dict.fromkeys(part for part in map(str.strip, text.split(",")) if part))
