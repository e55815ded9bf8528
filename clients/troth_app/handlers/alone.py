"""What is one's own alone and could be shared: said anew, or shared by choice, in the parts that are chosen."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from troth_app.alone import ID_BYTES, Alone, alone_card, gone, kept, row_of
from troth_app.cards import bar, page, preview, thing_card
from troth_app.conversation import Card, Result
from troth_app.handlers.locking import opened
from troth_app.handlers.own_words import anew
from troth_app.handlers.together import ask_line, chapter_of, composing, names_of, pick, share, state_of, today_of
from troth_app.limits import PREVIEW_LETTERS_MAX
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk
from troth_couple import State, Thing
from troth_wire.errors import MalformedError
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["alone_of", "change", "here", "keep", "label", "me", "page_of", "put", "say_alone", "share_"]

LABEL_LETTERS: Final = 60
LEFT_OUT: Final = {"reflection": ("mattered", "learned", "hope"), "support_person": ("reach", "tells")}
"""By kind, the fields of which each is shared by a choice of its own, and left out otherwise."""
WHOSE: Final = ("whose.alone", "whose.mine", "whose.ours")
"""Whose a thing may be, what is least seen first."""
ANEW: Final = 2
"""The choice to share a part in other words."""
STAYS: Final = ("reflection", "support_person")
"""The kinds that stay one's own too when they are shared: what the other sees is a part of them."""


def alone_of(keeper: "Keeper", *kinds: str) -> list[Alone]:
    """Return what is one's own alone, of some kinds or of all."""
    return kept(opened(keeper).settings.alone, *kinds)


async def keep(keeper: "Keeper", kind: str, fields: dict[str, Any]) -> Alone:
    """Keep a new thing for oneself alone."""
    one = Alone(keeper.machine.entropy(ID_BYTES), kind, today_of(keeper), fields)
    await say_alone(keeper, one)
    return one


async def say_alone(keeper: "Keeper", one: Alone) -> None:
    """Keep a thing of one's own alone, in place of what it said before.

    Raises:
        RuleError: If something in it is too long; it says what it said before.
        StoreError: If it could not be saved.
    """
    try:
        row = row_of(one)
    except MalformedError:
        raise RuleError(tell("line.long")) from None
    await opened(keeper).remember(row)


async def change(talk: Talk, keeper: "Keeper") -> None:
    """Say something of one's own alone anew, field by field; nobody sees that it said something else."""
    one = await _pick(talk, keeper)
    await talk.safe(tell("safe.nothing"))
    fields = {name: await anew(talk, name, value) for name, value in one.fields.items()}
    await say_alone(keeper, replace(one, fields=fields))
    await talk.say(tell("kept.mine"))


async def share_(talk: Talk, keeper: "Keeper") -> None:
    """Share something of one's own alone: what of it, is asked part by part, and all of it is shown first."""
    chapter_of(keeper)
    one = await _pick(talk, keeper)
    await composing(talk, keeper)
    fields = dict(one.fields)
    for name in LEFT_OUT.get(one.kind, ()):
        fields[name] = await _chosen(talk, name, fields[name])
    if not any(isinstance(value, str) for value in fields.values()):
        raise RuleError(tell("text.empty"))
    shown = alone_card(replace(one, fields=fields, became=0), letters=None, whole=True)
    await talk.show(Card(tell("alone.goes"), tuple(shown["lines"][:-1])))
    if "ours" in fields:
        fields["ours"] = await talk.choose(tell("whose.which"), [tell(key) for key in WHOSE[1:]]) == 1

    async def nothing() -> None:
        """It is one's own alone already."""

    if await _send(talk, keeper, one.kind, fields, nothing) and one.kind not in STAYS:
        await opened(keeper).remember(gone(one))


async def put(talk: Talk, keeper: "Keeper", kind: str, fields: dict[str, Any]) -> None:
    """Write a thing down as whose it is to be: one's own alone, seen by the other, or both persons' once both say so.

    One's own alone is offered first; where there is nobody else, it is that.
    """
    whose = 0
    if opened(keeper).chapter is not None:
        whose = await talk.choose(tell("whose.which"), [tell(key) for key in WHOSE])
    said: dict[str, Any] = {**fields, "ours": WHOSE[whose] == "whose.ours"}

    async def aside() -> None:
        await keep(keeper, kind, {**said, "ours": False})

    if whose == 0:
        await aside()
        await talk.say(tell("kept.mine"))
        return
    await _send(talk, keeper, kind, said, aside)


async def _send(
    talk: Talk, keeper: "Keeper", kind: str, fields: dict[str, Any], aside: Callable[[], Awaitable[object]]
) -> bool:
    """Share a thing after one question; tell whether it went."""
    day, text = today_of(keeper), "\n".join(value for value in fields.values() if isinstance(value, str))
    made = await share(talk, keeper, text, lambda pen: [pen.write(kind, fields, day=day)], aside=aside)
    if made and fields.get("ours"):
        await talk.say(tell("whose.waits"))
    return bool(made)


async def here(keeper: "Keeper") -> State:
    """Return what stands between two; where nobody else is, nothing does."""
    if opened(keeper).chapter is None:
        return State(today=today_of(keeper), persons=(), left=False)
    return await state_of(keeper)


def me(keeper: "Keeper") -> PersonId:
    """Return who this is between two; where nobody else is, nobody."""
    chapter = opened(keeper).chapter
    return PersonId(b"") if chapter is None else chapter.me


def page_of(
    keeper: "Keeper", state: State, found: Iterable[Alone | Thing], *, none: str = "", whole: bool = False
) -> Result:
    """Return a page of things, one's own alone and what two share; of none, a sentence by its key."""
    names = names_of(keeper) if state.persons else {}
    letters = None if whole else PREVIEW_LETTERS_MAX
    cards = [
        alone_card(one, letters=letters, whole=whole)
        if isinstance(one, Alone)
        else thing_card(one, names=names, me=me(keeper), today=state.today, letters=letters, whole=whole)
        for one in found
    ]
    return page(cards, says=[*bar(state, me(keeper)), *([] if cards or not none else [tell(none)])])


async def _pick(talk: Talk, keeper: "Keeper") -> Alone:
    """Return the one of one's own alone that is meant.

    Raises:
        RuleError: If there is none.
    """
    found = alone_of(keeper)
    if not found:
        raise RuleError(tell("alone.none"))
    return await pick(talk, tell("pick.which"), found, label)


def label(one: Alone) -> str:
    """Return how a thing is told from the others in a list."""
    card = alone_card(one)
    return preview(" ".join([f"{card['title']}:", *card["lines"][:-1]]), LABEL_LETTERS)


async def _chosen(talk: Talk, name: str, value: str | None) -> str | None:
    """Return a part that is to be shared; left out is offered first."""
    if value is None:
        return None
    prompt = tell("alone.part", label=tell(f"label.{name}"), text=preview(value, LABEL_LETTERS))
    choices = [tell("export.without"), tell("export.with"), tell("alone.anew")]
    choice = await talk.choose(prompt, choices)
    if choice == ANEW:
        return await ask_line(talk, tell("alone.words"))
    return value if choice else None
