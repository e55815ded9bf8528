"""Private sockets between processes of one user: bound where nobody else may look, the other end's owner checked."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from troth_app.home import SOCKET_PATH_BYTES_MAX

__all__ = ["connect", "is_ours", "listen", "pair"]

BACKLOG: Final = 16
OWNER_ONLY: Final = 0o600
CREDENTIALS: Final = struct.Struct("3i")
"""Linux's `ucred`: pid, uid, gid."""


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at a path; what lies there is removed, so the caller must know that it is stale."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        with _short(path) as name:
            listener.bind(name)
        path.chmod(OWNER_ONLY)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def connect(path: Path, *, wait_s: float | None = None) -> socket.socket | None:
    """Return a connection to whoever listens at a path; None if nobody of this user does, or it takes longer."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(wait_s)
    try:
        with _short(path) as name:
            connection.connect(name)
    except OSError:
        connection.close()
        return None
    if is_ours(connection):
        return connection
    connection.close()
    return None


def pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends of one connection."""
    return socket.socketpair(socket.AF_UNIX)


def is_ours(connection: socket.socket) -> bool:
    """Whether the other end belongs to this user; where the system does not tell, the folder's mode has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    return bool(CREDENTIALS.unpack(found)[1] == os.getuid())


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Name a path so that it fits an address; a long one goes by an open folder, where the system has that."""
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
