"""Every command is declared once, named in plain words, carried out by something that exists, and takes no secret."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from tests.contracts.relay_process import environment
from tests.test_catalogue import NEVER
from troth_app import presenting
from troth_app.commands import BARE, COMMANDS, HEADINGS, Command, Kind, Where, find
from troth_app.limits import COLUMNS
from troth_app.main import main

PAGE: Final = Path(__file__).parents[2] / "specs" / "app.md"
SECRETS: Final = re.compile(r"pass|secret|word|code|link|token|text|message|address|key|name", re.IGNORECASE)

KEYLESS: Final = ("troth_app.handlers.locked", "troth_app.handlers.support")
"""Where the agent's own handlers lie."""
ALL: Final = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)


def blaming(text: str) -> list[str]:
    """Return the words of a text that this app does not say."""
    return sorted(set(NEVER) & set(re.findall(r"[a-z]+", text.lower())))


def help_of(*words: str) -> str:
    """Return a command's help."""
    result = CliRunner().invoke(main, [*words, "--help"], prog_name="troth")
    assert result.exit_code == 0, result.output
    return result.output


def test_names_are_plain_and_differ() -> None:
    """A name is one word or two, and stands once; the bare command is one of them."""
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*( [a-z]+(-[a-z]+)*)?", name) for name in names)
    assert BARE in COMMANDS


def test_the_page_has_every_command() -> None:
    """specs/app.md has the same commands in the same order, each with its heading, place and summary."""
    rows = re.findall(
        r"^\| `([a-z -]+)` \| ([A-Z][a-z ]+) \| ([a-z]+) \| ([a-z ]+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE
    )
    assert [row for row in rows if row[1] in HEADINGS] == [
        (command.name, command.heading, command.where.name.lower(), while_locked(command), command.summary)
        for command in COMMANDS
    ]


def while_locked(command: Command) -> str:
    """Return who answers a command while the vault is locked, in the page's words."""
    if command.locked or command.where is Where.AGENT:
        return "the agent"
    return "a keeper" if command.where is Where.BEGIN else "refused"


@ALL
def test_every_command_stands_under_a_heading(command: Command) -> None:
    """The help has five headings, and each command one of them."""
    assert command.heading in HEADINGS
    assert command.name in help_of()


@ALL
def test_every_handler_exists(command: Command) -> None:
    """What the table names is a function that waits, of two arguments; so is what answers while locked."""
    for handler in filter(None, (command.handler, command.locked)):
        found = find(handler)
        assert inspect.iscoroutinefunction(found)
        assert len(inspect.signature(found).parameters) == 2


@ALL
def test_every_presenter_exists(command: Command) -> None:
    """A command with a presenter takes --json, and no other does."""
    assert bool(command.present) == ("--json" in help_of(*command.name.split()))
    if command.present:
        assert command.present in presenting.__all__
    assert callable(presenting.presenter(command))


@ALL
def test_help_reads_well(command: Command) -> None:
    """It fits, says what the command does, and none of its words blames or frightens anybody."""
    text = help_of(*command.name.split())
    assert all(len(line) <= COLUMNS for line in text.splitlines())
    assert command.summary.endswith(".")
    assert blaming(text) == []


def test_the_help_reads_well() -> None:
    """The overview fits too, and its one-liner would tell a stranger nothing."""
    text = help_of()
    assert all(len(line) <= COLUMNS for line in text.splitlines())
    assert blaming(text) == []


@ALL
def test_no_option_takes_a_secret(command: Command) -> None:
    """Options are flags, which take nothing, and files; what was written and what is secret is asked for."""
    for option in command.options:
        assert option.kind is Kind.FLAG or not SECRETS.search(option.name), option.name


@ALL
def test_nothing_commits_without_being_asked(command: Command) -> None:
    """There is no option that says yes beforehand."""
    assert not {"yes", "force", "y", "f"} & {option.name for option in command.options}


@ALL
def test_what_the_agent_answers_needs_no_keys(command: Command) -> None:
    """A handler of the agent lies in a module that imports nothing with keys."""
    mine = [command.handler] if command.where is Where.AGENT else [command.locked]
    assert all(f"troth_app.handlers.{handler.partition(':')[0]}" in KEYLESS for handler in mine if handler)


def test_the_agent_and_the_command_load_no_engine() -> None:
    """A fresh interpreter with everything that a command and an agent need holds neither engine nor network library."""
    modules = ("troth_app.main", "troth_app.background", "troth_app.agent", *KEYLESS)
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    command = [sys.executable, "-c", program, *modules]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout.split()
    assert "troth_app.main" in loaded
    roots = {name.partition(".")[0] for name in loaded}
    assert not roots & {"aiohttp", "automerge", "nacl", "sqlite3", "troth", "troth_client", "segno"}
