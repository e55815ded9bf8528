"""Whatever the other side hands over is checked before anything is signed or kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from troth import DeviceKeys, Genesis, Identity, Row, Signer, Welcome, countersign, found, request
from troth.joining import Invitation
from troth.pairing import Need, Paired, Purpose, Side, introduce_joiner
from troth.testing import entropy_of
from troth_client.parts import (
    THERE_ALREADY,
    Ahead,
    DeclinedError,
    DeviceGuest,
    DeviceHost,
    Drawn,
    Founder,
    Joiner,
    read_card,
)
from troth_client.room import SHARED, RoomId
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, RemoteError, UsageError
from troth_wire.ids import MailboxId, PersonId, SpaceId

ENTROPY = entropy_of("parts")
MAILBOX = MailboxId(b"m" * 32)
ROOMS = (RoomId(b"1" * 16), RoomId(b"2" * 16))


@dataclass
class Willing:
    """Says yes, or no."""

    agrees: bool = True
    asked: list[Ahead] = field(default_factory=list)

    async def confirm(self, ahead: Ahead) -> bool:
        """Answer."""
        self.asked.append(ahead)
        return self.agrees


def invitation_to(room: RoomId) -> bytes:
    """Return the invitation to a room's space."""
    return Invitation(SpaceId(2 * room), PersonId(b"p" * 32)).encode()


def asking(room: RoomId) -> bytes:
    """Return a new device's request to join a room's space."""
    keys, admin = DeviceKeys.make(ENTROPY)
    return request(Invitation.parse(invitation_to(room)), keys, Signer(admin)).encode()


@dataclass
class NoVault:
    """A home that keeps everything in lists."""

    rooms: Sequence[RoomId] = ROOMS
    kept: list[tuple[Sequence[Row], bytes, str]] = field(default_factory=list)
    admitted: list[RoomId] = field(default_factory=list)
    known: frozenset[SpaceId] = frozenset()

    async def invite(self, room: RoomId) -> bytes:
        """Return an invitation."""
        return invitation_to(room)

    async def admit(self, room: RoomId, request: bytes) -> bytes:
        """Return something."""
        self.admitted.append(room)
        return b"welcome " + room + request

    async def add(self, rows: Sequence[Row], *, admin: bytes, kind: str) -> RoomId:
        """Keep it."""
        self.kept.append((rows, admin, kind))
        return RoomId(bytes([len(self.kept)]) * 16)

    async def load(self, room: RoomId) -> Sequence[Row]:
        """Return nothing."""
        return []

    async def commit(self, room: RoomId, rows: Sequence[Row], *, kind: str = "") -> None:
        """Keep nothing."""

    async def admin(self, room: RoomId) -> Signer:
        """Return a key."""
        return Signer(b"a" * 32)


def need(step: str, *taken: bytes, introduction: bytes = b"") -> Need:
    """Return what is asked for at a step."""
    return Need(step, introduction, taken, 30_000)


def paired(*offers: tuple[bytes, ...], purpose: Purpose = Purpose.JOIN) -> Paired:
    """Return what came of a pairing."""
    return Paired(purpose, Side.GUEST, b"", offers, (0, 0, 0, 0), True)


def founder(home: NoVault, person: Willing | None = None) -> Founder:
    """Return the host of a new space."""
    return Founder(Drawn.anew(home, ENTROPY), person or Willing(), ENTROPY)


def joiner(home: NoVault, person: Willing | None = None) -> Joiner:
    """Return the guest of a new space."""
    return Joiner(Drawn.anew(home, ENTROPY), person or Willing())


async def drafted(host: Founder, guest: Joiner) -> bytes:
    """Let the host draft for the guest."""
    (draft,) = await host.supply(need("draft", introduction=guest.introduction))
    return draft


async def test_two_found_a_space() -> None:
    """Draft and genesis hold for both, and each keeps the space once both have signed."""
    homes = NoVault(), NoVault()
    host, guest = founder(homes[0]), joiner(homes[1])
    draft = await drafted(host, guest)
    (genesis,) = await guest.supply(need("genesis", draft, introduction=host.introduction))
    done = paired((draft,), (genesis,))
    await host.keep(done)
    await guest.keep(done)
    assert [kind for home in homes for _, _, kind in home.kept] == [SHARED, SHARED]
    assert Genesis.parse(genesis).complete
    assert host.said(need("draft")) == [draft]
    assert guest.said(need("genesis")) == [genesis]


async def test_nobody_founds_a_space_with_itself() -> None:
    """A guest that shows the host's own card is refused."""
    host = founder(NoVault())
    with pytest.raises(ForgedError):
        await host.supply(need("draft", introduction=host.introduction))


async def test_a_partner_far_away_proves_its_keys() -> None:
    """Where an invitation is waiting, a card without its proofs is refused, and one with them is taken."""
    host, guest = founder(NoVault()), joiner(NoVault())
    host.invitation = MAILBOX
    with pytest.raises(RemoteError):
        await host.supply(need("draft", introduction=guest.introduction))
    making = guest.making
    assert isinstance(making, Drawn)
    proven = introduce_joiner(MAILBOX, making.keys, Signer(making.seed))
    assert len(await host.supply(need("draft", introduction=proven))) == 1


async def test_a_draft_is_of_the_two_who_meet() -> None:
    """A guest signs no draft that names somebody else, or that the host has not signed."""
    host, guest, other = founder(NoVault()), joiner(NoVault()), founder(NoVault())
    foreign = await drafted(other, guest)
    with pytest.raises(ForgedError):
        await guest.supply(need("genesis", foreign, introduction=host.introduction))
    cards = {read_card(host.introduction), read_card(guest.introduction)}
    unsigned = found(cards, ENTROPY).encode()
    with pytest.raises(ForgedError):
        await guest.supply(need("genesis", unsigned, introduction=host.introduction))
    assert guest.signed is None


async def test_a_host_keeps_the_space_that_it_drafted() -> None:
    """A host keeps nothing if the genesis that comes back is another, or is not signed by both."""
    home = NoVault()
    host, guest, other = founder(home), joiner(NoVault()), founder(NoVault())
    draft = await drafted(host, guest)
    theirs = await drafted(other, guest)
    (genesis,) = await guest.supply(need("genesis", theirs, introduction=other.introduction))
    assert isinstance(host.making, Drawn)
    cards = {read_card(host.introduction), read_card(guest.introduction)}
    second = countersign(found(cards, ENTROPY), host.making.keys, await host.making.admin())
    assert isinstance(guest.making, Drawn)
    twin = countersign(second, guest.making.keys, await guest.making.admin()).encode()
    for wrong in (genesis, draft, twin):
        with pytest.raises(RemoteError):
            await host.keep(paired((draft,), (wrong,)))
    with pytest.raises(MalformedError):
        await host.keep(paired((draft,), (genesis, genesis)))
    assert home.kept == []


def invitation(number: int) -> bytes:
    """Return an invitation."""
    return Invitation(SpaceId(bytes([number]) * 32), PersonId(b"p" * 32)).encode()


async def test_a_device_is_invited_and_welcomed_room_by_room() -> None:
    """A host invites to each of its rooms, and welcomes each request where it belongs."""
    person = Willing()
    host = DeviceHost(NoVault(), person)
    assert await host.supply(need("invitations")) == [invitation_to(room) for room in ROOMS]
    one, two = map(asking, ROOMS)
    welcomes = await host.supply(need("welcomes", one, two))
    assert welcomes == [b"welcome " + ROOMS[0] + one, b"welcome " + ROOMS[1] + two]
    assert await host.keep(paired(purpose=Purpose.DEVICE)) == ()
    assert person.asked == [Ahead(Purpose.DEVICE, Side.HOST, 2)]


async def test_a_host_answers_as_many_requests_as_it_invited() -> None:
    """A device that asks for more or fewer spaces than it was invited to is refused."""
    host = DeviceHost(NoVault(), Willing())
    await host.supply(need("invitations"))
    with pytest.raises(MalformedError):
        await host.supply(need("welcomes", asking(ROOMS[0])))


@pytest.mark.parametrize("second", [b"nothing", asking(ROOMS[0])], ids=["none", "elsewhere"])
async def test_a_host_lets_nobody_in_by_half(second: bytes) -> None:
    """One request that does not hold lets its device into no space, so that "nothing was joined" is true.

    Else a device could be in all spaces but the last, while its person reads that the pairing came to nothing.
    """
    home = NoVault()
    host = DeviceHost(home, Willing())
    await host.supply(need("invitations"))
    with pytest.raises(RemoteError):
        await host.supply(need("welcomes", asking(ROOMS[0]), second))
    assert home.admitted == []


async def test_a_new_device_has_keys_of_its_own_for_each_space() -> None:
    """A new device asks with other keys in each space, and not twice in one."""
    guest = DeviceGuest(NoVault(), Willing(), ENTROPY)
    asked = await guest.supply(need("requests", invitation(1), invitation(2)))
    assert len(set(asked)) == 2
    with pytest.raises(MalformedError):
        await DeviceGuest(NoVault(), Willing(), ENTROPY).supply(need("requests", invitation(1), invitation(1)))
    with pytest.raises(MalformedError):
        await DeviceGuest(NoVault(), Willing(), ENTROPY).supply(need("requests", b"nothing"))


async def test_a_new_device_keeps_all_or_nothing() -> None:
    """One welcome that is missing or to another space: no room is made, also not for those that hold."""
    home = NoVault()
    guest = DeviceGuest(home, Willing(), ENTROPY)
    await guest.supply(need("requests", invitation(1)))
    keys, admin = DeviceKeys.make(ENTROPY)
    elsewhere = countersign(found([keys.card], ENTROPY), keys, Signer(admin))
    for welcomes in ((), (Welcome(elsewhere, None).encode(),)):
        with pytest.raises(RemoteError):
            await guest.keep(paired((), (), welcomes, purpose=Purpose.DEVICE))
    assert home.kept == []
    assert Identity.welcomed(keys, Welcome(elsewhere, None)).space == elsewhere.space


async def test_a_device_joins_only_the_spaces_that_it_lacks() -> None:
    """What it is in already it passes over, its person is told how many are new, and the host admits it to no other."""
    spaces = [Invitation.parse(invitation_to(room)).space for room in ROOMS]
    person, home = Willing(), NoVault(known=frozenset(spaces[:1]))
    asked = await DeviceGuest(home, person, ENTROPY).supply(need("requests", *map(invitation_to, ROOMS)))
    assert [bool(item) for item in asked] == [False, *[True] * (len(ROOMS) - 1)]
    assert person.asked == [Ahead(Purpose.DEVICE, Side.GUEST, len(ROOMS) - 1)]
    host = NoVault()
    letting = DeviceHost(host, Willing())
    await letting.supply(need("invitations"))
    welcomes = await letting.supply(need("welcomes", *asked))
    assert welcomes[0] == THERE_ALREADY
    assert host.admitted == list(ROOMS[1:])


async def test_a_device_of_somebody_else_joins_nothing() -> None:
    """A device that is in none of the spaces, and in others, is another person's."""
    person = Willing()
    guest = DeviceGuest(NoVault(known=frozenset({SpaceId(b"o" * 32)})), person, ENTROPY)
    with pytest.raises(UsageError, match="not one of yours"):
        await guest.supply(need("requests", *map(invitation_to, ROOMS)))
    assert person.asked == []


@pytest.mark.parametrize("side", ["device host", "device guest", "founder", "joiner"])
async def test_whoever_says_no_hands_nothing_over(side: str) -> None:
    """Each side asks its person before the first thing that commits it, and stops at a no."""
    no = Willing(agrees=False)
    host, guest = founder(NoVault()), joiner(NoVault())
    draft = await drafted(host, guest)
    asking = {
        "device host": DeviceHost(NoVault(), no).supply(need("invitations")),
        "device guest": DeviceGuest(NoVault(), no, ENTROPY).supply(need("requests", invitation(1))),
        "founder": founder(NoVault(), no).supply(need("draft", introduction=guest.introduction)),
        "joiner": Joiner(guest.making, no).supply(need("genesis", draft, introduction=host.introduction)),
    }
    for name, supply in asking.items():
        if name == side:
            with pytest.raises(DeclinedError):
                await supply
        else:
            supply.close()
    assert len(no.asked) == 1


def test_a_card_is_read_or_refused() -> None:
    """What is no card is malformed."""
    with pytest.raises(MalformedError):
        read_card(codec.pack(["no", "card"]))
