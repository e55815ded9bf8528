"""What each side of a pairing hands over, and what it keeps in the end: a device its spaces, two partners a new one.

Whatever comes from the other side is checked before anything is kept (specs/pairing.md, Purpose).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from troth import (
    DeviceKeys,
    Entropy,
    Genesis,
    Identity,
    Invitation,
    Signer,
    Welcome,
    begin,
    countersign,
    found,
    request,
)
from troth.joining import Request
from troth.keys import CARD, Card
from troth.operations import check_proofs
from troth.pairing import Need, Paired, Purpose, Side, read_joiner
from troth_client.home import Home
from troth_client.room import RoomId, kind_of
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import MailboxId, SpaceId
from troth_wire.limits import INTRODUCTION_BYTES_MAX

__all__ = [
    "THERE_ALREADY",
    "Ahead",
    "Confirm",
    "DeclinedError",
    "DeviceGuest",
    "DeviceHost",
    "Drawn",
    "Founder",
    "Joiner",
    "Making",
    "Part",
    "read_card",
]


THERE_ALREADY: Final = b""
"""In the place of a request: this device is in that space; and in the place of the welcome to it."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What will happen if the person says yes."""

    purpose: Purpose
    side: Side
    spaces: int
    """How many spaces the new device joins, or 1 for the space that is made."""


class Confirm(Protocol):
    """Asks the person."""

    async def confirm(self, ahead: Ahead) -> bool:
        """Say what will happen, and return whether it may."""
        ...


class DeclinedError(Exception):
    """The person said no."""


class Part(Protocol):
    """One side's part in a pairing."""

    @property
    def introduction(self) -> bytes:
        """What this side says of itself."""
        ...

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Make what is handed over next.

        Raises:
            DeclinedError: If the person said no.
            RemoteError: If what was handed over before does not hold.
            TrothError: If it can not be made.
        """
        ...

    def said(self, need: Need) -> Sequence[bytes] | None:
        """Return what it handed over at this step in an earlier life, if it did."""
        ...

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Keep what came of it, durably, and return the rooms that are new.

        Raises:
            RemoteError: If what was handed over does not hold; then nothing is kept.
            StoreError: If it can not be kept.
        """
        ...


async def _asked(person: Confirm, ahead: Ahead) -> None:
    if not await person.confirm(ahead):
        raise DeclinedError


@dataclass
class DeviceHost:
    """A device that lets another one of its person into its spaces."""

    home: Home
    person: Confirm
    introduction: bytes = b""
    _invited: tuple[tuple[RoomId, Invitation], ...] = ()

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Invite to every space, then welcome in every space."""
        if need.step == "invitations":
            return await self._invite()
        if len(need.taken) != len(self._invited):
            raise MalformedError("the new device asks for other spaces than it was invited to")
        asking = [(*invited, asked) for invited, asked in zip(self._invited, need.taken, strict=True)]
        # All before the first: a device whose last request does not hold must not be in the other spaces then.
        for _, invitation, asked in asking:
            if asked != THERE_ALREADY:
                requested = Request.parse(asked)
                check_proofs(invitation.space, invitation.person, requested.card, requested.proofs)
        return [
            THERE_ALREADY if asked == THERE_ALREADY else await self.home.admit(room, asked) for room, _, asked in asking
        ]

    async def _invite(self) -> Sequence[bytes]:
        rooms = tuple(self.home.rooms)
        await _asked(self.person, Ahead(Purpose.DEVICE, Side.HOST, len(rooms)))
        invitations = [await self.home.invite(room) for room in rooms]
        self._invited = tuple(zip(rooms, map(Invitation.parse, invitations), strict=True))
        return invitations

    def said(self, need: Need) -> None:
        """Say that it has no earlier life."""

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Keep nothing: the spaces hold the new device already."""
        return ()


@dataclass
class DeviceGuest:
    """A new device, or one that is in some of the spaces already.

    Its keys are drawn anew for each space that it joins, and kept once it is welcome in all of them.
    """

    home: Home
    person: Confirm
    entropy: Entropy
    introduction: bytes = b""
    _places: list[tuple[SpaceId, DeviceKeys, bytes] | None] = field(default_factory=list, repr=False)
    """For each invitation its keys there, or None where it is in the space already."""

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Ask to join every space to which it was invited."""
        invited = [Invitation.parse(item) for item in need.taken]
        if len({each.space for each in invited}) != len(invited):
            raise MalformedError("invited twice to one space")
        known = self.home.known
        if known and not known & {each.space for each in invited}:
            raise UsageError("the other device is not one of yours: it is in none of the spaces that this one is in")
        await _asked(self.person, Ahead(Purpose.DEVICE, Side.GUEST, sum(each.space not in known for each in invited)))
        return [self._ask(each) if each.space not in known else self._pass() for each in invited]

    def _ask(self, invitation: Invitation) -> bytes:
        keys, admin = DeviceKeys.make(self.entropy)
        self._places.append((invitation.space, keys, admin))
        return request(invitation, keys, Signer(admin)).encode()

    def _pass(self) -> bytes:
        self._places.append(None)
        return THERE_ALREADY

    def said(self, need: Need) -> None:
        """Say that it has no earlier life."""

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Check every welcome, then make a room for each space."""
        if len(paired.offers[-1]) != len(self._places):
            raise MalformedError("not one welcome for each request")
        welcomes = [
            (place, Welcome.parse(item))
            for place, item in zip(self._places, paired.offers[-1], strict=True)
            if place is not None
        ]
        joined = [
            (Identity.welcomed(keys, welcome, expected=space), admin, welcome)
            for (space, keys, admin), welcome in welcomes
        ]
        return tuple(
            [
                await self.home.add(begin(identity, self.entropy, welcome), admin=admin, kind=kind_of(identity.genesis))
                for identity, admin, welcome in joined
            ]
        )


class Making(Protocol):
    """Where a founder's keys are, and where its new space is kept: drawn just now, or in a room for long."""

    @property
    def keys(self) -> DeviceKeys:
        """Its keys in the new space."""
        ...

    async def admin(self) -> Signer:
        """Its admin key, for one use."""
        ...

    async def keep(self, identity: Identity) -> RoomId:
        """Keep the new space, durably."""
        ...


@dataclass
class Drawn:
    """Keys that were drawn for this pairing, and are kept with the space or forgotten."""

    home: Home
    entropy: Entropy
    keys: DeviceKeys = field(repr=False)
    seed: bytes = field(repr=False)

    @classmethod
    def anew(cls, home: Home, entropy: Entropy) -> "Drawn":
        """Draw them."""
        return cls(home, entropy, *DeviceKeys.make(entropy))

    async def admin(self) -> Signer:
        """Its admin key, for one use."""
        return Signer(self.seed)

    async def keep(self, identity: Identity) -> RoomId:
        """Make a room for the new space."""
        rows = begin(identity, self.entropy)
        return await self.home.add(rows, admin=self.seed, kind=kind_of(identity.genesis))


def read_card(introduction: bytes) -> Card:
    """Read the card by which a founder introduces itself.

    Raises:
        MalformedError: If it is none.
    """
    card: Card = codec.decode(introduction, CARD, bytes_max=INTRODUCTION_BYTES_MAX)
    return card


@dataclass
class Founder:
    """The host of a new space for two: it drafts the genesis from both cards and signs first."""

    making: Making
    person: Confirm
    entropy: Entropy
    invitation: MailboxId | None = None
    """The mailbox where it waits for a partner far away, whose keys are proven for it."""
    drafted: bytes | None = field(default=None, repr=False)
    """What it handed over."""

    @property
    def introduction(self) -> bytes:
        """Its card."""
        return codec.pack(self.making.keys.card.parts())

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Draft the genesis."""
        if self.drafted is None:
            card = self.guest_card(need)
            await _asked(self.person, Ahead(Purpose.FAR if self.invitation else Purpose.JOIN, Side.HOST, 1))
            draft = found({self.making.keys.card, card}, self.entropy)
            self.drafted = countersign(draft, self.making.keys, await self.making.admin()).encode()
        return [self.drafted]

    def guest_card(self, need: Need) -> Card:
        """Return the other founder's card; it is never this device's own."""
        said = need.introduction
        card = read_joiner(self.invitation, said) if self.invitation else read_card(said)
        if card.device == self.making.keys.device:
            raise ForgedError("the other side shows this device's own card")
        return card

    def said(self, need: Need) -> Sequence[bytes] | None:
        """Return what it handed over in an earlier life."""
        return [self.drafted] if self.drafted else None

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Check that the other founder signed this very draft, then keep the space."""
        drafted, genesis = Genesis.parse(paired.offers[0][0]), _only(paired.offers[1])
        welcome = Welcome(Genesis.parse(genesis), None)
        identity = Identity.welcomed(self.making.keys, welcome, expected=drafted.space)
        return (await self.making.keep(identity),)


@dataclass
class Joiner:
    """The guest of a new space for two: it signs the draft if that is of the two of them and nobody else."""

    making: Making
    person: Confirm
    proven: bytes | None = None
    """What it says of itself far away: its card, with proofs for the invitation."""
    signed: bytes | None = field(default=None, repr=False)
    """What it handed over."""

    @property
    def introduction(self) -> bytes:
        """Its card, or what was made of it."""
        return self.proven or codec.pack(self.making.keys.card.parts())

    async def supply(self, need: Need) -> Sequence[bytes]:
        """Sign the draft."""
        if self.signed is None:
            draft = Genesis.parse(_only(need.taken))
            if set(draft.founders) != {self.making.keys.card, read_card(need.introduction)} or len(draft.founders) != 2:
                raise ForgedError("the draft is of other founders than the two who meet here")
            await _asked(self.person, Ahead(Purpose.FAR if self.proven else Purpose.JOIN, Side.GUEST, 1))
            genesis = countersign(draft, self.making.keys, await self.making.admin())
            if not genesis.complete:
                raise ForgedError("the other founder has not signed this draft")
            self.signed = genesis.encode()
        return [self.signed]

    def said(self, need: Need) -> Sequence[bytes] | None:
        """Return what it handed over in an earlier life."""
        return [self.signed] if self.signed else None

    async def keep(self, paired: Paired) -> tuple[RoomId, ...]:
        """Keep the space."""
        identity = Identity.welcomed(self.making.keys, Welcome(Genesis.parse(_only(paired.offers[1])), None))
        return (await self.making.keep(identity),)


def _only(items: Sequence[bytes]) -> bytes:
    if len(items) != 1:
        raise MalformedError("one item is handed over here")
    return items[0]
