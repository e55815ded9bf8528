"""A person is asked while the other side is listened to, and whatever ends one side ends the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.contracts.client_world import CHEAP, WAIT_S
from tests.contracts.meeting_world import ADDRESS, HubRelay
from tests.contracts.pairing_world import Person, Table
from troth.pairing import End, Need, Paired, Pairing, Purpose, Ticket
from troth.testing import entropy_of
from troth_client.carrying import PairingError, Talk, carry
from troth_client.rendezvous import Meeting, Venue, meet
from troth_client.room import RoomId
from troth_wire.errors import ForgedError, FullError, MeetingError
from troth_wire.limits import RENDEZVOUS_RECORD_BYTES

TICKET = Ticket.draw_code(ADDRESS.host, Purpose.JOIN, entropy_of("ticket"))
ROOM = RoomId(b"r" * 16)


@dataclass
class Plain:
    """A part that hands over and keeps what it is told to."""

    item: bytes = b"item"
    fails: Exception | None = None
    keeps: Exception | None = None
    introduction: bytes = b""
    kept: list[Paired] = field(default_factory=list)

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Hand over."""
        if self.fails is not None:
            raise self.fails
        return [self.item]

    def said(self, need: Need) -> None:
        """It has no earlier life."""

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Keep."""
        if self.keeps is not None:
            raise self.keeps
        self.kept.append(paired)
        return (ROOM,)


@asynccontextmanager
async def meeting_at(relay: HubRelay, *, opens: bool) -> AsyncIterator[Meeting]:
    """Meet, bounded in time."""
    venue = Venue(TICKET.meeting_seed, opens=opens)
    async with asyncio.timeout(WAIT_S), meet(ADDRESS, venue, machine=relay.machine()) as meeting:
        yield meeting


def host(meeting: Meeting, talk: Talk, part: Plain) -> asyncio.Task[tuple[RoomId, ...]]:
    """Carry the host's side."""
    return asyncio.create_task(carry(Pairing.host(TICKET, b"", CHEAP.entropy), meeting, talk, part, machine=CHEAP))


def guest(meeting: Meeting, talk: Talk, part: Plain) -> asyncio.Task[tuple[RoomId, ...]]:
    """Carry the guest's side."""
    return asyncio.create_task(carry(Pairing.guest(TICKET, b"", CHEAP.entropy), meeting, talk, part, machine=CHEAP))


async def carried(talks: tuple[Talk, Talk], parts: tuple[Plain, Plain]) -> list[object]:
    """Carry both sides to their ends; return what came of each."""
    relay = HubRelay()
    async with meeting_at(relay, opens=True) as one, meeting_at(relay, opens=False) as two:
        sides = host(one, talks[0], parts[0]), guest(two, talks[1], parts[1])
        return list(await asyncio.gather(*sides, return_exceptions=True))


def people() -> tuple[Person, Person]:
    """Return two people at one table."""
    table = Table()
    return Person(table), Person(table)


async def test_both_keep_what_both_have() -> None:
    """Carried through, both sides keep the same offers, once."""
    parts = Plain(b"draft"), Plain(b"genesis")
    assert await carried(people(), parts) == [(ROOM,), (ROOM,)]
    assert [part.kept[0].offers for part in parts] == [((b"draft",), (b"genesis",))] * 2
    assert [len(part.kept) for part in parts] == [1, 1]


@dataclass
class Watching(Plain):
    """A part that looks how much lies at the relay when it keeps."""

    relay: HubRelay = field(default_factory=HubRelay)
    records: int = 0

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Keep, and look."""
        self.records = len(self.relay.world.log(TICKET.mailbox))
        return await super().keep(paired)


async def test_what_came_of_it_is_kept_before_it_is_told() -> None:
    """The side that speaks last keeps everything before its last record goes out."""
    relay, (one, two) = HubRelay(), people()
    last = Watching(relay=relay)
    async with meeting_at(relay, opens=True) as here, meeting_at(relay, opens=False) as there:
        await asyncio.gather(host(here, one, Plain()), guest(there, two, last))
    assert len(relay.world.log(TICKET.mailbox)) == last.records + 1


class Slow(Person):
    """A person who never answers, and is told when it is no longer asked."""

    cancelled = False

    async def ask_words(self, positions: tuple[int, int]) -> tuple[int, int]:
        """Wait until it is cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled = True
        raise AssertionError("nothing comes of waiting")


async def test_a_question_ends_with_the_pairing() -> None:
    """While a person is being asked, the other side's end is heard, and the question goes away."""
    relay, table = HubRelay(), Table()
    slow = Slow(table)
    async with meeting_at(relay, opens=True) as one:
        hosting = host(one, slow, Plain())
        async with meeting_at(relay, opens=False) as two:
            pairing = Pairing.guest(TICKET, b"", CHEAP.entropy)
            joining = asyncio.create_task(carry(pairing, two, Person(table), Plain(), machine=CHEAP))
            await asyncio.shield(table.words)
            joining.cancel()
            await asyncio.gather(joining, return_exceptions=True)
            for record in pairing.leave().post:
                await two.post(record)
            with pytest.raises(PairingError) as caught:
                await hosting
    assert caught.value.ended.end is End.STOPPED
    assert slow.cancelled


class Broken(Person):
    """A person's device that can not show or ask."""

    async def show_words(self, words: tuple[int, ...]) -> None:
        """Fail."""
        raise FullError("The screen is full.")


async def test_a_screen_that_fails_ends_it_for_both() -> None:
    """What this device can not ask is its own error here, and the end there."""
    table = Table()
    one, two = await carried((Slow(table), Broken(table)), (Plain(), Plain()))
    assert isinstance(two, FullError)
    assert isinstance(one, PairingError)
    assert one.ended.end is End.STOPPED


@pytest.mark.parametrize(
    ("error", "said"), [(FullError("The disk is full."), FullError), (ForgedError("not this"), PairingError)]
)
async def test_what_can_not_be_handed_over_ends_it_for_both(error: Exception, said: type[Exception]) -> None:
    """An error of this side stays what it is; what the other side forged is said in words for people."""
    one, two = await carried(people(), (Plain(fails=error), Plain()))
    assert isinstance(one, said)
    assert isinstance(two, PairingError)
    assert two.ended.end is End.STOPPED


async def test_what_does_not_fit_ends_it_for_both() -> None:
    """An item that is larger than a pairing can carry ends it, here in the error's words."""
    one, two = await carried(people(), (Plain(bytes(100_000)), Plain()))
    assert not isinstance(one, MeetingError)
    assert isinstance(two, PairingError)


async def test_what_does_not_hold_is_not_kept() -> None:
    """When the last offer does not hold, nothing is kept, and that is said in words for people."""
    one, _ = await carried(people(), (Plain(keeps=ForgedError("not this")), Plain()))
    assert isinstance(one, PairingError)
    assert one.ended.end is End.FORGED
    assert "Nothing was joined." in str(one)


async def test_a_first_record_that_does_not_hold_is_answered() -> None:
    """A guest that can not use what the host said tells it, and does not call the code used."""
    relay = HubRelay()
    async with meeting_at(relay, opens=True) as one:
        await one.post(bytes(RENDEZVOUS_RECORD_BYTES))
        async with meeting_at(relay, opens=False) as two:
            with pytest.raises(PairingError, match="put something in between"):
                await guest(two, Person(Table()), Plain())
    assert len(relay.world.log(TICKET.mailbox)) == 2
