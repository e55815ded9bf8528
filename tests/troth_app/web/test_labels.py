"""A sentence that names a command becomes one with a button, and loses no word of what it says beside that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_app.commands import BY_NAME, COMMANDS
from troth_app.web.forms import FILES
from troth_app.web.labels import DOES, LABELS, label_of, split

NAMES = st.sampled_from([*LABELS, "nothing", "export words", "x" * 60])
PIECES = st.one_of(st.text(max_size=20), NAMES.map("`troth {}`".format), st.sampled_from([". ", "`", " or ", "? "]))
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(text=TEXTS)
def test_the_pieces_are_the_text(text: str) -> None:
    """Joined again, with each button's name in place of what it says, they are what was said, but for what it does."""
    shorter = DOES.sub(lambda found: f"`troth {found[2]}`" if found[2] in LABELS else found[0], text)
    assert "".join(f"`troth {command}`" if command else piece for piece, command in split(text)) == shorter


@given(text=TEXTS)
def test_a_button_begins_what_its_label_says(text: str) -> None:
    """No piece with a command says anything but that command's label, and each is a command that there is."""
    for piece, command in split(text):
        if command:
            assert command in LABELS
            assert piece == label_of(command)


@given(text=st.text(alphabet=st.characters(exclude_characters="`")))
def test_a_text_that_names_none_stays_whole(text: str) -> None:
    """It is one piece, as it was."""
    assert list(split(text)) == [(text, "")]


def test_a_sentence_becomes_a_button() -> None:
    """What a command does, the button says by itself; a command that is not on the pages stays between its ticks."""
    assert [*split("It is locked. `troth unlock` opens it.")] == [
        ("It is locked. ", ""),
        ("Unlock", "unlock"),
        ("", ""),
    ]
    assert [*split("See `troth unlock` first.")] == [("See ", ""), ("Unlock", "unlock"), (" first.", "")]
    assert [*split("`troth alias` adds a name.")] == [("`troth alias` adds a name.", "")]


@pytest.mark.parametrize("command", LABELS)
def test_every_label_is_of_a_command(command: str) -> None:
    """A button begins something that exists, and says what in a few words."""
    assert command in BY_NAME
    assert 0 < len(label_of(command)) < 40


def test_what_has_no_label_has_a_summary() -> None:
    """A command that is on no button yet is called by what it does."""
    assert label_of("pages here") == BY_NAME["pages here"].summary.rstrip(".")


def test_every_command_has_a_button() -> None:
    """What works at a terminal works on a page, but for what reads a file of one's own or begins the pages."""
    away = {command.name for command in COMMANDS if any(option.argument for option in command.options)} - FILES.keys()
    assert {command.name for command in COMMANDS} - away - {"web"} <= LABELS.keys()
