"""Where the time of one edit goes, from `Space.edit` on one device to `Space.view` on the other.

Writer, relay and reader run in this one process, on real files and sockets, one edit at a time. Each stage is a
function of theirs, watched from outside; what the stages leave over is loops, threads, sockets and waiting.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from bench import devices
from bench.client import DOCUMENT, get
from bench.contract import key_of, value_of
from bench.figures import Figures
from troth import Put, chain, document, envelope, outbox, record
from troth.library import Library
from troth.shelf import Shelf
from troth_client import Space, Vault
from troth_relay.app import Relay
from troth_relay.config import Config
from troth_relay.hub import Hub
from troth_relay.store.sqlite import SqliteStore

__all__ = ["STAGES", "measure"]

EDITS: Final = 300
WARM_UP: Final = 50
PAUSE_S: Final = 0.01

STAGES: Final[tuple[tuple[str, Any, str], ...]] = (
    ("edit", document.Document, "edit"),
    ("sign", record, "sign"),
    ("seal", envelope, "seal"),
    ("save", Vault, "commit"),
    ("push", outbox.Outbox, "push"),
    ("take in", Hub, "receive"),
    ("store", SqliteStore, "append"),
    ("fan out", Hub, "settle"),
    ("open", envelope, "open_"),
    ("verify", chain.Chains, "settle"),
    ("judge", Shelf, "_judge"),
    ("merge", document.Document, "merge"),
    ("view", Library, "view"),
)
"""Stages in their order: a name, where the function lives, and its name there.

Saving happens on both devices. Merging is inside judging, and is counted by itself alone.
"""


class Watch:
    """Notes when watched functions begin and how long they take, while it is on."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, int, int]] = []
        self.on = False

    def watched(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function, watched."""

        @wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter_ns()
            try:
                return function(*arguments, **named)
            finally:
                if self.on:
                    self.notes.append((stage, start, time.perf_counter_ns()))

        return call

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Watch every stage for as long as the block runs."""
        with ExitStack() as stack:
            for stage, place, name in STAGES:
                stack.enter_context(patch.object(place, name, self.watched(stage, getattr(place, name))))
            yield


def measure() -> Figures:
    """Return the median of each stage and of the whole, in microseconds."""
    watch = Watch()
    with watch.installed(), tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        return asyncio.run(_measure(watch, Path(folder)))


async def _measure(watch: Watch, folder: Path) -> Figures:
    config = Config(port=0, database=folder / "relay.db")
    store = SqliteStore(config.database)
    relay = await Relay.listen(config, store)
    vault = folder / devices.WRITER
    devices.create(vault)
    async with devices.opened(vault, relay.port) as writer:
        await writer.caught_up()
        await devices.admit(writer, folder, 1)
        async with devices.opened(devices.claim(folder), relay.port) as reader:
            await reader.caught_up()
            figures = await _follow_edits(watch, writer, reader)
    await relay.stop()
    store.close()
    return figures


async def _follow_edits(watch: Watch, writer: Space, reader: Space) -> Figures:
    spent: dict[str, list[float]] = defaultdict(list)
    notices = reader.notices()
    for edit in range(1, WARM_UP + EDITS + 1):
        watch.notes.clear()
        watch.on = edit > WARM_UP
        start, value = time.perf_counter_ns(), value_of(edit)
        making = asyncio.create_task(writer.edit(DOCUMENT, Put((key_of(edit),), value)))
        while get(reader, key_of(edit)) != value:
            await anext(notices)
        end = time.perf_counter_ns()
        watch.on = False
        await making
        await writer.stored()
        await asyncio.sleep(PAUSE_S)
        if edit > WARM_UP:
            for name, took_us in _sum_up(watch.notes, start, end).items():
                spent[name].append(took_us)
    return {name: statistics.median(values) for name, values in spent.items()}


def _sum_up(notes: list[tuple[str, int, int]], start: int, end: int) -> Figures:
    """Return how long each stage took on the way of one edit, all of them together, and the way as a whole.

    What the writer does when it sees its own edit in the log happens beside the way, and is left out: its commit is
    the second of three, or the third, whichever the reader's is not.
    """
    took: Figures = {stage: 0.0 for stage, _, _ in STAGES}
    for stage, began, ended in notes:
        if stage == "view":
            took[stage] = (ended - began) / 1e3
        elif ended <= end:
            took[stage] += (ended - began) / 1e3
    took["judge"] -= took["merge"]
    assert all(took.values()), f"a stage that is not on the way any more: {took}"
    total = (end - start) / 1e3
    return took | {"total": total, "rest": total - sum(took.values())}
