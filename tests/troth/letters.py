"""People, their devices and what these write, made the honest way, for the tests of the engine's parts."""

from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from troth import genesis as beginnings
from troth import joining, record
from troth.crypto import Signer, digest
from troth.epochs import announce
from troth.genesis import Genesis
from troth.joining import Invitation, Request, Welcome
from troth.keys import DeviceKeys, Epoch
from troth.operations import Operation
from troth.record import Header, Kind, Record, Seen, Tip, Verified
from troth.testing import entropy_of
from troth_wire import codec
from troth_wire.ids import (
    ChangeHash,
    DeviceId,
    DocumentId,
    Incarnation,
    Lineage,
    MailboxId,
    OperationId,
    PersonId,
    RecordId,
    RunningHash,
    SpaceId,
)
from troth_wire.limits import HEADER_CHANGES_MAX, HEADER_HEADS_MAX, HEADER_TIPS_MAX

__all__ = [
    "DOCUMENT",
    "LIFE",
    "SPACE",
    "adding",
    "asked_by",
    "carried",
    "device",
    "drawn_headers",
    "epoch_of",
    "exactly",
    "keys_of",
    "letter",
    "letters",
    "operation_in",
    "payload_of",
    "person",
    "space_of",
    "spoil",
]

SPACE = SpaceId(b"s" * 32)
LIFE = Incarnation(b"l" * 16)
DOCUMENT = DocumentId(b"d" * 16)


def exactly(length: int) -> st.SearchStrategy[bytes]:
    """Bytes of one length."""
    return st.binary(min_size=length, max_size=length)


@cache
def keys_of(name: str) -> tuple[DeviceKeys, Signer]:
    """The keys of a device, the same for the same name, and its admin key apart."""
    keys, admin = DeviceKeys.make(entropy_of(name))
    return keys, Signer(admin)


@cache
def space_of(*names: str, salt: str = "space") -> Genesis:
    """A space whose founding devices have these names, signed by all of them."""
    genesis = beginnings.found([keys_of(name)[0].card for name in names], entropy_of(salt))
    for name in names:
        genesis = beginnings.countersign(genesis, *keys_of(name))
    return genesis


def epoch_of(genesis: Genesis, name: str) -> Epoch:
    """The epoch of a space, opened by a founder."""
    return Welcome(genesis, None).epoch(keys_of(name)[0])


def payload_of(*changes: bytes) -> bytes:
    """A payload of changes."""
    return codec.pack(list(changes))


def letter(
    name: str = "robin",
    *,
    prev: Record | None = None,
    text: bytes = b"a change",
    life: Incarnation = LIFE,
    space: SpaceId = SPACE,
    seen: Seen | None = None,
    tips: tuple[Tip, ...] = (),
    skip: int = 0,
) -> Verified:
    """One record of changes by a device, the first of a life or the one after `prev`, or some places further on."""
    payload = payload_of(text)
    header = Header(
        kind=Kind.CHANGES,
        space=space,
        device=keys_of(name)[0].device,
        incarnation=life,
        sequence=prev.header.sequence + 1 + skip if prev else 1,
        prev=prev.id if prev else None,
        tips=tips,
        seen=seen,
        document=DOCUMENT,
        changes=(ChangeHash(digest(b"test/change", text)),),
        payload_hash=digest(b"troth/payload", payload),
    )
    return record.sign(header, payload, keys_of(name)[0].signer)


def letters(count: int, name: str = "robin", *, life: Incarnation = LIFE, text: bytes = b"") -> list[Verified]:
    """So many records of one life of a device, each after the one before it."""
    written: list[Verified] = []
    for number in range(count):
        written.append(letter(name, prev=written[-1] if written else None, life=life, text=b"%d %s" % (number, text)))
    return written


def spoil(written: Record, bit: int = 0) -> Record:
    """The same record with one bit of its signature changed."""
    signature = bytearray(written.signature)
    signature[bit // 8] ^= 1 << bit % 8
    return Record(written.header, bytes(signature), written.header_bytes, written.payload)


def adding(
    genesis: Genesis,
    newcomer: str,
    *,
    by: str,
    person: str | None = None,
    parents: Sequence[OperationId] | None = None,
    proven_by: str | None = None,
) -> bytes:
    """The payload of an operation that adds a device, whether or not it may.

    Args:
        genesis: Of the space.
        newcomer: The device that is added.
        by: The device that adds it.
        person: For whose person the proofs are made, if not for the author's.
        parents: The operations that it names, if not the genesis.
        proven_by: Whose keys make the proofs, if not the newcomer's.
    """
    keys, admin = keys_of(by)
    card = keys_of(newcomer)[0].card
    owner = PersonId(keys_of(person or by)[0].device)
    proofs = joining.request(Invitation(genesis.space, owner), *keys_of(proven_by or newcomer)).proofs
    epoch = epoch_of(genesis, next(name for name in ("robin", "sasha") if keys_of(name)[0].card in genesis.founders))
    announcement = announce(epoch, [card], entropy_of(f"{newcomer}/{by}"))
    named = sorted(parents) if parents is not None else [OperationId(genesis.space)]
    body = codec.pack([1, 1, named, card.parts(), proofs, announcement.parts()])
    statement = b"troth/operation/1\x00" + genesis.space + keys.device + body
    return codec.pack([body, admin.sign(statement)])


def operation_in(payload: bytes, *, by: str, space: SpaceId) -> Operation:
    """The operation of a payload, as if read from a record by this device."""
    header = Header(
        kind=Kind.OPERATION,
        space=space,
        device=keys_of(by)[0].device,
        incarnation=LIFE,
        sequence=1,
        payload_hash=digest(b"troth/payload", payload),
    )
    return Operation.of(record.sign(header, payload, keys_of(by)[0].signer))


HASHES = exactly(32)
NUMBERS = st.integers(0, 2**63 - 1)
PLACES = st.integers(1, 2**63 - 1)
TIPS = st.builds(Tip, exactly(16).map(Incarnation), PLACES, HASHES.map(RecordId))
SEEN = st.builds(Seen, HASHES.map(MailboxId), exactly(16).map(Lineage), NUMBERS, HASHES.map(RunningHash))


def some(items: st.SearchStrategy[bytes], maximum: int, *, minimum: int = 0) -> st.SearchStrategy[tuple[bytes, ...]]:
    """A few different items, ascending."""
    return st.sets(items, min_size=minimum, max_size=maximum).map(lambda found: tuple(sorted(found)))


@st.composite
def drawn_headers(draw: st.DrawFn, payload: bytes) -> Header:
    """Any header that may be written over a payload."""
    carries = draw(st.booleans())
    first = draw(st.booleans())
    return Header(
        kind=Kind.CHANGES if carries else draw(st.integers(0, 255).filter(lambda kind: kind != Kind.CHANGES)),
        space=SpaceId(draw(HASHES)),
        device=DeviceId(draw(HASHES)),
        incarnation=Incarnation(draw(exactly(16))),
        sequence=1 if first else draw(st.integers(2, 2**63 - 1)),
        prev=None if first else RecordId(draw(HASHES)),
        tips=tuple(draw(st.lists(TIPS, max_size=min(3, HEADER_TIPS_MAX)))) if first else (),
        heads=tuple(map(OperationId, draw(some(HASHES, min(3, HEADER_HEADS_MAX))))),
        seen=draw(st.none() | SEEN),
        document=DocumentId(draw(exactly(16))) if carries else None,
        changes=tuple(map(ChangeHash, draw(some(HASHES, min(3, HEADER_CHANGES_MAX), minimum=1)))) if carries else (),
        rules=draw(st.integers(0, 65_535)),
        payload_hash=digest(b"troth/payload", payload),
    )


def device(name: str) -> DeviceId:
    """The id of a device."""
    return keys_of(name)[0].device


def person(name: str) -> PersonId:
    """The person whose founding device has this name."""
    return PersonId(device(name))


def carried(payload: bytes, *, by: str, genesis: Genesis) -> Verified:
    """The record of an operation, as it goes into the log or a welcome."""
    header = Header(
        kind=Kind.OPERATION,
        space=genesis.space,
        device=device(by),
        incarnation=Incarnation(bytes(16)),
        sequence=1,
        payload_hash=digest(b"troth/payload", payload),
    )
    return record.sign(header, payload, keys_of(by)[0].signer)


def asked_by(name: str, *, to: Genesis, joins: str) -> Request:
    """The request of a new device to join a person."""
    return joining.request(Invitation(to.space, person(joins)), *keys_of(name))
