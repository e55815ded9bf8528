"""How a command reaches an agent: the one that runs, or one that it starts for itself.

A command that begins something lasting (`Command.lasting`) starts an agent that stays; every other one starts an
agent that ends with it.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from troth_app.home import Home
from troth_app.limits import MEET_TRIES_MAX
from troth_app.outcome import HereError
from troth_app.sockets import connect, pair
from troth_wire.said import Said

if TYPE_CHECKING:
    import subprocess

__all__ = ["BUSY", "Line", "call", "command_of", "open_log"]

BUSY: Final = Said(
    "Another command is using this vault at this moment. Nothing was changed. Wait for it to end, and try again."
)
OTHER_SYSTEM: Final = Said(
    "Troth's commands run on Linux and macOS for now. Nothing was changed. `troth demo` runs here."
)
INCOMPLETE: Final = Said(
    "The part of Troth that opens what you write is not installed. Nothing was changed. "
    'Install "troth[app]" with Python 3.11 or 3.12, into an environment of its own.'
)
ENGINE: Final = "automerge"
PAUSE_S: Final = 0.1
END_S_MAX: Final = 10
OWNER_ONLY: Final = 0o600
LOG_BYTES_MAX: Final = 65_536


def command_of(role: str, number: int, *options: str) -> list[str]:
    """Return the command line of an agent or a keeper that gets an open socket; no folder of the moment is searched."""
    return [sys.executable, "-P", "-m", "troth_app.background", role, "--connection", str(number), *options]


@dataclass(slots=True)
class Line:
    """A connection to an agent; leaving the block hangs up.

    Attributes:
        connection: To talk over.
        ending: The agent, if it was started for this conversation and ends with it.
    """

    connection: socket.socket
    ending: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> socket.socket:
        """Return the connection."""
        return self.connection

    def __exit__(self, *_: object) -> None:
        """Hang up, and wait for an agent that ends now: the next command finds the vault free."""
        self.connection.close()
        if self.ending is not None:
            import subprocess

            with suppress(subprocess.TimeoutExpired):
                self.ending.wait(END_S_MAX)


def call(home: Home, *, lasting: bool, wait_s: float | None = None) -> Iterator[Line]:
    """Yield lines to an agent, one after the other for as long as the last one turned out to be busy.

    Args:
        home: Whose agent.
        lasting: Whether one that is started stays.
        wait_s: How long to wait for anything on a line; for ever, where nothing is named.

    Raises:
        HereError: If the folders can not be made, or are not this user's alone, or this system has no such sockets,
            or only a relay is installed.
    """
    if not hasattr(os, "getuid") or not hasattr(socket, "AF_UNIX"):
        raise HereError(OTHER_SYSTEM)
    home.prepare()
    for turn in range(MEET_TRIES_MAX):
        if turn:
            time.sleep(PAUSE_S)
        connection = connect(home.socket, wait_s=wait_s)
        line = Line(connection) if connection else _start(home, lasting=lasting)
        line.connection.settimeout(wait_s)
        yield line


def _start(home: Home, *, lasting: bool) -> Line:
    """Start an agent in a session of its own, so that Ctrl-C here ends the conversation and not the agent."""
    # Most commands find an agent, and an import takes its time.
    import subprocess
    from importlib.util import find_spec

    if find_spec(ENGINE) is None:
        raise HereError(INCOMPLETE)
    ours, theirs = pair()
    with theirs, open_log(home) as log:
        agent = subprocess.Popen(  # noqa: S603 - every word of it stands above
            command_of("agent", theirs.fileno(), *([] if lasting else ["--once"])),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    return Line(ours, None if lasting else agent)


def open_log(home: Home) -> IO[bytes]:
    """Open the log for writing at its end, for nobody else to read; one that grew long begins anew."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    if home.log.exists() and home.log.stat().st_size > LOG_BYTES_MAX:
        flags |= os.O_TRUNC
    return os.fdopen(os.open(home.log, flags, OWNER_ONLY), "ab")
