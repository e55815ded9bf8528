"""What waits for a connection is weighed; past its bound the connection ends, once."""

from tests.contracts.relay_world import KEY, World, joined, push
from troth_relay.admission import Policy, Rate
from troth_relay.desk import Desk
from troth_relay.link import Link
from troth_relay.requests import ConnectionId, Drop, DropReason, Look
from troth_wire.limits import FRAME_ENVELOPES_MAX
from troth_wire.messages import Hello


def test_refusals_do_not_pile_up() -> None:
    """A client that pushes what is refused and reads no answer is dropped."""
    world = World(Policy(rate=Rate(per_s=1, burst=1)))
    peer = joined(world)
    for _ in range(200):
        push(world, peer, range(FRAME_ENVELOPES_MAX))
    assert peer.dropped is DropReason.SLOW


def test_dropped_connection_is_dropped_once() -> None:
    """A connection that ended for one reason is told nothing more and not ended again."""
    desk = Desk()
    link = Link(ConnectionId(1), b"c" * 32, moved_at_s=0)
    desk.links[link.connection] = link
    desk.drop(link, DropReason.MISUSE)
    desk.drop(link, DropReason.SLOW)
    desk.say(link, Hello(1, 1, 1, b"c" * 32))
    assert desk.flush() == [Drop(link.connection, DropReason.MISUSE)]


def test_flush_gives_everything_once() -> None:
    """What was said is returned in order, and then forgotten."""
    desk = Desk()
    asked = [Look(ConnectionId(1), KEY.mailbox), Look(ConnectionId(2), KEY.mailbox)]
    for request in asked:
        desk.ask(request)
    assert (desk.flush(), desk.flush()) == (asked, [])
