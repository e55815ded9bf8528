"""What is kept and not counted, each with its reason: nothing that came is passed over in silence."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from troth_app.cards import page
from troth_app.conversation import Result
from troth_app.handlers.together import names_of, state_of
from troth_app.messages import capital, tell
from troth_app.recounting import say, sentence
from troth_app.talk import Talk
from troth_couple import Held, key_of
from troth_wire.ids import PersonId

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["listed"]


async def listed(_: Talk, keeper: "Keeper") -> Result:
    """Show what does not count, and what is on hold."""
    state, names = await state_of(keeper), names_of(keeper)
    holds = [capital(say(key_of(hold.why), name=_name(hold.person, names))) for hold in state.holds]
    found = [held for _, held in sorted(state.held.items())]
    cards = [{"title": _title(held, names), "lines": [say(key_of(held.reason))]} for held in found]
    return page(cards, says=holds or ([] if cards else [tell("uncounted.none")]))


def _title(held: Held, names: Mapping[PersonId, str]) -> str:
    """Return whose it is, where that is proven; of what is not, nobody is named."""
    if held.entry is None or not held.verified:
        return tell("uncounted.unknown")
    return capital(sentence(held.entry, names=names))


def _name(person: PersonId | None, names: Mapping[PersonId, str]) -> str:
    return names.get(person, "?") if person else "?"
