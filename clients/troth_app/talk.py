"""The handler's end of a conversation: it says, asks and waits for answers, over a socket that was handed to it.

Whoever hung up ends the handler at the next word: nobody is asked anything twice, and nothing is said into the void.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Never, TypeVar

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
from troth_app.language import spoken
from troth_app.limits import TRIES_MAX
from troth_app.outcome import NOTHING_SAFER, Code, done_of
from troth_wire.errors import MalformedError, TrothError
from troth_wire.said import Said

__all__ = ["HungUpError", "NoAnswerError", "Talk", "hold", "read_sentence"]

READ_BYTES: Final = 65_536
NO_ANSWER: Final = Said("The input ended at “{prompt}”. {safe}")
NO_MORE: Final = Said(
    "Troth asks “{prompt}” and nobody is there to answer. {safe} "
    "Run it at a terminal, or give one line of input for each question."
)

Answered = TypeVar("Answered")


class HungUpError(TrothError):
    """The terminal is gone."""


class NoAnswerError(HungUpError):
    """The terminal is there, and has no answer any more; the sentence says so."""


async def read_sentence(connection: socket.socket, frames: Frames) -> Sentence:
    """Return the next sentence, without reading a byte beyond it.

    Raises:
        HungUpError: If there is none any more.
        MalformedError: If it is none.
    """
    loop = asyncio.get_running_loop()
    while frames.missing:
        try:
            received = await loop.sock_recv(connection, min(frames.missing, READ_BYTES))
        except OSError:
            raise HungUpError from None
        if not received:
            raise HungUpError
        frames.feed(received)
    sentence = frames.next()
    assert sentence is not None, "nothing of it is missing"
    return sentence


class Talk:
    """What a handler may do with the person at the terminal: one question at a time."""

    def __init__(
        self,
        connection: socket.socket,
        begin: Begin,
        pause: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Take a connection whose first sentence was read; a question waits for its answer inside of a pause."""
        self.begin = begin
        self.composed: list[str] = []
        """What somebody wrote down in this conversation, as long as it is kept nowhere else."""
        self._safe: str = NOTHING_SAFER
        self._pause = pause
        self._connection = connection
        self._frames = Frames()
        self._saying = asyncio.Lock()
        self._question: asyncio.Future[Sentence] | None = None
        """The question that is waiting for its answer, while somebody listens for both answer and hanging up."""
        self._listening = False

    @property
    def tries(self) -> int:
        """How often the same may be asked: what comes from a file does not get better."""
        return TRIES_MAX if self.begin.live else 1

    async def say(self, *paragraphs: str) -> None:
        """Say something."""
        for paragraph in paragraphs:
            await self.show(Say(paragraph))

    async def show(self, sentence: Sentence) -> None:
        """Show a table, a card or a code."""
        async with self._saying:
            try:
                await asyncio.get_running_loop().sock_sendall(self._connection, frame(sentence))
            except OSError:
                raise HungUpError from None

    async def safe(self, text: str) -> None:
        """Say what is safe, should the conversation end from here on."""
        self._safe = text
        await self.show(Safe(text))

    async def ask(self, prompt: str, *, form: str = Form.LINE) -> str:
        """Return what is typed.

        Raises:
            HungUpError: If nobody is there.
            MalformedError: If it is no answer.
        """
        answer = await self._answer(Ask(prompt, form))
        if not isinstance(answer, Answer):
            raise MalformedError("not an answer")
        if form in Form.WRITTEN and (written := answer.text.strip()):
            self.composed.append(written)
        return answer.text

    async def hidden(self, prompt: str) -> str:
        """Return what is typed without being shown."""
        return await self.ask(prompt, form=Form.HIDDEN)

    async def choose(self, prompt: str, items: Sequence[str]) -> int:
        """Return which one is picked.

        Raises:
            HungUpError: If nobody is there.
            MalformedError: If it is none of them.
        """
        answer = await self._answer(Choose(prompt, tuple(items)))
        if not isinstance(answer, Chosen) or not 0 <= answer.index < len(items):
            raise MalformedError("not a choice")
        return answer.index

    async def wait(self, work: Awaitable[Answered]) -> Answered:
        """Return what comes of work that may take long, and may ask; it is cancelled if the terminal goes.

        Raises:
            HungUpError: If the terminal went first.
            MalformedError: If it answered what was not asked.
        """
        working, listening = asyncio.ensure_future(work), asyncio.ensure_future(self._listen())
        self._listening = True
        try:
            await asyncio.wait({working, listening}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await listening
            return await working
        finally:
            self._listening = False
            for task in (working, listening):
                task.cancel()
            await asyncio.wait({working, listening})

    async def _answer(self, question: Ask | Choose) -> Sentence:
        if self._question is not None:
            # The answer to a question that was given up may be on its way: it must not be taken for another one's.
            raise MalformedError("two questions at once")
        if not self._listening:
            await self.show(question)
            with self._pause():
                return self._answered(question, await read_sentence(self._connection, self._frames))
        self._question = asyncio.get_running_loop().create_future()
        await self.show(question)
        with self._pause():
            answer = await self._question
        self._question = None
        return self._answered(question, answer)

    def _answered(self, question: Ask | Choose, answer: Sentence) -> Sentence:
        """Return an answer, unless it says that none comes."""
        if not isinstance(answer, End):
            return answer
        if not answer.keep:
            self.composed.clear()
            raise HungUpError
        ended = NO_ANSWER if self.begin.live else NO_MORE
        raise NoAnswerError(ended.format(prompt=" ".join(spoken(question.prompt).split()), safe=spoken(self._safe)))

    async def _listen(self) -> Never:
        while True:
            answer = await read_sentence(self._connection, self._frames)
            if isinstance(answer, End) and (self._question is None or self._question.done()):
                self.composed = self.composed if answer.keep else []
                raise HungUpError
            if self._question is None or self._question.done():
                raise MalformedError("an answer that nobody waits for")
            self._question.set_result(answer)


async def hold(talk: Talk, handler: Callable[[Talk], Awaitable[Result | None]]) -> None:
    """Carry a conversation to its end: whatever the handler does, there is one last sentence."""
    try:
        done = Done(0, await handler(talk))
    except NoAnswerError as error:
        done = Done(Code.USAGE, None, str(error))
    except HungUpError:
        return
    except Exception as error:
        done = done_of(error)
    try:
        await talk.show(done)
    except HungUpError:
        return
