"""The program itself over ten years: an agent and a keeper as processes of their own, asked as a terminal asks them.

A time is that of a whole command, from its start to its end; memory is the keeper's, once a few were carried out.
"""

import asyncio
import os
import re
import signal
import statistics
import tempfile
from pathlib import Path
from typing import Final

from bench import chapter
from bench.commands import agent_of, command_in
from bench.figures import Figures

__all__ = ["measure"]

TURNS: Final = 7
CHECKIN: Final = "calm\n\n\n\n\n\n1\n"
"""Six lines, of which one says something, and that it is shared."""


def measure() -> Figures:
    """Return what commands take over ten years, and what the keeper holds then."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        home = Path(folder, "home")
        home.mkdir(mode=0o700)
        asyncio.run(chapter.fill(home / "vault"))
        return _run_over(home)


def _run_over(home: Path) -> Figures:
    run = command_in(home)
    try:
        figures = {"unlock_ms": run("unlock", typed=f"{chapter.PASSPHRASE}\n"), "first_today_ms": run("today")}
        figures["checkin_ms"] = statistics.median(run("checkin", typed=CHECKIN) for _ in range(TURNS))
        figures["today_ms"] = statistics.median(run("today") for _ in range(TURNS))
        return figures | _memory(agent_of(home))
    finally:
        os.kill(agent_of(home), signal.SIGTERM)


def _memory(agent: int) -> Figures:
    """Return the megabytes of an agent's one child, the keeper: what it holds, and the most that it held."""
    (keeper,) = Path(f"/proc/{agent}/task/{agent}/children").read_text().split()
    found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", Path(f"/proc/{keeper}/status").read_text(), re.MULTILINE))
    return {"keeper_mb": int(found["VmRSS"]) * 1_024 / 1e6, "keeper_peak_mb": int(found["VmHWM"]) * 1_024 / 1e6}
