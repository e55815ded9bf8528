"""A hub with its store and its clients in one thread, where nothing happens unless a test lets it.

Every message that the hub sends is judged at once: by the client's side of the session table, by the durable log,
by the bounds of a frame and of what may wait for one connection.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, TypeVar

from tests.contracts.relay_client import Key, envelope
from troth_relay import limits
from troth_relay.admission import Policy
from troth_relay.delivery import weigh
from troth_relay.hub import Hub
from troth_relay.requests import (
    Append,
    Asked,
    ConnectionId,
    Drop,
    DropReason,
    Look,
    Note,
    Open,
    Output,
    Pause,
    Read,
    Resume,
    Send,
    Settled,
    Shut,
    Sweep,
)
from troth_relay.shares import NOWHERE, Share
from troth_relay.store.memory import Disk, MemoryStore
from troth_relay.workers import Reader, Writer
from troth_wire import session
from troth_wire.ids import EnvelopeId, Lineage, MailboxId
from troth_wire.limits import ENVELOPE_BYTES_MIN, FORWARD_BYTES, FRAME_BYTES_MAX
from troth_wire.log import envelope_id
from troth_wire.messages import (
    Close,
    Closed,
    Create,
    Deliver,
    Follow,
    Head,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
    encode,
)
from troth_wire.session import State

__all__ = [
    "DAY_S",
    "FORWARD",
    "HOST",
    "KEY",
    "KEYS",
    "Peer",
    "World",
    "close",
    "closed",
    "follow",
    "joined",
    "opened",
    "push",
    "reasons",
    "said",
]

HOST: Final = "relay.test:443"
KEYS: Final = [Key.numbered(number) for number in (1, 2, 3)]
KEY: Final = KEYS[0]
FORWARD: Final = b"forward".ljust(FORWARD_BYTES, b"\xf0")
DAY_S: Final = 86_400
M = TypeVar("M")


class CountingEntropy:
    """Lineages 1, 2, 3, … at a time that is moved by hand, from day 0 on."""

    time_s = 0

    def __init__(self) -> None:
        """Begin at 1."""
        self._numbers = count(1)

    def lineage(self) -> Lineage:
        """Return the next one."""
        return Lineage(next(self._numbers).to_bytes(16, "big"))

    def day(self) -> int:
        """Return the day."""
        return self.time_s // DAY_S

    def now_s(self) -> int:
        """Return the time."""
        return self.time_s


@dataclass
class Peer:
    """A client at the other end of one connection: what it sent, and what the hub sent to it."""

    connection: ConnectionId
    challenge: bytes
    states: dict[MailboxId, State] = field(default_factory=dict)
    proven: set[MailboxId] = field(default_factory=set)
    expected: dict[MailboxId, int] = field(default_factory=dict)
    """The next position that it must be sent."""
    asked_after: dict[MailboxId, int] = field(default_factory=dict)
    pushed: set[EnvelopeId] = field(default_factory=set)
    received: list[Message] = field(default_factory=list)
    waiting: deque[Message] = field(default_factory=deque)
    dropped: DropReason | None = None
    paused: bool = False
    gone: bool = False

    def state(self, mailbox: MailboxId) -> State:
        """Return where the mailbox stands."""
        return self.states.get(mailbox, State.GREETED)


class World:
    """The hub and everything around it."""

    def __init__(self, policy: Policy | None = None) -> None:
        """Begin with an empty disk and nobody connected."""
        self.disk = Disk()
        self.store = MemoryStore(self.disk)
        self.hub = Hub(policy or Policy(), names=["other.test:1", HOST])
        self.now = 1_000.0
        self.peers: list[Peer] = []
        self.reads: list[Asked] = []
        self.writes: list[Asked] = []
        self.read_reports: list[list[Settled]] = []
        self.write_reports: list[list[Settled]] = []
        self.entropy = CountingEntropy()
        self._whole: dict[MailboxId, list[bytes]] = {}
        """What each mailbox held when something was appended last: a page may be on its way while its log is erased."""
        self._reader = Reader(self.store, self.entropy)
        self._writer = Writer(self.store, self.entropy)

    def connect(self, share: Share = NOWHERE) -> Peer:
        """Connect a client, from wherever that is."""
        number = len(self.peers) + 1
        peer = Peer(ConnectionId(number), number.to_bytes(32, "big"))
        self.peers.append(peer)
        self._take(self.hub.connect(peer.connection, challenge=peer.challenge, now=self.now, share=share))
        return peer

    def disconnect(self, peer: Peer) -> None:
        """End a connection from the client's side."""
        peer.gone = True
        self._take(self.hub.disconnect(peer.connection))

    def send(self, peer: Peer, message: Message) -> None:
        """Send a message, whether it fits or not; the client walks its table if it does."""
        mailbox = getattr(message, "mailbox", None)
        if mailbox is not None and not isinstance(message, Refuse):
            after = session.NEXT.get((peer.state(mailbox), type(message)))
            peer.states[mailbox] = after or peer.state(mailbox)
        if isinstance(message, Push):
            peer.pushed.update(map(envelope_id, message.envelopes))
        self.send_bytes(peer, encode(message))

    def send_bytes(self, peer: Peer, frame: bytes) -> None:
        """Send whatever bytes."""
        self._take(self.hub.receive(peer.connection, frame, now=self.now))

    def prove(self, peer: Peer, key: Key) -> None:
        """Send the right proof."""
        peer.proven.add(key.mailbox)
        self.send(peer, key.prove(peer.challenge, host=HOST))

    def forge(self, peer: Peer, key: Key) -> None:
        """Send a proof that was made for another connection."""
        self.send(peer, Prove(key.mailbox, key.prove(b"x" * 32, host=HOST).signature))

    def read(self, how_many: int = 1_000_000) -> None:
        """Let the reader answer requests; the hub does not hear of it yet."""
        for request in self.reads[:how_many]:
            self.read_reports.append(list(self._reader.carry_out([request])))
        del self.reads[:how_many]

    def commit(self, how_many: int = 1_000_000) -> None:
        """Let the writer commit requests at once; the hub does not hear of it yet."""
        group = self.writes[:how_many]
        del self.writes[:how_many]
        if group:
            self.write_reports.append(list(self._writer.carry_out(group)))
        for mailbox in {asked.mailbox for asked in group if isinstance(asked, Append)}:
            self._whole[mailbox] = self.log(mailbox) or self._whole.get(mailbox, [])

    def report(self, reports: list[list[Settled]]) -> None:
        """Let the hub hear of the oldest answer."""
        if reports:
            self._take(self.hub.settle(reports.pop(0)))

    def write_out(self, peer: Peer, how_many: int = 1_000_000) -> None:
        """Let messages reach the client."""
        for _ in range(min(how_many, len(peer.waiting))):
            self._take(self.hub.written([peer.connection], weigh(peer.waiting.popleft())))

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.entropy.time_s = int(self.now) - 1_000
        self._take(self.hub.tick(now=self.now))

    def settle_store(self) -> None:
        """Let the store answer everything, and the hub hear of it."""
        while self.reads or self.writes or self.read_reports or self.write_reports:
            self.commit()
            self.read()
            self.report(self.write_reports)
            self.report(self.read_reports)

    def settle(self) -> None:
        """Let everything happen that is on its way."""
        self.settle_store()
        while any(peer.waiting for peer in self.peers):
            for peer in self.peers:
                self.write_out(peer)
            self.settle_store()

    def log(self, mailbox: MailboxId) -> list[bytes]:
        """Return what is durable."""
        page = self.store.read(mailbox, after=0, entries_max=1_000_000, bytes_max=2**40)
        return [entry.envelope for entry in page.entries] if page is not None else []

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Send():
                    for connection in output.connections:
                        self._judge(self._peer(connection), output.message)
                case Drop():
                    peer = self._peer(output.connection)
                    assert peer.dropped is None
                    peer.dropped = output.reason
                case Pause() | Resume():
                    self._peer(output.connection).paused = isinstance(output, Pause)
                case Look() | Read():
                    self.reads.append(output)
                case Open() | Append() | Shut() | Sweep() | Note():
                    self.writes.append(output)

    def _peer(self, connection: ConnectionId) -> Peer:
        return self.peers[connection - 1]

    def _judge(self, peer: Peer, message: Message) -> None:
        assert peer.dropped is None
        assert not peer.gone
        assert len(encode(message)) <= min(FRAME_BYTES_MAX, weigh(message))
        peer.received.append(message)
        peer.waiting.append(message)
        assert sum(map(weigh, peer.waiting)) <= limits.UNSENT_BYTES_MAX
        mailbox = getattr(message, "mailbox", None)
        if mailbox is not None:
            self._judge_session(peer, mailbox, message)

    def _judge_session(self, peer: Peer, mailbox: MailboxId, message: Message) -> None:
        asking, following = (peer.state(mailbox) is state for state in (State.ASKING, State.FOLLOWING))
        peer.states[mailbox] = session.step(peer.state(mailbox), message)
        if isinstance(message, Head | Deliver | Stored | Closed):
            assert mailbox in peer.proven
        if isinstance(message, Head) and asking:
            peer.expected[mailbox] = peer.asked_after[mailbox] + 1
        if isinstance(message, Deliver | Stored):
            self._judge_entries(peer, message)
        if isinstance(message, Closed):
            self._judge_closed(message)
            assert not following or peer.expected[mailbox] == message.position + 1

    def _judge_closed(self, message: Closed) -> None:
        found = self.disk.mailboxes[message.mailbox]
        assert found.closing is not None
        assert (message.successor, message.forward) == (found.closing.successor, found.closing.forward)
        log = found.log
        assert (message.lineage, message.position, message.running) == (log.lineage, log.position, log.running)

    def _judge_entries(self, peer: Peer, message: Deliver | Stored) -> None:
        log = self.log(message.mailbox) or self._whole.get(message.mailbox, [])
        first = message.position
        assert first == peer.expected[message.mailbox]
        if isinstance(message, Stored):
            length = len(message.envelope_ids)
            assert peer.pushed.issuperset(message.envelope_ids)
            assert [envelope_id(item) for item in log[first - 1 : first - 1 + length]] == [*message.envelope_ids]
        else:
            length = len(message.envelopes)
            assert log[first - 1 : first - 1 + length] == [*message.envelopes]
        peer.expected[message.mailbox] = first + length


def said(peer: Peer, kind: type[M]) -> list[M]:
    """Return what a client was sent of one kind."""
    return [message for message in peer.received if isinstance(message, kind)]


def reasons(peer: Peer) -> list[Reason]:
    """Return why a client was refused."""
    return [refusal.reason for refusal in said(peer, Refuse)]


def follow(world: World, peer: Peer, key: Key = KEY, *, after: int = 0) -> None:
    """Ask to follow with what an honest client would know."""
    page = world.store.read(key.mailbox, after=after, entries_max=1, bytes_max=1)
    assert page is not None
    assert page.running is not None
    peer.asked_after[key.mailbox] = after
    world.send(peer, Follow(key.mailbox, page.log.lineage, after, page.running))


def joined(
    world: World,
    key: Key = KEY,
    *,
    admission: bytes = b"",
    kind: MailboxKind = MailboxKind.LOG,
    share: Share = NOWHERE,
) -> Peer:
    """Connect a client that follows a mailbox from its beginning."""
    peer = world.connect(share)
    world.prove(peer, key)
    world.settle_store()
    if peer.state(key.mailbox) is State.UNKNOWN:
        world.send(peer, Create(key.mailbox, admission, kind))
        world.settle_store()
    follow(world, peer, key)
    world.settle_store()
    world.write_out(peer)
    assert peer.state(key.mailbox) is State.FOLLOWING
    return peer


def push(world: World, peer: Peer, numbers: Sequence[int], *, size: int = ENVELOPE_BYTES_MIN, key: Key = KEY) -> None:
    """Push envelopes of one size."""
    world.send(peer, Push(key.mailbox, tuple(envelope(number, size=size) for number in numbers)))


def close(world: World, peer: Peer, key: Key = KEY, *, towards: Key | None = None, forward: bytes = FORWARD) -> None:
    """Close a log, towards a successor or for good."""
    world.send(peer, Close(key.mailbox, towards.mailbox if towards else None, forward))


def opened(
    world: World,
    peer: Peer,
    key: Key,
    *,
    kind: MailboxKind = MailboxKind.LOG,
    sponsor: Key | None = None,
    admission: bytes = b"",
) -> Message:
    """Prove a mailbox, ask for it whatever the answer was, and return the answer to that."""
    if peer.state(key.mailbox) is State.GREETED:
        world.prove(peer, key)
        world.settle()
    world.send(peer, Create(key.mailbox, admission, kind, sponsor.mailbox if sponsor else None))
    world.settle()
    return [message for message in peer.received if getattr(message, "mailbox", None) == key.mailbox][-1]


def closed(world: World, key: Key = KEY, *, towards: Key | None = None, entries: Sequence[int] = ()) -> Peer:
    """Connect a client that opens a log, and what comes after it, and closes it with so many entries in it."""
    peer = joined(world, key)
    if towards is not None:
        assert isinstance(opened(world, peer, towards, sponsor=key), Head)
    if entries:
        push(world, peer, entries, key=key)
    close(world, peer, key, towards=towards)
    world.settle()
    assert peer.state(key.mailbox) is State.ENDED
    return peer
