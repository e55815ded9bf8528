"""A vault in one call, for apps that keep several spaces in it: one thread for the file, any number of spaces over it.

The vault is open, and locked against every other program, for as long as the block runs.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from itertools import chain, repeat
from typing import TypeVar

from troth import Engine, Row, Signer, Step, load
from troth_client.backoff import Backoff
from troth_client.dialling import stay_linked
from troth_client.driver import Driver
from troth_client.joining import check_joined
from troth_client.link import Address
from troth_client.machine import MACHINE, Machine
from troth_client.probe import probe
from troth_client.room import About, Room, RoomId
from troth_client.space import Space
from troth_client.uncompared import words_of
from troth_client.vault import Vault
from troth_wire.errors import UsageError
from troth_wire.said import Said

__all__ = ["OpenVault", "driven", "open_space", "open_vault"]

AnyPath = str | os.PathLike[str]
Answer = TypeVar("Answer")


class OpenVault:
    """An open vault, for use from the event loop in which it was opened."""

    def __init__(self, vault: Vault, worker: Executor, machine: Machine) -> None:
        """Hold what `open_vault` opened."""
        self._vault = vault
        self._worker = worker
        self._machine = machine
        self._open: set[RoomId] = set()

    @property
    def rooms(self) -> tuple[RoomId, ...]:
        """The rooms of spaces, in the order in which they were made."""
        return self._vault.rooms

    def about(self, room: RoomId) -> About | None:
        """Return what the settings say about a room, if they do."""
        return self._vault.about(room)

    @asynccontextmanager
    async def space(
        self, room: RoomId, *, relay: str | None = None, admission: bytes = b"", puts_off: bool = False
    ) -> AsyncIterator[Space]:
        """Open the space in a room, and keep it in sync for as long as the block runs.

        Spaces of one vault are open side by side, each once; what fails in one does not touch the others.

        Args:
            room: Which one.
            relay: Where to sync, such as `wss://relay.example`; None works offline.
            admission: The pass, for a relay that asks for one.
            puts_off: Whether what is written down already goes into the documents when somebody looks at them, for
                who shows something else first; then call `Space.whole`, without which no panic of the library is
                found out.

        Raises:
            StoreError: If the vault can not be read or written.
            UsageError: If there is no such room, it is in no space yet or open already, or the address is none.
        """
        address = Address.parse(relay) if relay is not None else None
        kept = self._vault.room(room)
        if room in self._open:
            raise UsageError(Said("this space is open already"))
        self._open.add(room)
        try:
            words: list[int] = []
            # The first time alone: an engine is made again where something stopped, and that has to be found out.
            put_off = chain([puts_off], repeat(False))
            make = partial(_make_engine, kept, admission, self._machine, words, put_off)
            driver = Driver(kept, make, worker=self._worker, clock=self._machine.clock)
            async with driven(driver, address, self._machine):
                yield Space(driver, kept, linked=address is not None, words=words)
        finally:
            self._open.discard(room)

    async def add_room(
        self, rows: Iterable[Row], *, admin: bytes, passphrase: str, kind: str = "", label: str = ""
    ) -> RoomId:
        """Make a room, with its first rows or not at all (`Vault.add_room`).

        Raises:
            PassphraseError: If this is not the passphrase.
            StoreError: If it can not be written.
        """
        add = partial(Vault.add_room, rows=rows, admin=admin, passphrase=passphrase, kind=kind, label=label)
        return await self.run(add)

    async def admin(self, room: RoomId, passphrase: str) -> Signer:
        """Return the device's admin key in a room's space, for one use; spaces go on meanwhile.

        Raises:
            PassphraseError: If this is not the passphrase.
            UsageError: If there is no such room.
        """
        return await asyncio.to_thread(self._vault.admin, room, passphrase)

    async def run(self, work: Callable[[Vault], Answer]) -> Answer:
        """Do something else with the vault, in its thread: settings, passphrase, backup, letters.

        Raises:
            TrothError: What the work raised.
        """
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, self._vault)


@asynccontextmanager
async def open_vault(path: AnyPath, *, passphrase: str, machine: Machine = MACHINE) -> AsyncIterator[OpenVault]:
    """Open a vault for as long as the block runs.

    Args:
        path: The vault.
        passphrase: What opens it.
        machine: For tests.

    Raises:
        StoreError: By its kind: PassphraseError, DamagedError, NewerError, BusyError, FullError.
    """
    opened: list[Vault] = []

    def unlock() -> Vault:
        opened.append(Vault.open(path, passphrase=passphrase, machine=machine))
        return opened[0]

    def lock() -> None:
        for vault in opened:
            vault.close()

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="troth-vault") as worker:
        try:
            vault = await asyncio.get_running_loop().run_in_executor(worker, unlock)
            yield OpenVault(vault, worker, machine)
        finally:
            # After whatever the worker still does, also where a wait for it was cancelled.
            worker.submit(lock)


@asynccontextmanager
async def open_space(
    path: AnyPath,
    *,
    passphrase: str,
    space: RoomId | None = None,
    relay: str | None = None,
    admission: bytes = b"",
    machine: Machine = MACHINE,
) -> AsyncIterator[Space]:
    """Open the space in a vault, and keep it in sync for as long as the block runs.

    Args:
        path: The vault.
        passphrase: What opens it.
        space: Its room, in a vault that has several.
        relay: Where to sync, such as `wss://relay.example`; None works offline.
        admission: The pass, for a relay that asks for one.
        machine: For tests.

    Raises:
        StoreError: By its kind: PassphraseError, DamagedError, NewerError, BusyError, FullError.
        UsageError: If the vault is in no space yet, or in several and none is named, or the relay's address is none.
    """
    if relay is not None:
        Address.parse(relay)
    async with open_vault(path, passphrase=passphrase, machine=machine) as vault:
        room = only_room(vault.rooms) if space is None else space
        async with vault.space(room, relay=relay, admission=admission) as opened:
            yield opened


def only_room(rooms: tuple[RoomId, ...]) -> RoomId:
    """Return the one room that a vault has.

    Raises:
        UsageError: If it has none, or several.
    """
    if not rooms:
        raise UsageError(Said("this vault is in no space yet; join one with it first"))
    if len(rooms) > 1:
        raise UsageError(Said("this vault is in several spaces; say in which room"))
    return rooms[0]


@asynccontextmanager
async def driven(driver: Driver, address: Address | None, machine: Machine) -> AsyncIterator[None]:
    """Keep a driver and its link running for as long as the block runs."""
    await driver.start()
    linking = asyncio.create_task(_stay_linked(driver, address, machine))
    try:
        yield
    finally:
        linking.cancel()
        await asyncio.wait({linking})
        await driver.close()
        if not linking.cancelled():
            linking.result()


async def _stay_linked(driver: Driver, address: Address | None, machine: Machine) -> None:
    if address is not None:
        await stay_linked(partial(machine.dial, address), driver.hearing, Backoff(machine.entropy), machine.clock)


def _make_engine(
    room: Room, admission: bytes, machine: Machine, words: list[int], put_off: Iterator[bool]
) -> tuple[Engine, Step]:
    rows = room.load()
    check_joined(rows)
    words[:] = words_of(rows)
    return load(
        rows, entropy=machine.entropy, probe=probe, moved=room.moved, admission=admission, puts_off=next(put_off)
    )
