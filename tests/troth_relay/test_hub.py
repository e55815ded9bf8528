"""The hub, alone and under a random world: who proves gets every entry once and in order, nobody else gets anything."""

from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.contracts.relay_client import Key, envelope
from tests.contracts.relay_machine import RelayMachine
from tests.contracts.relay_world import KEY, KEYS, Peer, World, follow, joined, opened, push, reasons, said
from troth_relay import limits
from troth_relay.admission import Policy
from troth_relay.requests import Asked, ConnectionId, DropReason, Note, Sweep
from troth_relay.shares import Share
from troth_wire.ids import Lineage, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MAX, ENVELOPE_BYTES_MIN, RENDEZVOUS_LIFE_S
from troth_wire.log import envelope_id
from troth_wire.messages import (
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


def test_greeting_carries_the_challenge() -> None:
    """The first message on a connection is Hello with its own challenge."""
    peer = World().connect()
    (hello,) = said(peer, Hello)
    assert hello.challenge == peer.challenge
    assert hello.envelope_bytes_max == ENVELOPE_BYTES_MAX


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xc0", b"\x90", b"\x91\x63", b"\x92\x05\xc4\x20" + b"a" * 32, b"\x91\xcd\x00\x01", b"\x80", b"x" * 300_000],
)
def test_malformed_frame_ends_the_link(frame: bytes) -> None:
    """What can not be read is answered with MALFORMED, and the connection is dropped."""
    world = World()
    peer = joined(world)
    world.send_bytes(peer, frame)
    assert reasons(peer)[-1:] == [Reason.MALFORMED]
    assert peer.dropped is DropReason.MISUSE


@pytest.mark.parametrize(
    "message",
    [
        Hello(1, 1, 1, b"c" * 32),
        Create(KEY.mailbox, b""),
        Prove(KEY.mailbox, b"s" * 64),
        Head(KEY.mailbox, Lineage(b"l" * 16), 0, RunningHash(b"r" * 32)),
        Deliver(KEY.mailbox, 1, (envelope(1),)),
        Stored(KEY.mailbox, 1, (envelope_id(envelope(1)),)),
        Refuse(Reason.QUOTA, KEY.mailbox, (), 0),
        Push(KEYS[1].mailbox, (envelope(1),)),
        Follow(KEYS[1].mailbox, Lineage(b"l" * 16), 0, RunningHash(b"r" * 32)),
    ],
)
def test_unexpected_message_ends_the_link(message: Message) -> None:
    """A message that the state does not allow is answered with UNEXPECTED, and the connection is dropped."""
    world = World()
    peer = joined(world)
    world.send(peer, message)
    world.settle()
    assert reasons(peer)[-1:] == [Reason.UNEXPECTED]
    assert peer.dropped is DropReason.MISUSE
    assert world.log(KEY.mailbox) == []


def test_second_message_before_the_answer_is_unexpected() -> None:
    """A client that does not wait for the answer to its proof breaks the protocol."""
    world = World()
    peer = world.connect()
    world.prove(peer, KEY)
    world.prove(peer, KEY)
    assert peer.dropped is DropReason.MISUSE
    world.settle()


def test_stalled_reader_is_dropped() -> None:
    """Who takes nothing of what waits for it is dropped in time, and nobody else is."""
    world = World()
    author, reader = joined(world), joined(world)
    push(world, author, [1])
    world.settle_store()
    world.write_out(author)
    world.tick(1)
    world.tick(limits.STALLED_S)
    assert (author.dropped, reader.dropped) == (None, DropReason.SLOW)


def test_silent_client_is_dropped() -> None:
    """Who proves nothing in time is dropped."""
    world = World()
    silent, member = world.connect(), joined(world)
    world.write_out(silent)
    world.tick(1)
    world.tick(limits.PROOF_WAIT_S)
    assert (silent.dropped, member.dropped) == (DropReason.SILENT, None)


def test_talking_is_no_proof() -> None:
    """Who proves only keys of its own making, and keeps the relay busy with them, is dropped in the same time."""
    world = World()
    talker = world.connect()
    for number in range(3):
        world.prove(talker, Key.numbered(900 + number))
        world.settle()
        world.write_out(talker)
        world.tick(limits.PROOF_WAIT_S / 3)
    assert talker.dropped is DropReason.SILENT


def test_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everybody follows something, one connection too many is turned away without a greeting."""
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 1)
    world = World()
    member = joined(world)
    late = world.connect()
    assert (late.dropped, late.received, member.dropped) == (DropReason.CROWDED, [], None)


def test_strangers_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no place left the earliest who follows nothing goes, a rendezvous being nothing; nobody else."""
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 4)
    world = World()
    idle, member = world.connect(), joined(world)
    met = joined(world, KEYS[1], kind=MailboxKind.RENDEZVOUS)
    guest = joined(world, KEYS[2])
    world.tick(1)
    for expected in (idle, met):
        assert expected.dropped is None
        joined(world, Key.numbered(77))
        assert expected.dropped is DropReason.CROWDED
    assert world.connect().dropped is DropReason.CROWDED
    assert (member.dropped, guest.dropped) == (None, None)
    # Whoever follows nothing any more is a stranger again.
    world._take(world.hub.end([KEYS[2].mailbox]))
    assert said(world.connect(), Hello)


@pytest.mark.parametrize("flood", [5, 50])
def test_strangers_of_one_place_make_room_for_others(monkeypatch: pytest.MonkeyPatch, flood: int) -> None:
    """However many come from one place, who comes from elsewhere stays, and those of there push one another out."""
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 4)
    world = World()
    honest = [world.connect(Share(b"one")), world.connect(Share(b"two"))]
    for _ in range(flood):
        world.connect(Share(b"flood"))
    honest.append(world.connect(Share(b"three")))
    assert [peer.dropped for peer in honest] == [None] * 3
    for peer, key in zip(honest, KEYS, strict=True):
        opened(world, peer, key)
        follow(world, peer, key)
    world.settle()
    assert all(peer.state(key.mailbox) is State.FOLLOWING for peer, key in zip(honest, KEYS, strict=True))


def test_push_outlives_its_connection() -> None:
    """What was pushed before the connection ended is stored and reaches the others."""
    world = World()
    author, reader = joined(world), joined(world)
    push(world, author, [1])
    world.disconnect(author)
    world.settle()
    assert reader.expected[KEY.mailbox] == 2


def test_ended_by_the_operator_is_sent_away() -> None:
    """Whoever uses a log that the operator ended is dropped, whoever takes part in a brief one is told; others stay."""
    world = World()
    user, other = joined(world), joined(world, KEYS[1])
    guest = joined(world, KEYS[2], kind=MailboxKind.RENDEZVOUS)
    world._take(world.hub.end([KEY.mailbox, KEYS[2].mailbox]))
    assert [peer.dropped for peer in (user, other, guest)] == [DropReason.OPERATOR, None, None]
    assert reasons(guest)[-1] is Reason.EXPIRED
    push(world, other, [1], key=KEYS[1])
    world.settle()
    assert len(said(other, Stored)) == 1


def test_leaving_drops_everybody() -> None:
    """A relay that shuts down says so to every connection."""
    world = World()
    peers = [joined(world), world.connect()]
    world._take(world.hub.shut())
    assert [peer.dropped for peer in peers] == [DropReason.LEAVING] * 2


def test_what_has_ended_is_deleted_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """One commit deletes so many; where it found some the next one is asked for at once, and never two of them."""
    monkeypatch.setattr(limits, "SWEEP_MAILBOXES_MAX", 2)
    world = World()
    for number in range(10, 15):
        joined(world, Key.numbered(number), kind=MailboxKind.RENDEZVOUS)
    sweeps = list[Asked]()
    world.tick(RENDEZVOUS_LIFE_S + limits.RENDEZVOUS_STEP_S)
    while world.writes or world.write_reports:
        (sweep,) = (write for write in world.writes if not isinstance(write, Note))
        sweeps.append(sweep)
        world.commit()
        world.report(world.write_reports)
    assert [type(sweep) for sweep in sweeps] == [Sweep] * 4
    assert not world.disk.mailboxes


def test_unknown_connection_is_ignored() -> None:
    """Inputs for a connection that is gone do nothing."""
    hub = World().hub
    nobody = ConnectionId(99)
    assert hub.receive(nobody, b"x", now=0) + hub.written([nobody], 1) + hub.disconnect(nobody) == []


SIZES: Final = st.lists(st.sampled_from([ENVELOPE_BYTES_MIN, 20_000, ENVELOPE_BYTES_MAX]), min_size=1, max_size=3)


class Everything(RelayMachine):
    """Clients, honest and not, a store that answers when it likes, links that are read when they like."""

    @initialize()
    def begin(self) -> None:
        """Begin with one follower for each mailbox."""
        self.world = World(Policy(quota_bytes=12_000_000))
        self.numbers = 10
        for key in KEYS:
            joined(self.world, key)

    @rule()
    def connect(self) -> None:
        """Somebody connects."""
        if len(self.world.peers) < 12:
            self.world.connect()

    @rule(pick=st.integers(0, 9), key=st.sampled_from(KEYS))
    def advance(self, pick: int, key: Key) -> None:
        """A client does what comes next for a mailbox."""
        peer = self.pick(pick)
        if peer is None:
            return
        match peer.state(key.mailbox):
            case State.GREETED:
                self.world.prove(peer, key)
            case State.UNKNOWN:
                self.world.send(peer, Create(key.mailbox, b""))
            case State.PROVEN:
                log = self.world.store.look(key.mailbox)
                assert log is not None
                follow(self.world, peer, key, after=pick % (log.position + 1))

    @rule(key=st.sampled_from(KEYS))
    def join(self, key: Key) -> None:
        """Somebody connects and follows."""
        if len(self.world.peers) < 12 and not self.world.disk.full:
            joined(self.world, key)

    def _followers(self) -> list[tuple[Peer, Key]]:
        pairs = [(peer, key) for peer in self.live() for key in KEYS]
        return [(peer, key) for peer, key in pairs if peer.state(key.mailbox) is State.FOLLOWING]

    @rule(pick=st.integers(0, 9), sizes=SIZES, repeat=st.booleans())
    def push(self, pick: int, sizes: list[int], repeat: bool) -> None:
        """A follower pushes, new envelopes or some that were pushed before."""
        followers = self._followers()
        peer, key = followers[pick % len(followers)] if followers else (None, KEYS[0])
        if peer is None or peer.paused:
            return
        self.numbers = self.numbers if repeat else self.numbers + len(sizes)
        data = [envelope(self.numbers - index, size=size) for index, size in enumerate(sizes)]
        self.world.send(peer, Push(key.mailbox, tuple(data)))

    @rule(pick=st.integers(0, 9), bursts=st.lists(SIZES, min_size=5, max_size=9))
    def push_much(self, pick: int, bursts: list[list[int]]) -> None:
        """A follower pushes, and each push is committed, more than what readers take meanwhile."""
        for sizes in bursts:
            self.push(pick, sizes, repeat=False)
            self.world.settle_store()

    @rule(pick=st.integers(0, 9), frame=st.binary(max_size=80))
    def babble(self, pick: int, frame: bytes) -> None:
        """A client sends bytes without meaning and is dropped for it."""
        peer = self.pick(pick)
        if peer is not None and pick == 9:
            self.world.send_bytes(peer, frame)
            assert peer.dropped is not None

    @rule(pick=st.integers(0, 9), key=st.sampled_from(KEYS), what=st.integers(0, 4))
    def misuse(self, pick: int, key: Key, what: int) -> None:
        """A client without a proof tries everything that needs one."""
        peer = self.pick(pick)
        if peer is None or pick != 9 or key.mailbox in peer.proven:
            return
        attempts: list[Message] = [
            Prove(key.mailbox, b"s" * 64),
            Create(key.mailbox, b""),
            Follow(key.mailbox, Lineage(b"l" * 16), 0, RunningHash(b"r" * 32)),
            Push(key.mailbox, (envelope(10**6),)),
            Deliver(key.mailbox, 1, (envelope(10**6),)),
        ]
        self.world.send(peer, attempts[what])
        assert peer.dropped is not None or what == 0

    @rule(pick=st.integers(0, 9))
    def disconnect(self, pick: int) -> None:
        """A client goes."""
        peer = self.pick(pick)
        if peer is not None and pick == 9:
            self.world.disconnect(peer)

    @rule(seconds=st.sampled_from([0.1, 1, 20]))
    def tick(self, seconds: float) -> None:
        """Time passes."""
        self.world.tick(seconds)

    @rule()
    def sync_everything(self) -> None:
        """Whatever happened, every follower gets to the end of its log, and nothing keeps waiting."""
        self.world.settle()
        for peer in self.live():
            assert not peer.paused
            for mailbox, position in peer.expected.items():
                assert position == len(self.world.log(mailbox)) + 1

    @invariant()
    def nothing_is_kept_of_who_is_gone(self) -> None:
        """The hub remembers nobody but the connected."""
        live = {peer.connection for peer in self.live()}
        desk = self.world.hub._desk
        assert set(desk.links) == live
        assert {connection for group in desk.followers.values() for connection in group} <= live

    def teardown(self) -> None:
        """Nothing may be left behind."""
        self.world.disk.full = False
        self.sync_everything()


TestEverything = Everything.TestCase
TestEverything.settings = settings(stateful_step_count=80)
