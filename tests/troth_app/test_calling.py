"""A command finds the agent that runs, or starts one; where others may look nothing is started."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.troth_app.house import home_at
from troth_app import calling
from troth_app.calling import LOG_BYTES_MAX, Line, call, command_of, open_log
from troth_app.limits import MEET_TRIES_MAX
from troth_app.outcome import HereError
from troth_app.sockets import listen, pair


class FakeProcess:
    """What would have been started."""

    started: list[tuple[list[str], dict[str, Any]]]

    def __init__(self, command: list[str], **options: Any) -> None:
        """Note it; say something over the connection that it was given."""
        self.waited = 0.0
        self.started.append((command, options))
        with socket.socket(fileno=os.dup(options["pass_fds"][0])) as theirs:
            theirs.sendall(b"started")

    def wait(self, seconds: float) -> int:
        """Note it."""
        self.waited = seconds
        return 0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, Any]]]:
    """What was started."""
    FakeProcess.started = []
    monkeypatch.setattr(subprocess, "Popen", FakeProcess)
    monkeypatch.setattr(calling, "PAUSE_S", 0)
    return FakeProcess.started


Started = list[tuple[list[str], dict[str, Any]]]


def test_the_agent_that_runs_is_found(tmp_path: Path, started: Started) -> None:
    """Nothing is started where somebody listens."""
    home = home_at(tmp_path)
    home.prepare()
    with listen(home.socket), next(call(home, lasting=True)):
        assert started == []


def test_relay_alone_is_no_app(tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only a relay is installed it says what to install, and starts nothing that would end at once."""
    monkeypatch.setattr(calling, "ENGINE", "a_library_that_is_not_there")
    with pytest.raises(HereError, match=r"troth\[app\]"):
        next(call(home_at(tmp_path), lasting=True))
    assert started == []


@pytest.mark.parametrize("lasting", [True, False])
def test_without_one_it_starts_one(tmp_path: Path, started: Started, lasting: bool) -> None:
    """In a session of its own, with nothing but a connection; for one command it is waited for."""
    line = next(call(home_at(tmp_path), lasting=lasting))
    with line as connection:
        assert connection.recv(10) == b"started"
    ((command, options),) = started
    assert ("--once" in command) == (not lasting)
    assert options["start_new_session"]
    assert (line.ending is None) == lasting
    assert lasting or line.ending.waited > 0  # type: ignore[union-attr]


def test_it_is_tried_again_and_not_for_ever(tmp_path: Path, started: Started) -> None:
    """Each try looks for an agent first."""
    for line in call(home_at(tmp_path), lasting=False):
        with line:
            assert started
    assert len(started) == MEET_TRIES_MAX


def test_an_agent_that_does_not_end_is_left(tmp_path: Path) -> None:
    """Waiting for it is bounded."""

    class Slow:
        def wait(self, seconds: float) -> int:
            raise subprocess.TimeoutExpired("agent", seconds)

    near, far = pair()
    with far, Line(near, Slow()):  # type: ignore[arg-type]
        far.sendall(b"x")
    assert near.fileno() == -1


def test_where_others_may_look_nothing_is_started(tmp_path: Path, started: Started) -> None:
    """A home that is not private is refused before anything else."""
    home = home_at(tmp_path)
    home.folder.mkdir(mode=0o755)
    home.folder.chmod(0o755)
    with pytest.raises(HereError):
        next(call(home, lasting=True))
    assert started == []


@pytest.mark.parametrize(("where", "name"), [(os, "getuid"), (socket, "AF_UNIX")])
def test_a_system_without_such_sockets_is_told(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch, where: object, name: str
) -> None:
    """It says where the commands run, and starts nothing."""
    monkeypatch.delattr(where, name)
    with pytest.raises(HereError, match="Linux and macOS"):
        next(call(home_at(tmp_path), lasting=True))
    assert started == []


def test_no_folder_of_the_moment_is_searched() -> None:
    """A program that lies where somebody happens to be is not taken for a part of this one."""
    assert "-P" in command_of("agent", 3)


def test_a_log_is_private_and_short(tmp_path: Path) -> None:
    """It is its owner's, goes on where it was, and begins anew when it grew long."""
    home = home_at(tmp_path)
    home.prepare()
    for _ in range(2):
        with open_log(home) as log:
            log.write(b"x")
    assert home.log.read_bytes() == b"xx"
    assert home.log.stat().st_mode & 0o777 == 0o600
    home.log.write_bytes(b"x" * (LOG_BYTES_MAX + 1))
    with open_log(home) as log:
        log.write(b"y")
    assert home.log.read_bytes() == b"y"
