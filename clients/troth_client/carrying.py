"""A pairing carried through: the pure machine of `troth.pairing` driven over a meeting, and what came of it kept.

A person is asked while the reading goes on, so that what the other side ends is over here at once.
What came of a pairing is saved before the last record goes out; nothing is kept of one that ends otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final, Protocol

from troth.pairing import Affirm, Ask, End, Ended, Need, Paired, Pairing, Show, Ticket, Turn
from troth_client.attendance import Heard
from troth_client.machine import MACHINE, Machine
from troth_client.parts import Ahead, DeclinedError, Part
from troth_client.rendezvous import Meeting
from troth_client.room import RoomId
from troth_wire.errors import MeetingError, RemoteError, UsageError
from troth_wire.said import Said

__all__ = ["Drive", "PairingError", "Talk", "UnfinishedError", "carry"]

STOP_S: Final = 5.0
"""How long a side that ends tries to tell the other."""
USED: Final = Said(
    "This code or link was used already, here or by somebody else. Nothing was joined. "
    "If that was not one of you, say so to each other, and begin again with a new one."
)
UNFINISHED: Final = Said(
    "The connection ended before the other device could be told. Here everything is in place; "
    "see whether it is there too. If not, begin again with a new code, and leave what was made here aside."
)


class Talk(Protocol):
    """Speaks with the person at this side; words are numbers from 0 to 2047.

    Any of these may be cancelled, when the other side has ended the pairing meanwhile.
    """

    async def show_code(self, ticket: Ticket) -> None:
        """Show a code for the other device: `ticket.number` and `ticket.words`."""
        ...

    async def show_link(self, text: str) -> None:
        """Show a link for the other device, as text or picture."""
        ...

    async def show_words(self, words: tuple[int, ...]) -> None:
        """Show four words, of which the person types two into the other device."""
        ...

    async def ask_words(self, positions: tuple[int, int]) -> tuple[int, int]:
        """Ask for the words that the other device shows at these positions, 0 to 3; ask again for what is no word."""
        ...

    async def ask_match(self, words: tuple[int, ...]) -> bool:
        """Ask whether the other device says that the words match."""
        ...

    async def confirm(self, ahead: Ahead) -> bool:
        """Say what will happen, and return whether it may."""
        ...


class PairingError(MeetingError):
    """A pairing ended without a pair; nothing was joined."""

    def __init__(self, ended: Ended, text: str | None = None) -> None:
        """Say how it ended, in words for people."""
        super().__init__(text or ended.end.text)
        self.ended = ended


class UnfinishedError(MeetingError):
    """Here all is kept, and whether the other side has it is not known."""

    def __init__(self, kept: tuple[RoomId, ...]) -> None:
        """Say what was kept."""
        super().__init__(UNFINISHED)
        self.kept = kept


Noting = Callable[[], Awaitable[None]]
"""Notes of a pairing what a later life must not forget, or raises if this life is not that of the note."""


async def nothing() -> None:
    """Note nothing: a pairing by a code lives in memory alone."""


async def carry(
    pairing: Pairing, meeting: Meeting, talk: Talk, part: Part, *, note: Noting = nothing, machine: Machine = MACHINE
) -> tuple[RoomId, ...]:
    """Carry a pairing through, over a meeting that both sides come back to.

    Args:
        pairing: At its beginning.
        meeting: Where both are.
        talk: The person.
        part: What is handed over and kept.
        note: Called before anything goes out, is asked or is kept; what it raises ends the pairing.
        machine: For tests.

    Raises:
        As `host_device`.
    """
    return await Drive(pairing, meeting, talk, part, machine, note).run()


class Drive:
    """One side of one pairing on its way."""

    def __init__(
        self, pairing: Pairing, meeting: Meeting, talk: Talk, part: Part, machine: Machine, note: Noting = nothing
    ) -> None:
        """Begin with nothing said."""
        self._note = note
        self._pairing = pairing
        self._meeting = meeting
        self._talk = talk
        self._part = part
        self._machine = machine
        self._inputs: asyncio.Queue[Callable[[], Turn]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._asking: asyncio.Task[None] | None = None
        self._reason: Exception | None = None
        """Why this side gave up."""

    async def run(self, show: Callable[[], Coroutine[Any, Any, None]] | None = None) -> tuple[RoomId, ...]:
        """Go to the end.

        Args:
            show: Shows the ticket, once the first record is in its place.
        """
        try:
            turn, position = await self._catch_up()
            self._start(self._read(after=position))
            if not isinstance(turn.now, Paired | Ended):
                await self._note()
                turn = await self._say(turn)
            if show is not None:
                self._start(self._shown(show))
            return await self._go(turn)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _catch_up(self) -> tuple[Turn, int]:
        """Take in all that lies there before anything is said: it may be over already, or this side comes back.

        Returns:
            What is to be said now, and up to which place the log was taken in.
        """
        turn, heard = self._pairing.start(), self._meeting.heard
        own, position = {*turn.post}, 0
        for position, each in enumerate(heard, start=1):
            turn = self._pairing.receive(each.record, position=position)
            if isinstance(turn.now, Need) and (said := self._part.said(turn.now)) is not None:
                turn = self._pairing.supply(said)
            if isinstance(turn.now, Ended):
                # The host's first record alone does not say that it was used; what follows it does.
                used = position > 1 and not any(each.record in own for each in heard)
                if used or position < len(heard):
                    raise PairingError(turn.now, USED if used else None)
                return turn, position
            own.update(turn.post)
        return Turn(self._pairing.unseen, self._pairing.now), position

    async def _say(self, turn: Turn) -> Turn:
        for record in turn.post:
            await self._meeting.post(record)
        return Turn(now=turn.now)

    async def _go(self, turn: Turn) -> tuple[RoomId, ...]:
        while True:
            if isinstance(turn.now, Ended):
                await self._stop(turn.post)
                raise self._reason or PairingError(turn.now)
            await self._note()
            if isinstance(turn.now, Paired):
                return await self._keep(turn.now, turn.post)
            await self._say(turn)
            if isinstance(turn.now, Show | Ask | Affirm | Need):
                self._ask(turn.now)
            turn = self._take(await self._inputs.get())

    def _take(self, given: Callable[[], Turn]) -> Turn:
        try:
            return given()
        except UsageError as error:
            # What this side was to hand over does not fit, or there is none.
            self._reason = error
            return self._pairing.leave()

    async def _keep(self, paired: Paired, post: Sequence[bytes]) -> tuple[RoomId, ...]:
        try:
            kept = await self._part.keep(paired)
        except RemoteError:
            raise PairingError(Ended(End.FORGED)) from None
        try:
            await self._say(Turn(tuple(post)))
        except MeetingError as error:
            raise UnfinishedError(kept) from error
        return kept

    async def _stop(self, post: Sequence[bytes]) -> None:
        """Tell the other side that it is over, if it can be told soon."""
        telling = [asyncio.create_task(self._meeting.post(record)) for record in post]
        if telling:
            limit = asyncio.create_task(self._machine.clock.sleep(STOP_S))
            await asyncio.wait({*telling, limit}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*telling, limit):
                task.cancel()
            await asyncio.gather(*telling, limit, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    async def _shown(self, show: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await show()
        except Exception as error:
            self._give_up(error)

    async def _read(self, *, after: int) -> None:
        try:
            async for heard in self._meeting:
                if heard.position > after:
                    self._inputs.put_nowait(partial(self._receive, heard))
        except Exception as error:
            # Also a mistake of ours: whoever waits for the next record must not wait for ever.
            self._inputs.put_nowait(partial(_raise, error))

    def _receive(self, heard: Heard) -> Turn:
        return self._pairing.receive(heard.record, position=heard.position)

    def _ask(self, now: Show | Ask | Affirm | Need) -> None:
        if self._asking is not None:
            self._asking.cancel()
        self._asking = asyncio.create_task(self._answer(now))
        self._tasks.add(self._asking)

    async def _answer(self, now: Show | Ask | Affirm | Need) -> None:
        try:
            match now:
                case Show():
                    await self._talk.show_words(now.words)
                case Ask():
                    self._inputs.put_nowait(partial(self._pairing.answer, await self._talk.ask_words(now.positions)))
                case Affirm():
                    self._inputs.put_nowait(partial(self._pairing.affirm, await self._talk.ask_match(now.words)))
                case Need():
                    self._inputs.put_nowait(partial(self._pairing.supply, await self._part.supply(now)))
        except DeclinedError:
            self._inputs.put_nowait(self._pairing.leave)
        except RemoteError:
            self._give_up(PairingError(Ended(End.FORGED)))
        except Exception as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Whatever keeps this side from going on, the other one is told that it is over."""
        self._reason = error
        self._inputs.put_nowait(self._pairing.leave)


def _raise(error: Exception) -> Turn:
    raise error
