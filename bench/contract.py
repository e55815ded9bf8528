"""What the peers' harness and a participant agree on: JSON lines, numbered edits, and how reading is timed."""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

__all__ = ["Timing", "key_of", "leave_with_stdin", "lines", "now_us", "percentile", "rss_mb", "say", "value_of"]

KEYS: Final = 1_000
MEBIBYTE: Final = 1_048_576

Get = Callable[[str], str | None]
"""Returns what stands under a key of the document's map."""


def say(**line: object) -> None:
    """Tell the harness something."""
    print(json.dumps(line), flush=True)


async def lines() -> AsyncIterator[bytes]:
    """Yield the harness's lines, until it is gone."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield line


async def leave_with_stdin() -> None:
    """End this process when the harness is gone."""
    async for _ in lines():
        pass
    os._exit(0)


def now_us() -> int:
    """Return CLOCK_MONOTONIC, which all processes of one machine share."""
    return time.monotonic_ns() // 1_000


def rss_mb() -> float:
    """Return this process's resident memory now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEBIBYTE


def peak_rss_mb() -> float:
    """Return the most resident memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def key_of(edit: int) -> str:
    """Return the key that an edit sets; edits are numbered from 1."""
    return f"k{(edit - 1) % KEYS}"


def value_of(edit: int) -> str:
    """Return what an edit sets it to: its number, and when it was made."""
    return f"{edit} {now_us()}"


def number_at(get: Get, edit: int) -> int:
    """Return the number of the edit that stands where this one belongs, or 0."""
    return int((get(key_of(edit)) or "0 0").split()[0])


def complete(get: Get, edits: int) -> bool:
    """Tell whether every key holds the newest edit made to it."""
    return all(number_at(get, edit) == edit for edit in range(max(1, edits - KEYS + 1), edits + 1))


def percentile(values: list[int], share: float) -> int | None:
    """Return the value below which this share of them lies."""
    return sorted(values)[int((len(values) - 1) * share)] if values else None


class Timing:
    """Times each edit as it becomes readable."""

    def __init__(self) -> None:
        self.seen = self.events = self.first_us = 0
        self.latencies_us: list[int] = []

    def look(self, get: Get) -> None:
        """See what became readable; to be called whenever the document may have changed."""
        before = self.seen
        while True:
            edit, stamp_us = map(int, (get(key_of(self.seen + 1)) or "0 0").split())
            if edit <= self.seen:
                break
            self.seen += 1
            read_us = now_us()
            self.first_us = self.first_us or read_us
            if edit == self.seen:
                self.latencies_us.append(read_us - stamp_us)
        self.events += self.seen > before
