"""The process that serves the pages, from its agent's end: started when somebody asks, and begun anew at every lock.

It has no keys, but what was on a page or typed into one passes through it. So it ends with the vault, and another one
that knows nothing takes its place behind the same address. All that goes on is a secret from which the cookies of the
browsers that were let in are made.
"""

import asyncio
import os
import socket
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from contextlib import suppress
from typing import Final

from troth_app.calling import command_of, open_log
from troth_app.home import Home
from troth_app.limits import PAGES_END_S
from troth_app.sockets import pair

__all__ = ["KEY_BYTES", "LOOPBACK", "PagesProcess"]

LOOPBACK: Final = "127.0.0.1"
KEY_BYTES: Final = 32
"""The secret, and each key that opens the pages once."""
BACKLOG: Final = 64


class PagesProcess:
    """The pages of one home."""

    def __init__(self, home: Home) -> None:
        """Serve nothing yet.

        Args:
            home: Whose; the child finds it by its environment, as this process did.
        """
        self._home = home
        self._secret = os.urandom(KEY_BYTES)
        self._listener: socket.socket | None = None
        self._child: Process | None = None
        self._channel: socket.socket | None = None
        self._turning = asyncio.Lock()
        self._attending: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether there are pages."""
        return self._child is not None and self._child.returncode is None

    async def invite(self) -> str:
        """Return an address that lets one browser in, once; begin to serve if nobody does."""
        async with self._turning:
            if not self.running:
                await self._close()
                await self._start()
            key = os.urandom(KEY_BYTES)
            assert self._channel is not None, "it was started"
            assert self._listener is not None, "it was started"
            self._channel.sendall(key)
            return f"http://{LOOPBACK}:{self._listener.getsockname()[1]}/in/{key.hex()}"

    async def renew(self) -> None:
        """End the process that may remember something, and start one that does not; whoever is let in stays so."""
        async with self._turning:
            if self.running:
                await self._stop()
                await self._start()

    async def end(self) -> None:
        """Serve no pages any more."""
        async with self._turning:
            await self._close()

    async def _close(self) -> None:
        await self._stop()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _attend(self, child: Process) -> None:
        """Close the door behind one that ended by itself: a browser learns that nobody serves."""
        await child.wait()
        async with self._turning:
            if self._child is child:
                await self._close()

    async def _start(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((LOOPBACK, 0), backlog=BACKLOG)
        self._channel, theirs = pair()
        with theirs, open_log(self._home) as log:
            passed = [theirs.fileno(), self._listener.fileno()]
            command = command_of("pages", passed[0], "--listener", str(passed[1]))
            self._child = await create_subprocess_exec(
                *command, pass_fds=passed, stdin=DEVNULL, stdout=DEVNULL, stderr=log
            )
        self._channel.sendall(self._secret)
        self._attending = asyncio.create_task(self._attend(self._child))

    async def _stop(self) -> None:
        """Hang up, which lets it finish the answer that it is giving, and see to it that it is gone."""
        child, self._child = self._child, None
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if child is None:
            return
        try:
            async with asyncio.timeout(PAGES_END_S):
                await child.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
