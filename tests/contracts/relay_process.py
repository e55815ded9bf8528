"""A relay in a process of its own, on this machine alone, that ends with the test."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["END_S", "RELAY", "ahead", "end", "environment", "finished", "loggers_kept", "port_of", "serving"]

RELAY: Final = (sys.executable, "-m", "troth_relay")
END_S: Final = 20
LISTENING: Final = "listening on "
AHEAD: Final = """
import time
now = time.time
time.time = lambda: now() + {days} * 86400
from troth_relay.main import main
main()
"""


def environment() -> dict[str, str]:
    """Return this process's environment with its own import path."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def ahead(days: int) -> tuple[str, ...]:
    """Return the command of a relay whose clock is so many days ahead."""
    return sys.executable, "-c", AHEAD.format(days=days)


@contextmanager
def serving(
    database: Path, *options: str, command: Sequence[str] = RELAY
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a relay on a free port, open to everybody unless told otherwise; wait until it says where it listens."""
    given = () if {"--registration", "--pass-file"} & set(options) else ("--registration", "open")
    arguments = [*command, "serve", "--port", "0", "--database", str(database), *given, *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(LISTENING), line
        yield process, line.removeprefix(LISTENING).strip()
    finally:
        process.kill()
        process.communicate(timeout=END_S)


def port_of(relay: str) -> str:
    """The port in a relay's address."""
    return relay.rpartition(":")[2].partition("/")[0]


def end(process: subprocess.Popen[str]) -> None:
    """Ask a relay to end, as its operator would, and wait until it has."""
    process.send_signal(signal.SIGTERM)
    process.wait(END_S)


def finished(*options: str, command: Sequence[str] = RELAY) -> tuple[int, str]:
    """Run a relay that is expected to end by itself; return its exit code and what it said on stderr."""
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, env=environment(), timeout=END_S, check=False
    )
    return done.returncode, done.stderr


@contextmanager
def loggers_kept() -> Iterator[None]:
    """Put back what a relay in this process does to its loggers."""
    root, own = logging.getLogger(), logging.getLogger("troth_relay")
    handlers, level, own_level = root.handlers[:], root.level, own.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    own.setLevel(own_level)
    logging.captureWarnings(capture=False)
