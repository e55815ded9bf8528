"""What is written to be told or offered: kept for its writer from the first word, held until a day, shared by choice.

Nothing is shared by itself, on no day; and before the day until which somebody holds it there is no way to share it.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from troth_app.cards import bar, newest_first, preview
from troth_app.conversation import Card, Result
from troth_app.handlers.locking import opened
from troth_app.handlers.own_words import anew
from troth_app.handlers.together import ask_day, chapter_of, composing, pick, state_of, things_page, today_of, write
from troth_app.held import Draft, held_row
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import Day, Pen, days_after, shown
from troth_couple.kinds import BY_NAME
from troth_wire.errors import LocalError

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["Sort", "compose", "go_on", "listed", "ready"]

Ask = Callable[[], Awaitable[str | None]]

KEY_BYTES: Final = 16
LABEL_LETTERS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """What can be written and held: its kind, and by their keys the sentences in which it differs from others."""

    kind: str
    card: str
    """What the card of a draft is called for a page."""
    needs: tuple[str, ...]
    """Without which fields there is nothing to share."""
    none: str
    more: str
    """What is said where there is nothing, and behind what there is."""
    share: str
    aside: str
    lacks: str = "text.empty"
    """What is said while one of those is not there."""
    check: tuple[str, ...] = ()
    """What its writer is asked to look at, before it can be shared."""


async def compose(talk: Talk, keeper: "Keeper", sort: Sort, asks: Mapping[str, Ask]) -> None:
    """Ask for each field in turn and keep what there is after each one; then ask what becomes of it.

    Raises:
        RuleError: If nothing was written; or if words can not be kept truly, and then those before them are kept.
    """
    household, key = opened(keeper), keeper.machine.entropy(KEY_BYTES)
    fields: dict[str, str | None] = dict.fromkeys(BY_NAME[sort.kind].places)
    for name, ask in asks.items():
        fields[name] = await ask()
        if any(fields[needed] for needed in sort.needs):
            await household.remember(held_row(key, Draft(sort.kind, tuple(fields.values()))))
            talk.composed.clear()
            await talk.safe(tell("held.kept"))
    if key not in household.settings.held:
        raise RuleError(tell("text.empty"))
    await _settle(talk, keeper, sort, key)


async def go_on(talk: Talk, keeper: "Keeper", sort: Sort) -> None:
    """Look again at something that one wrote and holds."""
    chapter_of(keeper)
    await composing(talk, keeper)
    drafts = _drafts(keeper, sort)
    if not drafts:
        raise RuleError(tell("held.none"))
    key, draft = await pick(talk, tell("pick.which"), drafts, _label)
    await talk.show(Card(tell("card.mine"), tuple(_lines(draft, letters=None))))
    await _settle(talk, keeper, sort, key)


async def listed(keeper: "Keeper", sort: Sort) -> Result:
    """Return a page of what this person wrote and holds, which nobody else has, and of what both shared."""
    state = await state_of(keeper)
    drafts = [
        {"title": tell("card.mine"), "lines": [*_lines(draft)], "id": key.hex(), "kind": sort.card, "mine": True}
        for key, draft in _drafts(keeper, sort)
    ]
    things = newest_first(thing for thing in state.things.values() if thing.kind == sort.kind)
    made = things_page(keeper, state, things, none=sort.none, first=drafts)
    return {**made, "ends": [*made.get("ends", ()), *([tell(sort.more)] if made["cards"] else [])]}


def ready(keeper: "Keeper", sort: Sort) -> bool:
    """Tell whether the day has come until which this person held something."""
    return any(draft.until and draft.until <= today_of(keeper) for _, draft in _drafts(keeper, sort))


async def _settle(talk: Talk, keeper: "Keeper", sort: Sort, key: bytes) -> None:
    """Ask what becomes of a draft; that it stays as it is stands first."""
    draft, day = _draft(keeper, key), today_of(keeper)
    may = draft.until <= day and not _lacks(draft, sort)
    if draft.until > day:
        await talk.say(tell("held.waits", day=draft.until))
    elif may:
        await talk.say(*bar(await state_of(keeper), chapter_of(keeper).me), *map(tell, sort.check))
    else:
        await talk.say(tell(sort.lacks))
    ways = {"held.keep": _keep, "held.hold": _hold, "held.change": _change, "held.go": _let_go}
    ways |= {sort.share: _share} if may else {}
    choice = await talk.choose(tell("held.next"), [tell(way) for way in ways])
    await [*ways.values()][choice](talk, keeper, sort, key)


async def _keep(talk: Talk, _: "Keeper", __: Sort, ___: bytes) -> None:
    await talk.say(tell("held.kept"))


async def _hold(talk: Talk, keeper: "Keeper", _: Sort, key: bytes) -> None:
    """Hold it until a day, an earlier one than before too."""
    day = today_of(keeper)
    tomorrow = days_after(day, 1)
    until: Day = await ask_day(talk, tell("held.until", day=tomorrow)) or tomorrow
    if until < day:
        raise RuleError(tell("held.past"))
    await opened(keeper).remember(held_row(key, replace(_draft(keeper, key), until=until)))
    await talk.say(tell("held.is", day=until))


async def _change(talk: Talk, keeper: "Keeper", sort: Sort, key: bytes) -> None:
    """Ask for each field anew, keep what there is after each one, and ask again what becomes of it."""
    for place, name in enumerate(BY_NAME[sort.kind].places):
        said = await anew(talk, name, _draft(keeper, key).fields[place])
        draft = _draft(keeper, key)
        fields = (*draft.fields[:place], said if isinstance(said, str) else None, *draft.fields[place + 1 :])
        await opened(keeper).remember(held_row(key, replace(draft, fields=fields)))
        talk.composed.clear()
    await _settle(talk, keeper, sort, key)


async def _let_go(talk: Talk, keeper: "Keeper", _: Sort, key: bytes) -> None:
    await opened(keeper).remember(held_row(key))
    await talk.say(tell("held.gone"))


async def _share(talk: Talk, keeper: "Keeper", sort: Sort, key: bytes) -> None:
    """Write it into the record of two, and let the draft go once it is there."""
    household, day = opened(keeper), today_of(keeper)
    draft = _draft(keeper, key)
    if draft.until > day:
        # Held meanwhile, by another command than the one that asked.
        raise RuleError(tell("held.waits", day=draft.until))
    fields: dict[str, object] = dict(zip(BY_NAME[sort.kind].places, draft.fields, strict=True))
    await talk.safe(tell("safe.maybe"))
    try:
        await write(keeper, lambda pen: [] if _is_there(pen, draft, day) else [pen.write(sort.kind, fields, day=day)])
    except (RuleError, LocalError) as error:
        raise type(error)(tell(sort.aside, why=str(error))) from None
    await household.remember(held_row(key))
    await talk.say(tell("shared"), tell("held.opens"))


def _is_there(pen: Pen, draft: Draft, day: Day) -> bool:
    """Tell whether just this was shared today: by another command, or by one that ended before its draft was let go."""
    things = pen.book.state(day).things.values()
    same = [thing for thing in things if (thing.kind, thing.author, thing.day) == (draft.kind, pen.person, day)]
    return any(version.body == draft.fields for thing in same for version in thing.versions)


def _draft(keeper: "Keeper", key: bytes) -> Draft:
    """Return a draft as it is now.

    Raises:
        RuleError: If it was shared or let go meanwhile.
    """
    if (draft := opened(keeper).settings.held.get(key)) is None:
        raise RuleError(tell("pick.gone"))
    return draft


def _drafts(keeper: "Keeper", sort: Sort) -> Sequence[tuple[bytes, Draft]]:
    held = opened(keeper).settings.held
    return [(key, draft) for key, draft in sorted(held.items()) if draft.kind == sort.kind]


def _lacks(draft: Draft, sort: Sort) -> bool:
    said = dict(zip(BY_NAME[sort.kind].places, draft.fields, strict=True))
    return not all(said[name] for name in sort.needs)


def _label(item: tuple[bytes, Draft]) -> str:
    return preview(" ".join(_lines(item[1])), LABEL_LETTERS)


def _lines(draft: Draft, letters: int | None = LABEL_LETTERS * 5) -> Iterator[str]:
    """Yield what a draft says, and until when it is held."""
    for name, text in zip(BY_NAME[draft.kind].places, draft.fields, strict=True):
        if text:
            yield tell(f"field.{name}", text=preview(shown(text), letters))
    if draft.until:
        yield tell("held.line", day=draft.until)
