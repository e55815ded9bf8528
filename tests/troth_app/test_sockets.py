"""Sockets are private, found by their path however long it is, and their other end is this user's."""

import os
import socket
from pathlib import Path

import pytest

from troth_app.sockets import connect, is_ours, listen, pair


def test_a_connection_comes_through(tmp_path: Path) -> None:
    """Who connects to a path talks to who listens there; the path is its owner's alone."""
    with listen(tmp_path / "a.sock") as listener:
        assert (tmp_path / "a.sock").stat().st_mode & 0o777 == 0o600
        near = connect(tmp_path / "a.sock")
        assert near is not None
        listener.setblocking(True)
        far, _ = listener.accept()
        with near, far:
            near.sendall(b"x")
            assert far.recv(1) == b"x"
            assert is_ours(far)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system names no open folder by a path")
def test_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    """A home may lie deeper than an address has room for."""
    folder = tmp_path.joinpath(*(["a-long-name-of-a-folder"] * 8))
    folder.mkdir(parents=True)
    with listen(folder / "a.sock"):
        near = connect(folder / "a.sock")
        assert near is not None
        near.close()
    assert (folder / "a.sock").is_socket()


def test_nobody_there(tmp_path: Path) -> None:
    """Neither an absent socket nor a stale one is somebody, and a stale one is no hindrance."""
    assert connect(tmp_path / "a.sock") is None
    listen(tmp_path / "a.sock").close()
    assert connect(tmp_path / "a.sock") is None
    listen(tmp_path / "a.sock").close()


def test_a_stranger_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket of another user is not talked to."""
    monkeypatch.setattr(os, "getuid", lambda: -1)
    with listen(tmp_path / "a.sock"):
        assert connect(tmp_path / "a.sock") is None


def test_a_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials the folder's mode has to do."""
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    near, far = pair()
    with near, far:
        assert is_ours(near)


def test_a_socket_that_can_not_be_made_leaves_nothing_open(tmp_path: Path) -> None:
    """A folder that is not there is the caller's error."""
    with pytest.raises(OSError, match=r"No such file"):
        listen(tmp_path / "absent" / "a.sock")
