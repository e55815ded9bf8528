"""Who belongs to a space: a pure function of the genesis and the set of operations (specs/membership.md).

Persons are fixed at genesis, and nobody can add a device for the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from troth import crypto
from troth.crypto import Signer
from troth.epochs import ANNOUNCEMENT, Announcement, announce
from troth.keys import CARD, Card, DeviceKeys, Entropy, Epoch
from troth.record import Record
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError
from troth_wire.ids import DeviceId, OperationId, PersonId, SpaceId
from troth_wire.limits import (
    HEADER_HEADS_MAX,
    OPERATION_BYTES_MAX,
    PERSON_DEVICES_MAX,
    RECORD_BYTES_MAX,
    WIRE_VERSION,
)

__all__ = [
    "DEVICE_ADD",
    "GENESIS_BYTES_MAX",
    "PROOFS",
    "Genesis",
    "Members",
    "Operation",
    "Roll",
    "check_proofs",
    "countersign",
    "evaluate",
    "found",
    "join_statement",
    "operation_statement",
]

DEVICE_ADD: Final = 1
PERSONS_MAX: Final = 2
GENESIS_BYTES_MAX: Final = 4_096

_SIGNATURE: Final = codec.raw(64)
PROOFS: Final = codec.fields(_SIGNATURE, _SIGNATURE)


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
        shape = codec.fields(codec.blob(GENESIS_BYTES_MAX), codec.many(codec.maybe(PROOFS), PERSONS_MAX, minimum=1))
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
        codec.either(WIRE_VERSION), codec.raw(32), codec.many(CARD, PERSONS_MAX, minimum=1), ANNOUNCEMENT
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
        return OperationId(crypto.digest(b"troth/operation", operation_statement(self.space, self.author, self.body)))

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
        PROOFS,
        ANNOUNCEMENT,
    ),
)


def operation_statement(space: SpaceId, author: DeviceId, body: bytes) -> bytes:
    """Return what an operation's author signs with the admin key."""
    return b"troth/operation/1\x00" + space + author + body


def join_statement(space: SpaceId, person: PersonId, device: DeviceId) -> bytes:
    """Return what a newcomer signs with both keys: that it means to be this person's device in this space."""
    return b"troth/join/1\x00" + space + person + device


def check_proofs(space: SpaceId, person: PersonId, card: Card, proofs: tuple[bytes, bytes]) -> None:
    """Check that a newcomer holds its keys and means this space and person.

    Raises:
        ForgedError: If a proof does not fit.
    """
    statement = join_statement(space, person, card.device)
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


class Roll:
    """The operations that count among those that came; each is judged once, when all its ancestors are here.

    The verdict is a function of an operation and its ancestors, so nothing that comes later is a reason to judge again,
    and whoever signs many operations costs the others no more than each by itself.
    """

    def __init__(self, genesis: Genesis) -> None:
        self._genesis = genesis
        root = OperationId(genesis.space)
        self._cards = {card.device: card for card in genesis.founders}
        self._person_of = {device: PersonId(device) for device in self._cards}
        self._counting: dict[OperationId, dict[DeviceId, PersonId]] = {root: dict(self._person_of)}
        self._heads = {root}
        self._waiting: dict[OperationId, list[Operation]] = defaultdict(list)
        # Copies with different signatures are judged apart: a spoiled one must not stand for a good one.
        self._came: set[tuple[OperationId, bytes]] = set()

    def __len__(self) -> int:
        """Return how many count, the genesis among them; it only grows."""
        return len(self._counting)

    def knows(self, heads: Iterable[OperationId]) -> bool:
        """Tell whether all of these count."""
        return all(head in self._counting for head in heads)

    def add(self, operation: Operation) -> None:
        """Take in an operation, and those that waited for it."""
        if (operation.id, operation.signature) in self._came:
            return
        self._came.add((operation.id, operation.signature))
        ready = [operation]
        while ready:
            at = ready.pop()
            missing = next((parent for parent in at.parents if parent not in self._counting), None)
            if missing is not None:
                self._waiting[missing].append(at)
            elif at.id not in self._counting and self._count(at):
                ready += self._waiting.pop(at.id, [])

    def members(self) -> "Members":
        """Return the state as it is now."""
        counting, heads = dict(self._counting), tuple(sorted(self._heads))
        return Members(self._genesis.space, dict(self._cards), dict(self._person_of), heads, counting)

    def _count(self, operation: Operation) -> bool:
        before: dict[DeviceId, PersonId] = {}
        for parent in operation.parents:
            before |= self._counting[parent]
        if not _counts(operation, before, self._cards, self._genesis):
            return False
        # A newcomer that means to be both persons' device is the same one's everywhere.
        device, person = operation.card.device, before[operation.author]
        self._person_of[device] = max(person, self._person_of.get(device, person))
        self._cards[device] = operation.card
        self._counting[operation.id] = before | {device: person}
        self._heads.difference_update(operation.parents)
        self._heads.add(operation.id)
        return True


def evaluate(genesis: Genesis, operations: Iterable[Operation]) -> Members:
    """Judge a set of operations; the order in which they are given means nothing."""
    roll = Roll(genesis)
    for operation in operations:
        roll.add(operation)
    return roll.members()


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
    statement = operation_statement(operation.space, operation.author, operation.body)
    try:
        crypto.verify(cards[operation.author].admin, statement, operation.signature)
        check_proofs(genesis.space, person, operation.card, operation.proofs)
    except ForgedError:
        return False
    return True
