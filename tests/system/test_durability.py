"""What a relay has acknowledged is on the disk, and stays, whatever happens to it in the middle of its work."""

import asyncio
import random
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from tests.contracts.relay_client import WAIT_S, Client, Key, connected, envelope
from tests.contracts.relay_process import RELAY, serving
from tests.contracts.relay_store import read_all
from tests.system.proxies import program
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import EnvelopeId
from troth_wire.limits import FORWARD_BYTES
from troth_wire.log import advance, envelope_id, origin
from troth_wire.messages import Close, Closed, Deliver, Follow, Head, Stored

KEY: Final = Key.numbered(1)
WRITERS: Final = 8
EACH: Final = 40
TRACED: Final = "trace=pwrite64,write,fdatasync,fsync,sendto,sendmsg"
CALL: Final = re.compile(r"^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$")
RESUMED: Final = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
PUSHES: Final = 12
DELIVER, STORED, CLOSED = (r"\x94\x07", r"\x94\x08", r"\x97\x0b")
"""How each begins that tells of something stored: a list of so many, and its code."""
ACKNOWLEDGEMENT: Final = re.compile(
    r"\\x82\\x[0-9a-f]{2}(?:\\x[0-9a-f]{2}\\x[0-9a-f]{2})?"
    rf"({'|'.join(map(re.escape, (DELIVER, STORED, CLOSED)))})"
)
"""In the frame of a WebSocket, whose length takes one byte or three."""


def calls(trace: str) -> Iterator[tuple[str, str, str, bool]]:
    """Return what was called, on which file, with what, and whether this is its end; in the order of a trace."""
    begun: dict[str, tuple[str, str, str]] = {}
    for line in trace.splitlines():
        if (whole := CALL.match(line)) is not None:
            thread, name, _, file, rest = whole.groups()
            ended = "<unfinished" not in rest
            if not ended:
                begun[thread] = name, file, rest
            yield name, file, rest, ended
        elif (resumed := RESUMED.match(line)) is not None and resumed[1] in begun:
            yield *begun.pop(resumed[1]), True


def test_nothing_is_acknowledged_before_it_is_on_the_disk(tmp_path: Path) -> None:
    """In a trace of its system calls every acknowledgement stands behind the sync of all that was written for it."""
    trace = tmp_path / "trace"
    traced = (program("strace"), "-D", "-f", "-y", "-x", "-s", "64", "-e", TRACED, "-o", str(trace), *RELAY)

    async def scenario(url: str) -> None:
        async with connected(url) as client, connected(url) as reader:
            await client.follow(KEY)
            await reader.follow(KEY)
            for number in range(1, PUSHES + 1):
                await client.push(KEY, [envelope(number)])
                assert (await client.expect(Stored)).position == number
                assert (await reader.expect(Deliver)).position == number
            await client.send(Close(KEY.mailbox, None, bytes(FORWARD_BYTES)))
            await client.expect(Closed)
            await reader.expect(Closed)

    with serving(tmp_path / "relay.db", command=traced) as (_, url):
        asyncio.run(scenario(url))
    unsynced, synced, told = 0, 0, Counter[str]()
    for name, file, rest, ended in calls(trace.read_text()):
        in_log = file.endswith("relay.db-wal")
        if in_log and name in ("pwrite64", "write"):
            unsynced += 1
        elif in_log and name in ("fdatasync", "fsync") and ended:
            unsynced, synced = 0, synced + 1
        elif name in ("sendto", "sendmsg", "write") and (found := ACKNOWLEDGEMENT.search(rest)) is not None:
            told[found[1]] += 1
            assert unsynced == 0
            assert synced >= max(told.values())
    assert told == {STORED: PUSHES, DELIVER: PUSHES, CLOSED: 2}


class Writer:
    """A client that pushes its envelopes one by one until each is acknowledged, however often the relay dies."""

    def __init__(self, number: int) -> None:
        """Have nothing acknowledged yet."""
        self.left = [envelope(number * 1_000 + each) for each in range(EACH)]
        self.acknowledged: set[EnvelopeId] = set()

    async def work(self, url: str, done: asyncio.Event) -> None:
        """Push until nothing is left."""
        while self.left:
            try:
                async with connected(url) as client:
                    await follow(client, [])
                    await self._push(client)
            except (aiohttp.ClientError, AssertionError, TimeoutError):
                # The relay is gone, or was in the middle of something: it is asked again.
                await asyncio.sleep(0)
        done.set()

    async def _push(self, client: Client) -> None:
        while self.left:
            wanted = envelope_id(self.left[0])
            await client.push(KEY, [self.left[0]])
            while wanted not in self.acknowledged:
                message = await client.receive()
                assert isinstance(message, Deliver | Stored)
                self.acknowledged.update(ids(message))
            self.left.pop(0)


class Reader:
    """A follower that goes on where it was, and may be given no entry twice and miss none."""

    def __init__(self) -> None:
        """Begin at the beginning."""
        self.log: list[EnvelopeId] = []

    async def work(self, url: str, *, until: int) -> None:
        """Read until so many entries are there."""
        while len(self.log) < until:
            try:
                async with connected(url) as client:
                    await follow(client, self.log)
                    while len(self.log) < until:
                        message = await client.receive()
                        if not isinstance(message, Deliver):
                            break
                        assert message.position == len(self.log) + 1, "a gap, or a repeat"
                        self.log.extend(ids(message))
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0)


def ids(message: Deliver | Stored) -> list[EnvelopeId]:
    """Return which envelopes a message names."""
    return list(message.envelope_ids) if isinstance(message, Stored) else list(map(envelope_id, message.envelopes))


async def follow(client: Client, log: list[EnvelopeId]) -> None:
    """Open the log and follow it behind what was read of it."""
    head = await client.open(KEY)
    running = origin(KEY.mailbox, head.lineage)
    for position, name in enumerate(log, 1):
        running = advance(running, position, name)
    await client.send(Follow(KEY.mailbox, head.lineage, len(log), running))
    answer = await client.receive()
    if not isinstance(answer, Head):
        raise TimeoutError("the relay ended in the middle")


@pytest.mark.parametrize("deaths", [0, 3])
def test_eight_writers_lose_nothing(tmp_path: Path, deaths: int) -> None:
    """A follower misses nothing of eight writers; killed in the middle, the relay loses, doubles, miscounts nothing."""
    database, dice = tmp_path / "relay.db", random.Random(deaths)
    writers, reader = [Writer(number) for number in range(1, WRITERS + 1)], Reader()

    async def scenario(url: str, process: "subprocess.Popen[str]") -> None:
        reading = asyncio.create_task(reader.work(url, until=WRITERS * EACH))
        done = [asyncio.Event() for _ in writers]
        working = [asyncio.create_task(writer.work(url, end)) for writer, end in zip(writers, done, strict=True)]
        # Each death at some moment after so much was acknowledged.
        for death in range(deaths):
            goal = WRITERS * EACH * (death + 1) // (deaths + 1)
            while sum(len(writer.acknowledged) for writer in writers) < goal * dice.uniform(0.8, 1.0) * WRITERS:
                await asyncio.sleep(0)
                if all(end.is_set() for end in done):
                    break
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            process = await asyncio.to_thread(again)
        await asyncio.gather(*working, reading)

    started: list[subprocess.Popen[str]] = []
    port = ""

    def again() -> "subprocess.Popen[str]":
        options = ("serve", "--database", str(database), "--registration", "open", "--port", port)
        process = subprocess.Popen([*RELAY, *options], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("listening")
        return process

    with serving(database) as (process, url):
        port = url.rsplit(":", 1)[1].split("/")[0]
        try:
            asyncio.run(asyncio.wait_for(scenario(url, process), 10 * WAIT_S))
        finally:
            for each in started:
                each.kill()
                each.communicate(timeout=WAIT_S)
    assert len(started) == deaths
    store = SqliteStore(database)
    stored = list(map(envelope_id, read_all(store, KEY.mailbox)))
    assert len(stored) == len(set(stored)) == WRITERS * EACH
    assert reader.log == stored
    assert set().union(*(writer.acknowledged for writer in writers)) <= set(stored)
    assert store.recount() == 0
    store.close()
