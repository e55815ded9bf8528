"""What is kept for all links together is bounded, and whoever has waited the longest gives way."""

from hypothesis import given
from hypothesis import strategies as st

from troth_relay.load import Load
from troth_relay.requests import ConnectionId

A, B, C = map(ConnectionId, (1, 2, 3))


def test_who_waits_the_longest_gives_way() -> None:
    """Past the sum those who began first go, as many as are needed, and those who came later stay."""
    gone: list[ConnectionId] = []
    load = Load(10, gone.append)
    for connection, held_bytes in ((A, 1), (B, 4), (C, 5)):
        load.put(connection, held_bytes)
    # More of the same message is no new beginning.
    load.put(A, 2)
    assert gone == [A]
    load.put(C, 9)
    assert gone == [A, B]


def test_who_has_moved_waits_anew() -> None:
    """A link of which something has left goes behind those of which nothing has; nothing left is no place at all."""
    gone: list[ConnectionId] = []
    load = Load(10, gone.append)
    for connection in (A, B, C):
        load.put(connection, 3)
    load.put(A, 2, moved=True)
    load.put(B, 0)
    load.put(B, 6)
    assert gone == [C]


def test_one_alone_may_be_too_much() -> None:
    """Whoever holds more than there may be in all goes itself, whoever else waits."""
    gone: list[ConnectionId] = []
    load = Load(10, gone.append)
    load.put(A, 11)
    assert gone == [A]
    load.put(A, 0)
    load.put(B, 10)
    assert gone == [A]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 12), st.booleans()), max_size=60))
def test_no_more_is_kept_than_may_be(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever links hold and let go of, those that are left hold no more together; nobody goes without need."""
    held: dict[ConnectionId, int] = {}

    def give_up(connection: ConnectionId) -> None:
        assert sum(held.values()) > 20
        del held[connection]

    load = Load(20, give_up)
    for number, held_bytes, moved in steps:
        held[ConnectionId(number)] = held_bytes
        load.put(ConnectionId(number), held_bytes, moved=moved)
        assert sum(held.values()) <= 20
