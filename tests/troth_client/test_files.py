"""A file is there whole or not at all, for its owner alone, and never in the place of another."""

import os
from pathlib import Path

import pytest

from troth_client import files
from troth_wire.errors import FullError, StoreError, UsageError


def test_what_lies_beside_a_file(tmp_path: Path) -> None:
    """It is found through a link too."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "file")
    assert files.beside(tmp_path / "link", "-wal") == (tmp_path / "folder").resolve() / "file-wal"


def test_a_claimed_file_is_its_owners(tmp_path: Path) -> None:
    """It is empty and readable by nobody else; what is there already stays as it is."""
    files.claim(tmp_path / "file")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    (tmp_path / "file").write_bytes(b"content")
    files.claim(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"content"


def test_an_empty_file_becomes_its_owners(tmp_path: Path) -> None:
    """A file that was there already, for all to read, is its owner's alone from then on."""
    (tmp_path / "file").touch(0o666)
    (tmp_path / "file").chmod(0o666)
    files.claim(tmp_path / "file")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_new_file_is_nobody_elses(tmp_path: Path) -> None:
    """Where a draft is claimed, nothing may be there: no file of somebody else's, and no link to one."""
    (tmp_path / "other").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "other")
    (tmp_path / "nowhere").symlink_to(tmp_path / "made")
    for name in ("other", "link", "nowhere"):
        with pytest.raises(FullError):
            files.claim(tmp_path / name, new=True)
    assert not (tmp_path / "made").exists()
    files.claim(tmp_path / "file", new=True)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_folder_is_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of one's own is closed to others; a link, a file and somebody else's folder are refused."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError):
        files.check_own(folder)
    files.own(folder)
    files.check_own(folder)
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(NotADirectoryError):
            files.own(tmp_path / name)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(PermissionError):
        files.own(folder)


def test_what_is_read_is_bounded_and_a_file(tmp_path: Path) -> None:
    """No more is read than was asked for, no link is followed, and nobody is waited for."""
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert files.read(tmp_path / "file", bytes_max=7) == b"content"
    assert files.read(tmp_path / "file", bytes_max=3) == b"cont"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert files.read(tmp_path / "pipe", bytes_max=3) is None
    assert files.read(tmp_path, bytes_max=3) is None
    with pytest.raises(OSError, match="link"):
        files.read(tmp_path / "link", bytes_max=7)


def test_what_can_not_be_claimed_is_said(tmp_path: Path) -> None:
    """A folder that is missing, and a name that is a folder, are errors for people."""
    with pytest.raises(StoreError, match="Create it first"):
        files.claim(tmp_path / "nowhere" / "file")
    with pytest.raises(FullError):
        files.claim(tmp_path)


def test_a_name_must_be_free(tmp_path: Path) -> None:
    """A file with content takes its name; an empty one only where that is asked."""
    files.check_free(tmp_path / "file", any_size=True)
    (tmp_path / "file").touch()
    files.check_free(tmp_path / "file")
    with pytest.raises(UsageError):
        files.check_free(tmp_path / "file", any_size=True)
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(UsageError):
        files.check_free(tmp_path / "file")


def test_a_log_that_was_left_takes_the_name(tmp_path: Path) -> None:
    """What another vault left beside a name is neither mixed into what comes there nor thrown away."""
    path, log, journal = tmp_path / "file", tmp_path / "file-wal", tmp_path / "file-journal"
    log.touch()
    files.check_free(path, any_size=True)
    log.write_bytes(b"1")
    for any_size in (True, False):
        with pytest.raises(UsageError, match="file-wal"):
            files.check_free(path, any_size=any_size)
    log.unlink()
    journal.write_bytes(b"1")
    files.check_free(path)
    with pytest.raises(UsageError, match="file-journal"):
        files.check_free(path, any_size=True)


@pytest.mark.parametrize("links", [True, False], ids=["two names", "one name"])
def test_a_draft_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool) -> None:
    """On every file system the draft gets a name that is free, and none that is not."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    draft, path = tmp_path / "draft", tmp_path / "file"
    files.write(draft, b"content")
    files.put_up(draft, path)
    assert path.read_bytes() == b"content"
    assert not draft.exists()
    files.write(draft, b"other")
    with pytest.raises(FileExistsError):
        files.put_up(draft, path)
    assert path.read_bytes() == b"content"


def test_a_draft_is_written_once(tmp_path: Path) -> None:
    """A draft is new, flushed, and its owner's."""
    files.write(tmp_path / "draft", b"content")
    files.flush(tmp_path / "draft")
    files.sync(tmp_path)
    assert (tmp_path / "draft").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        files.write(tmp_path / "draft", b"content")


def test_where_no_folder_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On such systems nothing is done, and nothing fails."""
    monkeypatch.delattr(os, "O_DIRECTORY")
    files.sync(tmp_path / "nowhere")
