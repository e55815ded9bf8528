"""The forms of membership: cards, epochs, geneses, operations, and what is handed over.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nacl import bindings

from tests.second.conventions import (
    RefusedError,
    Value,
    any_octets,
    ascending,
    decode,
    encode,
    forged,
    hashed,
    integer,
    items,
    known_version,
    malformed,
    number,
    octets,
    parked,
    shared,
    verify,
)

HEADER_HEADS_MAX = 16
INCARNATIONS_MAX = 64
RECIPIENTS_MAX = 34
OPERATION_BYTES_MAX = 12288
WRAP_BYTES = 80
SIGNATURE_BYTES = 64

DEVICE_ADD, DEVICE_REVOKE, DEVICE_REKEY, RECOVERY_SET, EPOCH, SPLIT = range(1, 7)
DEVICE_CONFIRM = 9
NUMBERS = (*range(1, 7), DEVICE_CONFIRM)

Pair = tuple[bytes, bytes]


@dataclass(frozen=True)
class Card:
    """The three public keys of a device."""

    everyday: bytes
    admin: bytes
    box: bytes


@dataclass(frozen=True)
class Epoch:
    """An epoch as it is announced: a wrap for each recipient."""

    generation: int
    mailbox: bytes
    wraps: tuple[Pair, ...]

    @property
    def recipients(self) -> frozenset[bytes]:
        """Who has a wrap."""
        return frozenset(device for device, _ in self.wraps)


@dataclass(frozen=True)
class Genesis:
    """The beginning of a space; in a draft nil stands for a pair of signatures."""

    body: bytes
    salt: bytes
    founders: tuple[Card, ...]
    epoch: Epoch
    signatures: tuple[Pair | None, ...]

    @property
    def space(self) -> bytes:
        """The space id."""
        return hashed("troth/space", self.body)


@dataclass(frozen=True)
class Cut:
    """What a removal keeps of its victim."""

    tips: tuple[tuple[bytes, int, bytes], ...]
    operations: tuple[bytes, ...]


@dataclass(frozen=True)
class Operation:
    """The fields of an operation; what its kind has not is nil."""

    body: bytes
    signature: bytes
    number: int
    parents: tuple[bytes, ...]
    card: Card | None = None
    proofs: Pair | None = None
    victim: bytes | None = None
    confirmed: bytes | None = None
    cut: Cut | None = None
    second: Pair | None = None
    epoch: Epoch | None = None


# Cards


def device_id(card: Card) -> bytes:
    """The id of the device with this card."""
    return hashed("troth/device", card.everyday + card.admin + card.box)


def write_card(card: Card) -> Value:
    """The list that a card is."""
    return [card.everyday, card.admin, card.box]


def read_card(value: Value) -> Card:
    """The card of this list, none of whose keys is weak."""
    everyday, admin, box = (octets(key, 32) for key in items(value, 3))
    for key in (everyday, admin):
        if not bindings.crypto_core_ed25519_is_valid_point(key):
            raise malformed("an Ed25519 key of low or mixed order")
    try:
        shared(bytes(32), box)
    except RefusedError as error:
        raise malformed("an X25519 key of low order") from error
    return Card(everyday, admin, box)


def _pair(value: Value) -> Pair:
    """Two signatures."""
    first, second = items(value, 2)
    return octets(first, SIGNATURE_BYTES), octets(second, SIGNATURE_BYTES)


def check_pair(card: Card, statement: bytes, pair: Pair) -> None:
    """Refuse what is not signed by both keys of a card."""
    verify(card.everyday, statement, pair[0])
    verify(card.admin, statement, pair[1])


# Epochs and geneses


def read_epoch(value: Value) -> Epoch:
    """The epoch of this list."""
    generation, mailbox, wraps = items(value, 3)
    found = tuple(_wrap(wrap) for wrap in items(wraps, 0, RECIPIENTS_MAX))
    ascending([device for device, _ in found])
    return Epoch(number(generation), octets(mailbox, 32), found)


def _wrap(value: Value) -> Pair:
    """A device and its wrap."""
    device, wrapped = items(value, 2)
    return octets(device, 32), octets(wrapped, WRAP_BYTES)


def genesis_statement(body: bytes) -> bytes:
    """What founders sign."""
    return b"troth/genesis/1\0" + body


def write_genesis(body: bytes, signatures: list[Value]) -> bytes:
    """The bytes of a genesis."""
    return encode([body, signatures])


def read_genesis(data: bytes) -> Genesis:
    """The genesis of these bytes, which may be a draft."""
    first, signatures = items(decode(data), 2)
    body = any_octets(first)
    fields = decode(body)
    if not fields:
        raise malformed("a body without a version")
    known_version(fields[0])
    _, salt, cards, epoch = items(fields, 4)
    founders = tuple(read_card(card) for card in items(cards, 1, 2))
    ids = [device_id(card) for card in founders]
    ascending(ids)
    found = read_epoch(epoch)
    if found.generation != 0 or [device for device, _ in found.wraps] != ids:
        raise malformed("not the epoch of the founders")
    pairs = tuple(None if pair is None else _pair(pair) for pair in items(signatures, len(founders)))
    return Genesis(body, octets(salt, 32), founders, found, pairs)


def begun(data: bytes) -> Genesis:
    """The genesis of these bytes, which every founder has signed."""
    genesis = read_genesis(data)
    for card, pair in zip(genesis.founders, genesis.signatures, strict=True):
        if pair is None:
            raise forged("a draft")
        check_pair(card, genesis_statement(genesis.body), pair)
    return genesis


# Operations


def read_operation(payload: bytes) -> Operation:
    """The operation of this payload."""
    first, signature = items(decode(payload), 2)
    body = any_octets(first)
    by_author = octets(signature, SIGNATURE_BYTES)
    if len(body) > OPERATION_BYTES_MAX:
        raise malformed("an operation that is too large")
    fields = decode(body)
    if not fields:
        raise malformed("a body without a version")
    known_version(fields[0])
    if len(fields) < 2:
        raise malformed("an operation without a number")
    kind = integer(fields[1])
    if kind not in NUMBERS:
        raise parked("a number that is not known")
    if len(fields) < 3:
        raise malformed("an operation without parents")
    parents = tuple(octets(parent, 32) for parent in items(fields[2], 1, HEADER_HEADS_MAX))
    ascending(parents)
    found = _of_kind(Operation(body, by_author, kind, parents), fields[3:])
    if found.card is not None and found.epoch is not None and device_id(found.card) not in found.epoch.recipients:
        raise malformed("a newcomer without a wrap")
    return found


def _of_kind(stem: Operation, rest: list[Value]) -> Operation:
    """The operation with the fields of its kind."""
    match stem.number:
        case 1:
            card, proofs, epoch = items(rest, 3)
            return replace(stem, card=read_card(card), proofs=_pair(proofs), epoch=read_epoch(epoch))
        case 2:
            victim, cut, epoch = items(rest, 3)
            return replace(stem, victim=octets(victim, 32), cut=_cut(cut), epoch=_or_nil(epoch))
        case 3:
            card, proofs, cut, epoch = items(rest, 4)
            return replace(stem, card=read_card(card), proofs=_pair(proofs), cut=_cut(cut), epoch=_or_nil(epoch))
        case 4:
            card, proofs, second, epoch = items(rest, 4)
            words = replace(stem, card=read_card(card), proofs=_pair(proofs), second=_second(second))
            return replace(words, epoch=_or_nil(epoch))
        case 5:
            return replace(stem, epoch=read_epoch(items(rest, 1)[0]))
        case 9:
            return replace(stem, confirmed=octets(items(rest, 1)[0], 32))
        case _:
            items(rest, 0)
            return stem


def _or_nil(value: Value) -> Epoch | None:
    """An epoch, or nil."""
    return None if value is None else read_epoch(value)


def _cut(value: Value) -> Cut:
    """What a removal keeps."""
    tips, operations = items(value, 2)
    lives = tuple(_tip(tip) for tip in items(tips, 0, INCARNATIONS_MAX))
    ascending([incarnation for incarnation, _, _ in lives])
    names = tuple(octets(name, 32) for name in items(operations, 0, HEADER_HEADS_MAX))
    ascending(names)
    return Cut(lives, names)


def _tip(value: Value) -> tuple[bytes, int, bytes]:
    """The last record of a life."""
    incarnation, sequence, record = items(value, 3)
    return octets(incarnation, 16), number(sequence, 1), octets(record, 32)


def _second(value: Value) -> Pair | None:
    """The device that agrees to new words, with its signature."""
    if value is None:
        return None
    device, signature = items(value, 2)
    return octets(device, 32), octets(signature, SIGNATURE_BYTES)


def operation_statement(space: bytes, author: bytes, body: bytes) -> bytes:
    """What the author signs."""
    return b"troth/operation/1\0" + space + author + body


def operation_id(space: bytes, author: bytes, body: bytes) -> bytes:
    """The id of an operation."""
    return hashed("troth/operation", operation_statement(space, author, body))


def join_statement(space: bytes, person: bytes, device: bytes) -> bytes:
    """What both keys of a newcomer sign."""
    return b"troth/join/1\0" + space + person + device


def words_statement(space: bytes, person: bytes, words: bytes) -> bytes:
    """What both keys of recovery words sign."""
    return b"troth/words/1\0" + space + person + words


def second_statement(space: bytes, author: bytes, words: bytes, parents: tuple[bytes, ...]) -> bytes:
    """What a second device signs that agrees to new words; the parents are joined, one after the other."""
    return b"troth/second/1\0" + space + author + words + b"".join(parents)


def check_second(space: bytes, author: bytes, operation: Operation, admin: bytes) -> None:
    """Refuse a consent to new words that is not by this admin key."""
    if operation.card is None or operation.second is None:
        raise malformed("no consent")
    statement = second_statement(space, author, device_id(operation.card), operation.parents)
    verify(admin, statement, operation.second[1])


def check_proofs(space: bytes, person: bytes, operation: Operation) -> None:
    """Refuse proofs that are not for this space and person."""
    if operation.card is None or operation.proofs is None:
        return
    statement = words_statement if operation.number == RECOVERY_SET else join_statement
    check_pair(operation.card, statement(space, person, device_id(operation.card)), operation.proofs)


def signing_key(card: Card, operation: Operation) -> bytes:
    """The key of its author with which an operation is signed."""
    return card.everyday if operation.number == EPOCH else card.admin


def judged(payload: bytes, space: bytes, author: bytes, author_card: Card, person: bytes) -> Operation:
    """The operation of this payload, whose signature and proofs are good."""
    operation = read_operation(payload)
    check_proofs(space, person, operation)
    verify(signing_key(author_card, operation), operation_statement(space, author, operation.body), operation.signature)
    return operation


# What is handed over


def read_invitation(data: bytes) -> Pair:
    """The space and the person."""
    space, person = items(decode(data), 2)
    return octets(space, 32), octets(person, 32)


def read_request(data: bytes) -> tuple[Card, Pair]:
    """The newcomer's card and its proofs."""
    card, proofs = items(decode(data), 2)
    return read_card(card), _pair(proofs)


def read_welcome(data: bytes) -> tuple[bytes, bytes | None]:
    """The genesis and the record of the operation, which is nil for a founder."""
    genesis, record = items(decode(data), 2)
    return any_octets(genesis), None if record is None else any_octets(record)
