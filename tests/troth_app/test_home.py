"""One folder for one vault, its owner's alone; two homes never share a socket."""

import os
from pathlib import Path

import pytest

from troth_app.home import Home, private_folder
from troth_app.outcome import HereError


def test_a_home_is_named_by_the_environment(tmp_path: Path) -> None:
    """TROTH_HOME counts, and what lies there lies in no other folder."""
    home = Home.find({"TROTH_HOME": str(tmp_path / "a" / ".." / "b")})
    assert home.folder == tmp_path / "b"
    assert {path.parent for path in (home.vault, home.lock, home.log, home.socket)} == {home.folder}


@pytest.mark.parametrize(
    ("environ", "platform", "folder"),
    [
        ({"HOME": "/h"}, "linux", "/h/.local/share/troth"),
        ({"HOME": "/h", "XDG_DATA_HOME": "/d"}, "linux", "/d/troth"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Application Support/troth"),
    ],
)
def test_without_a_name_it_is_where_systems_expect_it(environ: dict[str, str], platform: str, folder: str) -> None:
    """Each system has its place for such things."""
    assert Home.find(environ, platform=platform).folder == Path(folder)


def test_two_homes_have_two_sockets(tmp_path: Path) -> None:
    """In one runtime folder each home has a name of its own, that tells nothing about it."""
    first, second = (
        Home.find({"TROTH_HOME": str(tmp_path / name), "XDG_RUNTIME_DIR": str(tmp_path)}) for name in ("robin", "sasha")
    )
    assert first.socket.parent == second.socket.parent == tmp_path / "troth"
    assert first.socket != second.socket
    assert "robin" not in first.socket.name


def test_folders_are_made_private(tmp_path: Path) -> None:
    """Nobody else may look into them, and making them again changes nothing."""
    home = Home.find({"TROTH_HOME": str(tmp_path / "a" / "b"), "XDG_RUNTIME_DIR": str(tmp_path / "run")})
    for _ in range(2):
        home.prepare()
        assert home.folder.stat().st_mode & 0o777 == home.runtime.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """It says how to close it, and does not do so by itself."""
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(HereError, match="chmod 700"):
        private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o755


def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of another user is not used, and neither is a link to one."""
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(HereError, match="not a folder of yours"):
        private_folder(tmp_path / "link")
    monkeypatch.setattr(os, "getuid", lambda: -1)
    with pytest.raises(HereError, match="not a folder of yours"):
        private_folder(tmp_path / "mine")


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    """A file in the way costs a sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(HereError, match="can not be made"):
        private_folder(tmp_path / "file" / "folder")
