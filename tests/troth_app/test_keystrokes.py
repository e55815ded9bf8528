"""What is typed at a terminal is read key by key: nothing of a long line is dropped, and the usual keys work."""

import errno
import io
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TextIO

import pytest

from troth_app import keyboard
from troth_app.keyboard import Keyboard
from troth_app.keystrokes import ReadLine, shown, typed_lines
from troth_app.sockets import pair

LONG = "word " * 1_200
KILL, WORD, END = "\x15", "\x17", "\x04"


@dataclass
class Terminal:
    """A real one: somebody types at one end, and sees there what is shown."""

    keys: int
    source: TextIO
    shown: bytearray = field(default_factory=bytearray)

    def type(self, text: str) -> threading.Thread:
        """Type, while somebody reads; what is shown is looked at meanwhile, as a full screen holds everything up."""
        looking = threading.Thread(target=self._look, daemon=True)
        typing = threading.Thread(target=self._type, args=(text.encode(),), daemon=True)
        looking.start()
        typing.start()
        return typing

    def _type(self, typed: bytes) -> None:
        while typed:
            typed = typed[os.write(self.keys, typed[:512]) :]

    def _look(self) -> None:
        try:
            while seen := os.read(self.keys, 65_536):
                self.shown += seen
        except OSError:
            return


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal of which the input is open."""
    keys, other = os.openpty()
    with open(other, encoding="utf-8") as source:
        yield Terminal(keys, source)
    with suppress(OSError):
        os.close(keys)


def types(monkeypatch: pytest.MonkeyPatch, terminal: Terminal, typed: str) -> None:
    """Let somebody type as soon as a keyboard listens."""

    @contextmanager
    def listening(source: TextIO) -> Iterator[ReadLine]:
        with typed_lines(source) as read:
            terminal.type(typed)
            yield read

    monkeypatch.setattr(keyboard, "typed_lines", listening)


def line(terminal: Terminal, typed: str) -> str | None:
    """Type a line, and return what of it is read."""
    with typed_lines(terminal.source) as read:
        terminal.type(typed)
        return read(lambda: True)


@pytest.mark.parametrize("letter", ["a", "é", "漢"])
def test_a_line_may_be_long(terminal: Terminal, letter: str) -> None:
    """A page that is pasted as one line arrives whole, also where a letter takes several bytes."""
    assert line(terminal, letter * 6_000 + "\n") == letter * 6_000 + "\n"


def test_a_text_may_have_long_lines(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    """Every one of them is whole, up to the end of input."""
    types(monkeypatch, terminal, f"{LONG}\n\n{LONG}\n{END}")
    assert Keyboard(terminal.source).text("Write:") == f"{LONG}\n\n{LONG}\n"


def test_an_answer_may_be_long(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    """What a question takes is read in the same way."""
    near, far = pair()
    with near, far:
        types(monkeypatch, terminal, f"{LONG}\n")
        assert Keyboard(terminal.source).line("How?", near) == LONG


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("onw\x7fe\n", "one\n"),
        ("onw\be\n", "one\n"),
        ("\x7f\x7fone\n", "one\n"),
        ("é漢\x7f\x7fone\n", "one\n"),
        ("xe\u0301\x7f\n", "x\n"),
        (f"one two {WORD}three\n", "onethree\n"),
        (f"one two{WORD}{WORD}three\n", "three\n"),
        (f"one{KILL}two\n", "two\n"),
        ("a\x1b[Ab\x1b[1;5Cc\x1bOD\x1bd\x1b\n", "abcd\n"),
        ("one\r", "one\n"),
        ("tab\tbed\n", "tab\tbed\n"),
        (END, ""),
        (f"one{END}{END}", "one"),
        (f"one{END}two\n", "onetwo\n"),
    ],
)
def test_the_usual_keys_work(terminal: Terminal, typed: str, read: str) -> None:
    """One letter back, one word, the whole line, the end of input; keys without a letter say nothing."""
    assert line(terminal, typed) == read


def test_what_is_typed_acts_on_no_terminal(terminal: Terminal) -> None:
    """It is shown as it is typed, and a control character is shown as something that is no letter."""
    typing = terminal.type("a\x07b\n")
    with typed_lines(terminal.source) as read:
        assert read(lambda: True) == "a\x07b\n"
    typing.join(20)
    assert b"\x07" not in terminal.shown


def test_afterwards_a_terminal_is_as_it_was(terminal: Terminal) -> None:
    """Also where somebody stops in the middle."""
    import termios

    before = termios.tcgetattr(terminal.source)
    with pytest.raises(KeyboardInterrupt), typed_lines(terminal.source):
        raise KeyboardInterrupt
    assert termios.tcgetattr(terminal.source) == before


def test_after_a_rest_it_goes_on(terminal: Terminal) -> None:
    """A shell that had the terminal meanwhile leaves it in the system's own way, and that is noticed."""
    import termios

    before = termios.tcgetattr(terminal.source)
    with typed_lines(terminal.source) as read:
        termios.tcsetattr(terminal.source, termios.TCSANOW, before)
        signal.raise_signal(signal.SIGCONT)
        terminal.type(f"{LONG}\n")
        assert read(lambda: True) == f"{LONG}\n"


def test_a_line_may_be_given_up(terminal: Terminal) -> None:
    """What is not wanted any more is not read to its end."""
    with typed_lines(terminal.source) as read:
        assert read(lambda: False) is None


def test_a_terminal_that_goes_ends_the_line(terminal: Terminal) -> None:
    """Nothing more can come, and nobody waits for it."""

    def hang_up() -> bool:
        os.close(terminal.keys)
        return True

    with typed_lines(terminal.source) as read:
        assert read(hang_up) == ""


def test_what_is_typed_too_early_is_not_shown() -> None:
    """While nothing is asked a terminal shows no letter; to an editor it does, and afterwards it is as it was."""
    told = run_at_a_terminal(
        "from troth_app.keystrokes import shown\n"
        "def echoes(): return bool(termios.tcgetattr(0)[3] & termios.ECHO)\n"
        "found = [echoes()]\n"
        "with shown(sys.stdin, typing=False):\n"
        "    found.append(echoes())\n"
        "    with shown(sys.stdin, typing=True): found.append(echoes())\n"
        "    found.append(echoes())\n"
        "print(*found, echoes())\n"
    )
    assert told == "True False True False True"


def run_at_a_terminal(program: str) -> str:
    """Run a program whose terminal is its own, and return what it printed."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", f"import fcntl, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{program}"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            timeout=60,
            check=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return done.stdout.strip()


def test_what_is_no_terminal_of_ours_is_left_alone() -> None:
    """A pipe, what is not even a file, and a terminal in front of which somebody else is."""
    reading, writing = os.pipe()
    with open(reading) as source, open(writing, "w"), shown(source, typing=False):
        assert source.readable()
    with shown(io.StringIO(), typing=True):
        pass
    ours, theirs = pty.openpty()
    with open(theirs) as source, shown(source, typing=False):
        assert termios.tcgetattr(theirs)[3] & termios.ECHO
    os.close(ours)


def test_a_terminal_that_comes_back_late_is_asked_again(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked from behind the shell was stopped by that; once it goes on, it is no mistake to be shown."""
    stopped, set_to = [True], termios.tcsetattr

    def late(*given: Any) -> None:
        if stopped:
            stopped.clear()
            raise termios.error(errno.EINTR, "Interrupted system call")
        set_to(*given)

    monkeypatch.setattr(termios, "tcsetattr", late)
    terminal.type("one\n")
    with typed_lines(terminal.source) as read:
        assert read(lambda: True) == "one\n"


def test_going_on_behind_a_shell_touches_no_terminal(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is somebody else's then: the handler that comes with going on leaves it alone."""
    with typed_lines(terminal.source):
        monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
        monkeypatch.setattr(termios, "tcsetattr", lambda *_: pytest.fail("it was touched"))
        signal.raise_signal(signal.SIGCONT)
        monkeypatch.undo()
