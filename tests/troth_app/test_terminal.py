"""The terminal shows what comes, answers what is asked, and at every end says what is safe."""

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

import pytest

from tests.troth_app.test_keyboard import Tty
from troth_app.commands import BY_NAME
from troth_app.conversation import (
    Answer,
    Ask,
    Begin,
    Card,
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
from troth_app.keyboard import Keyboard
from troth_app.limits import CONVERSATION_FRAME_BYTES_MAX
from troth_app.messages import tell
from troth_app.outcome import NOTHING_SAFER, Code
from troth_app.screen import Look
from troth_app.sockets import pair
from troth_app.terminal import Screen, converse

STATUS = BY_NAME["status"]


class Handler(threading.Thread):
    """The other end: says what it is to say, and takes an answer to each question; then it hangs up."""

    def __init__(self, connection: socket.socket, sentences: Sequence[Sentence]) -> None:
        """Begin."""
        super().__init__(daemon=True)
        self.heard: list[Sentence] = []
        self._connection = connection
        self._frames = Frames()
        self._sentences = sentences
        self.start()

    def run(self) -> None:
        """Carry it through."""
        with self._connection:
            self._hear()
            for sentence in self._sentences:
                self._connection.sendall(frame(sentence))
                if isinstance(sentence, Ask | Choose) and not self._hear():
                    return

    def _hear(self) -> bool:
        while self._frames.missing:
            received = self._connection.recv(self._frames.missing)
            if not received:
                return False
            self._frames.feed(received)
        sentence = self._frames.next()
        assert sentence is not None
        self.heard.append(sentence)
        return True


@contextmanager
def handled(*sentences: Sentence) -> Iterator[tuple[socket.socket, Handler]]:
    """Have a handler at the other end."""
    near, far = pair()
    with near:
        handler = Handler(far, sentences)
        yield near, handler
    handler.join(20)
    assert not handler.is_alive()


def talked(
    *sentences: Sentence,
    typed: str = "",
    live: bool = False,
    as_json: bool = False,
    hidden: Callable[[str], str] | None = None,
    is_typed: Callable[[TextIO, socket.socket], bool] = lambda *_: True,
    forgotten: list[TextIO] | None = None,
    present: Callable[[Result], Sequence[Sentence]] = lambda _: (),
) -> tuple[Done, list[Sentence]]:
    """Carry a conversation; return how it ended, and what the handler heard after the first sentence."""
    forgotten = [] if forgotten is None else forgotten
    keyboard = Keyboard(
        Tty(typed) if live else io.StringIO(typed), hidden or (lambda _: "hidden"), is_typed, forgotten.append
    )
    with handled(*sentences) as (near, handler):
        done = converse(near, STATUS, {}, screen=Screen(Look(), as_json), keyboard=keyboard, present=present)
    assert handler.heard[0] == Begin("status", {}, live)
    return done, handler.heard[1:]


def test_what_comes_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Paragraphs and cards go to stdout, in order."""
    done, _ = talked(Say("one"), Card("two", ("three",)), Done())
    assert done == Done()
    assert capsys.readouterr() == ("one\n\ntwo\n  three\n", "")


def test_what_went_otherwise_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """The last sentence stands where errors stand."""
    done, _ = talked(Done(Code.RULE, None, "No."))
    assert done.code == Code.RULE
    assert capsys.readouterr() == ("", "No.\n")


def test_a_result_is_presented(capsys: pytest.CaptureFixture[str]) -> None:
    """What was found out is shown by the command's presenter."""
    talked(Done(Code.OK, {"a": 1}), present=lambda result: [Say(f"a is {result['a']}")])
    assert capsys.readouterr().out == "a is 1\n"


def test_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json nothing but the result goes to stdout."""
    talked(Say("one"), Done(Code.OK, {"a": 1}), as_json=True)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"a": 1}
    assert err == "one\n"


def test_questions_take_lines_of_a_pipe() -> None:
    """Each question takes one line, hidden or not; a text takes the rest."""
    _, heard = talked(
        Ask("a"),
        Ask("b", Form.HIDDEN),
        Choose("c", ("x", "y")),
        Ask("d", Form.TEXT),
        Done(),
        typed="1\r\ntwo\n2\nrest\nof it\n",
    )
    assert heard == [Answer("1"), Answer("two"), Chosen(1), Answer("rest\nof it\n")]


def test_questions_at_a_keyboard(capsys: pytest.CaptureFixture[str]) -> None:
    """Prompts go to stderr, and what is hidden is read without being shown."""
    asked: list[str] = []

    def read(prompt: str) -> str:
        asked.append(prompt)
        return "secret"

    _, heard = talked(
        Ask("Name:"),
        Ask("Secret:", Form.HIDDEN),
        Ask("Text:", Form.TEXT),
        Done(),
        typed="Robin\nx\n",
        live=True,
        hidden=read,
    )
    assert heard == [Answer("Robin"), Answer("secret"), Answer("x\n")]
    assert asked == ["Secret: "]
    assert capsys.readouterr().err == "Name: Text: End with Ctrl-D on a line of its own.\n"


def test_a_long_question_has_lines_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """What is typed begins at the left, and the question fits the width."""
    _, heard = talked(Ask("What would be done, so that both can see it? " * 3), Done(), typed="x\n", live=True)
    assert heard == [Answer("x")]
    *lines, last = capsys.readouterr().err.split("\n")
    assert last == ""
    assert max(map(len, lines)) <= 80


def test_a_choice_is_asked_until_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no number of the list is asked again; nothing is picked by default."""
    _, heard = talked(Choose("Which?", ("x", "y")), Done(), typed="\n0\n3\nx\n²\n2\n", live=True)
    assert heard == [Chosen(1)]
    assert capsys.readouterr().err.count("Type a number from 1 to 2") == 5


@pytest.mark.parametrize("live", [True, False])
def test_what_was_typed_before_a_choice_is_none(live: bool) -> None:
    """At a keyboard it is dropped before the question is shown; what a pipe holds was meant for it."""
    forgotten: list[TextIO] = []
    talked(Choose("Which?", ("x", "y")), Done(), typed="1\n", live=live, forgotten=forgotten)
    assert len(forgotten) == live


@pytest.mark.parametrize("live", [True, False])
def test_a_menu_stands_with_its_question(capsys: pytest.CaptureFixture[str], *, live: bool) -> None:
    """Once, under what there is to pick from, wherever the answer comes from."""
    talked(Choose("Which?", ("x", "y")), Done(), typed="1\n", live=live)
    shown, asked = capsys.readouterr()
    assert "  1  x\n  2  y\n" in shown
    assert [shown.count("Which? (1 to 2)"), asked.count("Which? (1 to 2)")] == ([0, 1] if live else [1, 0])


def test_nobody_to_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """A question without a line of input is told so to the handler, which says what became of the rest."""
    done, heard = talked(Ask("Name:"), Done(Code.USAGE, None, "It is kept."), typed="")
    assert (done.code, heard) == (Code.USAGE, [End(keep=True)])
    assert "It is kept." in capsys.readouterr().err


def test_the_end_of_input_at_a_keyboard() -> None:
    """Ctrl-D at a hidden question is nobody too."""

    def nobody(_: str) -> str:
        raise EOFError

    assert talked(Ask("a", Form.HIDDEN), live=True, hidden=nobody)[1] == [End(keep=True)]


def test_stopping_says_what_is_safe(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends the conversation with the handler's latest word on what is safe."""

    def stop(_: str) -> str:
        raise KeyboardInterrupt

    done, heard = talked(Safe("Old."), Safe("Nothing was made."), Ask("a", Form.HIDDEN), live=True, hidden=stop)
    assert (done.code, heard) == (Code.STOPPED, [End(keep=False)])
    assert capsys.readouterr().err.strip() == "Stopped. Nothing was made."


def test_a_handler_that_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    """An end without a last sentence costs one, and the code of this machine."""
    done, _ = talked(Say("one"))
    assert done.code == Code.HERE
    assert NOTHING_SAFER in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("kept", [True, False])
def test_words_whose_handler_is_gone(capsys: pytest.CaptureFixture[str], *, kept: bool) -> None:
    """What somebody wrote is handed on to be kept, without what else was typed, and said to be kept once it is."""
    handed: list[str] = []

    def keep(words: str) -> bool:
        handed.append(words)
        return kept

    near, far = pair()
    with near, far:
        asks: list[Sentence] = [Ask("Code:"), Ask("Words:", Form.WORDS), Ask("None:", Form.WORDS)]
        far.sendall(b"".join(map(frame, asks)))
        far.shutdown(socket.SHUT_WR)
        keyboard = Keyboard(io.StringIO("1234\ntired\n\n"))
        done = converse(
            near,
            STATUS,
            {},
            screen=Screen(Look()),
            keyboard=keyboard,
            present=lambda _: (),
            keep=keep,
        )
    assert (done.code, handed) == (Code.HERE, ["tired"])
    assert ("`troth mine list`" in capsys.readouterr().err) is kept


def test_a_handler_that_makes_no_sense() -> None:
    """What a terminal does not say is not taken from a handler as something to show; it is the end."""
    near, far = pair()
    with near, far:
        far.sendall((3).to_bytes(4) + b"{}x")
        done = converse(near, STATUS, {}, screen=Screen(Look()), keyboard=Keyboard(io.StringIO()), present=lambda _: ())
    assert done.code == Code.HERE


def test_nobody_at_the_other_end() -> None:
    """A connection that is closed already costs a sentence."""
    near, far = pair()
    far.close()
    with near:
        done = converse(near, STATUS, {}, screen=Screen(Look()), keyboard=Keyboard(io.StringIO()), present=lambda _: ())
    assert done.code == Code.HERE


def test_a_busy_vault_is_not_complained_about_yet(capsys: pytest.CaptureFixture[str]) -> None:
    """The caller tries again, and complains when it gave up."""
    done, _ = talked(Done(Code.HERE, {"busy": True}, "Busy."))
    assert done.text == "Busy."
    assert capsys.readouterr() == ("", "")


def test_a_question_that_was_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    """What comes while a question waits is shown at once, and the question is not answered."""
    near, far = pair()
    with near, far:
        sentences: list[Sentence] = [Ask("Name:"), Done(Code.OTHER, None, "It is over.")]
        far.sendall(b"".join(map(frame, sentences)))
        keyboard = Keyboard(Tty("Robin\n"), is_typed=lambda *_: False)
        done = converse(near, STATUS, {}, screen=Screen(Look()), keyboard=keyboard, present=lambda _: ())
        far.setblocking(False)
        assert b"Robin" not in far.recv(10_000)
    assert done.code == Code.OTHER
    assert capsys.readouterr().err == "Name: \nIt is over.\n"


def test_several_sentences_at_once() -> None:
    """What arrives together is taken one after the other."""
    near, far = pair()
    with near, far:
        sentences: list[Sentence] = [Say("one"), Safe("x"), Done(Code.OTHER, None, "two")]
        far.sendall(b"".join(map(frame, sentences)))
        done = converse(near, STATUS, {}, screen=Screen(Look()), keyboard=Keyboard(io.StringIO()), present=lambda _: ())
    assert done.code == Code.OTHER


def test_more_than_fits_is_said() -> None:
    """A file that is far too long for one answer is refused by what to do, and not as if something had broken."""
    with handled(Safe("Nothing was kept."), Ask("Write:", Form.TEXT)) as (near, handler):
        keyboard = Keyboard(io.StringIO("a" * CONVERSATION_FRAME_BYTES_MAX))
        done = converse(near, STATUS, {}, screen=Screen(Look()), keyboard=keyboard, present=lambda _: ())
    assert (done.code, done.text) == (Code.RULE, tell("text.long"))
    assert [type(sentence) for sentence in handler.heard] == [Begin]
