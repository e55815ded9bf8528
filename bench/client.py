"""`python -m bench.client PORT writer N RATE | reader N ID | catchup N ID`: a device as an app would use it.

Nothing is cut short: a vault on disk, the guard on, chains verified, and an edit counts as readable when `Space.view`
shows it, which is after this device has saved it.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from bench import devices, wire
from bench.contract import (
    Timing,
    complete,
    key_of,
    leave_with_stdin,
    lines,
    now_us,
    number_at,
    peak_rss_mb,
    percentile,
    rss_mb,
    say,
    value_of,
)
from troth import Put, Status, document_id
from troth_client import Space
from troth_wire.errors import UsageError

__all__ = ["DOCUMENT", "get", "main", "write_all"]

DOCUMENT: Final = document_id("bench")
DEVICES: Final = 4
"""Readers that one document may have."""
EDITS_PER_TURN: Final = 16


def get(space: Space, key: str) -> str | None:
    """Return what stands under a key."""
    try:
        value: str = space.view(DOCUMENT, (key,))
    except UsageError:
        return None
    return value


async def write(port: int, edits: int, rate: int) -> None:
    """Be the writer."""
    folder = devices.take_note(port)
    vault = folder / devices.WRITER
    devices.create(vault)
    async with devices.opened(vault, port) as space:
        await space.caught_up()
        await devices.admit(space, folder, DEVICES)
        told = lines()
        say(id=str(folder))
        async for _ in told:
            start_us, start_cpu_s = now_us(), time.process_time()
            before = space.status().read
            await write_all(space, edits, rate)
            cpu_us = (time.process_time() - start_cpu_s) / edits * 1e6
            entries = space.status().read - before
            say(secs=(now_us() - start_us) / 1e6, cpu_us=cpu_us, rss_mb=rss_mb(), entries=entries)


async def write_all(space: Space, edits: int, rate: int) -> None:
    """Make edits, so many a second or as fast as it goes; returns when the relay has them all."""
    start_us = now_us()
    making = []
    for edit in range(1, edits + 1):
        await _pause_before(edit, rate, start_us)
        put = Put((key_of(edit),), value_of(edit))
        making.append(asyncio.create_task(space.edit(DOCUMENT, put)))
    await asyncio.gather(*making)
    await space.stored()


async def _pause_before(edit: int, rate: int, start_us: int) -> None:
    if rate:
        wait_us = start_us + edit * 1_000_000 / rate - now_us()
        if wait_us > 0:
            await asyncio.sleep(wait_us / 1e6)
    elif edit % EDITS_PER_TURN == 0:
        await asyncio.sleep(0)


async def read(port: int, edits: int, folder: Path) -> None:
    """Be the reader."""
    leaving = asyncio.create_task(leave_with_stdin())
    async with devices.opened(devices.claim(folder), port) as space:
        await space.caught_up()
        notices = space.notices()
        timing, start_cpu_s = Timing(), time.process_time()
        say(ready=1)
        while timing.seen < edits:
            await anext(notices)
            timing.look(partial(get, space))
        say(
            events=timing.events,
            timed=len(timing.latencies_us),
            secs=(now_us() - timing.first_us) / 1e6,
            p50_us=percentile(timing.latencies_us, 0.5),
            p99_us=percentile(timing.latencies_us, 0.99),
            cpu_us=(time.process_time() - start_cpu_s) / edits * 1e6,
            rss_mb=rss_mb(),
        )
        leaving.cancel()


async def catch_up(port: int, edits: int, folder: Path) -> None:
    """Be a fresh device that reads everything."""
    leaving = asyncio.create_task(leave_with_stdin())
    async with devices.opened(devices.claim(folder), port) as space:
        look = partial(get, space)
        notices = space.notices()
        # True as soon as the WebSocket is open: the proof of access is still to come, and inside the clock.
        await space.until(_connected)
        start_us, start_cpu_s = now_us(), time.process_time()
        _, start_bytes = wire.carried(port)
        while number_at(look, edits) != edits:
            await anext(notices)
        secs, cpu_s = (now_us() - start_us) / 1e6, time.process_time() - start_cpu_s
        say(
            secs=secs,
            cpu_s=cpu_s,
            bytes_down=wire.carried(port)[1] - start_bytes,
            n=edits if complete(look, edits) else 0,
            maxrss_mb=peak_rss_mb(),
            entries=space.status().read,
        )
        leaving.cancel()


def _connected(status: Status) -> bool:
    return status.connected


def main() -> None:
    """Read the arguments and be what they say."""
    port, role, edits, last = sys.argv[1:]
    act: dict[str, Callable[[], Awaitable[None]]] = {
        "writer": lambda: write(int(port), int(edits), int(last)),
        "reader": lambda: read(int(port), int(edits), Path(last)),
        "catchup": lambda: catch_up(int(port), int(edits), Path(last)),
    }
    asyncio.run(_run(act[role]))


async def _run(act: Callable[[], Awaitable[None]]) -> None:
    await act()


if __name__ == "__main__":
    main()
