"""The demo's other processes: a relay and devices, started, spoken to, killed, and never left behind."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

__all__ = ["DeviceDiedError", "DeviceProcess", "RelayProcess", "end"]

LINE_BYTES_MAX: Final = 64 * 1024 * 1024
START_S: Final = 20.0
ANSWER_S: Final = 60.0
LAST_WORDS_LINES_MAX: Final = 3
LAST_WORDS_BYTES_MAX: Final = 4096


class DeviceDiedError(Exception):
    """A process of the demo ended before it answered, or could not do what it was asked to."""


class _Child:
    """A process of ours, known by its pid and ended by it."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def _start(self, *command: str) -> None:
        with self._log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *command, stdin=PIPE, stdout=PIPE, stderr=errors, limit=LINE_BYTES_MAX
            )

    async def _listen(self, seconds: float) -> bytes:
        pipe = self._process and self._process.stdout
        assert pipe, "it was started with pipes"
        return await asyncio.wait_for(pipe.readline(), seconds)

    def _last_words(self) -> str:
        """Return the end of the log, each line on one of its own."""
        with suppress(OSError):
            lines = self._log.read_bytes()[-LAST_WORDS_BYTES_MAX:].decode(errors="replace").split("\n")
            return "".join(f"\n  {line}" for line in [line for line in lines if line.strip()][-LAST_WORDS_LINES_MAX:])
        return ""

    def strike(self) -> None:
        """Send SIGKILL."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def gone(self) -> None:
        """Wait until it has ended."""
        if self._process is not None:
            await self._process.wait()
            assert self._process.stdin, "it was started with pipes"
            self._process.stdin.close()

    async def kill(self) -> None:
        """Send SIGKILL, and wait until it is gone."""
        self.strike()
        await self.gone()


async def end(children: Iterable[_Child]) -> None:
    """Leave none of them running.

    Every one is struck before the first wait, so that a second Ctrl-C during the wait leaves nothing behind either.
    """
    struck = list(children)
    for child in struck:
        child.strike()
    for child in struck:
        await child.gone()


class RelayProcess(_Child):
    """`troth-relay serve` on a database of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "relay.log")
        self.database = folder / "relay.db"
        self.port = 0

    async def start(self, names: list[str]) -> None:
        """Start it, on the same port as before if there was one.

        Args:
            names: HOST:PORT under which devices dial it.

        Raises:
            DeviceDiedError: If it does not say that it listens.
        """
        options = [part for name in names for part in ("--name", name)]
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--database", str(self.database)]
        where += ["--registration", "open"]
        await self._start("troth_relay", "serve", *where, *options)
        line = await self._listen(START_S)
        if not line.startswith(b"listening on "):
            raise DeviceDiedError(f"The relay did not start.{self._last_words()}")
        self.port = int(line.decode().rsplit(":", 1)[1].split("/")[0])

    @property
    def files(self) -> list[Path]:
        """The database with its write-ahead log and shared memory, as far as they exist."""
        return [path for path in sorted(self.database.parent.glob("relay.db*")) if path.is_file()]


class DeviceProcess(_Child):
    """One device; its vault outlives the process."""

    def __init__(self, name: str, vault: Path, log: Path, passphrase: str) -> None:
        super().__init__(log)
        self.name = name
        self._vault = vault
        self._passphrase = passphrase

    async def start(self, sabotage: str | None) -> None:
        """Start the process; the passphrase goes through the pipe."""
        await self._start("troth_app.demo.device", str(self._vault))
        await self._say({"passphrase": self._passphrase, "sabotage": sabotage})

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """Give a command and return the answer.

        Raises:
            DeviceDiedError: If the process ended first, or says that it could not.
        """
        await self.give(do, **fields)
        return await self.answer()

    async def give(self, do: str, **fields: Any) -> None:
        """Give a command; one that has ended takes no notice."""
        await self._say({"do": do, **fields})

    async def answer(self) -> dict[str, Any]:
        """Return the answer to the oldest command that has none yet.

        Raises:
            DeviceDiedError: If the process ended first, or says that it could not.
        """
        line = await self._listen(ANSWER_S)
        if not line.endswith(b"\n"):
            raise DeviceDiedError(f"{self.name} ended before it answered.{self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise DeviceDiedError(f"{self.name}: {answer['error']}")
        return answer

    async def _say(self, line: dict[str, Any]) -> None:
        pipe = self._process and self._process.stdin
        assert pipe, "it was started with pipes"
        with suppress(BrokenPipeError, ConnectionResetError):
            pipe.write(json.dumps(line).encode() + b"\n")
            await pipe.drain()
