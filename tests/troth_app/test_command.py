"""A command is a value: what it is called, where it stands, and who carries it out."""

from troth_app.command import HEADINGS, Command, Kind, Option, Where


def test_a_command_is_whole_with_little() -> None:
    """By default it runs where the vault is open, takes nothing, and shows what it says as it goes."""
    command = Command("x", HEADINGS[0], "Do.", "module:function")
    assert (command.where, command.options, command.present, command.locked) == (Where.OPEN, (), "", "")
    assert Option("about", "Say.").kind is Kind.FLAG


def test_there_are_five_headings() -> None:
    """What a person may want stands under one of five."""
    assert len(set(HEADINGS)) == 5
