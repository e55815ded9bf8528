"""Where answers come from: somebody at a keyboard, or a pipe in which there is a line for each question.

At a keyboard what is hidden is not shown, and a question may be given up while it waits. From a pipe each question
takes one line, hidden or not, and a text takes the rest.
"""

import select
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from troth_app.conversation import Say
from troth_app.keystrokes import ReadLine, typed_lines
from troth_app.language import spoken
from troth_app.screen import Look, columns_here, draw
from troth_wire.said import Said

__all__ = ["ASKED", "GivenUpError", "Keyboard", "NobodyError"]

ASKED: Final = ":e"
"""What asks for an editor, alone on the first line of a text."""
HINT: Final = Said("(`{typed}` alone on the first line opens your editor.)")


class NobodyError(Exception):
    """A question came, and there is no line left to answer it with."""


class GivenUpError(Exception):
    """The handler has more to say while its question waits: it does not want the answer any more."""


def _read_hidden(prompt: str) -> str:
    import getpass

    return getpass.getpass(prompt)


def _forget_typed(source: TextIO) -> None:
    import termios

    with suppress(termios.error, OSError):
        termios.tcflush(source.fileno(), termios.TCIFLUSH)


def _is_typed(source: TextIO, connection: socket.socket) -> bool:
    waiting: list[Any] = [source, connection]
    return source in select.select(waiting, [], [])[0]


def _always() -> bool:
    return True


def _whole(first: str, read: ReadLine) -> str:
    """Return a text from its first line to the end of input, which may be in the middle of a line."""
    lines = [first]
    while lines[-1].endswith("\n"):
        lines.append(read(_always) or "")
    return "".join(lines)


@dataclass(slots=True)
class Keyboard:
    """Where answers come from.

    Attributes:
        source: Standard input.
        read_hidden: Reads what is typed without showing it.
        is_typed: Waits until a line was typed, or something came over a connection; whether it was the line.
        forget_typed: Drops what was typed before it was asked for.
        edit: Lets a text be written in an editor instead; None if it was not.
    """

    source: TextIO = field(default_factory=lambda: sys.stdin)
    read_hidden: Callable[[str], str] = _read_hidden
    is_typed: Callable[[TextIO, socket.socket], bool] = _is_typed
    forget_typed: Callable[[TextIO], None] = _forget_typed
    edit: Callable[["Keyboard"], str | None] | None = None

    @property
    def live(self) -> bool:
        """Whether somebody is there."""
        return self.source.isatty()

    def line(self, prompt: str, connection: socket.socket, *, hidden: bool = False) -> str:
        """Return one line.

        Raises:
            NobodyError: If there is none.
            GivenUpError: If something came over the connection before a line was typed that is not hidden.
        """
        if self.live and hidden:
            try:
                return self.read_hidden(prompt)
            except EOFError:
                raise NobodyError(prompt) from None
        if self.live:
            sys.stderr.write(prompt)
            sys.stderr.flush()
            with typed_lines(self.source) as read:
                typed = read(lambda: self.is_typed(self.source, connection))
            if not typed:
                # What is said next has a line of its own.
                sys.stderr.write("\n")
            if typed is None:
                raise GivenUpError
        line = typed if self.live else self.source.readline()
        if not line:
            raise NobodyError(prompt)
        return line.rstrip("\r\n")

    def forget(self) -> None:
        """Drop what was typed before anything was asked; what lies in a pipe was meant for the question."""
        if self.live:
            self.forget_typed(self.source)

    def text(self, prompt: str) -> str:
        """Return everything up to the end of input, or what was written in an editor if that is asked for."""
        if not self.live:
            return self.source.read()
        self.tell(prompt if self.edit is None else f"{prompt}\n{spoken(HINT.format(typed=ASKED))}")
        with typed_lines(self.source) as read:
            first = read(_always) or ""
            if self.edit is None or first.strip() != ASKED:
                return _whole(first, read)
        written = self.edit(self)
        if written is not None:
            return written
        with typed_lines(self.source) as read:
            return _whole(read(_always) or "", read)

    def tell(self, text: str) -> None:
        """Say something beside the question."""
        sys.stderr.write(f"{draw(Say(spoken(text)), Look(columns=columns_here()))}\n")
        sys.stderr.flush()

    def ask(self, prompt: str) -> str:
        """Return a line about the answer itself; nothing, where nobody is there any more."""
        sys.stderr.write(f"{draw(Say(spoken(prompt)), Look(columns=columns_here()))} ")
        sys.stderr.flush()
        with typed_lines(self.source) as read:
            typed = read(_always) or ""
        if not typed:
            sys.stderr.write("\n")
        return typed
