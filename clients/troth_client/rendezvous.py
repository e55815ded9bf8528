"""Two devices meet at a relay: `meet` keeps one side linked until its block ends, and carries records both ways.

A cut costs nothing: what was posted and not seen in the log is posted again, and reading goes on where it was.
What can not be mended ends it with a `MeetingError`, in a sentence for people.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Final

from troth_client.attendance import Attendance, AwayError, Heard, Venue
from troth_client.backoff import Backoff
from troth_client.dialling import Dial
from troth_client.link import Address, Link
from troth_client.machine import MACHINE, Machine
from troth_wire.errors import MalformedError, MeetingError, NoRelayError, TimedOutError, UsageError
from troth_wire.limits import RENDEZVOUS_LIFE_S, RENDEZVOUS_RECORD_BYTES
from troth_wire.messages import encode, parse
from troth_wire.said import Said

__all__ = ["Heard", "Meeting", "Venue", "meet"]

LOG: Final = logging.getLogger("troth_client")
NO_RELAY: Final = Said(
    "No relay answers. Nothing was joined. Look at the connection to the network and at the relay's address, "
    "and try again."
)
TIMED_OUT: Final = Said(
    "The other device did not come, or did not go on, in time. Nothing was joined. "
    "Begin again with a new code when both are at hand."
)


class Meeting:
    """One side of a meeting; made by `meet`."""

    def __init__(self, attendance: Attendance) -> None:
        """Begin without a link."""
        self._attendance = attendance
        self._link: Link | None = None
        self._linked_once = False
        self._error: Exception | None = None
        self._news = asyncio.Event()

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Every record that was read so far."""
        return tuple(self._attendance.heard)

    async def post(self, record: bytes) -> None:
        """Post a record; returns when the relay has it. Posting it again changes nothing.

        Args:
            record: `RENDEZVOUS_RECORD_BYTES` bytes.

        Raises:
            UsageError: If it has another length.
            MeetingError: If the meeting came to nothing.
        """
        if len(record) != RENDEZVOUS_RECORD_BYTES:
            raise UsageError(f"a record of a meeting has {RENDEZVOUS_RECORD_BYTES} bytes")
        for message in self._attendance.post(record):
            if self._link is not None:
                self._link.send(encode(message))
        await self._until(lambda: self._attendance.is_stored(record))

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Yield every record in the order of the log, from the beginning, this side's own ones too.

        Raises:
            MeetingError: If the meeting came to nothing; what was read before is yielded first.
        """
        heard = self._attendance.heard
        for index in count():
            await self._until(partial(_is_longer, heard, index))
            yield heard[index]

    async def inside(self) -> None:
        """Wait until everything that lies there was read once.

        Raises:
            MeetingError: If the meeting came to nothing.
        """
        await self._until(lambda: self._attendance.inside)

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()

    def fail(self, error: Exception) -> None:
        """Come to nothing; the first reason counts."""
        self._error = self._error or error
        self._news.set()

    def time_is_over(self) -> None:
        """What was waited for did not come."""
        self.fail(TimedOutError(TIMED_OUT) if self._link is not None else NoRelayError(NO_RELAY))

    async def attend(self, dial: Dial, machine: Machine) -> None:
        """Keep a link up until cancelled, or until the meeting has come to nothing."""
        backoff = Backoff(machine.entropy)
        try:
            while True:
                wait_s = await self._once(dial, backoff)
                await machine.clock.sleep(max(wait_s, backoff.draw()))
        except MeetingError as error:
            self.fail(error)
        except Exception as error:
            # We are broken: whoever waits here must hear of it instead of waiting for ever.
            LOG.exception("A meeting failed in a way that was not foreseen.")
            self.fail(error)

    async def _once(self, dial: Dial, backoff: Backoff) -> float:
        """Dial and attend until the link is down; return how long the relay asks to wait."""
        try:
            async with dial() as link:
                await self._listen(link)
                if self._attendance.caught_up:
                    # The link was good, and somebody waits at the other end: come back soon.
                    backoff.reset()
        except ConnectionError as error:
            LOG.info("no link to the relay: %s", error)
            if not self._linked_once:
                raise NoRelayError(NO_RELAY) from None
        except MalformedError as error:
            LOG.warning("hanging up on a relay that breaks the protocol: %s", error)
        except AwayError as error:
            return error.retry_after_s
        return 0

    async def _listen(self, link: Link) -> None:
        self._attendance.connect(link.host)
        try:
            async for frame in link:
                answers = self._attendance.receive(parse(frame))
                self._link, self._linked_once = link, True
                for message in answers:
                    link.send(encode(message))
                self._news.set()
        finally:
            self._link = None


def _is_longer(heard: Sequence[Heard], length: int) -> bool:
    return len(heard) > length


@asynccontextmanager
async def meet(
    address: Address,
    venue: Venue,
    *,
    within_s: float = RENDEZVOUS_LIFE_S,
    machine: Machine = MACHINE,
) -> AsyncIterator[Meeting]:
    """Meet at a relay for as long as the block runs; entered when all that lies there was read.

    Args:
        address: The relay.
        venue: The mailbox, and whether this side opens it.
        within_s: After so many seconds the meeting has come to nothing.
        machine: For tests.

    Raises:
        MeetingError: By its kind: NoRelayError, OtherVersionError, TakenError, ExpiredError, CrowdedError,
            RefusedError, TimedOutError. Those of what happens later are raised by the meeting's methods.
    """
    meeting = Meeting(Attendance(venue))
    tasks = (
        asyncio.create_task(meeting.attend(partial(machine.dial, address), machine)),
        asyncio.create_task(_watch(meeting, within_s, machine)),
    )
    try:
        await meeting.inside()
        yield meeting
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _watch(meeting: Meeting, within_s: float, machine: Machine) -> None:
    await machine.clock.sleep(within_s)
    meeting.time_is_over()
