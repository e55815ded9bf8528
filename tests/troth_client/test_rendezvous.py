"""Two sides meet over a relay's real hub: a cut costs nothing, and what can not be mended ends in words."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from tests.contracts.client_world import WAIT_S
from tests.contracts.meeting_world import ADDRESS, Handled, HubRelay, handled
from tests.contracts.relay_world import KEY
from tests.contracts.relay_world import joined as joined_log
from troth import Signer
from troth_client.rendezvous import Meeting, Venue, meet
from troth_wire.errors import (
    CrowdedError,
    ExpiredError,
    NoRelayError,
    OtherVersionError,
    RefusedError,
    TakenError,
    TimedOutError,
    UsageError,
)
from troth_wire.ids import MailboxId
from troth_wire.limits import INVITATION_LIFE_S, RENDEZVOUS_LIFE_S, RENDEZVOUS_RECORD_BYTES, RENDEZVOUS_RECORDS_MAX
from troth_wire.messages import Deliver, Hello, MailboxKind, Message

SEED = b"s" * 32
BOX = MailboxId(Signer(SEED).public)
Answer = TypeVar("Answer")
OPEN, ENTER = Venue(SEED, opens=True), Venue(SEED, opens=False)


def record(number: int) -> bytes:
    """Return a record, different for each number."""
    return bytes([number]) * RENDEZVOUS_RECORD_BYTES


@pytest.fixture
def relay() -> HubRelay:
    """A relay in this thread."""
    return HubRelay()


@pytest.fixture
def here() -> Handled:
    """A machine whose clock stands still."""
    return handled()


@asynccontextmanager
async def met(relay: HubRelay, here: Handled, venue: Venue, *, within_s: float = 600) -> AsyncIterator[Meeting]:
    """Meet, with everything in the block bounded in time."""
    async with (
        asyncio.timeout(WAIT_S),
        meet(ADDRESS, venue, within_s=within_s, machine=relay.machine(here.machine)) as meeting,
    ):
        yield meeting


async def read(meeting: Meeting, how_many: int) -> list[tuple[bytes, bool]]:
    """Read the first records, and whether they were own ones."""
    found: list[tuple[bytes, bool]] = []
    async for heard in meeting:
        found.append((heard.record, heard.own))
        if len(found) == how_many:
            break
    return found


async def passing(here: Handled, holds: Callable[[], bool]) -> None:
    """Let time pass here until something holds."""
    async with asyncio.timeout(WAIT_S):
        while not holds():
            here.clock.advance(30)
            await asyncio.sleep(0)


async def in_time(here: Handled, doing: Coroutine[None, None, Answer]) -> Answer:
    """Let time pass here until something is done."""
    task = asyncio.create_task(doing)
    await passing(here, task.done)
    return await task


async def test_both_read_the_same(relay: HubRelay, here: Handled) -> None:
    """Each side reads the records of both in one order, its own ones marked."""
    async with met(relay, here, OPEN) as host, met(relay, here, ENTER) as guest:
        await host.post(record(1))
        await guest.post(record(2))
        await host.post(record(3))
        assert await read(host, 3) == [(record(1), True), (record(2), False), (record(3), True)]
        assert await read(guest, 3) == [(record(1), False), (record(2), True), (record(3), False)]
        assert await read(guest, 1) == [(record(1), False)]


async def test_a_record_has_its_length(relay: HubRelay, here: Handled) -> None:
    """What is not as long as a record is not sent."""
    async with met(relay, here, OPEN) as host:
        with pytest.raises(UsageError):
            await host.post(b"short")
        with pytest.raises(UsageError):
            await host.post(record(1) + b"x")


async def test_posting_again_changes_nothing(relay: HubRelay, here: Handled) -> None:
    """A record lies there once, however often it is posted."""
    async with met(relay, here, OPEN) as host:
        for _ in range(3):
            await host.post(record(1))
    assert relay.world.log(BOX) == [record(1)]


async def test_a_cut_costs_nothing(relay: HubRelay, here: Handled) -> None:
    """After links were cut both dial again, read on and post on, and no record is lost or doubled."""
    async with met(relay, here, OPEN, within_s=10**6) as host, met(relay, here, ENTER, within_s=10**6) as guest:
        await host.post(record(1))
        relay.cut()
        await in_time(here, guest.post(record(2)))
        await in_time(here, host.post(record(3)))
        assert [each for each, _ in await read(host, 3)] == [record(1), record(2), record(3)]
        assert await in_time(here, read(guest, 3)) == [(record(1), False), (record(2), True), (record(3), False)]


async def test_a_relay_that_comes_back_is_found(relay: HubRelay, here: Handled) -> None:
    """While the relay is away the meeting goes on dialling."""
    async with met(relay, here, OPEN, within_s=10**6) as host:
        relay.down = True
        relay.cut()
        await passing(here, lambda: relay.dials >= 4)
        relay.down = False
        await in_time(here, host.post(record(1)))


async def test_a_link_that_the_relay_has_not_missed_yet_is_waited_for(relay: HubRelay, here: Handled) -> None:
    """A side whose cut link still counts at the relay waits until it does not, and goes on."""
    async with met(relay, here, OPEN, within_s=10**6) as host, met(relay, here, ENTER, within_s=10**6):
        mine, relay.unnoticed = relay.links[0], True
        mine.cut()
        await passing(here, lambda: relay.dials >= 4)
        relay.unnoticed = False
        relay.leave(mine)
        await in_time(here, host.post(record(1)))


async def test_no_relay_is_said_at_once(relay: HubRelay, here: Handled) -> None:
    """Where nobody answers, nothing is waited for."""
    relay.down = True
    with pytest.raises(NoRelayError, match="Nothing was joined"):
        async with met(relay, here, OPEN):
            raise AssertionError("there is no relay")


async def test_another_version_is_said(relay: HubRelay, here: Handled) -> None:
    """A relay of another version is named as what it is."""

    def later(message: Message) -> list[Message]:
        return [Hello(2, 2, 1, message.challenge) if isinstance(message, Hello) else message]

    relay.incoming = later
    with pytest.raises(OtherVersionError):
        async with met(relay, here, ENTER):
            raise AssertionError("nothing is understood")


async def test_a_taken_number_is_said(relay: HubRelay, here: Handled) -> None:
    """Whoever opens what another has opened is told before anything is shown."""
    async with met(relay, here, OPEN):
        with pytest.raises(TakenError):
            async with met(relay, here, OPEN):
                raise AssertionError("it is taken")


async def test_a_third_is_refused(relay: HubRelay, here: Handled) -> None:
    """A third participant is told so, and the two go on."""
    async with met(relay, here, OPEN) as host, met(relay, here, ENTER) as guest:
        with pytest.raises(CrowdedError):
            async with met(relay, here, ENTER):
                raise AssertionError("there are two already")
        await host.post(record(1))
        assert await read(guest, 1) == [(record(1), False)]


async def test_nobody_there_is_said(relay: HubRelay, here: Handled) -> None:
    """A guest whose code leads nowhere is told."""
    with pytest.raises(ExpiredError):
        async with met(relay, here, ENTER):
            raise AssertionError("nobody is there")


async def test_the_end_is_said(relay: HubRelay, here: Handled) -> None:
    """At its end the meeting is over for both; what was read before is still read first."""
    async with met(relay, here, OPEN) as host:
        await host.post(record(1))
        relay.tick(RENDEZVOUS_LIFE_S)
        assert await read(host, 1) == [(record(1), True)]
        with pytest.raises(ExpiredError):
            await read(host, 2)
        with pytest.raises(ExpiredError):
            await host.post(record(2))


async def test_waiting_is_bounded(relay: HubRelay, here: Handled) -> None:
    """When the time is over, whoever still waits is told; where the relay is away, that is said instead."""
    for down, error in ((False, TimedOutError), (True, NoRelayError)):
        venue = Venue(bytes([down]) * 32, opens=True)
        async with met(relay, here, venue, within_s=100) as host:
            relay.down = down
            if down:
                relay.cut()
            with pytest.raises(error):
                await in_time(here, read(host, 1))


async def test_what_does_not_fit_ends_it(relay: HubRelay, here: Handled) -> None:
    """When as many records lie there as may, whoever posts one more is told."""
    async with met(relay, here, OPEN) as host:
        for number in range(RENDEZVOUS_RECORDS_MAX):
            await host.post(record(number))
        with pytest.raises(RefusedError):
            await host.post(record(99))


async def test_an_invitation_outlives_the_one_who_made_it(relay: HubRelay, here: Handled) -> None:
    """An invitation is opened for a log, and found days later by the other side, and by its maker again."""
    joined_log(relay.world)
    invitation = Venue(SEED, opens=True, kind=MailboxKind.INVITATION, sponsor=Signer((1).to_bytes(32, "big")))
    assert Signer((1).to_bytes(32, "big")).public == KEY.mailbox
    async with met(relay, here, invitation) as host:
        await host.post(record(1))
    relay.tick(INVITATION_LIFE_S - 10)
    async with met(relay, here, ENTER) as guest, met(relay, here, ENTER) as again:
        assert await read(guest, 1) == [(record(1), False)]
        assert await read(again, 1) == [(record(1), False)]
    relay.tick(10)
    with pytest.raises(ExpiredError):
        async with met(relay, here, ENTER):
            raise AssertionError("it is over")


async def test_a_relay_that_breaks_the_protocol_is_left(relay: HubRelay, here: Handled) -> None:
    """A relay that delivers what is out of place costs links, never records, and the meeting goes on after it."""

    def out_of_place(message: Message) -> list[Message]:
        return [Deliver(message.mailbox, 9, message.envelopes) if isinstance(message, Deliver) else message]

    async with met(relay, here, OPEN, within_s=10**6) as host, met(relay, here, ENTER, within_s=10**6) as guest:
        relay.incoming = out_of_place
        await host.post(record(1))
        await passing(here, lambda: relay.dials >= 4)
        relay.incoming = lambda message: [message]
        assert await in_time(here, read(guest, 1)) == [(record(1), False)]


async def test_a_relay_that_stays_away_is_not_beset(relay: HubRelay, here: Handled) -> None:
    """The longer a relay stays away, the longer the waits become; a good link makes them short again."""
    async with met(relay, here, OPEN, within_s=10**6) as host:
        relay.down = True
        relay.cut()
        await passing(here, lambda: relay.dials >= 60)
        # Ten waits of up to half a minute each: that they are short by chance does not happen.
        assert sum(wait_s for wait_s in here.clock.waits[-10:] if wait_s < 10**6) > 30
        relay.down = False
        await in_time(here, host.post(record(1)))


async def test_a_mistake_of_ours_is_not_waited_out(relay: HubRelay, here: Handled) -> None:
    """What was not foreseen reaches whoever waits, instead of a wait for ever."""

    def broken(message: Message) -> list[Message]:
        raise ZeroDivisionError

    relay.incoming = broken
    with pytest.raises(ZeroDivisionError):
        async with met(relay, here, ENTER):
            raise AssertionError("we are broken")
