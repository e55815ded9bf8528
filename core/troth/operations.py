"""What a person's devices sign about who belongs: a few kinds of operation, read once and then trusted as a form.

Reading checks the form alone; whether an operation is authorised, and whether it is void, `standing` judges.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

from troth import crypto
from troth.epochs import ANNOUNCEMENT, Announcement
from troth.keys import CARD, PROOFS, Card
from troth.record import Record, Tip
from troth_wire import codec
from troth_wire.errors import MalformedError, VersionError
from troth_wire.ids import DeviceId, OperationId, PersonId, SpaceId
from troth_wire.limits import (
    DEVICE_INCARNATIONS_MAX,
    HEADER_HEADS_MAX,
    OPERATION_BYTES_MAX,
    RECORD_BYTES_MAX,
    WIRE_VERSION,
)

__all__ = [
    "Ends",
    "Operation",
    "OperationKind",
    "check_proofs",
    "check_second",
    "join_statement",
    "operation_statement",
    "second_statement",
    "words_statement",
]


class OperationKind(IntEnum):
    """What an operation does. A number that is not here waits for a release that knows it."""

    DEVICE_ADD = 1
    DEVICE_REVOKE = 2
    DEVICE_REKEY = 3
    RECOVERY_SET = 4
    EPOCH = 5
    SPLIT = 6
    DEVICE_CONFIRM = 9


@dataclass(frozen=True, slots=True)
class Ends:
    """How far a removed device's word goes: the last record of each of its lives, and its last operations."""

    tips: tuple[Tip, ...] = ()
    operations: tuple[OperationId, ...] = ()

    def parts(self) -> list[object]:
        """The ends as a list for encoding."""
        return [[[tip.incarnation, tip.sequence, tip.record] for tip in self.tips], self.operations]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The payload of an operation record, signed by its author. A field that its kind lacks is None."""

    space: SpaceId
    author: DeviceId
    body: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    kind: OperationKind
    parents: tuple[OperationId, ...]
    card: Card | None = None
    proofs: tuple[bytes, bytes] | None = field(default=None, repr=False)
    victim: DeviceId | None = None
    confirmed: DeviceId | None = None
    cut: Ends | None = None
    second: tuple[DeviceId, bytes] | None = None
    epoch: Announcement | None = field(default=None, repr=False)

    @cached_property
    def id(self) -> OperationId:
        """The operation id: the hash of what was signed."""
        return OperationId(crypto.digest(b"troth/operation", self.statement))

    @property
    def statement(self) -> bytes:
        """What its author signed."""
        return operation_statement(self.space, self.author, self.body)

    @property
    def newcomer(self) -> Card:
        """The card that it introduces, of a kind that introduces one."""
        assert self.card is not None, "only asked of what introduces"
        return self.card

    @classmethod
    def of(cls, record: Record) -> "Operation":
        """Read the operation in a record.

        Raises:
            MalformedError: If the payload is no operation.
            VersionError: If it is an operation of another version or number.
        """
        return cls.parse(record.header.space, record.header.device, record.payload)

    @classmethod
    def parse(cls, space: SpaceId, author: DeviceId, payload: bytes) -> "Operation":
        """Read the operation in the payload of a record of this space and author.

        Raises:
            MalformedError: If the payload is no operation.
            VersionError: If it is an operation of another version or number.
        """
        body, signature = codec.decode(payload, _PAYLOAD, bytes_max=RECORD_BYTES_MAX)
        fields = codec.decode(body, _SHAPE, bytes_max=OPERATION_BYTES_MAX)
        read = cls(space=space, author=author, body=body, signature=signature, **fields)
        _check(read)
        return read


def operation_statement(space: SpaceId, author: DeviceId, body: bytes) -> bytes:
    """Return what an operation's author signs: an `EPOCH` with the everyday key, all else with the admin key."""
    return b"troth/operation/1\x00" + space + author + body


def join_statement(space: SpaceId, person: PersonId, device: DeviceId) -> bytes:
    """Return what a newcomer signs with both keys: that it means to be this person's device in this space."""
    return b"troth/join/1\x00" + space + person + device


def words_statement(space: SpaceId, person: PersonId, device: DeviceId) -> bytes:
    """Return what recovery words sign with both their keys: that they mean to be this person's words in this space."""
    return b"troth/words/1\x00" + space + person + device


def second_statement(space: SpaceId, author: DeviceId, words: DeviceId, parents: tuple[OperationId, ...]) -> bytes:
    """Return what a second device signs with its admin key, so that no one device alone changes the words.

    The parents are in it, so that a consent once given can not be used again at another time.
    """
    return b"troth/second/1\x00" + space + author + words + b"".join(parents)


def check_proofs(
    space: SpaceId,
    person: PersonId,
    card: Card,
    proofs: tuple[bytes, bytes],
    *,
    statement: Callable[[SpaceId, PersonId, DeviceId], bytes] = join_statement,
) -> None:
    """Check that a newcomer holds its keys and means this space and person.

    Raises:
        ForgedError: If a proof does not fit.
    """
    said = statement(space, person, card.device)
    crypto.verify(card.everyday, said, proofs[0])
    crypto.verify(card.admin, said, proofs[1])


def check_second(operation: Operation, card: Card) -> None:
    """Check that a second device, of this card, consents to new recovery words.

    Raises:
        ForgedError: If its signature does not fit.
    """
    assert operation.second is not None, "only asked where there is a second"
    said = second_statement(operation.space, operation.author, operation.newcomer.device, operation.parents)
    crypto.verify(card.admin, said, operation.second[1])


_HASH: Final = codec.raw(32)
_PAYLOAD: Final = codec.fields(codec.blob(OPERATION_BYTES_MAX), codec.raw(64))
_TIP: Final = codec.fields(codec.raw(16), codec.natural(minimum=1), _HASH)
_TIPS: Final = codec.many(_TIP, DEVICE_INCARNATIONS_MAX)
_ENDS_FIELDS: Final = codec.fields(_TIPS, codec.many(_HASH, HEADER_HEADS_MAX))


def _ends(item: object) -> Ends:
    tips, operations = _ENDS_FIELDS(item)
    return Ends(tuple(Tip(*tip) for tip in tips), operations)


_MAYBE_EPOCH: Final = codec.maybe(ANNOUNCEMENT)
_NEWCOMER: Final = {"card": CARD, "proofs": PROOFS}
FIELDS: Final[dict[OperationKind, dict[str, codec.Check]]] = {
    OperationKind.DEVICE_ADD: {**_NEWCOMER, "epoch": ANNOUNCEMENT},
    OperationKind.DEVICE_REVOKE: {"victim": _HASH, "cut": _ends, "epoch": _MAYBE_EPOCH},
    OperationKind.DEVICE_REKEY: {**_NEWCOMER, "cut": _ends, "epoch": _MAYBE_EPOCH},
    OperationKind.RECOVERY_SET: {
        **_NEWCOMER,
        "second": codec.maybe(codec.fields(_HASH, codec.raw(64))),
        "epoch": _MAYBE_EPOCH,
    },
    OperationKind.EPOCH: {"epoch": ANNOUNCEMENT},
    OperationKind.SPLIT: {},
    OperationKind.DEVICE_CONFIRM: {"confirmed": _HASH},
}
"""What stands in a body after version, number and parents, in this order."""

_PARENTS: Final = codec.many(_HASH, HEADER_HEADS_MAX, minimum=1)


def _body(item: object) -> dict[str, Any]:
    number = item[1] if type(item) is list and len(item) > 1 else None
    if type(number) is not int:
        raise MalformedError("an operation has a number")
    if number not in FIELDS:
        raise VersionError("an operation that this version does not know")
    kind = OperationKind(number)
    checks = FIELDS[kind]
    shape = codec.fields(codec.either(WIRE_VERSION), codec.either(kind), _PARENTS, *checks.values())
    _, _, parents, *rest = shape(item)
    return {"kind": kind, "parents": parents, **dict(zip(checks, rest, strict=True))}


_SHAPE: Final = codec.known(WIRE_VERSION, then=_body)


def _check(operation: Operation) -> None:
    """Hold to the inner rules of the form: nothing stands twice, and a newcomer can read what it is added to."""
    ends, epoch, card = operation.cut or Ends(), operation.epoch, operation.card
    lives = [tip.incarnation for tip in ends.tips]
    rules = {
        "parents ascend": _ascend(operation.parents),
        "a cut's lives and operations ascend": _ascend(lives) and _ascend(ends.operations),
        "a newcomer has a wrap": epoch is None or card is None or card.device in epoch.wraps,
    }
    for rule, holds in rules.items():
        if not holds:
            raise MalformedError(f"an operation in which it does not hold that {rule}")


def _ascend(items: "tuple[bytes, ...] | list[Any]") -> bool:
    return list(items) == sorted(set(items))
