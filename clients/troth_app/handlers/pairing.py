"""Letting another device in, and making a space for two: each end of it is one command on one machine.

The code, the link and the words are asked for; nothing is joined before what will happen was shown and picked.
"""

from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from troth_app.handlers.inviting import check_invites
from troth_app.handlers.locking import opened
from troth_app.handlers.syncing import check_on
from troth_app.household import Household
from troth_app.outcome import HereError, OtherError, RuleError
from troth_app.pairing_talk import PairingTalk
from troth_app.resting import check_rested, note_invited
from troth_app.talk import Talk
from troth_client import Space
from troth_client.faraway import forget_far, go_on_far, invite_far, link_of, sponsor_of
from troth_client.home import VaultHome
from troth_client.link import Address
from troth_client.machine import Machine
from troth_client.pairing import PairingError, host_device, host_here
from troth_client.room import RoomId
from troth_wire.errors import ExpiredError
from troth_wire.said import Said

if TYPE_CHECKING:
    from troth_app.keeper import Keeper

__all__ = ["carry_through", "check_alone", "device", "far", "go_on", "here", "home_of", "relay_of"]

Came = TypeVar("Came")

NO_RELAY: Final = Said(
    "Two devices meet at a relay, and none is named here. Nothing was changed. `troth relay use` names one."
)
NOTHING_JOINED: Final = Said("Nothing was joined.")
AGAIN: Final = Said("Passphrase, once more:")
FOR_TWO_BEFORE: Final = Said("There is a space for two here. Nothing was changed.")
DEVICE_IN: Final = Said("The other device is one of yours now. `troth devices list` shows both.")
TOGETHER: Final = Said("There is a space for two now. It is empty, and both of you can write in it.")
COMPARE: Final = Said("Compare the safety number when you are in one room or on a call: `troth safety-number`.")

SEND_LINK: Final = Said(
    "Send this link to the other person, in a way that you both trust. It is good for three days and can be used once. "
    "They may say no, and leave at any time."
)
WAITING: Final = Said("It waits for the other person. If you stop waiting, the invitation stays.")
INVITED: Final = Said("The invitation stays. `troth pair far` goes on with it.")
UNDER_WAY: Final = Said("An invitation is under way. What next?")
KEEP_ON: Final = Said("Wait for the other person")
GIVE_UP: Final = Said("Give it up")
GIVEN_UP: Final = Said("It is given up. The link is good for nothing now.")


async def device(talk: Talk, keeper: "Keeper") -> None:
    """Let another device of this person in."""
    household = opened(keeper)
    address = relay_of(household)
    await talk.safe(NOTHING_JOINED)
    home = await home_of(talk, household)
    picture = talk.begin.options.get("picture")
    said = PairingTalk(talk, picture=Path(picture) if picture else None)
    as_link = bool(talk.begin.options.get("qr") or picture)
    await carry_through(talk, host_device(home, address, said, as_link=as_link, machine=keeper.machine))
    await talk.say(DEVICE_IN)


async def here(talk: Talk, keeper: "Keeper") -> None:
    """Make a space for two with a person in the room."""
    household = opened(keeper)
    address = relay_of(household)
    check_alone(household)
    check_invites(household)
    await talk.safe(NOTHING_JOINED)
    home = await home_of(talk, household)
    await carry_through(talk, host_here(home, address, PairingTalk(talk), machine=keeper.machine))
    await household.connect()
    await talk.say(TOGETHER, COMPARE)


async def far(talk: Talk, keeper: "Keeper") -> None:
    """Invite a person who is far away, or go on with an invitation."""
    household = opened(keeper)
    relay_of(household)
    check_alone(household)
    check_invites(household)
    if household.waiting is None:
        check_rested(household, keeper.today())
    await talk.safe(NOTHING_JOINED)
    home = await home_of(talk, household)
    room = household.waiting or await _invite(talk, household, home, keeper.machine)
    if household.waiting is None:
        household.waiting = room
    elif await talk.choose(UNDER_WAY, [KEEP_ON, GIVE_UP]) == 1:
        await forget_far(home, room)
        household.waiting = None
        await talk.say(GIVEN_UP)
        return
    elif (link_again := link_of(await home.load(room))) is not None:
        await talk.say(SEND_LINK, link_again)
    await go_on(talk, household, home, room, keeper.machine, safe=INVITED)


async def _invite(talk: Talk, household: Household, home: VaultHome, machine: Machine) -> RoomId:
    """Make an invitation, and show its link."""
    sponsor = sponsor_of(await home.load(household.solo.room))
    room, link = await talk.wait(invite_far(home, relay_of(household), sponsor, machine=machine))
    await note_invited(household)
    await talk.say(SEND_LINK, link)
    return room


async def go_on(
    talk: Talk, household: Household, home: VaultHome, room: RoomId, machine: Machine, *, safe: str
) -> None:
    """Go on with what is under way with a person far away."""
    await talk.safe(safe)
    await talk.say(WAITING)
    await carry_through(talk, go_on_far(home, room, PairingTalk(talk), machine=machine))
    await household.connect()
    await talk.say(TOGETHER, COMPARE)


async def carry_through(talk: Talk, flow: Awaitable[Came]) -> Came:
    """Carry a pairing through.

    Raises:
        OtherError: If it ended without a pair: going on takes the other side.
    """
    try:
        return await talk.wait(flow)
    except (ExpiredError, PairingError) as error:
        raise OtherError(str(error)) from None


async def home_of(talk: Talk, household: Household) -> VaultHome:
    """Return what a pairing may use, for the passphrase typed again.

    Raises:
        PassphraseError: If it is not the right one.
    """
    passphrase = await talk.hidden(AGAIN)
    await talk.wait(household.vault.admin(household.solo.room, passphrase))
    return VaultHome(household.vault, _going_on(household), passphrase)


def _going_on(household: Household) -> dict[RoomId, Space]:
    """Return the spaces that another device can join: none that was ended."""
    return {place.room: place.space for place in household.places if not place.ended}


def relay_of(household: Household) -> Address:
    """Return where two devices meet.

    Raises:
        HereError: If no relay is named.
        RuleError: If sync is off.
    """
    check_on(household)
    if household.settings.relay is None:
        raise HereError(NO_RELAY)
    return Address.parse(household.settings.relay.address)


def check_alone(household: Household) -> None:
    """See that there is no space for two, or it was ended.

    Raises:
        RuleError: If there is one.
    """
    if household.shared is not None and not household.shared.ended:
        raise RuleError(FOR_TWO_BEFORE)
