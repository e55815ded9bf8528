"""Whether the relay lives, and whether it can do its work now: asked of the threads that do it.

An answer says which of three things is amiss, and nothing about anybody.
"""

import asyncio
import time
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final

from troth_relay import limits
from troth_relay.store import Store
from troth_relay.workers import Worker
from troth_wire.errors import FullError, LocalError, StoreError
from troth_wire.ids import MailboxId

__all__ = ["NOT_READY", "READY", "Fault", "Readiness", "ask"]

NOBODY: Final = MailboxId(bytes(32))
ASK_S: Final = limits.READY_WAIT_S + 2
ANSWER_BYTES_MAX: Final = 200
READY: Final = "ready"
NOT_READY: Final = "not ready: "


class Fault(Enum):
    """Why the relay is not ready."""

    DRAINING = "draining"
    """It was told to stop."""
    STORE = "store"
    """The database does not answer, is damaged, or is not where it was."""
    DISK = "disk"
    """Less of the disk is free than the floor, or it can not be written to."""


class Readiness:
    """What stands in the way of serving; `draining` is set when the relay is told to stop."""

    def __init__(
        self,
        store: Store,
        *,
        reader: Worker,
        writer: Worker,
        check: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask these threads; on the one that writes, `check` raises what stands in the way of storing."""
        self.draining = False
        self._store = store
        self._reader = reader
        self._writer = writer
        self._check = check
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked_at_s = -float("inf")
        self._faults: tuple[Fault, ...] = ()

    async def faults(self) -> tuple[Fault, ...]:
        """Return what is amiss; nothing means that the relay is ready."""
        if self.draining:
            return (Fault.DRAINING,)
        async with self._asking:
            if self._clock() - self._asked_at_s >= limits.READY_FRESH_S:
                self._faults = await self._ask()
                self._asked_at_s = self._clock()
        return self._faults

    async def _ask(self) -> tuple[Fault, ...]:
        # Both threads: one that hangs on the disk is as bad as one that fails.
        read = asyncio.wrap_future(self._reader.call(self._look))
        write = asyncio.wrap_future(self._writer.call(self._check))
        answers = asyncio.gather(read, write, return_exceptions=True)
        try:
            found = await asyncio.wait_for(answers, limits.READY_WAIT_S)
        except TimeoutError:
            return (Fault.STORE,)
        return tuple(dict.fromkeys(_fault(answer) for answer in found if isinstance(answer, BaseException)))

    def _look(self) -> None:
        self._store.check()
        self._store.look(NOBODY)


def _fault(error: BaseException) -> Fault:
    if isinstance(error, FullError):
        return Fault.DISK
    if isinstance(error, StoreError):
        return Fault.STORE
    raise error


def ask(host: str, port: int) -> None:
    """Ask a relay on this machine whether it is ready.

    Raises:
        LocalError: If it is not, or does not answer, in a sentence for the operator.
    """
    connection = HTTPConnection(host, port, timeout=ASK_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = answer.read(ANSWER_BYTES_MAX).decode("ascii", errors="replace").strip()
    except (OSError, HTTPException, UnicodeError) as error:
        raise LocalError(
            f"No relay answers at {host}, port {port}. Nothing was changed. "
            "Start it, or name the --host and --port where it listens."
        ) from error
    finally:
        connection.close()
    if (answer.status, said) == (HTTPStatus.OK, READY):
        return
    if not said.startswith(NOT_READY):
        # Not its words: they may be a whole page.
        raise LocalError(
            f"What answers at {host}, port {port} is no relay. Nothing was changed. "
            "Name the --host and --port where the relay listens, or the --config that it was started with."
        )
    raise LocalError(
        f"The relay at {host}, port {port} says: {said}. What it has confirmed is safe. "
        "Look at its log; draining ends by itself, disk needs room, store needs what its log says."
    )
