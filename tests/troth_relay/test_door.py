"""Who proves a key gets in, who does not learns nothing, and guessing ends."""

from tests.contracts.relay_client import Key
from tests.contracts.relay_world import KEY, KEYS, World, joined, reasons, said
from troth_relay import limits
from troth_relay.admission import Policy, Rate, pass_hash
from troth_relay.requests import DropReason
from troth_wire.limits import LINK_MAILBOXES_MAX
from troth_wire.messages import Create, Reason, Refuse


def test_bad_proof_learns_nothing() -> None:
    """A wrong proof is refused alike for known and unknown mailboxes, without asking the store."""
    world = World()
    joined(world)
    stranger = world.connect()
    for key in KEYS[:2]:
        world.forge(stranger, key)
    assert world.reads == []
    assert reasons(stranger) == [Reason.BAD_PROOF, Reason.BAD_PROOF]


def test_proof_for_another_host_is_bad() -> None:
    """What was signed for another relay's name does not count here."""
    world = World()
    peer = world.connect()
    world.send(peer, KEY.prove(peer.challenge, host="evil.test:443"))
    assert reasons(peer) == [Reason.BAD_PROOF]


def test_guessing_is_bounded() -> None:
    """After a few bad proofs the connection is dropped."""
    world = World()
    peer = world.connect()
    for _ in range(limits.LINK_FAULTS_MAX):
        world.forge(peer, KEY)
    assert peer.dropped is DropReason.MISUSE


def test_mailboxes_of_a_link_are_bounded() -> None:
    """A connection proves so many mailboxes and no more."""
    world = World()
    peer = world.connect()
    for number in range(LINK_MAILBOXES_MAX + 1):
        world.prove(peer, Key.numbered(100 + number))
        world.settle()
    assert reasons(peer) == [Reason.UNKNOWN_MAILBOX] * LINK_MAILBOXES_MAX + [Reason.RATE]


def test_pass_is_asked_for_where_there_are_passes() -> None:
    """A relay with passes creates for who holds one, and refuses everybody else."""
    world = World(Policy(passes=frozenset([pass_hash(b"open sesame")])))
    peer = world.connect()
    world.prove(peer, KEY)
    world.settle()
    world.send(peer, Create(KEY.mailbox, b"open barley"))
    world.settle()
    assert reasons(peer) == [Reason.UNKNOWN_MAILBOX, Reason.BAD_PASS]
    assert world.store.look(KEY.mailbox) is None
    joined(world, admission=b"open sesame")


def test_creation_has_a_rate() -> None:
    """Once too many mailboxes were opened, the next client is told how long to wait."""
    world = World(Policy(creation_rate=Rate(per_s=0.1, burst=1)))
    joined(world)
    peer = world.connect()
    world.prove(peer, KEYS[1])
    world.settle()
    world.send(peer, Create(KEYS[1].mailbox, b""))
    assert said(peer, Refuse)[-1] == Refuse(Reason.RATE, KEYS[1].mailbox, (), 10)


def test_unreadable_store_is_busy() -> None:
    """While the store can not be read, a good proof is answered with when to try again, and may be repeated."""
    world = World()
    peer = world.connect()
    world.disk.damaged = True
    world.prove(peer, KEY)
    world.settle()
    assert said(peer, Refuse) == [Refuse(Reason.BUSY, KEY.mailbox, (), limits.RETRY_S)]
    world.disk.damaged = False
    world.prove(peer, KEY)
    world.settle()
    assert reasons(peer)[-1] is Reason.UNKNOWN_MAILBOX
