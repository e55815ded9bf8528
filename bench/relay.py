"""What the relay costs by itself: commits, reading a log, links that do nothing, and envelopes on their way.

Beside it stand a bare loop over SQLite, and a broadcaster on Node that stores nothing.
Times of the processor, not of the clock, wherever two processes share the machine.
"""

import asyncio
import itertools
import json
import os
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from nacl.signing import SigningKey

from bench import ears
from bench.figures import Figures, seconds
from bench.processes import Server, serving
from troth_relay.limits import HEARTBEAT_S
from troth_relay.store import Batch
from troth_relay.store.sqlite import SqliteStore
from troth_wire.ids import EnvelopeId, Lineage, MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.log import advance, envelope_id, origin

__all__ = ["appends", "idle", "measure", "on_their_way", "reading"]

GROUP: Final = 16
"""Pushes of one envelope that share a commit."""
COMMITS: Final = 300
ROUNDS: Final = 5
READ: Final = 60_000
IDLE: Final = 10_000
MAILBOXES: Final = 100
CARRIED: Final = 6_000
SPREAD: Final = 600
FOLLOWERS: Final = 100
IN_FLIGHT: Final = 64
CROWD: Final = 64
"""Mailboxes in which somebody writes at the same time."""
DIALS: Final = 100
"""Connections that are made at a time."""
NODE_MODULES: Final = Path(".peers/node_modules")
BROADCASTER: Final = Path(__file__).with_name("broadcaster.cjs")
LINEAGE: Final = Lineage(bytes(16))
LOG: Final = MailboxId(b"\xaa" * 32)


def measure() -> Figures:
    """Return all of it."""
    found = appends() | reading()
    with serving() as server:
        found |= asyncio.run(on_their_way(server))
    with serving() as server:
        found |= asyncio.run(idle(server))
    return found | _beside_node(found)


def appends(*, commits: int = COMMITS, rounds: int = ROUNDS) -> Figures:
    """Return how many envelopes a second are durable: through the store, and by bare loops over the same tables.

    In turn, and the least of each: a disk that is shared has its moods. As many commits before the clock: files have
    grown then to the size that they keep.
    """
    turns = [(_through_the_store(commits), _bare(commits), _bare(commits, with_sums=False)) for _ in range(rounds)]
    ours_s, bare_s, alone_s = (min(some) for some in zip(*turns, strict=True))
    entries = commits * GROUP
    return {
        "appended_per_s": entries / ours_s,
        "bare_sqlite_appended_per_s": entries / bare_s,
        "appended_beside_bare": bare_s / ours_s,
        "appended_beside_entries_without_sums": alone_s / ours_s,
    }


def _through_the_store(commits: int) -> float:
    groups = [[Batch(LOG, (named(group * GROUP + n),), 2**40) for n in range(GROUP)] for group in range(2 * commits)]
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        store = SqliteStore(Path(folder) / "relay.db")
        with closing(store):
            store.create(LOG, lineage=LINEAGE, day=0)
            for group in groups[:commits]:
                store.append(group)
            return seconds(lambda: [store.append(group) for group in groups[commits:]])


def named(number: int) -> tuple[EnvelopeId, bytes]:
    """Return an envelope with its id."""
    envelope = number.to_bytes(8, "big").ljust(ENVELOPE_BYTES_MIN, b"\xa5")
    return envelope_id(envelope), envelope


def _bare(commits: int, *, with_sums: bool = True) -> float:
    """Write the same rows into the same tables, hashes and positions worked out before the clock, nothing looked up.

    Args:
        commits: How many, and as many before.
        with_sums: Whether where the log ends and what its line holds is written too, as a store must.
    """
    rows, running = [], origin(LOG, LINEAGE)
    for number in range(2 * commits * GROUP):
        name, envelope = named(number)
        running = advance(running, number + 1, name)
        rows.append((1, number + 1, name, running, envelope))
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        path = Path(folder) / "bare.db"
        store = SqliteStore(path)
        store.create(LOG, lineage=LINEAGE, day=0)
        store.close()
        with closing(sqlite3.connect(path, isolation_level=None)) as bare:
            bare.execute("PRAGMA synchronous = FULL")

            def write(first: int, last: int) -> None:
                for start in range(first, last, GROUP):
                    some = rows[start : start + GROUP]
                    bare.execute("BEGIN IMMEDIATE")
                    bare.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", some)
                    if with_sums:
                        bare.execute(
                            "UPDATE mailbox SET position = ?, running = ?, bytes = ?", (*some[-1][1:4:2], start)
                        )
                        bare.execute("UPDATE line SET bytes = ?", (start,))
                    bare.execute("COMMIT")

            write(0, commits * GROUP)
            return seconds(lambda: write(commits * GROUP, len(rows)))


def reading(*, entries: int = READ) -> Figures:
    """Return how many envelopes of a stored log are read in a second, page by page, as for one follower."""
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        store = SqliteStore(Path(folder) / "relay.db")
        with closing(store):
            store.create(LOG, lineage=LINEAGE, day=0)
            for start in range(0, entries, 256):
                store.append([Batch(LOG, tuple(named(n) for n in range(start, min(entries, start + 256))), 2**40)])
            read_s = seconds(lambda: _read(store, entries))
    return {"read_per_s": entries / read_s}


def _read(store: SqliteStore, entries: int) -> None:
    after = 0
    while after < entries:
        page = store.read(LOG, after=after, entries_max=256, bytes_max=260_096)
        assert page is not None
        after += len(page.entries)


async def on_their_way(server: Server, *, carried: int = CARRIED, spread: int = SPREAD) -> Figures:
    """Return what the relay's processor spends on an envelope that is stored and delivered to two, and to many."""
    alone_s = await _carried(server, followers=2, envelopes=carried, in_flight=1)
    crowd_s = await _crowded(server, mailboxes=CROWD, followers=2, envelopes=carried)
    used_s = await _carried(server, followers=2, envelopes=carried, in_flight=IN_FLIGHT)
    spread_alone_s = await _carried(server, followers=FOLLOWERS, envelopes=spread, in_flight=1)
    spread_s = await _carried(server, followers=FOLLOWERS, envelopes=spread, in_flight=IN_FLIGHT)
    return {
        "cpu_us_per_stored_and_twice_delivered": alone_s / carried * 1e6,
        "cpu_us_per_stored_and_twice_delivered_in_a_crowd": crowd_s / carried * 1e6,
        "cpu_us_per_stored_and_twice_delivered_in_flight": used_s / carried * 1e6,
        "fan_out_deliveries_per_cpu_s": spread * FOLLOWERS / spread_alone_s,
        "fan_out_deliveries_per_cpu_s_in_flight": spread * FOLLOWERS / spread_s,
    }


async def _carried(server: Server, *, followers: int, envelopes: int, in_flight: int) -> float:
    """Push envelopes, one in a frame and so many in flight, until everybody has all; return the processor's time."""
    key = SigningKey.generate()
    author = await ears.following(server.port, key)
    readers = [await ears.following(server.port, key) for _ in range(followers)]
    before_s = server.used()["cpu_s"]
    for number in range(envelopes):
        # The slowest of them: then one in flight is one, and each is a frame and a commit of its own.
        await asyncio.gather(*(ear.until(number + 1 - in_flight) for ear in (author, readers[-1])))
        ears.push(author, key, named(number)[1])
    await asyncio.gather(*(ear.until(envelopes) for ear in (author, *readers)))
    used_s: float = server.used()["cpu_s"] - before_s
    for ear in (author, *readers):
        ear.end()
    return used_s


async def _crowded(server: Server, *, mailboxes: int, followers: int, envelopes: int) -> float:
    """Let many mailboxes carry one envelope at a time each, so that they share commits and no frame."""
    keys = [SigningKey.generate() for _ in range(mailboxes)]
    groups = [[await ears.following(server.port, key) for _ in range(1 + followers)] for key in keys]
    each = max(1, envelopes // mailboxes)

    async def carry(key: SigningKey, group: list[ears.Ear]) -> None:
        for number in range(each):
            ears.push(group[0], key, named(number)[1])
            await asyncio.gather(*(ear.until(number + 1) for ear in group))

    before_s = server.used()["cpu_s"]
    await asyncio.gather(*(carry(key, group) for key, group in zip(keys, groups, strict=True)))
    used_s: float = server.used()["cpu_s"] - before_s
    for ear in itertools.chain.from_iterable(groups):
        ear.end()
    return used_s * envelopes / (each * mailboxes)


async def idle(server: Server, *, links: int = IDLE, held_s: float = HEARTBEAT_S + 15) -> Figures:
    """Return what links cost that follow and say nothing: memory each, and the processor for their heartbeats."""
    keys = [SigningKey.generate() for _ in range(MAILBOXES)]
    before_kb = _private_kb(server)
    ears_: list[ears.Ear] = []
    while len(ears_) < links:
        some = range(len(ears_), min(links, len(ears_) + DIALS))
        ears_ += await asyncio.gather(*(ears.following(server.port, keys[n % MAILBOXES]) for n in some))
    after_kb, start_s = _private_kb(server), server.used()["cpu_s"]
    await asyncio.sleep(held_s)
    spent_s = server.used()["cpu_s"] - start_s
    there = sum(not ear.lost for ear in ears_)
    pinged = sum(ear.pings > 0 for ear in ears_)
    for ear in ears_:
        ear.end()
    return {
        "idle_links": links,
        "idle_kib_per_link": (after_kb - before_kb) / links,
        "idle_links_still_there": there,
        "idle_links_that_were_pinged": pinged,
        "idle_cpu_percent": spent_s / held_s * 100,
    }


def _private_kb(server: Server) -> int:
    """Return the memory that is the process's alone."""
    found = re.search(r"^RssAnon:\s+(\d+) kB", Path(f"/proc/{server.pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def _beside_node(ours: Figures) -> Figures:
    """Return the same fan-out by a broadcaster on Node, where its library is."""
    modules = Path(os.environ.get("NODE_PATH", NODE_MODULES))
    if not (modules / "ws").is_dir():
        print(f"Node's broadcaster is left out: there is no ws in {modules}")
        return {}
    with _broadcasting(modules) as hear:
        port = hear()["port"]
        alone = SPREAD * FOLLOWERS / asyncio.run(_broadcast(port, hear, in_flight=1))
        many = SPREAD * FOLLOWERS / asyncio.run(_broadcast(port, hear, in_flight=IN_FLIGHT))
    return {
        "node_ws_deliveries_per_cpu_s": alone,
        "node_ws_deliveries_per_cpu_s_in_flight": many,
        "fan_out_beside_node_ws": ours["fan_out_deliveries_per_cpu_s"] / alone,
        "fan_out_beside_node_ws_in_flight": ours["fan_out_deliveries_per_cpu_s_in_flight"] / many,
    }


@contextmanager
def _broadcasting(modules: Path) -> Iterator[Callable[[], Any]]:
    command, environment = ["node", str(BROADCASTER)], os.environ | {"NODE_PATH": str(modules.resolve())}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        lines = 0

        def hear() -> Any:
            nonlocal lines
            assert process.stdin is not None
            assert process.stdout is not None
            if lines:
                process.stdin.write("used\n")
                process.stdin.flush()
            lines += 1
            return json.loads(process.stdout.readline())

        try:
            yield hear
        finally:
            process.kill()


async def _broadcast(port: int, hear: Callable[[], Any], *, in_flight: int) -> float:
    author = await ears.listening(port)
    readers = [await ears.listening(port) for _ in range(FOLLOWERS)]
    before_s = hear()["cpu_s"]
    for number in range(SPREAD):
        await readers[-1].until(number + 1 - in_flight)
        author.say(named(number)[1])
    await asyncio.gather(*(ear.until(SPREAD) for ear in readers))
    used_s: float = hear()["cpu_s"] - before_s
    for ear in (author, *readers):
        ear.end()
    return used_s
