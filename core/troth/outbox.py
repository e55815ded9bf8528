"""Own envelopes that have not been seen in the log; seeing one there is the only way out.

Order is kept, what is in flight is bounded, and what the relay refuses stays.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from troth.step import Row
from troth_wire.errors import MalformedError
from troth_wire.ids import EnvelopeId, MailboxId, RecordId
from troth_wire.limits import FRAME_BYTES_MAX, FRAME_ENVELOPES_MAX, PUSH_BYTES_IN_FLIGHT_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import Push

__all__ = ["EDITS", "OUTBOX", "Outbox"]

OUTBOX: Final = "outbox"
EDITS: Final = "edits"
FRAME_OVERHEAD_BYTES: Final = 64
ENVELOPE_OVERHEAD_BYTES: Final = 5


class Outbox:
    """What waits for the relay, in the order in which it was written."""

    def __init__(self) -> None:
        self._waiting: dict[EnvelopeId, tuple[RecordId, bytes]] = {}
        self._of: dict[RecordId, tuple[EnvelopeId, bytes]] = {}
        self._sent: set[EnvelopeId] = set()
        self._pushed: dict[tuple[MailboxId, EnvelopeId], RecordId | None] = {}
        self._loose: dict[EnvelopeId, bytes] = {}
        """Parts of a checkpoint: nobody misses them if they are lost, so they have no rows."""
        self.refused: str | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, record: object) -> bool:
        return record in self._of

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(len(envelope) for _, envelope in self._waiting.values())

    @property
    def records(self) -> tuple[RecordId, ...]:
        """The records that wait, oldest first."""
        return tuple(self._of)

    def add(self, record: RecordId, key: bytes, envelope: bytes) -> Row:
        """Queue an envelope under its record's row key and return the row that remembers it."""
        identity = envelope_id(envelope)
        self._waiting[identity] = (record, envelope)
        self._of[record] = (identity, key)
        return Row(OUTBOX, key, envelope)

    def reseal(self, seal: Callable[[RecordId], bytes]) -> list[Row]:
        """Put other sealings in the place of those that wait: they go to another mailbox now.

        Args:
            seal: Gives the envelope of a record.
        """
        before, self._waiting = self._waiting, {}
        # Not what was pushed: the log that was written to may still show it over this link.
        self._sent.clear()
        self._loose.clear()
        return [self.add(record, self._of[record][1], seal(record)) for record, _ in before.values()]

    def add_loose(self, envelopes: Iterable[bytes]) -> frozenset[EnvelopeId]:
        """Queue envelopes that need not outlive this process, behind all that waits; return their ids."""
        added = {envelope_id(envelope): envelope for envelope in envelopes}
        self._loose |= added
        return frozenset(added)

    def let_loose_go(self, envelope: EnvelopeId) -> bool:
        """Note that the log has shown an envelope; tell whether it was one of those that need not outlive this."""
        self._sent.discard(envelope)
        if self._loose.pop(envelope, None) is None:
            return False
        self.refused = None
        return True

    def size_of(self, envelopes: Iterable[EnvelopeId]) -> int:
        """Return how many bytes those of these envelopes have that wait."""
        found = (self._loose.get(at) or self._waiting.get(at, (None, b""))[1] for at in envelopes)
        return sum(map(len, found))

    def key(self, record: RecordId) -> bytes:
        """Return the row key of a record that waits."""
        return self._of[record][1]

    def record_of(self, envelope: EnvelopeId) -> RecordId | None:
        """Return the record in an envelope that waits."""
        return self._waiting[envelope][0] if envelope in self._waiting else None

    def confirm(self, record: RecordId) -> list[Row]:
        """Let a record go that was seen in the log, in whichever envelope; nothing happens if it was not waiting."""
        if record not in self._of:
            return []
        envelope, key = self._of.pop(record)
        del self._waiting[envelope]
        self._sent.discard(envelope)
        self.refused = None
        return [Row(OUTBOX, key, None), Row(EDITS, key, None)]

    def unsend(self) -> None:
        """Forget what is in flight: the link is down, or the relay refused; everything will be pushed again."""
        self._sent.clear()
        self._pushed.clear()
        self._loose.clear()

    def check_pushed(self, mailbox: MailboxId, envelopes: Sequence[EnvelopeId]) -> list[RecordId | None]:
        """Check that all of these were pushed there over this link: of nothing else is the id enough to have read it.

        Returns:
            The record in each; None for one that need not outlive this process.

        Raises:
            MalformedError: If one was not; a relay could hide what another wrote that way, and its log would fit.
        """
        try:
            return [self._pushed[mailbox, envelope] for envelope in envelopes]
        except KeyError:
            raise MalformedError("the relay says of an entry that it came from here, which it did not") from None

    def push(self, mailbox: MailboxId) -> list[Push]:
        """Return what may be sent now, as frames within their bounds, and count it as in flight."""
        waiting = {identity: envelope for identity, (_, envelope) in self._waiting.items()} | self._loose
        flying = sum(len(waiting[envelope]) for envelope in self._sent)
        frames: list[list[bytes]] = []
        room = 0
        for identity, envelope in waiting.items():
            if identity in self._sent:
                continue
            size = len(envelope) + ENVELOPE_OVERHEAD_BYTES
            flying += size
            if flying > PUSH_BYTES_IN_FLIGHT_MAX:
                break
            if size > room or len(frames[-1]) == FRAME_ENVELOPES_MAX:
                frames.append([])
                room = FRAME_BYTES_MAX - FRAME_OVERHEAD_BYTES
            frames[-1].append(envelope)
            room -= size
            self._sent.add(identity)
            self._pushed[mailbox, identity] = self.record_of(identity)
        return [Push(mailbox, tuple(frame)) for frame in frames]

    def refuse(self, envelopes: Iterable[EnvelopeId], why: str) -> None:
        """Note that the relay did not take some envelopes; they wait on."""
        self.refused = why
        self._sent.difference_update(envelopes)
