"""What pages ask beside a person's commands is on no command line, and is carried by somebody with keys."""

import inspect
from typing import Any

import pytest
from click.testing import CliRunner

from troth_app.command import Command, Where
from troth_app.commands import BY_NAME, COMMANDS, find
from troth_app.commands_for_pages import FOR_PAGES
from troth_app.main import main
from troth_app.outcome import Code
from troth_app.web.labels import LABELS


@pytest.mark.parametrize("command", FOR_PAGES, ids=lambda command: command.name)
def test_it_is_on_no_command_line(command: Command) -> None:
    """Nobody types it, no help shows it, and no button begins it but one that is about the pages themselves."""
    assert command in BY_NAME.values()
    assert command not in COMMANDS
    assert (command.name in LABELS) == (command.name == "pages choose")
    assert CliRunner().invoke(main, command.name.split()).exit_code == Code.USAGE


@pytest.mark.parametrize("command", FOR_PAGES, ids=lambda command: command.name)
def test_it_needs_an_open_vault(command: Command) -> None:
    """Locked, it is refused like everything else; open, there is a handler for it."""
    assert command.where is Where.OPEN
    assert command.locked == ""
    found: Any = find(command.handler)
    assert inspect.iscoroutinefunction(found)


def test_one_of_them_listens() -> None:
    """Waiting for news is no use of the vault; everything else is."""
    assert [command.name for command in BY_NAME.values() if command.listens] == ["pages news"]
