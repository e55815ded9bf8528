"""A file is as large as a power of two, and reaches it exactly."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from troth_client import growth
from troth_client.growth import FLOOR_PAGES, LOCK_PAGE, PAGE_BYTES, grow, pages_for, pages_to_take


@pytest.mark.parametrize(("needed", "pages"), [(1, 64), (64, 64), (65, 128), (128, 128), (129, 256), (4_097, 8_192)])
def test_the_next_power_of_two(needed: int, pages: int) -> None:
    """A file has the least power of two that holds what is in it, from a floor on."""
    assert pages_for(needed) == pages


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
