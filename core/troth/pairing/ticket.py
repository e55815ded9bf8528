"""What one side shows and the other is given: where to meet, and the secret of one pairing (specs/pairing.md, Ticket).

A word is a number here; the list that it comes from is the client's matter.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

from troth import crypto
from troth.crypto import Signer
from troth.ports import Entropy
from troth_wire import codec
from troth_wire.errors import MalformedError, UsageError, VersionError
from troth_wire.ids import MailboxId
from troth_wire.limits import (
    CODE_NUMBER_MAX,
    HOST_BYTES_MAX,
    INVITATION_LIFE_S,
    LINK_BYTES_MAX,
    PAIR_LINK_LIFE_S,
    RENDEZVOUS_LIFE_S,
)
from troth_wire.said import Said

__all__ = ["Link", "Purpose", "Ticket"]

WORDS: Final = 2_048
SECRET_BYTES: Final = 16
SHORT_BYTES: Final = 16
CHECKSUM_BYTES: Final = 3
PAYLOAD_CHARACTERS: Final = (1 + SECRET_BYTES + SHORT_BYTES + CHECKSUM_BYTES) // 3 * 4
NUMBER: Final = Said("a code begins with a number from 1 to {last}")
PLAIN: Final = {1: False, 2: True}
"""The version byte of a link, and whether its relay is spoken to without TLS."""


class Purpose(IntEnum):
    """What a pairing is for."""

    DEVICE = 1
    """A person's new device."""
    JOIN = 2
    """The partner, in the room."""
    FAR = 3
    """The partner, far away."""


CODED: Final = {
    (Purpose.DEVICE, True),
    (Purpose.DEVICE, False),
    (Purpose.JOIN, True),
    (Purpose.FAR, False),
}
"""Which purposes go with a code (true) and which with a link."""
STARTS: Final = {"troth:pair#": Purpose.DEVICE, "troth:join#": Purpose.FAR}


@dataclass(frozen=True, repr=False)
class Ticket:
    """Good for one pairing, however that ends; a code has a number, a link has none."""

    host: str
    """The relay's host as it is dialled, with its port: `relay.example:443`."""
    purpose: Purpose
    number: int | None
    secret: bytes

    def __post_init__(self) -> None:
        """Refuse what can not be met under."""
        object.__setattr__(self, "host", self.host.lower())
        if not re.fullmatch(r"[!-?A-~]+", self.host) or len(self.host) > HOST_BYTES_MAX:
            raise UsageError(Said("a ticket names the relay's host in ASCII, such as relay.example:443"))
        if self.number is not None and not 1 <= self.number <= CODE_NUMBER_MAX:
            raise UsageError(NUMBER.format(last=CODE_NUMBER_MAX))
        if (self.purpose, self.number is not None) not in CODED:
            raise UsageError(Said("partners in the room use a code, partners far away a link"))

    @classmethod
    def of_code(cls, host: str, purpose: Purpose, number: int, words: Sequence[int]) -> "Ticket":
        """Return the ticket that a typed code means.

        Args:
            host: The relay's host as it is dialled, with its port.
            purpose: `DEVICE` or `JOIN`.
            number: From 1 to `CODE_NUMBER_MAX`.
            words: Three places in the list, from 0 to 2047.

        Raises:
            UsageError: If there is no such code.
        """
        if len(words) != 3 or not all(0 <= word < WORDS for word in words):
            raise UsageError(Said("a code has three words of the list"))
        return cls(host, purpose, number, b"".join(word.to_bytes(2, "big") for word in words))

    @classmethod
    def draw_code(cls, host: str, purpose: Purpose, entropy: Entropy) -> "Ticket":
        """Draw a code; draw again if its mailbox is taken."""
        words = int.from_bytes(entropy(5), "big") & (1 << 33) - 1
        three = (words >> 22, words >> 11 & WORDS - 1, words & WORDS - 1)
        return cls.of_code(host, purpose, 1 + int.from_bytes(entropy(8), "big") % CODE_NUMBER_MAX, three)

    @classmethod
    def draw_secret(cls, host: str, purpose: Purpose, entropy: Entropy) -> "Ticket":
        """Draw the ticket of a link: `DEVICE` or `FAR`."""
        return cls(host, purpose, None, entropy(SECRET_BYTES))

    @property
    def words(self) -> tuple[int, ...]:
        """The words of a code; none of a link."""
        if self.number is None:
            return ()
        return tuple(int.from_bytes(self.secret[at : at + 2], "big") for at in (0, 2, 4))

    @cached_property
    def meeting_seed(self) -> bytes:
        """The seed of the mailbox's key pair."""
        where = self.secret if self.number is None else self.number
        return crypto.digest(b"troth/meeting", codec.pack([self.host, self.purpose, where]))

    @property
    def mailbox(self) -> MailboxId:
        """The mailbox in which the two meet."""
        return MailboxId(Signer(self.meeting_seed).public)

    @property
    def channel(self) -> bytes:
        """The channel identifier of the key agreement."""
        return codec.pack(["troth", 1, self.host, self.purpose, self.number])

    @property
    def life_s(self) -> int:
        """After how many seconds the pairing expires."""
        if self.number is not None:
            return RENDEZVOUS_LIFE_S
        return PAIR_LINK_LIFE_S if self.purpose is Purpose.DEVICE else INVITATION_LIFE_S


@dataclass(frozen=True, repr=False)
class Link:
    """A ticket as a text that is copied or shown as a picture, with the beginning of the host's commitment."""

    ticket: Ticket
    commitment: bytes
    """Its first 16 bytes."""
    plain: bool = False
    """Whether the relay is at `ws://`, not `wss://`."""

    @classmethod
    def of(cls, ticket: Ticket, commitment: bytes, *, plain: bool = False) -> "Link":
        """Return the link of a host's ticket and commitment.

        Raises:
            UsageError: If the ticket is a code, or the text would be too long to be shown as a picture.
        """
        link = cls(ticket, commitment[:SHORT_BYTES], plain)
        if ticket.number is not None:
            raise UsageError(Said("a code is said, not linked"))
        if ticket.purpose is Purpose.DEVICE and len(link.text) > LINK_BYTES_MAX:
            raise UsageError(Said("this relay's name is too long for a picture; pair with a code"))
        return link

    @property
    def text(self) -> str:
        """The text: `troth:pair#…` for an own device, `troth:join#…` for a partner far away."""
        start = next(start for start, purpose in STARTS.items() if purpose is self.ticket.purpose)
        body = bytes([2 if self.plain else 1]) + self.ticket.secret + self.commitment
        payload = body + _checksum(start, self.ticket.host, body)
        return f"{start}{base64.urlsafe_b64encode(payload).decode()}@{self.ticket.host}"

    @classmethod
    def parse(cls, text: str) -> "Link":
        """Read a text that was copied or typed.

        Raises:
            MalformedError: If it is no link, or was mistyped.
            VersionError: If a later release made it.
        """
        text = text.strip()
        start = next((start for start in STARTS if text.startswith(start)), None)
        if start is None:
            raise MalformedError(Said("this is no link of Troth: one begins with troth:pair# or troth:join#"))
        payload, host = _payload(text.removeprefix(start))
        body, checksum = payload[:-CHECKSUM_BYTES], payload[-CHECKSUM_BYTES:]
        if checksum != _checksum(start, host, body):
            raise MalformedError(_MISTYPED)
        if body[0] not in PLAIN:
            raise VersionError(Said("a newer version of Troth made this link; bring this one up to date"))
        secret, commitment = body[1 : 1 + SECRET_BYTES], body[1 + SECRET_BYTES :]
        try:
            return cls(Ticket(host, STARTS[start], None, secret), commitment, PLAIN[body[0]])
        except UsageError:
            raise MalformedError(_MISTYPED) from None


_MISTYPED: Final = Said("a character of this link is missing or mistyped; copy it again, whole")


def _payload(rest: str) -> tuple[bytes, str]:
    encoded, mark, host = rest.partition("@")
    # One spelling: the library's own reading takes two alphabets, and filling at the end.
    if not mark or not host.isascii() or not re.fullmatch(rf"[A-Za-z0-9_-]{{{PAYLOAD_CHARACTERS}}}", encoded):
        raise MalformedError(_MISTYPED)
    return base64.urlsafe_b64decode(encoded), host.lower()


def _checksum(start: str, host: str, body: bytes) -> bytes:
    return crypto.digest(b"troth/link", start.encode() + host.encode() + body)[:CHECKSUM_BYTES]
