"""Who belongs to a space: a pure function of the genesis and the set of operations (specs/membership.md).

Persons are fixed at genesis, and nobody can add a device for the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from troth import crypto
from troth.crypto import WRAP_BYTES, Signer
from troth.keys import CARD, Card, DeviceKeys, Entropy, Epoch
from troth.record import Kind, Record, parse
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import DeviceId, MailboxId, OperationId, PersonId, SpaceId
from troth_wire.limits import (
    HEADER_HEADS_MAX,
    OPERATION_BYTES_MAX,
    PERSON_DEVICES_MAX,
    RECORD_BYTES_MAX,
    WIRE_VERSION,
)

__all__ = [
    "Announcement",
    "Genesis",
    "Invitation",
    "Members",
    "Operation",
    "Request",
    "Welcome",
    "add_device",
    "announce",
    "countersign",
    "evaluate",
    "found",
    "request",
]

DEVICE_ADD: Final = 1
PERSONS_MAX: Final = 2
GENESIS_BYTES_MAX: Final = 4_096

_SIGNATURE: Final = codec.raw(64)
_PROOFS: Final = codec.fields(_SIGNATURE, _SIGNATURE)
_EPOCH: Final = codec.fields(
    codec.natural(),
    codec.raw(32),
    codec.many(codec.fields(codec.raw(32), codec.raw(WRAP_BYTES)), PERSON_DEVICES_MAX * 2),
)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a signed operation says of an epoch: its mailbox, and the key wrapped for each of some devices."""

    generation: int
    mailbox: MailboxId
    wraps: Mapping[DeviceId, bytes]

    def parts(self) -> list[object]:
        """The announcement as a list for encoding."""
        return [
            self.generation,
            self.mailbox,
            [[device, self.wraps[device]] for device in sorted(self.wraps)],
        ]

    def open_(self, keys: DeviceKeys) -> Epoch:
        """Return the epoch, for a device to which its key was wrapped.

        Raises:
            ForgedError: If there is no wrap for it, or what it holds is not the key of the announced mailbox.
        """
        wrapped = self.wraps.get(keys.device)
        if wrapped is None:
            raise ForgedError("the epoch key was not wrapped for this device")
        epoch = Epoch(crypto.unwrap(keys.box_secret, wrapped, context=self.mailbox))
        if epoch.mailbox != self.mailbox:
            raise ForgedError("the epoch key is not that of the mailbox that was announced")
        return epoch


def announce(epoch: Epoch, cards: Iterable[Card], entropy: Entropy) -> Announcement:
    """Wrap an epoch key for some devices."""
    wraps = {
        card.device: crypto.wrap(card.box, epoch.key, ephemeral=entropy(32), context=epoch.mailbox) for card in cards
    }
    return Announcement(0, epoch.mailbox, wraps)


def _announcement(item: object) -> Announcement:
    generation, mailbox, wraps = _EPOCH(item)
    if [device for device, _ in wraps] != sorted({device for device, _ in wraps}):
        raise MalformedError("wraps do not ascend")
    if generation != 0:
        raise MalformedError("an epoch that this version does not know")
    return Announcement(generation, mailbox, dict(wraps))


@dataclass(frozen=True)
class Genesis:
    """The signed beginning of a space of one or two persons."""

    body: bytes
    signatures: tuple[tuple[bytes, bytes] | None, ...]
    founders: tuple[Card, ...]
    epoch: Announcement

    @cached_property
    def space(self) -> SpaceId:
        """The space id: the hash of the body."""
        return SpaceId(crypto.digest(b"troth/space", self.body))

    @property
    def complete(self) -> bool:
        """Whether every founder has signed."""
        return None not in self.signatures

    def encode(self) -> bytes:
        """Return the bytes that travel to the other founder, or to a new device."""
        return codec.pack([self.body, self.signatures])

    @classmethod
    def parse(cls, data: bytes) -> "Genesis":
        """Read a genesis and check every signature that it has.

        Raises:
            MalformedError: If its shape does not hold.
            VersionError: If its body is of another version.
            ForgedError: If a signature does not fit.
        """
        shape = codec.fields(codec.blob(GENESIS_BYTES_MAX), codec.many(codec.maybe(_PROOFS), PERSONS_MAX, minimum=1))
        body, signatures = codec.decode(data, shape, bytes_max=GENESIS_BYTES_MAX)
        _, _, founders, epoch = codec.decode(body, _GENESIS_BODY, bytes_max=GENESIS_BYTES_MAX)
        devices = [card.device for card in founders]
        if devices != sorted(set(devices)) or list(epoch.wraps) != devices or len(signatures) != len(devices):
            raise MalformedError("founders, wraps and signatures do not match")
        for card, pair in zip(founders, signatures, strict=True):
            if pair is not None:
                crypto.verify(card.everyday, _genesis_statement(body), pair[0])
                crypto.verify(card.admin, _genesis_statement(body), pair[1])
        return cls(body, signatures, founders, epoch)


_GENESIS_BODY: Final = codec.known(
    WIRE_VERSION,
    then=codec.fields(
        codec.either(WIRE_VERSION), codec.raw(32), codec.many(CARD, PERSONS_MAX, minimum=1), _announcement
    ),
)


def found(cards: Iterable[Card], entropy: Entropy) -> Genesis:
    """Draft a genesis for the founding devices of one or two persons; nobody has signed it yet."""
    founders = tuple(sorted(cards, key=lambda card: card.device))
    salt, epoch = entropy(32), announce(Epoch(entropy(32)), founders, entropy)
    body = codec.pack([WIRE_VERSION, salt, [card.parts() for card in founders], epoch.parts()])
    return Genesis(body, (None,) * len(founders), founders, epoch)


def countersign(genesis: Genesis, keys: DeviceKeys, admin: Signer) -> Genesis:
    """Return the genesis with this founder's signatures.

    Raises:
        UsageError: If the device is not a founder.
        ForgedError: If the epoch key inside does not open, so signing would consent to an unreadable space.
    """
    if keys.card not in genesis.founders:
        raise UsageError("this device does not found this space")
    genesis.epoch.open_(keys)
    statement = _genesis_statement(genesis.body)
    signatures = list(genesis.signatures)
    signatures[genesis.founders.index(keys.card)] = (keys.signer.sign(statement), admin.sign(statement))
    return Genesis(genesis.body, tuple(signatures), genesis.founders, genesis.epoch)


def _genesis_statement(body: bytes) -> bytes:
    return b"troth/genesis/1\x00" + body


@dataclass(frozen=True)
class Operation:
    """The payload of an operation record: the adding of a device, signed with the author's admin key."""

    space: SpaceId
    author: DeviceId
    body: bytes
    signature: bytes
    parents: tuple[OperationId, ...]
    card: Card
    proofs: tuple[bytes, bytes]
    epoch: Announcement

    @cached_property
    def id(self) -> OperationId:
        """The operation id: the hash of what was signed."""
        return OperationId(crypto.digest(b"troth/operation", _operation_statement(self.space, self.author, self.body)))

    @classmethod
    def of(cls, record: Record) -> "Operation":
        """Read the operation in a record.

        Raises:
            MalformedError: If the payload is no operation.
            VersionError: If it is an operation of another version or number.
        """
        shape = codec.fields(codec.blob(OPERATION_BYTES_MAX), _SIGNATURE)
        body, signature = codec.decode(record.payload, shape, bytes_max=RECORD_BYTES_MAX)
        _, _, parents, card, proofs, epoch = codec.decode(body, _ADD_BODY, bytes_max=OPERATION_BYTES_MAX)
        if list(parents) != sorted(set(parents)) or list(epoch.wraps) != [card.device]:
            raise MalformedError("parents do not ascend, or the wrap is for another device")
        return cls(record.header.space, record.header.device, body, signature, parents, card, proofs, epoch)


_ADD_BODY: Final = codec.known(
    WIRE_VERSION,
    DEVICE_ADD,
    then=codec.fields(
        codec.either(WIRE_VERSION),
        codec.either(DEVICE_ADD),
        codec.many(codec.raw(32), HEADER_HEADS_MAX, minimum=1),
        CARD,
        _PROOFS,
        _announcement,
    ),
)


def add_device(
    members: "Members", author: DeviceKeys, admin: Signer, asked: "Request", epoch: Epoch, entropy: Entropy
) -> bytes:
    """Return the payload that adds an own device.

    Raises:
        ForgedError: If the newcomer's proofs are not for this space and person.
        UsageError: If the device is known already, or the person has as many as one may have.
    """
    person = members.person(author.device)
    _check_proofs(members.space, person, asked.card, asked.proofs)
    own = [device for device, owner in members.person_of.items() if owner == person]
    if asked.card.device in members.cards or len(own) >= PERSON_DEVICES_MAX:
        raise UsageError("this device is known already, or there are as many as there may be")
    announcement = announce(epoch, [asked.card], entropy)
    parents = members.heads_for(author.device)
    body = codec.pack([WIRE_VERSION, DEVICE_ADD, parents, asked.card.parts(), asked.proofs, announcement.parts()])
    return codec.pack([body, admin.sign(_operation_statement(members.space, author.device, body))])


def _operation_statement(space: SpaceId, author: DeviceId, body: bytes) -> bytes:
    return b"troth/operation/1\x00" + space + author + body


def _join_statement(space: SpaceId, person: PersonId, device: DeviceId) -> bytes:
    return b"troth/join/1\x00" + space + person + device


def _check_proofs(space: SpaceId, person: PersonId, card: Card, proofs: tuple[bytes, bytes]) -> None:
    statement = _join_statement(space, person, card.device)
    crypto.verify(card.everyday, statement, proofs[0])
    crypto.verify(card.admin, statement, proofs[1])


@dataclass(frozen=True, slots=True)
class Members:
    """The state that a set of operations gives."""

    space: SpaceId
    cards: Mapping[DeviceId, Card]
    person_of: Mapping[DeviceId, PersonId]
    heads: tuple[OperationId, ...]
    """Operations that count and that no other counting one names, ascending."""
    counting: Mapping[OperationId, Mapping[DeviceId, PersonId]]
    """The operations that count, and whose devices each of them and its ancestors give."""

    def person(self, device: DeviceId) -> PersonId:
        """Return whose device it is.

        Raises:
            UsageError: If it is no device of the space, as far as the operations known here say.
        """
        if device not in self.person_of:
            raise UsageError("this device has not read yet that it was added; let it catch up first")
        return self.person_of[device]

    def heads_for(self, author: DeviceId) -> tuple[OperationId, ...]:
        """Return the heads that an author names, ascending: no more than a header may, those that know it first.

        Whoever makes many operations at once must not be able to make what others write after them malformed.
        """
        known_first = sorted(self.heads, key=lambda head: author not in self.counting[head])
        return tuple(sorted(known_first[:HEADER_HEADS_MAX]))


def evaluate(genesis: Genesis, operations: Iterable[Operation]) -> Members:
    """Judge a set of operations; the order in which they are given means nothing."""
    root = OperationId(genesis.space)
    founders: dict[DeviceId, PersonId] = {card.device: PersonId(card.device) for card in genesis.founders}
    counting: dict[OperationId, dict[DeviceId, PersonId]] = {root: founders}
    cards = {card.device: card for card in genesis.founders}
    heads = {root}
    # Copies of an operation with different signatures are judged apart: a spoiled one must not stand for a good one.
    waiting = {(operation.id, operation.signature): operation for operation in operations}
    while ready := [item for _, item in sorted(waiting.items()) if all(parent in counting for parent in item.parents)]:
        for operation in ready:
            del waiting[operation.id, operation.signature]
            before: dict[DeviceId, PersonId] = {}
            for parent in operation.parents:
                before |= counting[parent]
            if operation.id not in counting and _counts(operation, before, cards, genesis):
                counting[operation.id] = before | {operation.card.device: before[operation.author]}
                cards[operation.card.device] = operation.card
                heads = heads - set(operation.parents) | {operation.id}
    person_of: dict[DeviceId, PersonId] = {}
    for state in counting.values():
        person_of |= state
    return Members(genesis.space, cards, person_of, tuple(sorted(heads)), counting)


def _counts(
    operation: Operation,
    before: Mapping[DeviceId, PersonId],
    cards: Mapping[DeviceId, Card],
    genesis: Genesis,
) -> bool:
    person = before.get(operation.author)
    if person is None or operation.space != genesis.space or operation.epoch.mailbox != genesis.epoch.mailbox:
        return False
    # A device belongs to one person for good: the newcomer's proofs name the person, so no other add can move it.
    if operation.card.device in before or list(before.values()).count(person) >= PERSON_DEVICES_MAX:
        return False
    statement = _operation_statement(operation.space, operation.author, operation.body)
    try:
        crypto.verify(cards[operation.author].admin, statement, operation.signature)
        _check_proofs(genesis.space, person, operation.card, operation.proofs)
    except ForgedError:
        return False
    return True


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
        return cls(*codec.decode(data, codec.fields(CARD, _PROOFS), bytes_max=512))


def request(invitation: Invitation, keys: DeviceKeys, admin: Signer) -> Request:
    """Answer an invitation."""
    statement = _join_statement(invitation.space, invitation.person, keys.device)
    return Request(keys.card, (keys.signer.sign(statement), admin.sign(statement)))


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
        operation: Any = Operation.of(self.record)
        if operation.epoch.mailbox != self.genesis.epoch.mailbox:
            raise ForgedError("the record names another mailbox than the genesis")
        announcement: Announcement = operation.epoch
        return announcement
