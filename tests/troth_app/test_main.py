"""The command names an agent's answer: it hands over what was named, shows what comes, and ends with its code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from troth_app import calling
from troth_app.calling import BUSY, Line
from troth_app.commands import COMMANDS
from troth_app.conversation import Begin, Done, Frames, Say, Sentence, frame
from troth_app.home import Home
from troth_app.main import STOPPED, main
from troth_app.outcome import Code, HereError
from troth_app.sockets import listen, pair
from troth_app.terminal import Screen

OPEN = {"state": "open", "line": "All here.", "ends": ["All here."], "relay": "r", "spaces": []}


class Agent:
    """An agent that says the same to everybody."""

    def __init__(self, *turns: list[Sentence]) -> None:
        """Choose what is said in each conversation."""
        self.turns = turns
        self.asked: list[Begin] = []
        self.lasting: list[bool] = []

    def call(self, _: Home, *, lasting: bool, wait_s: float | None = None) -> Iterator[Line]:
        """Stand in for `troth_app.calling.call`."""
        for sentences in self.turns:
            self.lasting.append(lasting)
            near, far = pair()
            near.settimeout(wait_s)
            with far:
                far.sendall(b"".join(map(frame, sentences)))
                try:
                    yield Line(near)
                finally:
                    frames = Frames()
                    frames.feed(far.recv(65_536))
                    begin = frames.next()
                    assert isinstance(begin, Begin)
                    self.asked.append(begin)


def run(monkeypatch: pytest.MonkeyPatch, agent: Any, *arguments: str) -> Result:
    """Run the command in this process; a traceback would be an exception that is not an exit."""
    monkeypatch.setattr(calling, "call", agent.call)
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize("code", [Code.OK, Code.HERE, Code.USAGE, Code.LOCKED, Code.RULE, Code.OTHER])
def test_it_ends_as_the_conversation_does(monkeypatch: pytest.MonkeyPatch, code: Code) -> None:
    """The exit code is the conversation's, and its last sentence is on stderr."""
    result = run(monkeypatch, Agent([Say("one"), Done(code, None, "two")]), "lock")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "one\n", "two\n")


def test_alone_it_shows_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """`troth` without a command is the command of the day."""
    agent = Agent([Done(Code.OK, OPEN)])
    assert run(monkeypatch, agent).stdout == "All here.\n"
    assert agent.asked[0].command == "today"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_begins_its_conversation(monkeypatch: pytest.MonkeyPatch, command: Any, tmp_path: Path) -> None:
    """Its name, its options, whether its agent stays; files by their whole path."""
    monkeypatch.chdir(tmp_path)
    files = [option.name for option in command.options if option.argument]
    agent = Agent([Done(Code.RULE)])
    code = Code.OK if command.steadfast else Code.RULE
    assert run(monkeypatch, agent, *command.name.split(), *files).exit_code == code
    assert agent.asked[0].command == command.name
    assert {name: agent.asked[0].options[name] for name in files} == {name: str(tmp_path / name) for name in files}
    assert agent.lasting == [command.lasting]


def test_for_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """--json prints the result and nothing else."""
    result = run(monkeypatch, Agent([Say("one"), Done(Code.OK, OPEN)]), "status", "--json")
    assert json.loads(result.stdout) == OPEN


@pytest.mark.parametrize("arguments", [("support",), ("support", "add")], ids=" ".join)
def test_a_group_may_be_a_command_too(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """A first word that does something by itself does it once, and what follows it does what the two say."""
    agent = Agent([Done(Code.OK, {"cards": []} if len(arguments) == 1 else None)])
    run(monkeypatch, agent, *arguments)
    assert [begin.command for begin in agent.asked] == [" ".join(arguments)]


@pytest.mark.parametrize("arguments", [("--plain", "devices", "list"), ("devices", "list", "--plain")])
def test_for_a_reader(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """--plain may stand before or after the command."""
    own = [{"name": "Laptop", "added": "", "this": True}]
    result = run(monkeypatch, Agent([Done(Code.OK, {"own": own, "other": None})]), *arguments)
    assert "Your devices: Laptop" in result.stdout


def test_options_go_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Flags as they are, files whole."""
    agent = Agent([Done(Code.OK)])
    run(monkeypatch, agent, "pair", "device", "--qr", "--picture", str(tmp_path / "x.png"))
    assert agent.asked[0].options == {"qr": True, "picture": str(tmp_path / "x.png")}


@pytest.mark.parametrize(
    ("typed", "about", "understood"),
    [
        ("", False, True),
        ("touch", "touch", True),
        ("--about touch", "touch", True),
        ("--about=TOUCH", "touch", True),
        ("--about this topic", "topic", True),
        ("--about", True, True),
        ("--about --plain", True, True),
        ("please, it is about touch now", "touch", False),
        ("please", False, False),
        ("--about please", False, False),
        ("--nonsense", False, False),
        ("--plain=3 -x --", False, False),
    ],
)
def test_a_signal_is_given_whatever_stands_behind_it(
    monkeypatch: pytest.MonkeyPatch, typed: str, about: object, understood: bool
) -> None:
    """Known words say what it is about, others are let go and reach nobody; nothing on the line refuses a signal."""
    for command in ("slow", "pause", "stop", "Stop"):
        agent = Agent([Done(Code.OK)])
        assert run(monkeypatch, agent, command, *typed.split()).exit_code == Code.OK
        assert (agent.asked[0].command, agent.asked[0].options) == (
            command.lower(),
            {"about": about, "understood": understood},
        )


def test_words_behind_a_command_are_said_to_be_in_the_wrong_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """They reach nobody, are not repeated, and the reason is given; an option that is not there is still named."""
    for arguments in (["search", "canary"], ["mine", "add", "canary"], ["today", "canary", "more"]):
        agent = Agent([Done(Code.OK)])
        result = run(monkeypatch, agent, *arguments)
        assert (result.exit_code, agent.asked) == (Code.USAGE, [])
        assert "canary" not in result.output
        assert "asked for" in result.output
    assert "--nonsense" in run(monkeypatch, Agent([Done(Code.OK)]), "search", "--nonsense").output


def test_a_link_stays_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is named is not the one to which a link in its place leads, and goes along whole from here."""
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to(tmp_path / "there")
    agent = Agent([Done(Code.OK)])
    run(monkeypatch, agent, "doctor", "--evidence", "link")
    assert agent.asked[0].options == {"evidence": str(tmp_path / "link")}


def test_a_busy_vault_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is free, or there were enough tries; then it is said."""
    busy: list[Sentence] = [Done(Code.HERE, {"busy": True}, BUSY)]
    assert run(monkeypatch, Agent(busy, [Done()]), "lock").exit_code == Code.OK
    result = run(monkeypatch, Agent(busy, busy), "lock")
    assert result.exit_code == Code.HERE
    assert result.stderr.split() == BUSY.split()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (HereError("No folder."), Code.HERE, "No folder."),
        (OSError(28, "No space left on device"), Code.HERE, "The system says: No space left on device."),
        (KeyboardInterrupt(), Code.STOPPED, STOPPED),
    ],
)
def test_what_goes_wrong_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: Code, said: str
) -> None:
    """A home that can not be used, a full disk and Ctrl-C cost a sentence each."""

    class Broken:
        def call(self, _: Home, *, lasting: bool, wait_s: float | None = None) -> Iterator[Line]:
            raise error

    result = run(monkeypatch, Broken(), "lock")
    assert result.exit_code == code
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize("as_json", [True, False])
def test_help_waits_for_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, as_json: bool) -> None:
    """R44: an agent or a keeper that hangs, with whatever it said before, keeps nobody from what needs neither."""
    monkeypatch.setenv("TROTH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("troth_app.main.HELP_WAIT_S", 0.01)
    home = Home.find()
    home.prepare()
    with listen(home.socket):
        result = CliRunner().invoke(main, ["support", *(["--json"] if as_json else [])])
    said = " ".join(result.stdout.split())
    assert (result.exit_code, result.stderr) == (Code.OK, "")
    assert "1800 737 732" in said
    assert "People whom you named yourself are not shown" in said


@pytest.mark.parametrize("error", [HereError("No folder."), OSError(28, "No space left on device")])
def test_help_needs_no_home(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """R44: where there is no folder to be had and no process to be started, it is there all the same."""

    class Broken:
        def call(self, _: Home, *, lasting: bool, wait_s: float | None = None) -> Iterator[Line]:
            raise error

    result = run(monkeypatch, Broken(), "support")
    assert (result.exit_code, "1800 737 732" in result.stdout) == (Code.OK, True)


def test_nobody_reads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that goes away ends it with 1, and without a word."""

    def gone(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(Screen, "show", gone)
    result = run(monkeypatch, Agent([Say("one"), Done()]), "lock")
    assert (result.exit_code, result.output) == (Code.HERE, "")


def test_what_is_no_command() -> None:
    """A word that is no command costs 2."""
    assert CliRunner().invoke(main, ["shout"]).exit_code == Code.USAGE
    assert CliRunner().invoke(main, ["relay"]).exit_code == Code.USAGE


def test_every_start_wipes_what_an_editor_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """R32: whichever command comes next; where nothing was left, no editor is even thought of."""
    monkeypatch.setenv("TROTH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (desk, *_) = Home.find().desks()
    assert desk.parent == tmp_path
    (desk / "left").mkdir(parents=True)
    desk.chmod(0o700)
    (desk / "left" / "text").write_text("canary")
    run(monkeypatch, Agent([Done(Code.OK, OPEN)]), "status")
    assert list(desk.iterdir()) == []
