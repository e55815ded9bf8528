"""A keeper's memory is closed: no core dump, and no other program of the user reads it."""

import ctypes
import resource
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.contracts.relay_process import environment
from troth_app import private_memory
from troth_app.private_memory import close_memory

PROGRAM = """
import ctypes, resource
from troth_app.private_memory import close_memory
close_memory()
print(*resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
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
