"""A client of the relay for tests: real signatures, real frames, no cleverness; every wait is bounded."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
from nacl.signing import SigningKey

from troth_wire import log, proof
from troth_wire.ids import EnvelopeId, MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.messages import (
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
    encode,
    parse,
)

__all__ = ["WAIT_S", "Client", "Key", "connected", "envelope"]

WAIT_S: Final = 20
M = TypeVar("M")


def envelope(number: int, *, size: int = ENVELOPE_BYTES_MIN) -> bytes:
    """Return bytes that could be an envelope, different for each number."""
    return number.to_bytes(8, "big").ljust(size, b"\xa5")


@dataclass(frozen=True)
class Key:
    """The private key of a mailbox."""

    signing: SigningKey = field(default_factory=SigningKey.generate)

    @classmethod
    def numbered(cls, number: int) -> Self:
        """Return the same key for the same number."""
        return cls(SigningKey(number.to_bytes(32, "big")))

    @property
    def mailbox(self) -> MailboxId:
        """The mailbox's id."""
        return MailboxId(bytes(self.signing.verify_key))

    def prove(self, challenge: bytes, *, host: str) -> Prove:
        """Sign a challenge for a host."""
        statement = proof.statement(host=host, challenge=challenge, mailbox=self.mailbox)
        return Prove(self.mailbox, self.signing.sign(statement).signature)


class Client:
    """One connection to a relay; `read` keeps what it has read of each mailbox."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, host: str) -> None:
        """Wrap a WebSocket."""
        self.socket = socket
        self.host = host
        self.hello = Hello(0, 0, 0, b"")
        self.log: dict[MailboxId, list[EnvelopeId]] = {}

    async def send(self, message: Message) -> None:
        """Send a message."""
        await self.socket.send_bytes(encode(message))

    async def receive(self) -> Message | int:
        """Return the next message, or the code with which the relay closed."""
        answer = await self.socket.receive(timeout=WAIT_S)
        if answer.type is aiohttp.WSMsgType.BINARY:
            return parse(answer.data)
        return self.socket.close_code or 0

    async def expect(self, kind: type[M]) -> M:
        """Return the next message, which is of this kind."""
        message = await self.receive()
        assert isinstance(message, kind), message
        return message

    async def ask(self, key: Key) -> Head | Refuse | Closed:
        """Prove a mailbox and return the answer."""
        await self.send(key.prove(self.hello.challenge, host=self.host))
        answer = await self.receive()
        assert isinstance(answer, Head | Refuse | Closed)
        return answer

    async def prove(self, key: Key) -> Head | Refuse:
        """Prove a mailbox that is open, or not there, and return the answer."""
        answer = await self.ask(key)
        assert not isinstance(answer, Closed)
        return answer

    async def open(
        self,
        key: Key,
        *,
        admission: bytes = b"",
        kind: MailboxKind = MailboxKind.LOG,
        sponsor: Key | None = None,
    ) -> Head:
        """Prove a mailbox, and create it if there is none."""
        answer = await self.prove(key)
        if isinstance(answer, Refuse):
            assert answer.reason is Reason.UNKNOWN_MAILBOX
            await self.send(Create(key.mailbox, admission, kind, sponsor.mailbox if sponsor else None))
            answer = await self.expect(Head)
        return answer

    async def follow(self, key: Key) -> Head:
        """Open a mailbox and follow it from the beginning."""
        head = await self.open(key)
        start = log.origin(key.mailbox, head.lineage)
        await self.send(Follow(key.mailbox, head.lineage, 0, start))
        return await self.expect(Head)

    async def push(self, key: Key, envelopes: Sequence[bytes]) -> None:
        """Push envelopes in one frame."""
        await self.send(Push(key.mailbox, tuple(envelopes)))

    async def read(self, key: Key, *, until: int) -> list[EnvelopeId]:
        """Read entries up to a position; they must come without gap or repeat."""
        seen = self.log.setdefault(key.mailbox, [])
        while len(seen) < until:
            message = await self.receive()
            assert isinstance(message, Deliver | Stored), message
            assert message.position == len(seen) + 1
            seen.extend(_ids(message))
        return seen


def _ids(message: Deliver | Stored) -> Sequence[EnvelopeId]:
    if isinstance(message, Stored):
        return message.envelope_ids
    return [log.envelope_id(envelope) for envelope in message.envelopes]


@asynccontextmanager
async def connected(
    url: str, *, source: str | None = None, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    """Connect to a relay, from an address of this machine if one is named, and read its greeting."""
    connector = aiohttp.TCPConnector(local_addr=None if source is None else (source, 0))
    async with (
        asyncio.timeout(3 * WAIT_S),
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(url, max_msg_size=0, headers=headers) as socket,
    ):
        client = Client(socket, urlsplit(url).netloc)
        client.hello = await client.expect(Hello)
        yield client
