"""A relay as its spec has it, in memory, and one link to it: both walk the table of states that the real ones walk."""

from dataclasses import dataclass, field, replace
from typing import Final

from troth.ports import Entropy
from troth_wire import log, proof, session
from troth_wire.errors import ForgedError, MalformedError
from troth_wire.ids import EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, WIRE_VERSION
from troth_wire.messages import (
    Close,
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)
from troth_wire.session import State

__all__ = ["HOST", "Relay", "Session"]

HOST: Final = "relay.test:443"
PROVEN: Final = frozenset({State.PROVEN, State.ASKING, State.FOLLOWING, State.ENDED})


@dataclass
class Relay:
    """A relay as its spec has it, in memory; tests reach in to make it misbehave."""

    entropy: Entropy
    logs: dict[MailboxId, list[bytes]] = field(default_factory=dict)
    lineages: dict[MailboxId, Lineage] = field(default_factory=dict)
    closings: dict[MailboxId, tuple[MailboxId | None, bytes]] = field(default_factory=dict)
    """Successor and forward of what was closed."""
    tombstones: dict[MailboxId, Closed] = field(default_factory=dict)
    """What was closed, and its entries are gone."""
    meetings: set[MailboxId] = field(default_factory=set)
    refuse_pushes: Reason | None = None
    wire: list[bytes] = field(default_factory=list)
    """Every frame that passed, for a search."""

    def running(self, mailbox: MailboxId, position: int) -> RunningHash:
        """Return the running hash at a position."""
        running = log.origin(mailbox, self.lineages[mailbox])
        for number, envelope in enumerate(self.logs[mailbox][:position], 1):
            running = log.advance(running, number, log.envelope_id(envelope))
        return running

    def head(self, mailbox: MailboxId) -> Head:
        """Return how far a log goes."""
        position = len(self.logs[mailbox])
        return Head(mailbox, self.lineages[mailbox], position, self.running(mailbox, position))

    def closed(self, mailbox: MailboxId) -> Closed:
        """Return what is said of a mailbox that was closed."""
        head = self.head(mailbox)
        return Closed(mailbox, head.lineage, head.position, head.running, *self.closings[mailbox])

    def age(self, mailbox: MailboxId) -> None:
        """Let the grace of a closed mailbox pass: its entries go, what it left stays."""
        self.tombstones[mailbox] = self.closed(mailbox)
        del self.logs[mailbox]

    def copy(self) -> "Relay":
        """Return a backup, that can be restored with `restore`."""
        return replace(
            self,
            logs={mailbox: list(entries) for mailbox, entries in self.logs.items()},
            lineages=dict(self.lineages),
            closings=dict(self.closings),
            tombstones=dict(self.tombstones),
            meetings=set(self.meetings),
        )

    def restore(self, backup: "Relay") -> None:
        """Put a backup in the place of what there is; every log begins a new lineage."""
        kept = backup.copy()
        self.logs, self.closings, self.tombstones = kept.logs, kept.closings, kept.tombstones
        self.meetings = kept.meetings
        self.lineages = {mailbox: Lineage(self.entropy(16)) for mailbox in kept.lineages}

    def roll_back(self, mailbox: MailboxId, position: int) -> None:
        """Forget the end of a log, as a restored backup does."""
        del self.logs[mailbox][position:]


class Session:
    """One link, seen from the relay."""

    def __init__(self, relay: Relay, host: str = HOST) -> None:
        self._relay = relay
        self._host = host
        self._challenge = relay.entropy(32)
        self._states: dict[MailboxId, State] = {}
        self._entered: set[MailboxId] = set()
        """The mailboxes that were proven on this link."""
        self._sent: dict[MailboxId, int] = {}
        self._pushed: set[EnvelopeId] = set()

    def open_(self) -> list[Message]:
        """Greet."""
        return [Hello(WIRE_VERSION, WIRE_VERSION, ENVELOPE_BYTES_MAX, self._challenge)]

    def receive(self, message: Message) -> list[Message]:
        """Answer a message as the spec says."""
        mailbox = message.mailbox if isinstance(message, (Prove, Create, Follow, Push, Close)) else None
        if mailbox is None:
            return [Refuse(Reason.UNEXPECTED, None, (), 0)]
        try:
            self._step(mailbox, message)
        except MalformedError:
            return [Refuse(Reason.UNEXPECTED, mailbox, (), 0)]
        answers = self._answer(message)
        for answer in answers:
            self._step(mailbox, answer)
        return answers

    def sent(self, mailbox: MailboxId) -> int:
        """Return the position up to which a log was sent over this link."""
        return self._sent.get(mailbox, 0)

    def flush(self, limit: int | None = None) -> list[Message]:
        """Return what the followed logs hold beyond what was sent, at most so many entries."""
        out: list[Message] = []
        for mailbox, sent in self._sent.items():
            if mailbox not in self._relay.logs:
                continue
            entries = self._relay.logs[mailbox][sent:][:limit]
            for position, envelope in enumerate(entries, sent + 1):
                out += self._entry(mailbox, position, envelope)
            self._sent[mailbox] = sent + len(entries)
            whole = self._sent[mailbox] == len(self._relay.logs[mailbox])
            if mailbox in self._relay.closings and whole and self._states[mailbox] is State.FOLLOWING:
                out.append(self._relay.closed(mailbox))
                self._step(mailbox, out[-1])
        return out

    def _entry(self, mailbox: MailboxId, position: int, envelope: bytes) -> list[Message]:
        identity = log.envelope_id(envelope)
        own = identity in self._pushed
        return [Stored(mailbox, position, (identity,)) if own else Deliver(mailbox, position, (envelope,))]

    def _step(self, mailbox: MailboxId, message: Message) -> None:
        self._states[mailbox] = session.step(self._states.get(mailbox, State.GREETED), message)
        if self._states[mailbox] in PROVEN:
            self._entered.add(mailbox)

    def _answer(self, message: Message) -> list[Message]:
        relay = self._relay
        match message:
            case Prove(mailbox, signature):
                try:
                    proof.verify(signature, host=self._host, challenge=self._challenge, mailbox=mailbox)
                except ForgedError:
                    return [Refuse(Reason.BAD_PROOF, mailbox, (), 0)]
                if mailbox in relay.tombstones:
                    return [relay.tombstones[mailbox]]
                known = mailbox in relay.logs
                return [relay.head(mailbox) if known else Refuse(Reason.UNKNOWN_MAILBOX, mailbox, (), 0)]
            case Create(mailbox, _, kind, sponsor):
                # A log that was proven on this link stays so, also where it is itself asked for again.
                if sponsor is not None and sponsor not in self._entered:
                    return [Refuse(Reason.UNSPONSORED, mailbox, (), 0)]
                if mailbox not in relay.logs:
                    if kind is MailboxKind.MEETING:
                        relay.meetings.add(mailbox)
                    relay.logs[mailbox] = []
                    relay.lineages[mailbox] = Lineage(relay.entropy(16))
                return [relay.head(mailbox)]
            case Follow(mailbox, lineage, after, running):
                fits = lineage == relay.lineages[mailbox] and after <= len(relay.logs[mailbox])
                if not fits or running != relay.running(mailbox, after):
                    return [Refuse(Reason.ROLLED_BACK, mailbox, (), 0)]
                self._sent[mailbox] = after
                return [relay.head(mailbox)]
            case Push(mailbox, envelopes):
                return self._append(mailbox, envelopes)
            case Close(mailbox, successor, forward):
                return self._close(mailbox, successor, forward)
        return []

    def _close(self, mailbox: MailboxId, successor: MailboxId | None, forward: bytes) -> list[Message]:
        relay = self._relay
        if mailbox in relay.closings:
            return []
        fits = successor is None or (successor in relay.logs and successor not in relay.closings)
        proven = successor is None or self._states.get(successor) in PROVEN
        if mailbox in relay.meetings or not fits or not proven:
            return [Refuse(Reason.BAD_SUCCESSOR, mailbox, (), 0)]
        relay.closings[mailbox] = successor, forward
        return []

    def _append(self, mailbox: MailboxId, envelopes: tuple[bytes, ...]) -> list[Message]:
        identities = tuple(map(log.envelope_id, envelopes))
        if mailbox in self._relay.closings:
            return [Refuse(Reason.CLOSED, mailbox, identities, 0)]
        if self._relay.refuse_pushes is not None and mailbox not in self._relay.meetings:
            return [Refuse(self._relay.refuse_pushes, mailbox, identities, 1)]
        entries = self._relay.logs[mailbox]
        known = set(map(log.envelope_id, entries))
        for identity, envelope in zip(identities, envelopes, strict=True):
            if identity not in known:
                entries.append(envelope)
                self._pushed.add(identity)
        return []
