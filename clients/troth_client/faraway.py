"""A space with a partner far away: an invitation that waits for days, and goes on after every restart.

What is under way lies in a room of its own, which holds no space yet: the keys for it, and a note of the pairing.
The same note, log and supplies give the same pairing again (specs/pairing.md), so nothing is lost with a program.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from troth import DeviceKeys, Entropy, Epoch, Identity, Row, Signer, begin
from troth.crossing import TARGET
from troth.pairing import End, Ended, Link, Need, Paired, Pairing, Purpose, Side, Ticket, introduce_joiner, resumable
from troth_client import uncompared
from troth_client.carrying import PairingError, Talk, carry
from troth_client.home import Home
from troth_client.joining import IDENTITY, JOINING, Newcomer
from troth_client.link import Address
from troth_client.machine import MACHINE, Machine
from troth_client.pairing import address_of
from troth_client.parts import Founder, Joiner
from troth_client.rendezvous import Venue, meet
from troth_client.room import RoomId, kind_of
from troth_wire import codec
from troth_wire.errors import UsageError
from troth_wire.limits import HOST_BYTES_MAX, INTRODUCTION_BYTES_MAX, INVITATION_LIFE_S, RECORD_BYTES_MAX
from troth_wire.messages import MailboxKind
from troth_wire.said import Said

__all__ = [
    "NOTE",
    "Far",
    "accept_far",
    "compared",
    "forget_far",
    "go_on_far",
    "holds_space",
    "invite_far",
    "link_of",
    "note_of",
    "sponsor_of",
]

NOTE: Final = "pairing"
NOTE_BYTES_MAX: Final = 2 * RECORD_BYTES_MAX
LINK_CHARACTERS_MAX: Final = HOST_BYTES_MAX + 64

_NOTE: Final = codec.fields(
    codec.either(*Side),
    codec.text(LINK_CHARACTERS_MAX),
    codec.raw(32),
    codec.blob(INTRODUCTION_BYTES_MAX),
    codec.maybe(codec.blob(RECORD_BYTES_MAX)),
    codec.maybe(codec.raw(32)),
)


@dataclass(frozen=True)
class Far:
    """What came of it: a space that both have signed, and four words that nobody has compared yet."""

    room: RoomId
    words: tuple[int, ...] = field(repr=False)


@dataclass(frozen=True, repr=False)
class Note:
    """What this side must not forget of a pairing that is under way; it holds secrets."""

    side: Side
    link: str
    seed: bytes
    introduction: bytes
    supplied: bytes | None = None
    """What this side handed over."""
    answered: bytes | None = None
    """What stands for the first records of both; this side answers no others, in no later life."""

    def row(self) -> Row:
        """Return the row that remembers it."""
        parts = [self.side, self.link, self.seed, self.introduction, self.supplied, self.answered]
        return Row(NOTE, b"", codec.pack(parts))

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """Read what `row` wrote.

        Raises:
            MalformedError: If it was not written by it.
        """
        side, *rest = codec.decode(data, _NOTE, bytes_max=NOTE_BYTES_MAX)
        return cls(Side(side), *rest)

    def pairing(self) -> Pairing:
        """Return the pairing, at its beginning."""
        link, entropy = Link.parse(self.link), resumable(self.seed)
        if self.side is Side.HOST:
            return Pairing.host(link.ticket, self.introduction, entropy)
        return Pairing.guest(link, self.introduction, entropy)


@dataclass
class InRoom:
    """Keys that wait in a room for their space."""

    home: Home
    room: RoomId
    entropy: Entropy
    keys: DeviceKeys = field(repr=False)
    words: tuple[int, ...] = field(default=(), repr=False)

    async def admin(self) -> Signer:
        """Its admin key, for one use."""
        return await self.home.admin(self.room)

    async def keep(self, identity: Identity) -> RoomId:
        """Let the room hold the space, once, and with it the words that nobody has compared."""
        if _value(await self.home.load(self.room), IDENTITY) is None:
            rows = [*begin(identity, self.entropy), Row(JOINING, b"", None), uncompared.row(self.words)]
            await self.home.commit(self.room, rows, kind=kind_of(identity.genesis))
        return self.room


@dataclass
class Remembered:
    """A part that notes what it hands over before it does."""

    part: Founder | Joiner
    making: InRoom
    note: Note = field(repr=False)

    @property
    def introduction(self) -> bytes:
        """What this side says of itself."""
        return self.note.introduction

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Make what is handed over next, and note it."""
        (item,) = await self.part.supply(need)
        await self._note(replace(self.note, supplied=item))
        return [item]

    def said(self, need: Need) -> Sequence[bytes] | None:
        """Return what it handed over in an earlier life."""
        return self.part.said(need)

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Keep the space."""
        self.making.words = paired.words
        return await self.part.keep(paired)

    async def hold(self, pairing: Pairing) -> None:
        """Keep to what was answered first.

        Raises:
            PairingError: If the log shows something else to answer than in an earlier life.
        """
        if pairing.answered not in (None, self.note.answered):
            if self.note.answered is not None:
                raise PairingError(Ended(End.DISTURBED))
            await self._note(replace(self.note, answered=pairing.answered))

    async def _note(self, note: Note) -> None:
        self.note = note
        await self.making.home.commit(self.making.room, [note.row()])


async def invite_far(
    home: Home, address: Address, sponsor: Signer, *, machine: Machine = MACHINE
) -> tuple[RoomId, str]:
    """Invite a partner far away; `go_on_far` goes on when the partner has answered, now or in days.

    Args:
        home: This device's vault.
        address: The relay.
        sponsor: The key of a mailbox at this relay, such as that of this person's own space.
        machine: For tests.

    Returns:
        The room that is kept for the new space, and the link to send to the partner.

    Raises:
        MeetingError: If the relay does not take the invitation; then no room was made.
        StoreError: If it can not be kept.
    """
    keys, admin = DeviceKeys.make(machine.entropy)
    ticket, seed = Ticket.draw_secret(address.host, Purpose.FAR, machine.entropy), machine.entropy(32)
    introduction = codec.pack(keys.card.parts())
    pairing = Pairing.host(ticket, introduction, resumable(seed))
    link = Link.of(ticket, pairing.commitment, plain=address.url.startswith("ws:")).text
    venue = Venue(ticket.meeting_seed, opens=True, kind=MailboxKind.INVITATION, sponsor=sponsor)
    async with meet(address, venue, machine=machine) as meeting:
        rows = [Newcomer(keys).row(), Note(Side.HOST, link, seed, introduction).row()]
        room = await home.add(rows, admin=admin, kind="")
        for record in pairing.start().post:
            await meeting.post(record)
    return room, link


async def accept_far(home: Home, text: str, *, machine: Machine = MACHINE) -> RoomId:
    """Take up a link `troth:join#…`; `go_on_far` goes on from here.

    Returns:
        The room that is kept for the new space.

    Raises:
        MalformedError, VersionError: If it is no such link, in words for people.
        UsageError: If it is the link of an own device.
        StoreError: If it can not be kept.
    """
    link = Link.parse(text)
    if link.ticket.purpose is not Purpose.FAR:
        raise UsageError(Said("this link is for a device of your own; a partner's begins with troth:join#"))
    keys, admin = DeviceKeys.make(machine.entropy)
    introduction = introduce_joiner(link.ticket.mailbox, keys, Signer(admin))
    note = Note(Side.GUEST, link.text, machine.entropy(32), introduction)
    return await home.add([Newcomer(keys).row(), note.row()], admin=admin, kind="")


async def go_on_far(home: Home, room: RoomId, talk: Talk, *, machine: Machine = MACHINE) -> Far:
    """Go on with what is under way in a room, until both have the space; may be cancelled and begun again.

    Raises:
        UsageError: If nothing is under way there.
        PairingError: If it ended without a pair; `forget_far` clears the room.
        UnfinishedError: If this side has the space and the other may not know; going on again tells it.
        MeetingError: If the relay can not be reached, or the invitation is over.
    """
    rows = await home.load(room)
    note, keys = note_of(rows), _keys(rows)
    if note is None or keys is None:
        raise UsageError(Said("no pairing is under way in this room"))
    link, pairing = Link.parse(note.link), note.pairing()
    making = InRoom(home, room, machine.entropy, keys)
    part = Remembered(_part(note, making, talk, link, machine.entropy), making, note)
    venue = Venue(link.ticket.meeting_seed, opens=False)
    async with meet(address_of(link), venue, within_s=INVITATION_LIFE_S, machine=machine) as meeting:
        await carry(pairing, meeting, talk, part, note=partial(part.hold, pairing), machine=machine)
    paired = pairing.now
    assert isinstance(paired, Paired), "whoever was carried through is paired"
    await home.commit(room, [Row(NOTE, b"", None)])
    return Far(room, paired.words)


def _part(note: Note, making: InRoom, talk: Talk, link: Link, entropy: Entropy) -> Founder | Joiner:
    if note.side is Side.HOST:
        return Founder(making, talk, entropy, invitation=link.ticket.mailbox, drafted=note.supplied)
    return Joiner(making, talk, proven=note.introduction, signed=note.supplied)


async def forget_far(home: Home, room: RoomId) -> None:
    """Give up what is under way in a room: its keys and its note go; a space that is there already stays.

    Raises:
        StoreError: If nothing was changed.
    """
    await home.commit(room, [Row(NOTE, b"", None), Row(JOINING, b"", None)])


def sponsor_of(rows: Sequence[Row]) -> Signer:
    """Return the key of the mailbox that a space's room uses, which may sponsor an invitation.

    Raises:
        UsageError: If the room holds no space.
    """
    value = _value(rows, IDENTITY)
    if value is None:
        raise UsageError(Said("this room holds no space yet"))
    target = _value(rows, TARGET)
    return (Identity.parse(value).epoch if target is None else Epoch(target)).mailbox_signer


def note_of(rows: Sequence[Row]) -> Note | None:
    """Return the note of a pairing that is under way in a room, if one is."""
    value = _value(rows, NOTE)
    return None if value is None else Note.parse(value)


async def compared(home: Home, room: RoomId) -> None:
    """Forget the words of a space, because people compared them, or the safety number.

    Raises:
        StoreError: If nothing was changed.
    """
    await home.commit(room, [uncompared.row(None)])


def holds_space(rows: Sequence[Row]) -> bool:
    """Tell whether a room holds a space, and not only what is under way to one."""
    return _value(rows, IDENTITY) is not None


def link_of(rows: Sequence[Row]) -> str | None:
    """Return the link of the invitation that waits in a room, to be shown again, if this side made it."""
    note = note_of(rows)
    return note.link if note is not None and note.side is Side.HOST else None


def _keys(rows: Sequence[Row]) -> DeviceKeys | None:
    waiting, identity = _value(rows, JOINING), _value(rows, IDENTITY)
    if waiting is not None:
        return Newcomer.parse(waiting).keys
    return None if identity is None else Identity.parse(identity).keys


def _value(rows: Sequence[Row], table: str) -> bytes | None:
    return next((row.value for row in rows if row.table == table), None)
