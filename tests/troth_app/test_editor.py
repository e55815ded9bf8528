"""An editor's text is in memory alone, this user's alone, and gone afterwards; a crash loses no word of it."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.relay_process import environment
from tests.troth_app.house import home_at
from troth_app import editor
from troth_app.editor import QUIET, Bench, compose, place_of, program_of, sweep
from troth_app.home import SHARED_MEMORY, Home
from troth_app.limits import ENTRY_BYTES_MAX
from troth_app.outcome import HereError

MOUNT = "22 1 0:21 / {path} rw,relatime shared:1 - {kind} none rw\n"
WAIT_S = 60

pytestmark = pytest.mark.skipif(
    place_of(Home(Path("/none"), Path("/none")), {}) is None, reason="this system has no folder in memory"
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home of one's own; what a test leaves in memory goes with it."""
    found = home_at(tmp_path)
    yield found
    for desk in found.desks({}):
        if desk.is_dir():
            sweep(desk)
            desk.rmdir()


def script(folder: Path, name: str, *lines: str) -> Path:
    """Make a program that stands in for an editor: it is given the file as its last argument."""
    program = folder / name
    program.write_text(f"#!{sys.executable}\nimport os, sys, signal\nfile = sys.argv[-1]\n" + "\n".join(lines) + "\n")
    program.chmod(0o700)
    return program


class Typed:
    """Somebody at the keyboard: gives answers, and remembers what was said and asked."""

    def __init__(self, *answers: str) -> None:
        """Choose the answers."""
        self.answers = list(answers)
        self.heard: list[str] = []

    def ask(self, prompt: str) -> str:
        """Answer a question."""
        self.heard.append(prompt)
        return self.answers.pop(0)

    def bench(self, home: Home, named: Path | str | None) -> Bench:
        """Sit down to write."""
        environ = {"PATH": os.environ["PATH"]} | ({"VISUAL": str(named)} if named else {})
        return Bench(home, self.ask, self.heard.append, environ)


def left(home: Home) -> list[Path]:
    """What lies in the home's folder in memory."""
    return [path for desk in home.desks({}) if desk.is_dir() for path in desk.rglob("*")]


def test_what_is_written_comes_back_and_nothing_stays(home: Home, tmp_path: Path) -> None:
    """The file is 0600 in a folder of 0700 in memory, temporary files go beside it, and all of it goes."""
    seen = tmp_path / "seen"
    nano = script(
        tmp_path,
        "nano",
        "open(file, 'w').write('canary, and more')",
        "open(os.environ['TMPDIR'] + '/copy', 'w').write('canary')",
        f"open({str(seen)!r}, 'w').write(file + ' ' + oct(os.stat(file).st_mode) + ' ' + ' '.join(sys.argv[1:-1]))",
    )
    assert compose(Typed().bench(home, nano)) == "canary, and more"
    file, mode, *options = seen.read_text().split()
    assert (int(mode, 8) & 0o777, options) == (0o600, ["-I"])
    place = Path(file).parent.parent
    assert place == place_of(home, {})
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert str(place).startswith(SHARED_MEMORY)
    assert left(home) == []


def test_no_word_goes_through_arguments_or_the_environment(home: Home, tmp_path: Path) -> None:
    """What an editor is started with names a file and says nothing else that was not there before."""
    seen = tmp_path / "seen"
    nano = script(tmp_path, "nano", f"open({str(seen)!r}, 'w').write(repr(sorted(os.environ)))")
    assert compose(Typed().bench(home, nano)) == ""
    assert {"PATH", "VISUAL", "TMPDIR"} >= set(eval(seen.read_text())) - {"LC_CTYPE"}  # noqa: S307


@pytest.mark.parametrize(
    ("end", "answers", "text"),
    [("sys.exit(1)", ["use"], "so far"), ("os.kill(os.getpid(), signal.SIGKILL)", ["open", "use"], "so farso far")],
)
def test_a_crash_loses_no_word(home: Home, tmp_path: Path, end: str, answers: list[str], text: str) -> None:
    """An editor that crashes leaves what it had saved: it is offered again, and goes on where it was."""
    vim = script(tmp_path, "vim", "open(file, 'a').write('so far')", end)
    typed = Typed(*answers)
    assert compose(typed.bench(home, vim)) == text
    assert "stopped in the middle" in typed.heard[0]
    assert left(home) == []


def test_it_can_be_let_go(home: Home, tmp_path: Path) -> None:
    """After a crash the text can go, too; then nothing was written."""
    vim = script(tmp_path, "vim", "open(file, 'a').write('so far')", "sys.exit(3)")
    assert compose(Typed("what?", "drop").bench(home, vim)) == ""
    assert left(home) == []


def test_what_is_too_long_is_not_lost(home: Home, tmp_path: Path) -> None:
    """A text that no entry holds is offered again, by how much is said, and it is used whole."""
    lines = (f"open(file, 'a').write('x' * {2 * ENTRY_BYTES_MAX})",)
    typed = Typed("use")
    assert compose(typed.bench(home, script(tmp_path, "nano", *lines))) == "x" * (2 * ENTRY_BYTES_MAX)
    assert typed.heard[0].startswith(f"That is {ENTRY_BYTES_MAX} letters longer than any text can be.")


def test_who_is_gone_is_asked_once(home: Home, tmp_path: Path) -> None:
    """After a crash nobody answers any more: what was saved goes on, and no editor is opened for ever."""
    vim = script(tmp_path, "vim", "open(file, 'a').write('so far')", "sys.exit(3)")
    assert compose(Typed("", "open").bench(home, vim)) == "so far"


def test_an_unknown_editor_is_opened_after_a_warning(home: Home, tmp_path: Path) -> None:
    """Nobody knows what it keeps elsewhere: it is said, and it is opened if that is wanted all the same."""
    strange = script(tmp_path, "strange", "open(file, 'w').write('x')")
    refused, wanted = Typed("no"), Typed("yes")
    assert compose(refused.bench(home, strange)) is None
    assert compose(wanted.bench(home, strange)) == "x"
    assert "keeps copies" in refused.heard[0]
    assert "keeps copies" in wanted.heard[0]


def test_without_an_editor_it_is_typed(home: Home) -> None:
    """Where none is named, or it is not there, it says so."""
    for named, said in ((None, "No editor is named"), ("/nowhere/editor", "/nowhere/editor is not on this computer")):
        typed = Typed()
        assert compose(typed.bench(home, named)) is None
        assert said in typed.heard[0]


def test_without_a_place_in_memory_it_is_typed(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where every place is on a disk, no editor is opened, and it says why."""
    nano, typed = script(tmp_path, "nano"), Typed()
    monkeypatch.setattr("troth_app.editor.place_of", lambda *_: None)
    assert compose(typed.bench(home, nano)) is None
    assert "in memory alone" in typed.heard[0]


@pytest.mark.parametrize(("kind", "found"), [("tmpfs", True), ("ext4", False)])
def test_a_place_is_in_memory_or_is_none(home: Home, tmp_path: Path, kind: str, found: bool) -> None:
    """The kind of the file system decides, that of the innermost mount."""
    run, mounts = tmp_path / "run", tmp_path / "mounts"
    run.mkdir()
    mounts.write_text(
        MOUNT.format(path="/", kind="tmpfs" if kind == "ext4" else "ext4") + MOUNT.format(path=run, kind=kind)
    )
    place = place_of(home, {"XDG_RUNTIME_DIR": str(run)}, mounts=mounts)
    assert (place is not None and place.parent == run) is found
    assert place_of(home, {}, mounts=tmp_path / "absent") is None


def test_known_editors_keep_no_copy() -> None:
    """Each is started without swap, backup, undo and history, whatever its settings say."""
    assert {"-n", "-i", "NONE"} < set(QUIET["vim"])
    assert all(f"no{what}" in QUIET["vim"][-1] for what in ("backup", "writebackup", "swapfile", "undofile"))
    assert QUIET["nano"] == ("-I",)


def test_an_alias_is_known_by_what_it_is(tmp_path: Path) -> None:
    """`vi` that is vim is started as vim; options that the person named come first."""
    script(tmp_path, "vim.basic")
    (tmp_path / "vi").symlink_to(tmp_path / "vim.basic")
    program = program_of({"PATH": str(tmp_path), "EDITOR": "vi -R"})
    assert program is not None
    assert (program.name, program.known, program.command[1:4]) == ("vi", True, ("-R", "-n", "-i"))


def test_killed_it_leaves_nothing_after_the_next_start(home: Home, tmp_path: Path) -> None:
    """R32: SIGKILL to the whole of it leaves a file in memory that the next start wipes, whoever else is composing."""
    waits = script(tmp_path, "nano", "open(file, 'w').write('canary')", "print(file, flush=True)", "signal.pause()")
    program = (
        "import sys, pathlib\nfrom troth_app.editor import Bench, compose\nfrom troth_app.home import Home\n"
        "folder, editor, path = sys.argv[1:]\n"
        "home = Home(pathlib.Path(folder), pathlib.Path(folder))\n"
        "compose(Bench(home, input, print, {'PATH': path, 'VISUAL': editor}))\n"
    )
    command = [sys.executable, "-c", program, str(home.folder), str(waits), os.environ["PATH"]]
    composing = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(), start_new_session=True)
        for _ in range(2)
    ]
    try:
        files = [Path((process.stdout.readline() if process.stdout else "").strip()) for process in composing]
        os.killpg(composing[0].pid, signal.SIGKILL)
        composing[0].wait(WAIT_S)
        assert files[0].read_text() == "canary"
        place = place_of(home, {})
        assert place is not None
        sweep(place)
        assert not files[0].parent.exists()
        assert files[1].read_text() == "canary"
    finally:
        for process in composing:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=WAIT_S)


def test_somebody_elses_folder_is_not_used(home: Home, tmp_path: Path) -> None:
    """A link of that name to a folder holds no text, and nothing in that folder is touched."""
    nano, place = script(tmp_path, "nano", "open(file, 'w').write('x')"), place_of(home, {})
    assert place is not None
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "elsewhere" / "kept").mkdir()
    place.symlink_to(tmp_path / "elsewhere")
    try:
        with pytest.raises(HereError):
            compose(Typed().bench(home, nano))
        sweep(place)
        assert (tmp_path / "elsewhere" / "kept").exists()
    finally:
        place.unlink()


def test_a_desk_that_was_taken_for_abandoned_is_made_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever sweeps just when a desk is made takes it away, and another one is made."""
    made, turns = editor._locked, []

    def late(desk: Path, how: int) -> int | None:
        turns.append(desk)
        if len(turns) == 1:
            desk.rmdir()
        return made(desk, how)

    monkeypatch.setattr(editor, "_locked", late)
    nano = script(tmp_path, "nano", "open(file, 'w').write('x')")
    assert compose(Typed().bench(home, nano)) == "x"
    assert len(turns) == 2
