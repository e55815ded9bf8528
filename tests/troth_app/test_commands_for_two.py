"""The commands of the record of two: reads take --json, what commits takes no option, and nothing nudges anybody."""

import re
from pathlib import Path
from typing import Final

from troth_app.command import Kind
from troth_app.commands import BY_NAME
from troth_app.commands_for_two import FOR_TWO
from troth_couple import Scope

PAGE: Final = Path(__file__).parents[2] / "specs" / "couple.md"
READS = {
    *(
        "requests",
        "agree list",
        "agree show",
        "agree diff",
        "agree why",
        "boundary list",
        "promise list",
        "care list",
        "blind list",
    ),
    *("note list", "note show", "search", "space read", "steady", "support", "uncounted"),
    *("tell list", "letter list"),
    *("questions", "window list", "repair list", "pace show", "chapter list", "chapter read"),
    *("glossary list", "practice list", "calendar list", "calendar show", "year", "year week"),
}


PROMISED = """
checkin heads-up thanks milestone slow pause stop release
agree-list agree-show agree-propose agree-diff agree-assent agree-withdraw agree-ask-change agree-decline agree-why
agree-not-me ask-for steady support export-own export-full export-therapist export-calendar import
quiet-until quiet-off search
ask answer window-plan window-agenda window-move repair-open repair-step
tell-write tell-list tell-read tell-later
chapter-open chapter-agree chapter-list
"""


def test_every_command_that_was_promised_is_there() -> None:
    """The tree of the partners' document, word for word."""
    promised = PROMISED.split()
    assert set(promised) - {command.name.replace(" ", "-") for command in FOR_TWO} == set()


def test_what_a_practice_names_is_there() -> None:
    """A practice that is not for later has commands, each of them one that somebody can type, or needs none."""
    rows = re.findall(r"^\| P\d\d \|[^|]+\|[^|]+\| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    held = [named for named, test in rows if test.startswith("`") and named != "none"]
    assert len(held) > 40
    for named in held:
        assert set(re.findall(r"`troth ([a-z -]+)`", named)) <= BY_NAME.keys(), named


def test_what_reads_takes_json() -> None:
    """And nothing else does."""
    assert {command.name for command in FOR_TWO if command.present} == READS


def test_no_command_takes_words() -> None:
    """Of all options one knows a few words of a fixed list, and the others are files; what is written is asked for."""
    options = [option for command in FOR_TWO for option in command.options]
    assert {(option.name, option.words) for option in options if option.kind is not Kind.FILE} == {
        ("about", tuple(scope.name.lower() for scope in Scope))
    }
    assert {option.name for option in options if option.kind is Kind.FILE} == {"file"}


def test_nothing_nudges_and_nothing_agrees_in_bulk() -> None:
    """There is no command to remind the other, and none whose yes is for several texts."""
    names = " ".join(command.name for command in FOR_TWO)
    assert not re.search(r"\b(nudge|remind|all|force|score|streak|verify|track|location|photo)\b", names)


def test_every_practice_that_is_here_has_its_command() -> None:
    """What the page of the partners' document says of a practice that a test holds, can be typed."""
    rows = re.findall(r"^\| (P\d\d) \|.*\| ([^|]+) \| (`[^|]+`) \|$", PAGE.read_text(), re.MULTILINE)
    assert len(rows) > 30
    for number, commands, _ in rows:
        for command in re.findall(r"`troth ([a-z -]+)`", commands):
            assert command in BY_NAME, (number, command)
