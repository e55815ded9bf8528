"""How a device comes into a space: invitation, request, welcome (specs/membership.md, Joining).

None of the three holds a secret in the clear; each is bound to one space and one person.
"""

from dataclasses import dataclass

from troth.amendments import payload
from troth.crypto import Signer
from troth.epochs import Announcement, announce
from troth.genesis import GENESIS_BYTES_MAX, Genesis
from troth.keys import CARD, PROOFS, Card, DeviceKeys, Entropy, Epoch
from troth.membership import Members
from troth.operations import Operation, OperationKind, check_proofs, join_statement
from troth.record import Kind, Record, parse
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import PersonId, SpaceId
from troth_wire.limits import PERSON_DEVICES_MAX, RECORD_BYTES_MAX
from troth_wire.said import Said

__all__ = ["Invitation", "Request", "Welcome", "add_device", "request"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an existing device tells a new one: which space, and whose device it will be."""

    space: SpaceId
    person: PersonId

    def encode(self) -> bytes:
        """Return its bytes."""
        return codec.pack([self.space, self.person])

    @classmethod
    def parse(cls, data: bytes) -> "Invitation":
        """Read it.

        Raises:
            MalformedError: If it is no invitation.
        """
        return cls(*codec.decode(data, codec.fields(codec.raw(32), codec.raw(32)), bytes_max=128))


@dataclass(frozen=True, slots=True)
class Request:
    """What the new device answers: its card, and proofs that it holds the keys and means this space and person."""

    card: Card
    proofs: tuple[bytes, bytes]

    def encode(self) -> bytes:
        """Return its bytes."""
        return codec.pack([self.card.parts(), self.proofs])

    @classmethod
    def parse(cls, data: bytes) -> "Request":
        """Read it; the proofs are checked when it is granted.

        Raises:
            MalformedError: If it is no request.
        """
        return cls(*codec.decode(data, codec.fields(CARD, PROOFS), bytes_max=512))


def request(invitation: Invitation, keys: DeviceKeys, admin: Signer) -> Request:
    """Answer an invitation."""
    statement = join_statement(invitation.space, invitation.person, keys.device)
    return Request(keys.card, (keys.signer.sign(statement), admin.sign(statement)))


def add_device(
    members: Members, author: DeviceKeys, admin: Signer, asked: Request, epoch: Epoch, entropy: Entropy
) -> bytes:
    """Return the payload that adds an own device.

    The newcomer is given the epoch that stands, so nobody else needs another one.

    Raises:
        ForgedError: If the newcomer's proofs are not for this space and person.
        UsageError: If the device is known already, the person has as many as one may have, or the space was ended.
    """
    person = members.person(author.device)
    check_proofs(members.space, person, asked.card, asked.proofs)
    if members.split:
        raise UsageError(Said("this space was ended; it can be read, and no device can be added to it"))
    if asked.card.device in members.cards or len(members.devices(person)) >= PERSON_DEVICES_MAX:
        raise UsageError(Said("this device is known already, or there are as many as there may be"))
    current = members.current
    generation = current.generation if current is not None and current.mailbox == epoch.mailbox else 0
    announcement = announce(epoch, [asked.card], entropy, generation=generation)
    fields = asked.card.parts(), asked.proofs, announcement.parts()
    return payload(members, author.device, admin, OperationKind.DEVICE_ADD, *fields)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What lets a device begin: the genesis and, unless it is a founder, the record that added it."""

    genesis: Genesis
    record: Record | None

    def encode(self) -> bytes:
        """Return its bytes."""
        return codec.pack([self.genesis.encode(), self.record and self.record.encode()])

    @classmethod
    def parse(cls, data: bytes) -> "Welcome":
        """Read it.

        Raises:
            MalformedError, ForgedError, VersionError: If genesis or record do not hold.
        """
        shape = codec.fields(codec.blob(GENESIS_BYTES_MAX), codec.maybe(codec.blob(RECORD_BYTES_MAX + 64)))
        genesis, added = codec.decode(data, shape, bytes_max=2 * RECORD_BYTES_MAX)
        record = None
        if added is not None:
            record, length = parse(added)
            if length != len(added):
                raise MalformedError("bytes after the record")
        return cls(Genesis.parse(genesis), record)

    def epoch(self, keys: DeviceKeys, expected: SpaceId | None = None) -> Epoch:
        """Return the epoch that this device may read.

        Args:
            keys: The device that is welcomed.
            expected: The space that it asked to join.

        Raises:
            ForgedError: If it is the welcome to another space, for another device, or not signed by all founders.
            MalformedError, VersionError: If the record holds no operation that this version knows.
        """
        if not self.genesis.complete or expected not in (None, self.genesis.space):
            raise ForgedError("not the genesis of this space, signed by all its founders")
        return self._announcement().open_(keys)

    def _announcement(self) -> Announcement:
        if self.record is None:
            return self.genesis.epoch
        if self.record.header.space != self.genesis.space or self.record.header.kind != Kind.OPERATION:
            raise ForgedError("the record does not add a device to this space")
        operation = Operation.of(self.record)
        if operation.kind != OperationKind.DEVICE_ADD or operation.epoch is None:
            raise ForgedError("the record adds no device")
        return operation.epoch
