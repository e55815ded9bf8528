"""Lines as they are typed at a terminal, key by key, however long one is.

The system's own way to read a line drops what goes beyond its bound (4095 bytes on Linux, 1023 on macOS) without a
word; nobody who pastes a page would learn that most of it is gone. So it is read without that, with the few keys that
the system's way knows: take one letter, one word or all of it back, and end.
"""

import codecs
import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from troth_app.screen import clean, width

__all__ = ["ReadLine", "shown", "typed_lines"]

Waits = Callable[[], bool]
"""Waits for a key; false where the line is not wanted any more."""
ReadLine = Callable[[Waits], str | None]
"""Returns a line with its end; without one, or nothing, where the input ends; None if it is not wanted any more."""

ENDS: Final = "\r\n"
BACK: Final = "\b\x7f"
LOCAL, CONTROL = 3, 6
"""Where a terminal's attributes hold its local modes, and its keys."""
ESCAPE: Final = "\x1b"
OPENS: Final = "[O"
"""What follows an escape where a key has no letter, such as an arrow."""
CLOSES: Final = "@"
"""The first of the letters that end such a sequence."""


@contextmanager
def shown(source: TextIO, *, typing: bool) -> Iterator[None]:
    """Let the terminal show what is typed, or not, for as long as the block runs.

    While nothing is asked it shows nothing: whoever is quicker than a slow machine types a passphrase for all to read.
    """
    import termios

    try:
        terminal = source.fileno()
        before = termios.tcgetattr(terminal)
    except (OSError, ValueError, termios.error):
        yield
        return
    local = before[LOCAL] | termios.ECHO if typing else before[LOCAL] & ~termios.ECHO

    def set_to(attributes: list[Any]) -> None:
        # One that is gone needs nothing any more, and whoever touches it from the background is stopped by it.
        with suppress(OSError, termios.error):
            if os.tcgetpgrp(terminal) == os.getpgrp():
                termios.tcsetattr(terminal, termios.TCSADRAIN, attributes)

    set_to([*before[:LOCAL], local, *before[LOCAL + 1 :]])
    try:
        yield
    finally:
        set_to(before)


@contextmanager
def typed_lines(source: TextIO) -> Iterator[ReadLine]:
    """Have what is typed line by line for as long as the block runs."""
    import termios

    try:
        terminal = source.fileno()
        before = termios.tcgetattr(terminal)
    except (OSError, termios.error):
        # No terminal, although it says so: whatever it is, it has lines.
        yield lambda waits: source.readline() if waits() else None
        return
    keys = [*before[CONTROL]]
    keys[termios.VMIN], keys[termios.VTIME] = 1, 0
    local = before[LOCAL] & ~(termios.ICANON | termios.ECHO)
    attributes = [*before[:LOCAL], local, *before[LOCAL + 1 : CONTROL], keys]

    def by_key(*_: object) -> None:
        if not _is_behind(terminal):
            _set(terminal, attributes)

    # What was typed before is left, and Ctrl-C and Ctrl-Z do what they did.
    _set(terminal, attributes)
    # After Ctrl-Z the shell hands the terminal back as a shell has it; whoever goes on behind it gets it later.
    continued = signal.signal(signal.SIGCONT, by_key)
    screen = _writable(terminal)
    kill, word, end = (before[CONTROL][key].decode("latin-1") for key in (termios.VKILL, termios.VWERASE, termios.VEOF))
    try:
        yield lambda waits: _Line(terminal, screen, source.encoding or "utf-8", kill, word, end).read(waits)
    finally:
        signal.signal(signal.SIGCONT, continued)
        with suppress(termios.error):  # One that is gone needs nothing any more.
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        os.close(screen)


def _set(terminal: int, attributes: list[Any]) -> None:
    """Set what a terminal does; one that is asked from behind stops whoever asks, and says so when they go on."""
    import termios

    while True:
        try:
            return termios.tcsetattr(terminal, termios.TCSADRAIN, attributes)
        except termios.error as error:
            if error.args[0] != errno.EINTR:
                raise


def _is_behind(terminal: int) -> bool:
    """Tell whether somebody else is in front of a terminal."""
    try:
        return os.tcgetpgrp(terminal) != os.getpgrp()
    except OSError:  # It is nobody's.
        return False


def _writable(terminal: int) -> int:
    """Return where to show what is typed: the same terminal, which may have been opened for reading alone."""
    try:
        return os.open(os.ttyname(terminal), os.O_WRONLY | os.O_NOCTTY)
    except OSError:
        return os.dup(terminal)


@dataclass(slots=True)
class _Line:
    """One line as it grows and shrinks."""

    terminal: int
    screen: int
    encoding: str
    kill: str
    word: str
    end: str
    letters: list[str] = field(default_factory=list)
    last: str = ""
    """The key that was pressed last, or what was read so far of one without a letter."""

    def read(self, waits: Waits) -> str | None:
        """Return the line once it ends."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        while waits():
            byte = self._byte()
            if not byte:
                return "".join(self.letters)
            for key in decoder.decode(byte):
                if self._ends(key):
                    return "".join(self.letters)
        return None

    def _byte(self) -> bytes:
        try:
            return os.read(self.terminal, 1)
        except OSError:  # The terminal is gone.
            return b""

    def _ends(self, key: str) -> bool:
        """Press a key; return whether the line ends with it."""
        before, self.last = self.last, key
        if before == ESCAPE and key in OPENS:
            self.last = before + key
        elif before.startswith(ESCAPE) and before != ESCAPE:
            # What a key without a letter sends, such as an arrow, is passed over.
            self.last = "" if key >= CLOSES else before
        elif key in ENDS:
            self._show("\n")
            self.letters.append("\n")
            return True
        elif key == self.end:
            # In the middle of a line it takes two, as everywhere else.
            return before == key or not self.letters
        elif key in BACK:
            self._take(1)
        elif key == self.kill:
            self._take(len(self.letters))
        elif key == self.word:
            kept = "".join(self.letters).rstrip().rpartition(" ")[0]
            self._take(sum(width(_shown(letter)) > 0 for letter in self.letters[len(kept) :]))
        elif key != ESCAPE:
            self.letters.append(key)
            self._show(_shown(key))
        return False

    def _take(self, count: int) -> None:
        """Take letters back, with whatever stands on them."""
        while self.letters and count > 0:
            columns = width(_shown(self.letters.pop()))
            count -= columns > 0
            self._show("\b \b" * columns)

    def _show(self, text: str) -> None:
        os.write(self.screen, text.encode(self.encoding, "replace"))


def _shown(letter: str) -> str:
    """Return how a letter looks; nothing that was typed acts on the terminal."""
    return " " if letter == "\t" else clean(letter)
