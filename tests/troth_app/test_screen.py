"""What is shown fits 80 columns, says nothing by colour alone, and can not act on the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth_app.conversation import Answer, Card, Qr, Say, Table
from troth_app.limits import COLUMNS, COLUMNS_MIN
from troth_app.screen import Look, clean, draw, width

PLAIN = Look()
COLOUR = Look(colour=True)
READER = Look(plain=True)

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=12)
SENTENCES = st.lists(WORDS, max_size=40).map(" ".join)


@given(st.text())
def test_what_others_wrote_can_not_act(text: str) -> None:
    """No control character, no turned direction and no half of a pair is left; lines stay lines."""
    shown = clean(text)
    assert not any(letter in shown for letter in "\x1b\x07\r\t\x00\x7f\x9b\u202e\u2066\ud800")
    assert shown.count("\n") == text.count("\n")
    assert clean(shown) == shown


@given(SENTENCES)
def test_lines_fit(text: str) -> None:
    """A paragraph of words that fit has lines that fit."""
    assert all(len(line) <= COLUMNS for line in draw(Say(text), PLAIN).split("\n"))


@given(st.lists(st.lists(SENTENCES, min_size=3, max_size=3), min_size=1, max_size=5))
def test_tables_fit(rows: list[list[str]]) -> None:
    """However long the cells, a row fits, and no word of it is lost."""
    table = Table(("a", "b", "c"), tuple(map(tuple, rows)))
    shown = draw(table, PLAIN)
    assert all(width(line) <= COLUMNS * 2 for line in shown.split("\n"))
    for row in rows:
        for cell in row:
            for word in clean(cell).split():
                assert set(word) <= set(shown)


def test_a_table() -> None:
    """Columns are as wide as they need to be, a head above."""
    table = Table(("What", "Day"), (("Laptop", "2026-09-01"), ("猫", "")))
    assert draw(table, PLAIN).split("\n") == ["What    Day", "Laptop  2026-09-01", "猫"]
    assert draw(table, COLOUR).split("\n")[0] == "\x1b[2mWhat    Day\x1b[0m"


def test_a_long_cell_is_broken() -> None:
    """What does not fit goes on below, in its own column."""
    shown = draw(Table(("a", "b"), (("x", "word " * 40),)), PLAIN).split("\n")
    assert len(shown) > 2
    assert all(line.startswith("   word") for line in shown[2:])


def test_for_a_reader() -> None:
    """For a screen reader there is one thing a line, each with its name, and no colours."""
    table = Table(("What", "Day"), (("Laptop", "today"), ("Phone", "")))
    assert draw(table, READER) == "What: Laptop\nDay: today\n\nWhat: Phone\nDay: "
    assert draw(Card("Title", ("one",)), READER) == "Title\none"
    assert draw(Qr("troth:x"), READER) == "troth:x"


def test_a_command_stays_whole() -> None:
    """What is to be typed is not broken over two lines."""
    shown = draw(Say("word " * 14 + "`troth relay use` goes on"), PLAIN).split("\n")
    assert shown[1].startswith("`troth relay use`")


@pytest.mark.parametrize(("columns", "wide"), [("40", 40), ("3", COLUMNS_MIN), ("200", COLUMNS), ("0", COLUMNS)])
def test_a_narrow_terminal_breaks_no_word(monkeypatch: pytest.MonkeyPatch, columns: str, wide: int) -> None:
    """Lines are as wide as the terminal, up to what is usual; what goes to a file does not depend on one."""
    monkeypatch.setenv("COLUMNS", columns)
    assert Look.of(plain=False, live=True).columns == wide
    assert Look.of(plain=False, live=False).columns == COLUMNS


def test_lines_of_a_text_stay_lines() -> None:
    """Whatever somebody wrote in several lines stands in several, and no such line passes for one of the card."""
    card = Card("Title", ("one\n  two\n\nYou said yes.", "three"))
    assert draw(card, PLAIN) == "Title\n  one\n      two\n\n    You said yes.\n  three"
    assert draw(card, READER) == "Title\none\n    two\n\n  You said yes.\nthree"


def test_a_card() -> None:
    """A title stands out, and its lines stand under it."""
    assert draw(Card("Title", ("one", "two")), PLAIN) == "Title\n  one\n  two"
    assert draw(Card("Title", ()), COLOUR) == "\x1b[1mTitle\x1b[0m"
    assert draw(Card("", ()), COLOUR) == ""


def test_a_code() -> None:
    """A code for a camera is drawn, and fits."""
    assert all(line.startswith("\x1b[97;40m") for line in draw(Qr("troth:x"), COLOUR).split("\n"))
    shown = draw(Qr("troth:x"), PLAIN)
    assert "▀" in shown or "█" in shown or "▄" in shown


def test_an_answer_is_not_shown() -> None:
    """What was typed is no picture."""
    with pytest.raises(AssertionError):
        draw(Answer("secret"), PLAIN)


@pytest.mark.parametrize(
    ("environ", "live", "plain", "colour"),
    [
        ({"TERM": "xterm"}, True, False, True),
        ({"TERM": "xterm"}, False, False, False),
        ({"TERM": "xterm"}, True, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False, False),
        ({"TERM": "dumb"}, True, False, False),
    ],
)
def test_when_there_are_colours(environ: dict[str, str], live: bool, plain: bool, colour: bool) -> None:
    """There are colours at a terminal that has them, unless somebody asked for none; what it shows it can wipe."""
    look = Look.of(plain=plain, live=live, environ=environ)
    assert look.colour == colour
    assert look.wipes == (live and environ["TERM"] != "dumb")


def test_width_counts_columns() -> None:
    """Wide letters take two columns, and marks on letters none."""
    assert width("ab猫é\N{COMBINING ACUTE ACCENT}") == 5
