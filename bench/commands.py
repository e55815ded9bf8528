"""How long a person waits for a command's answer: the whole process, from its start to its end."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.figures import Figures

__all__ = ["agent_of", "command_in", "measure"]

TURNS: Final = 20
PASSPHRASE: Final = "correct horse battery staple"
TROTH: Final = (sys.executable, "-m", "troth_app.main")


def measure() -> Figures:
    """Measure commands against an agent that runs, open and locked, and one that starts its own."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        home = Path(folder, "home")
        run = command_in(home)
        alone = [run("status", "--json") for _ in range(TURNS)]
        figures = {"init_ms": run("init", typed=f"1\n{PASSPHRASE}\n{PASSPHRASE}\n")}
        try:
            figures["status_open_ms"] = statistics.median(run("status", "--json") for _ in range(TURNS))
            run("lock")
            figures["status_locked_ms"] = statistics.median(run("status", "--json") for _ in range(TURNS))
            figures["unlock_ms"] = run("unlock", typed=f"{PASSPHRASE}\n")
            figures["lock_ms"] = run("lock")
        finally:
            os.kill(agent_of(home), signal.SIGTERM)
    return {"status_without_agent_ms": statistics.median(alone), **figures}


def command_in(home: Path) -> Callable[..., float]:
    """Return what carries out a command in a home with what is typed, and tells how many milliseconds that took."""
    environment = {**os.environ, "TROTH_HOME": str(home)}
    environment.pop("XDG_RUNTIME_DIR", None)

    def run(*arguments: str, typed: str = "") -> float:
        begun = time.perf_counter()
        subprocess.run(
            [*TROTH, *arguments], input=typed.encode(), env=environment, check=True, stdout=subprocess.DEVNULL
        )
        return (time.perf_counter() - begun) * 1e3

    return run


def agent_of(home: Path) -> int:
    """Return the pid of the agent that serves a home."""
    wanted = f"TROTH_HOME={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            names, words = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in names.split(b"\0") and b"troth_app.background" in words:
            return int(folder.name)
    raise AssertionError("the agent is there until it is ended")
