"""A WebSocket as far as looking at one needs (RFC 6455): what was answered to the upgrade, and frame by frame.

It forgives nothing and mends nothing, so that whoever looks sees what stands between.
"""

import base64
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from troth_relay.framing import Opcode, answer
from troth_wire.errors import MalformedError
from troth_wire.limits import FRAME_BYTES_MAX

__all__ = ["Answer", "Frame", "WebSocket", "upgrade"]

SWITCHING: Final = 101
HEAD_BYTES_MAX: Final = 16_384
BODY_BYTES_MAX: Final = 4_096
READ_BYTES: Final = 65_536
FINAL: Final = 0x80
MASKED: Final = 0x80
SHORT_MAX: Final = 125
MIDDLE: Final = 126
LONG: Final = 127
SENT: Final = frozenset(Opcode) - {Opcode.CONTINUATION}
"""What a relay sends."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame."""

    opcode: Opcode
    payload: bytes

    @property
    def close_code(self) -> int:
        """Why the other side closes; 1005 where it does not say."""
        return int.from_bytes(self.payload[:2], "big") or 1_005


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to an upgrade; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    accepted: bool
    """Whether the other side has understood the very key that it was sent."""


class WebSocket:
    """A connection on which frames may be sent and received, one by one."""

    def __init__(self, connection: socket.socket) -> None:
        """Wrap a connection; nothing is said on it yet."""
        self._connection = connection
        self._read = bytearray()

    def fill(self, *, until_s: float) -> None:
        """Read what comes next.

        Raises:
            TimeoutError: If nothing comes until this moment of the monotonic clock.
            ConnectionError: If the other side is gone.
        """
        self._connection.settimeout(max(0.001, until_s - time.monotonic()))
        try:
            more = self._connection.recv(READ_BYTES)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionError(str(error.strerror)) from error
        if not more:
            raise ConnectionError("it was closed")
        self._read += more

    def line_end(self, mark: bytes) -> int:
        """Return where a mark ends in what was read, or 0."""
        at = self._read.find(mark)
        return at + len(mark) if at >= 0 else 0

    def take(self, length: int) -> bytes:
        """Take so many bytes of what was read."""
        taken = bytes(self._read[:length])
        del self._read[:length]
        return taken

    def waiting(self) -> bytes:
        """Return what was read and not taken."""
        return bytes(self._read)

    def say(self, data: bytes, *, within_s: float) -> None:
        """Send bytes as they are.

        Raises:
            ConnectionError: If the other side is gone, or takes nothing.
        """
        try:
            self._connection.settimeout(within_s)
            self._connection.sendall(data)
        except OSError as error:
            raise ConnectionError(str(error)) from error

    def send(self, payload: bytes, *, opcode: Opcode = Opcode.BINARY, within_s: float) -> None:
        """Send one frame, masked as a client's must be.

        Raises:
            ConnectionError: If the other side is gone, or takes nothing.
        """
        mask, length = os.urandom(4), len(payload)
        if length <= SHORT_MAX:
            size = bytes([MASKED | length])
        elif length < 1 << 16:
            size = bytes([MASKED | MIDDLE]) + length.to_bytes(2, "big")
        else:
            size = bytes([MASKED | LONG]) + length.to_bytes(8, "big")
        repeated = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
        self.say(bytes([FINAL | opcode]) + size + mask + masked, within_s=within_s)

    def receive(self, *, within_s: float) -> Frame:
        """Return the next frame.

        Raises:
            TimeoutError: If none comes in this time.
            ConnectionError: If the other side is gone.
            MalformedError: If what comes is no frame, or a longer one than a relay sends.
        """
        until_s = time.monotonic() + within_s
        while (frame := self._parse()) is None:
            self.fill(until_s=until_s)
        return frame

    def _parse(self) -> Frame | None:
        head = self._read[:10]
        if len(head) < 2:
            return None
        extra = {MIDDLE: 2, LONG: 8}.get(head[1], 0)
        if len(head) < 2 + extra:
            return None
        length = int.from_bytes(head[2 : 2 + extra], "big") if extra else head[1]
        if head[0] & 0xF0 != FINAL or head[0] & 0x0F not in SENT or head[1] & MASKED or length > FRAME_BYTES_MAX:
            raise MalformedError("this is no frame that a relay sends")
        if len(self._read) < 2 + extra + length:
            return None
        self.take(2 + extra)
        return Frame(Opcode(head[0] & 0x0F), self.take(length))


def upgrade(link: WebSocket, *, host: str, path: str, within_s: float) -> Answer:
    """Ask for a WebSocket, and return what is answered, whatever it is.

    Raises:
        TimeoutError: If nothing is answered in this time.
        ConnectionError: If the other side is gone.
        MalformedError: If the answer is none of HTTP.
    """
    until_s = time.monotonic() + within_s
    key = base64.b64encode(os.urandom(16))
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
    )
    link.say("\r\n".join([*lines, "", ""]).encode(), within_s=within_s)
    while not (end := link.line_end(b"\r\n\r\n")):
        if len(link.waiting()) > HEAD_BYTES_MAX or not _may_be_http(link.waiting()):
            raise MalformedError("this is no answer of HTTP")
        link.fill(until_s=until_s)
    first, *rest = link.take(end).decode("latin-1").split("\r\n")
    status = int(first[9:12]) if first[9:12].isdigit() else 0
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    accepted = status == SWITCHING and headers.get("sec-websocket-accept") == answer(key)
    return Answer(status, headers, b"" if status == SWITCHING else _body(link, headers, until_s), accepted)


def _may_be_http(begun: bytes) -> bool:
    return begun[:5] == b"HTTP/"[: len(begun)]


def _body(link: WebSocket, headers: Mapping[str, str], until_s: float) -> bytes:
    """Read as much of a refusal as tells what it is."""
    given = headers.get("content-length", "0")
    length = min(BODY_BYTES_MAX, int(given) if given.isdigit() else 0)
    try:
        while len(link.waiting()) < length:
            link.fill(until_s=until_s)
    except (ConnectionError, TimeoutError):
        return link.take(BODY_BYTES_MAX)
    return link.take(BODY_BYTES_MAX)
