"""A vault of an earlier format becomes one of this, whole, whenever the process dies; a newer one is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.vaults import (
    ADMIN,
    ROWS,
    WORDS,
    die_at_every_statement,
    files,
    make_old,
    only,
    open_,
    shown,
)
from troth import DeviceKeys, Identity, Row, Signer, Welcome, begin, countersign, found
from troth_client import About
from troth_client.database import Database
from troth_client.header import FORMAT
from troth_client.migrations import STEPS
from troth_wire.errors import DamagedError, FullError, NewerError, PassphraseError

KEPT = sorted(ROWS, key=lambda row: row.table)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a vault may be made."""
    return tmp_path / "vault"


def version(path: Path) -> int:
    """Return a vault's format, from outside."""
    with closing(sqlite3.connect(path)) as file:
        found: int = file.execute("PRAGMA user_version").fetchone()[0]
    return found


def test_every_earlier_format_has_its_step() -> None:
    """From whichever format, steps lead to this release's."""
    assert sorted(STEPS) == list(range(1, FORMAT))


def test_the_first_format_gets_its_room(path: Path) -> None:
    """Its rows are in one room, which has the admin key and the place that the vault had."""
    make_old(path, *ROWS)
    with closing(open_(path)) as vault:
        assert only(vault).load() == KEPT
        assert only(vault).admin(WORDS).public == Signer(ADMIN).public
        assert not only(vault).moved
        assert vault.settings.load() == []
        only(vault).commit([Row("more", b"", b"")])
    assert version(path) == FORMAT
    with closing(open_(path)) as vault:
        assert len(only(vault).load()) == len(ROWS) + 1
    assert path.stat().st_size == 2**18


def test_a_space_is_known_by_its_kind(path: Path) -> None:
    """Where the device is in a space already, the settings say which kind it is."""
    keys, admin = DeviceKeys.make(CHEAP.entropy)
    genesis = countersign(found([keys.card], CHEAP.entropy), keys, Signer(admin))
    make_old(path, *begin(Identity.welcomed(keys, Welcome(genesis, None)), CHEAP.entropy))
    with closing(open_(path)) as vault:
        assert vault.about(vault.rooms[0]) == About("solo")


def test_a_space_that_is_not_understood_is_kept(path: Path) -> None:
    """What the engine makes of its rows is the engine's matter; the settings then say nothing."""
    make_old(path, Row("identity", b"", b"of another time"))
    with closing(open_(path)) as vault:
        assert vault.about(vault.rooms[0]) is None
        assert only(vault).load() == [Row("identity", b"", b"of another time")]


def test_a_vault_that_was_moved_before_still_knows(path: Path) -> None:
    """The place goes along as it was left."""
    make_old(path, *ROWS, at=bytes(32))
    for _ in range(2):
        with closing(open_(path)) as vault:
            assert only(vault).moved


def test_nothing_of_the_old_head_is_left(path: Path) -> None:
    """Neither its wraps nor its rows can be found in the file."""
    make_old(path, *ROWS)
    with closing(sqlite3.connect(path)) as file:
        old = [row[0][30:90] for row in file.execute("SELECT content FROM header UNION SELECT sealed FROM rows")]
    assert shown(old, path) == sorted(old, key=old.index)
    open_(path).close()
    assert shown(old, path) == []


def test_killed_at_every_moment_it_is_resumed(tmp_path: Path) -> None:
    """Before any statement of the migration the vault is of the old format or the new, and opens whole."""
    (tmp_path / "source").mkdir()
    make_old(tmp_path / "source" / "vault", *ROWS, *(Row("more", bytes([n]), bytes(2_000)) for n in range(50)))
    copies = die_at_every_statement(tmp_path / "source", tmp_path / "copies", work="open_(path).close()")
    for copy in copies:
        with closing(open_(copy)) as vault:
            assert len(only(vault).load()) == len(ROWS) + 50
            assert only(vault).admin(WORDS).public == Signer(ADMIN).public
            assert only(vault).moved
        assert version(copy) == FORMAT
    assert len(copies) > 10


@pytest.mark.parametrize("words", ["", "wrong"])
def test_a_wrong_passphrase_migrates_nothing(path: Path, words: str) -> None:
    """The vault stays of its format."""
    make_old(path, *ROWS)
    with pytest.raises(PassphraseError):
        open_(path, words)
    assert version(path) == 1
    open_(path).close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rows SET sealed = substr(sealed, 1, 99) || zeroblob(8) || substr(sealed, 108) WHERE id = 3",
        "DELETE FROM rows WHERE id = 1",
        "UPDATE header SET content = substr(content, 2)",
        "UPDATE header SET content = substr(content, 1, length(content) - 8) || x'0000000000000000'",
        "PRAGMA user_version = 0",
    ],
)
def test_a_damaged_one_is_left_as_it_is(path: Path, change: str) -> None:
    """What does not open whole is not migrated."""
    make_old(path, *ROWS)
    with closing(sqlite3.connect(path)) as file:
        file.execute(change)
        file.commit()
    before = path.read_bytes()
    with pytest.raises(DamagedError):
        open_(path)
    assert path.read_bytes() == before


def test_a_newer_one_is_left_untouched(path: Path) -> None:
    """Not a byte of a later format changes, and nothing is put beside it."""
    make_old(path, *ROWS)
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {FORMAT + 1}")
    before = files(path)
    with pytest.raises(NewerError):
        open_(path)
    assert files(path) == before
    assert [file.name for file in path.parent.iterdir()] == ["vault"]


def test_a_disk_that_fails_migrates_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the step can not be written the old vault stays as it was; the next opening takes the step."""
    make_old(path, *ROWS)

    def fail(*_: object, **__: object) -> NoReturn:
        raise FullError("for once")

    monkeypatch.setattr(Database, "_write", fail)
    with pytest.raises(FullError):
        open_(path)
    monkeypatch.undo()
    assert version(path) == 1
    with closing(open_(path)) as vault:
        assert only(vault).load() == KEPT
