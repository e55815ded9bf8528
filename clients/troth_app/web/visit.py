"""A conversation that a page began: the same as a terminal has, with pauses in which nobody waits for it.

What the handler says is collected until it asks, and asked until it is answered. A handler that has more to say while
its question waits does not want the answer any more.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from troth_app.commands_for_pages import PAUSES
from troth_app.conversation import Answer, Ask, Begin, Choose, Chosen, Done, Frames, Result, Safe, Say, Sentence, frame
from troth_app.home import Home
from troth_app.language import spoken, spoken_in
from troth_app.messages import tell
from troth_app.outcome import NOTHING_SAFER, Code
from troth_app.sockets import connect
from troth_app.talk import HungUpError, read_sentence
from troth_app.terminal import ENDED
from troth_wire.errors import MalformedError
from troth_wire.said import Said

__all__ = ["GONE", "Visit", "begin", "read"]

GONE = Done(Code.HERE, None, Said("Nothing answers any more. What was saved before is safe."))


@dataclass
class Visit:
    """One conversation, at the page's end.

    Attributes:
        command: Which one.
        shown: What was said since the last answer.
        question: What waits for an answer.
        number: Of that question: an answer to an earlier one is none to this one.
        done: How it ended.
        safe: What is safe if it ends here.
    """

    command: str
    shown: list[Sentence] = field(default_factory=list)
    question: Ask | Choose | None = None
    number: int = 0
    done: Done | None = None
    safe: str = field(default_factory=partial(spoken, NOTHING_SAFER))
    connection: socket.socket | None = None
    pump: asyncio.Task[None] | None = None
    _turned: asyncio.Event = field(default_factory=asyncio.Event)
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ended(self) -> bool:
        """Whether it is done."""
        return self.done is not None

    @property
    def said(self) -> list[str]:
        """Which paragraphs were said since the last answer."""
        return [sentence.text for sentence in self.shown if isinstance(sentence, Say)]

    async def settled(self, wait_s: float | None = None) -> bool:
        """Wait until it asks or is done; false if it takes longer than one waits."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._turned.wait()
        return self._turned.is_set()

    async def answer(self, value: str | int) -> None:
        """Answer what is asked: with what was typed, or which one was picked, from 0."""
        assert self.connection is not None, "somebody asked"
        self.question = None
        self.shown = []
        self._turned.clear()
        try:
            said = frame(Answer(value) if isinstance(value, str) else Chosen(value))
        except MalformedError:
            self.take(Done(Code.RULE, None, tell("text.long")))
            return
        # One that is gone says so where it is read.
        with suppress(OSError):
            await asyncio.get_running_loop().sock_sendall(self.connection, said)

    async def told(self) -> AsyncIterator[Sentence]:
        """Yield what is said, as it is said, until it is done."""
        while self.done is None or self.shown:
            await self._heard.wait()
            self._heard.clear()
            while self.shown:
                yield self.shown.pop(0)

    async def close(self) -> None:
        """Hang up: what was not done is not done any more."""
        if self.pump is not None:
            self.pump.cancel()
            await asyncio.wait({self.pump})
        if self.connection is not None:
            self.connection.close()

    def take(self, sentence: Sentence) -> None:
        """Take in what the handler says, or what is said in its place."""
        sentence = spoken_in(sentence)
        match sentence:
            case Done():
                self.question, self.done = None, sentence
            case Safe(text):
                self.safe = text
                return
            case Ask() | Choose():
                self.question = sentence
                self.number += 1
            case _:
                self.question = None
                self.shown.append(sentence)
        self._heard.set()
        if self.done is not None or self.question is not None:
            self._turned.set()
        else:
            self._turned.clear()

    async def follow(self, connection: socket.socket) -> None:
        """Read until it ends, however that is."""
        frames = Frames()
        try:
            while self.done is None:
                self.take(await read_sentence(connection, frames))
        except (HungUpError, MalformedError):
            self.take(Done(Code.HERE, None, ENDED.format(safe=self.safe)))


def begin(home: Home, command: str, options: Result | None = None) -> Visit:
    """Begin a conversation with the agent of a home."""
    visit = Visit(command)
    connection = connect(home.socket)
    if connection is None:
        visit.take(GONE)
        return visit
    visit.connection = connection
    # A first sentence that is not taken is noticed where the next one is read.
    with suppress(OSError):
        connection.sendall(frame(Begin(command, {PAUSES: True, **(options or {})}, live=True)))
    connection.setblocking(False)
    visit.pump = asyncio.create_task(visit.follow(connection))
    return visit


async def read(home: Home, command: str, options: Result | None = None, *, wait_s: float | None = None) -> Visit:
    """Carry out what asks nothing; what asks all the same, or takes longer than one waits, is hung up on."""
    visit = begin(home, command, options)
    try:
        await visit.settled(wait_s)
    finally:
        await visit.close()
    return visit
