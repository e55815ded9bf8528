"""A whole world in one thread: relay, devices, failing links and crashes, deterministic and fast.

Public, so that embedders test with the same fakes that Troth tests itself with.
The fake store passes `store_contract`, like every real one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final

from troth import genesis as beginnings
from troth.crypto import Signer
from troth.document import Document, PoisonedError, UnappliedError
from troth.edits import Edit, Path, Value
from troth.engine import Engine, Group
from troth.identity import Identity
from troth.joining import Welcome, request
from troth.keys import DeviceKeys
from troth.loading import begin, load
from troth.ports import Entropy, Store
from troth.step import Errand, Event, HangUp, Rebuild, RefusedEdit, Row, Step
from troth_wire import log, messages, proof, session
from troth_wire.errors import ForgedError, LocalError, MalformedError, StoreError, TrothError
from troth_wire.ids import ActorId, DocumentId, EnvelopeId, Lineage, MailboxId, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, FRAME_BYTES_MAX, WIRE_VERSION
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

__all__ = [
    "Crash",
    "Device",
    "MemoryStore",
    "Relay",
    "World",
    "entropy_of",
    "probe_here",
    "store_contract",
]

HOST: Final = "relay.test:443"
PROVEN: Final = frozenset({State.PROVEN, State.ASKING, State.FOLLOWING, State.ENDED})


def entropy_of(seed: str) -> Entropy:
    """Return a source of bytes that is the same for the same seed; never for real keys."""
    drawn = 0

    def entropy(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        stream = b""
        while len(stream) < length:
            stream += blake2b(f"{seed}/{drawn}/{len(stream)}".encode()).digest()
        return stream[:length]

    return entropy


def probe_here(_document: DocumentId, saved: bytes, changes: Sequence[bytes]) -> bool:
    """Try changes in this very process: right for tests, where nothing aborts it."""
    try:
        trial = Document.load(saved, ActorId(bytes(16)))
        for raw in changes:
            trial.merge(raw)
        return Document.load(trial.save(), ActorId(bytes(16))).heads() == trial.heads()
    except (PoisonedError, UnappliedError):
        return False


class Crash(Exception):  # noqa: N818 - it is what happens, not what is wrong
    """The machine stops here; what was not committed is gone."""


class MemoryStore:
    """A store in memory; survives a `Crash` with what was committed, and can be told to be full."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, bytes], bytes] = {}
        self.full = False

    def load(self) -> list[Row]:
        """Return every row, in order of table and key."""
        return [Row(table, key, value) for (table, key), value in sorted(self.rows.items())]

    def commit(self, rows: Sequence[Row]) -> None:
        """Put and remove rows, all or none.

        Raises:
            StoreError: If it was told to be full.
        """
        if self.full:
            raise StoreError("There is no room. Nothing was changed. Make room and try again.")
        for row in rows:
            if row.value is None:
                self.rows.pop((row.table, row.key), None)
            else:
                self.rows[row.table, row.key] = row.value


def store_contract(reopen: Callable[[], Store]) -> None:
    """Check what the engine expects of a store; every store passes this, the fake included.

    Args:
        reopen: Opens the same store again as if the process had been killed; called several times.

    Raises:
        AssertionError: If the store breaks its word.
    """
    store = reopen()
    assert list(store.load()) == [], "a new store is empty"
    store.commit([Row("b", b"2", b"two"), Row("b", b"", b"one"), Row("a", b"9", b"")])
    expected = [Row("a", b"9", b""), Row("b", b"", b"one"), Row("b", b"2", b"two")]
    assert list(store.load()) == expected, "rows come back in order of table and key, also empty ones"
    assert list(reopen().load()) == expected, "what commit returned from is there after a kill"
    store = reopen()
    store.commit([Row("b", b"", None), Row("b", b"2", b"zwei"), Row("gone", b"", None)])
    assert list(reopen().load()) == [Row("a", b"9", b""), Row("b", b"2", b"zwei")], "rows are replaced and removed"
    store = reopen()
    store.commit([])
    store.commit([Row("c", b"k", b"first"), Row("c", b"k", None), Row("c", b"k", b"last")])
    large = bytes(range(256)) * 512
    store.commit([Row("d", bytes([number]), large) for number in range(8)])
    rows = {(row.table, row.key): row.value for row in reopen().load()}
    assert rows.get(("c", b"k")) == b"last", "rows of one commit take effect in order"
    assert all(rows.get(("d", bytes([number]))) == large for number in range(8)), "large values come back whole"


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
                if sponsor is not None and self._states.get(sponsor) not in PROVEN:
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


@dataclass
class Device:
    """One device of the world: an engine, its store, and a link that may be down."""

    name: str
    world: "World"
    store: MemoryStore
    keys: DeviceKeys
    admin: Signer
    engine: Engine
    session: Session | None = None
    inflight: list[bytes] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    noted: list[Row] = field(default_factory=list)
    """Rows that wait for the next commit; a crash loses them."""
    host: str = HOST
    """How it dials the relay."""
    relay: Relay | None = None
    """Another relay than that of the world."""
    errands: list[Errand] = field(default_factory=list)
    """What is done beside everything else, and is not done yet."""
    crash_in: int | None = None
    """Crash at the n-th step boundary from now: 0 is before the next commit, 1 after it, 2 after sending."""

    def edit(self, document: DocumentId, *edits: Edit) -> None:
        """Edit and wait until it is durable.

        Raises:
            UsageError: If the edits can not be applied; nothing of them was.
            LocalError: If the document library stopped; nothing of them was, and the device was built again.
            Crash: If the device was told to crash.
        """
        step = self.engine.edit([Group(0, document, edits)])
        self._carry_out(step)
        for event in step.tell:
            if isinstance(event, RefusedEdit):
                raise event.error
            if isinstance(event, Rebuild) and not step.save:
                raise LocalError("The document was built again. Nothing was changed. Try again.")

    def view(self, document: DocumentId, path: Path = ()) -> Value:
        """Return what the device shows."""
        return self.engine.view(document, path)

    def connect(self) -> None:
        """Bring the link up, if it is down."""
        if self.session is None:
            self.session = session = Session(self.relay or self.world.relay, self.host)
            self._carry_out(self.engine.connect(self.host))
            if self.session is session:
                self._arrive(self.session.open_())

    def cut(self) -> None:
        """Cut the link; what is in flight is lost."""
        if self.session is not None:
            self.session = None
            self.inflight.clear()
            self._carry_out(self.engine.disconnect())

    def pump(self, limit: int | None = None) -> bool:
        """Let the relay send what it has, and take it in; tell whether anything arrived."""
        ran = self.run_errands()
        if self.session is None:
            return ran
        self._arrive(self.session.flush(limit))
        frames, self.inflight = self.inflight, []
        if frames:
            self._carry_out(self.engine.receive(frames))
            self._carry_out(self.engine.merge())
        return bool(frames) or ran

    def run_errands(self) -> bool:
        """Do what takes long and hand back what it gives; tell whether there was anything."""
        errands, self.errands = self.errands, []
        for errand in errands:
            self._carry_out(errand.back(self.engine, errand.work()))
            self._carry_out(self.engine.merge())
        return bool(errands)

    def tick(self, now_s: float) -> None:
        """Let time pass."""
        self._carry_out(self.engine.tick(now_s))

    def close(self) -> None:
        """End cleanly, as far as the store can tell: what waits for a commit gets one."""
        self._carry_out(self.engine.close())

    def restart(self, *, moved: bool = False) -> None:
        """Kill the process and start it again from its store."""
        self.session = None
        self.inflight.clear()
        self.noted.clear()
        self.errands.clear()
        self.crash_in = None
        quiet = self.engine.passage.quiet
        self.engine, step = load(
            self.store.load(), entropy=self.world.entropy, probe=probe_here, moved=moved, quiet=quiet
        )
        self._carry_out(step)

    def _arrive(self, sent: Iterable[Message]) -> None:
        for message in sent:
            frame = messages.encode(message)
            self.world.relay.wire.append(frame)
            self.inflight.append(frame)

    def _carry_out(self, step: Step) -> None:
        """Save, then send, then tell; a crash may come between any two."""
        self._boundary()
        self.noted += step.note
        if step.save:
            self.store.commit([*self.noted, *step.save])
            self.noted.clear()
        self._boundary()
        for message in step.send:
            self._send(message)
        self._boundary()
        self.errands += [event for event in step.tell if isinstance(event, Errand)]
        self.told += step.tell
        if any(isinstance(event, Rebuild) for event in step.tell):
            self.restart()

    def _send(self, message: Message | HangUp) -> None:
        if isinstance(message, HangUp):
            self.cut()
        elif self.session is not None:
            frame = messages.encode(message)
            assert len(frame) <= FRAME_BYTES_MAX, "the engine sends frames within their bound"
            self.world.relay.wire.append(frame)
            self._arrive(self.session.receive(messages.parse(frame)))

    def _boundary(self) -> None:
        if self.crash_in is None:
            return
        self.crash_in -= 1
        if self.crash_in < 0:
            self.crash_in = None
            raise Crash(self.name)


class World:
    """A relay and the devices of one space, of one or two persons."""

    def __init__(self, *persons: str, seed: str = "world") -> None:
        self.entropy = entropy_of(seed)
        self.relay = Relay(self.entropy)
        self.devices: dict[str, Device] = {}
        pairs = [(name, *DeviceKeys.make(self.entropy)) for name in persons]
        genesis = beginnings.found([keys.card for _, keys, _ in pairs], self.entropy)
        for _, keys, admin in pairs:
            genesis = beginnings.countersign(genesis, keys, Signer(admin))
        for name, keys, admin in pairs:
            self._settle(name, keys, admin, Welcome(genesis, None))
        self.mailbox = genesis.epoch.mailbox

    def add(self, name: str, by: str) -> Device:
        """Add a device of the same person as the device `by`."""
        keys, admin = DeviceKeys.make(self.entropy)
        host = self.devices[by]
        invitation = host.engine.invite()
        asked = request(invitation, keys, Signer(admin))
        step, welcome = host.engine.admit(asked, host.admin)
        host._carry_out(step)
        return self._settle(name, keys, admin, Welcome.parse(welcome.encode()))

    def revoke(self, name: str, by: str) -> None:
        """Let the device `by` remove another one of the same person."""
        host = self.devices[by]
        host._carry_out(host.engine.revoke(self.devices[name].engine.identity.device, host.admin))

    def sync(self, *names: str) -> None:
        """Connect some devices, or all, and exchange until nobody has anything to say.

        Raises:
            TrothError: If it does not end.
        """
        devices = [self.devices[name] for name in names or self.devices]
        for _ in range(1000):
            for device in devices:
                device.connect()
            if not sum(device.pump() for device in devices):
                return
        raise TrothError("the devices do not come to rest")

    @contextmanager
    def crash(self, name: str, boundary: int) -> Iterator[None]:
        """Crash a device at a step boundary inside the block, and start it again."""
        device = self.devices[name]
        device.crash_in = boundary
        try:
            yield
        except Crash:
            device.restart()
        device.crash_in = None

    def _settle(self, name: str, keys: DeviceKeys, admin: bytes, welcome: Welcome) -> Device:
        store = MemoryStore()
        store.commit(begin(Identity.welcomed(keys, welcome, expected=welcome.genesis.space), self.entropy, welcome))
        engine, step = load(store.load(), entropy=self.entropy, probe=probe_here)
        device = Device(name, self, store, keys, Signer(admin), engine)
        device._carry_out(step)
        self.devices[name] = device
        return device
