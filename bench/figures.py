"""Figures with names and units, and how they are taken: medians of many turns."""

import statistics
import time
from collections.abc import Callable
from typing import Any

__all__ = ["Figures", "median_us", "seconds"]

Figures = dict[str, float]
"""Figures by name; the unit stands at the end of the name."""


def median_us(act: Callable[[], Any], *, turns: int = 400) -> float:
    """Return the median time that something takes, in microseconds."""
    times = []
    for _ in range(turns):
        start = time.perf_counter_ns()
        act()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1e3


def seconds(act: Callable[[], Any]) -> float:
    """Return how long something takes, once."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
