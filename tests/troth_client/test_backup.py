"""Only a backup that opens is put back, only where nothing is, and only as another life; it is only read."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.vaults import ADMIN, CHEAP, ROWS, WORDS, add, create, files, make_old, only, open_
from troth import Row, Signer
from troth_client import backup as backups
from troth_client import vault as vaults
from troth_client.backup import restore
from troth_client.header import FORMAT
from troth_wire.errors import DamagedError, FullError, NewerError, PassphraseError, StoreError, UsageError


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup of a vault with two rooms."""
    with closing(create(tmp_path / "vault", *ROWS)) as vault:
        add(vault, *ROWS, *(Row("more", bytes([n]), bytes(2_000)) for n in range(200)))
        vault.copy_to(tmp_path / "backup")
    return tmp_path / "backup"


def put_back(backup: Path, passphrase: str = WORDS) -> Path:
    """Restore cheaply."""
    restored = backup.parent / "restored"
    restore(backup, restored, passphrase=passphrase, machine=CHEAP)
    return restored


def refused(backup: Path, kind: type[StoreError], says: str, passphrase: str = WORDS) -> None:
    """Check that a backup is refused in words about it, and nothing was written."""
    before = files(backup)
    with pytest.raises(StoreError) as raised:
        put_back(backup, passphrase)
    assert type(raised.value) is kind
    assert str(backup) in str(raised.value)
    assert says in str(raised.value)
    assert files(backup) == before


def test_what_was_backed_up_is_there_again(backup: Path) -> None:
    """Rows, settings and admin keys of every room come back, for their owner alone; the backup is as it was."""
    before = backup.read_bytes()
    restored = put_back(backup)
    assert backup.read_bytes() == before
    assert restored.stat().st_mode & 0o777 == 0o600
    with closing(open_(restored)) as vault:
        assert [len(vault.room(room).load()) for room in vault.rooms] == [2, 202]
        assert vault.admin(vault.rooms[0], WORDS).public == Signer(ADMIN).public
        assert vault.about(vault.rooms[1]) is not None
    assert not any("draft" in name for name in files(backup))


def test_a_restored_vault_lives_anew_in_every_room(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a copy made by hand does, and even where the file system says that it is the very same place."""
    with closing(open_(backup.parent / "vault")) as vault:
        place = vault._place
    monkeypatch.setattr(vaults, "place_of", lambda _: place)
    restored = put_back(backup.parent / "vault")
    with closing(open_(restored)) as vault:
        assert [vault.room(room).moved for room in vault.rooms] == [True, True]
        vault.room(vault.rooms[0]).commit([Row("life", b"", b"new")])
        assert [vault.room(room).moved for room in vault.rooms] == [False, True]


def test_the_log_beside_a_copy_is_not_forgotten(backup: Path) -> None:
    """Of a vault that was copied with its log while it was open, what only the log holds is restored too."""
    folder = backup.parent / "by hand"
    folder.mkdir()
    with closing(open_(backup.parent / "vault")) as vault:
        vault.room(vault.rooms[0]).commit([Row("logged", b"", b"")])
        for name in ("vault", "vault-wal"):
            shutil.copy(backup.parent / name, folder / name)
    restored = put_back(folder / "vault")
    with closing(open_(restored)) as vault:
        assert Row("logged", b"", b"") in vault.room(vault.rooms[0]).load()
    assert sorted(files(restored)) == ["restored", "vault", "vault-wal"]


def test_a_backup_of_an_earlier_format(tmp_path: Path) -> None:
    """It is brought up to this one in the copy, and stays itself as it is."""
    make_old(tmp_path / "backup", *ROWS)
    before = (tmp_path / "backup").read_bytes()
    with closing(open_(put_back(tmp_path / "backup"))) as vault:
        assert only(vault).moved
        assert len(only(vault).load()) == len(ROWS)
    assert (tmp_path / "backup").read_bytes() == before


@pytest.mark.parametrize("left", [0, 50, 4_096, 0.5, 0.9, -1])
def test_a_truncated_backup(backup: Path, left: float) -> None:
    """A backup that was cut off is refused, however much is left."""
    size = backup.stat().st_size
    with backup.open("r+b") as file:
        file.truncate(size - 1 if left < 0 else int(left * size) if left < 1 else int(left))
    refused(backup, DamagedError, "Try another backup")


def test_an_altered_backup(backup: Path) -> None:
    """One altered row is enough."""
    with closing(sqlite3.connect(backup)) as file:
        file.execute(
            "UPDATE rows SET sealed = substr(sealed, 1, 99) || zeroblob(8) || substr(sealed, 108) WHERE id = 3"
        )
        file.commit()
    refused(backup, DamagedError, "nothing was restored")


def test_what_is_no_backup(tmp_path: Path) -> None:
    """Text is none, and a name that is wrong neither."""
    (tmp_path / "backup").write_text("dear diary\n" * 1_000)
    refused(tmp_path / "backup", DamagedError, "is no backup")
    refused(tmp_path / "nowhere", StoreError, "There is no vault")


def test_a_newer_backup(backup: Path) -> None:
    """It is not taken apart."""
    with closing(sqlite3.connect(backup)) as file:
        file.execute(f"PRAGMA user_version = {FORMAT + 1}")
    refused(backup, NewerError, "Install the newer version")


@pytest.mark.parametrize("wrong", ["", "wrong"])
def test_a_wrong_passphrase(backup: Path, wrong: str) -> None:
    """A backup opens with its own key only."""
    refused(backup, PassphraseError, "does not open with this passphrase", wrong)


def test_the_log_of_another_vault_is_not_taken_in(backup: Path) -> None:
    """What a vault that was removed left beside its name is no part of what is restored or backed up there.

    SQLite would lay it over the copy: rows come back, and a room finds the place where it was left, so that it would
    sign on in its old life.
    """
    left = backup.parent / "restored-wal"
    with closing(create(backup.parent / "restored", *ROWS)) as vault:
        only(vault).commit([Row("later", b"key", b"value")])
        logged = left.read_bytes()
    (backup.parent / "restored").unlink()
    left.write_bytes(logged)
    with pytest.raises(UsageError, match="restored-wal"):
        put_back(backup)
    with closing(open_(backup.parent / "vault")) as vault, pytest.raises(UsageError, match="restored-wal"):
        vault.copy_to(backup.parent / "restored")
    assert left.read_bytes() == logged
    assert not (backup.parent / "restored").exists()
    left.unlink()
    put_back(backup)


def test_nothing_is_written_over(backup: Path) -> None:
    """A vault that is there stays, whole or empty."""
    restored = backup.parent / "restored"
    for content in (b"", b"dear diary"):
        restored.write_bytes(content)
        with pytest.raises(UsageError, match="already"):
            put_back(backup)
        assert restored.read_bytes() == content


def test_a_name_that_is_taken_meanwhile(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two programs that restore under one name, the second leaves the first one's vault alone."""
    check: Callable[..., None] = backups._check

    def be_late(*arguments: object) -> None:
        check(*arguments)
        (backup.parent / "restored").write_bytes(b"mine")

    monkeypatch.setattr(backups, "_check", be_late)
    with pytest.raises(UsageError, match="already"):
        put_back(backup)
    assert (backup.parent / "restored").read_bytes() == b"mine"


def test_a_disk_that_fails(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the copy can not be written, there is no vault, nor a part of one."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fail)
    refused_before = files(backup)
    with pytest.raises(FullError, match="No space left"):
        put_back(backup)
    assert files(backup) == refused_before
