"""Pairing: tickets, links, records, the key of two sides, frames, words and the safety number.

A second implementation, written from the pages alone; it imports none of the packages.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.second import curve
from tests.second.conventions import (
    NONCE_BYTES,
    Value,
    any_octets,
    decode,
    derived,
    encode,
    forged,
    hashed,
    items,
    known_version,
    malformed,
    number,
    octets,
    opened,
    parked,
    public_of_seed,
    sealed,
    u32,
    verify,
)
from tests.second.membership import Card, device_id, read_card

RECORD_BYTES = 4096
CODE_NUMBER_MAX = 9999
HOST_BYTES_MAX = 255
INTRODUCTION_BYTES_MAX = 2048
ITEMS_MAX = 16
RECORDS_MAX = 16
PART_BYTES = 4043
SEALED_BYTES = 4062

DEVICE, JOIN, FAR = 1, 2, 3
HOST, GUEST = 1, 2
STARTS = {"troth:pair#": DEVICE, "troth:join#": FAR}
PLAIN = {1: False, 2: True}
OFFERING = {DEVICE: (HOST, GUEST, HOST), JOIN: (HOST, GUEST), FAR: (HOST, GUEST)}
HOST_FORM = re.compile(r"[!-?A-~]+")
STEPS_MAX = 15


# Tickets and links


@dataclass(frozen=True)
class Ticket:
    """What names a meeting: a number for a code, nil for a link."""

    host: str
    purpose: int
    number: int | None
    secret: bytes

    @property
    def seed(self) -> bytes:
        """The seed of the mailbox's key."""
        place: Value = self.secret if self.number is None else self.number
        return hashed("troth/meeting", encode([self.host, self.purpose, place]))

    @property
    def mailbox(self) -> bytes:
        """Where to meet."""
        return public_of_seed(self.seed)

    @property
    def channel_identifier(self) -> bytes:
        """`CI`."""
        return encode(["troth", 1, self.host, self.purpose, self.number])


@dataclass(frozen=True)
class Link:
    """What the text of a link says."""

    host: str
    purpose: int
    plain: bool
    secret: bytes
    commitment: bytes


def _checksum(start: str, host: str, content: bytes) -> bytes:
    """What finds a mistyped character."""
    return hashed("troth/link", start.encode("ascii") + host.encode("ascii") + content)[:3]


def write_link(link: Link) -> str:
    """The text of a link."""
    start = next(start for start, purpose in STARTS.items() if purpose == link.purpose)
    version = next(version for version, plain in PLAIN.items() if plain == link.plain)
    content = bytes([version]) + link.secret + link.commitment[:16]
    payload = content + _checksum(start, link.host, content)
    return f"{start}{base64.urlsafe_b64encode(payload).decode('ascii')}@{link.host}"


def read_link(text: str) -> Link:
    """What a text says, or a refusal."""
    text = text.strip()
    start = next((start for start in STARTS if text.startswith(start)), None)
    if start is None:
        raise malformed("no link begins so")
    middle, mark, typed = text[len(start) :].partition("@")
    host = typed.lower()
    if not mark or not re.fullmatch(r"[A-Za-z0-9_-]{48}", middle):
        raise malformed("not 48 characters before the host")
    if not HOST_FORM.fullmatch(typed) or len(host) > HOST_BYTES_MAX:
        raise malformed("no host")
    payload = base64.urlsafe_b64decode(middle)
    if _checksum(start, host, payload[:33]) != payload[33:]:
        raise malformed("mistyped")
    if payload[0] not in PLAIN:
        raise parked("a link of a later release")
    return Link(host, STARTS[start], PLAIN[payload[0]], payload[1:17], payload[17:33])


# Records


@dataclass(frozen=True)
class Share:
    """The host's first record."""

    share: bytes
    commitment: bytes


@dataclass(frozen=True)
class Reply:
    """The guest's first record."""

    share: bytes
    commitment: bytes
    tag: bytes


@dataclass(frozen=True)
class Confirm:
    """The host's proof."""

    tag: bytes


@dataclass(frozen=True)
class Frame:
    """A sealed part of a message."""

    nonce: bytes
    sealed: bytes


@dataclass(frozen=True)
class Stop:
    """The end that a side names."""

    reason: int


Record = Share | Reply | Confirm | Frame | Stop


def read_record(data: bytes) -> Record:
    """The record of these bytes, or a refusal."""
    if len(data) != RECORD_BYTES:
        raise malformed("no length of a record")
    end = 2 + int.from_bytes(data[:2], "big")
    if end > len(data) or any(data[end:]):
        raise malformed("a filling that is not zeros")
    body = decode(data[2:end])
    if not body:
        raise malformed("a body without a version")
    known_version(body[0])
    return _fields(number(body[1]) if len(body) > 1 else 0, body[2:])


def _fields(kind: int, rest: list[Value]) -> Record:
    """The fields of a record of a kind."""
    match kind:
        case 1:
            share, commitment = items(rest, 2)
            return Share(octets(share, 32), octets(commitment, 32))
        case 2:
            share, commitment, tag = items(rest, 3)
            return Reply(octets(share, 32), octets(commitment, 32), octets(tag, 32))
        case 3:
            return Confirm(octets(items(rest, 1)[0], 32))
        case 4:
            nonce, ciphertext = items(rest, 2)
            return Frame(octets(nonce, NONCE_BYTES), octets(ciphertext, SEALED_BYTES))
        case 5:
            return Stop(number(items(rest, 1)[0], 0, 255))
        case _:
            raise malformed("no record has this number")


def write_record(record: Record) -> bytes:
    """The bytes of a record."""
    fields: list[Value]
    match record:
        case Share(share, commitment):
            fields = [1, share, commitment]
        case Reply(share, commitment, tag):
            fields = [2, share, commitment, tag]
        case Confirm(tag):
            fields = [3, tag]
        case Frame(nonce, ciphertext):
            fields = [4, nonce, ciphertext]
        case Stop(reason):
            fields = [5, reason]
    body = encode([1, *fields])
    return (len(body).to_bytes(2, "big") + body).ljust(RECORD_BYTES, b"\0")


# Commitments and the key


def commitment_of(side: int, introduction: bytes, nonce: bytes) -> bytes:
    """What binds a side before it opens."""
    return hashed("troth/commit", encode([side, introduction, nonce]))


def check_opening(commitment: bytes, side: int, introduction: bytes, nonce: bytes) -> None:
    """Refuse what does not fit the commitment of its side."""
    if commitment_of(side, introduction, nonce) != commitment:
        raise forged("an opening that does not fit")


@dataclass(frozen=True)
class Channel:
    """What both sides come to."""

    session_key: bytes
    channel: bytes
    root: bytes

    def tag(self, side: int) -> bytes:
        """What a side sends to prove that it has the key."""
        return derived(self.root, "troth/confirm", bytes([side]))


def generator_of(ticket: Ticket, host_commitment: bytes) -> bytes:
    """The point from which both make their shares."""
    return curve.generator(ticket.secret, ticket.channel_identifier, host_commitment)


def channel_of(ticket: Ticket, host: Share, guest: Share, point: bytes) -> Channel:
    """The channel of both sides' shares and commitments and the shared point."""
    key = curve.session_key(
        host.commitment,
        point,
        (host.share, encode([HOST, host.commitment])),
        (guest.share, encode([GUEST, guest.commitment])),
    )
    said: list[Value] = [
        ticket.channel_identifier,
        host.share,
        host.commitment,
        guest.share,
        guest.commitment,
    ]
    channel = hashed("troth/channel", encode(said))
    return Channel(key, channel, derived(hashed("troth/root", key), "troth/root", channel))


def words_of(channel: bytes, host: tuple[bytes, bytes], guest: tuple[bytes, bytes]) -> list[int]:
    """The four words of introduction and nonce of both sides."""
    bits = int.from_bytes(hashed("troth/words", encode([channel, *host, *guest])), "big")
    return [bits >> (256 - 11 * place) & 2047 for place in range(1, 5)]


# Frames


@dataclass
class Sender:
    """The frames of one side, in order."""

    root: bytes
    side: int
    counter: int = 0

    @property
    def key(self) -> bytes:
        """What seals this side's frames."""
        return derived(self.root, "troth/frame", bytes([self.side]))

    def _nonce(self, plaintext: bytes) -> bytes:
        """The nonce that follows from what is sealed."""
        return derived(self.key, "troth/nonce", u32(self.counter) + plaintext)[:NONCE_BYTES]

    def read(self, frame: Frame) -> tuple[bool, bytes]:
        """Whether more follows, and the part in the next frame."""
        plaintext = opened(self.key, frame.nonce, frame.sealed, u32(self.counter))
        if self._nonce(plaintext) != frame.nonce:
            raise forged("a nonce that does not follow")
        self.counter += 1
        return _part(plaintext)

    def write(self, message: bytes) -> list[Frame]:
        """The frames of a message."""
        parts = [message[start : start + PART_BYTES] for start in range(0, len(message), PART_BYTES)]
        frames = []
        for place, part in enumerate(parts, 1):
            head = bytes([place < len(parts)]) + len(part).to_bytes(2, "big")
            plaintext = head + part.ljust(PART_BYTES, b"\0")
            nonce = self._nonce(plaintext)
            frames.append(Frame(nonce, sealed(self.key, nonce, plaintext, u32(self.counter))))
            self.counter += 1
        return frames

    def read_message(self, frames: Sequence[Frame]) -> tuple[bytes, int]:
        """The next message of these frames, and how many of them it took."""
        message = b""
        for taken, frame in enumerate(frames, 1):
            more, part = self.read(frame)
            message += part
            if not more:
                return message, taken
        raise malformed("a message that does not end")


def _part(plaintext: bytes) -> tuple[bool, bytes]:
    """Whether more follows, and the part."""
    mark, length = plaintext[0], int.from_bytes(plaintext[1:3], "big")
    if mark > 1:
        raise malformed("more is 0 or 1")
    if length > PART_BYTES or (mark and length != PART_BYTES):
        raise malformed("a part that does not fit its frame")
    if any(plaintext[3 + length :]):
        raise malformed("a filling that is not zeros")
    return bool(mark), plaintext[3 : 3 + length]


def read_opening(message: bytes) -> tuple[bytes, bytes]:
    """The introduction and nonce of an opening."""
    code, introduction, nonce = items(decode(message), 3)
    if number(code) != 1:
        raise malformed("no opening")
    return octets(introduction, 0, INTRODUCTION_BYTES_MAX), octets(nonce, 32)


def read_any_offer(message: bytes) -> tuple[int, list[bytes]]:
    """The step and the items of an offer."""
    code, step, offered = items(decode(message), 3)
    if number(code) != 2:
        raise malformed("no offer")
    return number(step, 0, STEPS_MAX), [any_octets(item) for item in items(offered, 1, ITEMS_MAX)]


def read_offer(message: bytes, step: int) -> list[bytes]:
    """The items of the offer of this step."""
    found, offered = read_any_offer(message)
    if found != step:
        raise malformed("no offer of this step")
    return offered


def read_message(message: bytes) -> None:
    """Refuse what is no message."""
    found = decode(message)
    (read_any_offer if found[:1] == [2] else read_opening)(message)


# A partner far away, and the safety number


def far_statement(mailbox: bytes, device: bytes) -> bytes:
    """What the keys of a partner far away sign."""
    return b"troth/far/1\0" + mailbox + device


def read_joiner(introduction: bytes, mailbox: bytes) -> Card:
    """The card of a partner far away, whose proofs are for this invitation."""
    card, proofs = items(decode(introduction), 2)
    found = read_card(card)
    by_everyday, by_admin = (octets(proof, 64) for proof in items(proofs, 2))
    statement = far_statement(mailbox, device_id(found))
    verify(found.everyday, statement, by_everyday)
    verify(found.admin, statement, by_admin)
    return found


def safety_number(persons: tuple[bytes, bytes]) -> str:
    """Sixty digits over two persons."""
    smaller, greater = sorted(persons)
    value = int.from_bytes(hashed("troth/safety", encode([smaller, greater])), "big")
    return f"{value % 10**60:060d}"
