"""The process with the keys: it carries conversations that were handed to it, keeps the open vault in sync, and dies.

It dies at lock, after a while without a command, when the clocks show that the machine slept, and with its agent.
Dying is its only end: a crash, a kill and a lock leave the same vault, so there is one way to be right about.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import date
from functools import partial
from itertools import count
from typing import Any, Final

from troth_app.commands import BY_NAME, Where, find
from troth_app.commands_for_pages import GLANCE, PAUSES
from troth_app.conversation import Begin, Frames
from troth_app.home import Home
from troth_app.household import Household
from troth_app.limits import IDLE_S, LOOK_S
from troth_app.outcome import LockedError
from troth_app.resting import note_ends
from troth_app.talk import Talk, hold
from troth_app.watch import Clocks, Watch, read_clocks
from troth_client import Clock, Machine
from troth_client.machine import MACHINE
from troth_couple import Day
from troth_wire.errors import MalformedError
from troth_wire.said import Said

__all__ = ["ALONE", "FINISHED", "OPENED", "Keeper"]

OPENED: Final = b"o"
"""What it tells its agent once, as soon as its vault is open."""
ALONE: Final = "the agent is gone"
FINISHED: Final = "there is nothing left to do"
CLOSED: Final = Said("It locked, because this computer slept. Nothing was changed. `troth unlock` opens it.")
LOOKS_PER_SHOWING: Final = 60
"""Looks at the clocks between two at which the spaces are shown the wall's: nothing that depends on it is urgent."""
RECEIVE_BYTES: Final = 4_096
RECEIVE_CONNECTIONS_MAX: Final = 8


class Keeper:
    """Serves one agent."""

    def __init__(
        self,
        home: Home,
        channel: socket.socket,
        *,
        once: bool,
        machine: Machine = MACHINE,
        clocks: Clocks = read_clocks,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Begin without an open vault.

        Args:
            home: Where the vault lies.
            channel: To the agent.
            once: Whether it ends with its first conversation even if a vault is open.
            machine: For tests.
            clocks: For tests.
            today: Which day it is.
        """
        self.home = home
        self.machine = machine
        self.today = today
        self.watch = Watch(clocks, idle_s=IDLE_S)
        self.household: Household | None = None
        self._channel = channel
        self._once = once
        self._frames = Frames()
        self._handed: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: set[asyncio.Task[None]] = set()
        """Conversations in which a page waits for news or looks by itself: no use, and they hold nothing up."""
        self._over: asyncio.Future[str]

    async def run(self) -> str:
        """Serve; return why it is over."""
        loop = asyncio.get_running_loop()
        self._over = loop.create_future()
        self._channel.setblocking(False)
        loop.add_reader(self._channel, self._receive)
        watching = asyncio.create_task(self._keep_watch(self.machine.clock))
        try:
            return await self._over
        finally:
            loop.remove_reader(self._channel)
            ending = {watching, *self._tasks, *self._listening}
            for task in ending:
                task.cancel()
            await asyncio.wait(ending)

    def admit(self, household: Household) -> None:
        """From now on the vault is open: the agent hands every conversation to this keeper."""
        self.household = household
        household.busy = lambda: bool(self._tasks)
        self.watch.idle_s = household.settings.idle_s
        with suppress(OSError):  # An agent that is gone is noticed where the channel is read.
            self._channel.send(OPENED)

    def _receive(self) -> None:
        """Take in what the agent hands over: a first sentence, and with its first byte the connection."""
        try:
            received, handed, _, _ = socket.recv_fds(self._channel, RECEIVE_BYTES, RECEIVE_CONNECTIONS_MAX)
            self._handed += [socket.socket(fileno=number) for number in handed]
            if not received:
                raise MalformedError("the end")
            self._frames.feed(received)
            while (begin := self._frames.next()) is not None:
                self._begin(self._handed.pop(0), begin)
        except BlockingIOError:
            return
        except (IndexError, MalformedError, OSError):
            self._end(ALONE)

    def _begin(self, connection: socket.socket, begin: Any) -> None:
        connection.setblocking(False)
        connection.set_inheritable(False)
        if BY_NAME[begin.command].listens or begin.options.get(GLANCE):
            listening = asyncio.create_task(self._listen(connection, begin))
            self._listening.add(listening)
            listening.add_done_callback(self._listening.discard)
            return
        task = asyncio.create_task(self._converse(connection, begin))
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def _listen(self, connection: socket.socket, begin: Begin) -> None:
        with connection:
            await hold(Talk(connection, begin), partial(self._carry_out, begin))

    async def _converse(self, connection: socket.socket, begin: Begin) -> None:
        pause = self.watch.pause if begin.options.get(PAUSES) else nullcontext
        self.watch.begin()
        try:
            with connection:
                await hold(Talk(connection, begin, pause), partial(self._carry_out, begin))
        finally:
            self.watch.end()

    async def _carry_out(self, begin: Begin, talk: Talk) -> Any:
        command = BY_NAME[begin.command]
        # The machine may have slept since the last look, and this be the first thing that happens after it.
        closing = self._look()
        if command.steadfast:
            return await find(command.locked if closing else command.handler)(talk, self)
        if closing:
            raise LockedError(CLOSED)
        if command.where is Where.OPEN and self.household is None:
            from troth_app.handlers.locking import open_household

            await open_household(talk, self)
        from troth_app.handlers.aside import words_kept

        if self.household is not None:
            await self.household.follow(Day(self.today().isoformat()))
            await note_ends(self.household, self.today())
        return await words_kept(talk, self, find(command.handler)(talk, self))

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not self._tasks and (self.household is None or self._once):
            self._end(FINISHED)

    async def _keep_watch(self, clock: Clock) -> None:
        for looks in count(1):
            await clock.sleep(LOOK_S)
            self._look()
            if looks % LOOKS_PER_SHOWING == 0 and self.household is not None:
                await self.household.pass_time(self.watch.wall_s)

    def _look(self) -> bool:
        """Return whether the vault has to close now, and if so begin to."""
        reason = self.watch.look()
        if reason is None or self.household is None:
            return False
        self._end(reason)
        return True

    def _end(self, reason: str) -> None:
        if not self._over.done():
            self._over.set_result(reason)
