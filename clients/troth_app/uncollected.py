"""Lets much that stays be built at once: the collector of cycles would go through all of it again and again on the way.

What is let go of is freed as ever; only garbage in cycles waits until the block is over.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector out for as long as the block runs; blocks may lie in one another, or side by side."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
