"""The command's end of a conversation: it shows what comes, and answers what is asked. It decides nothing.

Ctrl-C ends the conversation, and the last word is what is safe.
"""

import json
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from troth_app.commands import Command
from troth_app.conversation import (
    Answer,
    Ask,
    Begin,
    Choose,
    Chosen,
    Done,
    End,
    Form,
    Frames,
    Result,
    Safe,
    Say,
    Sentence,
    frame,
)
from troth_app.keyboard import GivenUpError, Keyboard, NobodyError
from troth_app.language import spoken, spoken_in
from troth_app.messages import tell
from troth_app.outcome import NOTHING_SAFER, Code
from troth_app.screen import Look, clean, draw, width
from troth_wire.errors import MalformedError
from troth_wire.said import Said

__all__ = ["Screen", "converse"]

READ_BYTES: Final = 65_536
CLEAR: Final = "\x1b[H\x1b[2J\x1b[3J"
"""To the top, nothing below it, and nothing to scroll back to."""
END_OF_TEXT: Final = Said("End with Ctrl-D on a line of its own.")
ENDED: Final = Said("Troth ended before this was done. {safe} Try again; `troth status` says how things stand.")
# For translators: {prompt} is a question, and {last} the highest number that can be typed.
PICK: Final = Said("{prompt} (1 to {last})")
TYPE_NUMBER: Final = Said("Type a number from 1 to {last}, or press Ctrl-C to stop.")
STOPPED: Final = Said("Stopped. {safe}")


@dataclass(slots=True)
class Screen:
    """Where things are shown: answers on stdout, what went otherwise on stderr.

    Attributes:
        look: How.
        json: Whether stdout is for a program: then nothing but the result goes there.
        begun: Whether something was shown.
    """

    look: Look
    json: bool = False
    begun: bool = False

    def show(self, *sentences: Sentence) -> None:
        """Show what belongs together, apart from what was shown before."""
        text = "\n".join(draw(sentence, self.look) for sentence in spoken_in(sentences))
        print("\n" * self.begun + text, file=sys.stderr if self.json else sys.stdout, flush=True)
        self.begun = True

    def clear(self) -> None:
        """Take away what was shown before, also what lies further up, where a terminal can do that."""
        if self.look.wipes:
            print(CLEAR, end="", flush=True)

    def complain(self, text: str) -> None:
        """Say why it went no further."""
        print(draw(Say(spoken(text)), self.look), file=sys.stderr, flush=True)

    def result(self, result: Result, present: Callable[[Result], Sequence[Sentence]]) -> None:
        """Show what was found out."""
        if self.json:
            print(json.dumps(result, indent=1))
            return
        for sentence in present(result):
            self.show(sentence)


def converse(
    connection: socket.socket,
    command: Command,
    options: Result,
    *,
    screen: Screen,
    keyboard: Keyboard,
    present: Callable[[Result], Sequence[Sentence]],
    instead: Callable[[], Result] | None = None,
    keep: Callable[[str], bool] = lambda _: False,
) -> Done:
    """Carry one conversation; return how it ended, which was shown.

    Args:
        connection: To an agent.
        command: Which one.
        options: What was named with it.
        screen: Where it is shown.
        keyboard: Who answers.
        present: How a result looks.
        instead: What is shown where none comes, whyever that is; None where that is said.
        keep: Keeps what somebody wrote, where the other end is gone in the middle; tells whether it did.
    """
    conversation = _Conversation(connection, screen, keyboard)
    try:
        conversation.send(Begin(command.name, options, keyboard.live))
        done = conversation.run()
    except KeyboardInterrupt:
        conversation.stop()
        done = Done(Code.STOPPED, None, f"\n{spoken(STOPPED.format(safe=conversation.safe))}")
    except BrokenPipeError:
        raise  # Nobody reads on.
    except (MalformedError, OSError):
        why = ENDED.format(safe=conversation.safe)
        written = "\n".join(conversation.written)
        done = Done(Code.HERE, None, tell("text.aside", why=why) if written and keep(written) else why)
    if instead is not None and done.code not in (Code.OK, Code.STOPPED):
        done = Done(Code.OK, instead())
    if done.code == Code.OK and done.result is not None:
        screen.result(done.result, present)
    if done.text and not (done.result or {}).get("busy"):
        screen.complain(done.text)
    return done


class _Conversation:
    """One conversation, at the terminal's end."""

    def __init__(self, connection: socket.socket, screen: Screen, keyboard: Keyboard) -> None:
        self.safe: str = NOTHING_SAFER
        self.written: list[str] = []
        """What somebody wrote down in it."""
        self._connection = connection
        self._screen = screen
        self._keyboard = keyboard
        self._frames = Frames()

    def send(self, sentence: Sentence) -> None:
        # A handler that is gone may have said why, and that is waiting to be read.
        with suppress(BrokenPipeError):
            self._connection.sendall(frame(sentence))

    def stop(self) -> None:
        """Say that its person stopped: what they wrote is not to be kept."""
        with suppress(OSError):
            self._connection.sendall(frame(End(keep=False)))

    def run(self) -> Done:
        while True:
            sentence = self._next()
            match sentence:
                case Done():
                    return sentence
                case Safe(text):
                    self.safe = clean(text)
                case Ask() | Choose():
                    try:
                        self.send(self._answer(sentence))
                    except GivenUpError:
                        continue
                    except NobodyError:
                        self.send(End(keep=True))
                    except MalformedError:  # What was read is more than one frame takes.
                        return Done(Code.RULE, None, tell("text.long"))
                case _:
                    self._screen.show(sentence)

    def _answer(self, question: Ask | Choose) -> Answer | Chosen:
        match question:
            case Ask(prompt, form):
                typed = self._ask(clean(prompt), form)
                self.written += [typed] if form in Form.WRITTEN and typed.strip() else []
                return Answer(typed)
            case Choose(prompt, items):
                return Chosen(self._choose(clean(prompt), items))

    def _next(self) -> Sentence:
        while self._frames.missing:
            received = self._connection.recv(READ_BYTES)
            if not received:
                raise MalformedError("the end")
            self._frames.feed(received)
        sentence = self._frames.next()
        assert sentence is not None, "nothing of it is missing"
        return sentence

    def _ask(self, prompt: str, form: str) -> str:
        if form == Form.TEXT:
            return self._keyboard.text(f"{prompt} {spoken(END_OF_TEXT)}" if self._keyboard.live else prompt)
        asked = draw(Say(prompt), self._screen.look)
        # A long question has lines of its own, so that what is typed is not broken in the middle of a word.
        end = "\n" if width(asked) > self._screen.look.columns // 2 else " "
        return self._keyboard.line(asked + end, self._connection, hidden=form == Form.HIDDEN)

    def _choose(self, prompt: str, items: Sequence[str]) -> int:
        asked = spoken(PICK.format(prompt=prompt, last=len(items)))
        rows = [Say(f"{number:>3}  {item}") for number, item in enumerate(items, 1)]
        # At a keyboard the question stands where the answer is typed; from a pipe it stands with what it is about.
        self._screen.show(*rows, *([] if self._keyboard.live else [Say(asked)]))
        # A choice may commit to something: a key that was pressed before the question is no answer to it.
        self._keyboard.forget()
        while True:
            typed = self._keyboard.line(f"{asked} ", self._connection).strip()
            if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(items):
                return int(typed) - 1
            self._screen.complain(TYPE_NUMBER.format(last=len(items)))
