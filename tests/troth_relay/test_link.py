"""Room on a connection counts what waits and what is being read for it."""

from troth_relay.limits import UNSENT_ENTRY_BYTES_MAX
from troth_relay.link import Link
from troth_relay.requests import ConnectionId
from troth_wire.limits import FRAME_BYTES_MAX


def test_room_is_exact_at_its_edge() -> None:
    """Entries that fill the bound exactly still fit, and one byte more does not."""
    link = Link(ConnectionId(1), b"c" * 32, moved_at_s=0)
    link.unsent = UNSENT_ENTRY_BYTES_MAX - 10
    assert link.has_room(10)
    assert not link.has_room(11)


def test_pages_under_way_take_room() -> None:
    """A page that is being read takes the room of a whole frame."""
    link = Link(ConnectionId(1), b"c" * 32, moved_at_s=0, reads=UNSENT_ENTRY_BYTES_MAX // FRAME_BYTES_MAX)
    assert not link.has_room(1)
