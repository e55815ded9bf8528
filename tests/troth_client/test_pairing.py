"""Devices and partners pair over a relay's real hub, with real vaults; whatever goes wrong, nothing is kept."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.client_world import CHEAP
from tests.contracts.meeting_world import ADDRESS, HubRelay
from tests.contracts.pairing_world import House, Person, Table, at_home, new_vault, rows_of, solo, until
from troth import Identity
from troth.pairing import End, Link, Pairing, Purpose, Side, Ticket
from troth.testing import entropy_of
from troth_client import Machine, carrying
from troth_client.joining import IDENTITY
from troth_client.pairing import (
    DRAWS_MAX,
    Ahead,
    PairingError,
    UnfinishedError,
    address_of,
    guest_device,
    guest_here,
    host_device,
    host_here,
)
from troth_client.parts import Drawn, Founder
from troth_client.rendezvous import Venue, meet
from troth_client.room import SHARED, SOLO, RoomId
from troth_wire.errors import CrowdedError, ExpiredError, MeetingError, NoRelayError, TakenError, UsageError
from troth_wire.limits import RENDEZVOUS_RECORD_BYTES
from troth_wire.messages import Deliver, Message, Push


@dataclass
class Scene:
    """Two people, each with a vault, and a relay."""

    host: House
    guest: House
    table: Table
    asking: Person
    asked: Person
    relay: HubRelay

    def host_device(self, **options: Any) -> Coroutine[Any, Any, None]:
        """Let the guest's vault be another device of the host."""
        options = {**options, "machine": self.relay.machine(options.get("machine", CHEAP))}
        return host_device(self.host.home, ADDRESS, self.asking, **options)

    async def guest_device(self) -> tuple[RoomId, ...]:
        """Join with the code that is shown."""
        ticket = await asyncio.shield(self.table.ticket)
        return await guest_device(self.guest.home, ticket, ADDRESS, self.asked, machine=self.relay.machine())

    def host_here(self) -> Coroutine[Any, Any, RoomId]:
        """Found a space for two."""
        return host_here(self.host.home, ADDRESS, self.asking, machine=self.relay.machine())

    async def guest_here(self, *, wrong: int = 0) -> RoomId:
        """Join with the code that is shown, or a wrong one."""
        ticket = await asyncio.shield(self.table.ticket)
        assert ticket.number is not None
        one, two, three = ticket.words
        typed = Ticket.of_code(ticket.host, ticket.purpose, ticket.number, (one, two, (three + wrong) % 2_048))
        return await guest_here(self.guest.home, typed, ADDRESS, self.asked, machine=self.relay.machine())


class Scenes:
    """Opens scenes in a folder."""

    def __init__(self, folder: Path) -> None:
        """Make two vaults: one with a space, one without."""
        self.paths = solo(folder / "host"), new_vault(folder / "guest")

    async def __aenter__(self) -> Scene:
        """Open both."""
        self._homes = [at_home(path) for path in self.paths]
        host, guest = [await home.__aenter__() for home in self._homes]
        table = Table()
        return Scene(host, guest, table, Person(table), Person(table), HubRelay())

    async def __aexit__(self, *error: Any) -> None:
        """Close both."""
        for home in self._homes:
            await home.__aexit__(None, None, None)


@pytest.fixture
def scenes(tmp_path: Path) -> Scenes:
    """Where scenes are opened."""
    return Scenes(tmp_path)


async def both(one: Coroutine[Any, Any, Any], two: Coroutine[Any, Any, Any]) -> list[Any]:
    """Let both sides go to their ends; return what came of each, errors included."""
    return list(await asyncio.gather(one, two, return_exceptions=True))


def ends(results: list[Any]) -> list[End]:
    """Return how each side's pairing ended."""
    assert all(isinstance(result, PairingError) for result in results), results
    return [result.ended.end for result in results]


def nothing_joined(scenes: Scenes) -> None:
    """Check that no vault holds more than before."""
    host, guest = (rows_of(path) for path in scenes.paths)
    assert (len(host), len(guest)) == (1, 0)


async def test_a_device_joins_every_space(scenes: Scenes) -> None:
    """With a code, a new device joins the spaces of its person, each with keys of its own, and is asked once."""
    async with scenes as scene:
        _, rooms = await both(scene.host_device(), scene.guest_device())
        assert [about and about.kind for about in map(scene.guest.vault.about, rooms)] == [SOLO]
        (space,) = scene.host.spaces.values()
        assert len(space.members.devices(space.members.person(space.device))) == 2
        async with scene.guest.vault.space(rooms[0]) as joined:
            assert joined.device in space.members.cards
        assert scene.asking.asked == [Ahead(Purpose.DEVICE, Side.HOST, 1)]
        assert scene.asked.asked == [Ahead(Purpose.DEVICE, Side.GUEST, 1)]


async def test_a_device_joins_by_a_link(scenes: Scenes) -> None:
    """A link names the relay and the host, and does what a code does."""
    async with scenes as scene:

        async def guest() -> tuple[RoomId, ...]:
            link = Link.parse(await asyncio.shield(scene.table.link))
            assert address_of(link) == ADDRESS
            return await guest_device(
                scene.guest.home, link, address_of(link), scene.asked, machine=scene.relay.machine()
            )

        nothing, rooms = await both(scene.host_device(as_link=True), guest())
        assert (nothing, len(rooms)) == (None, 1)


async def test_partners_found_a_space(scenes: Scenes) -> None:
    """Two partners in a room end with one new space, signed by both, each in a room of its own vault."""
    async with scenes as scene:
        mine, theirs = await both(scene.host_here(), scene.guest_here())
        for house, room in ((scene.host, mine), (scene.guest, theirs)):
            about = house.vault.about(room)
            assert about is not None
            assert about.kind == SHARED
        async with scene.host.vault.space(mine) as one, scene.guest.vault.space(theirs) as two:
            assert one.members.space == two.members.space
            assert {one.device, two.device} == set(one.members.cards)
        assert scene.asking.asked == [Ahead(Purpose.JOIN, Side.HOST, 1)]


async def test_the_admin_key_opens_with_the_passphrase_alone(scenes: Scenes) -> None:
    """A device that joined can do what takes its admin key, when its person types the passphrase again."""
    async with scenes as scene:
        _, (room,) = await both(scene.host_device(), scene.guest_device())
        admin = await scene.guest.home.admin(room)
        (identity,) = [row.value for row in await scene.guest.home.load(room) if row.table == IDENTITY]
        assert Identity.parse(identity or b"").keys.card.admin == admin.public


async def test_a_mistyped_code_joins_nothing(scenes: Scenes) -> None:
    """One word of the code wrong: both sides end, and the code can not be tried again."""
    async with scenes as scene:
        host, guest = await both(scene.host_here(), scene.guest_here(wrong=1))
        assert ends([host]) == [End.WRONG_SECRET]
        assert ends([guest]) == [End.STOPPED]
        with pytest.raises((PairingError, ExpiredError)):
            await scene.guest_here()
    nothing_joined(scenes)


async def test_words_that_differ_join_nothing(scenes: Scenes) -> None:
    """When the typed words are not those that the other device shows, both sides end before anything is offered."""
    async with scenes as scene:
        scene.asking.misread = 1
        assert ends(await both(scene.host_device(), scene.guest_device())) == [End.WORDS_DIFFER, End.STOPPED]
        assert scene.asked.asked == []
    nothing_joined(scenes)


async def test_a_guest_who_says_no_to_the_words_joins_nothing(scenes: Scenes) -> None:
    """A person who sees that the other device complains says so, and both sides end."""
    async with scenes as scene:
        scene.asked.matches = False
        assert ends(await both(scene.host_here(), scene.guest_here())) == [End.STOPPED, End.WORDS_DIFFER]
    nothing_joined(scenes)


@pytest.mark.parametrize("who", ["asking", "asked"])
async def test_who_declines_joins_nothing(scenes: Scenes, who: str) -> None:
    """Either person may say no to what is ahead; the other side is told that it is over."""
    async with scenes as scene:
        getattr(scene, who).agrees = False
        told = ends(await both(scene.host_device(), scene.guest_device()))
        assert set(told) == {End.LEFT, End.STOPPED}
        assert told[who == "asked"] is End.LEFT
    nothing_joined(scenes)


async def test_what_this_side_can_not_do_ends_it_for_both(scenes: Scenes) -> None:
    """Where a space can not take a device in, its error is told here, and there that it is over."""
    async with scenes as scene:
        scene.host.home.spaces.clear()  # type: ignore[attr-defined]
        host, guest = await both(scene.host_device(), scene.guest_device())
        assert isinstance(host, UsageError)
        assert ends([guest]) == [End.STOPPED]
    nothing_joined(scenes)


async def test_a_third_burns_it(scenes: Scenes) -> None:
    """Whoever guesses the number and says something ends the pairing for both, and learns and joins nothing."""
    async with scenes as scene:

        async def meddle() -> None:
            ticket = await asyncio.shield(scene.table.ticket)
            venue = Venue(ticket.meeting_seed, opens=False)
            async with meet(ADDRESS, venue, machine=scene.relay.machine()) as meeting:
                await meeting.post(bytes(RENDEZVOUS_RECORD_BYTES))

        host, _ = await both(scene.host_here(), meddle())
        assert ends([host]) == [End.DISTURBED]
        with pytest.raises(PairingError, match="used already"):
            await scene.guest_here()
    nothing_joined(scenes)


async def test_of_two_guests_one_is_turned_away(scenes: Scenes, tmp_path: Path) -> None:
    """Two guests with one code: the relay lets one in, and the pairing goes on with that one alone."""
    other = new_vault(tmp_path / "other")
    async with scenes as scene, at_home(other) as late:

        async def second() -> Any:
            ticket = await asyncio.shield(scene.table.ticket)
            await asyncio.shield(scene.table.words)
            return await guest_device(late.home, ticket, ADDRESS, Person(Table()), machine=scene.relay.machine())

        nothing, rooms, turned_away = await asyncio.gather(
            scene.host_device(), scene.guest_device(), second(), return_exceptions=True
        )
        assert (nothing, len(rooms)) == (None, 1)
        assert isinstance(turned_away, CrowdedError | PairingError)
    assert rows_of(other) == []


async def test_a_used_code_joins_nothing(scenes: Scenes, tmp_path: Path) -> None:
    """Whoever comes with a code that was used is told so, and says nothing in the meeting."""
    other = new_vault(tmp_path / "other")
    async with scenes as scene, at_home(other) as late:
        await both(scene.host_device(), scene.guest_device())
        ticket = scene.table.ticket.result()
        before = scene.relay.world.log(ticket.mailbox)
        with pytest.raises(PairingError, match="used already"):
            await guest_device(late.home, ticket, ADDRESS, Person(Table()), machine=scene.relay.machine())
        assert scene.relay.world.log(ticket.mailbox) == before
    assert rows_of(other) == []


async def test_a_code_of_another_relay_is_refused(scenes: Scenes) -> None:
    """Both sides meet at the relay that the code was made for."""
    async with scenes as scene:
        ticket = Ticket.draw_code("other.test:443", Purpose.JOIN, entropy_of("code"))
        with pytest.raises(UsageError):
            await guest_here(scene.guest.home, ticket, ADDRESS, scene.asked, machine=scene.relay.machine())


async def test_an_expired_code_joins_nothing(scenes: Scenes) -> None:
    """At the end of its time a code is over for the one who waits, and for the one who comes."""
    async with scenes as scene:

        async def wait() -> None:
            await asyncio.shield(scene.table.ticket)
            scene.relay.tick(600)

        host, _ = await both(scene.host_here(), wait())
        assert isinstance(host, ExpiredError)
        with pytest.raises(ExpiredError):
            await scene.guest_here()
    nothing_joined(scenes)


async def test_a_number_that_is_taken_is_drawn_again(scenes: Scenes) -> None:
    """A host whose number is in use draws another, unseen by its person; after many it says so."""
    async with scenes as scene:
        drawn = list(range(3))

        def entropy(length: int) -> bytes:
            # Eight bytes are drawn for a code's number alone.
            return drawn.pop(0).to_bytes(8, "big") if length == 8 and drawn else CHEAP.entropy(length)

        for number in (1, 2):
            ticket = Ticket.of_code(ADDRESS.host, Purpose.DEVICE, number, (0, 0, 0))
            venue = Venue(ticket.meeting_seed, opens=True)
            async with meet(ADDRESS, venue, machine=scene.relay.machine()):
                pass
        hosting = asyncio.create_task(scene.host_device(machine=Machine(entropy=entropy, stretch=CHEAP.stretch)))
        assert (await asyncio.shield(scene.table.ticket)).number == 3
        hosting.cancel()
        await asyncio.wait({hosting})
        drawn.extend([0] * DRAWS_MAX)
        with pytest.raises(TakenError):
            await scene.host_device(machine=Machine(entropy=entropy, stretch=CHEAP.stretch))


async def test_a_relay_that_goes_ends_it(scenes: Scenes) -> None:
    """Without a relay nothing begins; one that goes away in the middle is waited for, for as long as the code lives."""
    async with scenes as scene:
        scene.relay.down = True
        with pytest.raises(NoRelayError):
            await scene.host_here()
    nothing_joined(scenes)


async def test_cuts_in_the_middle_cost_nothing(scenes: Scenes) -> None:
    """Links that are cut while people compare words are dialled again, and the pairing goes on."""
    async with scenes as scene:
        scene.asking.pause = scene.relay.cut
        mine, theirs = await both(scene.host_here(), scene.guest_here())
        assert isinstance(mine, bytes)
        assert isinstance(theirs, bytes)
        assert scene.relay.dials == 4


def swapped(message: Message, *, only: int | None = None) -> list[Message]:
    """Turn a bit in every record, or in those at one place."""
    if not isinstance(message, Deliver) or (only is not None and message.position != only):
        return [message]
    spoiled = tuple(record[:40] + bytes([record[40] ^ 1]) + record[41:] for record in message.envelopes)
    return [Deliver(message.mailbox, message.position, spoiled)]


@pytest.mark.parametrize("place", [None, 1, 2, 3, 4, 5, 6])
async def test_a_relay_that_changes_records_joins_nothing(
    scenes: Scenes, place: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever record a relay changes on the way, the pairing ends, and nothing is joined."""
    monkeypatch.setattr(carrying, "STOP_S", 0.1)
    async with scenes as scene:
        scene.relay.incoming = partial(swapped, only=place)
        results = await both(scene.host_here(), scene.guest_here())
        assert all(isinstance(result, MeetingError) for result in results), results
    nothing_joined(scenes)


async def test_a_relay_in_the_middle_joins_nothing(scenes: Scenes, tmp_path: Path) -> None:
    """Somebody who has the code and holds a pairing with each side shows other words, and nothing is joined.

    The host's person types the words that the guest's device shows; towards the host the middle has others.
    """
    between = new_vault(tmp_path / "between")
    async with scenes as scene, at_home(between) as middle:
        other_relay = HubRelay()

        async def to_the_host() -> Any:
            ticket = await asyncio.shield(scene.table.ticket)
            mute = Person(Table())
            return await guest_here(middle.home, ticket, ADDRESS, mute, machine=scene.relay.machine())

        async def to_the_guest() -> Any:
            ticket = await asyncio.shield(scene.table.ticket)
            venue = Venue(ticket.meeting_seed, opens=True)
            async with meet(ADDRESS, venue, machine=other_relay.machine()) as meeting:
                founder = Founder(Drawn.anew(middle.home, CHEAP.entropy), Person(scene.table), CHEAP.entropy)
                pairing = Pairing.host(ticket, founder.introduction, CHEAP.entropy)
                return await carrying.carry(pairing, meeting, Person(Table()), founder, machine=CHEAP)

        async def guest() -> Any:
            ticket = await asyncio.shield(scene.table.ticket)
            await until(lambda: bool(other_relay.world.log(ticket.mailbox)))
            return await guest_here(scene.guest.home, ticket, ADDRESS, scene.asked, machine=other_relay.machine())

        luring = asyncio.create_task(to_the_guest())
        joining = asyncio.create_task(guest())
        host, fooled = await both(scene.host_here(), to_the_host())
        assert ends([host]) == [End.WORDS_DIFFER]
        assert ends([fooled]) == [End.STOPPED]
        for task in (luring, joining):
            task.cancel()
        await asyncio.gather(luring, joining, return_exceptions=True)
    nothing_joined(scenes)
    assert rows_of(between) == []


async def test_what_is_kept_and_could_not_be_told_is_said(scenes: Scenes) -> None:
    """When the last record can not be posted, the side that keeps the space says that the other may not know."""
    async with scenes as scene:

        def losing(message: Message) -> list[Message]:
            return [] if isinstance(message, Push) and scene.asked.asked else [message]

        scene.relay.outgoing = losing

        async def end() -> None:
            await until(lambda: len(scene.guest.vault.rooms) > 0)
            scene.relay.tick(600)

        host, guest, _ = await asyncio.gather(scene.host_here(), scene.guest_here(), end(), return_exceptions=True)
        assert isinstance(host, ExpiredError)
        assert isinstance(guest, UnfinishedError)
        assert guest.kept == scene.guest.vault.rooms


async def test_a_welcome_to_another_space_is_not_kept(scenes: Scenes, tmp_path: Path) -> None:
    """A new device keeps nothing if one of its welcomes is not the one that it asked for."""
    async with scenes as scene:
        admit = scene.host.home.admit

        async def other(room: RoomId, request: bytes) -> bytes:
            welcome = await admit(room, request)
            return welcome[:-1] + bytes([welcome[-1] ^ 1])

        object.__setattr__(scene.host, "home", _Instead(scene.host.home, other))
        _, guest = await both(scene.host_device(), scene.guest_device())
        assert ends([guest]) == [End.FORGED]
    assert rows_of(scenes.paths[1]) == []


class _Instead:
    """A home that admits otherwise."""

    def __init__(self, home: Any, admit: Any) -> None:
        self._home = home
        self.admit = admit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._home, name)
