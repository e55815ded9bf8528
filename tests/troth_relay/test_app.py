"""Real sockets on this machine: what a client may do, what it must not, and what a slow one gets."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from threading import Event

import aiohttp
import pytest

from tests.contracts.relay_client import WAIT_S, Client, Key, connected, envelope
from tests.contracts.relay_store import FORWARD, batch
from troth_relay import limits
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.hub import Hub
from troth_relay.logs import Line
from troth_relay.outlet import Outlet
from troth_relay.requests import ConnectionId, DropReason, Output, Pause
from troth_relay.store import Appended, Batch, Stats, Store
from troth_relay.store.memory import Disk, MemoryStore
from troth_relay.store.sqlite import SqliteStore
from troth_wire.errors import ListenError, StoreError
from troth_wire.ids import Lineage, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, FRAME_BYTES_MAX
from troth_wire.log import envelope_id, origin
from troth_wire.messages import (
    Close,
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Reason,
    Refuse,
    Stored,
    encode,
)

KEY = Key.numbered(1)


@asynccontextmanager
async def relaying(store: Store | None = None) -> AsyncIterator[Relay]:
    """Serve a store on a free port of this machine."""
    relay = await Relay.listen(Config(port=0), store or MemoryStore())
    try:
        yield relay
    finally:
        await relay.stop()


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[Relay]:
    """Serve a file on a free port of this machine."""
    with closing(SqliteStore(path)) as store:
        async with relaying(store) as relay:
            yield relay


async def _asked(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


def test_readiness_names_what_is_amiss(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay with a damaged database lives, and is not ready; below the floor neither, and it says which."""
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)
    disk = Disk()

    async def scenario() -> None:
        async with relaying(MemoryStore(disk)) as relay:
            address = f"http://127.0.0.1:{relay.port}"
            assert await _asked(f"{address}/readyz") == (200, "ready\n")
            disk.damaged = True
            assert await _asked(f"{address}/readyz") == (503, "not ready: store\n")
            assert await _asked(f"{address}/livez") == (200, "ok\n")
            disk.damaged = False
            relay.allow(Config(port=0, disk_floor_bytes=2**80))
            assert await _asked(f"{address}/readyz") == (503, "not ready: disk\n")

    asyncio.run(scenario())


def test_disk_that_can_not_be_written_to_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a push was refused for the disk it is asked again each time, until it can be written to; not before."""
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)
    store = SqliteStore(tmp_path / "relay.db")

    async def scenario() -> None:
        async with relaying(store) as relay, connected(relay.url) as author:
            ready = f"http://127.0.0.1:{relay.port}/readyz"
            await author.follow(KEY)
            await relay.call(lambda: store._writer.execute("PRAGMA query_only = ON"), writing=True)
            # Nobody knows yet: as long as all is well, asking costs the disk nothing.
            assert await _asked(ready) == (200, "ready\n")
            await author.push(KEY, [envelope(1)])
            assert (await author.expect(Refuse)).reason is Reason.BUSY
            for _ in range(2):
                assert await _asked(ready) == (503, "not ready: disk\n")
            await relay.call(lambda: store._writer.execute("PRAGMA query_only = OFF"), writing=True)
            # Without anybody's push: nobody pushes to a relay that is not ready.
            assert await _asked(ready) == (200, "ready\n")
            assert store.look(KEY.mailbox) is not None

    asyncio.run(scenario())
    store.close()


def test_relay_without_its_database_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its database moved away, a relay confirms nothing, is not ready, reads on, and says so in one line."""
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)
    path = tmp_path / "relay.db"

    async def scenario() -> None:
        async with serving(path) as relay, connected(relay.url) as author:
            await author.follow(KEY)
            await author.push(KEY, [envelope(1)])
            await author.read(KEY, until=1)
            path.rename(tmp_path / "moved.db")
            assert await _asked(f"http://127.0.0.1:{relay.port}/readyz") == (503, "not ready: store\n")
            for number in (2, 3):
                await author.push(KEY, [envelope(number)])
                assert (await author.expect(Refuse)).reason is Reason.BUSY
            async with connected(relay.url) as reader:
                await reader.follow(KEY)
                assert (await reader.expect(Deliver)).envelopes == (envelope(1),)

    asyncio.run(scenario())
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_damage_is_said_once_and_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once damage was met, the relay is not ready until it is started again, however well it reads elsewhere."""
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)
    caplog.set_level(logging.INFO, logger="troth_relay")
    whole, broken = KEY, Key.numbered(2)
    store = SqliteStore(tmp_path / "relay.db")
    for key in (whole, broken):
        store.create(key.mailbox, lineage=Lineage(b"l" * 16), day=0)
        store.append([batch(key.mailbox, envelope(1), envelope(2))])
    damage = "DELETE FROM entry WHERE position = 1 AND mailbox = (SELECT key FROM mailbox WHERE id = ?)"
    store.change(lambda tables: tables.execute(damage, (broken.mailbox,)))

    async def scenario() -> None:
        async with relaying(store) as relay:
            ready = f"http://127.0.0.1:{relay.port}/readyz"
            assert await _asked(ready) == (200, "ready\n")
            for _ in range(3):
                async with connected(relay.url) as reader:
                    head = await reader.open(broken)
                    await reader.send(Follow(broken.mailbox, head.lineage, 0, origin(broken.mailbox, head.lineage)))
                    assert (await reader.expect(Refuse)).reason is Reason.BUSY
                async with connected(relay.url) as reader:
                    await reader.follow(whole)
                    assert (await reader.expect(Deliver)).envelopes == (envelope(1), envelope(2))
                assert await _asked(ready) == (503, "not ready: store\n")

    asyncio.run(scenario())
    store.close()
    assert ["is damaged" in line for line in caplog.messages] == [True]


def test_below_the_floor_pushes_are_refused_and_reads_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A push is BUSY with a time to wait, a reader gets what is there, and a lower floor lets the push through."""
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author:
            await author.follow(KEY)
            await author.push(KEY, [envelope(1)])
            await author.read(KEY, until=1)
            relay.allow(Config(port=0, disk_floor_bytes=2**80))
            await author.push(KEY, [envelope(2)])
            ids = (envelope_id(envelope(2)),)
            assert await author.expect(Refuse) == Refuse(Reason.BUSY, KEY.mailbox, ids, limits.RETRY_S)
            async with connected(relay.url) as reader:
                await reader.follow(KEY)
                assert (await reader.expect(Deliver)).envelopes == (envelope(1),)
            relay.allow(Config(port=0))
            await author.push(KEY, [envelope(2)])
            assert (await author.expect(Stored)).position == 2

    asyncio.run(scenario())


def test_lower_quota_counts_at_once() -> None:
    """Limits that are taken over hold for links that are open already."""

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author:
            await author.follow(KEY)
            relay.allow(Config(port=0, quota_bytes=2**20))
            data = [envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(32)]
            for start in range(0, 32, 3):
                await author.push(KEY, data[start : start + 3])
            while not isinstance(answer := await author.receive(), Refuse):
                assert isinstance(answer, Stored)
            assert answer.reason is Reason.QUOTA

    asyncio.run(scenario())


def test_a_log_is_closed_towards_another_and_stays_so(tmp_path: Path) -> None:
    """Over real sockets: all get every entry and then Closed, also after a restart, and when the entries are gone."""
    path, after = tmp_path / "relay.db", Key.numbered(2)

    async def close() -> Closed:
        async with serving(path) as relay, connected(relay.url) as closer, connected(relay.url) as reader:
            for client in (closer, reader):
                await client.follow(KEY)
            await closer.open(after, sponsor=KEY)
            await reader.push(KEY, [envelope(1)])
            await closer.read(KEY, until=1)
            await reader.read(KEY, until=1)
            await closer.send(Close(KEY.mailbox, after.mailbox, FORWARD))
            told = [await client.expect(Closed) for client in (closer, reader)]
            await reader.push(KEY, [envelope(2)])
            refused = Refuse(Reason.CLOSED, KEY.mailbox, (envelope_id(envelope(2)),), 0)
            assert await reader.expect(Refuse) == refused
            assert told[0] == told[1]
            assert (told[0].successor, told[0].forward, told[0].position) == (after.mailbox, FORWARD, 1)
            return told[0]

    async def later(*, kept: bool) -> Closed:
        async with serving(path) as relay, connected(relay.url) as client:
            answer = await client.ask(KEY)
            if isinstance(answer, Head):
                await client.send(Follow(KEY.mailbox, answer.lineage, 0, origin(KEY.mailbox, answer.lineage)))
                await client.expect(Head)
                await client.read(KEY, until=1)
                answer = await client.expect(Closed)
                assert kept
            assert isinstance(answer, Closed)
            assert isinstance(await client.open(after), Head)
            await client.open(Key.numbered(3 + kept), kind=MailboxKind.MEETING, sponsor=KEY)
            return answer

    closed = asyncio.run(close())
    assert asyncio.run(later(kept=True)) == closed
    store = SqliteStore(path)
    assert store.erase(closed_before=2**31, entries_max=9) == 2
    store.close()
    assert asyncio.run(later(kept=False)) == closed


def test_metrics_have_an_address_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums are told at the operator's own address, and only there; they go on while the database fails."""
    monkeypatch.setattr(limits, "READY_FRESH_S", 0)
    disk = Disk()

    async def scenario() -> None:
        relay = await Relay.listen(Config(port=0, metrics="127.0.0.1:0"), MemoryStore(disk))
        metrics = f"http://127.0.0.1:{relay.metrics_port}/metrics"
        async with connected(relay.url) as author:
            await author.follow(KEY)
            await author.push(KEY, [envelope(1)])
            await author.read(KEY, until=1)
            status, text = await _asked(metrics)
            assert status == 200
            for line in ("connections 1.0", "mailboxes 1.0", "entries_stored_total 1.0", 'fault{fault="store"} 0.0'):
                assert f"\ntroth_relay_{line}\n" in text
            assert KEY.mailbox.hex()[:8] not in text
            assert (await _asked(f"http://127.0.0.1:{relay.port}/metrics"))[0] == 404
            disk.damaged = True
            assert '\ntroth_relay_fault{fault="store"} 1.0\n' in (await _asked(metrics))[1]
        await relay.stop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await _asked(metrics)

    asyncio.run(scenario())


def test_links_are_told_apart_by_their_addresses_alone() -> None:
    """One address is one place, whatever a client says; what an own proxy says is believed; nothing is the address."""

    async def scenario(*trusted: str) -> list[bytes]:
        relay = await Relay.listen(Config(port=0, trusted_proxies=trusted), MemoryStore())
        async with AsyncExitStack() as stack:
            for source, told in (("127.0.0.1", "192.0.2.1"), ("127.0.0.1", "192.0.2.2"), ("127.0.0.2", "192.0.2.1")):
                headers = {"X-Forwarded-For": told}
                await stack.enter_async_context(connected(relay.url, source=source, headers=headers))
            shares = [bytes(link.share) for link in relay._hub._desk.links.values()]
        await relay.stop()
        return shares

    first, again, other = asyncio.run(scenario())
    assert first == again != other
    first, second, again = asyncio.run(scenario("127.0.0.0/8"))
    assert first == again != second
    assert len(first) == 8
    assert bytes([192, 0, 2, 1]) not in first


def test_measuring_that_fails_is_no_trouble() -> None:
    """A store that answers but can not count leaves the gauges out, and the rest is told."""

    class Uncountable(MemoryStore):
        def stats(self, *, dormant_days: int | None = None) -> Stats:
            raise StoreError("It can not count.")

    async def scenario() -> None:
        relay = await Relay.listen(Config(port=0, metrics="127.0.0.1:0"), Uncountable())
        status, text = await _asked(f"http://127.0.0.1:{relay.metrics_port}/metrics")
        assert (status, "troth_relay_connections 0.0" in text) == (200, True)
        await relay.stop()

    asyncio.run(scenario())


def test_address_of_metrics_in_use_is_typed() -> None:
    """Where the operator's address is taken nothing listens at all, and the error names the option."""

    async def scenario() -> None:
        async with relaying() as relay:
            with pytest.raises(ListenError, match="--metrics"):
                await Relay.listen(Config(port=0, metrics=f"127.0.0.1:{relay.port}"), MemoryStore())
            with pytest.raises(ListenError, match="--port"):
                await Relay.listen(Config(port=relay.port, metrics="127.0.0.1:0"), MemoryStore())

    asyncio.run(scenario())


def test_log_says_nothing_about_anybody(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """With everything logged and a bug that quotes what it was given, no line holds an address, an id or a size."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(Line("json"))
    receive = Hub.receive

    def broken(hub: Hub, connection: ConnectionId, frame: bytes, *, now: float) -> list[Output]:
        if len(frame) > 30_000:
            raise RuntimeError(f"{KEY.mailbox.hex()} of 127.0.0.1 sent {len(frame)} bytes")
        return receive(hub, connection, frame, now=now)

    monkeypatch.setattr(Hub, "receive", broken)

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author, connected(relay.url) as other:
            await author.follow(KEY)
            await author.push(KEY, [envelope(1)])
            await author.read(KEY, until=1)
            await author.push(KEY, [envelope(2, size=ENVELOPE_BYTES_MAX)])
            assert isinstance(await author.receive(), int)
            await other.socket.send_str("hello")
            await other.expect(Refuse)

    asyncio.run(scenario())
    assert "RuntimeError" in caplog.text
    for secret in ("127.0.0.1", KEY.mailbox.hex()[:8], "30_", "bytes"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        # Where whoever asks rightly is answered: at the link a request without an upgrade would be as wrong.
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * (limits.HEAD_FIELD_BYTES_MAX + 1) + b"\r\n\r\n",
        b"GET /?" + b"x" * limits.HEAD_FIELD_BYTES_MAX + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"x: y\r\n" * (limits.HEAD_FIELDS_MAX + 1) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"\x16\x03\x01 no request\r\n\r\n",
    ],
    ids=["field", "line", "fields", "length", "nonsense"],
)
def test_bad_request_is_nobodys_business(said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A request that is too long or makes no sense is answered as that, and no line of the log is written for it."""

    async def scenario() -> None:
        async with relaying() as relay:
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            writer.write(said)
            assert b" 400 " in await asyncio.wait_for(reader.readline(), WAIT_S)
            writer.close()

    asyncio.run(scenario())
    assert caplog.text == ""


def test_health_is_ok() -> None:
    """A plain request is answered "ok"."""

    async def scenario() -> None:
        async with relaying() as relay, aiohttp.ClientSession() as session:
            for path in ("/", "/health", "/livez"):
                async with session.get(f"http://127.0.0.1:{relay.port}{path}") as answer:
                    assert (answer.status, await answer.text()) == (200, "ok\n")

    asyncio.run(scenario())


def test_push_comes_back_and_goes_round() -> None:
    """The author sees its envelope as Stored, another follower gets the envelope."""

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author, connected(relay.url) as reader:
            await author.follow(KEY)
            await reader.follow(KEY)
            await author.push(KEY, [envelope(1)])
            assert await author.expect(Stored) == Stored(KEY.mailbox, 1, (envelope_id(envelope(1)),))
            assert await reader.expect(Deliver) == Deliver(KEY.mailbox, 1, (envelope(1),))

    asyncio.run(scenario())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_every_name_of_this_machine_counts(host: str) -> None:
    """A proof for the name that was dialled is good."""

    async def scenario() -> None:
        async with relaying() as relay, connected(f"ws://{host}:{relay.port}/v1") as client:
            assert (await client.open(KEY)).position == 0

    asyncio.run(scenario())


def test_rendezvous_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rendezvous has room for two, and at its end by this machine's clock both are told."""
    monkeypatch.setattr(limits, "TICK_S", 0.01)

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as host, connected(relay.url) as guest:
            await host.prove(KEY)
            await host.send(Create(KEY.mailbox, b"", MailboxKind.RENDEZVOUS))
            await host.expect(Head)
            await host.send(Follow(KEY.mailbox, *await _start(guest)))
            await host.expect(Head)
            async with connected(relay.url) as third:
                refusal = await third.prove(KEY)
                assert isinstance(refusal, Refuse)
                assert refusal.reason is Reason.TAKEN
            # The clock of this machine, an hour on.
            later = time.time() + 3_600
            monkeypatch.setattr("troth_relay.app.time.time", lambda: later)
            assert await host.expect(Refuse) == Refuse(Reason.EXPIRED, KEY.mailbox, (), 0)
            await guest.send(Follow(KEY.mailbox, Lineage(bytes(16)), 0, RunningHash(bytes(32))))
            assert (await guest.expect(Refuse)).reason is Reason.EXPIRED

    asyncio.run(scenario())


async def _start(client: Client) -> tuple[Lineage, int, RunningHash]:
    """Prove the mailbox, and return the beginning of its log."""
    head = await client.prove(KEY)
    assert isinstance(head, Head)
    return head.lineage, 0, origin(KEY.mailbox, head.lineage)


def test_replayed_proof_is_refused() -> None:
    """A proof that another connection made is good for that connection only."""

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as victim, connected(relay.url) as thief:
            await victim.open(KEY)
            await thief.send(KEY.prove(victim.hello.challenge, host=victim.host))
            assert (await thief.expect(Refuse)).reason is Reason.BAD_PROOF

    asyncio.run(scenario())


BAD_FRAMES: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "empty": (lambda: b"", Reason.MALFORMED),
    "truncated": (lambda: encode(KEY.prove(b"c" * 32, host="h"))[:-1], Reason.MALFORMED),
    "trailing": (lambda: encode(KEY.prove(b"c" * 32, host="h")) + b"\0", Reason.MALFORMED),
    "not shortest": (lambda: b"\xdc\x00\x03" + encode(KEY.prove(b"c" * 32, host="h"))[1:], Reason.MALFORMED),
    "unknown message": (lambda: b"\x91\x63", Reason.MALFORMED),
    "as long as a frame": (lambda: b"\0" * FRAME_BYTES_MAX, Reason.MALFORMED),
    "out of order": (
        lambda: encode(Follow(KEY.mailbox, Lineage(b"l" * 16), 0, RunningHash(b"r" * 32))),
        Reason.UNEXPECTED,
    ),
    "from a relay": (lambda: encode(Hello(1, 1, 1, b"c" * 32)), Reason.UNEXPECTED),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_bad_frame_is_refused_and_the_link_closed(name: str) -> None:
    """What can not be read or does not fit is answered with its reason, then the link is closed."""
    frame, reason = BAD_FRAMES[name]

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as client:
            await client.socket.send_bytes(frame())
            assert (await client.expect(Refuse)).reason is reason
            assert await client.receive() == aiohttp.WSCloseCode.POLICY_VIOLATION

    asyncio.run(scenario())


def test_text_is_no_frame() -> None:
    """A text message is malformed."""

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as client:
            await client.socket.send_str("hello")
            assert (await client.expect(Refuse)).reason is Reason.MALFORMED

    asyncio.run(scenario())


def test_oversized_frame_is_not_read() -> None:
    """A frame longer than the bound closes the link with the WebSocket's own code; others notice nothing."""

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as client, connected(relay.url) as other:
            await client.socket.send_bytes(b"\0" * (FRAME_BYTES_MAX + 1))
            assert await client.receive() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
            assert (await other.open(KEY)).position == 0

    asyncio.run(scenario())


def test_reader_comes_back_to_its_cursor() -> None:
    """After a break the log goes on where the client had read to."""

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author:
            head = await author.follow(KEY)
            await author.push(KEY, list(map(envelope, range(5))))
            await author.read(KEY, until=5)
            async with connected(relay.url) as reader:
                running = (await reader.open(KEY)).running
                await author.push(KEY, [envelope(5)])
                await reader.send(Follow(KEY.mailbox, head.lineage, 5, running))
                await reader.expect(Head)
                assert (await reader.expect(Deliver)).position == 6

    asyncio.run(scenario())


def test_slow_reader_is_dropped_and_reads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that takes nothing is dropped while others go on; it misses nothing when it comes again."""
    monkeypatch.setattr(limits, "TICK_S", 0.01)
    monkeypatch.setattr(limits, "STALLED_S", 0.2)
    dropped, drop = asyncio.Event(), Outlet.drop

    def watched(link: Outlet, reason: DropReason) -> None:
        drop(link, reason)
        if reason is DropReason.SLOW:
            dropped.set()

    monkeypatch.setattr(Outlet, "drop", watched)

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author:
            await author.follow(KEY)
            async with connected(relay.url) as reader:
                await reader.follow(KEY)
                count = await _flood(author)
                await asyncio.wait_for(dropped.wait(), WAIT_S)
            async with connected(relay.url) as again:
                await again.follow(KEY)
                assert len(await again.read(KEY, until=count)) == count

    asyncio.run(scenario())


def test_order_holds_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames that are written at once and frames that had to wait come in the order in which they were said."""
    ways: list[bool] = []
    say = Outlet.say

    def watched(link: Outlet, frame: bytes, weight: int) -> bool:
        ways.append(say(link, frame, weight))
        return ways[-1]

    monkeypatch.setattr(Outlet, "say", watched)

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as author, connected(relay.url) as late:
            await author.follow(KEY)
            await late.follow(KEY)
            count = await _flood(author)
            # So much was said that it had to wait; `read` finds every gap and every repeat.
            assert set(ways) == {True, False}
            assert len(await late.read(KEY, until=count)) == count

    asyncio.run(scenario())


async def _flood(author: Client) -> int:
    count = 0
    # More than the buffers of two sockets hold, so that it must wait in the relay.
    for _ in range(100):
        await author.push(KEY, [envelope(count + n, size=ENVELOPE_BYTES_MAX) for n in range(3)])
        count += 3
        await author.read(KEY, until=count)
    return count


def test_fast_writer_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """While too much of one client waits for the disk nothing more is read from it; then all of it is stored."""
    gate, turn = Event(), Relay._turn

    class Gated(MemoryStore):
        def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
            assert gate.wait(WAIT_S)
            return super().append(batches)

    def watched(relay: Relay, outputs: Sequence[Output]) -> None:
        turn(relay, outputs)
        if any(isinstance(output, Pause) for output in outputs):
            gate.set()

    monkeypatch.setattr(Relay, "_turn", watched)

    async def scenario() -> None:
        async with relaying(Gated()) as relay, connected(relay.url) as author:
            await author.follow(KEY)
            data = [envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(30)]
            pushes = [author.push(KEY, data[start : start + 3]) for start in range(0, 30, 3)]
            await asyncio.gather(*pushes, author.read(KEY, until=30))

    asyncio.run(scenario())


def test_full_disk_is_busy_until_there_is_room(tmp_path: Path) -> None:
    """While the disk is full a push is refused as BUSY and the link stays; then the same push succeeds."""
    path = tmp_path / "relay.db"
    data = [envelope(number, size=ENVELOPE_BYTES_MAX) for number in range(3)]

    async def scenario(store: SqliteStore) -> None:
        async with relaying(store) as relay, connected(relay.url) as client:
            await client.follow(KEY)
            store.bound(path.stat().st_size)
            await client.push(KEY, data)
            refusal = await client.expect(Refuse)
            assert refusal == Refuse(Reason.BUSY, KEY.mailbox, tuple(map(envelope_id, data)), limits.RETRY_S)
            store.bound(2**30)
            await client.push(KEY, data)
            assert (await client.expect(Stored)).position == 1

    store = SqliteStore(path)
    asyncio.run(scenario(store))
    store.close()


def test_stopping_finishes_what_was_pushed() -> None:
    """A relay that stops stores what it has read, says goodbye to everybody and listens no more."""

    async def scenario() -> None:
        relay = await Relay.listen(Config(port=0), MemoryStore())
        async with connected(relay.url) as client, connected(relay.url) as silent:
            await client.follow(KEY)
            await client.push(KEY, [envelope(1)])
            await client.read(KEY, until=1)
            await asyncio.gather(relay.stop(), _goodbye(client), _goodbye(silent))
            with pytest.raises(aiohttp.ClientConnectionError):
                async with aiohttp.ClientSession() as session:
                    await session.get(f"http://127.0.0.1:{relay.port}/")

    asyncio.run(scenario())


async def _goodbye(client: Client) -> None:
    assert await client.receive() == aiohttp.WSCloseCode.SERVICE_RESTART


def test_stopping_is_said_before_it_is_done() -> None:
    """While what was pushed is still being stored /readyz is 503 and nobody is taken in; then its author hears of it.

    Only after that is the author sent away, with the code that says that the relay comes back.
    """
    begun, go_on = Event(), Event()

    class Slow(MemoryStore):
        def append(self, batches: Sequence[Batch]) -> tuple[Appended, ...]:
            begun.set()
            assert go_on.wait(WAIT_S)
            return super().append(batches)

    async def scenario() -> None:
        relay = await Relay.listen(Config(port=0), Slow())
        address = f"http://127.0.0.1:{relay.port}"
        async with connected(relay.url) as author:
            await author.follow(KEY)
            await author.push(KEY, [envelope(1)])
            await asyncio.to_thread(begun.wait, WAIT_S)
            stopping = asyncio.create_task(relay.stop())
            assert await _asked(f"{address}/readyz") == (503, "not ready: draining\n")
            with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
                async with connected(relay.url):
                    pytest.fail("somebody was taken in")
            go_on.set()
            assert (await author.expect(Stored)).position == 1
            await _goodbye(author)
            await stopping

    asyncio.run(scenario())


def test_goodbyes_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are ended one after the other over a time that is bounded, in an order that nobody can foresee."""
    monkeypatch.setattr(limits, "LEAVES_PER_S", 50)
    dropped: list[tuple[float, ConnectionId]] = []
    drop = Outlet.drop

    def watched(link: Outlet, reason: DropReason) -> None:
        if reason is DropReason.LEAVING and link.connection not in {connection for _, connection in dropped}:
            dropped.append((time.monotonic(), link.connection))
        drop(link, reason)

    monkeypatch.setattr(Outlet, "drop", watched)

    begun_s: list[float] = []

    async def scenario(links: int) -> None:
        relay = await Relay.listen(Config(port=0), MemoryStore())
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(connected(relay.url)) for _ in range(links)]
            begun_s.append(time.monotonic())
            await asyncio.gather(relay.stop(), *map(_goodbye, clients))

    asyncio.run(scenario(20))
    moments, order = [moment for moment, _ in dropped], [connection for _, connection in dropped]
    # 19 pauses of a fiftieth of a second, never less.
    assert moments[-1] - begun_s[0] >= 19 / 50 * 0.99
    assert order != sorted(order)
    dropped.clear()
    monkeypatch.setattr(limits, "LEAVE_S_MAX", 0.1)
    asyncio.run(scenario(20))
    assert len(dropped) == 20


def test_who_asks_for_nothing_does_not_keep_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection and says nothing, or half a request, is cut off; a link that is proven is not."""
    monkeypatch.setattr(limits, "PROOF_WAIT_S", 0.5)

    async def scenario() -> None:
        async with relaying() as relay, connected(relay.url) as honest:
            await honest.follow(KEY)
            for said in (b"", b"GET /v1 HTTP/1.1\r\nHost: x\r\nX-Slow:"):
                reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
                writer.write(said)
                await asyncio.wait_for(reader.read(), WAIT_S)
                writer.close()
            await honest.push(KEY, [envelope(1)])
            assert (await honest.expect(Stored)).position == 1

    asyncio.run(scenario())


def test_port_in_use_is_typed() -> None:
    """Where another program listens, the error says so and what to do, and of what was stored only that it is safe."""

    async def scenario() -> None:
        async with relaying() as relay:
            with pytest.raises(ListenError, match=r"What is stored is safe\. Stop the program"):
                await Relay.listen(Config(port=relay.port), MemoryStore())

    asyncio.run(scenario())


def test_impossible_address_is_typed() -> None:
    """An address that is none, or not this machine's, is a sentence too."""

    async def scenario() -> None:
        for host in ("256.0.0.1.invalid", "192.0.2.1", "a" * 300):
            with pytest.raises(ListenError, match=r"can not listen.*is safe\. Name an address of this machine"):
                await Relay.listen(Config(host=host, port=0), MemoryStore())

    asyncio.run(scenario())


def test_restarted_relay_has_the_same_log(tmp_path: Path) -> None:
    """Another relay on the same database goes on with the same lineage and position."""

    async def scenario(store: SqliteStore, count: int) -> Head:
        async with relaying(store) as relay, connected(relay.url) as client:
            head = await client.follow(KEY)
            await client.push(KEY, [envelope(count)])
            await client.read(KEY, until=count)
            return head

    heads = []
    for count in (1, 2):
        store = SqliteStore(tmp_path / "relay.db")
        heads.append(asyncio.run(scenario(store, count)))
        store.close()
    assert heads[0].running == origin(KEY.mailbox, heads[0].lineage)
    assert [(head.lineage, head.position) for head in heads] == [(heads[0].lineage, 0), (heads[0].lineage, 1)]
