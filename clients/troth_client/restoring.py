"""Reads a space with nothing but recovery words, in memory: what is found goes into a vault later, or nowhere."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from troth import Engine, Row, Step, load
from troth.recovery import Way, Words
from troth.restoring import Restorer, reader
from troth_client.driver import Driver
from troth_client.link import Address
from troth_client.machine import MACHINE, Machine
from troth_client.opening import driven
from troth_client.probe import probe
from troth_wire.errors import NoRelayError
from troth_wire.said import Said

__all__ = ["read_space"]

READ_S_MAX: Final = 300.0
"""For one space with all its history, over a slow line."""
QUIET_S: Final = 1.0
"""A log that was closed says so only after its last entry: so long nothing more must come."""
TOO_LONG: Final = Said(
    "The relay did not show all of a space in time. Nothing was changed. Look at the connection, and try again."
)


class Forgetful:
    """A store in memory."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Begin with some rows."""
        self._rows = {(row.table, row.key): row for row in rows}

    def load(self) -> list[Row]:
        """Return every row, in order of table and key."""
        return [self._rows[name] for name in sorted(self._rows)]

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows."""
        for row in rows:
            if row.value is None:
                self._rows.pop((row.table, row.key), None)
            else:
                self._rows[row.table, row.key] = row


async def read_space(words: Words, way: Way, address: Address, *, machine: Machine = MACHINE) -> Restorer:
    """Read a space to its end.

    Args:
        words: What was typed.
        way: From a signpost.
        address: The relay.
        machine: For tests.

    Raises:
        ForgedError: If the space never took these words, so that a false signpost led there.
        UsageError: If others took their place.
        NoRelayError: If the relay does not show all of it in time.
    """
    store = Forgetful(reader(words, way, machine.entropy))

    def make() -> tuple[Engine, Step]:
        return load(store.load(), entropy=machine.entropy, probe=probe, quiet=True)

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="troth-words") as worker:
        driver = Driver(store, make, worker=worker, clock=machine.clock)
        try:
            async with driven(driver, address, machine), asyncio.timeout(READ_S_MAX):
                await _until_quiet(driver, machine)
                engine = driver.look(lambda engine: engine)
        except TimeoutError:
            raise NoRelayError(TOO_LONG) from None
    _, admin = words.keys(way.genesis.space, way.person)
    return Restorer(engine, admin)


async def _until_quiet(driver: Driver, machine: Machine) -> None:
    """Wait until everything was read, and nothing leads on to more."""
    before = None
    while before != (before := driver.look(_progress)):
        await driver.until_read()
        await machine.clock.sleep(QUIET_S)


def _progress(engine: Engine) -> tuple[object, ...]:
    """What changes as long as there is more to be had."""
    line = engine.line
    return line.read, [(at.mailbox, at.cursor.position, at.closed) for at in line], len(engine.inbox.chains.proven)
