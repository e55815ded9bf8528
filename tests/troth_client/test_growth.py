"""A file has one of few sizes, and reaches it exactly."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_client import growth
from troth_client.growth import FLOOR_PAGES, HALVES_FROM_PAGES, LOCK_PAGE, PAGE_BYTES, grow, pages_for, pages_to_take

SMALL = [(1, 64), (64, 64), (65, 128), (128, 128), (129, 256), (2_049, 4_096)]
LARGE = [(4_097, 6_144), (6_145, 8_192), (8_193, 12_288), (12_288, 12_288), (12_289, 16_384), (16_385, 24_576)]


@pytest.mark.parametrize(("needed", "pages"), [*SMALL, *LARGE])
def test_the_next_size(needed: int, pages: int) -> None:
    """A file has the least power of two that holds what is in it; a large one, that or three quarters of it."""
    assert pages_for(needed) == pages


@given(st.integers(1, 2**32), st.integers(1, 2**32))
def test_sizes_are_few_and_hold_what_is_in_them(one: int, two: int) -> None:
    """What has its size keeps it, more never takes less, and a large file is at least two thirds full."""
    size = pages_for(one)
    assert size >= one
    assert pages_for(size) == size
    assert one > two or size <= pages_for(two)
    assert size <= max(FLOOR_PAGES, 2 * one)
    assert size < HALVES_FROM_PAGES or 2 * size <= 3 * one
    assert (size & -size).bit_length() >= size.bit_length() - 1, "there are two sizes to a power of two, and no more"


@given(st.integers(FLOOR_PAGES.bit_length() - 1, 32))
def test_a_vault_of_before_keeps_its_size(exponent: int) -> None:
    """Every size that vaults ever had is one still, so that no vault grows because a newer release opens it."""
    assert pages_for(1 << exponent) == 1 << exponent


@pytest.mark.parametrize("kept", [0, 1, 59, 60, 61, 62, 63, 64, 130, 700])
@pytest.mark.parametrize("freed", [0, 1, 40])
def test_growing_is_exact(tmp_path: Path, kept: int, freed: int) -> None:
    """Whatever is kept and free before, the file ends with exactly as many pages, and nothing of the filling stays."""
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as file:
        file.execute("CREATE TABLE kept (content)")
        file.executemany("INSERT INTO kept VALUES (zeroblob(?))", [(PAGE_BYTES - 100,)] * (kept + freed))
        file.execute("DELETE FROM kept WHERE rowid > ?", (kept,))
        needed = file.execute("PRAGMA page_count").fetchone()[0]
        file.execute("BEGIN")
        grow(file.execute)
        file.execute("COMMIT")
        assert file.execute("PRAGMA page_count").fetchone()[0] == pages_for(needed)
        assert file.execute("SELECT name FROM sqlite_master").fetchall() == [("kept",)]
        assert file.execute("SELECT count(*) FROM kept").fetchone()[0] == kept
        assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert (tmp_path / "file").stat().st_size == pages_for(needed) * PAGE_BYTES


def test_a_step_is_taken_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one value can not fill is filled by several."""
    monkeypatch.setattr(growth, "STEP_PAGES_MAX", 7)
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as file:
        file.execute("CREATE TABLE kept (content)")
        file.execute("BEGIN")
        grow(file.execute)
        file.execute("COMMIT")
        assert file.execute("PRAGMA page_count").fetchone()[0] == FLOOR_PAGES


def test_the_page_of_locks_is_nobodys() -> None:
    """Across the first gibibyte one page less is to be taken: SQLite counts it and gives it to nobody."""
    assert pages_to_take(100, 3, 128) == 31
    assert pages_to_take(LOCK_PAGE - 1, 0, 2 * (LOCK_PAGE - 1)) == LOCK_PAGE - 2
    assert pages_to_take(LOCK_PAGE + 1, 0, 2 * (LOCK_PAGE - 1)) == LOCK_PAGE - 3
