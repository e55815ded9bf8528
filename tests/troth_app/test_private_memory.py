"""A keeper's memory is closed: no core dump, and no other program of the user reads it."""

import ctypes
import resource
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.contracts.relay_process import environment
from troth_app import private_memory
from troth_app.private_memory import close_memory, give_back

PROGRAM = """
import ctypes, resource
from troth_app.private_memory import close_memory
close_memory()
print(*resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""

GIVES_BACK = """
from pathlib import Path
from troth_app.private_memory import give_back
def held():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmRSS"))
kept = [bytes(1_000) for _ in range(60_000)]
last = bytes(1_000)
kept.clear()
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what it set")
def test_it_is_closed() -> None:
    """A process that closed it has no core dump, and is not dumpable."""
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment()
    )
    assert said.stdout.split() == ["0", "0", "0"]


def test_every_system_has_something(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a system does not have is left out, and the rest is done."""
    done: list[object] = []
    monkeypatch.setattr(resource, "setrlimit", lambda *what: done.append(what))
    monkeypatch.setattr(ctypes, "CDLL", lambda _: done)
    monkeypatch.setattr(sys, "platform", "darwin")
    close_memory()
    assert done == [(resource.RLIMIT_CORE, (0, 0))]
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(prctl=lambda *what: done.append(what)))
    close_memory()
    assert done[-1] == (private_memory.PR_SET_DUMPABLE, 0, 0, 0, 0)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this system gives back as it likes")
def test_what_is_free_is_given_back() -> None:
    """Of sixty megabytes that were held and are free, though something behind them stays, most go back."""
    said = subprocess.run(
        [sys.executable, "-c", GIVES_BACK], capture_output=True, text=True, check=True, env=environment()
    )
    assert int(said.stdout) > 40_000


def test_where_nothing_can_be_given_back_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without such a call is not asked."""
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    give_back()
    monkeypatch.setattr(sys, "platform", "darwin")
    give_back()
