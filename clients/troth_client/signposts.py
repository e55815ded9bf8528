"""The signposts' mailbox at a relay: leave one there, or read those that lie there, over one link and to its end.

It is a log like any other, opened in the line of one of the person's spaces (specs/recovery.md, Signpost).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from troth import Epoch
from troth.cursor import Cursor
from troth.follower import Follower
from troth_client.link import Address, Link, dial
from troth_wire import log, proof
from troth_wire.errors import MalformedError, NoRelayError, OtherVersionError, RefusedError
from troth_wire.limits import SIGNPOSTS_READ_MAX, WIRE_VERSION
from troth_wire.messages import Deliver, Head, Hello, Message, Prove, Push, Refuse, Stored, encode, parse
from troth_wire.said import Said

__all__ = ["leave_signpost", "read_signposts"]

ANSWER_S_MAX: Final = 60.0
"""For everything that is said over the one link: thousands of signposts, of which few are kept."""
NO_RELAY: Final = Said(
    "No relay answers. Nothing was changed. Look at the relay's address and at the connection, and try again."
)
OTHER_VERSION: Final = Said(
    "This relay speaks another version. Nothing was changed. Bring this device and the relay up to date, and try again."
)
NO_SPONSOR: Final = Said("Your own space is not at this relay yet. Let it sync there first, and try again.")
REFUSED: Final = Said(
    "The relay does not take it: {why}. Nothing was lost. Try again later, or ask who runs the relay."
)
CLOSED: Final = Said(
    "Somebody closed the place where recovery words look. What lies there can be read. Draw new words."
)


async def leave_signpost(address: Address, epoch: Epoch, entry: bytes, sponsor: Epoch) -> None:
    """Leave a signpost; returns when the relay has it.

    Args:
        address: The relay.
        epoch: What `Words.signposts` gives.
        entry: A sealed signpost.
        sponsor: The epoch of a log at this relay, in whose name the mailbox is opened if it is not there.

    Raises:
        MeetingError: By its kind: NoRelayError, OtherVersionError, RefusedError.
    """
    await _converse(address, Visit(epoch, sponsor, entry))


async def read_signposts(address: Address, epoch: Epoch) -> Sequence[bytes]:
    """Return what lies there: the first entry and the last ones; nothing where there is no such mailbox.

    Raises:
        MeetingError: By its kind: NoRelayError, OtherVersionError, RefusedError.
    """
    visit = Visit(epoch)
    await _converse(address, visit)
    return visit.entries


class Visit:
    """One link's talk about the signposts' mailbox; it knows no sockets and no clock."""

    def __init__(self, epoch: Epoch, sponsor: Epoch | None = None, entry: bytes | None = None) -> None:
        """Be about to read, or to leave an entry in the name of a sponsor."""
        self.done = False
        self._at = Follower(epoch, Cursor(epoch.mailbox))
        self._sponsor = sponsor
        self._entry = entry
        self._first: list[bytes] = []
        self._last: deque[bytes] = deque(maxlen=SIGNPOSTS_READ_MAX - 1)
        self._hello: tuple[Hello, str] | None = None

    @property
    def entries(self) -> Sequence[bytes]:
        """The first entry and the last ones, in the order of the log."""
        return [*self._first, *self._last]

    def receive(self, host: str, message: Message) -> list[Message]:
        """Take in a message; return what to say.

        Raises:
            MalformedError: If it does not belong here.
            OtherVersionError, RefusedError: If nothing comes of it.
        """
        if isinstance(message, Hello):
            return [self._greet(message, host)]
        if self._sponsor is not None and getattr(message, "mailbox", None) == self._sponsor.mailbox:
            return [self._opened_by(message, self._sponsor)]
        if getattr(message, "mailbox", None) != self._at.mailbox:
            raise RefusedError(OTHER_VERSION)
        replies, _ = self._at.receive(message)
        self._read(message)
        return [*replies, *self._go_on()]

    def _greet(self, hello: Hello, host: str) -> Message:
        if not hello.version_min <= WIRE_VERSION <= hello.version_max:
            raise OtherVersionError(OTHER_VERSION)
        self._hello = hello, host
        return self._at.greet(hello, host)

    def _read(self, message: Message) -> None:
        match message:
            case Deliver():
                self._at.cursor.take(message.position, [log.envelope_id(entry) for entry in message.envelopes])
                for entry in message.envelopes:
                    (self._last if self._first else self._first).append(entry)
            case Stored():
                self._at.cursor.take(message.position, list(message.envelope_ids))
                self.done = self._entry is not None and log.envelope_id(self._entry) in message.envelope_ids
            case Refuse() if self._at.open_:
                raise RefusedError(REFUSED.format(why=message.reason.name.lower().replace("_", " ")))

    def _go_on(self) -> list[Message]:
        """Say what is left to say, once it was read to its end."""
        if self._at.refused is not None:
            raise RefusedError(REFUSED.format(why=self._at.refused))
        if self._entry is None:
            self.done = self._at.read
        elif self._at.closed is not None:
            raise RefusedError(CLOSED)
        elif self._at.unknown:
            return [self._prove_sponsor()]
        elif self._at.open_ and not self.done:
            return [self._at.say(Push(self._at.mailbox, (self._entry,)))]
        return []

    def _prove_sponsor(self) -> Message:
        assert self._sponsor is not None, "who leaves something has a sponsor"
        assert self._hello is not None, "nothing is unknown before the relay has greeted"
        hello, host = self._hello
        statement = proof.statement(host=host, challenge=hello.challenge, mailbox=self._sponsor.mailbox)
        return Prove(self._sponsor.mailbox, self._sponsor.mailbox_signer.sign(statement))

    def _opened_by(self, message: Message, sponsor: Epoch) -> Message:
        if not isinstance(message, Head) or not self._at.unknown:
            raise RefusedError(NO_SPONSOR)
        return self._at.create(b"", sponsor.mailbox)


async def _converse(address: Address, visit: Visit) -> None:
    try:
        async with asyncio.timeout(ANSWER_S_MAX), dial(address) as link:
            await _listen(link, visit)
    except (ConnectionError, TimeoutError, MalformedError):
        raise NoRelayError(NO_RELAY) from None
    if not visit.done:
        raise NoRelayError(NO_RELAY)


async def _listen(link: Link, visit: Visit) -> None:
    async for frame in link:
        for message in visit.receive(link.host, parse(frame)):
            link.send(encode(message))
        if visit.done:
            return
