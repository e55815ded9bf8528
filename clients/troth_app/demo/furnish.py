"""Two homes with the ninety days in them, made in one process: for tests that need full vaults, and for a look around.

Everything is what the app itself keeps: entries signed by each person's own device, notes published, what each keeps
alone in their own vault alone. The two meet over a relay that is started for it and ends with it.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from troth import DeviceKeys, Edit, Genesis, Identity, Signer, Welcome, begin, countersign, found
from troth_app.demo.acting import COMMITMENTS, Made, beginning, entry_of, made_of, published
from troth_app.demo.generate import FIRST_DAY, acts
from troth_app.demo.homes import COST, PASSPHRASE, PERSONS, home_of, settle
from troth_app.demo.line import Act
from troth_app.demo.processes import RelayProcess, end
from troth_app.demo.tap import HOST
from troth_app.demo.weaving import DAYS
from troth_app.home import Home
from troth_app.household import Household
from troth_app.settings import Relay, sealed_row
from troth_client import Space, create_space
from troth_client.machine import MACHINE, Machine
from troth_client.room import SHARED
from troth_couple import Book, Pen, SubjectId, document_of, entry_edits, roster_of

__all__ = ["LAST_DAY", "PASSPHRASE", "Homes", "furnish"]

LAST_DAY: Final = FIRST_DAY + timedelta(days=DAYS - 1)
SALT_BYTES: Final = 16
DOCUMENT: Final = document_of()


@dataclass(frozen=True)
class Homes:
    """Where the two live; `TROTH_HOME` names such a folder to `troth`.

    Attributes:
        robin: Robin's folder.
        sasha: Sasha's folder.
        passphrase: What opens both vaults.
    """

    robin: Path
    sasha: Path
    passphrase: str = PASSPHRASE


@dataclass(frozen=True, eq=False)
class Side:
    """One person's open household, and what signs for them."""

    person: str
    household: Household
    space: Space
    pen: Pen
    admin: Signer


async def furnish(folder: Path, *, last_day: date = LAST_DAY, machine: Machine = MACHINE) -> Homes:
    """Make both homes, with everything that was written in the ninety days; takes a few seconds.

    Args:
        folder: Where they go: each person gets a folder of their own in it.
        last_day: The ninetieth day: today, for looking at it as it was written that very day.
        machine: For tests.

    Raises:
        DeviceDiedError: If the relay, which has to be installed beside the app, does not start.
        TrothError: If something can not be written.
    """
    homes = {person: home_of(folder, person) for person in PERSONS}
    for home in homes.values():
        home.prepare()
        await asyncio.to_thread(create_space, home.vault, passphrase=PASSPHRASE, cost=COST, machine=machine)
    async with _relay() as address, _both(homes, address, machine) as sides:
        await _write(sides, acts(last_day=last_day), machine)
        for side in sides.values():
            await settle(side.household, side.person, last_day=last_day)
    return Homes(homes["Robin"].folder, homes["Sasha"].folder)


@asynccontextmanager
async def _relay() -> AsyncIterator[str]:
    """Have a relay that nothing is left of."""
    with tempfile.TemporaryDirectory(prefix="troth-demo-") as folder:
        relay = RelayProcess(Path(folder))
        try:
            await relay.start([])
            yield f"ws://{HOST}:{relay.port}"
        finally:
            await end([relay])


@asynccontextmanager
async def _both(homes: Mapping[str, Home], relay: str, machine: Machine) -> AsyncIterator[dict[str, Side]]:
    """Have both households open, with a space for two between them."""
    keys = {person: DeviceKeys.make(machine.entropy) for person in homes}
    genesis = found([key.card for key, _ in keys.values()], machine.entropy)
    for key, seed in keys.values():
        genesis = countersign(genesis, key, Signer(seed))
    households: dict[str, Household] = {}
    try:
        for person, home in homes.items():
            household = await Household.open(home.vault, passphrase=PASSPHRASE, machine=machine)
            households[person] = household
            await _move_in(household, genesis, *keys[person], machine)
            await household.use(Relay(relay))
        yield _sides(households, {person: Signer(seed) for person, (_, seed) in keys.items()})
    finally:
        for household in households.values():
            await household.close()


async def _move_in(household: Household, genesis: Genesis, keys: DeviceKeys, seed: bytes, machine: Machine) -> None:
    rows = begin(Identity.welcomed(keys, Welcome(genesis, None)), machine.entropy)
    await household.vault.add_room(rows, admin=seed, passphrase=PASSPHRASE, kind=SHARED)


def _sides(households: Mapping[str, Household], admins: Mapping[str, Signer]) -> dict[str, Side]:
    """Give each a pen; both write into one book, so that what one names of the other's is there."""
    spaces = {person: _space(household) for person, household in households.items()}
    book = Book(roster_of(spaces[PERSONS[0]].members))
    return {
        person: Side(
            person, households[person], space, Pen(book, space.device, space.life, space.signer), admins[person]
        )
        for person, space in spaces.items()
    }


def _space(household: Household) -> Space:
    assert household.shared is not None, "it is a space for two"
    return household.shared.space


async def _write(sides: Mapping[str, Side], written: Sequence[Act], machine: Machine) -> None:
    """Write everything: what is signed day by day, and then the notes, in which each goes on where the other was."""
    known: dict[int, Made] = {}
    for _, day in groupby(written, key=lambda act: act.day):
        edits: dict[Side, list[Edit]] = {side: [] for side in sides.values()}
        for act in (act for act in day if act.act != "write"):
            edits[sides[act.by]] += await _sign(sides[act.by], act, known, machine)
        for side in filter(edits.get, sides.values()):
            await side.space.edit(DOCUMENT, *edits[side])
    await _meet(sides)
    await _write_notes(sides, [act for act in written if act.act == "write"], known)
    for side in sides.values():
        assert side.household.chapter is not None, "it is a space for two"
        await side.household.chapter.tend()


async def _sign(side: Side, act: Act, known: dict[int, Made], machine: Machine) -> Sequence[Edit]:
    fresh = machine.entropy(SALT_BYTES)
    if act.act == "reveal":
        fresh, _ = side.household.settings.sealed[_about(act, known)]
    admin = side.admin if act.act in COMMITMENTS else None
    entry = entry_of(side.pen, act, known, admin=admin, fresh=fresh)
    known[act.n] = made_of(entry)
    if act.act == "seal":
        await side.household.remember(sealed_row(entry.subject, fresh, str(act.says["text"])))
    if act.act == "reveal":
        await side.household.remember(sealed_row(entry.subject))
    return [*entry_edits([entry]), *beginning(act, entry)]


def _about(act: Act, known: Mapping[int, Made]) -> SubjectId:
    assert act.about is not None, "it is about something"
    return known[act.about].subject


async def _write_notes(sides: Mapping[str, Side], writes: Sequence[Act], known: Mapping[int, Made]) -> None:
    """Let each write as far as it can in every note, then the other, until all is written."""
    left = list(writes)
    while left:
        for side in sides.values():
            turn = _turn(side.person, left)
            for act in turn:
                await side.space.revise(DOCUMENT, partial(published, act, known))
            left = [act for act in left if act not in turn]
            await _meet(sides)


def _turn(person: str, left: Sequence[Act]) -> list[Act]:
    """Return what a person can write now: in each note, what comes before the other's next words."""
    waiting: set[int | None] = set()
    turn: list[Act] = []
    for act in left:
        if act.by != person:
            waiting.add(act.about)
        elif act.about not in waiting:
            turn.append(act)
    return turn


async def _meet(sides: Mapping[str, Side]) -> None:
    """Wait until everything written is at the relay, and both have read it."""
    for side in sides.values():
        await side.space.stored()
    last = max(side.space.status().read for side in sides.values())
    for side in sides.values():
        await side.space.until(lambda status: status.read >= last)
