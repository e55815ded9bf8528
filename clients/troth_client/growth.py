"""A vault's file has one of few sizes, so that its size tells little of what was written and when.

What is not used yet is there already, as free pages full of zeros (specs/vault.md, Size).
"""

from collections.abc import Callable
from typing import Any, Final

__all__ = ["PAGE_BYTES", "grow", "pages_for", "pages_to_take"]

PAGE_BYTES: Final = 4_096
FLOOR_PAGES: Final = 64
"""The smallest vault: 256 KiB."""
HALVES_FROM_PAGES: Final = 6_144
"""24 MiB: from here on there is a size between a power of two and the next (specs/decisions/0049)."""
STEP_PAGES_MAX: Final = 65_536
"""Taken by one filler: a value in SQLite has a bound."""

LOCK_PAGE: Final = 2**30 // PAGE_BYTES + 1
"""SQLite counts the page with its lock bytes and never gives it to anybody."""
LOCAL_BYTES: Final = 489
"""What a long value keeps on its own page (SQLite's file format, 1.6); the rest fills pages of its own."""
OVERFLOW_BYTES: Final = PAGE_BYTES - 4
SLACK_BYTES: Final = 12
"""At least what SQLite writes before the value; fewer bytes than would need a page less."""

Execute = Callable[[str], Any]


def pages_for(pages: int) -> int:
    """Return how many pages a file has that needs so many."""
    power = max(FLOOR_PAGES, 1 << (pages - 1).bit_length())
    between = power // 4 * 3
    return between if pages <= between and between >= HALVES_FROM_PAGES else power


def pages_to_take(pages: int, free: int, target: int) -> int:
    """Return how many pages must be taken at once until the file has as many as it should."""
    crosses = pages < LOCK_PAGE <= target
    return free + target - pages - crosses


def grow(execute: Execute) -> None:
    """Let the file grow to its next size, inside a transaction: take every page up to there, and free them all.

    Args:
        execute: Runs one statement.
    """
    pages = execute("PRAGMA page_count").fetchone()[0]
    target = pages_for(pages)
    if pages == target:
        return
    free = execute("PRAGMA freelist_count").fetchone()[0]
    left, fillers = pages_to_take(pages, free, target), 0
    while left > 0:
        left -= _fill(execute, f"filler_{fillers}", min(left, STEP_PAGES_MAX))
        fillers += 1
    for number in range(fillers):
        execute(f"DROP TABLE filler_{number}")


def _fill(execute: Execute, table: str, pages: int) -> int:
    """Take exactly so many pages: one for a table, the others for the one value in it."""
    execute(f"CREATE TABLE {table} (content)")
    if pages > 1:
        content_bytes = LOCAL_BYTES + (pages - 1) * OVERFLOW_BYTES - SLACK_BYTES
        execute(f"INSERT INTO {table} VALUES (zeroblob({content_bytes}))")  # noqa: S608 - numbers of our own
    return pages
