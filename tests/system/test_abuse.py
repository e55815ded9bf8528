"""Whoever means harm costs a relay a bounded amount, and those who do not notice nothing of it.

The relay is a process of its own where memory is what counts, and in this one where the world has to misbehave.
"""

import asyncio
import os
import re
import socket
import sqlite3
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.contracts.relay_client import WAIT_S, Client, Key, connected, envelope
from tests.contracts.relay_process import serving
from tests.contracts.relay_store import batch
from troth_relay import limits
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.link import Link
from troth_relay.store import Appended, Batch, Store
from troth_relay.store.memory import MemoryStore
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import Lineage, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, FORWARD_BYTES, FRAME_BYTES_MAX, LINK_MAILBOXES_MAX
from troth_wire.log import origin
from troth_wire.messages import (
    Close,
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

MEBIBYTE: Final = 2**20
GROWTH_MB_MAX: Final = 24
"""What an attack of this file may cost the relay for as long as it lasts; each sends or holds many times as much."""
HERE: Final = "127.0.0.1"
ELSEWHERE: Final = "127.0.0.2"
HONEST: Final = Key.numbered(1)
NUMBERS: Final = count(1)
UPGRADE: Final = (
    b"GET /v1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
UNREADABLE: Final = {
    b"": Reason.MALFORMED,
    encode(Prove(HONEST.mailbox, b"s" * 64))[:-1]: Reason.MALFORMED,
    encode(Prove(HONEST.mailbox, b"s" * 64)) + b"\0": Reason.MALFORMED,
    # A list whose length is not in its shortest form.
    b"\xdc\x00\x03" + encode(Prove(HONEST.mailbox, b"s" * 64))[1:]: Reason.MALFORMED,
    b"\x91\x63": Reason.MALFORMED,
    bytes(FRAME_BYTES_MAX): Reason.MALFORMED,
}
OUT_OF_PLACE: Final = {
    encode(Follow(HONEST.mailbox, Lineage(b"l" * 16), 0, RunningHash(b"r" * 32))): Reason.UNEXPECTED,
    encode(Create(HONEST.mailbox, b"")): Reason.UNEXPECTED,
    encode(Push(HONEST.mailbox, (envelope(1),))): Reason.UNEXPECTED,
    encode(Close(HONEST.mailbox, None, bytes(FORWARD_BYTES))): Reason.UNEXPECTED,
    encode(Hello(1, 1, 1, b"c" * 32)): Reason.UNEXPECTED,
}
Attack = Callable[[str], Coroutine[None, None, None]]


def memory_mb(process: "subprocess.Popen[str]") -> float:
    """Return how much memory a process has now."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


async def is_served(url: str) -> None:
    """Let an honest pair write and read, as if there were nobody else; every step is bounded in time."""
    async with connected(url) as author, connected(url) as reader:
        key = Key.numbered(10**6 + next(NUMBERS))
        await author.follow(key)
        await reader.follow(key)
        for number in range(1, 6):
            await author.push(key, [envelope(number)])
            await author.read(key, until=number)
            assert (await reader.expect(Deliver)).position == number


def withstood(tmp_path: Path, attack: Attack) -> None:
    """Let an attack run beside an honest pair, against a relay of its own; its memory is bounded all the while."""
    with serving(tmp_path / "relay.db") as (process, url):
        asyncio.run(is_served(url))
        before_mb = memory_mb(process)
        peak_mb = asyncio.run(_beside(process, url, attack))
        assert peak_mb - before_mb < GROWTH_MB_MAX
        assert process.poll() is None


async def _beside(process: "subprocess.Popen[str]", url: str, attack: Attack) -> float:
    attacking, peak_mb = asyncio.create_task(attack(url)), 0.0
    while not attacking.done():
        await is_served(url)
        peak_mb = max(peak_mb, memory_mb(process))
    await attacking
    await is_served(url)
    return peak_mb


@asynccontextmanager
async def raw(
    url: str, said: bytes = UPGRADE + b"\r\n", *, source: str = HERE
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect without a library that would keep to the rules."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, local_addr=(source, 0))
    writer.write(said)
    try:
        yield reader, writer
    finally:
        writer.close()


async def upgraded(reader: asyncio.StreamReader) -> None:
    """Read the answer to the upgrade."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
    assert head.startswith(b"HTTP/1.1 101 ")


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Read to the end of a connection, and return what was said."""
    said = bytearray()
    while more := await asyncio.wait_for(_more(reader), WAIT_S):
        said += more
    return bytes(said)


async def _more(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65_536)
    except ConnectionError:
        # Cut without a goodbye is an end too.
        return b""


def frame(payload: bytes, *, opcode: int = 2, final: bool = True, reserved: int = 0) -> bytes:
    """Return a frame with a mask of zeros."""
    head = bytes([final << 7 | reserved << 4 | opcode])
    return head + b"\xff" + struct.pack(">Q", len(payload)) + bytes(4) + payload


def closed_with(said: bytes) -> int:
    """Return the code of the close frame among the short frames that were said; 0 if there is none."""
    at = 0
    while at + 4 <= len(said):
        assert said[at + 1] < 126
        if said[at] == 0x88:
            return int.from_bytes(said[at + 2 : at + 4], "big")
        at += 2 + said[at + 1]
    return 0


def test_announced_length_costs_nothing(tmp_path: Path) -> None:
    """Whoever announces an endless frame is closed at once, and nothing is set aside for it."""

    async def attack(url: str) -> None:
        for length in (FRAME_BYTES_MAX + 1, 2**40, 2**63 - 1):
            async with raw(url) as (reader, writer):
                await upgraded(reader)
                writer.write(b"\x82\xff" + struct.pack(">Q", length) + bytes(4))
                assert closed_with(await ended(reader)) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG

    withstood(tmp_path, attack)


def test_fragments_do_not_add_up(tmp_path: Path) -> None:
    """A message in pieces is bounded as a whole, however small each is and however many links do it."""

    async def one(url: str) -> None:
        async with raw(url) as (reader, writer):
            await upgraded(reader)
            ending = asyncio.create_task(ended(reader))
            writer.write(frame(bytes(1_024), final=False))
            sent = 0
            while not ending.done():
                writer.write(frame(bytes(1_024), opcode=0, final=False))
                sent += 1_024
                # What was on its way when the relay closed makes the system cut it: then the code is lost.
                with suppress(ConnectionError):
                    await writer.drain()
                await asyncio.sleep(0)
            assert closed_with(await ending) in (aiohttp.WSCloseCode.MESSAGE_TOO_BIG, 0)
            assert sent > FRAME_BYTES_MAX // 2

    async def attack(url: str) -> None:
        await asyncio.gather(*(one(url) for _ in range(16)))

    withstood(tmp_path, attack)


def test_unfinished_messages_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many links begin a message and do not end it, the ones that began first go, and others are served."""
    monkeypatch.setattr(limits, "UNREAD_SUM_BYTES_MAX", MEBIBYTE)
    begun = frame(bytes(FRAME_BYTES_MAX))[: FRAME_BYTES_MAX // 2]

    async def scenario(relay: Relay) -> None:
        async with AsyncExitStack() as stack:
            links = [await stack.enter_async_context(raw(relay.url)) for _ in range(24)]
            for reader, writer in links:
                await upgraded(reader)
                writer.write(begun)
                await writer.drain()
            await is_served(relay.url)
            assert sum(inlet._parser.held_bytes for inlet in relay._inlets.values()) <= MEBIBYTE
            for reader, _ in links[:8]:
                assert closed_with((await ended(reader))[-4:]) == aiohttp.WSCloseCode.TRY_AGAIN_LATER

    in_process(scenario)


def test_fragments_of_a_good_message_are_one() -> None:
    """What a proxy cut in pieces is read as what it was."""

    async def scenario(relay: Relay) -> None:
        async with raw(relay.url) as (reader, writer):
            await upgraded(reader)
            data = encode(Prove(HONEST.mailbox, b"s" * 64))
            writer.write(frame(data[:9], final=False) + frame(data[9:], opcode=0))
            answer = encode(Refuse(Reason.BAD_PROOF, HONEST.mailbox, (), 0))
            await asyncio.wait_for(reader.readuntil(answer), WAIT_S)

    in_process(scenario)


@pytest.mark.parametrize(
    "said",
    [frame(b"", opcode=9), frame(b"", opcode=10), frame(b"", opcode=0, final=False)],
    ids=["pings", "pongs", "pieces"],
)
def test_small_frames_without_end_hold_nobody_up(said: bytes, tmp_path: Path) -> None:
    """Whoever has not proven anything and sends nothing but pings, pongs or empty pieces has its turns, and no more."""

    async def attack(url: str) -> None:
        async with raw(url) as (reader, writer):
            await upgraded(reader)
            listening = asyncio.create_task(ended(reader))
            writer.write(frame(b"", opcode=2, final=False))
            for _ in range(40):
                writer.write(said * 5_000)
                await writer.drain()
            listening.cancel()

    withstood(tmp_path, attack)


def test_compression_is_never_agreed_on(tmp_path: Path) -> None:
    """Whoever offers compression is not taken up on it, and a compressed frame ends the link before it is inflated."""

    async def attack(url: str) -> None:
        offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
        async with raw(url, UPGRADE + offer) as (reader, writer):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
            assert b"extensions" not in head.lower()
            writer.write(frame(bytes(1_000), reserved=4))
            assert closed_with(await ended(reader)) == aiohttp.WSCloseCode.PROTOCOL_ERROR

    withstood(tmp_path, attack)


@pytest.mark.parametrize("header", [b"Content-Length: 1000000000", b"Transfer-Encoding: chunked"])
def test_upgrade_with_a_body_is_bounded(tmp_path: Path, header: bytes) -> None:
    """Whatever follows an upgrade as its body is not gathered."""
    chunk = bytes(65_536)

    async def attack(url: str) -> None:
        async with raw(url, UPGRADE + header + b"\r\n\r\n") as (reader, writer):
            body = b"10000\r\n" + chunk + b"\r\n" if b"chunked" in header else chunk
            ending = asyncio.create_task(ended(reader))
            try:
                for _ in range(1_024):
                    writer.write(body)
                    await asyncio.wait_for(writer.drain(), 2)
                    if ending.done():
                        break
            except (ConnectionError, TimeoutError):
                # Cut off, or not read any more: neither costs the relay memory.
                writer.transport.abort()
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)

    withstood(tmp_path, attack)


def test_slow_requests_hold_nobody_up(tmp_path: Path) -> None:
    """Hundreds of connections that say a little now and then cost little memory, and nobody has to wait for them."""

    async def attack(url: str) -> None:
        async with AsyncExitStack() as stack:
            links = [await stack.enter_async_context(raw(url, b"GET /v1 HT")) for _ in range(500)]
            for byte in b"TP/1.1\r\nHost: x\r\nX-Slow: ":
                for _, writer in links:
                    writer.write(bytes([byte]))
                await asyncio.sleep(0)
            head = b"x" * 65_536
            for _, writer in links[:50]:
                writer.write(head)
            said = await asyncio.gather(*(ended(reader) for reader, _ in links[:50]))
            assert all(not answer or b" 400 " in answer for answer in said)

    withstood(tmp_path, attack)


def test_flood_before_proof_ends_by_itself(tmp_path: Path) -> None:
    """Bad proofs end a link after a few, nonsense at once, and as many links as may come do not shut others out."""

    async def proving(url: str, number: int) -> None:
        async with connected(url) as client:
            forged = encode(Prove(Key.numbered(number).mailbox, b"s" * 64))
            answers = 0
            while isinstance(answer := await _asks(client, forged), Refuse):
                answers += 1
            assert (answers, answer) == (limits.LINK_FAULTS_MAX, aiohttp.WSCloseCode.POLICY_VIOLATION)

    async def babbling(url: str) -> None:
        async with connected(url) as client:
            await client.socket.send_bytes(os.urandom(FRAME_BYTES_MAX))
            await client.expect(Refuse)
            assert await client.receive() == aiohttp.WSCloseCode.POLICY_VIOLATION

    async def attack(url: str) -> None:
        for start in range(0, 120, 40):
            await asyncio.gather(*(proving(url, start + n) for n in range(40)), *(babbling(url) for _ in range(40)))

    withstood(tmp_path, attack)


async def _asks(client: Client, data: bytes) -> object:
    await client.socket.send_bytes(data)
    return await client.receive()


def test_flood_after_proof_is_refused_by_its_rate() -> None:
    """Whoever pushes without end is told to wait once the rate is spent; what it may not is not stored."""
    config = Config(port=0, rate_bytes_per_s=1, rate_burst_bytes=MEBIBYTE)

    async def scenario(relay: Relay) -> None:
        async with connected(relay.url) as flooder:
            await flooder.follow(HONEST)
            answers: list[object] = []
            for number in range(40):
                await flooder.push(HONEST, [envelope(number, size=ENVELOPE_BYTES_MAX)])
                answers.append(await flooder.receive())
                if number % 10 == 0:
                    await is_served(relay.url)
            refused = [answer for answer in answers if isinstance(answer, Refuse)]
            assert {answer.reason for answer in refused} == {Reason.RATE}
            assert all(answer.retry_after_s > 0 for answer in refused)
            log = relay._store.look(HONEST.mailbox)
            assert log is not None
            assert log.position == 40 - len(refused)
            assert log.stored_bytes <= MEBIBYTE

    in_process(scenario, config=config)


@pytest.mark.parametrize("frames", [UNREADABLE, OUT_OF_PLACE], ids=["unreadable", "out of place"])
def test_frames_without_sense_end_their_link_alone(frames: dict[bytes, Reason], tmp_path: Path) -> None:
    """Whoever says what is no message, or none of the moment, hears so once and goes, however often it comes back."""

    async def one(url: str, data: bytes, reason: Reason) -> None:
        async with connected(url) as client:
            await client.socket.send_bytes(data)
            assert await client.expect(Refuse) == Refuse(reason, None, (), 0)
            assert await client.receive() == aiohttp.WSCloseCode.POLICY_VIOLATION

    async def attack(url: str) -> None:
        for _ in range(20):
            await asyncio.gather(*(one(url, data, reason) for data, reason in frames.items()))

    withstood(tmp_path, attack)


def test_proofs_of_elsewhere_are_worth_nothing(tmp_path: Path) -> None:
    """Whoever repeats a proof of another link, or was given one for another host, is at no log and soon gone."""

    async def attack(url: str) -> None:
        async with connected(url) as victim:
            await victim.open(HONEST)
            for _ in range(20):
                async with connected(url) as thief:
                    replayed = HONEST.prove(victim.hello.challenge, host=victim.host)
                    led_astray = HONEST.prove(thief.hello.challenge, host="elsewhere.example:443")
                    for number in range(limits.LINK_FAULTS_MAX):
                        answer = await _asks(thief, encode((replayed, led_astray)[number % 2]))
                        assert answer == Refuse(Reason.BAD_PROOF, HONEST.mailbox, (), 0)
                    assert await thief.receive() == aiohttp.WSCloseCode.POLICY_VIOLATION

    withstood(tmp_path, attack)


@pytest.mark.parametrize(
    "head", [b"GET /" + b"x" * 2**17, b"GET / HTTP/1.1\r\nHost: x\r\n" + b"x: y\r\n" * 2**14], ids=["line", "fields"]
)
def test_long_heads_cost_nothing(head: bytes, tmp_path: Path) -> None:
    """Whoever sends a head without end is refused at its beginning, and nothing of it is kept, however many do it."""

    async def one(url: str) -> None:
        async with raw(url, head) as (reader, _):
            said = await ended(reader)
            # What was on its way when the relay closed makes the system cut it: then the answer is lost.
            assert not said or b" 400 " in said

    async def attack(url: str) -> None:
        for _ in range(40):
            await asyncio.gather(*(one(url) for _ in range(20)))

    withstood(tmp_path, attack)


def test_slow_readers_hold_nobody_up(tmp_path: Path) -> None:
    """Links that ask for a long log and take nothing of it cost a bounded room each, and others read on."""

    async def attack(url: str) -> None:
        async with connected(url) as author:
            await author.follow(HONEST)
            for number in range(0, 240, 3):
                await author.push(HONEST, [envelope(number + n, size=ENVELOPE_BYTES_MAX) for n in range(3)])
                await author.read(HONEST, until=number + 3)
            async with AsyncExitStack() as stack:
                for _ in range(4):
                    reader = await stack.enter_async_context(connected(url))
                    await reader.follow(HONEST)
                async with connected(url) as quick:
                    await quick.follow(HONEST)
                    assert len(await quick.read(HONEST, until=240)) == 240

    withstood(tmp_path, attack)


def test_slow_readers_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many links take nothing, the ones that have taken nothing for the longest go, and others read all."""
    monkeypatch.setattr(limits, "UNSENT_SUM_BYTES_MAX", 2 * MEBIBYTE)

    async def scenario(relay: Relay) -> None:
        async with AsyncExitStack() as stack:
            author = await stack.enter_async_context(connected(relay.url))
            await author.follow(HONEST)
            for number in range(0, 180, 3):
                await author.push(HONEST, [envelope(number + n, size=ENVELOPE_BYTES_MAX) for n in range(3)])
                await author.read(HONEST, until=number + 3)
            slow = [await stack.enter_async_context(following(relay.url, HONEST)) for _ in range(8)]
            async with connected(relay.url) as quick:
                await quick.follow(HONEST)
                assert len(await quick.read(HONEST, until=180)) == 180
            assert sum(outlet._held_bytes for outlet in relay._outlets.values()) <= 2 * MEBIBYTE
            assert len(await ended(slow[0])) < 180 * ENVELOPE_BYTES_MAX

    in_process(scenario)


@asynccontextmanager
async def following(url: str, key: Key) -> AsyncIterator[asyncio.StreamReader]:
    """Follow a log from its beginning over a link of little room, and take nothing of it."""
    place = urlsplit(url)
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (place.hostname, place.port))
        reader, writer = await asyncio.open_connection(sock=plain, limit=2_048)
        writer.write(UPGRADE + b"\r\n")
        await upgraded(reader)
        hello = await _message(reader)
        assert isinstance(hello, Hello)
        writer.write(frame(encode(key.prove(hello.challenge, host=place.netloc))))
        head = await _message(reader)
        assert isinstance(head, Head)
        start = origin(key.mailbox, head.lineage)
        writer.write(frame(encode(Follow(key.mailbox, head.lineage, 0, start))))
        yield reader
        writer.transport.abort()


async def _message(reader: asyncio.StreamReader) -> Message:
    """Read a short frame."""
    head = await asyncio.wait_for(reader.readexactly(2), WAIT_S)
    assert head[1] < 126
    return parse(await asyncio.wait_for(reader.readexactly(head[1]), WAIT_S))


def test_following_a_thousand_mailboxes_is_bounded(tmp_path: Path) -> None:
    """One link proves so many mailboxes and no more: past that each try is a fault, and faults end the link."""

    async def attack(url: str) -> None:
        async with connected(url) as client:
            opened = 0
            for number in range(100, 1_100):
                answer = await _opens(client, Key.numbered(number))
                if not isinstance(answer, Head):
                    break
                opened += 1
            assert opened == LINK_MAILBOXES_MAX
            faults = 1
            while isinstance(await _opens(client, Key.numbered(2_000 + faults)), Refuse):
                faults += 1
            assert faults == limits.LINK_FAULTS_MAX

    withstood(tmp_path, attack)


async def _opens(client: Client, key: Key) -> object:
    await client.send(key.prove(client.hello.challenge, host=client.host))
    answer = await client.receive()
    if isinstance(answer, Refuse) and answer.reason is Reason.UNKNOWN_MAILBOX:
        await client.send(Create(key.mailbox, b""))
        answer = await client.receive()
    if isinstance(answer, Head):
        start = Follow(key.mailbox, answer.lineage, 0, answer.running)
        await client.send(start)
        answer = await client.receive()
    return answer


def test_flood_of_strangers_leaves_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds all places from one address, and takes each anew, keeps out nobody who comes from another."""
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 30)
    arrived = 0

    async def again_and_again(url: str) -> None:
        nonlocal arrived
        while True:
            async with raw(url, source=ELSEWHERE) as (reader, _):
                await upgraded(reader)
                arrived += 1
                while await _more(reader):
                    pass

    async def scenario(relay: Relay) -> None:
        async with connected(relay.url) as stranger:
            flood = [asyncio.create_task(again_and_again(relay.url)) for _ in range(100)]
            while arrived < 100:
                await asyncio.sleep(0)
            for _ in range(3):
                await is_served(relay.url)
            assert len(_links(relay)) <= 30
            # It had proven nothing all the while, and is here still: nobody was sent away who was one of few.
            assert isinstance(await stranger.prove(HONEST), Refuse)
            for task in flood:
                task.cancel()
            assert all(
                isinstance(how, asyncio.CancelledError) for how in await asyncio.gather(*flood, return_exceptions=True)
            )

    in_process(scenario)


def test_strangers_of_ones_own_address_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all come from one address, as behind a proxy that tells none, those who hold a place for nothing go."""
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 30)

    async def scenario(relay: Relay) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(40):
                reader, _ = await stack.enter_async_context(raw(relay.url))
                await upgraded(reader)
            await is_served(relay.url)

    in_process(scenario)


def test_crowd_at_one_log_leaves_room_for_its_devices() -> None:
    """A thief with the key follows over hundreds of links; devices elsewhere stay, come anew and hear everything."""

    async def scenario(relay: Relay) -> None:
        async with AsyncExitStack() as stack:
            author = await stack.enter_async_context(connected(relay.url))
            await author.follow(HONEST)
            for _ in range(200):
                thief = await stack.enter_async_context(connected(relay.url, source=ELSEWHERE))
                await thief.follow(HONEST)
            reader = await stack.enter_async_context(connected(relay.url))
            await reader.follow(HONEST)
            await author.push(HONEST, [envelope(1)])
            await author.read(HONEST, until=1)
            assert await reader.read(HONEST, until=1) == await author.read(HONEST, until=1)
            assert len(_links(relay)) == 64
            assert isinstance(await thief.receive(), Deliver)

    in_process(scenario, config=Config(port=0, followers_max=64))


def test_guessing_numbers_is_bounded() -> None:
    """Whoever tries the numbers of codes one after the other is cut off long before all of them."""

    async def scenario(relay: Relay) -> None:
        tried = 0
        async with connected(relay.url) as client:
            for number in range(10_000):
                answer = await client.prove(Key.numbered(5_000 + number))
                assert isinstance(answer, Refuse)
                tried += 1
                if answer.reason is Reason.RATE:
                    break
        assert tried == LINK_MAILBOXES_MAX + 1
        await is_served(relay.url)

    in_process(scenario)


def test_flood_of_meetings_leaves_logs_alone() -> None:
    """Whoever opens meetings without end is refused, and logs are opened as before."""

    async def scenario(relay: Relay) -> None:
        reasons: set[Reason] = set()
        async with connected(relay.url) as client:
            for number in range(2 * limits.LINK_BRIEF_BURST):
                key = Key.numbered(7_000 + number)
                await client.prove(key)
                await client.send(Create(key.mailbox, b"", MailboxKind.RENDEZVOUS))
                answer = await client.receive()
                if isinstance(answer, Refuse):
                    reasons.add(answer.reason)
        assert reasons == {Reason.RATE}
        await is_served(relay.url)

    in_process(scenario)


def in_process(
    scenario: Callable[[Relay], Awaitable[None]], store: Store | None = None, *, config: Config | None = None
) -> None:
    """Let something happen to a relay in this process."""

    async def run() -> None:
        relay = await Relay.listen(config or Config(port=0), store or MemoryStore())
        try:
            await scenario(relay)
        finally:
            await relay.stop()

    asyncio.run(run())


def test_read_only_database_is_busy_until_it_is_not(tmp_path: Path) -> None:
    """While nothing can be written pushes are refused as BUSY and reading goes on; afterwards all is as before."""
    store = SqliteStore(tmp_path / "relay.db")

    async def scenario(relay: Relay) -> None:
        async with connected(relay.url) as author:
            await author.follow(HONEST)
            await author.push(HONEST, [envelope(1)])
            await author.read(HONEST, until=1)
            await relay.call(lambda: store._writer.execute("PRAGMA query_only = ON"), writing=True)
            await author.push(HONEST, [envelope(2)])
            assert (await author.expect(Refuse)).reason is Reason.BUSY
            async with connected(relay.url) as reader:
                await reader.follow(HONEST)
                assert (await reader.expect(Deliver)).envelopes == (envelope(1),)
            await relay.call(lambda: store._writer.execute("PRAGMA query_only = OFF"), writing=True)
            await author.push(HONEST, [envelope(2)])
            assert (await author.expect(Stored)).position == 2
        await is_served(relay.url)

    in_process(scenario, store)
    store.close()


@pytest.mark.parametrize("jump_s", [-10 * 365 * 86_400, 10 * 365 * 86_400], ids=["back", "ahead"])
def test_clock_that_jumps_ends_nobodys_link(jump_s: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years ahead or back, links stay, pushes are stored, and rates neither fill up nor run dry."""
    monkeypatch.setattr(limits, "TICK_S", 0.02)

    async def scenario(relay: Relay) -> None:
        async with connected(relay.url) as author:
            await author.follow(HONEST)
            await author.push(HONEST, [envelope(1)])
            await author.read(HONEST, until=1)
            now_s = time.time()
            monkeypatch.setattr("troth_relay.app.time.time", lambda: now_s + jump_s)
            for number in range(2, 20):
                await author.push(HONEST, [envelope(number)])
                await author.read(HONEST, until=number)
            await is_served(relay.url)

    in_process(scenario)


def test_store_that_hangs_costs_its_writers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk hangs others are greeted and read, what waits for it is bounded, and then it is all stored."""
    monkeypatch.setattr(limits, "READY_WAIT_S", 0.1)
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)
    go_on = Event()
    go_on.set()

    class Hanging(MemoryStore):
        def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
            assert go_on.wait(WAIT_S)
            return super().append(batches)

    async def scenario(relay: Relay) -> None:
        async with connected(relay.url) as author, connected(relay.url) as reader:
            await author.follow(HONEST)
            await author.push(HONEST, [envelope(0)])
            await author.read(HONEST, until=1)
            go_on.clear()
            data = [envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(1, 91)]
            pushing = asyncio.gather(*(author.push(HONEST, data[n : n + 3]) for n in range(0, 90, 3)))
            try:
                await reader.follow(HONEST)
                assert (await reader.expect(Deliver)).envelopes == (envelope(0),)
                address = f"http://127.0.0.1:{relay.port}/readyz"
                async with aiohttp.ClientSession() as session, session.get(address) as answer:
                    assert (answer.status, await answer.text()) == (503, "not ready: store\n")
                assert all(link.unstored <= limits.UNSTORED_BYTES_MAX + 2 * FRAME_BYTES_MAX for link in _links(relay))
            finally:
                go_on.set()
            await pushing
            await author.read(HONEST, until=91)

    in_process(scenario, Hanging())


def _links(relay: Relay) -> list[Link]:
    return list(relay._hub._desk.links.values())


def test_damage_found_while_serving_resets_nothing(tmp_path: Path) -> None:
    """Where the disk gives back nonsense, whoever reads it is sent away, others go on, and the file stays as it is."""
    path, other = tmp_path / "relay.db", Key.numbered(2)
    store = SqliteStore(path)
    for key in (HONEST, other):
        store.create(key.mailbox, lineage=Lineage(b"l" * 16), day=0)
    store.append([batch(other.mailbox, envelope(1))])
    store.append([batch(HONEST.mailbox, *(envelope(n, size=ENVELOPE_BYTES_MAX) for n in range(30)))])
    store.close()
    content = bytearray(path.read_bytes())
    content[-4_096 * 200 : -4_096 * 100] = b"\xff" * (4_096 * 100)
    path.write_bytes(content)
    store = SqliteStore(path)

    async def scenario(relay: Relay) -> None:
        async with connected(relay.url) as reader:
            await reader.follow(HONEST)
            while isinstance(answer := await reader.receive(), Deliver):
                assert answer.envelopes
            assert isinstance(answer, Refuse)
            assert answer.reason is Reason.BUSY
            assert await reader.receive() == aiohttp.WSCloseCode.TRY_AGAIN_LATER
        async with connected(relay.url) as reader:
            await reader.follow(other)
            assert (await reader.expect(Deliver)).envelopes == (envelope(1),)
        await is_served(relay.url)

    in_process(scenario, store)
    store.close()
    # Whatever was good before is good still, and what was bad was not written over.
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM mailbox").fetchone()[0] >= 2
    connection.close()
    assert path.read_bytes().count(b"\xff" * 4_096) >= 100


PAGE: Final = Path(__file__).resolve().parents[2] / "specs" / "relay.md"


def test_page_names_who_withstands_what() -> None:
    """Every test in the table of bad input is there, and every test here stands in the table."""
    _, _, section = PAGE.read_text().partition("### Bad input")
    named = re.findall(r"`(test_\w+\.py)::(\w+)`", section.partition("\n### ")[0])
    assert len(named) > 15
    for file, test in named:
        found = [
            path for path in (PAGE.parents[1] / "tests").rglob(file) if re.search(rf"def {test}\(", path.read_text())
        ]
        assert len(found) == 1, f"{file}::{test}"
    here = set(re.findall(r"^def (test_\w+)", Path(__file__).read_text(), re.MULTILINE))
    assert here - {test for _, test in named} == {"test_page_names_who_withstands_what"}
