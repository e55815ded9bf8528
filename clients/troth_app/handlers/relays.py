"""Which relay carries what is written here; the address and its pass are asked for, never given as arguments."""

from typing import TYPE_CHECKING, Final

from troth_app.conversation import Result
from troth_app.handlers.locking import opened
from troth_app.handlers.syncing import OFF
from troth_app.household import Household, Place
from troth_app.knocking import knock
from troth_app.moving import arrived
from troth_app.outcome import RuleError
from troth_app.settings import RELAY_BYTES_MAX, Relay
from troth_app.talk import Talk
from troth_app.wording import name_of
from troth_client.link import Address
from troth_wire.errors import TrothError, UsageError
from troth_wire.limits import PASS_BYTES_MAX
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["ask_address", "show", "use"]

WHAT_IT_SEES: Final = Said(
    "A relay carries what you write to your other devices. It sees when this device connects, from where, and how much "
    "it sends. It can not read any of it."
)
ADDRESS: Final = Said("Address of the relay, such as wss://relay.example (nothing: go on without one):")
ADMISSION: Final = Said("Pass, if the relay asks for one:")
NO_ADDRESS: Final = Said("That is not the address of a relay: it looks like wss://relay.example. Nothing was changed.")
TOO_LONG: Final = Said("A pass is shorter than that. Nothing was changed.")
UNCHANGED: Final = Said("Nothing was changed.")
MAYBE: Final = Said("The relay may be the new one; `troth relay show` says.")
WITHOUT: Final = Said("From now on this device goes without a relay. What you write stays here.")
USED: Final = Said("From now on this device syncs through {host}.")


async def use(talk: Talk, keeper: "Keeper") -> None:
    """Sync through another relay, or through none."""
    household = opened(keeper)
    await talk.safe(UNCHANGED)
    await talk.say(WHAT_IT_SEES)
    address = await ask_address(talk)
    admission = (await talk.hidden(ADMISSION)).strip().encode() if address else b""
    if len(admission) > PASS_BYTES_MAX:
        raise RuleError(TOO_LONG)
    await talk.safe(MAYBE)
    # Named by hand, it counts more than what another device wrote down before.
    await arrived(household)
    if address is None:
        await household.use(None)
        await talk.say(WITHOUT)
        return
    await household.use(Relay(address.url, admission))
    await talk.say(USED.format(host=address.host), await _answer(talk, household, address))


async def show(talk: Talk, keeper: "Keeper") -> Result:
    """Say which relay it is, whether it answers, and the numbers of the mailboxes there; its pass is not shown."""
    household = opened(keeper)
    relay = household.settings.relay
    if relay is None:
        return {"relay": None}
    answer = await _answer(talk, household, Address.parse(relay.address))
    return {
        "relay": relay.address,
        "pass": bool(relay.admission),
        "answer": answer,
        "mailboxes": [row for place in household.places for row in _mailbox(place)],
    }


def _mailbox(place: Place) -> list[list[str]]:
    """Return a space's name, and the number by which whoever runs the relay finds its mailbox."""
    try:
        return [[name_of(place.kind, place.label), place.space.mailbox.hex()]]
    except TrothError:
        return []  # It stopped; `troth status` says why.


async def _answer(talk: Talk, household: Household, address: Address) -> str:
    """Return whether a relay answers, in a sentence; with sync off, nobody asks it."""
    return (await talk.wait(knock(address))).value if household.settings.syncs else OFF


async def ask_address(talk: Talk, prompt: str = ADDRESS) -> Address | None:
    """Return an address, or None for no relay.

    Args:
        talk: With whom.
        prompt: What is asked.

    Raises:
        RuleError: If none was typed.
    """
    for _ in range(talk.tries):
        typed = (await talk.ask(prompt)).strip()
        if not typed:
            return None
        try:
            if len(typed.encode()) <= RELAY_BYTES_MAX:
                return Address.parse(typed)
        except UsageError:
            await talk.say(NO_ADDRESS)
    raise RuleError(NO_ADDRESS)
