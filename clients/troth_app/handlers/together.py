"""What every command on the record of two needs: who is who, what stands, what is typed, and how it is written down.

A text that could not be shared is not lost: it is kept for its writer alone.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from troth import Signer
from troth_app.cards import bar, page, thing_card
from troth_app.chapter import Chapter, More, Write
from troth_app.confirmation import is_confirmed, to_compare
from troth_app.conversation import Form, Result
from troth_app.former import Former
from troth_app.handlers.locking import opened
from troth_app.household import Household
from troth_app.language import spoken
from troth_app.lengths import beyond, pieces
from troth_app.limits import ENTRY_BYTES_MAX
from troth_app.messages import capital, tell
from troth_app.outcome import HereError, OtherError, RuleError
from troth_app.settings import names_row
from troth_app.talk import Talk
from troth_client.letterbox import drop
from troth_couple import Day, State, Thing, clean
from troth_couple.days import DAY
from troth_couple.entry import Entry
from troth_couple.limits import LINE_BYTES_MAX, TEXT_BYTES_MAX
from troth_couple.turns import over, unreleased
from troth_wire.errors import LocalError, MalformedError, PassphraseError, UsageError
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = [
    "admin_of",
    "ask_day",
    "ask_line",
    "ask_short",
    "ask_text",
    "chapter_of",
    "composing",
    "earlier_of",
    "former_of",
    "is_over",
    "is_to_go",
    "keep_aside",
    "meant",
    "names",
    "names_in",
    "names_of",
    "pick",
    "share",
    "state_of",
    "things_page",
    "today_of",
    "write",
]

Item = TypeVar("Item")
NAME_LETTERS_MAX: Final = 64


def chapter_of(keeper: "Keeper") -> Chapter:
    """Return the record of two.

    Raises:
        OtherError: If there is no space for two.
        HereError: If this device, which joined just now, has not read yet that it belongs to it.
    """
    chapter = opened(keeper).chapter
    if chapter is None:
        raise OtherError(tell("two.none"))
    if chapter.space.device not in chapter.space.members.person_of:
        raise HereError(tell("two.not_yet"))
    return chapter


def today_of(keeper: "Keeper") -> Day:
    """Return this person's own day."""
    return Day(keeper.today().isoformat())


async def state_of(keeper: "Keeper") -> State:
    """Return what stands today, with the signals of earlier chapters: a new page releases nothing.

    Raises:
        OtherError: If there is no space for two.
    """
    day = today_of(keeper)
    state = await chapter_of(keeper).look(day)
    earlier = [await chapter.look(day) for chapter in opened(keeper).earlier]
    return replace(state, signals=unreleased([*earlier, state])) if earlier else state


async def earlier_of(keeper: "Keeper") -> list[tuple[Chapter, State]]:
    """Return the earlier chapters, the latest first, each with what stands in it: nothing of it holds."""
    day = today_of(keeper)
    return [(chapter, over(await chapter.look(day))) for chapter in reversed(opened(keeper).earlier)]


async def former_of(
    keeper: "Keeper", spaces: Sequence[Former]
) -> list[tuple[Former, Chapter, State, Mapping[PersonId, str]]]:
    """Return every chapter of spaces that were ended, with what stands in it and what the two are called there."""
    day = today_of(keeper)
    return [
        (space, chapter, over(await chapter.look(day)), names_in(chapter, space.names[1]))
        for space in spaces
        for chapter in space.chapters
    ]


def names_of(keeper: "Keeper") -> Mapping[PersonId, str]:
    """Return how the two are called in sentences on this device: oneself is always "you"."""
    return names_in(chapter_of(keeper), opened(keeper).names[1])


def names_in(chapter: Chapter, other: str) -> Mapping[PersonId, str]:
    """Return how the two of a chapter are called in sentences, by what the other person is called."""
    persons = set(chapter.space.members.person_of.values())
    return {person: tell("two.you") if person == chapter.me else other or tell("two.other") for person in persons}


async def names(talk: Talk, keeper: "Keeper") -> None:
    """Choose what the two are called on this device."""
    household = opened(keeper)
    await talk.safe(tell("safe.nothing"))
    place = household.shared
    if place is None:
        raise OtherError(tell("two.none"))
    before = household.names
    typed = [" ".join((await talk.ask(tell(key))).split()) for key in ("names.own", "names.other")]
    chosen = [clean(name) or old for name, old in zip(typed, before, strict=True)]
    if max(map(len, chosen)) > NAME_LETTERS_MAX:
        raise RuleError(tell("names.long"))
    await household.remember(names_row(place.room, *chosen))
    await talk.say(tell("names.kept"))


def things_page(
    keeper: "Keeper", state: State, things: Iterable[Thing], *, none: str, first: Sequence[Result] = ()
) -> Result:
    """Return a page of things, each on its card, after some cards of its own; of none, a sentence by its key."""
    names, me = names_of(keeper), chapter_of(keeper).me
    cards = [*first]
    cards += [thing_card(thing, names=names, me=me, today=state.today) for thing in things]
    return page(cards, says=[*bar(state, me), *([] if cards else [tell(none)])])


async def pick(talk: Talk, prompt: str, items: Sequence[Item], label: Callable[[Item], str]) -> Item:
    """Return the one of several that is picked; where there is one, or a page named one, nobody is asked.

    Raises:
        RuleError: If none is left of what was named.
    """
    items = meant(talk, items)
    if len(items) == 1:
        return items[0]
    return items[await talk.choose(prompt, [label(item) for item in items])]


def meant(talk: Talk, items: Sequence[Item]) -> Sequence[Item]:
    """Return those of several that a page named by their id, or all where nothing was named.

    Raises:
        RuleError: If none is left of what was named.
    """
    which = talk.begin.options.get("which")
    if which is None:
        return items
    left = [item for item in items if _identity(item).hex() == which]
    if not left:
        raise RuleError(tell("pick.gone"))
    return left


def _identity(item: Any) -> bytes:
    """Return by what something is known: its own id, or of a text what it is about."""
    found = item[0] if isinstance(item, tuple) else getattr(item, "about", None) or item.id
    return bytes(found)


def is_over(household: Household) -> bool:
    """Tell whether the space for two was ended, by whomever: nothing can be said in it any more."""
    place = household.shared
    return place is not None and place.ended


async def composing(talk: Talk, keeper: "Keeper") -> None:
    """Say what is safe while somebody writes; where nothing can be shared, they learn of it before they write."""
    await talk.safe(tell("safe.unshared"))
    if is_over(opened(keeper)):
        await talk.say(tell("today.ended"))


async def ask_line(talk: Talk, prompt: str, *, form: str = Form.WORDS) -> str | None:
    """Return words in one line, or in several where a text is asked for, or None if it stayed empty.

    Raises:
        RuleError: If it can not be shown truly, or is too long.
    """
    return _checked(await talk.ask(prompt, form=_form(talk, form))) or None


async def ask_text(talk: Talk, prompt: str, *, form: str = Form.TEXT) -> str:
    """Return a text: of several lines at a keyboard, and one line where more questions lie behind it in a file.

    Raises:
        RuleError: If it says nothing, can not be shown truly, or is too long.
    """
    text = await ask_line(talk, prompt, form=form)
    if not text:
        raise RuleError(tell("text.gap" if talk.composed else "text.empty"))
    return text


async def ask_short(talk: Talk, prompt: str) -> str | None:
    """Return what fits a line of an entry, such as a name; None if it stayed empty.

    Raises:
        RuleError: If it can not be shown truly, or is too long.
    """
    text = " ".join((await ask_line(talk, prompt) or "").split())
    if len(text.encode()) > LINE_BYTES_MAX:
        raise RuleError(tell("line.over", count=beyond(text, LINE_BYTES_MAX)))
    return text or None


async def ask_day(talk: Talk, prompt: str, *, since: Day | None = None, early: str = "") -> Day | None:
    """Return a day, or None if it stayed empty.

    Args:
        talk: With whom.
        prompt: How it is asked for.
        since: The first day that it may be, if there is one.
        early: What is said of a day before that; that it has passed, where nothing is named.

    Raises:
        RuleError: If there is no such day, wherever it does not get better by asking again.
    """
    for left in reversed(range(talk.tries)):
        typed = (await talk.ask(prompt)).strip()
        try:
            day = DAY(typed) if typed else None
        except MalformedError:
            complaint = tell("day.none")
        else:
            if day is None or since is None or day >= since:
                return day
            complaint = early or tell("day.past")
        if not left:
            raise RuleError(complaint)
        await talk.say(complaint)
    raise AssertionError("it was asked for at least once")


async def admin_of(talk: Talk, keeper: "Keeper") -> Signer:
    """Return the key of commitments for one use, for the passphrase typed now.

    Raises:
        RuleError: If two people far apart have not compared their words yet; if this device is not confirmed; or if
            words alone confirmed one of the other person, and the number was not compared since.
        PassphraseError: If it is not the passphrase.
    """
    space = chapter_of(keeper).space
    if space.words:
        raise RuleError(tell("two.uncompared"))
    household = opened(keeper)
    assert household.shared is not None, "asked where there are two"
    if not is_confirmed(household.shared):
        raise RuleError(tell("two.unconfirmed"))
    if to_compare(household):
        raise RuleError(tell("two.came_back"))
    for left in reversed(range(talk.tries)):
        typed = await talk.hidden(tell("passphrase"))
        try:
            return await talk.wait(space.admin(typed))
        except PassphraseError:
            if not left:
                raise
            await talk.say(tell("passphrase.not"))
    raise AssertionError("it was asked for at least once")


async def write(
    keeper: "Keeper", make: Write, more: More = lambda _: (), *, chapter: Chapter | None = None
) -> Sequence[Entry]:
    """Write entries, into the current chapter where no other one is named.

    Raises:
        RuleError: If a rule says no; nothing was written.
        LocalError: If they could not be saved; nothing was written.
    """
    try:
        return await (chapter or chapter_of(keeper)).write(make, more)
    except UsageError as error:
        raise RuleError(f"{capital(spoken(error).rstrip('.'))}.") from None


async def share(
    talk: Talk,
    keeper: "Keeper",
    text: str,
    make: Write,
    more: More = lambda _: (),
    *,
    aside: Callable[[], Awaitable[object]] | None = None,
) -> Sequence[Entry]:
    """Write what somebody typed, after asking once; what can not be shared is kept for its writer.

    Args:
        talk: With whom.
        keeper: Where.
        text: What was typed.
        make: Writes it.
        more: Edits that go with it.
        aside: Keeps it for its writer in another form than as this text.

    Returns:
        What was written: nothing, if it was kept for its writer alone, or not at all.

    Raises:
        RuleError, LocalError: If it could not be written; the text is kept.
    """
    keep_it = aside or partial(keep_aside, talk, keeper, text)
    if not await is_to_go(talk, keeper, keep_it):
        return ()
    await talk.safe(tell("safe.maybe"))
    try:
        made = await write(keeper, make, more)
    except (RuleError, LocalError) as error:
        await keep_it()
        talk.composed.clear()
        raise type(error)(tell("text.aside", why=str(error))) from None
    talk.composed.clear()
    await talk.say(tell("shared"))
    return made


async def is_to_go(talk: Talk, keeper: "Keeper", keep_it: Callable[[], Awaitable[object]]) -> bool:
    """Ask what becomes of what was written; tell whether it is to be shared, which a space that was ended does not."""
    ways: list[str] = [*(() if is_over(opened(keeper)) else ("share.yes",)), "share.mine", "share.no"]
    way = ways[await talk.choose(tell("ask.share"), [tell(one) for one in ways])]
    if way == "share.mine":
        await keep_it()
    if way != "share.yes":
        talk.composed.clear()
        await talk.say(tell("kept.mine") if way == "share.mine" else tell("kept.nothing"))
    return way == "share.yes"


async def keep_aside(talk: Talk, keeper: "Keeper", text: str) -> None:
    """Keep a text for its writer alone, as several where it is more than one holds, if it can be kept at all."""
    household = opened(keeper)
    for piece in pieces(text, ENTRY_BYTES_MAX):
        drop(keeper.home.vault, piece.encode(errors="replace"), entropy=keeper.machine.entropy)
    talk.composed.clear()
    try:
        await household.take_in()
    except LocalError:
        # What was dropped is taken in when there is room again.
        return


def _form(talk: Talk, form: str) -> str:
    """Return in which form a text is asked for: more questions may lie behind it in a file."""
    return Form.WORDS if form == Form.TEXT and not talk.begin.live else form


def _checked(typed: str) -> str:
    try:
        text = clean(typed).strip()
    except UsageError as error:
        raise RuleError(str(error)) from None
    if len(text.encode(errors="replace")) > TEXT_BYTES_MAX:
        raise RuleError(tell("text.over", count=beyond(text, TEXT_BYTES_MAX)))
    return text
