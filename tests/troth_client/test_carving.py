"""Every row of a file is found page by page, as SQLite would find it, and whatever is broken stops nothing."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from secrets import token_bytes

import pytest

from troth_client.carving import Cell, carve
from troth_client.growth import PAGE_BYTES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be made."""
    return tmp_path / "file"


LENGTHS = (0, 1, 480, 489, 490, 3_000, 4_050, 4_058, 4_061, 4_062, 4_581, 4_582, 9_000, 100_000)


def make(path: Path, contents: dict[int, bytes]) -> sqlite3.Connection:
    """Make a database with a vault's tables."""
    file = sqlite3.connect(path, isolation_level=None)
    file.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    file.execute("CREATE TABLE header (content BLOB NOT NULL)")
    file.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL)")
    file.execute("INSERT INTO header VALUES (x'00112233')")
    file.executemany("INSERT INTO rows VALUES (?, ?)", contents.items())
    return file


def test_every_row_is_found(path: Path) -> None:
    """Short and long rows, under small and large numbers, come back as they are, and the head with them."""
    contents = {7 * number + 2**60 * (number % 3): token_bytes(length) for number, length in enumerate(LENGTHS * 30, 1)}
    make(path, contents).close()
    found = {cell.number: cell.content for cell in carve(path.read_bytes()) if cell.content != b"\x00\x11\x22\x33"}
    assert found == contents


def test_what_stands_in_the_log_counts(path: Path) -> None:
    """Commits in the log are laid over the file; what was not committed, or is left from before, is not."""
    with closing(make(path, {1: b"old", 2: b"two"})) as file:
        file.execute("PRAGMA journal_mode = WAL")
        file.executemany("INSERT INTO rows VALUES (?, zeroblob(3000))", [(number,) for number in range(100, 140)])
        file.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        file.execute("UPDATE rows SET sealed = x'6e6577' WHERE id = 1")
        main, log = path.read_bytes(), path.with_name("file-wal").read_bytes()
        found = {cell.number: cell.content for cell in carve(main, log)}
        assert (found[1], found[2]) == (b"new", b"two")
        cut = log[: 32 + 24 + PAGE_BYTES - 1]
        assert {cell.number: cell.content for cell in carve(main, cut)}[1] == b"old"
        assert len(found) == 42
        assert {cell.number for cell in carve(main, b"short")} == set(found)


def test_a_row_of_which_a_part_is_missing_is_said(path: Path) -> None:
    """A long row whose pages are cut off is found without its content; those before it are whole."""
    make(path, {1: b"short", 2: bytes(100_000)}).close()
    found = {cell.number: cell.content for cell in carve(path.read_bytes()[: 5 * PAGE_BYTES])}
    assert found[2] is None
    assert Cell(1, b"\x00\x11\x22\x33") in list(carve(path.read_bytes()))


def test_whatever_is_broken_stops_nothing(path: Path) -> None:
    """With bytes changed anywhere it still ends, and yields cells."""
    make(path, {number: bytes([number]) * 700 for number in range(1, 60)}).close()
    whole = path.read_bytes()
    dice = random.Random(7)
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 200)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        assert all(isinstance(cell, Cell) for cell in carve(bytes(broken[: dice.randrange(len(broken))])))
    assert list(carve(b"")) == []


def test_without_its_first_page_the_others_are_read(path: Path) -> None:
    """What SQLite can not even open gives its rows all the same."""
    contents = {number: bytes([number]) * 700 for number in range(1, 60)}
    make(path, contents).close()
    broken = bytes(PAGE_BYTES) + path.read_bytes()[PAGE_BYTES:]
    found = {cell.number: cell.content for cell in carve(broken)}
    assert found.items() >= {key: contents[key] for key in range(2, 60)}.items()
