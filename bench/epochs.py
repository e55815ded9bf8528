"""Changing keys: what a rotation costs with a long history, a fresh device from a checkpoint, and one long away."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bench.figures import Figures
from troth import Group, Put, document_id
from troth.record import Kind
from troth.testing import Device, World

__all__ = ["measure"]

LIST: Final = document_id("list")
EDITS: Final = 10_000
EDITS_PER_CHANGE: Final = 100
"""About as many as wait while a disk is busy."""
ROTATIONS: Final = 50
DEVICES: Final = 10


def measure() -> Figures:
    """Return seconds, bytes, and the longest single turn of a device, which is how long a reader may wait."""
    return _long() | _flood() | _away() | _wide()


def _long() -> Figures:
    world = World("ann", "bob")
    world.sync()
    ann, bob = world.devices["ann"], world.devices["bob"]
    for number in range(EDITS // 2):
        for device in (ann, bob):
            device.edit(LIST, Put((f"{number % 500}",), f"word {number} of {device.name}"))
        if number % 200 == 0:
            world.sync()
    world.sync()
    raw = sum(len(record.payload) for record in ann.engine.inbox.chains.proven if record.header.kind == Kind.CHANGES)
    turns: list[float] = []
    with _watched(ann, turns):
        start = time.perf_counter()
        ann._carry_out(ann.engine.rotate())
        world.sync("ann")
        rotated = time.perf_counter() - start
    others: list[float] = []
    with _watched(bob, others):
        world.sync()
    assert ann.engine.line.target is not None
    log = world.relay.logs[ann.engine.line.target.mailbox]
    fresh = world.add("ann2", by="ann")
    world.sync("ann")
    start = time.perf_counter()
    world.sync("ann2")
    caught_up = time.perf_counter() - start
    assert fresh.view(LIST) == ann.view(LIST)
    return {
        "rotation_10000_edits_s": rotated,
        "rotation_longest_turn_s": max(turns),
        "crossing_longest_turn_s": max(others),
        "fresh_device_10000_edits_s": caught_up,
        "checkpoint_bytes_per_raw_byte": sum(map(len, log)) / raw,
        "checkpoint_kib": sum(map(len, log)) / 1024,
    }


@contextmanager
def _watched(device: Device, turns: list[float]) -> Iterator[None]:
    """Note how long each input takes the engine."""
    engine = device.engine

    def timed(act: Any) -> Any:
        def run(*arguments: Any) -> Any:
            start = time.perf_counter()
            try:
                return act(*arguments)
            finally:
                turns.append(time.perf_counter() - start)

        return run

    for name in ("receive", "merge", "rotate"):
        setattr(engine, name, timed(getattr(engine, name)))
    try:
        yield
    finally:
        for name in ("receive", "merge", "rotate"):
            delattr(engine, name)


def _flood() -> Figures:
    """The peers' work: ten thousand edits of a thousand keys, as the changes that they become in a flood."""
    world = World("ann", "bob")
    world.sync()
    ann = world.devices["ann"]
    for first in range(0, EDITS, EDITS_PER_CHANGE):
        edits = [
            (f"k{number % 1000}", f"{number} {time.monotonic_ns() // 1000}")
            for number in range(first, first + EDITS_PER_CHANGE)
        ]
        ann._carry_out(
            ann.engine.edit([Group(number, LIST, (Put((key,), text),)) for number, (key, text) in enumerate(edits)])
        )
    world.sync()
    log_bytes = sum(map(len, world.relay.logs[world.mailbox]))
    ann._carry_out(ann.engine.rotate())
    world.sync()
    assert ann.engine.line.target is not None
    checkpoint_bytes = sum(map(len, world.relay.logs[ann.engine.line.target.mailbox]))
    fresh = world.add("ann2", by="ann")
    world.sync("ann")
    start = time.perf_counter()
    world.sync("ann2")
    caught_up = time.perf_counter() - start
    assert fresh.view(LIST) == ann.view(LIST)
    return {
        "fresh_device_flood_s": caught_up,
        "flood_log_kb": log_bytes / 1000,
        "flood_checkpoint_kb": checkpoint_bytes / 1000,
    }


def _away() -> Figures:
    world = World("ann", "bob")
    world.sync()
    away = world.devices["bob"]
    away.cut()
    ann = world.devices["ann"]
    for number in range(ROTATIONS):
        ann.edit(LIST, Put((f"{number}",), "word"))
        ann._carry_out(ann.engine.rotate())
        world.sync("ann")
    start = time.perf_counter()
    world.sync("bob")
    back = time.perf_counter() - start
    assert away.view(LIST) == ann.view(LIST)
    return {"back_after_50_rotations_s": back}


def _wide() -> Figures:
    world = World("ann", "bob")
    for number in range(DEVICES - 2):
        world.add(f"device {number}", by=("ann", "bob")[number % 2])
        world.sync()
    ann = world.devices["ann"]
    ann._carry_out(ann.engine.rotate())
    made = [record for record in ann.engine.inbox.chains.proven if record.header.kind == Kind.OPERATION]
    return {"epoch_record_ten_devices_bytes": float(len(made[-1].encode()))}
