"""The folders in which made-up people live, so that `TROTH_HOME` can name one: what makes a vault into a home.

A vault that comes out of the story holds a space for two and nothing else. Here its person gets a space of their own,
names, what they keep alone, and no relay to dial.
"""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from troth import Cost, DeviceKeys, Identity, Signer, Welcome, begin, countersign, found
from troth_app.demo.generate import alone
from troth_app.demo.weaving import DAYS, OTHER
from troth_app.handlers.devices import introduce
from troth_app.home import Home
from troth_app.household import Household
from troth_app.settings import names_row, others_row
from troth_client import SOLO, Machine, Vault
from troth_client.machine import MACHINE

__all__ = ["COST", "PASSPHRASE", "PERSONS", "home_of", "move_in", "settle"]

PASSPHRASE: Final = "made up people"  # noqa: S105 - it is printed beside the vaults.
"""What opens the vaults of people who do not exist."""
COST: Final = Cost(memory_mib=64, passes=1)
"""The least that a vault may cost: nobody's secret is behind it."""
PERSONS: Final = ("Robin", "Sasha")
DEVICE: Final = "Laptop"


def home_of(folder: Path, person: str) -> Home:
    """Return where a person lives."""
    place = folder.absolute() / person.lower()
    return Home(place, place)


async def move_in(home: Home, person: str, *, last_day: date, machine: Machine = MACHINE) -> None:
    """Make a vault of the story into a home.

    Raises:
        TrothError: If something can not be written.
    """
    with closing(Vault.open(home.vault, passphrase=PASSPHRASE, machine=machine)) as vault:
        keys, admin = DeviceKeys.make(machine.entropy)
        genesis = countersign(found([keys.card], machine.entropy), keys, Signer(admin))
        rows = begin(Identity.welcomed(keys, Welcome(genesis, None)), machine.entropy)
        vault.add_room(rows, admin=admin, passphrase=PASSPHRASE, kind=SOLO)
    household = await Household.open(home.vault, passphrase=PASSPHRASE, machine=machine)
    try:
        await settle(household, person, last_day=last_day)
    finally:
        await household.close()


async def settle(household: Household, person: str, *, last_day: date) -> None:
    """Let a person feel at home: names, the device's name, what they keep alone, and no relay to dial."""
    first = last_day - timedelta(days=DAYS - 1)
    await introduce(household, name=DEVICE, day=first.isoformat())
    for number, (_, text) in enumerate(alone(person)):
        await household.remember(household.settings.mine_row(number.to_bytes(16), text.encode()))
    place = household.shared
    assert place is not None, "it is a space for two"
    members = place.space.members
    own = members.devices(members.person(place.space.device))
    others = sorted(device for device in members.active if device not in own)
    await household.remember(names_row(person, OTHER[person]), others_row(place.room, b"".join(others)))
    await household.use(None)
