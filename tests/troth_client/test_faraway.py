"""An invitation waits for days and goes on after every restart, and ends with one space or with nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.meeting_world import ADDRESS, HubRelay
from tests.contracts.pairing_world import House, Person, Table, at_home, new_vault, rows_of, solo, until
from tests.contracts.relay_world import KEY, KEYS, joined
from tests.troth.pairing.meeting import Meeting as Seats
from tests.troth.pairing.meeting import Seat
from troth import Identity, Row, Signer
from troth.pairing import End, Link, Paired, Pairing, Purpose, Side, resumable
from troth_client.faraway import (
    NOTE,
    Far,
    Note,
    accept_far,
    compared,
    forget_far,
    go_on_far,
    holds_space,
    invite_far,
    link_of,
    note_of,
    sponsor_of,
)
from troth_client.joining import IDENTITY
from troth_client.pairing import Ahead, PairingError
from troth_client.rendezvous import Venue, meet
from troth_client.room import SHARED, RoomId
from troth_client.uncompared import words_of
from troth_wire.errors import ExpiredError, MalformedError, RefusedError, UsageError
from troth_wire.ids import MailboxId
from troth_wire.limits import INVITATION_LIFE_S, RENDEZVOUS_RECORD_BYTES
from troth_wire.messages import MailboxKind, Message, Push

SPONSOR = Signer((1).to_bytes(32, "big"))


@pytest.fixture
def relay() -> HubRelay:
    """A relay that holds the log of the host's own space."""
    relay = HubRelay()
    assert SPONSOR.public == KEY.mailbox
    joined(relay.world, KEY)
    return relay


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The vault of the one who invites."""
    return solo(tmp_path / "mine")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """The vault of the one who is invited."""
    return solo(tmp_path / "theirs")


async def invited(relay: HubRelay, house: House) -> tuple[RoomId, str]:
    """Make an invitation."""
    return await invite_far(house.home, ADDRESS, SPONSOR, machine=relay.machine())


async def going_on(relay: HubRelay, house: House, room: RoomId, person: Person | None = None) -> Far:
    """Go on with what is under way."""
    return await go_on_far(house.home, room, person or Person(Table()), machine=relay.machine())


async def stopped_when(holds: Callable[[], bool], doing: Any) -> None:
    """Let something run until something holds, as if the program were ended then."""
    task = asyncio.create_task(doing)
    await until(lambda: holds() or task.done())
    assert not task.done(), task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def both_at_home(mine: Path, theirs: Path) -> AsyncIterator[tuple[House, House]]:
    """Open both vaults."""
    async with at_home(mine) as host, at_home(theirs) as guest:
        yield host, guest


async def test_partners_far_away_found_a_space(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """With a link, both end with one new space and the same four words, which nobody has compared yet."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        asking, asked = Person(Table()), Person(Table())
        place = await accept_far(guest.home, link, machine=CHEAP)
        one, two = await asyncio.gather(going_on(relay, host, room, asking), going_on(relay, guest, place, asked))
        assert (one.room, two.room) == (room, place)
        assert one.words == two.words
        async with host.vault.space(room) as here, guest.vault.space(place) as there:
            assert here.members.space == there.members.space
            assert {here.device, there.device} == set(here.members.cards)
        for house, each in ((host, room), (guest, place)):
            about = house.vault.about(each)
            assert about is not None
            assert about.kind == SHARED
            rows = await house.home.load(each)
            assert (note_of(rows), words_of(rows)) == (None, one.words)
            await compared(house.home, each)
            assert words_of(await house.home.load(each)) == ()
        assert asking.asked == [Ahead(Purpose.FAR, Side.HOST, 1)]
        assert asked.asked == [Ahead(Purpose.FAR, Side.GUEST, 1)]


async def test_it_goes_on_after_every_restart(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """However often each side is closed in between, the pairing goes on where the log and its note say."""
    async with at_home(mine) as host:
        room, link = await invited(relay, host)
    async with at_home(theirs) as guest:
        place = await accept_far(guest.home, link, machine=CHEAP)
        mailbox = note_mailbox(await guest.home.load(place))
    turns = [(theirs, place, 2), (mine, room, 4), (theirs, place, 5), (mine, room, 6), (theirs, place, 7)]
    for path, kept, records in turns:
        async with at_home(path) as house:
            task = asyncio.create_task(going_on(relay, house, kept))
            await until(partial(has_grown, relay, mailbox, records))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    async with both_at_home(mine, theirs) as (host, guest):
        done = [
            each
            for house, kept in ((guest, place), (host, room))
            if note_of(await house.home.load(kept)) is not None
            for each in [await going_on(relay, house, kept)]
        ]
        assert done
        assert await space_of(host, room) == await space_of(guest, place)


def has_grown(relay: HubRelay, mailbox: MailboxId, records: int) -> bool:
    """Tell whether so many records lie in a mailbox."""
    return len(relay.world.log(mailbox)) >= records


async def space_of(house: House, room: RoomId) -> bytes:
    """Return the id of the space in a room."""
    (value,) = [row.value for row in await house.home.load(room) if row.table == IDENTITY]
    return Identity.parse(value or b"").space


def note_mailbox(rows: Sequence[Row]) -> MailboxId:
    """Return the mailbox of what is under way in a room."""
    note = note_of(rows)
    assert note is not None
    return Link.parse(note.link).ticket.mailbox


async def test_an_invitation_is_sponsored(relay: HubRelay, mine: Path) -> None:
    """A key whose log the relay does not know sponsors nothing, and no room is made then."""
    async with at_home(mine) as host:
        before = host.vault.rooms
        stranger = Signer((3).to_bytes(32, "big"))
        assert stranger.public == KEYS[2].mailbox
        with pytest.raises(RefusedError, match="not at this relay yet"):
            await invite_far(host.home, ADDRESS, stranger, machine=relay.machine())
        assert host.vault.rooms == before


async def test_a_space_gives_its_sponsor(mine: Path, tmp_path: Path) -> None:
    """The key that sponsors is that of the mailbox in which the space's device syncs."""
    async with at_home(mine) as host:
        (room,) = host.vault.rooms
        assert len(sponsor_of(await host.home.load(room)).public) == 32
        with pytest.raises(UsageError):
            sponsor_of([])


async def test_a_link_can_be_shown_again(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """Who invited can see the link again; who was invited is shown none."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        assert link_of(await host.home.load(room)) == link
        assert link_of(await guest.home.load(place)) is None
        assert [holds_space(await host.home.load(each)) for each in host.vault.rooms] == [True, False]


async def test_a_mistyped_link_is_refused(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """A link that is no whole link makes no room, and says why."""
    async with both_at_home(mine, theirs) as (host, guest):
        _, link = await invited(relay, host)
        before = guest.vault.rooms
        for text in (link[:-3], link.replace("join#", "join#A"), "hello"):
            with pytest.raises(MalformedError):
                await accept_far(guest.home, text, machine=CHEAP)
        assert guest.vault.rooms == before


async def test_a_used_link_joins_nothing(relay: HubRelay, mine: Path, theirs: Path, tmp_path: Path) -> None:
    """Who comes second with a link is told that it was used, and says nothing in the meeting."""
    async with both_at_home(mine, theirs) as (host, guest), at_home(solo(tmp_path / "late")) as late:
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        await asyncio.gather(going_on(relay, host, room), going_on(relay, guest, place))
        third = await accept_far(late.home, link, machine=CHEAP)
        mailbox = note_mailbox(await late.home.load(third))
        before = relay.world.log(mailbox)
        with pytest.raises(PairingError, match="used already"):
            await going_on(relay, late, third)
        assert relay.world.log(mailbox) == before
        await forget_far(late.home, third)
        assert await late.home.load(third) == []
        with pytest.raises(UsageError):
            await going_on(relay, late, third)


async def test_an_expired_link_joins_nothing(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """After three days a link leads nowhere, for both."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        relay.tick(INVITATION_LIFE_S)
        for house, kept in ((host, room), (guest, place)):
            with pytest.raises(ExpiredError):
                await going_on(relay, house, kept)


async def test_who_declines_joins_nothing(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """The one who invited may say no when the answer comes; the other is told that it is over."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        results = await asyncio.gather(
            going_on(relay, host, room, Person(Table(), agrees=False)),
            going_on(relay, guest, place),
            return_exceptions=True,
        )
        ended = [result.ended.end for result in results if isinstance(result, PairingError)]
        assert ended == [End.LEFT, End.STOPPED]
        assert host.vault.about(room) is guest.vault.about(place) is None


async def test_a_third_burns_it(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """Whoever has the link too and speaks in between ends it for both, and nothing is joined."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        note = note_of(await guest.home.load(place))
        assert note is not None
        there = Venue(Link.parse(note.link).ticket.meeting_seed, opens=False)
        async with meet(ADDRESS, there, machine=relay.machine()) as meeting:
            await meeting.post(bytes(RENDEZVOUS_RECORD_BYTES))
        for house, kept in ((host, room), (guest, place)):
            with pytest.raises(PairingError):
                await going_on(relay, house, kept)
        assert host.vault.about(room) is guest.vault.about(place) is None


async def test_what_could_not_be_told_is_told_later(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """A guest that keeps the space and is cut off before it can say so says it when it goes on."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        asked = Person(Table())

        def losing(message: Message) -> list[Message]:
            return [] if isinstance(message, Push) and asked.asked else [message]

        relay.outgoing = losing
        hosting = asyncio.create_task(going_on(relay, host, room))
        await stopped_when(lambda: guest.vault.about(place) is not None, going_on(relay, guest, place, asked))
        hosting.cancel()
        await asyncio.gather(hosting, return_exceptions=True)
        relay.outgoing = lambda message: [message]
        again = Person(Table())
        one, two = await asyncio.gather(going_on(relay, host, room), going_on(relay, guest, place, again))
        assert one.words == two.words
        assert again.asked == []


async def test_a_space_waits_for_its_words_from_its_first_moment(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """A relay that lets the last record vanish can not make a space in which nobody would ask for the words."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        asked = Person(Table())

        def losing(message: Message) -> list[Message]:
            return [] if isinstance(message, Push) and asked.asked else [message]

        relay.outgoing = losing
        hosting = asyncio.create_task(going_on(relay, host, room))
        await stopped_when(lambda: guest.vault.about(place) is not None, going_on(relay, guest, place, asked))
        hosting.cancel()
        await asyncio.gather(hosting, return_exceptions=True)
        rows = await guest.home.load(place)
        assert holds_space(rows)
        assert len(words_of(rows)) == 4
        await forget_far(guest.home, place)
        assert len(words_of(await guest.home.load(place))) == 4


async def ended(doing: Any, *, unless: Callable[[], bool]) -> End | None:
    """Return how a pairing ended without a pair, or None if it came to something else."""
    task = asyncio.create_task(doing)
    await until(lambda: task.done() or unless())
    task.cancel()
    await asyncio.wait({task})
    error = None if task.cancelled() else task.exception()
    return error.ended.end if isinstance(error, PairingError) else None


async def another_log(link: str, *first: bytes) -> HubRelay:
    """Return the relay as it looks when it shows another log of the same invitation."""
    relay = HubRelay()
    joined(relay.world, KEY)
    seed = Link.parse(link).ticket.meeting_seed
    venue = Venue(seed, opens=True, kind=MailboxKind.INVITATION, sponsor=SPONSOR)
    async with meet(ADDRESS, venue, machine=relay.machine()) as meeting:
        for record in first:
            await meeting.post(record)
    return relay


async def test_a_host_answers_once_in_all_its_lives(relay: HubRelay, mine: Path, theirs: Path, tmp_path: Path) -> None:
    """A host that opened its introduction to one answer takes no other one after a restart.

    Whoever has the link and the relay could choose the second answer to fit the words, since it knows the first
    opening: 44 bits would be ground in hours, where there must be one try.
    """
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        mailbox = note_mailbox(await guest.home.load(place))
        answering = asyncio.create_task(going_on(relay, guest, place))
        await until(partial(has_grown, relay, mailbox, 2))
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        await stopped_when(partial(has_grown, relay, mailbox, 4), going_on(relay, host, room))
        share = relay.world.log(mailbox)[0]
    later = await another_log(link, share)
    async with at_home(mine) as host, at_home(solo(tmp_path / "third")) as third:
        place = await accept_far(third.home, link, machine=CHEAP)
        answering = asyncio.create_task(going_on(later, third, place))
        await until(partial(has_grown, later, mailbox, 2))
        assert await ended(going_on(later, host, room), unless=partial(has_grown, later, mailbox, 3)) is End.DISTURBED
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        assert len(later.world.log(mailbox)) == 2
        assert not holds_space(await host.home.load(room))


async def test_a_whole_log_is_no_other_answer_either(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """Whoever knows what a host will say can show it a log with that said already; it keeps no space then."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        asked = Person(Table())

        def losing(message: Message) -> list[Message]:
            return [] if isinstance(message, Push) and asked.asked else [message]

        relay.outgoing = losing
        hosting = asyncio.create_task(going_on(relay, host, room))
        await stopped_when(lambda: guest.vault.about(place) is not None, going_on(relay, guest, place, asked))
        hosting.cancel()
        await asyncio.gather(hosting, return_exceptions=True)
        said, answered = note_of(await host.home.load(room)), note_of(await guest.home.load(place))
    assert said is not None
    assert answered is not None
    knowing = Seat(said.pairing(), items=lambda _: [said.supplied or b""])
    anew = Pairing.guest(Link.parse(link), answered.introduction, CHEAP.entropy)
    seats = Seats(knowing, Seat(anew, items=lambda _: [answered.supplied or b""])).begin().run()
    assert seats.outcome == (Paired, Paired)
    later = await another_log(link, *seats.log)
    async with at_home(mine) as host:
        assert await ended(going_on(later, host, room), unless=lambda: False) is End.DISTURBED
        assert not holds_space(await host.home.load(room))


async def test_a_guest_answers_once_in_all_its_lives(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """A guest that opened its introduction to one share takes no other one after a restart, by the same host or not."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        note = note_of(await host.home.load(room))
        assert note is not None
        mailbox = note_mailbox(await guest.home.load(place))
        hosting = asyncio.create_task(going_on(relay, host, room))
        await stopped_when(partial(has_grown, relay, mailbox, 5), going_on(relay, guest, place))
        hosting.cancel()
        await asyncio.gather(hosting, return_exceptions=True)
    drawn = [resumable(note.seed)(32), b"another scalar".ljust(32, b"!")]
    lying = Pairing.host(Link.parse(link).ticket, note.introduction, lambda _: drawn.pop(0))
    later = await another_log(link, *lying.start().post)
    async with at_home(theirs) as guest:
        assert await ended(going_on(later, guest, place), unless=partial(has_grown, later, mailbox, 2)) is End.DISTURBED
        assert len(later.world.log(mailbox)) == 1


async def test_the_passphrase_is_asked_for_before_it_is_signed(relay: HubRelay, mine: Path, theirs: Path) -> None:
    """The admin key of what is under way opens with the passphrase alone; with a wrong one nothing is signed."""
    async with both_at_home(mine, theirs) as (host, guest):
        room, link = await invited(relay, host)
        place = await accept_far(guest.home, link, machine=CHEAP)
        object.__setattr__(host.home, "passphrase", "wrong")
        results = await asyncio.gather(
            going_on(relay, host, room), going_on(relay, guest, place), return_exceptions=True
        )
        assert [type(result).__name__ for result in results] == ["PassphraseError", "PairingError"]


def test_a_note_shows_no_secret_and_comes_back() -> None:
    """A note is read as it was written, and what is printed of it holds no secret."""
    note = Note(Side.GUEST, "troth:join#abc", b"s" * 32, b"introduction", b"supplied")
    row = note.row()
    assert row.table == NOTE
    assert Note.parse(row.value or b"") == note
    assert "s" * 8 not in repr(note)


def test_an_empty_vault_has_nothing_under_way(tmp_path: Path) -> None:
    """A vault without rooms, and a room that holds a space, have no note."""
    assert rows_of(new_vault(tmp_path / "empty")) == []
    (rows,) = rows_of(solo(tmp_path / "alone"))
    assert note_of(rows) is None
