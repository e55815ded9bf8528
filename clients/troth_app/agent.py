"""The switchboard: a process without keys that says which process a conversation belongs to, and hands it over.

It reads the first sentence of a conversation and nothing else: passphrases and plaintext go from the terminal to
the keeper, through a socket that the agent only passed on. It starts keepers; at lock it kills them and waits.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from enum import Enum, auto
from functools import partial
from typing import Any, Final, Protocol

from troth_app.commands import BY_NAME, Command, Where, find
from troth_app.conversation import Begin, Frames
from troth_app.home import Home
from troth_app.limits import BEGIN_BYTES_MAX, BEGIN_WAIT_S, CONVERSATIONS_MAX, LINGER_S
from troth_app.outcome import HereError, LockedError
from troth_app.sockets import is_ours
from troth_app.talk import HungUpError, Talk, hold, read_sentence
from troth_wire.errors import MalformedError, TrothError, UsageError, VersionError
from troth_wire.said import Said

__all__ = ["Agent", "Keeping", "Route", "Start", "route"]

NO_VAULT: Final = Said("There is no vault here. Nothing was changed. `troth init` makes one.")
LOCKED: Final = Said("This is locked. Nothing was changed. `troth unlock` opens it.")
CROWDED: Final = Said("Too many commands are running at once. Nothing was changed. End one of them and try again.")
NO_COMMAND: Final = Said("there is no command `{name}`")
GONE: Final = Said("The vault closed at this very moment. What was saved before is safe. Try again.")
OTHER_VERSION: Final = Said(
    "The part of Troth in the background is of another version. Nothing was changed. "
    "End it with `kill {pid}`; the next command starts the new one."
)


class Keeping(Protocol):
    """A keeper, as the agent knows it."""

    def hand(self, connection: socket.socket, begin: Begin) -> None:
        """Hand a conversation over.

        Raises:
            OSError: If the keeper is gone.
        """
        ...

    async def opened(self) -> bool:
        """Wait until it says that its vault is open; false if it ended without."""
        ...

    async def ended(self) -> None:
        """Wait until the process is gone."""
        ...

    def kill(self) -> None:
        """Send SIGKILL."""
        ...


Start = Callable[[], Awaitable[Keeping]]
"""Starts a keeper."""


class Serving(Protocol):
    """What serves the pages, as the agent knows it."""

    @property
    def running(self) -> bool:
        """Whether there are pages."""
        ...

    async def invite(self) -> str:
        """Return an address that opens them once, and begin to serve them if nobody does."""
        ...

    async def renew(self) -> None:
        """Begin anew with a process that knows nothing, if there are pages: the vault closed."""
        ...

    async def end(self) -> None:
        """Serve none any more."""
        ...


class Route(Enum):
    """Who carries a conversation."""

    HERE = auto()
    KEEPER = auto()
    START = auto()
    REFUSE = auto()


def route(command: Command, *, opened: bool, lasting: bool) -> Route:
    """Return who carries a command out.

    Args:
        command: Which one.
        opened: Whether there is an open keeper.
        lasting: Whether the agent stays; one that was started for this command alone asks for the passphrase too.
    """
    if command.where is Where.AGENT:
        return Route.HERE
    if opened:
        return Route.KEEPER
    if command.where is Where.BEGIN:
        return Route.START
    if command.locked:
        return Route.HERE
    return Route.REFUSE if lasting else Route.START


class Agent:
    """Serves one home, until it is told to end or nobody needs it."""

    def __init__(
        self, home: Home, start: Start, *, lasting: bool, linger_s: float = LINGER_S, pages: Serving | None = None
    ) -> None:
        """Begin without a keeper.

        Args:
            home: Which one.
            start: How to start a keeper.
            pages: What serves them; an agent that does not stay has none.
            lasting: Whether it stays after the conversation that it was started for.
            linger_s: How long it stays without a keeper and without being asked.
        """
        self.home = home
        self.pages = pages
        self._start = start
        self._lasting = lasting
        self._linger_s = linger_s
        self._open: Keeping | None = None
        self._keepers: set[Keeping] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._talking = 0

    @property
    def is_open(self) -> bool:
        """Whether a keeper has an open vault."""
        return self._open is not None

    @property
    def conversations(self) -> int:
        """How many it is carrying itself, or is just directing."""
        return self._talking

    async def serve(self, listener: socket.socket | None, first: socket.socket | None) -> None:
        """Serve; returns when nobody needs it any more, and leaves no keeper behind.

        Args:
            listener: Where commands arrive, if it stays.
            first: The conversation that it was started for.
        """
        try:
            if first is not None:
                self._begin(first)
            while listener is not None and (connection := await self._accept(listener)):
                self._begin(connection)
            while self._tasks:
                await asyncio.wait(set(self._tasks))
        finally:
            if self.pages is not None:
                await self.pages.end()
            await self.lock()

    async def lock(self) -> bool:
        """Kill every keeper and wait until it is gone; return whether a vault was open."""
        was_open, self._open = self._open is not None, None
        keepers = list(self._keepers)
        for keeper in keepers:
            keeper.kill()
        for keeper in keepers:
            await keeper.ended()
        # What was on a page may still lie in the memory of the process that served it.
        # Its successor is there in a moment: whoever locked by a page gets the answer to that first.
        if self.pages is not None and self.pages.running:
            self._spawn(self.pages.renew())
        return was_open

    async def _accept(self, listener: socket.socket) -> socket.socket | None:
        """Return the next connection; None if there is nothing to stay for."""
        while True:
            try:
                async with asyncio.timeout(self._linger_s):
                    return (await asyncio.get_running_loop().sock_accept(listener))[0]
            except TimeoutError:
                if not self._keepers and not (self.pages is not None and self.pages.running):
                    return None

    def _begin(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._spawn(self._converse(connection))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, connection: socket.socket) -> None:
        """Carry one conversation as far as it is ours."""
        self._talking += 1
        with connection:
            try:
                if is_ours(connection):
                    await self._meet(connection)
            finally:
                self._talking -= 1

    async def _meet(self, connection: socket.socket) -> None:
        nobody = Talk(connection, Begin(""))
        try:
            begin = await _first(connection)
            command = BY_NAME.get(begin.command)
            if command is None:
                raise UsageError(NO_COMMAND.format(name=begin.command))
            await self._direct(connection, begin, command)
        except VersionError:
            await _end(nobody, HereError(OTHER_VERSION.format(pid=os.getpid())))
        except (HungUpError, MalformedError, TimeoutError):
            return  # Whoever that was, it was no command of ours.
        except TrothError as error:
            await _end(nobody, error)

    async def _direct(self, connection: socket.socket, begin: Begin, command: Command) -> None:
        if self._talking > CONVERSATIONS_MAX:
            raise HereError(CROWDED)
        match route(command, opened=self.is_open, lasting=self._lasting):
            case Route.HERE:
                handler = find(command.handler if command.where is Where.AGENT else command.locked)
                await hold(Talk(connection, begin), partial(_with, handler, self))
            case Route.REFUSE:
                raise LockedError(LOCKED) if self.home.vault.exists() else HereError(NO_VAULT)
            case Route.KEEPER:
                assert self._open is not None, "that is why"
                try:
                    _hand(self._open, connection, begin)
                except HereError:
                    if not command.steadfast:
                        raise
                    await hold(Talk(connection, begin), partial(_with, find(command.locked), self))
            case Route.START:
                _hand(await self._keep(), connection, begin)

    async def _keep(self) -> Keeping:
        """Start a keeper; it is the open one as soon as it says so."""
        keeper = await self._start()
        self._keepers.add(keeper)
        self._spawn(self._attend(keeper))
        return keeper

    async def _attend(self, keeper: Keeping) -> None:
        try:
            if await keeper.opened():
                self._open = keeper
            await keeper.ended()
        finally:
            self._keepers.discard(keeper)
            if self._open is keeper:
                self._open = None
                if self.pages is not None:
                    await self.pages.renew()


def _hand(keeper: Keeping, connection: socket.socket, begin: Begin) -> None:
    try:
        keeper.hand(connection, begin)
    except OSError:
        raise HereError(GONE) from None


async def _with(handler: Callable[..., Awaitable[Any]], agent: Agent, talk: Talk) -> Any:
    return await handler(talk, agent)


async def _first(connection: socket.socket) -> Begin:
    async with asyncio.timeout(BEGIN_WAIT_S):
        begin = await read_sentence(connection, Frames(bytes_max=BEGIN_BYTES_MAX))
    if not isinstance(begin, Begin):
        raise MalformedError("a conversation that begins in the middle")
    return begin


async def _end(talk: Talk, error: Exception) -> None:
    async def fail(_: Talk) -> None:
        raise error

    await hold(talk, fail)
