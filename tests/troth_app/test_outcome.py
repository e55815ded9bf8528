"""Every error ends a command with one code and one sentence, and nothing that it does not know is quoted."""

import re
from pathlib import Path
from typing import Final

import pytest

from troth_app.outcome import Code, HereError, LockedError, OtherError, RuleError, done_of
from troth_wire.errors import DamagedError, ForgedError, FullError, LocalError, PassphraseError, UsageError

PAGE: Final = Path(__file__).parents[2] / "specs" / "app.md"


def test_the_page_has_every_code() -> None:
    """specs/app.md has the same exit codes under the same names."""
    rows = re.findall(r"^\| ([0-9]+) \| `([A-Z]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert {name: int(number) for number, name in rows} == {code.name: code.value for code in Code}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HereError("a."), Code.HERE),
        (LockedError("a."), Code.LOCKED),
        (RuleError("a."), Code.RULE),
        (OtherError("a."), Code.OTHER),
        (PassphraseError("a."), Code.LOCKED),
        (DamagedError("a."), Code.HERE),
        (FullError("a."), Code.HERE),
        (LocalError("a."), Code.HERE),
    ],
)
def test_what_is_written_for_people_is_said_as_it_is(error: Exception, code: Code) -> None:
    """A sentence that was written for people is the last sentence."""
    done = done_of(error)
    assert (done.code, done.result, done.text) == (code, None, "a.")


@pytest.mark.parametrize(("error", "code"), [(UsageError("x is y"), Code.USAGE), (ForgedError("x is y"), Code.HERE)])
def test_what_is_written_for_programs_becomes_a_sentence(error: Exception, code: Code) -> None:
    """It says that nothing was changed."""
    assert done_of(error).text == "That does not work: x is y. Nothing was changed."
    assert done_of(error).code == code


def test_what_nobody_expected_is_not_quoted() -> None:
    """An unknown error may hold what was typed: its kind is named, and no more."""
    done = done_of(ValueError("correct horse"))
    assert done.code == Code.HERE
    assert "correct horse" not in done.text
    assert "ValueError" in done.text


def test_the_system_may_say_why() -> None:
    """A full disk is named by the system's own words, without a path."""
    done = done_of(OSError(28, "No space left on device", "/secret/name"))
    assert "No space left on device" in done.text
    assert "secret" not in done.text
