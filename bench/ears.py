"""Clients that cost next to nothing: bare WebSockets that prove a mailbox, follow it, count what comes, and push.

Ten thousand of them fit one process, which a client library's would not.
"""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import Final

from nacl.signing import SigningKey

from troth_wire import proof
from troth_wire.ids import MailboxId
from troth_wire.log import origin
from troth_wire.messages import (
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    Message,
    Prove,
    Push,
    Refuse,
    Stored,
    encode,
    parse,
)

__all__ = ["Ear", "following", "listening", "push"]

HOST: Final = "127.0.0.1"
BINARY: Final = 0x82
PING: Final = 0x89
PONG: Final = b"\x8a\x80\x00\x00\x00\x00"


def frame(payload: bytes) -> bytes:
    """Return a binary frame with a mask of zeros."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    if length >= 1 << 16:
        size = b"\xff" + length.to_bytes(8, "big")
    return b"\x82" + size + bytes(4) + payload


class Ear(asyncio.Protocol):
    """One connection; `take` is told of every frame."""

    def __init__(self, take: Callable[["Ear", bytes], None]) -> None:
        self.heard = 0
        """Envelopes, or frames where they are none of a relay's."""
        self.pings = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False
        self.proven = False
        self._take = take
        self._read = b""
        self._upgraded = False
        self._goals: list[tuple[int, asyncio.Future[None]]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /v1 HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        transport.write(f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())

    def connection_lost(self, _exc: Exception | None) -> None:
        """Notice the end."""
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the relay let the link go"))

    def data_received(self, data: bytes) -> None:
        """Cut what comes into frames."""
        self._read += data
        if not self._upgraded:
            head, end, self._read = self._read.partition(b"\r\n\r\n")
            if not end:
                self._read = head
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._upgraded = True
            self._take(self, b"")
        at = 0
        while (step := self._frame(at)) is not None:
            at = step
        self._read = self._read[at:]

    def _frame(self, at: int) -> int | None:
        read = self._read
        if len(read) < at + 2:
            return None
        extra = {126: 2, 127: 8}.get(read[at + 1], 0)
        start = at + 2 + extra
        if len(read) < start:
            return None
        end = start + (int.from_bytes(read[at + 2 : start], "big") if extra else read[at + 1])
        if len(read) < end:
            return None
        if read[at] == PING:
            self.pings += 1
            self._transport.write(PONG)
        elif read[at] == BINARY:
            self._take(self, read[start:end])
        return end

    def hear(self, envelopes: int) -> None:
        """Count what came."""
        self.heard += envelopes
        while self._goals and self.heard >= self._goals[0][0]:
            self._goals.pop(0)[1].set_result(None)

    async def until(self, heard: int) -> None:
        """Wait until so much was heard in all."""
        if self.heard < heard:
            goal = asyncio.get_running_loop().create_future()
            self._goals.append((heard, goal))
            await goal

    def say(self, message: Message | bytes) -> None:
        """Send a message, or bytes as they are."""
        self._transport.write(frame(message if isinstance(message, bytes) else encode(message)))

    def end(self) -> None:
        """Hang up."""
        self._transport.abort()


async def following(port: int, key: SigningKey) -> Ear:
    """Return a link that has read a mailbox to its end, and follows it; the mailbox is made if there is none."""
    mailbox, host = MailboxId(bytes(key.verify_key)), f"{HOST}:{port}"

    def take(ear: Ear, data: bytes) -> None:
        if not data:
            return
        match parse(data):
            case Hello(challenge=challenge):
                statement = proof.statement(host=host, challenge=challenge, mailbox=mailbox)
                ear.say(Prove(mailbox, key.sign(statement).signature))
            case Refuse():
                ear.say(Create(mailbox, b""))
            case Head(lineage=lineage) if not ear.proven:
                ear.proven = True
                ear.say(Follow(mailbox, lineage, 0, origin(mailbox, lineage)))
            case Head():
                ear.ready.set_result(None)
            case Deliver(envelopes=envelopes):
                ear.hear(len(envelopes))
            case Stored(envelope_ids=ids):
                ear.hear(len(ids))

    return await _connected(port, take)


async def listening(port: int) -> Ear:
    """Return a link to a server of another kind, which is ready once it is up and counts frames."""

    def take(ear: Ear, data: bytes) -> None:
        if not data:
            ear.ready.set_result(None)
        else:
            ear.hear(1)

    return await _connected(port, take)


async def _connected(port: int, take: Callable[[Ear, bytes], None]) -> Ear:
    _, ear = await asyncio.get_running_loop().create_connection(lambda: Ear(take), HOST, port)
    await ear.ready
    return ear


def push(ear: Ear, key: SigningKey, envelope: bytes) -> None:
    """Push one envelope."""
    ear.say(Push(MailboxId(bytes(key.verify_key)), (envelope,)))
