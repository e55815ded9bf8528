"""Answers come from a keyboard or from a pipe, and what was typed before a question is no answer to it."""

import getpass
import io
import os
import select

import pytest

from troth_app.keyboard import ASKED, HINT, Keyboard, NobodyError, _is_typed
from troth_app.sockets import pair


class Tty(io.StringIO):
    """Standard input with somebody at it."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_what_comes_first_is_told() -> None:
    """A typed line is one thing and a word from the handler another, whichever comes first."""
    near, far = pair()
    reading, writing = os.pipe()
    with near, far, open(reading) as source, open(writing, "w") as keyboard:
        far.sendall(b"x")
        assert not _is_typed(source, near)
        near.recv(1)
        keyboard.write("line\n")
        keyboard.flush()
        assert _is_typed(source, near)


def test_hidden_answers_are_read_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being shown."""
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f"typed at {prompt}")
    assert Keyboard(Tty()).read_hidden("x") == "typed at x"


def test_typing_ahead_is_dropped() -> None:
    """What stands in a terminal's line is gone, and where there is no terminal nothing happens."""
    ours, theirs = os.openpty()
    with open(theirs) as source, open(ours, "wb", 0) as keys:
        keys.write(b"1\n")
        assert select.select([source], [], [], 20)[0]
        Keyboard(source).forget()
        assert not select.select([source], [], [], 0)[0]
    reading, writing = os.pipe()
    with open(reading) as source, open(writing, "w"):
        Keyboard(source).forget_typed(source)


def test_a_pipe_has_a_line_for_each_question() -> None:
    """Hidden or not, and nobody is there after the last one; what lies in it is never dropped."""
    keyboard = Keyboard(io.StringIO("one\r\ntwo\nthe rest\nof it"))
    near, far = pair()
    with near, far:
        keyboard.forget()
        assert keyboard.line("a", near) == "one"
        assert keyboard.line("b", near, hidden=True) == "two"
        assert keyboard.text("c") == "the rest\nof it"
        with pytest.raises(NobodyError):
            keyboard.line("d", near)


def test_a_text_may_be_written_in_an_editor(capsys: pytest.CaptureFixture[str]) -> None:
    """`:e` alone on the first line asks for it; where it is not opened, or anything else is typed, it is typed."""
    opened = Keyboard(Tty(":e\nnot read"), edit=lambda _: "from the editor")
    assert opened.text("Write:") == "from the editor"
    assert capsys.readouterr().err == f"Write:\n{HINT.format(typed=ASKED)}\n"
    assert Keyboard(Tty(":e\ntyped\n"), edit=lambda _: None).text("Write:") == "typed\n"
    for typed in ("one\n:e\n", " :e x\ntwo\n", "", "one"):
        assert Keyboard(Tty(typed), edit=lambda _: "no").text("Write:") == typed


def test_without_an_editor_nothing_hints_at_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Where none can be opened, the two characters are words like any other, and a pipe never opens one."""
    assert Keyboard(Tty("one\n")).text("Write:") == "one\n"
    assert capsys.readouterr().err == "Write:\n"
    assert Keyboard(io.StringIO(":e\n"), edit=lambda _: "no").text("Write:") == ":e\n"


def test_a_question_about_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """It is asked beside the answers, and whoever is gone answers nothing."""
    keyboard = Keyboard(Tty("yes\n"))
    assert (keyboard.ask("Sure?"), keyboard.ask("Sure?")) == ("yes\n", "")
    assert capsys.readouterr().err == "Sure? Sure? \n"
