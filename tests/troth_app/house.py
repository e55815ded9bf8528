"""What the app's tests stand on: a home of one's own, a conversation played from a script, clocks moved by hand.

Nothing here waits for time to pass; every wait is for something that happens, and bounded.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.contracts.client_world import CHEAP, WAIT_S
from troth_app.conversation import (
    Answer,
    Ask,
    Begin,
    Card,
    Choose,
    Chosen,
    Done,
    End,
    Frames,
    Safe,
    Say,
    Sentence,
    frame,
)
from troth_app.handlers.aside import words_kept
from troth_app.handlers.devices import introduce
from troth_app.home import Home
from troth_app.household import Household
from troth_app.keeper import Keeper
from troth_app.settings import Relay
from troth_app.sockets import pair
from troth_app.talk import HungUpError, Talk, hold, read_sentence
from troth_app.watch import Reading
from troth_client import create_space
from troth_client.uncompared import row

__all__ = [
    "DAY",
    "PASSPHRASE",
    "HandClocks",
    "Played",
    "closed_keeper",
    "home_at",
    "made",
    "open_keeper",
    "play",
    "say_to",
    "uncompare",
]

PASSPHRASE: Final = "correct horse battery"
DAY: Final = date(2026, 9, 1)


Answering = Any
"""What is typed or picked; a function is given what was shown so far, and may wait."""


@dataclass
class Played:
    """One conversation, as its terminal saw it."""

    sentences: list[Sentence] = field(default_factory=list)
    done: Done | None = None
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_card(self, title: str) -> Card:
        """Wait until a card with this title was shown."""
        while (card := self.card(title)) is None:
            assert self.done is None, self.done
            self.more.clear()
            await self.more.wait()
        return card

    async def until_said(self, start: str) -> str:
        """Wait until a paragraph that begins like this was said."""
        while not (found := [line for line in self.said.split("\n") if line.startswith(start)]):
            assert self.done is None, self.done
            self.more.clear()
            await self.more.wait()
        return found[-1]

    @property
    def said(self) -> str:
        """Every paragraph, one after the other."""
        return "\n".join(sentence.text for sentence in self.sentences if isinstance(sentence, Say))

    def card(self, title: str) -> Card | None:
        """The latest card with a title, if there is one."""
        found = [sentence for sentence in self.sentences if isinstance(sentence, Card) and sentence.title == title]
        return found[-1] if found else None

    @property
    def safe(self) -> str:
        """What would have been said last, had it ended in the middle."""
        return [sentence.text for sentence in self.sentences if isinstance(sentence, Safe)][-1]

    @property
    def code(self) -> int:
        """How it ended."""
        assert self.done is not None, "it did not end"
        return self.done.code

    @property
    def result(self) -> dict[str, Any]:
        """What it found out."""
        assert self.done is not None, "it did not end"
        assert self.done.result is not None, self.done.text
        return self.done.result


class HandClocks:
    """Clocks that stand still until they are moved."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.reading = Reading(0.0, 0.0, 0.0)

    def __call__(self) -> Reading:
        """Look at them."""
        return self.reading

    def go(self, seconds: float) -> None:
        """Let time pass while the machine is awake."""
        self.sleep(0.0, awake=seconds)

    def sleep(self, seconds: float, *, awake: float = 0.0) -> None:
        """Let the machine sleep."""
        now, boot = self.reading, self.reading.boot or 0.0
        self.reading = Reading(now.awake + awake, boot + awake + seconds, now.wall + awake + seconds)


def home_at(folder: Path) -> Home:
    """Return a home in a folder of a test."""
    return Home.find({"TROTH_HOME": str(folder / "home")})


def made(folder: Path) -> Home:
    """Return a home with a vault in it."""
    home = home_at(folder)
    home.prepare()
    create_space(home.vault, passphrase=PASSPHRASE, machine=CHEAP)
    return home


def closed_keeper(home: Home, *, clocks: HandClocks | None = None) -> Keeper:
    """Return a keeper that has no open vault, and an agent that hears nothing."""
    ours, theirs = pair()
    keeper = Keeper(home, ours, once=False, machine=CHEAP, clocks=clocks or HandClocks(), today=lambda: DAY)
    keeper.agent = theirs  # type: ignore[attr-defined]
    return keeper


@asynccontextmanager
async def open_keeper(folder: Path, *, relay: str | None = None) -> AsyncIterator[Keeper]:
    """Have a keeper with an open vault for as long as the block runs."""
    keeper = closed_keeper(made(folder))
    async with asyncio.timeout(WAIT_S):
        household = await Household.open(keeper.home.vault, passphrase=PASSPHRASE, machine=CHEAP)
        await introduce(household, name="Laptop", day=DAY.isoformat())
        if relay is not None:
            await household.use(Relay(relay))
        keeper.admit(household)
        try:
            yield keeper
        finally:
            await household.close()
            close_ends(keeper)


@asynccontextmanager
async def a_closed_keeper(home: Home) -> AsyncIterator[Keeper]:
    """Have a keeper that has no open vault; what it opens meanwhile is closed at the end."""
    keeper = closed_keeper(home)
    async with asyncio.timeout(WAIT_S):
        try:
            yield keeper
        finally:
            if keeper.household is not None:
                await keeper.household.close()
            close_ends(keeper)


async def uncompare(household: Household) -> None:
    """Let the space of one person wait for four words to be compared, as one that was made far apart does."""
    room = household.solo.room
    await household.vault.run(lambda vault: vault.commit({room: [row((0, 1, 2, 3))]}))
    await household.connect()


def close_ends(keeper: Keeper) -> None:
    """Close both ends of a keeper's channel."""
    keeper.agent.close()  # type: ignore[attr-defined]
    keeper._channel.close()


async def play(
    handler: Callable[..., Awaitable[Any]],
    whom: object,
    *answers: Answering,
    live: bool = True,
    options: dict[str, Any] | None = None,
    command: str = "status",
    played: Played | None = None,
) -> Played:
    """Carry a conversation with a handler: answer what it asks, in order, and hang up when there is no answer left."""
    terminal, ours = pair()
    for end in (terminal, ours):
        end.setblocking(False)

    async def handle(talk: Talk) -> Any:
        work = handler(talk, whom)
        return await (words_kept(talk, whom, work) if isinstance(whom, Keeper) else work)

    holding = asyncio.ensure_future(hold(Talk(ours, Begin(command, options or {}, live)), handle))
    try:
        async with asyncio.timeout(WAIT_S):
            played = await say_to(terminal, *answers, played=played)
    finally:
        # The terminal hangs up first: its end is what the handler notices.
        terminal.close()
        await asyncio.wait({holding})
        ours.close()
    holding.result()
    return played


async def say_to(terminal: socket.socket, *answers: Answering, played: Played | None = None) -> Played:
    """Be the terminal of a conversation until it is done, or an answer is missing."""
    played = played or Played()
    left, frames = list(answers), Frames()
    loop = asyncio.get_running_loop()
    while played.done is None:
        try:
            sentence = await read_sentence(terminal, frames)
        except HungUpError:
            return played
        played.sentences.append(sentence)
        played.more.set()
        match sentence:
            case Done():
                played.done = sentence
            case Ask() | Choose() if not left:
                return played
            case Ask() | Choose() if isinstance(left[0], End):
                end = left.pop(0)
                await loop.sock_sendall(terminal, frame(end))
                if not end.keep:
                    return played
            case Ask():
                await loop.sock_sendall(terminal, frame(Answer(str(await _given(left.pop(0), played)))))
            case Choose():
                await loop.sock_sendall(terminal, frame(Chosen(int(await _given(left.pop(0), played)))))
    assert not left, f"nobody asked for {left}"
    return played


async def _given(answer: Any, played: Played) -> Any:
    return await answer(played) if callable(answer) else answer
