"""How many bytes a connection of this process has carried, as the system counts them (Linux)."""

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

__all__ = ["carried"]

ACKNOWLEDGED_AT: Final = 120
"""Where `struct tcp_info` has the bytes that the other side acknowledged, and after them those received."""


def carried(port: int) -> tuple[int, int]:
    """Return the bytes sent to and received from this port, over all connections of this process that are open."""
    totals = [_totals(connection) for connection in _connections(port)]
    return sum(sent for sent, _ in totals), sum(received for _, received in totals)


def _totals(connection: socket.socket) -> tuple[int, int]:
    with closing(connection):
        information = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    sent, received = struct.unpack_from("QQ", information, ACKNOWLEDGED_AT)
    return sent, received


def _connections(port: int) -> Iterator[socket.socket]:
    for entry in list(Path("/proc/self/fd").iterdir()):
        try:
            connection = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:
            continue
        if _peer_port(connection) == port:
            yield connection
        else:
            connection.close()


def _peer_port(connection: socket.socket) -> int | None:
    try:
        peer = connection.getpeername()
    except OSError:
        return None
    return peer[1] if isinstance(peer, tuple) else None
