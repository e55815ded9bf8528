"""`troth demo` says what it does in lines that fit, and costs a short message where something does not work."""

import asyncio
import shutil
import signal
import stat
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from troth_app.demo import homes, story
from troth_app.demo.findings import Outcome
from troth_app.demo.processes import DeviceDiedError
from troth_app.demo.record import Record
from troth_app.demo.sabotage import SABOTAGES
from troth_app.home import Home
from troth_app.limits import COLUMNS
from troth_app.main import MORE, main
from troth_app.outcome import Code
from troth_wire.errors import LocalError, UsageError

LONG = "One after the other, " * 8 + "the end."


class Told:
    """A story that is not told: it says something, and ends as it is to."""

    def __init__(self, end: Outcome | BaseException) -> None:
        """Choose the end."""
        self.end = end
        self.record: Record | None = None
        self.folder = Path()
        self.sabotage: str | None = None
        self.homes: Mapping[str, Home] = {}

    async def __call__(
        self,
        record: Record,
        folder: Path,
        *,
        sabotage: str | None,
        say: Callable[[str], None],
        homes: Mapping[str, Home] | None = None,
    ) -> Outcome:
        """Stand in for `troth_app.demo.story.tell`."""
        self.record, self.folder, self.sabotage, self.homes = record, folder, sabotage, homes or {}
        assert set(folder.iterdir()) == {home.folder for home in self.homes.values()}
        (folder / "relay.log").touch()
        (folder / "device-2.vault-letterbox").mkdir()
        say(LONG)
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[Outcome | BaseException], Told]:
    """Choose how the story ends."""

    def choose(end: Outcome | BaseException) -> Told:
        chosen = Told(end)
        monkeypatch.setattr(story, "tell", chosen)
        return chosen

    return choose


def run(*arguments: str) -> Result:
    """Run the command in this process; a traceback would be an exception that is not an exit."""
    result = CliRunner().invoke(main, ["demo", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


Choose = Callable[[Outcome | BaseException], Told]


def test_everything_held(told: Choose) -> None:
    """It ends with 0, says so, tells the ninety days in lines that fit, and its folder is gone."""
    tale = told(Outcome())
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("\nAll of it held.\n")
    assert all(len(line) <= COLUMNS for line in result.stdout.splitlines())
    assert " ".join(LONG.split()) in " ".join(result.stdout.split())
    assert tale.record is not None
    assert tale.record.persons == ("Robin", "Sasha")
    assert not tale.folder.exists()


def test_not_everything_held(told: Choose) -> None:
    """It ends with 1 and says so; the sabotage is handed on."""
    tale = told(Outcome(lost=["Robin's device 1: title"], sabotage="cursor"))
    result = run("--sabotage", "cursor")
    assert result.exit_code == Code.HERE
    assert "\nNot all of it held: the proofs noticed the sabotage (cursor).\n" in result.stdout
    assert tale.sabotage == "cursor"


def test_every_sabotage_has_its_option() -> None:
    """The command offers exactly the sabotages that there are."""
    option = next(option for option in MORE["demo"]().params if option.name == "sabotage")
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(SABOTAGES)
    assert run("--sabotage", "everything").exit_code == Code.USAGE


def test_what_is_kept_is_kept(told: Choose, tmp_path: Path) -> None:
    """The folder is made, with those above it, and stays."""
    tale = told(Outcome())
    assert run("--keep", str(tmp_path / "a" / "b")).exit_code == 0
    assert tale.folder == tmp_path / "a" / "b"
    assert sorted(path.name for path in tale.folder.iterdir()) == ["device-2.vault-letterbox", "relay.log"]


@pytest.fixture
def moved_in(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path, date]]:
    """Note who moves in where, and do no more."""
    moved: list[tuple[str, Path, date]] = []

    async def move_in(home: Home, person: str, *, last_day: date) -> None:
        moved.append((person, home.folder, last_day))

    monkeypatch.setattr(homes, "move_in", move_in)
    return moved


@pytest.mark.parametrize("named", [False, True])
def test_both_homes_stay(told: Choose, moved_in: list[tuple[str, Path, date]], tmp_path: Path, *, named: bool) -> None:
    """They stay alone unless their folder was named, and it says how to come in and how to remove them."""
    tale = told(Outcome())
    result = run("--open", *(["--keep", str(tmp_path / "kept")] if named else []))
    try:
        assert (result.exit_code, result.stderr) == (0, "")
        today = date.today()
        assert tale.record is not None
        assert max(edit.day for edit in tale.record.edits) == today
        places = {person: tale.folder / person.lower() for person in homes.PERSONS}
        assert moved_in == [(person, place, today) for person, place in places.items()]
        assert {stat.S_IMODE(place.stat().st_mode) for place in (tale.folder, *places.values())} <= {0o700, 0o755}
        assert {stat.S_IMODE(place.stat().st_mode) for place in places.values()} == {0o700}
        left = {path.name for path in tale.folder.iterdir()} - {"robin", "sasha"}
        assert left == ({"relay.log", "device-2.vault-letterbox"} if named else set())
        for said in (*map(str, places.values()), homes.PASSPHRASE, "made-up people", f"rm -r {tale.folder}"):
            assert said in result.stdout
    finally:
        shutil.rmtree(tale.folder)


@pytest.mark.parametrize("error", [DeviceDiedError("It ended."), KeyboardInterrupt()])
def test_a_home_that_was_not_finished_does_not_stay(told: Choose, error: BaseException) -> None:
    """What goes wrong on the way, or is stopped, leaves nothing."""
    tale = told(error)
    assert run("--open").exit_code in (Code.HERE, Code.STOPPED)
    assert not tale.folder.exists()


@pytest.mark.parametrize("other", [("--sabotage", "cursor"), ("--input", "edits")])
def test_nobody_lives_in_a_broken_vault(told: Choose, other: tuple[str, str]) -> None:
    """Homes are left of the ninety days alone, whole; with another file or a sabotage nothing is started."""
    told(AssertionError("it was started"))
    result = run("--open", *other)
    assert (result.exit_code, result.stdout) == (Code.USAGE, "")
    assert "Nothing was started." in result.stderr


@pytest.mark.parametrize("name", ["folder", "file", "file/below"])
def test_nothing_is_written_over(told: Choose, tmp_path: Path, name: str) -> None:
    """A folder that is there already, or can not be made, costs one sentence and 2; nothing in it is touched."""
    told(AssertionError("it was started"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    result = run("--keep", str(tmp_path / name))
    assert (result.exit_code, result.stdout) == (Code.USAGE, "")
    assert "Nothing was started." in result.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (b"", "Line 1: The file ends without an edit."),
        (b"\n{\n", "Line 2: It is not JSON."),
        (b"\xff", "Line 1: It is not UTF-8."),
        (b"\0" * 100_000, "Line 1: It is longer than 32768 bytes."),
        (b"[" * 20_000, "Line 1: A value is nested deeper than 16 levels."),
    ],
)
def test_a_bad_input_is_named(told: Choose, tmp_path: Path, written: bytes, complaint: str) -> None:
    """A file that can not be used costs one sentence with the line's number, and 2."""
    told(AssertionError("it was started"))
    (tmp_path / "edits").write_bytes(written)
    result = run("--input", str(tmp_path / "edits"))
    assert (result.exit_code, result.stdout) == (Code.USAGE, "")
    assert result.stderr == f"The input can not be used. Nothing was started. {complaint}\n"


@pytest.mark.parametrize("name", ["absent", "."])
def test_an_input_that_is_no_file(tmp_path: Path, name: str) -> None:
    """What is not there, or is no file, costs a sentence and 2."""
    result = run("--input", str(tmp_path / name))
    assert (result.exit_code, result.stdout) == (Code.USAGE, "")
    assert str(tmp_path) in result.stderr


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DeviceDiedError("The relay did not start."), "The relay did not start."),
        (TimeoutError(), "A process did not answer in time."),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (LocalError("The vault is full."), "The vault is full."),
        (UsageError("no such path"), "no such path"),
    ],
)
def test_what_goes_wrong_is_said(told: Choose, error: Exception, sentence: str) -> None:
    """Something that goes wrong on this machine costs a short message and 1."""
    tale = told(error)
    result = run()
    assert (result.exit_code, result.stderr) == (Code.HERE, f"The demo can not go on. {sentence}\n")
    assert not tale.folder.exists()


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), asyncio.CancelledError()])
def test_stopping_costs_a_sentence(told: Choose, stop: BaseException) -> None:
    """Ctrl-C, or a request to end, is answered with one sentence; its folder is gone."""
    tale = told(stop)
    result = run()
    assert (result.exit_code, result.stderr) == (Code.STOPPED, "Stopped. Nothing that was started here is running.\n")
    assert not tale.folder.exists()


def test_a_request_to_end_is_heard(told: Choose, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM ends the story the way Ctrl-C does."""
    tale = told(Outcome())

    async def wait(*arguments: object, **_: object) -> Outcome:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.Event().wait()
        return Outcome()

    monkeypatch.setattr(story, "tell", wait)
    assert run().exit_code == Code.STOPPED
    assert tale.record is None


def test_a_system_without_signals(told: Choose, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where event loops know no signals, the demo runs all the same."""

    def refuse(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.SelectorEventLoop, "add_signal_handler", refuse)
    told(Outcome())
    assert run().exit_code == 0


def test_nobody_reads_on(told: Choose) -> None:
    """A reader that goes away ends it with 1, and without a word."""
    told(BrokenPipeError(32, "Broken pipe"))
    assert run().exit_code == Code.HERE


def test_help_reads_well() -> None:
    """The help fits a terminal and names every option."""
    text = run("--help").stdout
    assert all(len(line) <= COLUMNS for line in text.splitlines())
    for option in ("--input", "--sabotage", "--keep"):
        assert option in text
