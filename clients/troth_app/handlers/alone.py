"""What is one's own alone and could be shared: said anew, or shared by choice, in the parts that are chosen."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from troth_app.alone import ID_BYTES, Alone, alone_card, gone, kept, row_of
from troth_app.cards import preview
from troth_app.conversation import Card
from troth_app.handlers.locking import opened
from troth_app.handlers.own_words import anew
from troth_app.handlers.together import chapter_of, pick, share, today_of
from troth_app.messages import tell
from troth_app.outcome import RuleError
from troth_app.talk import Talk

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["alone_of", "change", "keep", "label", "pick_alone", "share_"]

LABEL_LETTERS: Final = 60
LEFT_OUT: Final = {"support_person": ("reach", "tells")}
"""By kind, the fields of which each is shared by a choice of its own, and left out otherwise."""
STAYS: Final = ("support_person",)
"""The kinds that stay one's own too when they are shared: what the other sees is a part of them."""


def alone_of(keeper: "Keeper", *kinds: str) -> list[Alone]:
    """Return what is one's own alone, of some kinds or of all."""
    return kept(opened(keeper).settings.alone, *kinds)


async def keep(keeper: "Keeper", kind: str, fields: dict[str, Any]) -> Alone:
    """Keep a new thing for oneself alone."""
    one = Alone(keeper.machine.entropy(ID_BYTES), kind, today_of(keeper), fields)
    await opened(keeper).remember(row_of(one))
    return one


async def change(talk: Talk, keeper: "Keeper") -> None:
    """Say something of one's own alone anew, field by field; nobody sees that it said something else."""
    one = await pick_alone(talk, keeper)
    await talk.safe(tell("safe.nothing"))
    fields = {name: await anew(talk, name, value) for name, value in one.fields.items()}
    await opened(keeper).remember(row_of(Alone(one.id, one.kind, one.day, fields, one.became)))
    await talk.say(tell("kept.mine"))


async def share_(talk: Talk, keeper: "Keeper") -> None:
    """Share something of one's own alone: what of it, is asked part by part, and all of it is shown first."""
    chapter_of(keeper)
    one = await pick_alone(talk, keeper)
    await talk.safe(tell("safe.unshared"))
    fields = dict(one.fields)
    for name in LEFT_OUT.get(one.kind, ()):
        fields[name] = await _chosen(talk, name, fields[name])
    shown = alone_card(Alone(one.id, one.kind, one.day, fields), letters=None, whole=True)
    await talk.show(Card(tell("alone.goes"), tuple(shown["lines"][:-1])))
    day, text = today_of(keeper), "\n".join(value for value in fields.values() if isinstance(value, str))
    made = await share(talk, keeper, text, lambda pen: [pen.write(one.kind, fields, day=day)])
    if made and one.kind not in STAYS:
        await opened(keeper).remember(gone(one))


async def pick_alone(
    talk: Talk, keeper: "Keeper", *kinds: str, fits: Callable[[Alone], bool] = lambda _: True
) -> Alone:
    """Return the one of one's own alone that is meant.

    Raises:
        RuleError: If there is none.
    """
    found = [one for one in alone_of(keeper, *kinds) if fits(one)]
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
    return value if await talk.choose(prompt, [tell("export.without"), tell("export.with")]) == 1 else None
