"""How an agent and a keeper come to run: `python -m troth_app.background agent|keeper`, with a connection each.

Neither gets anything else: no secret stands in an argument or in the environment.
"""

import argparse
import asyncio
import fcntl
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, Never

from troth_app.agent import Agent
from troth_app.calling import BUSY, command_of, open_log
from troth_app.conversation import Begin, Done, frame
from troth_app.home import Home
from troth_app.language import spoken
from troth_app.outcome import Code, HereError
from troth_app.pages_process import PagesProcess
from troth_app.sockets import listen, pair

__all__ = ["KeeperProcess", "claim", "main"]

OWNER_ONLY: Final = 0o600


class KeeperProcess:
    """A keeper in a process of its own, known by its pid."""

    def __init__(self, child: Process, channel: socket.socket) -> None:
        """Hold a child and this end of its channel."""
        self.pid = child.pid
        self._child = child
        self._channel = channel

    @classmethod
    async def start(cls, home: Home, *, once: bool) -> "KeeperProcess":
        """Start it.

        Args:
            home: Where the vault lies; the child finds it by its environment, as this process did.
            once: Whether it ends with its first conversation.
        """
        ours, theirs = pair()
        ours.setblocking(False)
        with theirs, open_log(home) as log:
            command = command_of("keeper", theirs.fileno(), *(["--once"] if once else []))
            child = await create_subprocess_exec(
                *command, pass_fds=[theirs.fileno()], stdin=DEVNULL, stdout=DEVNULL, stderr=log
            )
        return cls(child, ours)

    def hand(self, connection: socket.socket, begin: Begin) -> None:
        """Hand a conversation over: its first sentence, and with it the connection."""
        socket.send_fds(self._channel, [frame(begin)], [connection.fileno()])

    async def opened(self) -> bool:
        """Wait until it says that its vault is open; false if it ended without."""
        try:
            return bool(await asyncio.get_running_loop().sock_recv(self._channel, 1))
        except OSError:
            return False

    async def ended(self) -> None:
        """Wait until the process is gone."""
        await self._child.wait()
        self._channel.close()

    def kill(self) -> None:
        """Send SIGKILL."""
        with suppress(ProcessLookupError):
            self._child.kill()


def claim(path: Path) -> int | None:
    """Lock a file for as long as this process lives; None if another one has it."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    return number


async def serve(home: Home, *, first: socket.socket | None, lasting: bool) -> None:
    """Be the agent of a home, until it is over or somebody says so."""
    listener = listen(home.socket) if lasting else None
    pages = PagesProcess(home) if lasting else None
    agent = Agent(home, partial(KeeperProcess.start, home, once=not lasting), lasting=lasting, pages=pages)
    serving = asyncio.ensure_future(agent.serve(listener, first))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await serving
    finally:
        if listener is not None:
            listener.close()
            home.socket.unlink(missing_ok=True)


def run_agent(*, number: int | None, lasting: bool) -> int:
    """Be an agent, if there is no other one of this home."""
    home = Home.find()
    home.prepare()
    first = None if number is None else socket.socket(fileno=number)
    claimed = claim(home.lock)
    if claimed is None:
        if first is not None:
            with first:
                first.sendall(frame(Done(Code.HERE, {"busy": True}, BUSY)))
        else:
            sys.stderr.write(f"{spoken(BUSY)}\n")
        return Code.HERE
    os.chdir(home.folder)
    asyncio.run(serve(home, first=first, lasting=lasting))
    return Code.OK


def run_keeper(*, number: int, once: bool) -> Never:
    """Be a keeper."""
    from troth_app.keeper import Keeper
    from troth_app.private_memory import close_memory

    close_memory()

    async def live() -> Never:
        await Keeper(Home.find(), socket.socket(fileno=number), once=once).run()
        # It ends as it would if it were killed: nothing is closed in order, nothing that waits is waited for.
        os._exit(Code.OK)

    asyncio.run(live())


def run_pages(*, number: int, listener: int) -> Never:
    """Serve the pages, until the agent ends it."""
    from troth_app.private_memory import close_memory
    from troth_app.web.site import serve_pages

    close_memory()

    async def live() -> Never:
        await serve_pages(Home.find(), socket.socket(fileno=number), socket.socket(fileno=listener))
        os._exit(Code.OK)

    asyncio.run(live())


def main(arguments: list[str] | None = None) -> int:
    """Be what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=("agent", "keeper", "pages"))
    parser.add_argument("--connection", type=int, help="the number of an open socket")
    parser.add_argument("--listener", type=int, help="the number of a socket that listens for browsers")
    parser.add_argument("--once", action="store_true", help="end with the first conversation")
    named = parser.parse_args(arguments)
    try:
        if named.role == "keeper":
            run_keeper(number=named.connection, once=named.once)
        if named.role == "pages":
            run_pages(number=named.connection, listener=named.listener)
        return run_agent(number=named.connection, lasting=not named.once)
    except (HereError, OSError) as error:
        sys.stderr.write(f"{spoken(error)}\n")
        return Code.HERE


if __name__ == "__main__":
    sys.exit(main())
