"""A second launcher does what the first one does, under another name, and takes nobody's place."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.contracts.relay_process import environment
from troth_app.alias import install, launch
from troth_app.main import main
from troth_app.outcome import HereError, RuleError


def test_it_lies_beside_the_first_and_calls_itself_so(tmp_path: Path) -> None:
    """Run as a program it names commands by its own name, and its help begins with it."""
    path = install("notes-of-mine", beside=tmp_path / "troth")
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    told = {**environment(), "TROTH_HOME": str(tmp_path / "home")}
    shown = subprocess.run([path], env=told, capture_output=True, text=True, check=True).stdout
    assert "`notes-of-mine init` makes one" in shown
    assert "`troth" not in shown
    text = subprocess.run([path, "--help"], env=told, capture_output=True, text=True, check=True).stdout
    assert text.startswith("Usage: notes-of-mine ")


@pytest.mark.parametrize("name", ["", "x", "Notes", "../notes", "a b", "-x", "a" * 32])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing that leads elsewhere, and nothing that a shell would read otherwise."""
    with pytest.raises(RuleError):
        install(name, beside=tmp_path / "troth")
    assert list(tmp_path.iterdir()) == []


def test_nobodys_place_is_taken(tmp_path: Path) -> None:
    """Neither that of a program of the system nor that of a file which lies there."""
    (tmp_path / "notes").write_text("mine")
    for name in ("notes", "ls"):
        with pytest.raises(RuleError):
            install(name, beside=tmp_path / "troth")
    assert (tmp_path / "notes").read_text() == "mine"
    with pytest.raises(HereError):
        install("notes", beside=tmp_path / "no" / "troth")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what it made and how to end it; a name that is none costs a sentence."""
    monkeypatch.setattr("sys.argv", [str(tmp_path / "troth")])
    made = CliRunner().invoke(main, ["alias", "notes-of-mine"])
    assert made.exit_code == 0
    assert "notes-of-mine" in made.stdout.replace("\n", " ")
    assert CliRunner().invoke(main, ["alias", "Notes"]).exit_code == 4


def test_a_launcher_runs_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under its name."""
    ran: list[dict[str, str]] = []
    monkeypatch.setattr("troth_app.main.main", lambda **named: ran.append(named))
    launch("notes")
    assert ran == [{"prog_name": "notes", "obj": "notes"}]
    assert os.sep not in ran[0]["obj"]
