"""What is written down for oneself: kept before anything else is asked, with or without the passphrase."""

import json
from typing import TYPE_CHECKING, Final

from troth_app.alone import alone_card, gone
from troth_app.cards import page, preview
from troth_app.conversation import Form, Result
from troth_app.handlers.alone import alone_of, label
from troth_app.handlers.locking import opened
from troth_app.lengths import pieces
from troth_app.limits import ENTRY_BYTES_MAX, PAGE_BYTES_MAX
from troth_app.messages import tell
from troth_app.outcome import HereError, RuleError
from troth_app.settings import mine_gone
from troth_app.talk import Talk
from troth_client.letterbox import drop
from troth_wire.errors import StoreError
from troth_wire.said import Said, plural

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["add", "list_", "remove"]

NO_VAULT: Final = Said("There is no vault to keep it in. Nothing was kept. `troth init` makes one.")
EMPTY: Final = Said("There was nothing to keep. Nothing changes.")
SEVERAL: Final = plural(
    "That is more than one entry holds, so it stands in {count}.",
    "That is more than one entry holds, so it stands in {count}.",
)
KEPT: Final = Said("It is kept. It is yours alone.")
LABEL_LETTERS: Final = 60
KEPT_SEALED: Final = Said("It is kept, sealed. You can read it after you unlock.")


async def add(talk: Talk, keeper: "Keeper") -> None:
    """Keep an entry."""
    if not keeper.home.vault.exists():
        raise HereError(NO_VAULT)
    await talk.safe(Said("Nothing was kept."))
    parts = list(pieces((await talk.ask(tell("mine.write"), form=Form.TEXT)).strip(), ENTRY_BYTES_MAX))
    if not parts:
        raise RuleError(EMPTY)
    await talk.safe(Said("It may be kept; `troth mine list` shows it after you unlock."))
    for part in parts:
        drop(keeper.home.vault, part.encode(errors="replace"), entropy=keeper.machine.entropy)
    talk.composed.clear()
    if len(parts) > 1:
        await talk.say(SEVERAL.format(count=len(parts)))
    await talk.say(KEPT if await _taken_in(keeper) else KEPT_SEALED)


async def _taken_in(keeper: "Keeper") -> bool:
    """Whether it stands in the open vault; where there is no room in it, what was dropped is kept all the same."""
    if keeper.household is None:
        return False
    try:
        await keeper.household.take_in()
    except StoreError:
        return False
    return True


async def list_(_: Talk, keeper: "Keeper") -> Result:
    """Show the entries, in the order in which they came in; of more than one answer holds, the latest."""
    entries, room = opened(keeper).settings.entries, PAGE_BYTES_MAX
    first = len(entries)
    while first and (room := room - len(json.dumps(entries[first - 1]))) >= 0:
        first -= 1
    more = {"ends": [tell("mine.more")]} if first else {}
    cards = [alone_card(one) for one in alone_of(keeper)]
    return {"entries": list(entries[first:]), **({"cards": page(cards)["cards"]} if cards else {}), **more}


async def remove(talk: Talk, keeper: "Keeper") -> None:
    """Let an entry go, for good."""
    household = opened(keeper)
    entries = sorted(household.settings.mine.items(), key=lambda item: item[1])
    named = talk.begin.options.get("which")
    await talk.safe(tell("mine.kept"))
    rows = [] if named else [(mine_gone(key), " ".join(entry.split())) for key, (_, entry) in entries]
    rows += [(gone(one), label(one)) for one in alone_of(keeper) if named in (None, one.id.hex())]
    if not rows:
        raise RuleError(tell("mine.none"))
    labels = [preview(text, LABEL_LETTERS) for _, text in rows]
    row, _ = rows[0 if named else await talk.choose(tell("mine.which"), labels)]
    if await talk.choose(tell("mine.sure"), [tell("mine.keep"), tell("mine.go")]) == 0:
        await talk.say(tell("mine.kept"))
        return
    await household.remember(row)
    await talk.say(tell("mine.gone"))
